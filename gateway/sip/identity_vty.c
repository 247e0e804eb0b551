/* Commands of a peer's node:
 *
 *   trust identity
 *   send identity rpid
 *   cause-map to-sip 17 600
 */
#include "sip/identity_vty.h"

#include <stdlib.h>
#include <string.h>

#include <osmocom/core/utils.h>

#include "base/config_vty.h"
#include "sip/peer/trust.h"
#include "sip/sip_config.h"

static const struct value_string subject_words[] = {
	{ TRUST_IDENTITY, "identity" },
	{ TRUST_REASON, "reason" },
	{ TRUST_DIVERSION, "diversion" },
	{ TRUST_ROUTING, "routing" },
	{ 0, NULL },
};
static const struct value_string header_words[] = {
	{ IDENTITY_PAI, "pai" },
	{ IDENTITY_RPID, "rpid" },
	{ IDENTITY_PPI, "ppi" },
	{ IDENTITY_NONE, "none" },
	{ 0, NULL },
};
static const struct value_string diversion_words[] = {
	{ DIVERSION_DIVERSION, "diversion" },
	{ DIVERSION_HISTORY, "history-info" },
	{ DIVERSION_NONE, "none" },
	{ 0, NULL },
};

static struct identity_policy *policy_of(struct vty *vty)
{
	return &((struct peer_config *)vty->index)->identity;
}

/* What is believed */

#define TRUST_STR                                                                                  \
	"What is believed of its headers, where it is not as `trusted` says, the default\n"
#define SUBJECT_STR                                                                                \
	"P-Asserted-Identity and Remote-Party-ID\nThe cause in Reason\n"                           \
	"Diversion and History-Info\nrn, npdi and cic of a called number\n"
#define SUBJECTS "(identity|reason|diversion|routing)"

static void set_trust(struct vty *vty, const char *subject, enum trust_word word)
{
	policy_of(vty)->trust[get_string_value(subject_words, subject)] = word;
}

DEFUN(peer_trust, peer_trust_cmd, "trust " SUBJECTS, TRUST_STR SUBJECT_STR)
{
	set_trust(vty, argv[0], TRUST_YES);
	return CMD_SUCCESS;
}

DEFUN(peer_no_trust, peer_no_trust_cmd, "no trust " SUBJECTS, NO_STR TRUST_STR SUBJECT_STR)
{
	set_trust(vty, argv[0], TRUST_NO);
	return CMD_SUCCESS;
}

DEFUN_ATTR(peer_default_trust, peer_default_trust_cmd, "default trust " SUBJECTS,
	   "Goes back to what holds where nothing is said\n" TRUST_STR SUBJECT_STR,
	   CONFIG_TERMINAL_ONLY)
{
	set_trust(vty, argv[0], TRUST_AS_PEER);
	return CMD_SUCCESS;
}

/* What it is told */

#define SEND_STR "What it is told of callers\n"
#define IDENTITY_STR "The header that says who calls; pai to who is trusted by default, else none\n"
#define PRIVACY_STR                                                                                \
	"Numbers that callers keep secret are told, and marked so; by default to who is trusted\n"
#define LOCATION_STR "Where a call was cleared, in Reason (RFC 8606); not by default\n"

DEFUN(peer_send_identity, peer_send_identity_cmd, "send identity (pai|rpid|ppi|none)",
      SEND_STR IDENTITY_STR "P-Asserted-Identity, of callers whom a network vouches for\n"
			    "Remote-Party-ID\nP-Preferred-Identity\nNone\n")
{
	policy_of(vty)->send_identity = get_string_value(header_words, argv[0]);
	return CMD_SUCCESS;
}

DEFUN(peer_no_send_identity, peer_no_send_identity_cmd, "no send identity",
      NO_STR SEND_STR IDENTITY_STR)
{
	policy_of(vty)->send_identity = IDENTITY_AS_PEER;
	return CMD_SUCCESS;
}

DEFUN(peer_send_privacy, peer_send_privacy_cmd, "send privacy", SEND_STR PRIVACY_STR)
{
	policy_of(vty)->send_privacy = TRUST_YES;
	return CMD_SUCCESS;
}

