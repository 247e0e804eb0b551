/* What is believed of a peer and what it is told, and how it writes numbers, as commands of a peer's node; and the rules
 * that go before RFC 3398's tables of causes, of a peer's node and of sip's. A part of sip_section. */
#pragma once

struct cause_rules;
struct config_report;
struct peer_config;
struct vty;

void identity_vty_install(int node);    /* whose items begin with a struct peer_config */
void identity_vty_install_causes(void); /* for all peers */
/* kind: "peer" or "user" */
void identity_vty_validate(const char *kind, const struct peer_config *peer,
			   struct config_report *report);
void identity_vty_write(const struct peer_config *peer, struct vty *vty);
void identity_vty_write_causes(const struct cause_rules *rules, struct vty *vty);
