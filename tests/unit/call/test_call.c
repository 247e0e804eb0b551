/* Calls between mock legs: the way there and every way to end. */
#include "tests/unit/call/rig.h"
#include "tests/unit/unit.h"

/* The way there */

START_TEST(answered_call_is_relayed_and_recorded)
{
	start();
	dial("600");
	ck_assert_ptr_nonnull(mock_leg_told(&a, LEG_PROCEEDING));
	const struct leg_setup *setup = &mock_leg_told(&b, LEG_SETUP)->setup;
	ck_assert_str_eq(setup->called.digits, "600");
	ck_assert_str_eq(setup->calling.digits, "100");
	ck_assert_uint_eq(setup->context, call_context(a.leg->call));
	ck_assert_uint_ne(setup->context, 0);
	ck_assert_str_eq(state(), "routing");
	mock_leg_say(&b, LEG_PROCEEDING, 0, false);
	ck_assert_str_eq(state(), "proceeding");
	mock_leg_say(&b, LEG_PROGRESS, 0, true);
	ck_assert(mock_leg_told(&a, LEG_PROGRESS)->inband);
	clock_advance(20 * MS);
	mock_leg_say(&b, LEG_ALERTING, 0, true);
	ck_assert(mock_leg_told(&a, LEG_ALERTING)->inband);
	ck_assert_str_eq(state(), "alerting");
	clock_advance(130 * MS);
	mock_leg_say(&b, LEG_CONNECT, 0, false);
	ck_assert_uint_eq(mock_leg_count(&a, LEG_CONNECT), 1);
	ck_assert_str_eq(state(), "active");
	clock_advance(5 * S);
	mock_leg_say(&a, LEG_RELEASE, CAUSE_NORMAL, false);
	ck_assert_uint_eq(mock_leg_told(&b, LEG_RELEASE)->cause, CAUSE_NORMAL);
	ck_assert_str_eq(
		mock_log_find("call 1:"),
		"call 1: from peer phones 100 to trunk b 600 mock/1: answered, cause 16 normal "
		"call "
		"clearing (user), by the caller, alerting after 0.020 s, answer after 0.150 s, "
		"talk 5.000 s, total 5.150 s\n");
	stop();
}
END_TEST

START_TEST(answer_from_inside_setup)
{
	start();
	mock_leg_teach(&b, LEG_SETUP, LEG_PROCEEDING, 0, false);
	mock_leg_teach(&b, LEG_SETUP, LEG_ALERTING, 0, false);
	mock_leg_teach(&b, LEG_SETUP, LEG_CONNECT, 0, false);
	dial("600");
	ck_assert_uint_eq(a.n_told, 3);
	ck_assert_uint_eq(a.told[0].verb, LEG_PROCEEDING);
	ck_assert_uint_eq(a.told[1].verb, LEG_ALERTING);
	ck_assert_uint_eq(a.told[2].verb, LEG_CONNECT);
	mock_leg_say(&b, LEG_DISCONNECT, CAUSE_NORMAL, false);
	stop();
}
END_TEST

START_TEST(both_release_from_inside_what_they_are_told)
{
	start();
	mock_leg_teach(&b, LEG_SETUP, LEG_CONNECT, 0, false);
	mock_leg_teach(&a, LEG_PROCEEDING, LEG_PROGRESS, 0, false); /* nonsense from a caller */
	mock_leg_teach(&a, LEG_CONNECT, LEG_RELEASE, CAUSE_NORMAL, false);
	mock_leg_teach(&a, LEG_CONNECT, LEG_RELEASE_COMPLETE, 0, false);
	dial("600");
	ck_assert_uint_eq(mock_leg_count(&a, LEG_RELEASE), 0);
	ck_assert_uint_eq(mock_leg_count(&b, LEG_PROGRESS), 0);
	ck_assert_uint_eq(mock_leg_told(&b, LEG_RELEASE)->cause, CAUSE_NORMAL);
	ck_assert_ptr_nonnull(mock_log_find("answered, cause 16"));
	stop();
}
END_TEST

