/* Which calls are emergency calls, how they find a way, and calls back. */
#include "call/emergency.h"
#include "call/emergency_config.h"
#include "base/alarm.h"
#include "tests/unit/call/rig.h"

static const struct emergency_config emergency = {
	.numbers = { { "112", "" }, { "110", "" }, { "0112", "112" } },
	.n_numbers = 3,
	.services[SERVICE_POLICE] = "110",
	.ways = { { TARGET_TRUNK, "b" }, { TARGET_PEER, "c" } },
	.n_ways = 2,
	.exceptions = { { TARGET_TRUNK, "exchange" } },
	.n_exceptions = 1,
	.call_back_min = 30,
};

static void begin(void)
{
	start();
	call_hub_emergency(hub, &emergency, NULL, 0);
}

START_TEST(emergency_numbers_are_whole_and_several)
{
	start();
	ck_assert(!call_is_emergency(hub, "112"));
	ck_assert_ptr_null(call_emergency_number(hub, ""));
	call_hub_emergency(hub, &emergency, NULL, 0);
	ck_assert(call_is_emergency(hub, "112"));
	ck_assert(call_is_emergency(hub, "0112"));
	ck_assert(!call_is_emergency(hub, "11"));
	ck_assert(!call_is_emergency(hub, "1123"));
	ck_assert(!call_is_emergency(hub, "00112"));
	ck_assert(!call_is_emergency(hub, ""));
	stop();
}
END_TEST

START_TEST(rfc_5031_services_have_numbers)
{
	begin();
	ck_assert_str_eq(call_emergency_number(hub, ""), "112");
	ck_assert_str_eq(call_emergency_number(hub, ".police"), "110");
	ck_assert_str_eq(call_emergency_number(hub, ".POLICE.municipal"), "110");
	ck_assert_str_eq(call_emergency_number(hub, ".policeman"), "112");
	ck_assert_str_eq(call_emergency_number(hub, ".fire"), "112");
	stop();
}
END_TEST

/* Whoever calls from the public network dials numbers of ours, of which 112 may be one. */
START_TEST(calls_from_a_way_or_an_exception_are_ordinary)
{
	begin();
	ck_assert_uint_eq(call_precedence(hub, TARGET_PEER, "phones", "112"), LEG_EMERGENCY);
	ck_assert_uint_eq(call_precedence(hub, TARGET_TRUNK, "pbx", "112"), LEG_EMERGENCY);
	ck_assert_uint_eq(call_precedence(hub, TARGET_PEER, "b", "112"), LEG_EMERGENCY);
	ck_assert_uint_eq(call_precedence(hub, TARGET_PEER, "c", "112"), LEG_ROUTINE);
	ck_assert_uint_eq(call_precedence(hub, TARGET_TRUNK, "b", "112"), LEG_ROUTINE);
	ck_assert_uint_eq(call_precedence(hub, TARGET_TRUNK, "exchange", "112"), LEG_ROUTINE);
	ck_assert_uint_eq(call_precedence(hub, TARGET_PEER, "phones", "113"), LEG_ROUTINE);
	stop();
}
END_TEST

/* The way */

static bool alarm_found(void *data, const struct alarm_status *status)
{
	*(unsigned *)data += status->kind == ALARM_EMERGENCY_CALL;
	return true;
}

static unsigned alarms(void)
{
	unsigned n = 0;

	alarms_each(true, alarm_found, &n);
	return n;
}

static void hang_up(void)
{
	mock_leg_say(&a, LEG_RELEASE, CAUSE_NORMAL, false);
	ck_assert_uint_eq(alarms(), 0);
	stop();
	alarms_reset();
}

START_TEST(an_emergency_call_needs_no_route)
{
	struct call_status status;

	begin();
	dial("112");
	ck_assert_uint_eq(mock_leg_told(&b, LEG_SETUP)->setup.precedence, LEG_EMERGENCY);
	ck_assert_str_eq(mock_leg_told(&b, LEG_SETUP)->setup.called.digits, "112");
	ck_assert_str_eq(mock_leg_told(&b, LEG_SETUP)->setup.calling.digits, "100");
	ck_assert(call_get(hub, call_id(a.leg->call), &status));
	ck_assert_uint_eq(status.precedence, LEG_EMERGENCY);
	ck_assert_str_eq(status.route, "emergency");
	ck_assert_uint_eq(alarms(), 1);
	mock_leg_say(&b, LEG_CONNECT, 0, false);
	ck_assert_str_eq(state(), "active");
	hang_up();
	ck_assert_ptr_nonnull(mock_log_find("emergency call from peer phones 100 to trunk b 112"));
}
END_TEST

