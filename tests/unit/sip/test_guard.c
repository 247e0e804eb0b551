/* The guard's tables, each by itself, on a clock that the test moves. */
#include <string.h>

#include <osmocom/core/talloc.h>

#include "base/alarm.h"
#include "base/clock.h"
#include "base/log.h"
#include "sip/guard/guard.h"
#include "sip/guard/limits.h"
#include "sip/text/netaddr.h"
#include "tests/unit/unit.h"

enum { START_US = 1000000000, S = 1000000 };

static void *ctx;
static struct guard *guard;

static struct sockaddr_storage address(const char *text)
{
	struct sockaddr_storage out;

	ck_assert(netaddr_parse(text, 5060, &out));
	return out;
}

static void open_guard(void)
{
	clock_use_virtual(START_US);
	if (!osmo_log_info)
		log_init(&log_categories, NULL);
	ctx = talloc_named_const(NULL, 0, "test");
	guard = guard_new(ctx);
	ck_assert_ptr_nonnull(guard);
}

static void close_guard(void)
{
	guard_free(guard);
	ck_assert_uint_eq(talloc_total_blocks(ctx), 1);
	talloc_free(ctx);
	alarms_reset();
}

START_TEST(ranges_are_read_and_compared)
{
	static const struct {
		const char *text, *again; /* NULL: no range */
	} cases[] = {
		{ "192.0.2.1", "192.0.2.1" },
		{ "192.0.2.0/24", "192.0.2.0/24" },
		{ "192.0.2.1/32", "192.0.2.1" },
		{ "0.0.0.0/0", "0.0.0.0/0" },
		{ "2001:db8::/32", "2001:db8::/32" },
		{ "2001:DB8::1", "2001:db8::1" },
		{ "192.0.2.1/24", NULL },
		{ "192.0.2.0/33", NULL },
		{ "192.0.2.0/", NULL },
		{ "192.0.2.0/+8", NULL },
		{ "192.0.2.0/8x", NULL },
		{ "192.0.2", NULL },
		{ "", NULL },
		{ "/8", NULL },
		{ "2001:db8::/129", NULL },
		{ "example.org", NULL },
		{ "1111:1111:1111:1111:1111:1111:1111:1111:1111:1111:1111:1111", NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct netprefix prefix;
		char text[NETPREFIX_TEXT_MAX] = "";

		ck_assert_msg(netprefix_parse(cases[i].text, &prefix) == !!cases[i].again, "%s",
			      cases[i].text);
		if (!cases[i].again)
			continue;
		netprefix_text(&prefix, text);
		ck_assert_str_eq(text, cases[i].again);
	}
}
END_TEST

START_TEST(range_has_what_is_in_it)
{
	static const struct {
		const char *prefix, *address;
		bool has;
	} cases[] = {
		{ "192.0.2.128/25", "192.0.2.128", true },
		{ "192.0.2.128/25", "192.0.2.255", true },
		{ "192.0.2.128/25", "192.0.2.127", false },
		{ "0.0.0.0/0", "203.0.113.9", true },
		{ "0.0.0.0/0", "2001:db8::1", false },
		{ "2001:db8:0:8000::/49", "2001:db8:0:ffff::1", true },
		{ "2001:db8:0:8000::/49", "2001:db8:0:7fff::1", false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct sockaddr_storage from = address(cases[i].address);
		struct netprefix prefix;

		ck_assert(netprefix_parse(cases[i].prefix, &prefix));
		ck_assert_msg(netprefix_has(&prefix, &from) == cases[i].has, "%s %s",
			      cases[i].prefix, cases[i].address);
	}
}
END_TEST

START_TEST(ipv6_counts_by_its_first_half)
{
	const struct sockaddr_storage a = address("2001:db8:1:2::1"),
				      b = address("2001:db8:1:2:ffff::9"),
				      c = address("2001:db8:1:3::1"), d = address("192.0.2.7");
	const struct source one = source_of(&a), same = source_of(&b), other = source_of(&c),
			    four = source_of(&d);
	char text[SOURCE_TEXT_MAX];

	ck_assert(source_same(&one, &same));
	ck_assert(!source_same(&one, &other));
	source_text(&one, text);
	ck_assert_str_eq(text, "2001:db8:1:2::/64");
	source_text(&four, text);
	ck_assert_str_eq(text, "192.0.2.7");
}
END_TEST

/* Any number of sources: the memory stays, and who was heard of last is known. */
START_TEST(table_forgets_the_oldest)
{
	struct source_table table;
	void *pool = talloc_named_const(NULL, 0, "table");
	struct source source = { .family = AF_INET };
	unsigned n = 0, found = 0;

	ck_assert(source_table_init(&table, pool, 64, sizeof(struct source_entry)));
	for (unsigned i = 0; i < 100000; i++) {
		source.low = i;
		found += source_table_get(&table, &source, i) == source_table_find(&table, &source);
	}
	ck_assert_uint_eq(found, 100000);
	ck_assert_uint_eq(table.used, 64);
	for (void *entry = NULL; (entry = source_table_next(&table, entry));)
		n++;
	ck_assert_uint_eq(n, 64);
	source.low = 99999;
	source_table_drop(&table, source_table_find(&table, &source));
	ck_assert_ptr_null(source_table_find(&table, &source));
	ck_assert_uint_eq(table.used, 63);
	talloc_free(pool);
}
END_TEST

START_TEST(bucket_lets_a_burst_and_then_the_rate)
{
	const struct rate rate = { .per_s = 10, .burst = 5 }, none = { 0 }, plain = { 4, 0 };
	uint64_t full = 0, now = START_US;

	for (unsigned i = 0; i < 5; i++)
		ck_assert(bucket_take(&full, &rate, now));
	ck_assert(!bucket_take(&full, &rate, now));
	now += S / 10;
	ck_assert(bucket_take(&full, &rate, now));
	ck_assert(!bucket_take(&full, &rate, now));
	now += 100 * S;
	for (unsigned i = 0; i < 5; i++)
		ck_assert(bucket_take(&full, &rate, now));
	ck_assert(!bucket_take(&full, &rate, now));
	full = 0;
	for (unsigned i = 0; i < 1000; i++)
		ck_assert(bucket_take(&full, &none, now));
	for (unsigned i = 0; i < 4; i++)
		ck_assert(bucket_take(&full, &plain, now));
	ck_assert(!bucket_take(&full, &plain, now));
}
END_TEST

START_TEST(ban_comes_after_n_failures_and_goes)
{
	const struct sockaddr_storage bad = address("198.51.100.1"), good = address("198.51.100.2");

	open_guard();
	guard->config.ban = (struct ban_policy){ .after = 3, .within_s = 60, .for_s = 120 };
	for (unsigned i = 0; i < 3; i++) {
		ck_assert(guard_welcomes(guard, &bad, "REGISTER sip:x SIP/2.0"));
		guard_failed(guard, &bad, BAN_AUTHENTICATION, false);
	}
	ck_assert(!guard_welcomes(guard, &bad, "REGISTER sip:x SIP/2.0"));
	ck_assert(guard_welcomes(guard, &good, "REGISTER sip:x SIP/2.0"));
	ck_assert_uint_eq(guard->totals.banned, 1);
	ck_assert_uint_eq(alarms_count(ALARM_WARNING), 1);
	clock_advance(119 * S);
	ck_assert(!guard_welcomes(guard, &bad, "OPTIONS sip:x SIP/2.0"));
	clock_advance(2 * S);
	ck_assert(guard_welcomes(guard, &bad, "OPTIONS sip:x SIP/2.0"));
	ck_assert_uint_eq(alarms_count(ALARM_WARNING), 0);
	close_guard();
}
END_TEST

START_TEST(failures_must_come_close_together)
{
	const struct sockaddr_storage from = address("198.51.100.1");

	open_guard();
	guard->config.ban = (struct ban_policy){ .after = 2, .within_s = 60, .for_s = 120 };
	for (unsigned i = 0; i < 10; i++) {
		guard_failed(guard, &from, BAN_AUTHENTICATION, false);
		clock_advance(61 * S);
		ck_assert(guard_welcomes(guard, &from, ""));
	}
	guard_failed(guard, &from, BAN_AUTHENTICATION, false);
	guard_passed(guard, &from); /* a slip of the finger, and then the right password */
	guard_failed(guard, &from, BAN_AUTHENTICATION, false);
	ck_assert(guard_welcomes(guard, &from, ""));
	close_guard();
}
END_TEST

START_TEST(bans_are_for_whom_the_policy_says)
{
	const struct sockaddr_storage from = address("198.51.100.1");

	open_guard();
	guard->config.ban.after = 1;
	guard_failed(guard, &from, BAN_STRANGER, false);
	guard_failed(guard, &from, BAN_MALFORMED, false);
	guard_failed(guard, &from, BAN_AUTHENTICATION, true);
	ck_assert(guard_welcomes(guard, &from, ""));
	guard->config.ban.peers = true;
	guard_failed(guard, &from, BAN_AUTHENTICATION, true);
	ck_assert(!guard_welcomes(guard, &from, ""));
	const struct source source = source_of(&from);
	ck_assert(guard_lift(guard, &source));
	ck_assert(!guard_lift(guard, &source));
	ck_assert(guard_welcomes(guard, &from, ""));
	guard->config.ban.strangers = true;
	guard_failed(guard, &from, BAN_STRANGER, false);
	ck_assert(!guard_welcomes(guard, &from, ""));
	guard_lift_all(guard);
	ck_assert(guard_welcomes(guard, &from, ""));
	guard->config.ban.after = 0;
	guard_failed(guard, &from, BAN_AUTHENTICATION, false);
	ck_assert(guard_welcomes(guard, &from, ""));
	close_guard();
}
END_TEST

START_TEST(denied_ranges_are_not_heard)
{
	const struct sockaddr_storage in = address("203.0.113.9"), out = address("203.0.114.9");

	open_guard();
	guard->config.deny.n = 1;
	ck_assert(netprefix_parse("203.0.113.0/24", &guard->config.deny.list[0]));
	ck_assert(!guard_welcomes(guard, &in, ""));
	ck_assert(guard_welcomes(guard, &out, ""));
	ck_assert_uint_eq(guard->totals.denied, 1);
	close_guard();
}
END_TEST

START_TEST(strangers_get_an_answer_within_a_rate_or_none)
{
	const struct sockaddr_storage from = address("198.51.100.1"),
				      other = address("198.51.100.2");
	unsigned answered = 0;

	open_guard();
	guard->config.source_requests = (struct rate){ .per_s = 5 };
	for (unsigned i = 0; i < 100; i++)
		answered += guard_stranger(guard, &from).status == 403;
	ck_assert_uint_eq(answered, 5);
	ck_assert_int_eq(guard_stranger(guard, &other).status, 403);
	guard->config.silence = true;
	clock_advance(S);
	ck_assert_int_eq(guard_stranger(guard, &from).status, SCREEN_SILENCE);
	close_guard();
}
END_TEST

static struct guard_call new_call(const struct sockaddr_storage *from)
{
	static uint64_t hash;

	hash++;
	return (struct guard_call){ .from = from, .of_peer = true, .hash = hash << 32 | hash };
}

START_TEST(refused_invite_is_refused_again)
{
	const struct sockaddr_storage from = address("192.0.2.1");
	struct guard_call call = new_call(&from);

	open_guard();
	guard->config.calls = (struct rate){ .per_s = 1 };
	ck_assert_int_eq(guard_call(guard, &call).status, 0);
	call = new_call(&from);
	const struct screen_refusal how = guard_call(guard, &call);
	ck_assert_int_eq(how.status, 503);
	ck_assert_uint_ge(how.retry_after_s, 1);
	ck_assert_uint_le(how.retry_after_s, 5);
	clock_advance(10 * S);
	ck_assert_int_eq(guard_call(guard, &call).status, 503);
	ck_assert_uint_eq(guard->totals.again, 1);
	clock_advance(40 * S); /* nobody sends it again after 32 s */
	ck_assert_int_eq(guard_call(guard, &call).status, 0);
	close_guard();
}
END_TEST

START_TEST(refusals_are_remembered_in_fixed_memory)
{
	struct refused *refused = calloc(1, sizeof(*refused));
	unsigned forgotten = 0;

	ck_assert_ptr_nonnull(refused);
	for (uint64_t i = 1; i < 300000; i++) {
		const uint64_t hash = i * 0x9e3779b97f4a7c15;

		refused_note(refused, hash, START_US);
		forgotten += !refused_has(refused, hash, START_US + S);
	}
	ck_assert_uint_eq(forgotten, 0);
	free(refused);
}
END_TEST

START_TEST(calls_at_a_time_are_limited)
{
	const struct sockaddr_storage from = address("192.0.2.1");
	struct guard_call call = new_call(&from);

	open_guard();
	guard->config.max_calls = 10;
	call.sessions = 9;
	ck_assert_int_eq(guard_call(guard, &call).status, 0);
	call = new_call(&from);
	call.sessions = 10;
	ck_assert_int_eq(guard_call(guard, &call).status, 503);
	ck_assert_uint_eq(guard->totals.calls_full, 1);
	close_guard();
}
END_TEST

/* While input waits ever fewer calls come in; then soon all again. */
START_TEST(overload_lets_fewer_calls_in_and_recovers)
{
	struct overload overload = { .share = OVERLOAD_ALL };
	unsigned in = 0;
	uint64_t now = START_US;

	overload_see(&overload, false, false, now);
	for (unsigned i = 0; i < 100; i++)
		in += overload_admits(&overload);
	ck_assert_uint_eq(in, 100);
	ck_assert(!overload_is_due(&overload, now + OVERLOAD_LOOK_US - 1));
	for (unsigned i = 0; i < 5; i++)
		overload_see(&overload, true, false, now += OVERLOAD_LOOK_US);
	in = 0;
	for (unsigned i = 0; i < 1000; i++)
		in += overload_admits(&overload);
	ck_assert_uint_ge(in, 230); /* 0.75 ^ 5 */
	ck_assert_uint_le(in, 240);
	for (unsigned i = 0; i < 100; i++)
		overload_see(&overload, true, false, now += OVERLOAD_LOOK_US);
	in = 0;
	for (unsigned i = 0; i < 1000; i++)
		in += overload_admits(&overload);
	ck_assert_uint_eq(in, 10); /* never none: who is let in shows that it is over */
	for (unsigned i = 0; i < 20; i++)
		overload_see(&overload, false, false, now += OVERLOAD_LOOK_US);
	ck_assert_uint_eq(overload.share, OVERLOAD_ALL);
	overload_see(&overload, false, true, now += OVERLOAD_LOOK_US);
	ck_assert(!overload_admits(&overload));
}
END_TEST

START_TEST(peer_has_limits)
{
	struct guard_peer_config config = {
		.calls = { .per_s = 2 }, .at_once = { .calls = 5, .calls_in = 3, .calls_out = 4 }
	};
	struct limits limits = { 0 };

	ck_assert_int_eq(limits_call_in(&limits, &config, "1", START_US), LIMIT_NONE);
	ck_assert_int_eq(limits_call_in(&limits, &config, "1", START_US), LIMIT_NONE);
	ck_assert_int_eq(limits_call_in(&limits, &config, "1", START_US), LIMIT_CALLS_RATE);
	limits.in = 3;
	ck_assert_int_eq(limits_call_in(&limits, &config, "1", START_US + S), LIMIT_CALLS);
	ck_assert_int_eq(limits_call_out(&limits, &config), LIMIT_NONE);
	limits.out = 2;
	ck_assert_int_eq(limits_call_out(&limits, &config), LIMIT_CALLS);
	limits.in = 0;
	ck_assert_int_eq(limits_call_out(&limits, &config), LIMIT_NONE);
	limits.out = 4;
	ck_assert_int_eq(limits_call_out(&limits, &config), LIMIT_CALLS);
	ck_assert_uint_eq(limits.refused[LIMIT_CALLS], 3);
}
END_TEST

START_TEST(longest_number_decides)
{
	struct guard_peer_config config = { .numbers = { { "00", false }, { "0041", true } },
					    .n_numbers = 2 };
	struct limits limits = { 0 };

	/* As 0041 is allowed, only such are. */
	ck_assert_int_eq(limits_call_in(&limits, &config, "00411", 1), LIMIT_NONE);
	ck_assert_int_eq(limits_call_in(&limits, &config, "00491", 1), LIMIT_DESTINATION);
	ck_assert_int_eq(limits_call_in(&limits, &config, "0171", 1), LIMIT_DESTINATION);
	config.n_numbers = 1;
	ck_assert_int_eq(limits_call_in(&limits, &config, "0171", 1), LIMIT_NONE);
	ck_assert_int_eq(limits_call_in(&limits, &config, "0049", 1), LIMIT_DESTINATION);
	config.n_numbers = 0;
	ck_assert_int_eq(limits_call_in(&limits, &config, "0049", 1), LIMIT_NONE);
}
END_TEST

UNIT_MAIN("guard", ranges_are_read_and_compared, range_has_what_is_in_it,
	  ipv6_counts_by_its_first_half, table_forgets_the_oldest,
	  bucket_lets_a_burst_and_then_the_rate, ban_comes_after_n_failures_and_goes,
	  failures_must_come_close_together, bans_are_for_whom_the_policy_says,
	  denied_ranges_are_not_heard, strangers_get_an_answer_within_a_rate_or_none,
	  refused_invite_is_refused_again, refusals_are_remembered_in_fixed_memory,
	  calls_at_a_time_are_limited, overload_lets_fewer_calls_in_and_recovers, peer_has_limits,
	  longest_number_decides)
