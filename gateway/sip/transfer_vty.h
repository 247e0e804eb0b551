/* The options of a peer that say what it may do with its calls, and how their digits go. */
#pragma once

struct config_report;
struct peer_config;
struct vty;

void transfer_vty_init(struct peer_config *peer);
void transfer_vty_install(int node); /* whose items begin with a struct peer_config */
/* kind: "peer" or "user" */
void transfer_vty_validate(const char *kind, const struct peer_config *peer,
			   struct config_report *report);
void transfer_vty_write(const struct peer_config *peer, struct vty *vty);
