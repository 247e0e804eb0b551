/* What a peer may do, and a user of the registrar:
 *
 *   peer provider
 *    allow 192.0.2.0/24
 *    limit calls 30
 *    limit calls-per-second 5
 *    number deny 00
 *    tls required
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <osmocom/core/utils.h>

#include "base/config_vty.h"
#include "base/limits_vty.h"
#include "call/leg.h"
#include "sip/guard_vty.h"
#include "sip/sip_config.h"

enum { BUSY_STATUS = 503 };

static struct guard_peer_config *edited(const struct vty *vty)
{
	return &((struct peer_config *)vty->index)->guard;
}

/* Access lists */

#define ALLOW_STR                                                                                  \
	"Its requests come from there too: a provider's many machines; by default from its "       \
	"addresses alone\n"
#define DENY_STR "A request from there is never the peer's; by default all are\n"
#define PREFIX_STR "An address, or a range: 192.0.2.0/24\n"

DEFUN(peer_allow, peer_allow_cmd, "allow PREFIX", ALLOW_STR PREFIX_STR)
{
	return guard_vty_prefix(vty, "allow", &edited(vty)->allow, argv[0]);
}

DEFUN(no_peer_allow, no_peer_allow_cmd, "no allow PREFIX", NO_STR ALLOW_STR PREFIX_STR)
{
	return guard_vty_no_prefix(vty, "allow", &edited(vty)->allow, argv[0]);
}

DEFUN(peer_deny, peer_deny_cmd, "deny PREFIX", DENY_STR PREFIX_STR)
{
	return guard_vty_prefix(vty, "deny", &edited(vty)->deny, argv[0]);
}

DEFUN(no_peer_deny, no_peer_deny_cmd, "no deny PREFIX", NO_STR DENY_STR PREFIX_STR)
{
	return guard_vty_no_prefix(vty, "deny", &edited(vty)->deny, argv[0]);
}

/* Limits */

#define LIMIT_STR "How much it may do; emergency calls are exempt\n"
#define CALLS_STR "Calls at a time, in both directions; no limit by default\n"

DEFUN(peer_limit_calls, peer_limit_calls_cmd, "limit calls <1-100000>",
      LIMIT_STR CALLS_STR "How many\n")
{
	edited(vty)->at_once.calls = atoi(argv[0]);
	return CMD_SUCCESS;
}

#define DIRECTION_STR "From it\nTo it\n"

DEFUN(peer_limit_way, peer_limit_way_cmd, "limit calls (in|out) <1-100000>",
      LIMIT_STR CALLS_STR DIRECTION_STR "How many\n")
{
	struct call_limits *limits = &edited(vty)->at_once;

	*(argv[0][0] == 'i' ? &limits->calls_in : &limits->calls_out) = atoi(argv[1]);
	return CMD_SUCCESS;
}

DEFUN(no_peer_limit_calls, no_peer_limit_calls_cmd, "no limit calls", NO_STR LIMIT_STR CALLS_STR)
{
	edited(vty)->at_once = (struct call_limits){ 0 };
	return CMD_SUCCESS;
}

#define RATE_STR                                                                                   \
	"New calls from it a second: beyond it 503 with Retry-After; no limit by default\n"        \
	"Requests from it a second, INVITE and those of calls excepted; no limit by default\n"
#define BURST_STR "So many at once\nAs many as a second by default\n"

static struct rate *rate_named(const struct vty *vty, const char *what)
{
	return what[0] == 'c' ? &edited(vty)->calls : &edited(vty)->requests;
}

DEFUN(peer_limit_rate, peer_limit_rate_cmd,
      "limit (calls-per-second|requests-per-second) <1-100000>", LIMIT_STR RATE_STR "How many\n")
{
	*rate_named(vty, argv[0]) = (struct rate){
		.per_s = atoi(argv[1]),
		.burst = argc > 2 ? atoi(argv[2]) : 0,
	};
	return CMD_SUCCESS;
}

ALIAS(peer_limit_rate, peer_limit_rate_burst_cmd,
      "limit (calls-per-second|requests-per-second) <1-100000> burst <1-100000>",
      LIMIT_STR RATE_STR "How many\n" BURST_STR)

DEFUN(no_peer_limit_rate, no_peer_limit_rate_cmd, "no limit (calls-per-second|requests-per-second)",
      NO_STR LIMIT_STR RATE_STR)
{
	*rate_named(vty, argv[0]) = (struct rate){ 0 };
	return CMD_SUCCESS;
}

DEFUN(peer_limit_status, peer_limit_status_cmd, "limit status (403|480|503)",
      LIMIT_STR "What a call from it gets beyond `limit calls`\n"
		"Forbidden\n"
		"Temporarily unavailable\n"
		"Service unavailable, with Retry-After: it tries another way; the default\n")
{
	edited(vty)->busy_status = atoi(argv[0]);
	return CMD_SUCCESS;
}

/* Numbers */

#define NUMBER_STR                                                                                 \
	"Which numbers it may call: others get 403. The longest that fits decides; all by "        \
	"default, but where one is allowed only those\n"
#define NUMBER_ACT_STR "It may call numbers that begin so\nIt may not\n"

