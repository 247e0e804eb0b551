/* What legs tell each other through the call besides its course: who answered, user-user information, keys,
 * notifications, charges; and what becomes of it without memory. */
#include "tests/unit/call/rig.h"
#include "tests/unit/oom.h"
#include "tests/unit/unit.h"

static const struct leg_uui uui = { .len = 3, .octets = { 4, 'h', 'i' } };

static const struct leg_msg notify = {
	.verb = LEG_NOTIFY,
	.notification = LEG_TRANSFERRED,
	.party = { .number = { .digits = "123", .type = LEG_TON_NATIONAL }, .name = "Ann" },
};
static const struct leg_msg charge = {
	.verb = LEG_CHARGE,
	.charge = { .final = true, .amount = 1250, .currency = "EUR" },
};
static const struct leg_msg keys = { .verb = LEG_INFORMATION, .digits = "12#" };

static bool has_uui(const struct leg_msg *msg)
{
	return msg && msg->uui.len == uui.len && !memcmp(msg->uui.octets, uui.octets, uui.len);
}

static void ck_same(const struct leg_msg *got, const struct leg_msg *sent)
{
	ck_assert_ptr_nonnull(got);
	ck_assert_str_eq(got->digits, sent->digits);
	ck_assert_uint_eq(got->notification, sent->notification);
	ck_assert_mem_eq(&got->party, &sent->party, sizeof(sent->party));
	ck_assert_mem_eq(&got->charge, &sent->charge, sizeof(sent->charge));
}

/* Each of the three, from either side, in each state: from PROCEEDING to ACTIVE it goes to the other side. */
START_TEST(keys_notifications_and_charges_go_both_ways)
{
	static const struct leg_msg *const words[] = { &notify, &charge, &keys };

	for (unsigned i = 0; i < 5 * 3 * 2; i++) {
		const char *from = states[i % 5];
		const struct leg_msg *word = words[i / 5 % 3];
		struct mock_leg *who = i / 15 ? &a : &b, *other = i / 15 ? &b : &a;
		bool relayed = i % 5 >= 1 && i % 5 <= 3;

		start();
		bring_to(from);
		mock_leg_says(who, word);
		ck_assert_str_eq(state(), from);
		ck_assert_uint_eq(mock_leg_count(who, word->verb), 0);
		ck_assert_uint_eq(mock_leg_count(other, word->verb), relayed);
		if (relayed)
			ck_same(mock_leg_told(other, word->verb), word);
		mock_leg_say(&a, LEG_RELEASE, CAUSE_NORMAL, false);
		stop();
	}
}
END_TEST

START_TEST(a_leg_given_up_notifies_nobody)
{
	start();
	b.lingers = true;
	dial("600");
	mock_leg_say(&b, LEG_DISCONNECT, CAUSE_CONGESTION, false);
	mock_leg_say(&c, LEG_CONNECT, 0, false);
	mock_leg_says(&b, &notify);
	ck_assert_uint_eq(mock_leg_count(&a, LEG_NOTIFY) + mock_leg_count(&c, LEG_NOTIFY), 0);
	mock_leg_say(&a, LEG_RELEASE, CAUSE_NORMAL, false);
	mock_leg_say(&b, LEG_RELEASE_COMPLETE, 0, false);
	stop();
}
END_TEST

START_TEST(the_last_charge_arrives_before_the_end)
{
	start();
	mock_leg_teach(&b, LEG_SETUP, LEG_CONNECT, 0, false);
	mock_leg_teach(&b, LEG_SETUP, LEG_CHARGE, 0, false);
	mock_leg_teach(&b, LEG_SETUP, LEG_DISCONNECT, CAUSE_NORMAL, false);
	dial("700");
	ck_assert_uint_eq(a.n_told, 4);
	ck_assert_uint_eq(a.told[2].verb, LEG_CHARGE);
	ck_assert_uint_eq(a.told[3].verb, LEG_RELEASE);
	stop();
}
END_TEST

