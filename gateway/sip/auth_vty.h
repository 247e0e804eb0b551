/* Who we are to a peer, as commands of its node: a part of sip_section. */
#pragma once

struct config_report;
struct peer_config;
struct vty;

void auth_vty_init(struct peer_config *peer); /* defaults */
void auth_vty_install(void);
void auth_vty_validate(const struct peer_config *peer, struct config_report *report);
void auth_vty_write(const struct peer_config *peer, struct vty *vty);
