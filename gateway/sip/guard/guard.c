/* The guard put together. */
#include "sip/guard/guard.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <osmocom/core/talloc.h>

#include "base/alarm.h"
#include "base/clock.h"
#include "base/log.h"
#include "call/emergency.h"

enum { SOURCES = 8192, TIDY_S = 1, US_PER_S = 1000000, US_PER_MS = 1000 };
enum { CALM_US = 5 * US_PER_S }; /* without a refusal: it is over */
enum { RETRY_AFTER_S = 5 };
enum { MAX_TRANSACTIONS = 20000, MAX_BACKLOG_MS = 200 };
enum { SOURCE_REQUESTS = 50, SOURCE_CALLS = 10, BAN_AFTER = 10, BAN_S = 600 };

struct heard {
	struct source_entry entry;
	uint64_t requests_full_us, calls_full_us;
};

void guard_config_init(struct guard_config *config)
{
	config->source_requests = (struct rate){ SOURCE_REQUESTS, 2 * SOURCE_REQUESTS };
	config->source_calls = (struct rate){ SOURCE_CALLS, 2 * SOURCE_CALLS };
	config->max_transactions = MAX_TRANSACTIONS;
	config->max_backlog_ms = MAX_BACKLOG_MS;
	config->ban = (struct ban_policy){
		.after = BAN_AFTER,
		.within_s = BAN_S,
		.for_s = BAN_S,
	};
}

/* Alarms */

static void say_bans(struct guard *guard)
{
	const unsigned n = bans_expire(&guard->bans, clock_now_us());
	char text[ALARM_TEXT_MAX];

	snprintf(text, sizeof(text), "%u %s not heard; `show bans`", n,
		 n == 1 ? "source is" : "sources are");
	if (n)
		alarm_raise(ALARM_SOURCES_BANNED, "", "", text);
	else
		alarm_clear(ALARM_SOURCES_BANNED, "");
}

bool guard_is_overloaded(const struct guard *guard)
{
	return guard->overloaded_us && clock_now_us() - guard->overloaded_us < CALM_US;
}

static void on_tidy(void *data)
{
	struct guard *guard = data;

	say_bans(guard);
	if (guard->overloaded_us && !guard_is_overloaded(guard)) {
		guard->overloaded_us = 0;
		alarm_clear(ALARM_OVERLOAD, "");
		LOGP(DSIP, LOGL_NOTICE, "overload is over: new calls are taken again\n");
	}
	if (guard->bans.banned.used || guard->overloaded_us)
		osmo_timer_schedule(&guard->tidy, TIDY_S, 0);
}

static void tidy_later(struct guard *guard)
{
	if (!osmo_timer_pending(&guard->tidy))
		osmo_timer_schedule(&guard->tidy, TIDY_S, 0);
}

/* Birth and end */

struct guard *guard_new(void *talloc_ctx)
{
	struct guard *guard = talloc_zero(talloc_ctx, struct guard);

	if (!guard)
		return NULL;
	guard->refused = talloc_zero(guard, struct refused);
	if (!guard->refused || !bans_init(&guard->bans, guard) ||
	    !source_table_init(&guard->sources, guard, SOURCES, sizeof(struct heard))) {
		talloc_free(guard);
		return NULL;
	}
	guard->overload.share = OVERLOAD_ALL;
	guard_config_init(&guard->config);
	osmo_timer_setup(&guard->tidy, on_tidy, guard);
	return guard;
}

void guard_free(struct guard *guard)
{
	if (!guard)
		return;
	osmo_timer_del(&guard->tidy);
	alarm_clear(ALARM_SOURCES_BANNED, "");
	alarm_clear(ALARM_OVERLOAD, "");
	talloc_free(guard);
}

void guard_apply(struct guard *guard, const struct guard_config *config)
{
	guard->config = *config;
}

/* Who is heard */

