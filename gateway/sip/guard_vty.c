/* What protects the SIP side as a whole:
 *
 *   sip
 *    strangers silence
 *    deny 198.51.100.0/24
 *    limit source requests-per-second 50
 *    limit all calls-per-second 100 burst 200
 *    ban after 10 within 10 for 10
 */
#include "sip/guard_vty.h"

#include <stdlib.h>
#include <string.h>

#include "base/config_vty.h"
#include "base/limits_vty.h"
#include "sip/sip_config.h"

enum { S_PER_MIN = 60 };

static struct guard_config *edited(void)
{
	return &((struct sip_config *)config_candidate(&sip_section))->guard;
}

/* Access lists */

int guard_vty_prefix(struct vty *vty, const char *option, struct netprefixes *list,
		     const char *text)
{
	struct netprefix prefix;

	if (!netprefix_parse(text, &prefix))
		return config_reject(vty,
				     "%s \"%s\" is no address or range; one like 192.0.2.1 or "
				     "192.0.2.0/24, with no bit set beyond its length, is right",
				     option, text);
	for (size_t i = 0; i < list->n; i++) {
		if (netprefix_same(&list->list[i], &prefix))
			return config_reject(vty, "%s %s is there already; once is right", option,
					     text);
	}
	if (list->n == NETPREFIXES_MAX)
		return config_reject(vty, "%s %s is one too many; at most %d are", option, text,
				     NETPREFIXES_MAX);
	list->list[list->n++] = prefix;
	return CMD_SUCCESS;
}

int guard_vty_no_prefix(struct vty *vty, const char *option, struct netprefixes *list,
			const char *text)
{
	struct netprefix prefix;

	if (netprefix_parse(text, &prefix)) {
		for (size_t i = 0; i < list->n; i++) {
			if (!netprefix_same(&list->list[i], &prefix))
				continue;
			memmove(&list->list[i], &list->list[i + 1],
				(list->n - i - 1) * sizeof(prefix));
			list->n--;
			return CMD_SUCCESS;
		}
	}
	return config_reject(vty, "there is no %s %s", option, text);
}

void guard_vty_write_prefixes(const char *option, const struct netprefixes *list, struct vty *vty)
{
	for (size_t i = 0; i < list->n; i++) {
		char text[NETPREFIX_TEXT_MAX];

		netprefix_text(&list->list[i], text);
		vty_out(vty, " %s %s\n", option, text);
	}
}

#define DENY_STR "From there nothing is heard at all; by default nowhere\n"
#define PREFIX_STR "An address, or a range: 192.0.2.0/24\n"

DEFUN(sip_deny, sip_deny_cmd, "deny PREFIX", DENY_STR PREFIX_STR)
{
	return guard_vty_prefix(vty, "deny", &edited()->deny, argv[0]);
}

DEFUN(no_sip_deny, no_sip_deny_cmd, "no deny PREFIX", NO_STR DENY_STR PREFIX_STR)
{
	return guard_vty_no_prefix(vty, "deny", &edited()->deny, argv[0]);
}

DEFUN(sip_strangers, sip_strangers_cmd, "strangers (403|silence)",
      "What whoever is no peer gets\n"
      "403, within the rate of `limit source requests-per-second`; the default\n"
      "Nothing\n")
{
	edited()->silence = strcmp(argv[0], "silence") == 0;
	return CMD_SUCCESS;
}

/* Limits */

#define LIMIT_STR "How much is taken; beyond it 503 with Retry-After. Emergency calls are exempt\n"
#define SOURCE_STR "From each address that is no peer's; of IPv6 from each /64\n"
#define ALL_STR "From all together, calls that are up excepted\n"
#define REQUESTS_STR "Requests a second, INVITE excepted\n"
#define CALLS_RATE_STR "New calls a second\n"
#define BURST_STR "So many at once\n"

static void set_rate(struct rate *rate, int argc, const char **argv)
{
	rate->per_s = atoi(argv[0]);
	rate->burst = argc > 1 ? atoi(argv[1]) : 0;
}