START_TEST(no_leg_makes_its_call_matter_more)
{
	struct leg_msg msg = { .verb = LEG_SETUP,
			       .setup = { .called.digits = "600", .precedence = LEG_EMERGENCY } };

	begin();
	mock_leg_open(&a, hub, TARGET_PEER, "phones");
	call_hears(hub, a.leg, &msg);
	ck_assert_uint_eq(mock_leg_told(&b, LEG_SETUP)->setup.precedence, LEG_ROUTINE);
	hang_up();
}
END_TEST

START_TEST(a_place_has_a_number_of_its_own)
{
	struct emergency_config config_with = emergency;

	strcpy(config_with.calling, "0301234500");
	config_with.callings[0] =
		(struct emergency_calling){ { TARGET_PEER, "phones" }, "0301234577" };
	config_with.n_callings = 1;
	start();
	call_hub_emergency(hub, &config_with, NULL, 0);
	dial("112");
	ck_assert_str_eq(mock_leg_told(&b, LEG_SETUP)->setup.calling.digits, "0301234577");
	mock_leg_say(&a, LEG_RELEASE, CAUSE_NORMAL, false);
	config_with.n_callings = 0;
	call_hub_emergency(hub, &config_with, NULL, 0);
	dial("112");
	ck_assert_str_eq(mock_leg_told(&b, LEG_SETUP)->setup.calling.digits, "0301234500");
	hang_up();
}
END_TEST

/* Busy and rejected too: another trunk may lead to another centre. */
START_TEST(every_cause_leads_on_to_the_next_way)
{
	static const uint8_t causes[] = { 1, 17, 18, 19, 21, 27, 31, 34, 38, 41, 102, 127 };

	for (size_t i = 0; i < sizeof(causes); i++) {
		begin();
		dial("112");
		mock_leg_say(&b, LEG_RELEASE, causes[i], false);
		ck_assert_ptr_nonnull(mock_leg_told(&c, LEG_SETUP));
		ck_assert_uint_eq(mock_leg_told(&c, LEG_SETUP)->setup.precedence, LEG_EMERGENCY);
		hang_up();
	}
}
END_TEST

START_TEST(a_centre_that_rings_and_does_not_answer_is_no_end)
{
	begin();
	dial("112");
	mock_leg_say(&b, LEG_ALERTING, 0, false);
	mock_leg_say(&b, LEG_DISCONNECT, CAUSE_NO_ANSWER, true);
	ck_assert_str_eq(state(), "routing");
	mock_leg_say(&c, LEG_ALERTING, 0, false);
	mock_leg_say(&c, LEG_CONNECT, 0, false);
	ck_assert_str_eq(state(), "active");
	hang_up();
}
END_TEST

START_TEST(answers_of_all_far_ends_end_the_call)
{
	begin();
	dial("112");
	mock_leg_say(&b, LEG_RELEASE, CAUSE_USER_BUSY, false);
	mock_leg_say(&c, LEG_RELEASE, CAUSE_DESTINATION_OUT_OF_ORDER, false);
	ck_assert_uint_eq(mock_leg_told(&a, LEG_RELEASE)->cause, CAUSE_USER_BUSY);
	ck_assert_uint_eq(alarms(), 0);
	stop();
}
END_TEST

START_TEST(while_a_way_is_full_the_call_waits)
{
	begin();
	to_b.cause = to_c.cause = CAUSE_NO_CIRCUIT;
	dial("112");
	ck_assert_str_eq(state(), "waiting");
	ck_assert_ptr_nonnull(mock_leg_told(&a, LEG_PROCEEDING));
	clock_advance(60 * S);
	ck_assert_str_eq(state(), "waiting");
	ck_assert_uint_gt(to_b.asked, 60);
	to_c.cause = 0;
	clock_advance(2 * S);
	ck_assert_ptr_nonnull(mock_leg_told(&c, LEG_SETUP));
	mock_leg_say(&c, LEG_CONNECT, 0, false);
	ck_assert_str_eq(state(), "active");
	ck_assert_uint_eq(mock_leg_count(&a, LEG_PROCEEDING), 1);
	hang_up();
}
END_TEST

