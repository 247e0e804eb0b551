/* What is told of a call that is not made: as a call would go, and with no effect. */
#include "call/route_test.h"

#include "call/call_fraud.h"
#include "call/emergency.h"
#include "call/emergency_config.h"
#include "call/explain.h"
#include "call/route.h"
#include "tests/unit/call/rig.h"

enum { STEPS_MAX = 32, STEP_MAX = 256 };

static struct {
	char text[STEPS_MAX][STEP_MAX];
	unsigned n;
} told;

static void on_step(void *data, const char *text)
{
	(void)data;
	ck_assert_uint_lt(told.n, STEPS_MAX);
	snprintf(told.text[told.n++], STEP_MAX, "%s", text);
}

static struct route_test ask(const char *calling, const char *called)
{
	static const struct explain explain = { .step = on_step };
	struct leg_setup setup = { 0 };
	const struct route_question question = { TARGET_PEER, "phones", &setup, NULL, &explain };
	struct route_test test;

	strcpy(setup.called.digits, called);
	strcpy(setup.calling.digits, calling);
	told.n = 0;
	call_route_test(hub, &question, &test);
	return test;
}

static unsigned n_told(const char *part)
{
	unsigned n = 0;

	for (unsigned i = 0; i < told.n; i++)
		n += strstr(told.text[i], part) != NULL;
	return n;
}

START_TEST(goes_where_a_call_goes)
{
	static const struct {
		const char *called;
		unsigned b_cause, c_cause; /* what the targets say */
	} rows[] = {
		{ "6", 0, 0 },  { "6", 34, 0 },  { "6", 27, 34 }, { "6", 17, 0 },
		{ "71", 0, 0 }, { "71", 47, 0 }, { "8", 0, 0 },   { "9", 0, 0 },
		{ "9", 34, 0 }, { "9", 21, 0 },  { "3", 0, 0 },   { "", 0, 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct route_test test;
		const struct leg_msg *end;

		start();
		to_b.cause = rows[i].b_cause;
		to_c.cause = rows[i].c_cause;
		test = ask("100", rows[i].called);
		ck_assert_uint_eq(to_b.asked + to_c.asked, 0);
		ck_assert_uint_eq(active(), 0);
		dial(rows[i].called);
		end = mock_leg_told(&a, LEG_RELEASE);
		ck_assert_msg((end ? end->cause : 0) == test.cause, "%zu: %u, told %u", i,
			      end ? end->cause : 0, test.cause);
		if (!test.cause && test.to.kind == TARGET_TRUNK)
			ck_assert_str_eq(mock_leg_told(&b, LEG_SETUP)->setup.called.digits,
					 test.setup.called.digits);
		ck_assert(test.cause || test.to.kind != TARGET_PEER || c.leg);
		if (a.leg)
			mock_leg_say(&a, LEG_RELEASE, CAUSE_NORMAL, false);
		stop();
	}
}
END_TEST

START_TEST(says_each_step)
{
	start();
	to_b.cause = 34;
	ask("100", "6");
	ck_assert_uint_eq(told.n, 4);
	ck_assert_str_eq(told.text[0],
			 "peer phones 100 calls 6, called type unknown, calling type unknown "
			 "allowed, bearer speech");
	ck_assert_str_eq(told.text[1], "route both (called 6) takes the call");
	ck_assert_str_eq(told.text[2],
			 "trunk b: mock refuses, cause 34 no circuit/channel available");
	ck_assert_str_eq(told.text[3], "peer c takes it");
	ask("100", "71");
	ck_assert_uint_eq(
		n_told("the route: called number 71 (unknown, allowed) becomes 001 (unknown, "
		       "unknown, allowed)"),
		1);
	stop();
}
END_TEST

START_TEST(caller_and_fraud_rules_are_asked_and_nothing_is_counted)
{
	static struct fraud_rule_config rule = { .name = "f",
						 .from_any = true,
						 .days = FRAUD_ALL_DAYS,
						 .calls_per_hour = 1,
						 .alarm_percent = 100,
						 .cause = 57 };
	const struct fraud_config fraud = { &rule, 1 };

	start();
	ck_assert_int_eq(call_hub_fraud(hub, &fraud), 0);
	for (unsigned i = 0; i < 3; i++)
		ck_assert_uint_eq(ask("1", "6").cause, 0);
	dial("6");
	ck_assert_ptr_nonnull(b.leg);
	ck_assert_uint_eq(ask("1", "6").cause, 57);
	ck_assert_uint_eq(n_told("fraud rule f refuses calls"), 1);
	mock_leg_say(&a, LEG_RELEASE, CAUSE_NORMAL, false);
	call_hub_fraud(hub, &(struct fraud_config){ 0 });
	stop();
}
END_TEST

START_TEST(emergency_calls_go_by_their_ways)
{
	struct emergency_config emergency = { 0 };
	const struct route_target way = { TARGET_TRUNK, "b" };

	strcpy(emergency.numbers[0].dialled, "112");
	emergency.n_numbers = 1;
	start();
	call_hub_emergency(hub, &emergency, &way, 1);
	ck_assert_uint_eq(ask("1", "112").cause, 0);
	ck_assert_uint_eq(n_told("an emergency call: routes have no say"), 1);
	ck_assert_uint_eq(n_told("trunk b takes it"), 1);
	to_b.cause = 34;
	ck_assert_uint_eq(ask("1", "112").cause, 34);
	ck_assert_uint_eq(n_told("trunk b: mock refuses"), 2);
	stop();
}
END_TEST

UNIT_MAIN("route_test", goes_where_a_call_goes, says_each_step,
	  caller_and_fraud_rules_are_asked_and_nothing_is_counted, emergency_calls_go_by_their_ways)