START_TEST(refusal_from_inside_setup)
{
	start();
	mock_leg_teach(&b, LEG_SETUP, LEG_RELEASE, CAUSE_USER_BUSY, false);
	mock_leg_teach(&b, LEG_SETUP, LEG_RELEASE_COMPLETE, 0, false);
	dial("600");
	ck_assert_uint_eq(mock_leg_count(&a, LEG_RELEASE), 1);
	ck_assert_uint_eq(mock_leg_told(&a, LEG_RELEASE)->cause, CAUSE_USER_BUSY);
	ck_assert_uint_eq(to_c.asked, 0);
	stop();
}
END_TEST

START_TEST(number_is_rewritten_and_loses_its_type)
{
	struct leg_msg setup = { .verb = LEG_SETUP };

	start();
	strcpy(setup.setup.called.digits, "7123");
	setup.setup.called.type = LEG_TON_NATIONAL;
	mock_leg_open(&a, hub, TARGET_PEER, "phones");
	call_hears(hub, a.leg, &setup);
	ck_assert_str_eq(mock_leg_told(&b, LEG_SETUP)->setup.called.digits, "00123");
	ck_assert_uint_eq(mock_leg_told(&b, LEG_SETUP)->setup.called.type, LEG_TON_UNKNOWN);
	mock_leg_say(&a, LEG_RELEASE, CAUSE_NORMAL, false);
	strcpy(setup.setup.called.digits, "6123");
	mock_leg_open(&a, hub, TARGET_PEER, "phones");
	call_hears(hub, a.leg, &setup);
	ck_assert_uint_eq(mock_leg_told(&b, LEG_SETUP)->setup.called.type, LEG_TON_NATIONAL);
	mock_leg_say(&a, LEG_RELEASE, CAUSE_NORMAL, false);
	stop();
}
END_TEST

START_TEST(each_side_hears_of_the_others_law)
{
	struct leg_msg msg = { .verb = LEG_SETUP, .law = LEG_LAW_MULAW };

	start();
	strcpy(msg.setup.called.digits, "600");
	mock_leg_open(&a, hub, TARGET_PEER, "phones");
	call_hears(hub, a.leg, &msg);
	ck_assert_uint_eq(mock_leg_told(&b, LEG_SETUP)->law, LEG_LAW_MULAW);
	call_hears(hub, b.leg, &(struct leg_msg){ .verb = LEG_PROCEEDING, .law = LEG_LAW_ALAW });
	mock_leg_say(&b, LEG_CONNECT, 0, false);
	ck_assert_uint_eq(mock_leg_told(&a, LEG_CONNECT)->law, LEG_LAW_ALAW);
	mock_leg_say(&a, LEG_RELEASE, CAUSE_NORMAL, false);
	stop();
}
END_TEST

START_TEST(new_number_of_the_called_party_reaches_the_caller)
{
	const struct leg_msg moved = { .verb = LEG_RELEASE, .cause = 22, .moved_to = "5551234" };

	start();
	dial("600");
	call_hears(b.hub, b.leg, &moved);
	ck_assert_str_eq(mock_leg_told(&a, LEG_RELEASE)->moved_to, "5551234");
	ck_assert_str_eq(mock_leg_told(&b, LEG_RELEASE)->moved_to, "5551234");
	stop();
}
END_TEST