START_TEST(who_answered_is_told)
{
	struct leg_msg connect = { .verb = LEG_CONNECT, .party = notify.party, .uui = uui };

	connect.party.subaddress = (struct leg_subaddress){ .type = 2, .len = 1, .octets = { 9 } };
	start();
	dial("700");
	mock_leg_says(&b, &connect);
	ck_same(mock_leg_told(&a, LEG_CONNECT), &connect);
	ck_assert(has_uui(mock_leg_told(&a, LEG_CONNECT)));
	mock_leg_say(&a, LEG_RELEASE, CAUSE_NORMAL, false);
	stop();
}
END_TEST

START_TEST(user_information_of_setup_goes_to_each_target)
{
	struct leg_msg setup = { .verb = LEG_SETUP, .uui = uui };

	start();
	strcpy(setup.setup.called.digits, "600");
	mock_leg_open(&a, hub, TARGET_PEER, "phones");
	mock_leg_says(&a, &setup);
	ck_assert(has_uui(mock_leg_told(&b, LEG_SETUP)));
	mock_leg_say(&b, LEG_RELEASE, CAUSE_CONGESTION, false);
	ck_assert(has_uui(mock_leg_told(&c, LEG_SETUP)));
	mock_leg_say(&a, LEG_RELEASE, CAUSE_NORMAL, false);
	stop();
}
END_TEST

START_TEST(user_information_of_the_end_goes_to_the_other_side)
{
	static const uint8_t verbs[] = { LEG_DISCONNECT, LEG_RELEASE, LEG_RELEASE_COMPLETE };

	for (unsigned i = 0; i < 4 * 3 * 2; i++) {
		struct mock_leg *who = i / 12 ? &a : &b, *other = i / 12 ? &b : &a;
		struct leg_msg end = { .cause = CAUSE_USER_BUSY, .uui = uui };

		end.verb = verbs[i / 4 % 3];
		start();
		bring_to(states[i % 4]);
		mock_leg_says(who, &end);
		ck_assert(has_uui(mock_leg_told(other, LEG_RELEASE)));
		if (end.verb != LEG_RELEASE_COMPLETE)
			ck_assert_uint_eq(mock_leg_told(who, LEG_RELEASE)->uui.len, 0);
		stop();
	}
}
END_TEST

/* Nor does it come back while there is no other side, or from a target that was given up. */
START_TEST(user_information_of_the_end_goes_to_nobody_else)
{
	const struct leg_msg end = { .verb = LEG_RELEASE, .cause = CAUSE_NO_CIRCUIT, .uui = uui };

	start();
	mock_leg_open(&a, hub, TARGET_PEER, "phones");
	mock_leg_dial(&a, "");
	mock_leg_says(&a, &end);
	ck_assert_uint_eq(mock_leg_told(&a, LEG_RELEASE)->uui.len, 0);
	dial("900");
	mock_leg_says(&b, &end);
	ck_assert_uint_eq(mock_leg_told(&a, LEG_RELEASE)->cause, CAUSE_NO_CIRCUIT);
	ck_assert_uint_eq(mock_leg_told(&a, LEG_RELEASE)->uui.len, 0);
	stop();
}
END_TEST

START_TEST(user_information_with_sound_and_with_ringing)
{
	struct leg_msg ring = { .verb = LEG_ALERTING, .uui = uui };
	struct leg_msg end = { .verb = LEG_DISCONNECT, .cause = 1, .inband = true, .uui = uui };

	start();
	dial("700");
	mock_leg_says(&b, &ring);
	ck_assert(has_uui(mock_leg_told(&a, LEG_ALERTING)));
	mock_leg_says(&b, &end);
	ck_assert(has_uui(mock_leg_told(&a, LEG_DISCONNECT)));
	mock_leg_say(&b, LEG_RELEASE, 1, false);
	ck_assert_uint_eq(mock_leg_told(&a, LEG_RELEASE)->uui.len, 0);
	stop();
}
END_TEST

