/* Transfers: parties put through to a number, two calls joined, a party that takes another's place; and whoever hangs
 * up at the wrong moment. a has called b; the number 600 leads to c while b is in use. */
#include "call/transfer.h"

#include <errno.h>

#include <osmocom/core/select.h>

#include "tests/unit/call/rig.h"
#include "tests/unit/oom.h"
#include "tests/unit/unit.h"

static const struct leg_setup to_600 = { .called = { .digits = "600", .plan = 1 } };

static struct target phones; /* where a calls from */

static void start_with_caller(void)
{
	start();
	phones = (struct target){ .kind = TARGET_PEER, .name = "phones" };
	target_register(hub, &phones);
}

static void talk(void)
{
	start_with_caller();
	bring_to("active");
}

static void turns(void)
{
	for (unsigned i = 0; i < 3; i++) {
		osmo_select_main(1);
		mock_mg_run(mg);
	}
}

/* Whoever of the two asks. */
static void transfer_to_c(struct mock_leg *by)
{
	ck_assert_int_eq(call_transfer(by->leg, &to_600), 0);
	ck_assert_ptr_null(c.leg); /* nothing happens from inside */
	turns();
	ck_assert_ptr_nonnull(c.leg);
}

static const struct leg_msg *last(const struct mock_leg *mock)
{
	return &mock->told[mock->n_told - 1];
}

static void hang_up(struct mock_leg *mock)
{
	mock_leg_say(mock, LEG_RELEASE, CAUSE_NORMAL, false);
}

static void end(void)
{
	turns();
	stop();
}

START_TEST(the_other_party_is_put_through)
{
	for (unsigned i = 0; i < 2; i++) {
		struct mock_leg *by = i ? &a : &b, *waits = i ? &b : &a;

		talk();
		uint32_t context = call_context(a.leg->call), id = call_id(a.leg->call);
		transfer_to_c(by);
		const struct leg_msg *setup = mock_leg_told(&c, LEG_SETUP);
		ck_assert_uint_eq(setup->setup.context, context);
		ck_assert_str_eq(setup->setup.calling.digits, i ? "700" : "100");
		ck_assert_str_eq(setup->setup.called.digits, "600");
		ck_assert_uint_eq(last(by)->transfer, LEG_PROCEEDING);
		mock_leg_say(&c, LEG_ALERTING, 0, true);
		ck_assert_uint_eq(last(by)->transfer, LEG_ALERTING);
		ck_assert_uint_eq(active(), 2);
		mock_leg_say(&c, LEG_CONNECT, 0, false);
		ck_assert_uint_eq(mock_leg_told(by, LEG_TRANSFER)->transfer, LEG_CONNECT);
		ck_assert_uint_eq(mock_leg_told(by, LEG_RELEASE)->cause, CAUSE_NORMAL);
		ck_assert_ptr_null(by->leg);
		ck_assert_uint_eq(last(waits)->notification, LEG_TRANSFERRED);
		ck_assert_str_eq(last(waits)->party.number.digits, "600");
		ck_assert_uint_eq(active(), 1);
		ck_assert_ptr_eq(waits->leg->call, c.leg->call);
		ck_assert_ptr_eq(call_other(c.leg), waits->leg);
		ck_assert_uint_ne(call_id(c.leg->call), id);
		ck_assert_uint_eq(call_context(c.leg->call), context);
		hang_up(i ? waits : &c);
		end();
	}
}
END_TEST

/* Where the number's own circuit gives none, the gateway does, to whom it belongs. */
START_TEST(who_waits_hears_the_ringing_tone)
{
	for (unsigned i = 0; i < 3; i++) {
		talk();
		uint32_t context = call_context(a.leg->call);
		transfer_to_c(&b);
		mock_leg_say(&c, LEG_ALERTING, 0, i == 0);
		turns();
		struct mock_term *tone = mock_mg_find(mg, context, MG_LOCAL);
		ck_assert_int_eq(tone == NULL, i == 0);
		if (tone)
			ck_assert_int_eq(tone->signal.tone, TONE_RINGBACK);
		if (i == 2)
			mock_leg_say(&c, LEG_PROGRESS, 0, true);
		else
			mock_leg_say(&c, LEG_CONNECT, 0, false);
		turns();
		ck_assert_uint_eq(mock_mg_count(mg), 0);
		hang_up(&a);
		end();
	}
}
END_TEST