START_TEST(a_caller_who_waits_may_give_up)
{
	begin();
	to_b.cause = to_c.cause = CAUSE_NO_CIRCUIT;
	dial("112");
	clock_advance(10 * S);
	hang_up();
}
END_TEST

START_TEST(a_network_that_is_congested_is_asked_again)
{
	begin();
	to_c.cause = CAUSE_DESTINATION_OUT_OF_ORDER;
	dial("112");
	for (unsigned i = 0; i < 20; i++) { /* more than there are slots */
		ck_assert_ptr_nonnull(b.leg);
		mock_leg_say(&b, LEG_RELEASE, CAUSE_CONGESTION, false);
		ck_assert_str_eq(state(), "waiting");
		clock_advance(2 * S);
	}
	mock_leg_say(&b, LEG_CONNECT, 0, false);
	ck_assert_str_eq(state(), "active");
	hang_up();
}
END_TEST

/* Refused from inside its SETUP: the slot of such a leg is not another's before its last word was heard. */
START_TEST(legs_that_refuse_at_once_are_told_apart)
{
	begin();
	mock_leg_teach(&b, LEG_SETUP, LEG_RELEASE, CAUSE_CONGESTION, false);
	mock_leg_teach(&c, LEG_SETUP, LEG_RELEASE, CAUSE_CONGESTION, false);
	dial("112");
	ck_assert_str_eq(state(), "waiting");
	clock_advance(30 * S);
	ck_assert_str_eq(state(), "waiting");
	c.n_replies = 0;
	clock_advance(2 * S);
	ck_assert_ptr_nonnull(c.leg);
	hang_up();
}
END_TEST

START_TEST(a_prefix_that_is_dialled_is_not_sent)
{
	begin();
	dial("0112");
	ck_assert_str_eq(mock_leg_told(&b, LEG_SETUP)->setup.called.digits, "112");
	hang_up();
}
END_TEST

/* Only an emergency call is let into what is locked, and only once no other way is free. */
START_TEST(free_ways_come_before_exempt_ones)
{
	begin();
	to_b.cause = CAUSE_NO_CIRCUIT;
	dial("112");
	ck_assert_uint_eq(to_b.asked, 1);
	ck_assert_uint_eq(to_b.precedence, LEG_ROUTINE);
	ck_assert_ptr_nonnull(mock_leg_told(&c, LEG_SETUP));
	mock_leg_say(&c, LEG_RELEASE, CAUSE_USER_BUSY, false);
	ck_assert_uint_eq(to_b.asked, 2);
	ck_assert_uint_eq(to_b.precedence, LEG_EMERGENCY);
	ck_assert_str_eq(state(), "waiting");
	hang_up();
}
END_TEST

static unsigned preempted;

static bool preempt(void *data)
{
	struct mock_target *mock = data;

	if (preempted++ == 0)
		mock->cause = CAUSE_NO_CIRCUIT; /* still: the channel is being cleared */
	return true;
}

START_TEST(room_is_made_once_and_awaited)
{
	begin();
	preempted = 0;
	to_b.target.preempt = preempt;
	to_b.cause = to_c.cause = CAUSE_NO_CIRCUIT;
	dial("112");
	ck_assert_str_eq(state(), "waiting");
	ck_assert_uint_eq(preempted, 1);
	clock_advance(4 * S);
	ck_assert_uint_eq(preempted, 1);
	to_b.cause = 0;
	clock_advance(100 * MS);
	ck_assert_ptr_nonnull(mock_leg_told(&b, LEG_SETUP));
	ck_assert_uint_eq(preempted, 1);
	hang_up();
}
END_TEST

START_TEST(room_that_does_not_come_is_made_elsewhere)
{
	begin();
	preempted = 0;
	to_b.target.preempt = preempt;
	to_b.cause = to_c.cause = CAUSE_NO_CIRCUIT;
	dial("112");
	clock_advance(6 * S);
	ck_assert_uint_eq(preempted, 2);
	hang_up();
}
END_TEST

START_TEST(no_room_is_made_while_another_way_is_free)
{
	begin();
	preempted = 0;
	to_b.target.preempt = preempt;
	to_b.cause = CAUSE_NO_CIRCUIT;
	dial("112");
	ck_assert_ptr_nonnull(mock_leg_told(&c, LEG_SETUP));
	ck_assert_uint_eq(preempted, 0);
	hang_up();
}
END_TEST

