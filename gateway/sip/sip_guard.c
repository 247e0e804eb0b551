/* The guard's state as plain values. */
#include "sip/sip_guard.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "sip/registrar/registrar.h"
#include "sip/session/ground.h"
#include "sip/text/netaddr.h"

enum { US_PER_S = 1000000, US_PER_MS = 1000, PERCENT = 100 };

void sip_bans_each(const struct sip *sip, bool (*fn)(void *data, const struct ban_status *),
		   void *data)
{
	const uint64_t now_us = clock_now_us();
	const struct ban *ban = NULL;

	while ((ban = source_table_next(&sip->guard->bans.banned, ban))) {
		struct ban_status status = {
			.reason = ban_reason_name(ban->reason),
			.age_s = (unsigned)((now_us - ban->since_us) / US_PER_S),
			.dropped = ban->dropped,
		};

		if (now_us >= ban->until_us)
			continue;
		status.left_s = (unsigned)((ban->until_us - now_us + US_PER_S - 1) / US_PER_S);
		source_text(&ban->entry.source, status.source);
		if (!fn(data, &status))
			return;
	}
}

int sip_unban(struct sip *sip, const char *address)
{
	char host[NETADDR_TEXT_MAX];
	struct sockaddr_storage from;
	const size_t len = strcspn(address, "/"); /* as `show bans` has it */

	if (len >= sizeof(host))
		return -EINVAL;
	memcpy(host, address, len);
	host[len] = '\0';
	if (!netaddr_parse(host, 0, &from))
		return -EINVAL;
	const struct source source = source_of(&from);
	return guard_lift(sip->guard, &source) ? 0 : -ENOENT;
}

void sip_unban_all(struct sip *sip)
{
	guard_lift_all(sip->guard);
}

void sip_guard_status(const struct sip *sip, struct guard_status *out)
{
	const struct guard *guard = sip->guard;
	const struct guard_totals *t = &guard->totals;

	*out = (struct guard_status){
		.overloaded = guard_is_overloaded(guard),
		.share_percent = guard->overload.share * PERCENT / OVERLOAD_ALL,
		.calls = sip->n_sessions,
		.transactions = agent_transactions(sip->agent),
		.backlog_ms = (unsigned)(agent_backlog_us(sip->agent) / US_PER_MS),
		.bans = guard->bans.banned.used,
		.refused = {
			{ "denied", t->denied },
			{ "banned", t->banned },
			{ "strangers", t->strangers },
			{ "strangers_unanswered", t->unanswered },
			{ "source_requests_per_second", t->source_rate },
			{ "call_requests_per_second", t->dialog_rate },
			{ "source_calls_per_second", t->source_calls },
			{ "all_requests_per_second", t->all_rate },
			{ "all_calls_per_second", t->all_calls },
			{ "calls_at_a_time", t->calls_full },
			{ "overload", t->overload },
			{ "sent_again", t->again },
			{ "loops", t->loops },
			{ "malformed", t->malformed },
		},
	};
}

void sip_counters(const struct sip *sip, struct guard_counter out[static GUARD_COUNTERS])
{
	const struct screen_totals *totals = screen_totals();
	const uint64_t bad = agent_bad_messages(sip->agent);
	const uint64_t known = totals->bad_header + totals->bad_form;
	const struct guard_counter counters[GUARD_COUNTERS] = {
		{ "requests", sip->rx_requests },
		{ "malformed", bad },
		{ "malformed_header", totals->bad_header },
		{ "malformed_form", totals->bad_form },
		{ "malformed_other", bad > known ? bad - known : 0 },
		{ "not_welcome", totals->dropped },
		{ "refused_at_once", totals->refused },
		{ "ignored", totals->silent },
		{ "stray_responses_and_acks", totals->stray },
		{ "foreign_to_their_call", sip->strangers.refused - sip->guard->totals.strangers },
	};

	memcpy(out, counters, sizeof(counters));
}

static struct peer_guard_status status_of(const char *name, const struct limits *limits)
{
	struct peer_guard_status status = { .name = name, .in = limits->in, .out = limits->out };

	for (unsigned limit = LIMIT_NONE + 1; limit < LIMIT_KINDS; limit++)
		status.refused[limit - 1] =
			(struct guard_counter){ limit_name(limit), limits->refused[limit] };
	return status;
}

void sip_guard_peers_each(const struct sip *sip,
			  bool (*fn)(void *data, const struct peer_guard_status *), void *data)
{
	const struct peer *peer;

	llist_for_each_entry (peer, &sip->peers->list, entry) {
		struct peer_guard_status status = status_of(peer->config.name, peer->limits);

		if (!fn(data, &status))
			return;
	}
}

struct users_told {
	bool (*fn)(void *data, const struct peer_guard_status *);
	void *data;
};

static bool tell_user(void *data, const char *name, const struct limits *limits)
{
	const struct users_told *told = data;
	struct peer_guard_status status = status_of(name, limits);

	return told->fn(told->data, &status);
}

void sip_guard_users_each(const struct sip *sip,
			  bool (*fn)(void *data, const struct peer_guard_status *), void *data)
{
	struct users_told told = { fn, data };

	registrar_limits_each(sip->registrar, tell_user, &told);
}
