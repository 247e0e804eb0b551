/* The part of a peer's configuration that says how sessions with it are run. */
#pragma once

struct config_report;
struct peer_config;
struct vty;

void session_vty_init(struct peer_config *peer);
void session_vty_install(int node);     /* whose items begin with a struct peer_config */
void session_vty_install_overlap(void); /* for peers: a user's phone says whole numbers */
/* kind: "peer" or "user" */
void session_vty_validate(const char *kind, const struct peer_config *peer,
			  struct config_report *report);
void session_vty_write(const struct peer_config *peer, struct vty *vty);