DEFUN(peer_no_send_privacy, peer_no_send_privacy_cmd, "no send privacy",
      NO_STR SEND_STR PRIVACY_STR)
{
	policy_of(vty)->send_privacy = TRUST_NO;
	return CMD_SUCCESS;
}

DEFUN_ATTR(peer_default_send_privacy, peer_default_send_privacy_cmd, "default send privacy",
	   "Goes back to what holds where nothing is said\n" SEND_STR PRIVACY_STR,
	   CONFIG_TERMINAL_ONLY)
{
	policy_of(vty)->send_privacy = TRUST_AS_PEER;
	return CMD_SUCCESS;
}

DEFUN(peer_send_location, peer_send_location_cmd, "send location", SEND_STR LOCATION_STR)
{
	policy_of(vty)->send_location = true;
	return CMD_SUCCESS;
}

DEFUN(peer_no_send_location, peer_no_send_location_cmd, "no send location",
      NO_STR SEND_STR LOCATION_STR)
{
	policy_of(vty)->send_location = false;
	return CMD_SUCCESS;
}

DEFUN(peer_diversion, peer_diversion_cmd, "diversion (diversion|history-info|none)",
      "How it is told who diverted a call\n"
      "Diversion (RFC 5806); the default\nHistory-Info (RFC 7044)\nNot at all\n")
{
	policy_of(vty)->diversion = get_string_value(diversion_words, argv[0]);
	return CMD_SUCCESS;
}

#define UUI_STR "User-to-User information (RFC 7433) goes through, both ways; the default\n"

DEFUN(peer_uui, peer_uui_cmd, "uui", UUI_STR)
{
	policy_of(vty)->no_uui = false;
	return CMD_SUCCESS;
}

DEFUN(peer_no_uui, peer_no_uui_cmd, "no uui", NO_STR UUI_STR)
{
	policy_of(vty)->no_uui = true;
	return CMD_SUCCESS;
}

#define TRUNK_CONTEXT_STR                                                                          \
	"Trunks are named in URIs (RFC 4904): it may ask for one of its route, and is told from "  \
	"which one a "                                                                             \
	"call came; not by default\n"

DEFUN(peer_trunk_context, peer_trunk_context_cmd, "trunk-context NAME",
      TRUNK_CONTEXT_STR "The domain, or +digits, in which those names hold\n")
{
	struct identity_policy *policy = policy_of(vty);

	if (argv[0][strspn(argv[0], NUMBERING_CONTEXT_CHARS)])
		return config_reject(vty, "trunk-context %s is neither a domain nor +digits",
				     argv[0]);
	return config_set_text(vty, "trunk-context", argv[0], policy->trunk_context,
			       sizeof(policy->trunk_context));
}

DEFUN(peer_no_trunk_context, peer_no_trunk_context_cmd, "no trunk-context",
      NO_STR TRUNK_CONTEXT_STR)
{
	policy_of(vty)->trunk_context[0] = '\0';
	return CMD_SUCCESS;
}

/* Causes */

#define CAUSE_MAP_STR                                                                              \
	"Causes and statuses otherwise than RFC 3398 has them; of a peer before those of sip; by " \
	"default none\n"
#define CAUSE_MAP_HELP                                                                             \
	CAUSE_MAP_STR "A call that ends with that cause is refused with that status\n"             \
		      "A refusal with that status is that cause\n"                                 \
		      "Q.850 cause\nSIP status\n"
#define CAUSE_MAP "cause-map (to-sip|to-isdn) <1-127> <400-699>"

static int set_cause(struct vty *vty, struct cause_rules *rules, const char *const argv[])
{
	if (!cause_rules_set(rules, !strcmp(argv[0], "to-sip"), (unsigned)atoi(argv[1]),
			     (unsigned)atoi(argv[2])))
		return config_reject(
			vty, "there are %u cause-map lines already, as many as there may be",
			CAUSE_RULES_MAX);
	return CMD_SUCCESS;
}

static int remove_cause(struct vty *vty, struct cause_rules *rules, const char *const argv[])
{
	if (!cause_rules_remove(rules, !strcmp(argv[0], "to-sip"), (unsigned)atoi(argv[1]),
				(unsigned)atoi(argv[2])))
		return config_reject(vty, "there is no cause-map %s %s %s", argv[0], argv[1],
				     argv[2]);
	return CMD_SUCCESS;
}