static struct rate *rate_named(const char *whose, const char *what)
{
	const bool source = strcmp(whose, "source") == 0;
	const bool calls = strcmp(what, "calls-per-second") == 0;

	if (source)
		return calls ? &edited()->source_calls : &edited()->source_requests;
	return calls ? &edited()->calls : &edited()->requests;
}

DEFUN(sip_limit_rate, sip_limit_rate_cmd,
      "limit (source|all) (requests-per-second|calls-per-second) <1-100000>",
      LIMIT_STR SOURCE_STR ALL_STR REQUESTS_STR CALLS_RATE_STR
      "Of a source 50 requests and 10 calls by default, of all no limit\n")
{
	set_rate(rate_named(argv[0], argv[1]), argc - 2, argv + 2);
	return CMD_SUCCESS;
}

ALIAS(sip_limit_rate, sip_limit_rate_burst_cmd,
      "limit (source|all) (requests-per-second|calls-per-second) <1-100000> burst <1-100000>",
      LIMIT_STR SOURCE_STR ALL_STR REQUESTS_STR CALLS_RATE_STR
      "Of a source 50 requests and 10 calls by default, of all no limit\n" BURST_STR
      "As many as a second by default; of a source twice as many\n")

DEFUN(no_sip_limit_rate, no_sip_limit_rate_cmd,
      "no limit (source|all) (requests-per-second|calls-per-second)",
      NO_STR LIMIT_STR SOURCE_STR ALL_STR REQUESTS_STR CALLS_RATE_STR)
{
	*rate_named(argv[0], argv[1]) = (struct rate){ 0 };
	return CMD_SUCCESS;
}

#define CALLS_STR "SIP calls at a time, no limit by default\n"

DEFUN(sip_limit_calls, sip_limit_calls_cmd, "limit calls <1-100000>",
      LIMIT_STR CALLS_STR "How many\n")
{
	edited()->max_calls = atoi(argv[0]);
	return CMD_SUCCESS;
}

DEFUN(no_sip_limit_calls, no_sip_limit_calls_cmd, "no limit calls", NO_STR LIMIT_STR CALLS_STR)
{
	edited()->max_calls = 0;
	return CMD_SUCCESS;
}

DEFUN(sip_limit_transactions, sip_limit_transactions_cmd, "limit transactions <1000-1000000>",
      LIMIT_STR "SIP transactions in memory, about 10 KB each: beyond it no new call\n"
		"20000 by default\n")
{
	edited()->max_transactions = atoi(argv[0]);
	return CMD_SUCCESS;
}

DEFUN(sip_limit_backlog, sip_limit_backlog_cmd, "limit backlog <20-5000>",
      LIMIT_STR "For how long messages may wait without a pause: beyond it fewer new calls\n"
		"ms; 200 by default\n")
{
	edited()->max_backlog_ms = atoi(argv[0]);
	return CMD_SUCCESS;
}

/* Bans */

#define BAN_STR "Who fails too often is not heard for a while\n"

DEFUN(sip_ban_after, sip_ban_after_cmd, "ban after <1-1000> within <1-1440> for <1-10080>",
      BAN_STR "How often: failed authentications\n"
	      "How many; 10 by default\n"
	      "In what time\n"
	      "Minutes; 10 by default\n"
	      "For how long\n"
	      "Minutes; 10 by default\n")
{
	edited()->ban.after = atoi(argv[0]);
	edited()->ban.within_s = atoi(argv[1]) * S_PER_MIN;
	edited()->ban.for_s = atoi(argv[2]) * S_PER_MIN;
	return CMD_SUCCESS;
}

DEFUN(no_sip_ban, no_sip_ban_cmd, "no ban", NO_STR BAN_STR)
{
	edited()->ban = (struct ban_policy){ 0 };
	return CMD_SUCCESS;
}

#define BAN_KINDS                                                                                  \
	"Requests of whoever is no peer are failures too; not by default\n"                        \
	"Malformed messages are failures too; not by default\n"                                    \
	"Peers' own addresses are banned as others are; not by default\n"

