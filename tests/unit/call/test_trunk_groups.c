/* Trunk groups: which trunk a call tries, when it goes on to the next one, what limits and configuration do. */
#include "call/trunk_groups.h"

#include "base/alarm.h"
#include "call/emergency.h"
#include "call/emergency_config.h"
#include "call/route_turns.h"
#include "tests/unit/call/rig.h"

enum { TRUNKS = 3, CALLERS = 4 };

static struct mock_leg legs[TRUNKS], callers[CALLERS];
static struct mock_target trunks[TRUNKS];
static struct trunk_group_config groups[2];
static struct route_config group_routes[] = {
	{ .name = "out",
	  .from_any = true,
	  .called = "6",
	  .targets = { { TARGET_TRUNK_GROUP, "pstn" }, { TARGET_PEER, "c" } },
	  .n_targets = 2 },
	{ .name = "only",
	  .from_any = true,
	  .called = "7",
	  .targets = { { TARGET_TRUNK_GROUP, "pstn" } },
	  .n_targets = 1 },
};

static void apply(size_t n_groups)
{
	const struct routes_config with = { .routes = group_routes,
					    .n_routes = 2,
					    .trunk_groups = groups,
					    .n_trunk_groups = n_groups };

	ck_assert_int_eq(call_hub_apply(hub, &with), 0);
}

/* Trunks x, y and z in trunk-group pstn. */
static void begin(enum trunk_group_hunt hunt)
{
	start();
	memset(legs, 0, sizeof(legs));
	memset(callers, 0, sizeof(callers));
	groups[0] = (struct trunk_group_config){
		.name = "pstn", .members = { "x", "y", "z" }, .n_members = TRUNKS, .hunt = hunt
	};
	apply(1);
	idle_blocks = talloc_total_blocks(hub);
	for (unsigned i = 0; i < TRUNKS; i++)
		mock_target_open(&trunks[i], hub, TARGET_TRUNK, groups[0].members[i], &legs[i]);
}

static void caller_dials(unsigned i, const char *called)
{
	mock_leg_open(&callers[i], hub, TARGET_PEER, "phones");
	mock_leg_setup(&callers[i], "100", called);
}

static unsigned refusal(unsigned i)
{
	const struct leg_msg *msg = mock_leg_told(&callers[i], LEG_RELEASE);

	return msg ? msg->cause : 0;
}

static void end(void)
{
	for (unsigned i = 0; i < CALLERS; i++) {
		if (callers[i].leg)
			mock_leg_say(&callers[i], LEG_RELEASE, CAUSE_NORMAL, false);
	}
	stop();
}

static bool keep_status(void *data, const struct trunk_group_status *status)
{
	*(struct trunk_group_status *)data = *status;
	return false;
}

static struct trunk_group_status status(void)
{
	struct trunk_group_status out = { 0 };

	trunk_groups_each(hub, keep_status, &out);
	return out;
}