START_TEST(a_transfer_that_fails_changes_nothing)
{
	static const struct {
		uint8_t verb, cause;
		bool inband;
	} ways[] = {
		{ LEG_RELEASE, CAUSE_USER_BUSY, false },
		{ LEG_DISCONNECT, CAUSE_USER_BUSY, true },
		{ LEG_DISCONNECT, CAUSE_NO_ANSWER, false },
		{ LEG_RELEASE_COMPLETE, CAUSE_CONGESTION, false },
	};

	for (unsigned i = 0; i < 8; i++) {
		talk();
		transfer_to_c(&b);
		if (i >= 4)
			mock_leg_say(&c, LEG_ALERTING, 0, false);
		mock_leg_say(&c, ways[i % 4].verb, ways[i % 4].cause, ways[i % 4].inband);
		turns();
		ck_assert_uint_eq(last(&b)->verb, LEG_TRANSFER);
		ck_assert_uint_eq(last(&b)->transfer, LEG_RELEASE);
		ck_assert_uint_eq(last(&b)->cause, ways[i % 4].cause);
		ck_assert_str_eq(state(), "active");
		ck_assert_uint_eq(active(), 1);
		ck_assert_uint_eq(mock_leg_count(&a, LEG_NOTIFY), 0);
		transfer_to_c(&b); /* another try */
		mock_leg_say(&c, LEG_CONNECT, 0, false);
		hang_up(&a);
		end();
	}
}
END_TEST

START_TEST(a_number_without_a_route_is_told)
{
	static const struct leg_setup nowhere = { .called = { .digits = "3" } };

	talk();
	ck_assert_int_eq(call_transfer(b.leg, &nowhere), 0);
	turns();
	ck_assert_uint_eq(last(&b)->transfer, LEG_RELEASE);
	ck_assert_uint_eq(last(&b)->cause, CAUSE_UNALLOCATED);
	hang_up(&a);
	end();
}
END_TEST

/* Who asked for it hangs up: when that is told, at ringing, or before anything was done. */
START_TEST(who_asked_may_hang_up)
{
	static const uint8_t words[] = { LEG_RELEASE, LEG_DISCONNECT, LEG_RELEASE_COMPLETE };

	for (unsigned i = 0; i < 12; i++) {
		bool answers = i < 6;

		talk();
		if (i % 2)
			transfer_to_c(&b);
		else
			ck_assert_int_eq(call_transfer(b.leg, &to_600), 0);
		mock_leg_say(&b, words[i / 2 % 3], CAUSE_NORMAL, false);
		ck_assert_ptr_null(b.leg);
		ck_assert_uint_eq(active(), 2);
		ck_assert_str_eq(state(), "active");
		turns();
		if (b.leg) { /* b is free again, and first on the route */
			mock_leg_say(&b, LEG_DISCONNECT, CAUSE_CONGESTION, false);
			ck_assert_ptr_nonnull(c.leg);
		}
		mock_leg_say(&c, LEG_ALERTING, 0, false);
		turns();
		ck_assert_uint_eq(mock_mg_count(mg), 1); /* the ringing tone */
		if (answers) {
			mock_leg_say(&c, LEG_CONNECT, 0, false);
			ck_assert_uint_eq(active(), 1);
			ck_assert_ptr_eq(call_other(c.leg), a.leg);
			hang_up(&c);
		} else {
			mock_leg_say(&c, LEG_RELEASE, CAUSE_USER_BUSY, false);
			ck_assert_uint_eq(mock_leg_told(&a, LEG_RELEASE)->cause, CAUSE_USER_BUSY);
		}
		end();
	}
}
END_TEST