START_TEST(alerting_said_again_is_worth_its_sound_only)
{
	start();
	dial("600");
	mock_leg_say(&b, LEG_ALERTING, 0, false);
	mock_leg_say(&b, LEG_ALERTING, 0, false);
	mock_leg_say(&b, LEG_PROCEEDING, 0, false);
	ck_assert_uint_eq(a.n_told, 2);
	mock_leg_say(&b, LEG_ALERTING, 0, true);
	ck_assert_uint_eq(mock_leg_count(&a, LEG_ALERTING), 1);
	ck_assert(mock_leg_told(&a, LEG_PROGRESS)->inband);
	for (int i = 0; i < 1000; i++) /* a flood on the caller's D channel otherwise */
		mock_leg_say(&b, i % 2 ? LEG_PROGRESS : LEG_ALERTING, 0, true);
	ck_assert_uint_eq(mock_leg_count(&a, LEG_PROGRESS), 1);
	mock_leg_say(&b, LEG_PROGRESS, CAUSE_USER_BUSY, true);
	ck_assert_uint_eq(mock_leg_count(&a, LEG_PROGRESS), 2);
	mock_leg_say(&a, LEG_RELEASE, CAUSE_NORMAL, false);
	stop();
}
END_TEST

/* No way */

START_TEST(calls_without_a_way_end_in_their_cause)
{
	static const struct {
		const char *called;
		unsigned cause;
		const char *why;
	} rows[] = {
		{ "1", CAUSE_UNALLOCATED, "no route from peer phones takes this number" },
		{ "", CAUSE_INVALID_NUMBER, "no route from peer phones takes this number" },
		{ "6a", CAUSE_INVALID_NUMBER, "malformed number" },
		{ "6\n", CAUSE_INVALID_NUMBER, "malformed number" },
		{ "71234567890123456789012345678901", CAUSE_INVALID_NUMBER, "grows too long" },
		{ "8", CAUSE_NO_ROUTE, "trunk x: does not exist; line y: does not exist" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		start();
		dial(rows[i].called);
		ck_assert_uint_eq(a.n_told, 1);
		ck_assert_uint_eq(mock_leg_told(&a, LEG_RELEASE)->cause, rows[i].cause);
		ck_assert_uint_eq(a.told[0].location, LOC_PRIVATE_LOCAL);
		ck_assert_ptr_nonnull(mock_log_find(rows[i].why));
		ck_assert_ptr_nonnull(mock_log_find("by the gateway"));
		stop();
	}
}
END_TEST

START_TEST(no_route_from_there_is_cause_3)
{
	static struct route_config from_b = { .from = { TARGET_TRUNK, "b" },
					      .targets = { { TARGET_TRUNK, "b" } },
					      .n_targets = 1 };

	start();
	ck_assert_int_eq(call_hub_apply(hub, &(struct routes_config){ .routes = &from_b,
								      .n_routes = 1,
								      .lines = lines,
								      .n_lines = 4 }),
			 0);
	idle_blocks = talloc_total_blocks(hub);
	dial("600");
	ck_assert_uint_eq(mock_leg_told(&a, LEG_RELEASE)->cause, CAUSE_NO_ROUTE);
	ck_assert_ptr_nonnull(mock_log_find("no route from peer phones"));
	stop();
}
END_TEST

START_TEST(calling_number_that_is_none_is_not_passed_on)
{
	start();
	mock_leg_open(&a, hub, TARGET_PEER, "phones");
	mock_leg_setup(&a, "alice\ncall 7: forged", "600");
	ck_assert_str_eq(mock_leg_told(&b, LEG_SETUP)->setup.calling.digits, "");
	mock_leg_say(&a, LEG_RELEASE, CAUSE_NORMAL, false);
	ck_assert_ptr_null(mock_log_find("forged"));
	stop();
}
END_TEST

START_TEST(no_routes_at_all_is_cause_3)
{
	start();
	call_hub_free(hub);
	hub = call_hub_new(NULL, mg);
	idle_blocks = talloc_total_blocks(hub);
	dial("600");
	ck_assert_uint_eq(mock_leg_told(&a, LEG_RELEASE)->cause, CAUSE_NO_ROUTE);
	stop();
}
END_TEST

/* Re-routing */

/* route_config.h: "tried in turn while the cause lets". */
static bool lets(unsigned cause)
{
	static const char list[] = { 27, 34, 38, 41, 42, 44, 47 };

	return memchr(list, (int)cause, sizeof(list)) != NULL;
}

START_TEST(refused_seizure_goes_to_the_next_target_if_the_cause_lets)
{
	for (unsigned cause = 4; cause < 128; cause++) {
		start();
		to_b.cause = cause;
		dial("600");
		ck_assert_uint_eq(to_c.asked, lets(cause));
		if (lets(cause)) {
			ck_assert_ptr_nonnull(mock_leg_told(&c, LEG_SETUP));
			mock_leg_say(&c, LEG_RELEASE, CAUSE_USER_BUSY, false);
			ck_assert_uint_eq(mock_leg_told(&a, LEG_RELEASE)->cause, CAUSE_USER_BUSY);
		} else {
			ck_assert_uint_eq(mock_leg_told(&a, LEG_RELEASE)->cause, cause);
			ck_assert_uint_eq(a.n_told, 1);
		}
		ck_assert_ptr_nonnull(mock_log_find("trunk b: mock refuses"));
		stop();
	}
}
END_TEST

START_TEST(early_release_goes_to_the_next_target_if_the_cause_lets)
{
	static const uint8_t verbs[] = { LEG_DISCONNECT, LEG_RELEASE, LEG_RELEASE_COMPLETE };

	for (unsigned i = 0; i < 3 * 127; i++) {
		unsigned cause = 1 + i / 3;

		start();
		dial("600");
		if (cause % 2)
			mock_leg_say(&b, LEG_PROCEEDING, 0, false);
		mock_leg_say(&b, verbs[i % 3], cause, false);
		ck_assert_ptr_null(b.leg);
		ck_assert_uint_eq(to_c.asked, lets(cause));
		ck_assert_uint_eq(mock_leg_count(&a, LEG_RELEASE), !lets(cause));
		if (lets(cause)) {
			ck_assert_str_eq(state(), "routing");
			mock_leg_say(&c, LEG_CONNECT, 0, false);
			ck_assert_str_eq(state(), "active");
			mock_leg_say(&a, LEG_RELEASE, CAUSE_NORMAL, false);
		}
		ck_assert_uint_eq(mock_leg_count(&a, LEG_PROCEEDING), 1);
		stop();
	}
}
END_TEST

START_TEST(a_leg_given_up_counts_no_more_but_is_waited_for)
{
	start();
	b.lingers = true;
	dial("600");
	mock_leg_say(&b, LEG_DISCONNECT, CAUSE_CONGESTION, true);
	ck_assert_uint_eq(mock_leg_told(&b, LEG_RELEASE)->cause, CAUSE_CONGESTION);
	ck_assert_ptr_null(mock_leg_told(&a, LEG_DISCONNECT));
	mock_leg_say(&b, LEG_CONNECT, 0, false);
	mock_leg_say(&b, LEG_RELEASE, CAUSE_USER_BUSY, false);
	ck_assert_str_eq(state(), "routing");
	mock_leg_say(&c, LEG_CONNECT, 0, false);
	mock_leg_say(&c, LEG_DISCONNECT, CAUSE_NORMAL, false);
	ck_assert_ptr_null(a.leg);
	ck_assert_uint_eq(active(), 1);
	mock_leg_say(&b, LEG_RELEASE_COMPLETE, 0, false);
	ck_assert_uint_eq(mock_leg_count(&b, LEG_RELEASE), 1);
	ck_assert_ptr_nonnull(mock_log_find("to peer c 600 mock/1: answered, cause 16"));
	ck_assert_ptr_nonnull(mock_log_find("trunk b: switching equipment congestion"));
	stop();
}
END_TEST

START_TEST(no_other_target_once_it_rang)
{
	start();
	dial("600");
	mock_leg_say(&b, LEG_ALERTING, 0, false);
	mock_leg_say(&b, LEG_RELEASE, CAUSE_TEMPORARY_FAILURE, false);
	ck_assert_uint_eq(to_c.asked, 0);
	ck_assert_uint_eq(mock_leg_told(&a, LEG_RELEASE)->cause, CAUSE_TEMPORARY_FAILURE);
	stop();
}
END_TEST

START_TEST(missing_targets_are_passed_over_and_hide_no_cause)
{
	start();
	dial("900");
	ck_assert_ptr_nonnull(mock_leg_told(&b, LEG_SETUP));
	mock_leg_say(&b, LEG_RELEASE, CAUSE_NO_CIRCUIT, false);
	ck_assert_uint_eq(mock_leg_told(&a, LEG_RELEASE)->cause, CAUSE_NO_CIRCUIT);
	ck_assert_ptr_nonnull(mock_log_find("by the called party"));
	stop();
	start();
	to_b.cause = CAUSE_DESTINATION_OUT_OF_ORDER;
	dial("900");
	ck_assert_uint_eq(mock_leg_told(&a, LEG_RELEASE)->cause, CAUSE_DESTINATION_OUT_OF_ORDER);
	ck_assert_ptr_nonnull(mock_log_find(
		"trunk x: does not exist; trunk b: mock refuses; line y: does not exist"));
	stop();
}
END_TEST

START_TEST(all_eight_targets_are_tried)
{
	start();
	mock_leg_teach(&b, LEG_SETUP, LEG_RELEASE, CAUSE_NO_CIRCUIT, false);
	mock_leg_teach(&b, LEG_SETUP, LEG_RELEASE_COMPLETE, 0, false);
	dial("5");
	ck_assert_uint_eq(to_b.asked, 8);
	ck_assert_uint_eq(mock_leg_told(&a, LEG_RELEASE)->cause, CAUSE_NO_CIRCUIT);
	ck_assert_uint_eq(mock_leg_count(&a, LEG_PROCEEDING), 1);
	stop();
}
END_TEST

/* Clearing */

static const uint8_t clearing_verbs[] = { LEG_DISCONNECT, LEG_RELEASE, LEG_RELEASE_COMPLETE };

/* Each state, each side, each verb; the legs complete at once or later. */
static void check_clearing(const char *from, bool caller, uint8_t verb, bool later)
{
	struct mock_leg *who = caller ? &a : &b, *other = caller ? &b : &a;
	unsigned cause = strcmp(from, "disconnecting") ? CAUSE_INCOMPATIBLE : CAUSE_REJECTED;

	start();
	a.lingers = b.lingers = later;
	bring_to(from);
	mock_leg_say(who, verb, CAUSE_INCOMPATIBLE, false);
	ck_assert_uint_eq(mock_leg_count(other, LEG_RELEASE), 1);
	ck_assert_uint_eq(mock_leg_told(other, LEG_RELEASE)->cause, cause);
	ck_assert_uint_eq(mock_leg_count(who, LEG_RELEASE), verb != LEG_RELEASE_COMPLETE);
	if (later) {
		ck_assert_uint_eq(active(), 1);
		mock_leg_say(other, LEG_RELEASE, CAUSE_USER_BUSY, false); /* glare */
		mock_leg_say(other, LEG_DISCONNECT, CAUSE_USER_BUSY, true);
		mock_leg_say(other, LEG_CONNECT, 0, false);
		mock_leg_say(other, LEG_RELEASE_COMPLETE, CAUSE_USER_BUSY, false);
		if (who->leg)
			mock_leg_say(who, LEG_RELEASE_COMPLETE, 0, false);
	}
	ck_assert_uint_eq(mock_leg_count(other, LEG_RELEASE), 1);
	ck_assert_ptr_nonnull(mock_log_find(
		caller && cause == CAUSE_INCOMPATIBLE ? "by the caller" : "by the called party"));
	stop();
}

START_TEST(every_state_is_cleared_from_either_side)
{
	for (unsigned i = 0; i < 5 * 2 * 3 * 2; i++)
		check_clearing(states[i % 5], i / 5 % 2, clearing_verbs[i / 10 % 3], i / 30);
}
END_TEST

START_TEST(every_state_is_cleared_by_command)
{
	for (unsigned i = 0; i < 5; i++) {
		start();
		bring_to(states[i]);
		ck_assert(call_clear(hub, 1));
		ck_assert(!call_clear(hub, 1));
		ck_assert_uint_eq(mock_leg_told(&b, LEG_RELEASE)->cause,
				  i == 4 ? CAUSE_REJECTED : CAUSE_NORMAL);
		stop();
	}
}
END_TEST

START_TEST(release_without_a_cause_is_31)
{
	start();
	bring_to("active");
	mock_leg_say(&b, LEG_RELEASE_COMPLETE, 0, false);
	ck_assert_uint_eq(mock_leg_told(&a, LEG_RELEASE)->cause, CAUSE_NORMAL_UNSPECIFIED);
	stop();
}
END_TEST

START_TEST(location_goes_along_with_the_cause)
{
	const struct leg_msg release = { .verb = LEG_RELEASE,
					 .cause = CAUSE_REJECTED,
					 .location = LOC_TRANSIT };

	start();
	bring_to("alerting");
	call_hears(hub, b.leg, &release);
	ck_assert_uint_eq(mock_leg_told(&a, LEG_RELEASE)->location, LOC_TRANSIT);
	ck_assert_ptr_nonnull(mock_log_find("cause 21 call rejected (transit network)"));
	stop();
}
END_TEST

START_TEST(inband_disconnect_is_heard_until_T306)
{
	for (unsigned i = 0; i < 3; i++) {
		start();
		bring_to(states[i]);
		mock_leg_say(&b, LEG_DISCONNECT, CAUSE_UNALLOCATED, true);
		ck_assert_uint_eq(mock_leg_told(&a, LEG_DISCONNECT)->cause, CAUSE_UNALLOCATED);
		ck_assert(mock_leg_told(&a, LEG_DISCONNECT)->inband);
		mock_leg_say(&b, LEG_DISCONNECT, CAUSE_UNALLOCATED, true);
		mock_leg_say(&b, LEG_PROGRESS, 0, true);
		clock_advance(29999 * MS);
		ck_assert_uint_eq(mock_leg_count(&a, LEG_DISCONNECT), 1);
		ck_assert_ptr_null(mock_leg_told(&a, LEG_RELEASE));
		ck_assert_ptr_null(mock_leg_told(&b, LEG_RELEASE));
		clock_advance(1 * MS);
		ck_assert_uint_eq(mock_leg_told(&a, LEG_RELEASE)->cause, CAUSE_UNALLOCATED);
		ck_assert_uint_eq(mock_leg_told(&b, LEG_RELEASE)->cause, CAUSE_UNALLOCATED);
		stop();
	}
}
END_TEST

START_TEST(inband_disconnect_needs_a_caller_who_has_not_been_answered)
{
	start();
	bring_to("active");
	mock_leg_say(&b, LEG_DISCONNECT, CAUSE_NORMAL, true);
	ck_assert_ptr_null(mock_leg_told(&a, LEG_DISCONNECT));
	stop();
	start();
	bring_to("alerting");
	mock_leg_say(&a, LEG_DISCONNECT, CAUSE_NORMAL, true);
	ck_assert_ptr_null(mock_leg_told(&b, LEG_DISCONNECT));
	stop();
}
END_TEST

START_TEST(leg_that_never_completes_is_dropped_loudly)
{
	start();
	b.lingers = true;
	bring_to("active");
	mock_leg_say(&a, LEG_RELEASE, CAUSE_NORMAL, false);
	clock_advance(150 * S - 1 * MS);
	ck_assert_uint_eq(active(), 1);
	clock_advance(1 * MS);
	ck_assert_uint_eq(active(), 0);
	ck_assert_ptr_nonnull(mock_log_find("never said RELEASE COMPLETE"));
	ck_assert_ptr_null(b.leg->call);
	mock_leg_say(&b, LEG_RELEASE, CAUSE_NORMAL, false); /* of no consequence */
	mock_leg_say(&b, LEG_RELEASE_COMPLETE, 0, false);
	stop();
}
END_TEST

START_TEST(a_leg_that_says_too_much_loses_no_last_word)
{
	start();
	for (unsigned i = 0; i < MOCK_REPLIES; i++)
		mock_leg_teach(&a, LEG_PROGRESS, LEG_PROGRESS, 0, false);
	mock_leg_teach(&b, LEG_SETUP, LEG_PROGRESS, 1, false);
	mock_leg_teach(&b, LEG_SETUP, LEG_PROGRESS, 2, false);
	mock_leg_teach(&b, LEG_SETUP, LEG_PROGRESS, 3, false);
	mock_leg_teach(&b, LEG_SETUP, LEG_PROGRESS, 4, false);
	mock_leg_teach(&b, LEG_SETUP, LEG_RELEASE_COMPLETE, CAUSE_USER_BUSY, false);
	dial("700");
	ck_assert_ptr_nonnull(mock_log_find("says too much"));
	ck_assert_uint_eq(mock_leg_told(&a, LEG_RELEASE)->cause, CAUSE_USER_BUSY);
	stop();
}
END_TEST

START_TEST(words_that_make_no_sense_change_nothing)
{
	start();
	bring_to("active");
	mock_leg_setup(&a, "1", "600");
	mock_leg_say(&a, LEG_CONNECT, 0, false);
	mock_leg_say(&a, 200, 0, false);
	mock_leg_say(&b, LEG_ALERTING, 0, false);
	mock_leg_say(&b, LEG_CONNECT, 0, false);
	mock_leg_say(&b, LEG_PROGRESS, 0, true);
	ck_assert_uint_eq(mock_log_count("makes no sense"), 2);
	ck_assert_uint_eq(mock_leg_count(&a, LEG_CONNECT), 1);
	ck_assert_uint_eq(a.n_told, 2);
	ck_assert_uint_eq(b.n_told, 1);
	mock_leg_say(&a, LEG_RELEASE, CAUSE_NORMAL, false);
	stop();
}
END_TEST

UNIT_MAIN("call", answered_call_is_relayed_and_recorded, answer_from_inside_setup,
	  both_release_from_inside_what_they_are_told, refusal_from_inside_setup,
	  number_is_rewritten_and_loses_its_type, each_side_hears_of_the_others_law,
	  alerting_said_again_is_worth_its_sound_only,
	  new_number_of_the_called_party_reaches_the_caller, calls_without_a_way_end_in_their_cause,
	  no_route_from_there_is_cause_3, calling_number_that_is_none_is_not_passed_on,
	  no_routes_at_all_is_cause_3, refused_seizure_goes_to_the_next_target_if_the_cause_lets,
	  early_release_goes_to_the_next_target_if_the_cause_lets,
	  a_leg_given_up_counts_no_more_but_is_waited_for, no_other_target_once_it_rang,
	  missing_targets_are_passed_over_and_hide_no_cause, all_eight_targets_are_tried,
	  every_state_is_cleared_from_either_side, every_state_is_cleared_by_command,
	  release_without_a_cause_is_31, location_goes_along_with_the_cause,
	  inband_disconnect_is_heard_until_T306,
	  inband_disconnect_needs_a_caller_who_has_not_been_answered,
	  leg_that_never_completes_is_dropped_loudly, a_leg_that_says_too_much_loses_no_last_word,
	  words_that_make_no_sense_change_nothing)