static struct guard_number *find_number(struct guard_peer_config *guard, const char *digits)
{
	for (unsigned i = 0; i < guard->n_numbers; i++) {
		if (!strcmp(guard->numbers[i].digits, digits))
			return &guard->numbers[i];
	}
	return NULL;
}

DEFUN(peer_number, peer_number_cmd, "number (allow|deny) DIGITS",
      NUMBER_STR NUMBER_ACT_STR "The first digits\n")
{
	struct guard_peer_config *guard = edited(vty);
	struct guard_number *number;

	if (!*argv[1] || !leg_is_number(argv[1]))
		return config_reject(
			vty, "number \"%s\" is none; digits, *, # and A to D are right", argv[1]);
	if (strlen(argv[1]) >= GUARD_NUMBER_MAX)
		return config_reject(vty, "number %s is too long; at most %d digits are right",
				     argv[1], GUARD_NUMBER_MAX - 1);
	if (find_number(guard, argv[1]))
		return config_reject(vty, "number %s is there already; once is right", argv[1]);
	if (guard->n_numbers == GUARD_NUMBERS_MAX)
		return config_reject(vty, "number %s is one too many; at most %d are", argv[1],
				     GUARD_NUMBERS_MAX);
	number = &guard->numbers[guard->n_numbers++];
	*number = (struct guard_number){ .allow = strcmp(argv[0], "allow") == 0 };
	osmo_strlcpy(number->digits, argv[1], sizeof(number->digits));
	return CMD_SUCCESS;
}

static int remove_number(struct vty *vty, const char *digits)
{
	struct guard_peer_config *guard = edited(vty);
	struct guard_number *number = find_number(guard, digits);

	if (!number)
		return config_reject(vty, "there is no number %s", digits);
	*number = guard->numbers[--guard->n_numbers];
	return CMD_SUCCESS;
}

DEFUN(no_peer_number, no_peer_number_cmd, "no number DIGITS", NO_STR NUMBER_STR "The digits\n")
{
	return remove_number(vty, argv[0]);
}

/* A user has numbers of its own beside the list. */
DEFUN(no_user_guard_number, no_user_guard_number_cmd, "no number (allow|deny) DIGITS",
      NO_STR NUMBER_STR NUMBER_ACT_STR "The digits\n")
{
	return remove_number(vty, argv[1]);
}

/* Safety */

#define TLS_STR "Its requests are taken over TLS alone; others get 403\n"

DEFUN(peer_tls, peer_tls_cmd, "tls required", TLS_STR "So it is; not by default\n")
{
	edited(vty)->tls = true;
	return CMD_SUCCESS;
}

DEFUN(no_peer_tls, no_peer_tls_cmd, "no tls required", NO_STR TLS_STR "So it is\n")
{
	edited(vty)->tls = false;
	return CMD_SUCCESS;
}

static void install_limits(int node)
{
	install_element(node, &peer_limit_calls_cmd);
	install_element(node, &peer_limit_way_cmd);
	install_element(node, &no_peer_limit_calls_cmd);
	install_element(node, &peer_limit_rate_cmd);
	install_element(node, &peer_limit_rate_burst_cmd);
	install_element(node, &no_peer_limit_rate_cmd);
	install_element(node, &peer_limit_status_cmd);
	install_element(node, &peer_number_cmd);
	install_element(node, &peer_tls_cmd);
	install_element(node, &no_peer_tls_cmd);
}

void peer_guard_vty_install(void)
{
	install_element(NODE_PEER, &peer_allow_cmd);
	install_element(NODE_PEER, &no_peer_allow_cmd);
	install_element(NODE_PEER, &peer_deny_cmd);
	install_element(NODE_PEER, &no_peer_deny_cmd);
	install_element(NODE_PEER, &no_peer_number_cmd);
	install_limits(NODE_PEER);
}

void peer_guard_vty_install_user(void)
{
	install_element(NODE_USER, &no_user_guard_number_cmd);
	install_limits(NODE_USER);
}

void peer_guard_vty_validate(const char *kind, const struct peer_config *peer,
			     struct config_report *report)
{
	char whose[64];

	snprintf(whose, sizeof(whose), "%s %s", kind, peer->name);
	limits_check_calls(&peer->guard.at_once, whose, peer->line, report);
}

void peer_guard_vty_write(const struct guard_peer_config *guard, struct vty *vty)
{
	static const struct rate no_limit;

	guard_vty_write_prefixes("allow", &guard->allow, vty);
	guard_vty_write_prefixes("deny", &guard->deny, vty);
	limits_write_calls(&guard->at_once, vty);
	limits_write_rate("calls-per-second", &guard->calls, &no_limit, vty);
	limits_write_rate("requests-per-second", &guard->requests, &no_limit, vty);
	if (guard->busy_status && guard->busy_status != BUSY_STATUS)
		vty_out(vty, " limit status %u\n", guard->busy_status);
	for (unsigned i = 0; i < guard->n_numbers; i++)
		vty_out(vty, " number %s %s\n", guard->numbers[i].allow ? "allow" : "deny",
			guard->numbers[i].digits);
	if (guard->tls)
		vty_out(vty, " tls required\n");
}