/* It may want to know, as long as it is not done. */
START_TEST(who_asked_and_has_hung_up_hears_the_outcome)
{
	for (unsigned i = 0; i < 4; i++) {
		talk();
		transfer_to_c(&b);
		b.lingers = true;
		hang_up(&b);
		ck_assert_ptr_nonnull(b.leg);
		mock_leg_say(&c, LEG_ALERTING, 0, false);
		ck_assert_uint_eq(last(&b)->transfer, LEG_ALERTING);
		if (i == 0)
			mock_leg_say(&c, LEG_CONNECT, 0, false);
		else if (i == 1)
			mock_leg_say(&c, LEG_RELEASE, CAUSE_USER_BUSY, false);
		else if (i == 2)
			hang_up(&a);
		else
			ck_assert(call_clear(hub, call_id(a.leg->call)));
		ck_assert_uint_eq(last(&b)->transfer, i ? LEG_RELEASE : LEG_CONNECT);
		ck_assert_uint_eq(last(&b)->cause, i == 0   ? 0
						   : i == 1 ? CAUSE_USER_BUSY
							    : CAUSE_NORMAL);
		ck_assert_uint_eq(mock_leg_count(&b, LEG_RELEASE), 1);
		mock_leg_say(&b, LEG_RELEASE_COMPLETE, 0, false);
		if (!i) {
			ck_assert_ptr_eq(call_other(c.leg), a.leg);
			hang_up(&a);
		}
		end();
	}
}
END_TEST

START_TEST(who_waits_may_hang_up)
{
	for (unsigned i = 0; i < 8; i++) {
		talk();
		if (i % 2)
			transfer_to_c(&b);
		else
			ck_assert_int_eq(call_transfer(b.leg, &to_600), 0);
		if (i & 2 && c.leg)
			mock_leg_say(&c, LEG_ALERTING, 0, false);
		if (i & 4) /* nobody is left that it could go back to */
			hang_up(&b);
		hang_up(&a);
		end();
	}
}
END_TEST

START_TEST(one_transfer_at_a_time)
{
	talk();
	transfer_to_c(&b);
	ck_assert_int_eq(call_transfer(b.leg, &to_600), -EBUSY);
	ck_assert_int_eq(call_transfer(a.leg, &to_600), -EBUSY);
	ck_assert_int_eq(call_transfer(c.leg, &to_600), -ENOTCONN);
	ck_assert_int_eq(call_join(a.leg, b.leg), -EBUSY);
	ck_assert_int_eq(call_replace(b.leg, a.leg, LEG_LAW_ANY), -EBUSY);
	hang_up(&a);
	end();
}
END_TEST

static bool call_nobody(void *data, const char *called)
{
	(void)data;
	(void)called;
	return false;
}

/* But an operator may have it. */
START_TEST(nobody_transfers_to_a_number_that_it_may_not_call)
{
	talk();
	uint32_t id = call_id(a.leg->call);
	to_b.target.may_call = call_nobody;
	ck_assert_int_eq(call_transfer(b.leg, &to_600), -EACCES);
	ck_assert_uint_eq(active(), 1);
	ck_assert_int_eq(call_put_through(hub, id, true, "600"), 0);
	turns();
	ck_assert_ptr_nonnull(c.leg);
	hang_up(&a);
	end();
}
END_TEST

static char news[256];

static void on_news(void *data, uint32_t id, const char *text, bool ended)
{
	(void)data;
	(void)id;
	(void)ended;
	snprintf(news + strlen(news), sizeof(news) - strlen(news), "%s; ", text);
}

START_TEST(who_watches_the_call_is_told)
{
	for (unsigned i = 0; i < 3; i++) {
		talk();
		uint32_t id = call_id(a.leg->call);
		*news = '\0';
		ck_assert(!call_watch(hub, id + 1, on_news, NULL));
		ck_assert(call_watch(hub, id, on_news, NULL));
		ck_assert(!call_watch(hub, id, on_news, NULL));
		ck_assert_int_eq(call_put_through(hub, id, true, "600"), 0);
		turns();
		mock_leg_say(&c, LEG_ALERTING, 0, true);
		ck_assert_str_eq(news, "being put through: alerting; ");
		if (i == 0)
			mock_leg_say(&c, LEG_CONNECT, 0, false);
		else if (i == 1)
			mock_leg_say(&c, LEG_RELEASE, CAUSE_USER_BUSY, false);
		hang_up(&a);
		turns();
		static const char *const texts[] = {
			"; put through; ended: cause 16 ",
			"; not put through: cause 17 user busy; ended: cause 16 ",
			"; not put through: the call ends; ended: cause 16 ",
		};
		ck_assert_msg(strstr(news, texts[i]), "%s", news);
		end();
	}
}
END_TEST