static bool *ban_named(const char *what)
{
	struct ban_policy *ban = &edited()->ban;

	return what[0] == 's' ? &ban->strangers : what[0] == 'm' ? &ban->malformed : &ban->peers;
}

DEFUN(sip_ban_also, sip_ban_also_cmd, "ban (strangers|malformed|peers)", BAN_STR BAN_KINDS)
{
	*ban_named(argv[0]) = true;
	return CMD_SUCCESS;
}

DEFUN(no_sip_ban_also, no_sip_ban_also_cmd, "no ban (strangers|malformed|peers)",
      NO_STR BAN_STR BAN_KINDS)
{
	*ban_named(argv[0]) = false;
	return CMD_SUCCESS;
}

void guard_vty_install(void)
{
	install_element(NODE_SIP, &sip_strangers_cmd);
	install_element(NODE_SIP, &sip_deny_cmd);
	install_element(NODE_SIP, &no_sip_deny_cmd);
	install_element(NODE_SIP, &sip_limit_rate_cmd);
	install_element(NODE_SIP, &sip_limit_rate_burst_cmd);
	install_element(NODE_SIP, &no_sip_limit_rate_cmd);
	install_element(NODE_SIP, &sip_limit_calls_cmd);
	install_element(NODE_SIP, &no_sip_limit_calls_cmd);
	install_element(NODE_SIP, &sip_limit_transactions_cmd);
	install_element(NODE_SIP, &sip_limit_backlog_cmd);
	install_element(NODE_SIP, &sip_ban_after_cmd);
	install_element(NODE_SIP, &no_sip_ban_cmd);
	install_element(NODE_SIP, &sip_ban_also_cmd);
	install_element(NODE_SIP, &no_sip_ban_also_cmd);
}

void guard_vty_validate(const struct sip_config *value, struct config_report *report)
{
	const struct ban_policy *ban = &value->guard.ban;

	if (!ban->after && (ban->strangers || ban->malformed || ban->peers))
		config_fault_option(report, value->line, "ban",
				    "sip: `no ban` bans nobody, but another `ban` says whom; "
				    "`ban after 10 within 10 for 10` or none of them is right");
}

/* What is written is what differs from the defaults. */
static void write_ban(const struct ban_policy *ban, const struct ban_policy *usual, struct vty *vty)
{
	if (!ban->after)
		vty_out(vty, " no ban\n");
	else if (ban->after != usual->after || ban->within_s != usual->within_s ||
		 ban->for_s != usual->for_s)
		vty_out(vty, " ban after %u within %u for %u\n", ban->after,
			ban->within_s / S_PER_MIN, ban->for_s / S_PER_MIN);
	if (ban->strangers)
		vty_out(vty, " ban strangers\n");
	if (ban->malformed)
		vty_out(vty, " ban malformed\n");
	if (ban->peers)
		vty_out(vty, " ban peers\n");
}

void guard_vty_write(const struct guard_config *guard, struct vty *vty)
{
	struct guard_config usual = { 0 };

	guard_config_init(&usual);
	if (guard->silence)
		vty_out(vty, " strangers silence\n");
	guard_vty_write_prefixes("deny", &guard->deny, vty);
	limits_write_rate("source requests-per-second", &guard->source_requests,
			  &usual.source_requests, vty);
	limits_write_rate("source calls-per-second", &guard->source_calls, &usual.source_calls,
			  vty);
	limits_write_rate("all requests-per-second", &guard->requests, &usual.requests, vty);
	limits_write_rate("all calls-per-second", &guard->calls, &usual.calls, vty);
	if (guard->max_calls)
		vty_out(vty, " limit calls %u\n", guard->max_calls);
	if (guard->max_transactions != usual.max_transactions)
		vty_out(vty, " limit transactions %u\n", guard->max_transactions);
	if (guard->max_backlog_ms != usual.max_backlog_ms)
		vty_out(vty, " limit backlog %u\n", guard->max_backlog_ms);
	write_ban(&guard->ban, &usual.ban, vty);
}