START_TEST(hunts_in_its_order)
{
	static const struct {
		enum trunk_group_hunt hunt;
		int last;         /* taken before; -1: none */
		const char *told; /* members, in the order that they are tried */
	} rows[] = {
		{ GROUP_ASCENDING, 1, "012" },    { GROUP_DESCENDING, 1, "210" },
		{ GROUP_ROUND_ROBIN, -1, "012" }, { GROUP_ROUND_ROBIN, 0, "120" },
		{ GROUP_ROUND_ROBIN, 2, "012" },  { GROUP_LEAST_USED, -1, "201" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char told[TRUNKS + 1] = "";
		uint32_t tried = 0;
		int next;

		begin(rows[i].hunt);
		struct trunk_group *group = trunk_group_find(hub, "pstn");
		trunks[0].load.free = trunks[1].load.free = 2;
		trunks[2].load.free = 3;
		if (rows[i].last >= 0)
			trunk_group_taken(group, (unsigned)rows[i].last);
		for (size_t n = 0; (next = trunk_group_next(group, tried)) >= 0; n++) {
			ck_assert_uint_lt(n, TRUNKS);
			told[n] = (char)('0' + next);
			tried |= 1U << next;
		}
		ck_assert_msg(!strcmp(told, rows[i].told), "%zu: %s", i, told);
		stop();
	}
}
END_TEST

START_TEST(a_full_member_is_passed_over)
{
	begin(GROUP_ASCENDING);
	for (unsigned i = 0; i < TRUNKS; i++) {
		caller_dials(i, "600");
		ck_assert_ptr_nonnull(legs[i].leg);
	}
	ck_assert_uint_eq(to_c.asked, 0);
	caller_dials(3, "600");
	ck_assert_uint_eq(to_c.asked, 1);
	ck_assert_uint_eq(status().overflows, 1);
	ck_assert_uint_eq(status().members[0].taken, 1);
	ck_assert_uint_eq(status().members[0].refused, 3);
	ck_assert_uint_eq(status().members[2].taken, 1);
	ck_assert_uint_eq(status().members[2].refused, 1);
	end();
}
END_TEST

/* Whatever a trunk says of itself, and whatever its far end says: the causes of the route decide. */
START_TEST(causes_of_reroute_lead_to_the_next_member)
{
	for (unsigned cause = 4; cause < 128; cause++) {
		static const struct route_config usual;
		bool goes_on = route_reroutes(&usual, cause);

		begin(GROUP_ASCENDING);
		trunks[0].cause = cause;
		caller_dials(0, "600");
		ck_assert_uint_eq(trunks[1].asked, goes_on);
		if (goes_on) {
			mock_leg_say(&legs[1], LEG_RELEASE, (uint8_t)cause, false);
			ck_assert_ptr_nonnull(legs[2].leg);
			mock_leg_say(&legs[2], LEG_RELEASE, (uint8_t)cause, false);
			ck_assert_uint_eq(to_c.asked, 1);
			ck_assert_uint_eq(status().overflows, 1);
			ck_assert_uint_eq(status().members[1].refused, 1);
			mock_leg_say(&c, LEG_CONNECT, 0, false);
		} else {
			ck_assert_uint_eq(refusal(0), cause);
		}
		end();
	}
}
END_TEST

START_TEST(the_last_cause_stands_when_no_member_is_left)
{
	begin(GROUP_DESCENDING);
	trunks[2].cause = CAUSE_DESTINATION_OUT_OF_ORDER;
	trunks[1].cause = CAUSE_DESTINATION_OUT_OF_ORDER;
	caller_dials(0, "700");
	mock_leg_say(&legs[0], LEG_RELEASE, CAUSE_CONGESTION, false);
	ck_assert_uint_eq(refusal(0), CAUSE_CONGESTION);
	ck_assert_uint_eq(status().members[0].taken, 1);
	ck_assert_uint_eq(status().members[0].refused, 1);
	ck_assert_uint_eq(status().overflows, 1);
	ck_assert_uint_eq(trunks[0].asked + trunks[1].asked + trunks[2].asked, 3);
	target_unregister(&trunks[2].target); /* not there now: cause 3, which hides no other */
	trunks[0].cause = CAUSE_DESTINATION_OUT_OF_ORDER;
	caller_dials(1, "700");
	ck_assert_uint_eq(refusal(1), CAUSE_DESTINATION_OUT_OF_ORDER);
	end();
}
END_TEST

START_TEST(limits_hold_for_all_members_together)
{
	begin(GROUP_ASCENDING);
	groups[0].limits = (struct trunk_limits){ .at_once.calls_out = 3, .reserved = 2 };
	apply(1);
	trunks[0].load = (struct trunk_load){ .in = 7, .out = 1, .free = 2 };
	trunks[1].load = (struct trunk_load){ .out = 1, .free = 1 };
	ck_assert_str_eq(status().state, "free");
	caller_dials(0, "700");
	ck_assert_ptr_nonnull(legs[0].leg);
	trunks[2].load.out = 1;
	ck_assert_str_eq(status().state, "limit reached");
	caller_dials(1, "700");
	ck_assert_uint_eq(refusal(1), CAUSE_NO_CIRCUIT);
	ck_assert_ptr_nonnull(
		mock_log_find("trunk-group pstn: as many calls to the line as its limit lets"));
	trunks[2].load.out = 0;
	trunks[1].load.free = 0;
	ck_assert_str_eq(status().state, "limit reached");
	caller_dials(2, "600");
	ck_assert_uint_eq(to_c.asked, 1);
	ck_assert_uint_eq(status().limited, 2);
	ck_assert_uint_eq(status().overflows, 2);
	ck_assert_uint_eq(status().peak, 9);
	ck_assert_uint_eq(trunks[1].asked, 0);
	end();
}
END_TEST

/* However many members refuse it, it is one call. */
START_TEST(a_rate_counts_each_call_once)
{
	begin(GROUP_ASCENDING);
	groups[0].limits = (struct trunk_limits){ .rate = { .per_s = 2 } };
	apply(1);
	trunks[0].cause = trunks[1].cause = CAUSE_NO_CIRCUIT;
	caller_dials(0, "700");
	mock_leg_say(&legs[2], LEG_RELEASE, CAUSE_USER_BUSY, false);
	caller_dials(1, "700");
	ck_assert_ptr_nonnull(legs[2].leg);
	caller_dials(2, "700");
	ck_assert_uint_eq(refusal(2), CAUSE_CONGESTION);
	end();
}
END_TEST

START_TEST(calls_from_the_line_are_limited)
{
	begin(GROUP_ASCENDING);
	groups[0].limits.at_once.calls_in = 2;
	apply(1);
	for (unsigned i = 0; i < 2; i++) {
		trunks[i].load.in = 1; /* the one that calls */
		mock_leg_open(&callers[i], hub, TARGET_TRUNK, groups[0].members[i]);
		mock_leg_setup(&callers[i], "4711", "600");
		ck_assert_uint_eq(refusal(i), 0);
	}
	trunks[2].load.in = 1;
	mock_leg_open(&callers[2], hub, TARGET_TRUNK, "z");
	mock_leg_setup(&callers[2], "4711", "600");
	ck_assert_uint_eq(refusal(2), CAUSE_NO_CIRCUIT);
	ck_assert_ptr_nonnull(
		mock_log_find("trunk-group pstn: as many calls from the line as its limit lets"));
	mock_leg_open(&callers[3], hub, TARGET_TRUNK, "b"); /* in no group */
	mock_leg_setup(&callers[3], "4711", "600");
	ck_assert_uint_eq(refusal(3), 0);
	end();
}
END_TEST

/* They go by its trunks, past its limits. */
START_TEST(emergency_calls_are_exempt)
{
	const struct emergency_config emergency = {
		.numbers = { { .dialled = "112" } },
		.n_numbers = 1,
		.ways = { { .kind = TARGET_TRUNK, .name = "y" },
			  { .kind = TARGET_TRUNK_GROUP, .name = "pstn" } },
		.n_ways = 2,
		.quiet = true,
	};
	struct emergency_status plan;

	begin(GROUP_ASCENDING);
	groups[0].limits = (struct trunk_limits){ .at_once.calls = 1, .reserved_emergency = 5 };
	apply(1);
	call_hub_emergency(hub, &emergency, NULL, 0);
	call_emergency_status(hub, &plan);
	ck_assert_uint_eq(plan.n_ways, TRUNKS);
	ck_assert_str_eq(plan.ways[0].name, "y");
	ck_assert_str_eq(plan.ways[1].name, "x");
	trunks[0].load = (struct trunk_load){ .out = 1, .free = 1 };
	caller_dials(0, "700");
	ck_assert_uint_eq(refusal(0), CAUSE_NO_CIRCUIT);
	trunks[1].cause = CAUSE_NO_CIRCUIT;
	caller_dials(1, "112");
	ck_assert_ptr_nonnull(legs[0].leg);
	end();
}
END_TEST

/* Dialled digit by digit from the line, with all channels the emergency calls' own. */
START_TEST(limits_wait_for_a_number_that_may_be_one_of_help)
{
	static const struct emergency_config emergency = {
		.numbers = { { .dialled = "112" } },
		.n_numbers = 1,
		.ways = { { .kind = TARGET_PEER, .name = "c" } },
		.n_ways = 1,
		.quiet = true,
	};
	static const struct {
		const char *begins, *digits[4];
		bool complete;
		unsigned cause;
	} rows[] = {
		{ "", { "1", "1", "2" }, false, 0 },
		{ "11", { "2" }, false, 0 },
		{ "7", { NULL }, false, CAUSE_NO_CIRCUIT },
		{ "", { "7" }, false, CAUSE_NO_CIRCUIT },
		{ "1", { "1", "" }, true, CAUSE_NO_CIRCUIT },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		begin(GROUP_ASCENDING);
		groups[0].limits = (struct trunk_limits){ .reserved_emergency = 5 };
		apply(1);
		call_hub_emergency(hub, &emergency, NULL, 0);
		mock_leg_open(&callers[0], hub, TARGET_TRUNK, "x");
		mock_leg_dial(&callers[0], rows[i].begins);
		for (unsigned d = 0; rows[i].digits[d]; d++) {
			ck_assert_uint_eq(refusal(0), 0);
			mock_leg_key(&callers[0], rows[i].digits[d],
				     rows[i].complete && !rows[i].digits[d + 1]);
		}
		ck_assert_uint_eq(refusal(0), rows[i].cause);
		ck_assert_uint_eq(to_c.asked, !rows[i].cause);
		ck_assert_uint_eq(status().limited, rows[i].cause != 0);
		end();
	}
}
END_TEST

/* A call under way goes on with what there is now. */
START_TEST(members_come_and_go_in_mid_call)
{
	begin(GROUP_ASCENDING);
	caller_dials(0, "700");
	ck_assert_ptr_nonnull(legs[0].leg);
	caller_dials(1, "700");
	mock_leg_say(&legs[1], LEG_CONNECT, 0, false);
	memcpy(groups[0].members[0], "z", 2); /* z, y */
	memcpy(groups[0].members[1], "y", 2);
	groups[0].n_members = 2;
	apply(1);
	mock_leg_say(&legs[0], LEG_RELEASE, CAUSE_CONGESTION, false);
	ck_assert_ptr_nonnull(legs[2].leg);
	ck_assert_uint_eq(trunks[0].asked, 2);
	ck_assert_uint_eq(status().members[1].taken, 1); /* y goes on counting */
	apply(0);
	mock_leg_say(&legs[2], LEG_RELEASE, CAUSE_CONGESTION, false);
	ck_assert_uint_eq(refusal(0), CAUSE_CONGESTION);
	ck_assert_ptr_nonnull(legs[1].leg); /* a call that is up has not noticed */
	ck_assert_uint_eq(mock_leg_count(&callers[1], LEG_RELEASE), 0);
	mock_leg_say(&callers[1], LEG_RELEASE, CAUSE_NORMAL, false);
	apply(1);
	end();
}
END_TEST

START_TEST(round_robin_goes_on_over_a_change)
{
	begin(GROUP_ROUND_ROBIN);
	caller_dials(0, "700");
	ck_assert_ptr_nonnull(legs[0].leg);
	mock_leg_say(&callers[0], LEG_RELEASE, CAUSE_NORMAL, false);
	memcpy(groups[0].members[0], "y", 2);
	memcpy(groups[0].members[1], "x", 2);
	apply(1);
	caller_dials(1, "700");
	ck_assert_ptr_nonnull(legs[2].leg);
	end();
}
END_TEST

/* RFC 4904: a trunk or a group that the caller wants; a trunk may be wanted of a group. */
START_TEST(a_wanted_trunk_may_be_a_groups)
{
	static const struct {
		const char *wanted;
		int takes; /* trunk; -1: none */
	} rows[] = { { "pstn", 0 }, { "y", 1 }, { "b", -1 } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct leg_msg setup = { .verb = LEG_SETUP };

		begin(GROUP_ASCENDING);
		strcpy(setup.setup.called.digits, "600");
		strcpy(setup.setup.transit.trunk_group, rows[i].wanted);
		mock_leg_open(&callers[0], hub, TARGET_PEER, "phones");
		mock_leg_says(&callers[0], &setup);
		for (int t = 0; t < TRUNKS; t++)
			ck_assert_uint_eq(trunks[t].asked, t == rows[i].takes);
		ck_assert_uint_eq(refusal(0), rows[i].takes < 0 ? CAUSE_NO_ROUTE : 0);
		end();
	}
}
END_TEST

START_TEST(seconds_with_all_trunks_busy_are_counted)
{
	begin(GROUP_ASCENDING);
	clock_advance(1 * S);
	ck_assert_uint_eq(status().busy_s, 0);
	trunks[0].load.out = 1;
	clock_advance(3 * S);
	ck_assert_uint_eq(status().busy_s, 3);
	ck_assert_uint_eq(status().peak, 1);
	trunks[2].load.free = 1;
	clock_advance(1 * S);
	ck_assert_uint_eq(status().busy_s, 3);
	ck_assert_str_eq(status().state, "free");
	for (unsigned i = 0; i < TRUNKS; i++)
		trunks[i].cause = CAUSE_DESTINATION_OUT_OF_ORDER;
	trunks[2].load.free = 0;
	ck_assert_str_eq(status().state, "out of service"); /* whatever calls are left */
	trunks[0].cause = CAUSE_NO_CIRCUIT;
	ck_assert_str_eq(status().state, "all trunks busy");
	trunks[0].load.out = 0;
	ck_assert_str_eq(status().state, "out of service");
	stop();
}
END_TEST

static void all_refuse(unsigned cause)
{
	for (unsigned i = 0; i < TRUNKS; i++)
		trunks[i].cause = cause;
}

START_TEST(an_alarm_stands_while_it_has_been_full_for_long)
{
	alarms_reset();
	begin(GROUP_ASCENDING);
	groups[0].busy_alarm.after_s = 5;
	apply(1);
	trunks[0].load.out = 1;
	clock_advance(4 * S);
	trunks[2].load.free = 1;
	clock_advance(1 * S);
	trunks[2].load.free = 0;
	clock_advance(4 * S);
	ck_assert_uint_eq(alarms_count(ALARM_WARNING), 0);
	clock_advance(1 * S);
	ck_assert_uint_eq(alarms_count(ALARM_MAJOR), 1);
	apply(1);
	clock_advance(1 * S);
	ck_assert_uint_eq(alarms_count(ALARM_MAJOR), 1);
	trunks[2].load.free = 1;
	clock_advance(1 * S);
	ck_assert_uint_eq(alarms_count(ALARM_WARNING), 0);
	groups[0].busy_alarm.never = true;
	apply(1);
	trunks[2].load.free = 0;
	clock_advance(100 * S);
	ck_assert_uint_eq(alarms_count(ALARM_WARNING), 0);
	trunks[0].load.out = 0;
	stop();
}
END_TEST

START_TEST(an_alarm_stands_while_no_trunk_takes_calls)
{
	alarms_reset();
	begin(GROUP_ASCENDING);
	clock_advance(60 * S);
	ck_assert_uint_eq(alarms_count(ALARM_WARNING), 0);
	all_refuse(CAUSE_DESTINATION_OUT_OF_ORDER);
	clock_advance(9 * S);
	ck_assert_uint_eq(alarms_count(ALARM_WARNING), 0);
	clock_advance(1 * S);
	ck_assert_uint_eq(alarms_count(ALARM_CRITICAL), 1);
	trunks[1].cause = 0;
	clock_advance(1 * S);
	ck_assert_uint_eq(alarms_count(ALARM_WARNING), 0);
	all_refuse(CAUSE_DESTINATION_OUT_OF_ORDER);
	clock_advance(10 * S);
	ck_assert_uint_eq(alarms_count(ALARM_CRITICAL), 1);
	apply(0);
	ck_assert_uint_eq(alarms_count(ALARM_WARNING), 0);
	all_refuse(0);
	stop();
}
END_TEST

/* Calls outlive the D channel: nothing is busy where nothing comes back when they end. */
START_TEST(trunks_that_are_lost_under_a_call_are_down)
{
	alarms_reset();
	begin(GROUP_ASCENDING);
	groups[0].busy_alarm.after_s = 5;
	apply(1);
	trunks[0].load.out = 1;
	all_refuse(CAUSE_DESTINATION_OUT_OF_ORDER);
	trunks[1].cause = CAUSE_NO_CIRCUIT; /* without calls: locked */
	clock_advance(9 * S);
	ck_assert_uint_eq(alarms_count(ALARM_WARNING), 0);
	clock_advance(1 * S);
	ck_assert_uint_eq(alarms_count(ALARM_CRITICAL), 1);
	ck_assert_uint_eq(alarms_count(ALARM_WARNING), 1);
	ck_assert_uint_eq(status().busy_s, 0);
	trunks[0].cause = CAUSE_NO_CIRCUIT; /* it is up again, and full */
	clock_advance(5 * S);
	ck_assert_uint_eq(alarms_count(ALARM_CRITICAL), 0);
	ck_assert_uint_eq(alarms_count(ALARM_MAJOR), 1);
	trunks[0].load.out = 0;
	all_refuse(0);
	stop();
}
END_TEST

UNIT_MAIN("trunk_groups", hunts_in_its_order, a_full_member_is_passed_over,
	  causes_of_reroute_lead_to_the_next_member, the_last_cause_stands_when_no_member_is_left,
	  limits_hold_for_all_members_together, a_rate_counts_each_call_once,
	  calls_from_the_line_are_limited, emergency_calls_are_exempt,
	  limits_wait_for_a_number_that_may_be_one_of_help, members_come_and_go_in_mid_call,
	  round_robin_goes_on_over_a_change, a_wanted_trunk_may_be_a_groups,
	  seconds_with_all_trunks_busy_are_counted, an_alarm_stands_while_it_has_been_full_for_long,
	  an_alarm_stands_while_no_trunk_takes_calls, trunks_that_are_lost_under_a_call_are_down)
