/* The alarm of a trunk whose channels are all busy. */
#include "tests/unit/pstn/rig.c"

#include "call/route_config.h"
#include "call/trunk_group_config.h"

static void up(void)
{
	rig_up(NULL);
	configs[0].busy_alarm.after_s = 5;
	ck_assert_int_eq(apply(2), 0);
}

static void fill(const char *trunk, unsigned calls)
{
	for (unsigned t = 1; t <= CHANNELS; t++)
		channel_of(trunk, t)->state = t <= calls ? CHANNEL_ACTIVE : CHANNEL_IDLE;
}

static bool stands(const char *trunk)
{
	return alarm_stands(ALARM_TRUNK_BUSY, trunk);
}

START_TEST(stands_while_every_channel_has_been_busy_for_long)
{
	up();
	fill("a", CHANNELS - 1);
	clock_advance(100 * S);
	ck_assert(!stands("a"));
	fill("a", CHANNELS);
	clock_advance(4 * S);
	fill("a", CHANNELS - 1); /* begins anew */
	clock_advance(1 * S);
	fill("a", CHANNELS);
	clock_advance(4 * S);
	ck_assert(!stands("a"));
	clock_advance(1 * S);
	ck_assert(stands("a"));
	ck_assert_int_eq(apply(2), 0);
	clock_advance(1 * S);
	ck_assert(stands("a"));
	fill("a", CHANNELS - 1);
	clock_advance(1 * S);
	ck_assert(!stands("a"));
	rig_down();
}
END_TEST

START_TEST(after_a_minute_by_default_and_never_if_so_said)
{
	up();
	configs[0].busy_alarm = (struct busy_alarm){ .never = true };
	ck_assert_int_eq(apply(2), 0);
	fill("a", CHANNELS);
	fill("b", CHANNELS);
	clock_advance((BUSY_ALARM_S - 1) * S);
	ck_assert(!stands("b"));
	clock_advance(1 * S);
	ck_assert(stands("b"));
	ck_assert(!stands("a"));
	configs[1].busy_alarm = configs[0].busy_alarm;
	ck_assert_int_eq(apply(2), 0);
	clock_advance(1 * S);
	ck_assert(!stands("b"));
	rig_down();
}
END_TEST

/* Of two trunks in a group, the one that says so has it. */
START_TEST(a_trunk_in_a_group_leaves_it_to_the_group)
{
	struct trunk_group_config group = { .name = "g", .members = { "a", "b" }, .n_members = 2 };
	const struct routes_config routes = { .trunk_groups = &group, .n_trunk_groups = 1 };

	up();
	ck_assert_int_eq(call_hub_apply(hub, &routes), 0);
	fill("a", CHANNELS);
	fill("b", CHANNELS);
	clock_advance(2 * BUSY_ALARM_S * S);
	ck_assert(stands("a"));
	ck_assert(!stands("b"));
	group.n_members = 1;
	ck_assert_int_eq(call_hub_apply(hub, &routes), 0);
	clock_advance(1 * S);
	ck_assert(stands("b"));
	rig_down();
}
END_TEST

/* No other call has those. */
START_TEST(channels_reserved_for_emergency_calls_leave_it_to_the_others)
{
	up();
	configs[0].limits.reserved_emergency = 2;
	ck_assert_int_eq(apply(2), 0);
	fill("a", CHANNELS - 3);
	clock_advance(100 * S);
	ck_assert(!stands("a"));
	fill("a", CHANNELS - 2);
	clock_advance(5 * S);
	ck_assert(stands("a"));
	rig_down();
}
END_TEST

/* A call may be left where nothing is to be had when it ends. */
START_TEST(a_trunk_that_is_out_of_service_is_not_busy)
{
	up();
	fill("a", CHANNELS);
	fake_of("a")->refusal = CAUSE_DESTINATION_OUT_OF_ORDER;
	clock_advance(100 * S);
	ck_assert(!stands("a"));
	fake_of("a")->refusal = CAUSE_NO_CIRCUIT; /* it is back, and full */
	clock_advance(5 * S);
	ck_assert(stands("a"));
	ck_assert_int_eq(trunks_lock(trunks, "a", LOCK_GRACEFUL, 0), 0);
	clock_advance(1 * S);
	ck_assert(!stands("a"));
	ck_assert_int_eq(trunks_lock(trunks, "a", LOCK_NOT, 0), 0);
	clock_advance(5 * S);
	ck_assert(stands("a"));
	fake_of("a")->trunk.upkeep.off_duty = true;
	clock_advance(1 * S);
	ck_assert(!stands("a"));
	rig_down();
}
END_TEST

START_TEST(channels_out_of_service_leave_it_to_the_others)
{
	up();
	fill("a", 2);
	channel_of("a", 3)->state = CHANNEL_DOWN;
	clock_advance(5 * S);
	ck_assert(stands("a"));
	fill("a", 0);
	for (unsigned t = 1; t <= CHANNELS; t++)
		channel_of("a", t)->state = CHANNEL_DOWN;
	clock_advance(5 * S);
	ck_assert(!stands("a"));
	rig_down();
}
END_TEST

START_TEST(goes_with_its_trunk)
{
	up();
	fill("a", CHANNELS);
	clock_advance(5 * S);
	ck_assert(stands("a"));
	ck_assert_int_eq(apply(0), 0);
	ck_assert(!stands("a"));
	rig_down();
}
END_TEST

UNIT_MAIN("busy_watch", stands_while_every_channel_has_been_busy_for_long,
	  after_a_minute_by_default_and_never_if_so_said, a_trunk_in_a_group_leaves_it_to_the_group,
	  a_trunk_that_is_out_of_service_is_not_busy,
	  channels_reserved_for_emergency_calls_leave_it_to_the_others,
	  channels_out_of_service_leave_it_to_the_others, goes_with_its_trunk)
