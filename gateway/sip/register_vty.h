/* Our registration with a peer, as commands of its node: a part of sip_section. */
#pragma once

struct config;
struct config_report;
struct peer_config;
struct vty;

void register_vty_init(struct peer_config *peer); /* defaults */
void register_vty_install(void);
void register_vty_validate(const struct config *config, const struct peer_config *peer,
			   struct config_report *report);
void register_vty_write(const struct peer_config *peer, struct vty *vty);