START_TEST(an_ordinary_call_makes_no_room)
{
	begin();
	preempted = 0;
	to_b.target.preempt = preempt;
	to_b.cause = to_c.cause = CAUSE_NO_CIRCUIT;
	dial("600");
	ck_assert_uint_eq(mock_leg_told(&a, LEG_RELEASE)->cause, CAUSE_NO_CIRCUIT);
	ck_assert_uint_eq(preempted, 0);
	stop();
}
END_TEST

/* Dialled digit by digit: 11 could be anything, 112 is whole. */
START_TEST(overlap_ends_with_the_emergency_number)
{
	begin();
	mock_leg_open(&a, hub, TARGET_PEER, "phones");
	mock_leg_dial(&a, "1");
	ck_assert_str_eq(state(), "collecting");
	mock_leg_key(&a, "1", false);
	ck_assert_str_eq(state(), "collecting");
	mock_leg_key(&a, "2", false);
	ck_assert_str_eq(mock_leg_told(&b, LEG_SETUP)->setup.called.digits, "112");
	ck_assert(!mock_leg_told(&b, LEG_SETUP)->setup.incomplete);
	hang_up();
}
END_TEST

START_TEST(overlap_ends_in_waiting_while_a_way_is_full)
{
	begin();
	to_b.cause = to_c.cause = CAUSE_NO_CIRCUIT;
	mock_leg_open(&a, hub, TARGET_PEER, "phones");
	mock_leg_dial(&a, "1");
	mock_leg_key(&a, "12", false);
	ck_assert_str_eq(state(), "waiting");
	mock_leg_say(&a, LEG_RELEASE, CAUSE_NORMAL, false);
	stop();
}
END_TEST

START_TEST(ways_may_change_in_mid_call)
{
	struct emergency_config less = emergency;

	begin();
	dial("112");
	less.n_ways = 1;
	call_hub_emergency(hub, &less, NULL, 0);
	mock_leg_say(&b, LEG_RELEASE, CAUSE_USER_BUSY, false);
	ck_assert_uint_eq(mock_leg_told(&a, LEG_RELEASE)->cause, CAUSE_USER_BUSY);
	stop();
}
END_TEST

START_TEST(a_way_that_is_new_is_tried_too)
{
	struct emergency_config other = emergency;

	other.ways[0] = emergency.ways[1];
	other.ways[1] = emergency.ways[0];
	begin();
	dial("112");
	mock_leg_say(&b, LEG_RELEASE, CAUSE_USER_BUSY, false);
	ck_assert_ptr_nonnull(c.leg);
	call_hub_emergency(hub, &other, NULL, 0);
	mock_leg_say(&c, LEG_RELEASE, CAUSE_USER_BUSY, false);
	ck_assert_ptr_nonnull(b.leg); /* once more at most */
	mock_leg_say(&b, LEG_RELEASE, CAUSE_REJECTED, false);
	ck_assert_uint_eq(mock_leg_told(&a, LEG_RELEASE)->cause, CAUSE_REJECTED);
	stop();
}
END_TEST

/* Calls back */

static struct mock_leg centre;

static void call_back_from(enum target_kind kind, const char *way, const char *called)
{
	mock_leg_open(&centre, hub, kind, way);
	mock_leg_setup(&centre, "112", called);
}

static void begin_after_call(void)
{
	begin();
	dial("112");
	mock_leg_say(&a, LEG_RELEASE, CAUSE_NORMAL, false);
	target_unregister(&to_c.target);
	mock_target_open(&to_c, hub, TARGET_PEER, "phones", &c);
}

static void end_call_back(void)
{
	mock_leg_say(&centre, LEG_RELEASE, CAUSE_NORMAL, false);
	ck_assert_ptr_null(centre.leg);
	stop();
	alarms_reset();
}

START_TEST(the_centre_reaches_the_caller_before_all_routes)
{
	static const char *const numbers[] = { "100", "0301234100", "49301234100" };

	for (size_t i = 0; i < 3; i++) {
		begin_after_call();
		clock_advance(29 * 60ULL * S);
		call_back_from(TARGET_TRUNK, "b", numbers[i]);
		ck_assert_ptr_nonnull(mock_leg_told(&c, LEG_SETUP));
		ck_assert_str_eq(mock_leg_told(&c, LEG_SETUP)->setup.called.digits, "100");
		ck_assert_uint_eq(mock_leg_told(&c, LEG_SETUP)->setup.precedence, LEG_CALL_BACK);
		end_call_back();
	}
}
END_TEST

