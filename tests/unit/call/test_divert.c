/* Diversion: a called leg names another number (cause 23), and the call goes there. */
#include "call/emergency.h"
#include "call/emergency_config.h"
#include "tests/unit/call/rig.h"
#include "tests/unit/unit.h"

static struct target phones;

static bool may_call(void *data, const char *called)
{
	(void)data;
	return strcmp(called, "666") != 0;
}

static void start_with_caller(void)
{
	start();
	phones = (struct target){ .kind = TARGET_PEER, .name = "phones", .may_call = may_call };
	target_register(hub, &phones);
}

static void divert(struct mock_leg *leg, const char *number)
{
	struct leg_msg msg = { .verb = LEG_RELEASE, .cause = CAUSE_REDIRECTION };

	snprintf(msg.moved_to, sizeof(msg.moved_to), "%s", number);
	mock_leg_says(leg, &msg);
}

START_TEST(the_call_goes_where_it_is_turned_to)
{
	static const uint8_t words[] = { 0, LEG_PROCEEDING };

	for (unsigned i = 0; i < 2; i++) {
		start_with_caller();
		b.lingers = true;
		dial("700");
		if (words[i])
			mock_leg_say(&b, words[i], 0, false);
		divert(&b, "600"); /* b is in use until it completes: c */
		const struct leg_msg *setup = mock_leg_told(&c, LEG_SETUP);
		ck_assert_ptr_nonnull(setup);
		ck_assert_str_eq(setup->setup.called.digits, "600");
		ck_assert_str_eq(setup->setup.calling.digits, "100");
		ck_assert_str_eq(setup->setup.redirecting.from.number.digits, "700");
		ck_assert_str_eq(setup->setup.redirecting.original.digits, "700");
		ck_assert_uint_eq(setup->setup.redirecting.count, 1);
		ck_assert_uint_eq(mock_leg_told(&a, LEG_NOTIFY)->notification, LEG_CALL_DIVERTING);
		ck_assert_str_eq(mock_leg_told(&a, LEG_NOTIFY)->party.number.digits, "600");
		mock_leg_say(&c, LEG_CONNECT, 0, false);
		ck_assert_str_eq(state(), "active");
		mock_leg_say(&b, LEG_RELEASE_COMPLETE, 0, false);
		mock_leg_say(&a, LEG_RELEASE, CAUSE_NORMAL, false);
		stop();
	}
}
END_TEST

/* A redirecting number of Q.931 alone names no original: of one diversion it is the same. */
START_TEST(who_diverted_it_before_is_the_original)
{
	static const struct {
		const char *original_in;
		unsigned count;
		const char *original;
		unsigned reason;
	} rows[] = {
		{ "", 1, "500", LEG_DIVERTED_BUSY },
		{ "500", 1, "500", LEG_DIVERTED_NO_REPLY },
		{ "400", 2, "400", LEG_DIVERTED_NO_REPLY },
		{ "", 2, "", LEG_DIVERTED_NO_REPLY },
	};

	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		struct leg_msg setup = { .verb = LEG_SETUP };
		struct leg_redirecting *by = &setup.setup.redirecting;

		start_with_caller();
		b.lingers = true;
		strcpy(setup.setup.called.digits, "700");
		strcpy(by->from.number.digits, "500");
		strcpy(by->original.digits, rows[i].original_in);
		by->reason = LEG_DIVERTED_BUSY;
		by->original_reason = LEG_DIVERTED_NO_REPLY;
		by->count = (uint8_t)rows[i].count;
		mock_leg_open(&a, hub, TARGET_PEER, "phones");
		mock_leg_says(&a, &setup);
		divert(&b, "600");
		const struct leg_redirecting *told =
			&mock_leg_told(&c, LEG_SETUP)->setup.redirecting;
		ck_assert_str_eq(told->from.number.digits, "700");
		ck_assert_str_eq(told->original.digits, rows[i].original);
		ck_assert_uint_eq(told->original_reason, rows[i].reason);
		ck_assert_uint_eq(told->count, rows[i].count + 1);
		mock_leg_say(&b, LEG_RELEASE_COMPLETE, 0, false);
		mock_leg_say(&a, LEG_RELEASE, CAUSE_NORMAL, false);
		stop();
	}
}
END_TEST