/* "INVITE sip:112@...", as nobody has parsed it yet. */
static bool is_emergency_line(const struct guard *guard, const char *line)
{
	static const char invite[] = "INVITE ";
	char user[LEG_DIGITS_MAX + 1];
	const char *at;

	if (strncmp(line, invite, strlen(invite)) != 0)
		return false;
	at = strchr(line, ':');
	if (!at)
		return false;
	if (!strncasecmp(at - strlen("urn"), "urn:service:sos", strlen("urn:service:sos")))
		return true;
	size_t len = strspn(at + 1, LEG_DIGITS);
	if (len >= sizeof(user))
		return false;
	memcpy(user, at + 1, len);
	user[len] = '\0';
	return *user && guard->hub && call_is_emergency(guard->hub, user);
}

/* NULL: it is not banned. */
static struct ban *ban_of(struct guard *guard, const struct sockaddr_storage *from)
{
	const struct source source = source_of(from);

	return guard->bans.banned.used ? bans_find(&guard->bans, &source, clock_now_us()) : NULL;
}

static void note_dropped(struct guard *guard, struct ban *ban)
{
	ban->dropped++;
	guard->totals.banned++;
}

/* All calls are gone through: only so often for each ban. */
static bool may_be_in_call(struct guard *guard, struct ban *ban,
			   const struct sockaddr_storage *from)
{
	static const struct rate rate = { .per_s = 20, .burst = 60 };

	return guard->has_calls && bucket_take(&ban->heard_full_us, &rate, clock_now_us()) &&
	       guard->has_calls(guard->has_calls_data, from);
}

bool guard_welcomes(struct guard *guard, const struct sockaddr_storage *from, const char *line)
{
	struct ban *ban;

	if (netprefixes_have(&guard->config.deny, from)) {
		guard->totals.denied++;
		return false;
	}
	ban = ban_of(guard, from);
	if (!ban || is_emergency_line(guard, line) || may_be_in_call(guard, ban, from))
		return true;
	note_dropped(guard, ban);
	return false;
}

bool guard_drops(struct guard *guard, const struct sockaddr_storage *from)
{
	struct ban *ban = ban_of(guard, from);

	if (ban)
		note_dropped(guard, ban);
	return ban;
}

void guard_failed(struct guard *guard, const struct sockaddr_storage *from, enum ban_reason reason,
		  bool of_peer)
{
	const struct ban_policy *policy = &guard->config.ban;
	const struct source source = source_of(from);
	char text[SOURCE_TEXT_MAX];

	if ((of_peer && !policy->peers) || !source.family ||
	    !bans_failed(&guard->bans, policy, &source, reason, clock_now_us()))
		return;
	source_text(&source, text);
	LOGP(DSIP, LOGL_NOTICE, "%s is banned for %u s: %s, %u times\n", text, policy->for_s,
	     ban_reason_name(reason), policy->after);
	say_bans(guard);
	tidy_later(guard);
}

void guard_passed(struct guard *guard, const struct sockaddr_storage *from)
{
	const struct source source = source_of(from);

	bans_forgive(&guard->bans, &source);
}

bool guard_lift(struct guard *guard, const struct source *source)
{
	bool was_banned = bans_lift(&guard->bans, source);

	say_bans(guard);
	return was_banned;
}

void guard_lift_all(struct guard *guard)
{
	struct ban *ban;

	while ((ban = source_table_next(&guard->bans.banned, NULL)))
		source_table_drop(&guard->bans.banned, &ban->entry);
	say_bans(guard);
}

/* Requests */

struct screen_refusal guard_busy(struct guard *guard)
{
	return (struct screen_refusal){
		.status = 503,
		.retry_after_s = 1 + guard->turn++ % RETRY_AFTER_S,
	};
}

static struct heard *hear(struct guard *guard, const struct sockaddr_storage *from)
{
	const struct source source = source_of(from);

	return source_table_get(&guard->sources, &source, clock_now_us());
}

