/* Peers as commands of their node: a part of sip_section. */
#pragma once

struct config_list;
struct config_report;
struct peer_config;
struct sip_config;
struct vty;

extern const struct config_list peer_list;

void peer_vty_init(struct peer_config *peer); /* defaults */
void peer_vty_install(void);
/* What can be said of a user of the registrar too; node: whose items begin with a struct peer_config, kind: "peer", "user". */
void peer_vty_install_common(int node);
void peer_vty_validate_common(const char *kind, const struct peer_config *peer,
			      struct config_report *report);
void peer_vty_write_common(const struct peer_config *peer, struct vty *vty);
void peer_vty_validate(const struct sip_config *value, struct config_report *report);
void peer_vty_write(const struct peer_config *peer, struct vty *vty);
