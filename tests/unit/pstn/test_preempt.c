/* Which channels emergency calls may use, and how room is made for them. */
#include "tests/mock/mock_leg.c"
#include "tests/unit/pstn/rig.c"

#include <stdlib.h>
#include <unistd.h>

#include "call/emergency.h"
#include "call/emergency_config.h"

/* Calls that the hub knows, one for each channel that a test fills. */
static struct mock_leg callers[CHANNELS + 1], called[CHANNELS + 1];
static struct mock_target targets[CHANNELS + 1];

static struct route_config routes[CHANNELS];

static void calls_up(void)
{
	const struct emergency_config emergency = {
		.numbers = { { "112", "" } },
		.n_numbers = 1,
		.ways = { { TARGET_LINE, "centre" } },
		.n_ways = 1,
	};

	rig_up(NULL);
	for (unsigned i = 0; i < CHANNELS; i++) {
		char name[] = { (char)('1' + i), '\0' };

		callers[i + 1] = called[i + 1] = (struct mock_leg){ 0 };
		routes[i] = (struct route_config){ .from_any = true, .n_targets = 1 };
		strcpy(routes[i].called, name);
		routes[i].targets[0].kind = TARGET_PEER;
		strcpy(routes[i].targets[0].name, name);
		mock_target_open(&targets[i + 1], hub, TARGET_PEER, name, &called[i + 1]);
	}
	const struct routes_config config = { .routes = routes, .n_routes = CHANNELS };
	ck_assert_int_eq(call_hub_apply(hub, &config), 0);
	mock_target_open(&targets[0], hub, TARGET_LINE, "centre", &called[0]);
	call_hub_emergency(hub, &emergency, NULL, 0);
}

/* A call to that number is on trunk a's channel. */
static void fill(unsigned timeslot, const char *number, bool answered)
{
	struct mock_leg *to = strcmp(number, "112") ? &called[timeslot] : &called[0];

	mock_leg_open(&callers[timeslot], hub, TARGET_PEER, "phones");
	mock_leg_setup(&callers[timeslot], "100", number);
	ck_assert_ptr_nonnull(to->leg);
	if (answered)
		mock_leg_say(to, LEG_CONNECT, 0, false);
	channel_of("a", timeslot)->state = answered ? CHANNEL_ACTIVE : CHANNEL_SETUP;
	channel_of("a", timeslot)->call = call_id(callers[timeslot].leg->call);
	clock_advance(1 * S);
}

static void calls_down(void)
{
	for (unsigned t = 1; t <= CHANNELS; t++) {
		if (callers[t].leg)
			mock_leg_say(&callers[t], LEG_RELEASE, CAUSE_NORMAL, false);
	}
	rig_down();
}

static bool preempt(void)
{
	struct target *target = &fake_of("a")->trunk.target;

	return target->preempt(target->data);
}

static bool admits(unsigned timeslot, enum leg_precedence precedence)
{
	return trunk_admits(&fake_of("a")->trunk, timeslot, precedence);
}

START_TEST(the_call_answered_last_gives_way)
{
	calls_up();
	fill(2, "2", true);
	fill(3, "3", true);
	fill(1, "1", true);
	ck_assert(preempt());
	ck_assert_str_eq(channel_of("a", 1)->told, "c");
	ck_assert_uint_eq(channel_of("a", 1)->cause, CAUSE_PREEMPTION_REUSE);
	ck_assert_str_eq(channel_of("a", 2)->told, "");
	ck_assert_str_eq(channel_of("a", 3)->told, "");
	calls_down();
}
END_TEST

START_TEST(a_call_that_nobody_answered_gives_way_first)
{
	calls_up();
	fill(2, "2", false);
	fill(3, "3", true);
	fill(1, "1", true);
	ck_assert(preempt());
	ck_assert_str_eq(channel_of("a", 2)->told, "c");
	ck_assert_str_eq(channel_of("a", 1)->told, "");
	calls_down();
}
END_TEST

START_TEST(a_channel_being_cleared_is_awaited)
{
	calls_up();
	fill(1, "1", false);
	fill(2, "2", true);
	channel_of("a", 3)->state = CHANNEL_CLEARING;
	ck_assert(preempt());
	for (unsigned t = 1; t <= CHANNELS; t++)
		ck_assert_str_eq(channel_of("a", t)->told, "");
	ck_assert(!admits(3, LEG_ROUTINE));
	ck_assert(preempt()); /* for a second emergency call */
	ck_assert_str_eq(channel_of("a", 1)->told, "c");
	calls_down();
}
END_TEST

START_TEST(no_emergency_call_gives_way)
{
	calls_up();
	fill(1, "112", true);
	channel_of("a", 2)->state = channel_of("a", 3)->state = CHANNEL_DOWN;
	ck_assert(!preempt());
	ck_assert_str_eq(channel_of("a", 1)->told, "");
	calls_down();
}
END_TEST