struct screen_refusal guard_stranger(struct guard *guard, const struct sockaddr_storage *from)
{
	struct heard *heard = hear(guard, from);
	bool answered = !guard->config.silence &&
			bucket_take(&heard->requests_full_us, &guard->config.source_requests,
				    clock_now_us());

	guard->totals.strangers++;
	guard->totals.unanswered += !answered;
	guard_failed(guard, from, BAN_STRANGER, false);
	return (struct screen_refusal){ .status = answered ? 403 : SCREEN_SILENCE };
}

struct screen_refusal guard_request(struct guard *guard, const struct sockaddr_storage *from,
				    bool of_peer)
{
	const uint64_t now_us = clock_now_us();

	if (!of_peer && !bucket_take(&hear(guard, from)->requests_full_us,
				     &guard->config.source_requests, now_us)) {
		guard->totals.source_rate++;
		return guard_busy(guard);
	}
	if (!bucket_take(&guard->requests_full_us, &guard->config.requests, now_us)) {
		guard->totals.all_rate++;
		return guard_busy(guard);
	}
	return (struct screen_refusal){ 0 };
}

/* New calls */

uint64_t guard_hash(const struct sockaddr_storage *from, const sip_t *sip)
{
	const struct source source = source_of(from);
	uint64_t hash = source_hash(&source) + sip->sip_cseq->cs_seq;

	hash = source_hash_text(hash, sip->sip_call_id->i_id);
	return source_hash_text(hash, sip->sip_via ? sip->sip_via->v_branch : NULL);
}

void guard_note_refused(struct guard *guard, uint64_t hash)
{
	refused_note(guard->refused, hash, clock_now_us());
}

/* Looks at how the gateway is, now and then. */
static void look(struct guard *guard, uint64_t now_us)
{
	const struct guard_config *config = &guard->config;

	if (!guard->agent || !overload_is_due(&guard->overload, now_us))
		return;
	overload_see(&guard->overload,
		     config->max_backlog_ms && agent_backlog_us(guard->agent) >
						       (uint64_t)config->max_backlog_ms * US_PER_MS,
		     config->max_transactions &&
			     agent_transactions(guard->agent) >= config->max_transactions,
		     now_us);
}

static void note_overload(struct guard *guard, uint64_t now_us)
{
	guard->totals.overload++;
	if (!guard->overloaded_us) {
		const char *why = guard->overload.full ? "too many SIP transactions"
						       : "SIP messages wait to be read";

		LOGP(DSIP, LOGL_NOTICE, "overload: %s; new calls are refused\n", why);
		alarm_raise(ALARM_OVERLOAD, "", "", why);
		tidy_later(guard);
	}
	guard->overloaded_us = now_us;
}

static bool admits(struct guard *guard, const struct guard_call *call, uint64_t now_us)
{
	const struct guard_config *config = &guard->config;

	if (config->max_calls && call->sessions >= config->max_calls) {
		guard->totals.calls_full++;
		return false;
	}
	if (!call->of_peer &&
	    !bucket_take(&hear(guard, call->from)->calls_full_us, &config->source_calls, now_us)) {
		guard->totals.source_calls++;
		return false;
	}
	if (!overload_admits(&guard->overload)) {
		note_overload(guard, now_us);
		return false;
	}
	if (bucket_take(&guard->calls_full_us, &config->calls, now_us))
		return true;
	guard->totals.all_calls++;
	return false;
}

struct screen_refusal guard_call(struct guard *guard, const struct guard_call *call)
{
	const uint64_t now_us = clock_now_us();

	look(guard, now_us);
	if (refused_has(guard->refused, call->hash, now_us)) {
		guard->totals.again++;
		return guard_busy(guard);
	}
	if (admits(guard, call, now_us))
		return (struct screen_refusal){ 0 };
	guard_note_refused(guard, call->hash);
	return guard_busy(guard);
}