START_TEST(the_rest_of_setup_goes_through)
{
	struct leg_msg setup = { .verb = LEG_SETUP };
	struct leg_setup *s = &setup.setup;

	start();
	strcpy(s->called.digits, "600");
	strcpy(s->keypad, "*21#");
	s->bearer = LEG_UNRESTRICTED;
	s->called_subaddress = (struct leg_subaddress){ .len = 2, .octets = { 1, 2 } };
	s->calling_subaddress = (struct leg_subaddress){ .type = 2, .len = 1, .octets = { 3 } };
	s->redirecting.from = notify.party;
	strcpy(s->redirecting.original.digits, "55");
	s->redirecting.reason = LEG_DIVERTED_BUSY;
	s->redirecting.count = 2;
	mock_leg_open(&a, hub, TARGET_PEER, "phones");
	mock_leg_says(&a, &setup);
	const struct leg_setup *got = &mock_leg_told(&b, LEG_SETUP)->setup;
	ck_assert_uint_eq(got->context, call_context(a.leg->call));
	ck_assert_str_eq(got->keypad, s->keypad);
	ck_assert_uint_eq(got->bearer, s->bearer);
	ck_assert_mem_eq(&got->called_subaddress, &s->called_subaddress,
			 sizeof(s->called_subaddress));
	ck_assert_mem_eq(&got->calling_subaddress, &s->calling_subaddress,
			 sizeof(s->calling_subaddress));
	ck_assert_mem_eq(&got->redirecting, &s->redirecting, sizeof(s->redirecting));
	mock_leg_say(&a, LEG_RELEASE, CAUSE_NORMAL, false);
	stop();
}
END_TEST

/* Lengths are bounded, texts end, and what is no number is none. */
START_TEST(what_a_leg_says_is_put_in_order)
{
	struct leg_msg msg;

	memset(&msg, 'x', sizeof(msg));
	leg_setup_tidy(&msg.setup);
	leg_msg_tidy(&msg);
	ck_assert_uint_eq(strlen(msg.setup.called.digits), LEG_DIGITS_MAX);
	ck_assert_str_eq(msg.setup.calling.digits, "");
	ck_assert_uint_eq(msg.setup.calling.presentation, 0);
	ck_assert_uint_eq(strlen(msg.setup.calling_name), LEG_NAME_MAX - 1);
	ck_assert_uint_eq(msg.setup.called_subaddress.len, LEG_SUBADDRESS_MAX);
	ck_assert_uint_eq(msg.setup.calling_subaddress.len, LEG_SUBADDRESS_MAX);
	ck_assert_str_eq(msg.setup.redirecting.from.number.digits, "");
	ck_assert_uint_eq(strlen(msg.setup.redirecting.from.name), LEG_NAME_MAX - 1);
	ck_assert_str_eq(msg.setup.redirecting.original.digits, "");
	ck_assert_uint_eq(strlen(msg.setup.keypad), LEG_DIGITS_MAX);
	ck_assert_uint_eq(strlen(msg.moved_to), LEG_DIGITS_MAX);
	ck_assert_uint_eq(strlen(msg.digits), LEG_DIGITS_MAX);
	ck_assert_str_eq(msg.party.number.digits, "");
	ck_assert_uint_eq(msg.party.subaddress.len, LEG_SUBADDRESS_MAX);
	ck_assert_uint_le(msg.uui.len, LEG_UUI_MAX);
	ck_assert_uint_eq(strlen(msg.charge.currency), sizeof(msg.charge.currency) - 1);
}
END_TEST

/* Joined legs */

START_TEST(legs_know_each_other_while_they_talk)
{
	for (unsigned i = 0; i < 5; i++) {
		bool active = !strcmp(states[i], "active");

		start();
		bring_to(states[i]);
		ck_assert_ptr_eq(call_other(a.leg), active ? b.leg : NULL);
		ck_assert_ptr_eq(call_other(b.leg), active ? a.leg : NULL);
		a.lingers = true;
		mock_leg_say(&b, LEG_RELEASE, CAUSE_NORMAL, false);
		ck_assert_ptr_null(call_other(a.leg));
		mock_leg_say(&a, LEG_RELEASE_COMPLETE, 0, false);
		stop();
	}
}
END_TEST

