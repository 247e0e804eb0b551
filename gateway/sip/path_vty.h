/* How messages travel to a peer, as commands of its node: a part of sip_section. */
#pragma once

struct config_report;
struct peer_config;
struct sip_config;
struct vty;

void path_vty_install(void);
/* A host name or address into HOP_HOST_MAX octets, or a complaint that names the option. CMD_SUCCESS or CMD_WARNING. */
int path_vty_set_host(struct vty *vty, const char *option, const char *text, char *to);
/* The port that requests to it go to, where the DNS says nothing else. */
unsigned path_vty_port(const struct peer_config *peer);
void path_vty_validate(const struct sip_config *value, const struct peer_config *peer,
		       struct config_report *report);
void path_vty_write(const struct peer_config *peer, struct vty *vty);
