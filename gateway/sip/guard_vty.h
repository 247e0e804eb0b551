/* What protects the SIP side, as commands of the node `sip` and of a peer: parts of sip_section. */
#pragma once

struct config_report;
struct guard_config;
struct guard_peer_config;
struct peer_config;
struct sip_config;
struct vty;

/* guard_vty.c: of the node sip. */
void guard_vty_install(void);
void guard_vty_validate(const struct sip_config *value, struct config_report *report);
void guard_vty_write(const struct guard_config *guard, struct vty *vty);

/* peer_guard_vty.c: of a peer, and of a user of the registrar, that is one without an address. kind: "peer", "user". */
void peer_guard_vty_install(void);
void peer_guard_vty_install_user(void);
void peer_guard_vty_validate(const char *kind, const struct peer_config *peer,
			     struct config_report *report);
void peer_guard_vty_write(const struct guard_peer_config *guard, struct vty *vty);

/* Adds a range to an access list, or takes it away: CMD_SUCCESS, or CMD_WARNING with the complaint made. option:
 * "allow", "deny". */
struct netprefixes;
int guard_vty_prefix(struct vty *vty, const char *option, struct netprefixes *list,
		     const char *text);
int guard_vty_no_prefix(struct vty *vty, const char *option, struct netprefixes *list,
			const char *text);
void guard_vty_write_prefixes(const char *option, const struct netprefixes *list, struct vty *vty);