START_TEST(calls_back_have_an_end)
{
	begin_after_call();
	clock_advance(30 * 60ULL * S);
	call_back_from(TARGET_TRUNK, "b", "100");
	ck_assert_uint_eq(mock_leg_told(&centre, LEG_RELEASE)->cause, CAUSE_UNALLOCATED);
	ck_assert_uint_eq(call_precedence(hub, TARGET_TRUNK, "b", "100"), LEG_ROUTINE);
	stop();
}
END_TEST

START_TEST(calls_back_outlive_a_commit)
{
	begin_after_call();
	call_hub_emergency(hub, &emergency, NULL, 0);
	ck_assert_uint_eq(call_precedence(hub, TARGET_TRUNK, "b", "100"), LEG_CALL_BACK);
	ck_assert_uint_eq(call_precedence(hub, TARGET_TRUNK, "x", "100"), LEG_ROUTINE);
	ck_assert_uint_eq(call_precedence(hub, TARGET_TRUNK, "b", "101"), LEG_ROUTINE);
	ck_assert_uint_eq(call_precedence(hub, TARGET_TRUNK, "b", "00"), LEG_ROUTINE);
	call_back_from(TARGET_TRUNK, "b", "100");
	ck_assert_ptr_nonnull(mock_leg_told(&c, LEG_SETUP));
	end_call_back();
}
END_TEST

START_TEST(the_number_shown_leads_back_too)
{
	struct emergency_config shown = emergency;

	strcpy(shown.calling, "0301234500");
	start();
	call_hub_emergency(hub, &shown, NULL, 0);
	dial("112");
	mock_leg_say(&a, LEG_RELEASE, CAUSE_NORMAL, false);
	target_unregister(&to_c.target);
	mock_target_open(&to_c, hub, TARGET_PEER, "phones", &c);
	call_back_from(TARGET_TRUNK, "b", "4500");
	ck_assert_str_eq(mock_leg_told(&c, LEG_SETUP)->setup.called.digits, "100");
	end_call_back();
}
END_TEST

/* More callers than there are places for. */
START_TEST(the_last_callers_are_kept)
{
	char number[8];

	begin();
	for (unsigned i = 0; i < 300; i++) {
		snprintf(number, sizeof(number), "1%04u", i);
		mock_leg_open(&a, hub, TARGET_PEER, "phones");
		mock_leg_setup(&a, number, "112");
		mock_leg_say(&a, LEG_RELEASE, CAUSE_NORMAL, false);
		clock_advance(1 * S);
	}
	ck_assert_uint_eq(call_precedence(hub, TARGET_TRUNK, "b", "10299"), LEG_CALL_BACK);
	ck_assert_uint_eq(call_precedence(hub, TARGET_TRUNK, "b", "10044"), LEG_CALL_BACK);
	ck_assert_uint_eq(call_precedence(hub, TARGET_TRUNK, "b", "10043"), LEG_ROUTINE);
	stop();
}
END_TEST

UNIT_MAIN("emergency", emergency_numbers_are_whole_and_several, rfc_5031_services_have_numbers,
	  calls_from_a_way_or_an_exception_are_ordinary, an_emergency_call_needs_no_route,
	  no_leg_makes_its_call_matter_more, a_place_has_a_number_of_its_own,
	  every_cause_leads_on_to_the_next_way, a_centre_that_rings_and_does_not_answer_is_no_end,
	  answers_of_all_far_ends_end_the_call, while_a_way_is_full_the_call_waits,
	  a_caller_who_waits_may_give_up, a_network_that_is_congested_is_asked_again,
	  legs_that_refuse_at_once_are_told_apart, free_ways_come_before_exempt_ones,
	  room_is_made_once_and_awaited, room_that_does_not_come_is_made_elsewhere,
	  no_room_is_made_while_another_way_is_free, an_ordinary_call_makes_no_room,
	  a_prefix_that_is_dialled_is_not_sent, overlap_ends_with_the_emergency_number,
	  overlap_ends_in_waiting_while_a_way_is_full, ways_may_change_in_mid_call,
	  a_way_that_is_new_is_tried_too, the_centre_reaches_the_caller_before_all_routes,
	  calls_back_have_an_end, calls_back_outlive_a_commit, the_number_shown_leads_back_too,
	  the_last_callers_are_kept)