START_TEST(operator_may_clear_either_call)
{
	for (unsigned i = 0; i < 2; i++) {
		talk();
		uint32_t id = call_id(a.leg->call);
		transfer_to_c(&b);
		ck_assert(call_clear(hub, id + i));
		ck_assert_uint_eq(active(), i);
		if (i)
			hang_up(&a);
		end();
	}
}
END_TEST

/* a and b talk, and so do c and d: one of each lets go. */
static struct mock_leg d;

static void talk_twice(void)
{
	talk();
	mock_leg_open(&d, hub, TARGET_PEER, "phones");
	mock_leg_setup(&d, "200", "600");
	mock_leg_say(&c, LEG_CONNECT, 0, false);
	ck_assert_ptr_eq(call_other(c.leg), d.leg);
}

START_TEST(two_calls_are_joined)
{
	for (unsigned i = 0; i < 4; i++) {
		struct mock_leg *by = i & 1 ? &a : &b, *with = i & 2 ? &d : &c;
		struct mock_leg *one = i & 1 ? &b : &a, *other = i & 2 ? &c : &d;

		talk_twice();
		uint32_t context = call_context(with->leg->call);
		ck_assert_int_eq(call_join(by->leg, with->leg), 0);
		ck_assert_ptr_null(by->leg);
		ck_assert_ptr_null(with->leg);
		ck_assert_uint_eq(active(), 1);
		ck_assert_ptr_eq(call_other(one->leg), other->leg);
		ck_assert_uint_eq(call_context(one->leg->call), context);
		ck_assert_uint_eq(last(one)->notification, LEG_TRANSFERRED);
		ck_assert_str_eq(last(one)->party.number.digits, i & 2 ? "600" : "200");
		ck_assert_str_eq(last(other)->party.number.digits, i & 1 ? "700" : "100");
		mock_leg_say(one, LEG_INFORMATION, 0, false);
		ck_assert_uint_eq(last(other)->verb, LEG_INFORMATION);
		hang_up(other);
		ck_assert_uint_eq(mock_leg_told(one, LEG_RELEASE)->cause, CAUSE_NORMAL);
		end();
	}
}
END_TEST

START_TEST(operator_joins_two_calls)
{
	for (unsigned i = 0; i < 4; i++) {
		struct mock_leg *one = i & 1 ? &b : &a, *other = i & 2 ? &c : &d;

		talk_twice();
		struct call_party parties[] = { { call_id(a.leg->call), !(i & 1) },
						{ call_id(d.leg->call), !(i & 2) } };
		ck_assert_int_eq(call_put_together(hub, &parties[0], &parties[1]), 0);
		ck_assert_uint_eq(active(), 1);
		ck_assert_ptr_eq(call_other(one->leg), other->leg);
		ck_assert_int_eq(call_put_together(hub, &parties[0], &parties[1]), -ENOENT);
		hang_up(one);
		end();
	}
}
END_TEST

START_TEST(operator_joins_no_call_with_itself)
{
	talk();
	struct call_party parties[] = { { call_id(a.leg->call), true },
					{ call_id(a.leg->call), false } };
	ck_assert_int_eq(call_put_together(hub, &parties[0], &parties[1]), -EINVAL);
	ck_assert_int_eq(call_far_ends(hub, parties[0].id, parties[0].id, parties), -ESRCH);
	hang_up(&a);
	end();
}
END_TEST

