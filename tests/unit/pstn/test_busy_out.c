/* Busy-out, both ways, and that nothing flaps. The survey is the test's own. */
#include "tests/unit/pstn/rig.c"

/* Ways from trunk a, each alive or not; from every trunk when any is set. */
static bool alive[2], any;
static size_t n_ways;
static unsigned surveys;

static void survey(void *data, struct trunks *table)
{
	(void)data;
	surveys++;
	for (size_t i = 0; i < n_ways; i++)
		trunks_way(table, any ? NULL : "a", alive[i]);
	trunks_way(table, "nowhere", true);
}

static void up(bool busy_out)
{
	rig_up(NULL);
	alive[0] = alive[1] = any = false;
	n_ways = 2;
	surveys = 0;
	configs[0].busy_out = busy_out;
	ck_assert_int_eq(apply(2), 0);
	trunks_survey(trunks, survey, NULL);
}

static bool off_duty(const char *name)
{
	return fake_of(name)->trunk.upkeep.off_duty;
}

START_TEST(trunk_goes_off_duty_while_no_peer_is_alive)
{
	up(true);
	clock_advance(4 * S);
	ck_assert(!off_duty("a"));
	clock_advance(4 * S);
	ck_assert(off_duty("a"));
	ck_assert_str_eq(channel_of("a", 1)->told, "-");
	ck_assert(alarm_stands(ALARM_TRUNK_BUSY_OUT, "a"));
	ck_assert(!off_duty("b"));
	alive[1] = true; /* one is enough */
	clock_advance(9 * S);
	ck_assert(off_duty("a"));
	clock_advance(4 * S);
	ck_assert(!off_duty("a"));
	ck_assert_str_eq(channel_of("a", 1)->told, "-+");
	rig_down();
}
END_TEST

START_TEST(calls_that_are_there_go_on)
{
	up(true);
	channel_of("a", 1)->state = CHANNEL_CLEARING;
	clock_advance(60 * S);
	ck_assert_str_eq(channel_of("a", 1)->told, "");
	ck_assert_str_eq(channel_of("a", 2)->told, "-");
	channel_of("a", 1)->state = CHANNEL_IDLE;
	clock_advance(2 * S);
	ck_assert_str_eq(channel_of("a", 1)->told, "-");
	rig_down();
}
END_TEST

START_TEST(peer_that_comes_and_goes_does_not_flap)
{
	up(true);
	for (int i = 0; i < 50; i++) {
		alive[0] = i & 1;
		clock_advance(4 * S);
		ck_assert(!off_duty("a"));
	}
	alive[0] = false;
	clock_advance(10 * S);
	ck_assert(off_duty("a"));
	for (int i = 0; i < 50; i++) {
		alive[0] = i & 1;
		clock_advance(8 * S);
		ck_assert(off_duty("a"));
	}
	ck_assert_str_eq(channel_of("a", 1)->told, "-");
	rig_down();
}
END_TEST

START_TEST(only_trunks_that_want_it)
{
	up(false);
	clock_advance(60 * S);
	ck_assert(!off_duty("a"));
	ck_assert_uint_eq(surveys, 0);
	rig_down();
}
END_TEST

START_TEST(trunk_whose_routes_lead_to_no_peer_stays)
{
	up(true);
	n_ways = 0;
	clock_advance(60 * S);
	ck_assert(!off_duty("a"));
	rig_down();
}
END_TEST

START_TEST(route_from_any_counts_for_every_trunk)
{
	up(true);
	configs[1].busy_out = true;
	ck_assert_int_eq(apply(2), 0);
	clock_advance(20 * S);
	ck_assert(off_duty("a"));
	ck_assert(!off_duty("b"));
	any = true;
	clock_advance(20 * S);
	ck_assert(off_duty("b"));
	rig_down();
}
END_TEST

START_TEST(option_taken_away_puts_the_trunk_back)
{
	up(true);
	clock_advance(20 * S);
	ck_assert(off_duty("a"));
	configs[0].busy_out = false;
	ck_assert_int_eq(apply(2), 0);
	ck_assert(!off_duty("a"));
	ck_assert_str_eq(channel_of("a", 1)->told, "-+");
	rig_down();
}
END_TEST