/* Pre-emption there would cost a call and bring nothing. */
START_TEST(calls_where_no_new_one_can_be_stay)
{
	calls_up();
	fill(1, "1", true);
	fill(2, "2", true);
	fill(3, "3", true);
	channel_of("a", 1)->remote_blocked = true;
	channel_of("a", 2)->remote_blocked = true;
	ck_assert_int_eq(trunks_lock(trunks, "e1-1/3", LOCK_NOW, 0), 0);
	channel_of("a", 3)->state = CHANNEL_ACTIVE;
	ck_assert(!preempt());
	calls_down();
}
END_TEST

START_TEST(a_channel_is_kept_for_emergency_calls_for_a_while)
{
	calls_up();
	fill(1, "1", true);
	ck_assert(preempt());
	channel_of("a", 1)->state = CHANNEL_IDLE;
	ck_assert(admits(1, LEG_EMERGENCY));
	ck_assert(!admits(1, LEG_ROUTINE));
	ck_assert(!admits(1, LEG_CALL_BACK));
	ck_assert(admits(2, LEG_ROUTINE));
	clock_advance(10 * S);
	ck_assert(admits(1, LEG_ROUTINE));
	fill(2, "2", true);
	ck_assert(preempt());
	ck_assert(!admits(2, LEG_ROUTINE));
	trunk_taken(&fake_of("a")->trunk, 2);
	ck_assert(admits(2, LEG_ROUTINE));
	calls_down();
}
END_TEST

START_TEST(graceful_locks_let_emergency_calls_pass)
{
	rig_up(NULL);
	channel_of("a", 2)->state = CHANNEL_ACTIVE;
	ck_assert_int_eq(trunks_lock(trunks, "e1-1/1", LOCK_GRACEFUL, 0), 0);
	ck_assert_int_eq(trunks_lock(trunks, "e1-1/2", LOCK_GRACEFUL, 0), 0);
	ck_assert_int_eq(trunks_lock(trunks, "e1-1/3", LOCK_NOW, 0), 0);
	for (unsigned t = 1; t <= CHANNELS; t++)
		ck_assert(!admits(t, LEG_ROUTINE));
	ck_assert(admits(1, LEG_EMERGENCY) && admits(1, LEG_CALL_BACK));
	ck_assert(admits(2, LEG_EMERGENCY) && admits(2, LEG_CALL_BACK));
	ck_assert(!admits(3, LEG_EMERGENCY) && !admits(3, LEG_CALL_BACK));
	channel_of("a", 2)->state = CHANNEL_IDLE;
	clock_advance(2 * S);
	ck_assert(admits(2, LEG_EMERGENCY)); /* locked now, as it was asked for */
	ck_assert_int_eq(trunks_lock(trunks, "a", LOCK_NOW, 0), 0);
	ck_assert(!admits(1, LEG_EMERGENCY));
	ck_assert(alarm_stands(ALARM_TRUNK_LOCKED, "a"));
	rig_down();
}
END_TEST

/* At the end of its time it is as if it had been locked outright: calls were cleared for it. */
START_TEST(a_graceful_lock_that_ran_out_is_outright)
{
	rig_up(NULL);
	channel_of("a", 1)->state = CHANNEL_CLEARING;
	ck_assert_int_eq(trunks_lock(trunks, "e1-1/1", LOCK_GRACEFUL, 5), 0);
	ck_assert(admits(1, LEG_EMERGENCY));
	clock_advance(6 * S);
	ck_assert(!admits(1, LEG_EMERGENCY));
	rig_down();
}
END_TEST

START_TEST(how_it_was_locked_outlives_a_restart)
{
	char dir[] = "/tmp/preempt-XXXXXX", file[64];

	ck_assert_ptr_nonnull(mkdtemp(dir));
	rig_up(dir);
	ck_assert_int_eq(trunks_lock(trunks, "e1-1/1", LOCK_GRACEFUL, 0), 0);
	ck_assert_int_eq(trunks_lock(trunks, "e1-1/2", LOCK_NOW, 0), 0);
	trunks_free(trunks);
	trunks_up(dir);
	ck_assert(!admits(1, LEG_ROUTINE) && admits(1, LEG_EMERGENCY));
	ck_assert(!admits(2, LEG_ROUTINE) && !admits(2, LEG_EMERGENCY));
	rig_down();
	snprintf(file, sizeof(file), "%s/maintenance", dir);
	unlink(file);
	ck_assert_int_eq(rmdir(dir), 0);
}
END_TEST

UNIT_MAIN("preempt", the_call_answered_last_gives_way, a_call_that_nobody_answered_gives_way_first,
	  a_channel_being_cleared_is_awaited, no_emergency_call_gives_way,
	  calls_where_no_new_one_can_be_stay, a_channel_is_kept_for_emergency_calls_for_a_while,
	  graceful_locks_let_emergency_calls_pass, a_graceful_lock_that_ran_out_is_outright,
	  how_it_was_locked_outlives_a_restart)