/* a is number 100 of phones; so is d, that calls 600, if told. */
START_TEST(who_is_in_both_calls_is_found)
{
	struct call_party ends[2];

	for (unsigned i = 0; i < 3; i++) {
		talk();
		mock_leg_open(&d, hub, TARGET_PEER, i == 1 ? "others" : "phones");
		mock_leg_setup(&d, i == 2 ? "200" : "100", "600");
		uint32_t one = call_id(a.leg->call), other = call_id(d.leg->call);
		ck_assert_int_eq(call_far_ends(hub, one, other, ends), -ENOTCONN);
		mock_leg_say(&c, LEG_CONNECT, 0, false);
		ck_assert_int_eq(call_far_ends(hub, one, other, ends), i ? -ESRCH : 0);
		if (!i) {
			ck_assert(ends[0].id == one && ends[1].id == other);
			ck_assert(!ends[0].caller && !ends[1].caller);
			ck_assert_int_eq(call_put_together(hub, &ends[0], &ends[1]), 0);
			ck_assert_ptr_eq(call_other(b.leg), c.leg);
			hang_up(&b);
		} else {
			hang_up(&a);
			hang_up(&d);
		}
		ck_assert_int_eq(call_far_ends(hub, one, other, ends), -ENOENT);
		end();
	}
}
END_TEST

/* One party moves to where the other is; when it cannot, nothing is joined. */
START_TEST(the_sound_of_joined_calls_is_in_one_context)
{
	const struct mg_term sound = { .kind = MG_LOCAL };

	for (unsigned i = 0; i < 2; i++) {
		talk_twice();
		uint32_t from = call_context(a.leg->call), into = call_context(c.leg->call);
		a.term = (uint32_t)mg_add(mg, from, &sound, NULL, NULL);
		mock_mg_run(mg);
		if (i)
			mg_subtract(mg, a.term);
		ck_assert_int_eq(call_join(b.leg, c.leg), i ? -ENOENT : 0);
		ck_assert_int_eq(mock_mg_find(mg, into, MG_LOCAL) != NULL, i == 0);
		ck_assert_ptr_eq(call_other(a.leg), i ? b.leg : d.leg);
		ck_assert_uint_eq(active(), i ? 2 : 1);
		mg_subtract(mg, a.term);
		hang_up(&a);
		if (i)
			hang_up(&c);
		end();
	}
}
END_TEST

START_TEST(one_call_is_not_joined_with_itself)
{
	talk();
	ck_assert_int_eq(call_join(a.leg, b.leg), -EINVAL);
	ck_assert_int_eq(call_join(a.leg, a.leg), -EINVAL);
	hang_up(&a);
	end();
}
END_TEST

START_TEST(calls_not_answered_are_not_joined)
{
	talk();
	mock_leg_open(&d, hub, TARGET_PEER, "phones");
	mock_leg_setup(&d, "200", "600");
	ck_assert_int_eq(call_join(a.leg, c.leg), -ENOTCONN);
	ck_assert_int_eq(call_join(d.leg, b.leg), -ENOTCONN);
	ck_assert_int_eq(call_transfer(d.leg, &to_600), -ENOTCONN);
	hang_up(&a);
	hang_up(&d);
	end();
}
END_TEST

START_TEST(another_takes_a_party_s_place)
{
	for (unsigned i = 0; i < 2; i++) {
		struct mock_leg *old = i ? &a : &b, *stays = i ? &b : &a;

		talk();
		uint32_t context = call_context(a.leg->call);
		mock_leg_open(&d, hub, TARGET_PEER, "other");
		ck_assert_int_eq(call_replace(old->leg, d.leg, LEG_LAW_MULAW), 0);
		ck_assert_ptr_null(old->leg);
		ck_assert_uint_eq(active(), 1);
		ck_assert_uint_eq(last(&d)->verb, LEG_CONNECT);
		ck_assert_str_eq(last(&d)->party.number.digits, i ? "700" : "100");
		ck_assert_uint_eq(last(stays)->notification, LEG_TRANSFERRED);
		ck_assert_ptr_eq(call_other(d.leg), stays->leg);
		ck_assert_uint_eq(call_context(d.leg->call), context);
		hang_up(&d);
		end();
	}
}
END_TEST