START_TEST(lock_and_busy_out_do_not_lift_each_other)
{
	up(true);
	clock_advance(20 * S);
	ck_assert(!trunk_allows(&fake_of("a")->trunk, 1));
	ck_assert_int_eq(trunks_lock(trunks, "e1-1/1", LOCK_NOW, 0), 0);
	ck_assert_int_eq(trunks_lock(trunks, "e1-1/2", LOCK_NOT, 0), 0);
	ck_assert(!trunk_allows(&fake_of("a")->trunk, 2));
	alive[0] = true;
	clock_advance(20 * S);
	ck_assert(!off_duty("a"));
	ck_assert(!trunk_allows(&fake_of("a")->trunk, 1));
	ck_assert(trunk_allows(&fake_of("a")->trunk, 2));
	ck_assert_str_eq(channel_of("a", 1)->told, "-");
	rig_down();
}
END_TEST

START_TEST(removed_trunk_leaves_nothing)
{
	up(true);
	clock_advance(20 * S);
	ck_assert_int_eq(apply(0), 0);
	ck_assert(!alarm_stands(ALARM_TRUNK_BUSY_OUT, "a"));
	ck_assert_int_eq(apply(2), 0);
	ck_assert(!off_duty("a"));
	rig_down();
}
END_TEST

static void all_channels(enum channel_state state)
{
	for (unsigned t = 1; t <= CHANNELS; t++)
		channel_of("a", t)->state = channel_of("b", t)->state = state;
}

START_TEST(service_is_out_when_every_trunk_is)
{
	up(false);
	clock_advance(10 * S);
	ck_assert(trunks_any_in_service(trunks));
	all_channels(CHANNEL_DOWN);
	clock_advance(3 * S);
	ck_assert(trunks_any_in_service(trunks)); /* a D channel that is set up anew */
	clock_advance(5 * S);
	ck_assert(!trunks_any_in_service(trunks));
	channel_of("b", 3)->state = CHANNEL_IDLE;
	clock_advance(3 * S);
	ck_assert(!trunks_any_in_service(trunks));
	clock_advance(5 * S);
	ck_assert(trunks_any_in_service(trunks));
	rig_down();
}
END_TEST

START_TEST(locked_and_remotely_blocked_channels_are_out)
{
	up(false);
	ck_assert_int_eq(trunks_lock(trunks, "a", LOCK_NOW, 0), 0);
	ck_assert_int_eq(trunks_lock(trunks, "e1-2/1", LOCK_NOW, 0), 0);
	channel_of("b", 2)->remote_blocked = true;
	clock_advance(10 * S);
	ck_assert(trunks_any_in_service(trunks));
	channel_of("b", 3)->remote_blocked = true;
	clock_advance(10 * S);
	ck_assert(!trunks_any_in_service(trunks));
	rig_down();
}
END_TEST

START_TEST(channels_in_use_are_in_service)
{
	up(false);
	all_channels(CHANNEL_CLEARING);
	clock_advance(60 * S);
	ck_assert(trunks_any_in_service(trunks));
	rig_down();
}
END_TEST

/* Else two gateways whose trunks wait for each other would wait for ever. */
START_TEST(trunks_that_wait_for_a_peer_are_in_service)
{
	up(true);
	configs[1].busy_out = true;
	any = true;
	ck_assert_int_eq(apply(2), 0);
	clock_advance(60 * S);
	ck_assert(off_duty("a") && off_duty("b"));
	ck_assert(trunks_any_in_service(trunks));
	rig_down();
}
END_TEST

START_TEST(no_trunk_is_none_in_service)
{
	up(false);
	ck_assert_int_eq(apply(0), 0);
	ck_assert(!trunks_any_in_service(trunks));
	rig_down();
}
END_TEST

UNIT_MAIN("busy_out", trunk_goes_off_duty_while_no_peer_is_alive, calls_that_are_there_go_on,
	  peer_that_comes_and_goes_does_not_flap, only_trunks_that_want_it,
	  trunk_whose_routes_lead_to_no_peer_stays, route_from_any_counts_for_every_trunk,
	  option_taken_away_puts_the_trunk_back, lock_and_busy_out_do_not_lift_each_other,
	  removed_trunk_leaves_nothing, service_is_out_when_every_trunk_is,
	  locked_and_remotely_blocked_channels_are_out, channels_in_use_are_in_service,
	  trunks_that_wait_for_a_peer_are_in_service, no_trunk_is_none_in_service)