START_TEST(a_leg_given_up_talks_to_nobody)
{
	start();
	b.lingers = true;
	dial("600");
	mock_leg_say(&b, LEG_DISCONNECT, CAUSE_CONGESTION, false);
	mock_leg_say(&c, LEG_CONNECT, 0, false);
	ck_assert_ptr_null(call_other(b.leg));
	ck_assert_ptr_eq(call_other(a.leg), c.leg);
	mock_leg_say(&a, LEG_RELEASE, CAUSE_NORMAL, false);
	mock_leg_say(&b, LEG_RELEASE_COMPLETE, 0, false);
	stop();
}
END_TEST

/* Memory: what is only news is dropped; what the call needs goes on without what it carried. */

static void check_without_memory(const struct leg_msg *msg, bool needed)
{
	start();
	OOM_EACH(done)
	{
		oom_off();
		bring_to(needed ? "alerting" : "active");
		oom_allow(oom_n);
		mock_leg_says(&b, msg);
		oom_off();
		const struct leg_msg *got = mock_leg_told(&a, msg->verb);
		done = got && !memcmp(&got->party, &msg->party, sizeof(msg->party)) &&
		       got->uui.len == msg->uui.len && got->charge.amount == msg->charge.amount;
		if (!done) {
			ck_assert(needed == (got != NULL));
			ck_assert_ptr_nonnull(mock_log_find("out of memory for what"));
		}
		if (a.leg)
			mock_leg_say(&a, LEG_RELEASE, CAUSE_NORMAL, false);
		ck_assert_uint_eq(talloc_total_blocks(hub), idle_blocks);
	}
	stop();
}

START_TEST(news_without_memory_is_dropped)
{
	check_without_memory(&notify, false);
	check_without_memory(&charge, false);
}
END_TEST

START_TEST(an_answer_or_an_end_without_memory_is_told_bare)
{
	const struct leg_msg connect = { .verb = LEG_CONNECT, .party = notify.party };
	const struct leg_msg release = { .verb = LEG_RELEASE, .cause = 17, .uui = uui };

	check_without_memory(&connect, true);
	check_without_memory(&release, true);
}
END_TEST

START_TEST(user_information_without_memory_refuses_the_call)
{
	struct leg_msg setup = { .verb = LEG_SETUP, .uui = uui };

	start();
	strcpy(setup.setup.called.digits, "700");
	mock_leg_teach(&b, LEG_SETUP, LEG_CONNECT, 0, false);
	OOM_EACH(done)
	{
		oom_off();
		mock_leg_open(&a, hub, TARGET_PEER, "phones");
		oom_allow(oom_n);
		mock_leg_says(&a, &setup);
		oom_off();
		done = mock_leg_told(&a, LEG_CONNECT) != NULL;
		if (done) {
			ck_assert(has_uui(mock_leg_told(&b, LEG_SETUP)));
			mock_leg_say(&a, LEG_RELEASE, CAUSE_NORMAL, false);
		} else {
			ck_assert_uint_eq(mock_leg_told(&a, LEG_RELEASE)->cause,
					  CAUSE_RESOURCE_UNAVAILABLE);
		}
		ck_assert_uint_eq(talloc_total_blocks(hub), idle_blocks);
	}
	stop();
}
END_TEST

UNIT_MAIN("relay", keys_notifications_and_charges_go_both_ways, a_leg_given_up_notifies_nobody,
	  the_last_charge_arrives_before_the_end, who_answered_is_told,
	  user_information_of_setup_goes_to_each_target,
	  user_information_of_the_end_goes_to_the_other_side,
	  user_information_of_the_end_goes_to_nobody_else,
	  user_information_with_sound_and_with_ringing, the_rest_of_setup_goes_through,
	  what_a_leg_says_is_put_in_order, legs_know_each_other_while_they_talk,
	  a_leg_given_up_talks_to_nobody, news_without_memory_is_dropped,
	  an_answer_or_an_end_without_memory_is_told_bare,
	  user_information_without_memory_refuses_the_call)