START_TEST(another_may_answer_while_it_rings)
{
	static const uint8_t words[] = { 0, LEG_PROCEEDING, LEG_ALERTING };

	for (unsigned i = 0; i < 3; i++) {
		start();
		dial("700");
		if (words[i])
			mock_leg_say(&b, words[i], 0, false);
		mock_leg_open(&d, hub, TARGET_PEER, "other");
		ck_assert_int_eq(call_replace(b.leg, d.leg, LEG_LAW_ALAW), 0);
		ck_assert_uint_eq(mock_leg_told(&b, LEG_RELEASE)->cause, CAUSE_NON_SELECTED_USER);
		ck_assert_ptr_null(b.leg);
		ck_assert_uint_eq(last(&a)->verb, LEG_CONNECT);
		ck_assert_uint_eq(last(&a)->law, LEG_LAW_ALAW);
		ck_assert_uint_eq(last(&d)->verb, LEG_CONNECT);
		ck_assert_str_eq(state(), "active");
		hang_up(&a);
		end();
	}
}
END_TEST

START_TEST(the_caller_s_place_is_not_taken_before_the_answer)
{
	start();
	bring_to("alerting");
	mock_leg_open(&d, hub, TARGET_PEER, "other");
	ck_assert_int_eq(call_replace(a.leg, d.leg, LEG_LAW_ANY), -ENOTCONN);
	mock_leg_close(&d);
	hang_up(&a);
	end();
}
END_TEST

/* Whatever state a transfer is in, the hub lets go of it. */
START_TEST(the_hub_may_go_at_any_time)
{
	for (unsigned i = 0; i < 4; i++) {
		talk();
		ck_assert_int_eq(call_transfer(b.leg, &to_600), 0);
		if (i)
			turns();
		if (i > 1)
			mock_leg_say(&c, LEG_ALERTING, 0, false);
		if (i > 2)
			hang_up(&b);
		call_hub_free(hub);
		mock_leg_close(&a);
		mock_leg_close(&b);
		mock_leg_close(&c);
		mock_mg_run(mg);
		ck_assert_uint_eq(mock_mg_count(mg), 0);
		mock_mg_free(mg);
	}
}
END_TEST

static int try_transfer(void)
{
	return call_transfer(b.leg, &to_600);
}

static int try_replace(void)
{
	return call_replace(b.leg, d.leg, LEG_LAW_ANY);
}

static int try_join(void)
{
	return call_join(b.leg, c.leg);
}

START_TEST(without_memory_nothing_changes)
{
	int (*const tries[])(void) = { try_transfer, try_replace, try_join };

	for (unsigned i = 0; i < 3; i++) {
		OOM_EACH(done)
		{
			oom_off();
			talk_twice();
			if (i == 1) {
				hang_up(&d);
				mock_leg_open(&d, hub, TARGET_PEER, "other");
			}
			oom_allow(oom_n);
			int rc = tries[i]();
			oom_off();
			ck_assert(rc == 0 || rc == -ENOMEM);
			done = !rc;
			if (rc) {
				ck_assert_str_eq(state(), "active");
				ck_assert_ptr_eq(call_other(a.leg), b.leg);
			}
			if (i == 1 && rc)
				mock_leg_close(&d);
			hang_up(&a);
			if (d.leg)
				hang_up(&d);
			end();
		}
	}
}
END_TEST

UNIT_MAIN("transfer", the_other_party_is_put_through, who_waits_hears_the_ringing_tone,
	  a_transfer_that_fails_changes_nothing, a_number_without_a_route_is_told,
	  who_asked_may_hang_up, who_asked_and_has_hung_up_hears_the_outcome, who_waits_may_hang_up,
	  one_transfer_at_a_time, nobody_transfers_to_a_number_that_it_may_not_call,
	  who_watches_the_call_is_told, operator_may_clear_either_call, two_calls_are_joined,
	  operator_joins_two_calls, operator_joins_no_call_with_itself,
	  who_is_in_both_calls_is_found, the_sound_of_joined_calls_is_in_one_context,
	  one_call_is_not_joined_with_itself, calls_not_answered_are_not_joined,
	  another_takes_a_party_s_place, another_may_answer_while_it_rings,
	  the_caller_s_place_is_not_taken_before_the_answer, the_hub_may_go_at_any_time,
	  without_memory_nothing_changes)
