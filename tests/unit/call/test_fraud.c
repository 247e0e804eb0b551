/* Rules against toll fraud, through the hub: what they count, when they refuse, and what ends it. */
#include "base/alarm.h"
#include "call/emergency.h"
#include "call/emergency_config.h"
#include "call/call_fraud.h"
#include "tests/unit/call/rig.h"

static struct fraud_rule_config rules[2];

/* A rule about calls to 7, its figures to be set. */
static struct fraud_rule_config *begin(void)
{
	start();
	alarms_reset();
	memset(rules, 0, sizeof(rules));
	rules[0] = (struct fraud_rule_config){
		.name = "seven",
		.from_any = true,
		.called = "7",
		.days = FRAUD_ALL_DAYS,
		.alarm_percent = 80,
		.cause = CAUSE_REJECTED,
	};
	return rules;
}

static void apply(size_t n)
{
	const struct fraud_config fraud = { rules, n };

	ck_assert_int_eq(call_hub_fraud(hub, &fraud), 0);
}

static void finish(void)
{
	apply(0);
	alarms_reset();
	stop();
}

/* From that number; true when it was answered, false when it was refused with cause 21. */
static bool call_from(const char *calling, const char *called)
{
	mock_leg_open(&a, hub, TARGET_PEER, "phones");
	mock_leg_setup(&a, calling, called);
	if (!b.leg || !b.leg->call) {
		ck_assert_uint_eq(mock_leg_told(&a, LEG_RELEASE)->cause, CAUSE_REJECTED);
		return false;
	}
	mock_leg_say(&b, LEG_CONNECT, 0, false);
	return true;
}

static void hang_up(void)
{
	mock_leg_say(&a, LEG_RELEASE, CAUSE_NORMAL, false);
	mock_leg_close(&a);
	mock_leg_close(&b);
}

static bool call_and_hang_up(const char *calling, const char *called)
{
	bool good = call_from(calling, called);

	if (good)
		hang_up();
	else
		mock_leg_close(&a);
	return good;
}

static bool first_status(void *data, const struct fraud_status *status)
{
	*(struct fraud_status *)data = *status;
	return false;
}

static struct fraud_status status(void)
{
	struct fraud_status out = { 0 };

	call_fraud_each(hub, first_status, &out);
	return out;
}

START_TEST(calls_an_hour_are_counted_and_then_blocked)
{
	begin()->calls_per_hour = 5;
	apply(1);
	for (unsigned i = 0; i < 5; i++) {
		ck_assert_uint_eq(alarms_count(ALARM_WARNING), i >= 4);
		ck_assert(call_and_hang_up("100", "700"));
	}
	ck_assert(!call_and_hang_up("100", "700"));
	ck_assert(!call_and_hang_up("100", "700"));
	ck_assert_uint_eq(alarms_count(ALARM_MAJOR), 1);
	ck_assert_ptr_nonnull(mock_log_find("fraud rule seven"));
	ck_assert(call_and_hang_up("100", "500")); /* none of the rule's */
	ck_assert_uint_eq(status().refused, 2);
	ck_assert(status().blocked);
	ck_assert(call_fraud_unblock(hub, "seven"));
	ck_assert(!call_fraud_unblock(hub, "eight"));
	ck_assert_uint_eq(alarms_count(ALARM_WARNING), 0);
	ck_assert(call_and_hang_up("100", "700"));
	finish();
}
END_TEST

START_TEST(block_ends_by_itself_if_so_configured)
{
	struct fraud_rule_config *rule = begin();

	rule->minutes_per_day = 1;
	rule->block_min = 10;
	apply(1);
	ck_assert(call_from("100", "700"));
	clock_advance(61 * S);
	ck_assert_uint_eq(alarms_count(ALARM_MAJOR), 1); /* while the call goes on */
	hang_up();
	ck_assert(!call_and_hang_up("100", "700"));
	clock_advance(600ULL * S);
	ck_assert_uint_eq(status().minutes_today, 1);
	ck_assert(!status().blocked);
	finish();
}
END_TEST

START_TEST(calls_at_a_time_are_refused_but_not_blocked)
{
	begin()->calls = 1;
	apply(1);
	ck_assert(call_from("100", "700"));
	mock_leg_open(&c, hub, TARGET_PEER, "phones");
	mock_leg_setup(&c, "101", "700");
	ck_assert_uint_eq(mock_leg_told(&c, LEG_RELEASE)->cause, CAUSE_REJECTED);
	mock_leg_close(&c);
	hang_up();
	ck_assert(call_and_hang_up("100", "700"));
	ck_assert_uint_eq(status().refused, 1);
	finish();
}
END_TEST

