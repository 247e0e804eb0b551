/* How messages travel to a peer, as commands of its node: a part of sip_section. */
#pragma once

struct config_report;
struct peer_config;
struct sip_config;
struct vty;

void path_vty_install(void);
void path_vty_validate(const struct sip_config *value, const struct peer_config *peer,
		       struct config_report *report);
void path_vty_write(const struct peer_config *peer, struct vty *vty);