static struct cause_rules *sip_causes(void)
{
	return &((struct sip_config *)config_candidate(&sip_section))->causes;
}

DEFUN(peer_cause_map, peer_cause_map_cmd, CAUSE_MAP, CAUSE_MAP_HELP)
{
	return set_cause(vty, &((struct peer_config *)vty->index)->causes, argv);
}

DEFUN(peer_no_cause_map, peer_no_cause_map_cmd, "no " CAUSE_MAP, NO_STR CAUSE_MAP_HELP)
{
	return remove_cause(vty, &((struct peer_config *)vty->index)->causes, argv);
}

DEFUN(sip_cause_map, sip_cause_map_cmd, CAUSE_MAP, CAUSE_MAP_HELP)
{
	return set_cause(vty, sip_causes(), argv);
}

DEFUN(sip_no_cause_map, sip_no_cause_map_cmd, "no " CAUSE_MAP, NO_STR CAUSE_MAP_HELP)
{
	return remove_cause(vty, sip_causes(), argv);
}

void identity_vty_install(int node)
{
	static struct cmd_element *const commands[] = {
		&peer_trust_cmd,
		&peer_no_trust_cmd,
		&peer_default_trust_cmd,
		&peer_send_identity_cmd,
		&peer_no_send_identity_cmd,
		&peer_send_privacy_cmd,
		&peer_no_send_privacy_cmd,
		&peer_default_send_privacy_cmd,
		&peer_send_location_cmd,
		&peer_no_send_location_cmd,
		&peer_diversion_cmd,
		&peer_uui_cmd,
		&peer_no_uui_cmd,
		&peer_trunk_context_cmd,
		&peer_no_trunk_context_cmd,
		&peer_cause_map_cmd,
		&peer_no_cause_map_cmd,
	};

	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		install_element(node, commands[i]);
}

void identity_vty_install_causes(void)
{
	install_element(NODE_SIP, &sip_cause_map_cmd);
	install_element(NODE_SIP, &sip_no_cause_map_cmd);
}

void identity_vty_validate(const char *kind, const struct peer_config *peer,
			   struct config_report *report)
{
	const struct identity_policy *policy = &peer->identity;

	if (policy->send_privacy == TRUST_YES && trust_header(peer) == IDENTITY_NONE)
		config_fault_option(
			report, peer->line, "send",
			"%s %s is to be told secret numbers, but has no header for them; "
			"`send identity pai` gives one",
			kind, peer->name);
}

void identity_vty_write_causes(const struct cause_rules *rules, struct vty *vty)
{
	for (size_t i = 0; i < rules->n; i++)
		vty_out(vty, " cause-map %s %u %u\n", rules->rules[i].to_sip ? "to-sip" : "to-isdn",
			rules->rules[i].cause, rules->rules[i].status);
}

void identity_vty_write(const struct peer_config *peer, struct vty *vty)
{
	const struct identity_policy *policy = &peer->identity;

	for (unsigned i = 0; i < TRUST_SUBJECTS; i++) {
		if (policy->trust[i] != TRUST_AS_PEER)
			vty_out(vty, " %strust %s\n", policy->trust[i] == TRUST_NO ? "no " : "",
				get_value_string(subject_words, i));
	}
	if (policy->send_identity != IDENTITY_AS_PEER)
		vty_out(vty, " send identity %s\n",
			get_value_string(header_words, policy->send_identity));
	if (policy->send_privacy != TRUST_AS_PEER)
		vty_out(vty, " %ssend privacy\n", policy->send_privacy == TRUST_NO ? "no " : "");
	if (policy->send_location)
		vty_out(vty, " send location\n");
	if (policy->diversion != DIVERSION_DIVERSION)
		vty_out(vty, " diversion %s\n",
			get_value_string(diversion_words, policy->diversion));
	if (policy->no_uui)
		vty_out(vty, " no uui\n");
	if (*policy->trunk_context)
		vty_out(vty, " trunk-context %s\n", policy->trunk_context);
	identity_vty_write_causes(&peer->causes, vty);
}