START_TEST(each_caller_has_figures_of_his_own)
{
	struct fraud_rule_config *rule = begin();

	rule->calls_per_hour = 2;
	rule->each = FRAUD_EACH_CALLER;
	apply(1);
	ck_assert(call_and_hang_up("100", "700"));
	ck_assert(call_and_hang_up("100", "700"));
	ck_assert(!call_and_hang_up("100", "700"));
	ck_assert(call_and_hang_up("101", "700"));
	/* However many callers: none is let off for want of memory. */
	for (unsigned i = 0; i < 1000; i++) {
		char calling[8];

		snprintf(calling, sizeof(calling), "%u", 1000 + i);
		ck_assert(call_and_hang_up(calling, "700"));
	}
	ck_assert(!call_and_hang_up("100", "700"));
	finish();
}
END_TEST

START_TEST(rule_that_only_alarms_refuses_nothing)
{
	struct fraud_rule_config *rule = begin();

	rule->calls_per_hour = 1;
	rule->only_alarm = true;
	apply(1);
	ck_assert(call_and_hang_up("100", "700"));
	ck_assert(call_and_hang_up("100", "700"));
	ck_assert_uint_eq(alarms_count(ALARM_WARNING), 1);
	ck_assert_uint_eq(alarms_count(ALARM_MAJOR), 0);
	finish();
}
END_TEST

START_TEST(rule_that_cuts_clears_calls_that_are_up)
{
	struct fraud_rule_config *rule = begin();

	rule->minutes_per_day = 1;
	rule->cut = true;
	apply(1);
	ck_assert(call_from("100", "700"));
	clock_advance(70 * S);
	ck_assert_uint_eq(mock_leg_told(&a, LEG_RELEASE)->cause, CAUSE_REJECTED);
	mock_leg_close(&a);
	mock_leg_close(&b);
	finish();
}
END_TEST

START_TEST(what_was_counted_survives_a_commit)
{
	begin()->calls_per_hour = 2;
	apply(1);
	ck_assert(call_from("100", "700"));
	rules[0].calls_per_hour = 1;
	apply(1);
	hang_up();
	ck_assert(!call_and_hang_up("100", "700"));
	ck_assert_uint_eq(status().calls, 0);
	apply(0); /* a rule that goes takes its block along */
	ck_assert(call_from("100", "700"));
	apply(1);
	hang_up();
	finish();
}
END_TEST

START_TEST(rule_holds_for_its_source_and_time)
{
	struct fraud_rule_config *rule = begin();
	time_t now = clock_wall().tv_sec;
	struct tm tm;

	localtime_r(&now, &tm);
	if (tm.tm_min == 59)
		return; /* the hour may turn while we look */
	rule->calls_per_hour = 1;
	rule->hour_first = (uint8_t)((tm.tm_hour + 1) % 24);
	rule->hour_end = (uint8_t)((tm.tm_hour + 2) % 24);
	apply(1);
	ck_assert(call_and_hang_up("100", "700") && call_and_hang_up("100", "700"));
	rule->hour_first = rule->hour_end = 0;
	rule->days = (uint8_t)(FRAUD_ALL_DAYS & ~(1u << tm.tm_wday));
	apply(1);
	ck_assert(call_and_hang_up("100", "700") && call_and_hang_up("100", "700"));
	rule->days = FRAUD_ALL_DAYS;
	rule->from_any = false;
	rule->from = (struct route_target){ TARGET_TRUNK, "phones" };
	apply(1);
	ck_assert(call_and_hang_up("100", "700") && call_and_hang_up("100", "700"));
	rule->from.kind = TARGET_PEER;
	apply(1);
	ck_assert(call_and_hang_up("100", "700") && !call_and_hang_up("100", "700"));
	finish();
}
END_TEST

START_TEST(emergency_calls_are_not_looked_at)
{
	static const struct emergency_config emergency = { .numbers = { { .dialled = "700" } },
							   .n_numbers = 1 };
	static const struct route_target way = { TARGET_TRUNK, "b" };

	begin()->calls_per_hour = 1;
	apply(1);
	call_hub_emergency(hub, &emergency, &way, 1);
	for (unsigned i = 0; i < 5; i++)
		ck_assert(call_and_hang_up("100", "700"));
	ck_assert_uint_eq(status().calls_this_hour, 0);
	finish();
}
END_TEST

UNIT_MAIN("fraud", calls_an_hour_are_counted_and_then_blocked,
	  block_ends_by_itself_if_so_configured, calls_at_a_time_are_refused_but_not_blocked,
	  each_caller_has_figures_of_his_own, rule_that_only_alarms_refuses_nothing,
	  rule_that_cuts_clears_calls_that_are_up, what_was_counted_survives_a_commit,
	  rule_holds_for_its_source_and_time, emergency_calls_are_not_looked_at)
