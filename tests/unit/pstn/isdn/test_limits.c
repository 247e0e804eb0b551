/* How much of a trunk calls may take: its limits and reserved channels, and who is exempt. */
#include "tests/unit/unit.h"

#include "call/cause.h"
#include "call/emergency.h"
#include "call/emergency_config.h"
#include "tests/mock/mock_leg.c"
#include "tests/unit/pstn/isdn/world.c"

enum { CALLERS = 8 };

/* More callers than the one that a side has */
static struct mock_leg callers[CALLERS];

static void limited_world(const struct trunk_limits *limits)
{
	world_prepare();
	w.trunk[0].limits = *limits;
	world_start();
}

static void calls(unsigned i, const char *called)
{
	mock_leg_open(&callers[i], w.hub, TARGET_PEER, "a");
	mock_leg_setup(&callers[i], "4711", called);
}

/* The cause that the caller is refused with; 0: it is not. */
static unsigned refusal(unsigned i)
{
	const struct leg_msg *msg = mock_leg_told(&callers[i], LEG_RELEASE);

	return msg ? msg->cause : 0;
}

static uint64_t limited(void)
{
	return trunk_status("user").limited;
}

static void end(void)
{
	for (unsigned i = 0; i < CALLERS; i++)
		if (callers[i].leg)
			mock_leg_say(&callers[i], LEG_RELEASE, CAUSE_NORMAL, false);
	if (w.b.leg.leg)
		mock_leg_say(&w.b.leg, LEG_RELEASE, CAUSE_NORMAL, false);
	run_ms(1000);
	for (unsigned i = 0; i < CALLERS; i++)
		mock_leg_close(&callers[i]);
	world_close();
}

START_TEST(calls_out_are_limited)
{
	limited_world(&(struct trunk_limits){ .at_once.calls_out = 2 });
	for (unsigned i = 0; i < 3; i++) {
		calls(i, "600");
		run_ms(100);
	}
	ck_assert_uint_eq(refusal(0), 0);
	ck_assert_uint_eq(refusal(1), 0);
	ck_assert_uint_eq(refusal(2), CAUSE_NO_CIRCUIT);
	ck_assert_uint_eq(limited(), 1);
	mock_leg_say(&callers[0], LEG_RELEASE, 16, false);
	run_ms(500);
	calls(3, "600"); /* room again */
	run_ms(100);
	ck_assert_uint_eq(refusal(3), 0);
	end();
}
END_TEST

START_TEST(calls_in_are_limited)
{
	limited_world(&(struct trunk_limits){ .at_once.calls_in = 1 });
	b_calls("20");
	ck_assert(was_told(&w.a, LEG_SETUP));
	ck_assert(!was_told(&w.b, LEG_RELEASE));
	mock_leg_open(&callers[0], w.hub, TARGET_PEER, "b");
	mock_leg_setup(&callers[0], "555", "21");
	run_ms(200);
	ck_assert_uint_eq(refusal(0), CAUSE_NO_CIRCUIT);
	ck_assert_uint_eq(limited(), 1);
	calls(1, "600"); /* the other way is open */
	run_ms(100);
	ck_assert_uint_eq(refusal(1), 0);
	end();
}
END_TEST

START_TEST(both_ways_count_together)
{
	limited_world(&(struct trunk_limits){ .at_once.calls = 2 });
	b_calls("20");
	calls(0, "600");
	run_ms(100);
	calls(1, "600");
	run_ms(100);
	ck_assert_uint_eq(refusal(0), 0);
	ck_assert_uint_eq(refusal(1), CAUSE_NO_CIRCUIT);
	end();
}
END_TEST

START_TEST(a_rate_bounds_new_calls)
{
	limited_world(&(struct trunk_limits){ .rate = { .per_s = 2 } });
	for (unsigned i = 0; i < 3; i++)
		calls(i, "600");
	run_ms(100);
	ck_assert_uint_eq(refusal(1), 0);
	ck_assert_uint_eq(refusal(2), CAUSE_CONGESTION);
	run_ms(1000);
	calls(3, "600");
	run_ms(100);
	ck_assert_uint_eq(refusal(3), 0);
	end();
}
END_TEST

/* 30 channels, 28 of them reserved: two calls to the line, and calls from it still come. */
START_TEST(reserved_channels_are_left_to_the_line)
{
	limited_world(&(struct trunk_limits){ .reserved = 28 });
	for (unsigned i = 0; i < 3; i++) {
		calls(i, "600");
		run_ms(100);
	}
	ck_assert_uint_eq(refusal(1), 0);
	ck_assert_uint_eq(refusal(2), CAUSE_NO_CIRCUIT);
	b_calls("20");
	ck_assert(was_told(&w.a, LEG_SETUP));
	end();
}
END_TEST

/* 29 of 30 channels are the emergency calls' own: one routine call, whichever side makes it. */
START_TEST(channels_are_reserved_for_emergency_calls)
{
	limited_world(&(struct trunk_limits){ .reserved_emergency = 29 });
	calls(0, "600");
	run_ms(100);
	ck_assert_uint_eq(refusal(0), 0);
	mock_leg_open(&callers[1], w.hub, TARGET_PEER, "b");
	mock_leg_setup(&callers[1], "555", "21");
	run_ms(200);
	ck_assert_uint_eq(refusal(1), CAUSE_NO_CIRCUIT);
	calls(2, "600");
	run_ms(100);
	ck_assert_uint_eq(refusal(2), CAUSE_NO_CIRCUIT);
	ck_assert_uint_eq(limited(), 2);
	end();
}
END_TEST

START_TEST(emergency_calls_are_exempt)
{
	const struct emergency_config emergency = {
		.numbers = { { .dialled = "600" } },
		.n_numbers = 1,
		.ways = { { .kind = TARGET_TRUNK, .name = "user" } },
		.n_ways = 1,
		.exceptions = { { .kind = TARGET_TRUNK, .name = "net" } },
		.n_exceptions = 1,
	};

	limited_world(&(struct trunk_limits){
		.at_once.calls = 1, .reserved = 29, .rate = { .per_s = 1 } });
	call_hub_emergency(w.hub, &emergency, NULL, 0);
	calls(0, "605");
	run_ms(100);
	calls(1, "605");
	run_ms(100);
	ck_assert_uint_ne(refusal(1), 0);
	calls(2, "600");
	run_ms(100);
	ck_assert(mock_leg_told(&callers[2], LEG_CONNECT));
	end();
}
END_TEST

UNIT_MAIN("limits", calls_out_are_limited, calls_in_are_limited, both_ways_count_together,
	  a_rate_bounds_new_calls, reserved_channels_are_left_to_the_line,
	  channels_are_reserved_for_emergency_calls, emergency_calls_are_exempt)