START_TEST(a_number_without_a_route_ends_the_call)
{
	start_with_caller();
	dial("700");
	divert(&b, "3");
	ck_assert_uint_eq(mock_leg_told(&a, LEG_RELEASE)->cause, CAUSE_UNALLOCATED);
	stop();
}
END_TEST

START_TEST(nobody_is_diverted_to_what_the_caller_may_not_call)
{
	start_with_caller();
	dial("700");
	divert(&b, "666");
	ck_assert_ptr_null(c.leg);
	ck_assert_uint_eq(mock_leg_told(&a, LEG_RELEASE)->cause, CAUSE_REJECTED);
	stop();
}
END_TEST

START_TEST(a_caller_whose_lists_are_gone_is_diverted_to_help_alone)
{
	static const struct emergency_config help = {
		.numbers = { { .dialled = "112" } },
		.n_numbers = 1,
		.ways = { { TARGET_PEER, "c" } },
		.n_ways = 1,
	};

	for (unsigned i = 0; i < 2; i++) {
		start_with_caller();
		call_hub_emergency(hub, &help, NULL, 0);
		dial("700");
		target_unregister(&phones);
		divert(&b, i ? "112" : "600");
		if (i) {
			ck_assert_str_eq(mock_leg_told(&c, LEG_SETUP)->setup.called.digits, "112");
			mock_leg_say(&a, LEG_RELEASE, CAUSE_NORMAL, false);
		} else {
			ck_assert_ptr_null(c.leg);
			ck_assert_uint_eq(mock_leg_told(&a, LEG_RELEASE)->cause, CAUSE_REJECTED);
		}
		stop();
	}
}
END_TEST

START_TEST(a_loop_of_diversions_ends)
{
	start_with_caller();
	dial("700");
	for (unsigned i = 0; i < 20 && b.leg; i++)
		divert(&b, "700");
	ck_assert_uint_eq(mock_leg_told(&a, LEG_RELEASE)->cause, CAUSE_EXCHANGE_ROUTING);
	ck_assert_uint_eq(to_b.asked, 6);
	stop();
}
END_TEST

/* Each of its targets is one more attempt. */
START_TEST(diversions_end_among_refusals_too)
{
	start_with_caller();
	dial("555");
	for (unsigned i = 0; i < 40 && b.leg; i++) {
		if (i % 3 == 2)
			divert(&b, "555");
		else
			mock_leg_say(&b, LEG_RELEASE, CAUSE_CONGESTION, false);
	}
	ck_assert_ptr_null(a.leg);
	ck_assert_uint_le(to_b.asked, 20);
	stop();
}
END_TEST

START_TEST(nobody_is_turned_away_once_it_rings)
{
	static const char *const late[] = { "alerting", "active" };

	for (unsigned i = 0; i < 2; i++) {
		start_with_caller();
		bring_to(late[i]);
		divert(&b, "600");
		ck_assert_uint_eq(mock_leg_told(&a, LEG_RELEASE)->cause, CAUSE_REDIRECTION);
		stop();
	}
}
END_TEST

START_TEST(a_cause_without_a_number_turns_nobody)
{
	start_with_caller();
	dial("700");
	mock_leg_say(&b, LEG_RELEASE, CAUSE_REDIRECTION, false);
	ck_assert_uint_eq(mock_leg_told(&a, LEG_RELEASE)->cause, CAUSE_REDIRECTION);
	stop();
}
END_TEST

UNIT_MAIN("divert", the_call_goes_where_it_is_turned_to, who_diverted_it_before_is_the_original,
	  a_number_without_a_route_ends_the_call,
	  nobody_is_diverted_to_what_the_caller_may_not_call,
	  a_caller_whose_lists_are_gone_is_diverted_to_help_alone, a_loop_of_diversions_ends,
	  diversions_end_among_refusals_too, nobody_is_turned_away_once_it_rings,
	  a_cause_without_a_number_turns_nobody)
