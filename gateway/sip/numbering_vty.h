/* How a peer writes numbers, and which are its own, as commands of a peer's node: a part of sip_section. */
#pragma once

struct config_report;
struct peer_config;
struct vty;

void numbering_vty_install(int node); /* whose items begin with a struct peer_config */
void numbering_vty_init(struct peer_config *peer);
/* kind: "peer" or "user" */
void numbering_vty_validate(const char *kind, const struct peer_config *peer,
			    struct config_report *report);
void numbering_vty_write(const struct peer_config *peer, struct vty *vty);
