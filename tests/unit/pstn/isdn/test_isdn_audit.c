/* The audit of an ISDN trunk: what does not fit together is made on purpose, by hand, in a trunk that works. */
#include "tests/unit/unit.h"

#include "call/cause.h"
#include "call/hub.h"
#include "pstn/isdn/dchannel.h"
#include "pstn/isdn/isdn_leg.h"
#include "tests/mock/mock_leg.c"
#include "tests/unit/pstn/isdn/world.c"

enum { AUDIT_MS = 5000 };

static struct isdn *trunk_of(const char *name)
{
	return target_find(w.hub, TARGET_TRUNK, name)->data;
}

static struct isdn_leg *leg_of(const char *trunk)
{
	struct isdn *isdn = trunk_of(trunk);

	ck_assert_uint_eq(llist_count(&isdn->legs), 1);
	return llist_first_entry(&isdn->legs, struct isdn_leg, entry);
}

static void audits(unsigned n)
{
	run_ms(n * AUDIT_MS);
}

static uint64_t repairs(void)
{
	struct audit_status status;

	trunks_audit_status(w.trunks, &status);
	ck_assert_uint_eq(status.legs + status.calls + status.terminations, 0);
	return status.inside;
}

/* From a over the line to b, answered. */
static void open_with_a_call(void)
{
	world_open();
	a_calls("200");
	says(&w.b, LEG_CONNECT, 0, false);
	ck_assert(was_told(&w.a, LEG_CONNECT));
}

static void close_with_a_call(void)
{
	ck_assert_uint_eq(busy_channels(), 2);
	says(&w.a, LEG_RELEASE, 16, false);
	ck_assert_uint_eq(told_cause(&w.b, LEG_RELEASE), 16);
	world_close();
}

START_TEST(calls_that_come_go_and_fail_leave_nothing_to_repair)
{
	static const char *const numbers[] = { "600", "603", "604", "605", "609" };

	open_with_a_call();
	audits(4);
	says(&w.a, LEG_RELEASE, 16, false);
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		a_calls(numbers[i]);
		audits(3);
		if (w.a.leg.leg && w.a.leg.leg->call)
			says(&w.a, LEG_RELEASE, 16, false);
		audits(3);
	}
	b_calls("200"); /* and from the network */
	audits(3);
	says(&w.b, LEG_RELEASE, 16, false);
	audits(3);
	ck_assert_uint_eq(repairs(), 0);
	world_close();
}
END_TEST

START_TEST(leg_that_lost_its_channel_is_put_back)
{
	struct isdn_leg *leg;

	open_with_a_call();
	leg = leg_of("user");
	instance_move(leg->isdn, leg, leg->channel, 0);
	ck_assert_uint_eq(busy_channels(), 1);
	audits(1);
	ck_assert_uint_eq(repairs(), 0);
	audits(1);
	ck_assert_uint_eq(repairs(), 1);
	close_with_a_call();
}
END_TEST

/* Whoever has the channel keeps it. */
START_TEST(leg_whose_channel_another_has_goes_on_without)
{
	struct isdn_leg *first, *second;
	const struct originate what = { TARGET_TRUNK, .through = "user", .called = "600" };
	struct isdn *isdn;
	const char *why;
	uint32_t id;

	world_open();
	isdn = trunk_of("user");
	id = call_originate(w.hub, &what, NULL, NULL, &why);
	ck_assert_uint_ne(id, 0);
	run_ms(100);
	first = leg_of("user");
	a_calls("600");
	second = llist_entry(first->entry.next, struct isdn_leg, entry);
	ck_assert_uint_ne(second->channel, first->channel);
	isdn_leg_detach(second);
	run_ms(100);
	instance_move(isdn, second, second->channel, 0);
	second->channel = first->channel;
	audits(2);
	ck_assert_uint_eq(repairs(), 1);
	ck_assert_uint_eq(second->channel, 0);
	ck_assert_ptr_eq(isdn->channels[first->channel], first);
	says(&w.a, LEG_RELEASE, 16, false);
	ck_assert(call_clear(w.hub, id));
	world_close();
}
END_TEST

START_TEST(channel_that_leads_to_no_leg_is_freed_and_restarted)
{
	struct isdn *isdn;

	open_with_a_call();
	isdn = trunk_of("user");
	isdn->channels[7] = leg_of("user");
	ck_assert_uint_eq(busy_channels(), 3);
	audits(2);
	ck_assert_uint_eq(repairs(), 1);
	ck_assert_ptr_null(isdn->channels[7]);
	close_with_a_call();
}
END_TEST

START_TEST(leg_of_no_call_is_cleared)
{
	struct isdn_leg *leg;

	open_with_a_call();
	leg = leg_of("net");
	/* the call forgets it, and it the call */
	for (size_t i = 0; i < CALL_SLOTS; i++) {
		struct call *call = leg->leg.call;

		if (call->slots[i].leg != &leg->leg)
			continue;
		call->slots[i].leg = NULL;
		call->attached--;
	}
	leg->leg.call = NULL;
	isdn_leg_detach(leg);
	isdn_leg_take(leg, 0); /* as one that is on hold: else the trunks' own auditor sees it */
	audits(3);
	ck_assert_uint_eq(repairs(), 1);
	ck_assert_uint_eq(told_cause(&w.a, LEG_RELEASE), CAUSE_TEMPORARY_FAILURE);
	says(&w.b, LEG_RELEASE, 16, false);
	world_close();
}
END_TEST

START_TEST(leg_that_libpri_does_not_know_ends_on_both_sides)
{
	struct isdn_leg *leg;

	open_with_a_call();
	leg = leg_of("user");
	pri_destroycall(isdn_leg_pri(leg), leg->q931);
	audits(1);
	ck_assert_uint_eq(repairs(), 0);
	audits(1);
	ck_assert_uint_eq(repairs(), 1);
	ck_assert_uint_eq(told_cause(&w.a, LEG_RELEASE), CAUSE_TEMPORARY_FAILURE);
	audits(2);
	ck_assert(was_told(&w.b, LEG_RELEASE)); /* by RESTART */
	world_close();
}
END_TEST

START_TEST(call_of_libpri_that_is_nobodys_is_ended)
{
	const struct isdn_line_msg gone = { .cause = 16 };
	struct isdn_leg *leg;

	open_with_a_call();
	leg = leg_of("user");
	isdn_leg_let_go(leg);
	isdn_leg_dispatch(leg, LINE_CLEARED, &gone);
	run_ms(1000);
	ck_assert_uint_eq(busy_channels(), 1); /* the exchange knows nothing of it */
	audits(2);
	ck_assert_uint_eq(repairs(), 1);
	run_ms(1000);
	ck_assert_uint_eq(told_cause(&w.b, LEG_RELEASE), CAUSE_TEMPORARY_FAILURE);
	audits(3);
	ck_assert_uint_eq(repairs(), 1);
	world_close();
}
END_TEST

START_TEST(leg_that_clears_for_ever_is_ended_beyond_all_timers)
{
	struct isdn_leg *leg;

	open_with_a_call();
	leg = leg_of("user");
	mock_leg_say(&w.a.leg, LEG_RELEASE, 16, false);
	ck_assert_int_eq(isdn_leg_state(leg), ST_RELEASE_REQUEST);
	leg->q931 = NULL; /* libpri's word will find nobody */
	run_ms(50 * 1000);
	ck_assert_uint_eq(busy_channels(), 1);
	ck_assert_uint_eq(repairs(), 0);
	run_ms(25 * 1000);
	ck_assert_uint_eq(repairs(), 1);
	ck_assert_uint_eq(busy_channels(), 0);
	world_close();
}
END_TEST

START_TEST(termination_that_never_goes_is_forgotten)
{
	struct isdn_leg *leg;

	open_with_a_call();
	leg = leg_of("user");
	mg_forget(w.mg, leg->term); /* it will never say that it went */
	says(&w.a, LEG_RELEASE, 16, false);
	ck_assert_int_eq(isdn_leg_state(leg), ST_CLEARED);
	run_ms(25 * 1000);
	ck_assert_uint_eq(repairs(), 1);
	ck_assert_uint_eq(busy_channels(), 0);
	world_close();
}
END_TEST

START_TEST(channel_is_cleared_once)
{
	struct isdn_leg *leg;

	open_with_a_call();
	leg = leg_of("user");
	leg->isdn->trunk.protocol->clear(&leg->isdn->trunk, leg->channel, CAUSE_TEMPORARY_FAILURE);
	leg->isdn->trunk.protocol->clear(&leg->isdn->trunk, leg->channel, CAUSE_TEMPORARY_FAILURE);
	run_ms(1000);
	ck_assert_uint_eq(told_cause(&w.a, LEG_RELEASE), CAUSE_TEMPORARY_FAILURE);
	ck_assert_uint_eq(told_cause(&w.b, LEG_RELEASE), CAUSE_TEMPORARY_FAILURE);
	world_close();
}
END_TEST

/* Locks, as the far end sees them */

START_TEST(locked_channel_is_answered_with_44)
{
	world_open();
	ck_assert_int_eq(trunks_lock(w.trunks, "e1-1/31", LOCK_NOW, 0), 0);
	b_calls("200"); /* the network takes 31, and no other will do */
	ck_assert_uint_eq(told_cause(&w.b, LEG_RELEASE), CAUSE_CHANNEL_NOT_AVAILABLE);
	world_close();
}
END_TEST

START_TEST(locked_channel_is_not_hunted)
{
	world_open();
	ck_assert_int_eq(trunks_lock(w.trunks, "e1-1/1", LOCK_NOW, 0), 0);
	ck_assert_int_eq(trunks_lock(w.trunks, "e1-1/2", LOCK_NOW, 0), 0);
	a_calls("200");
	ck_assert_uint_eq(leg_of("user")->channel, 3);
	says(&w.a, LEG_RELEASE, 16, false);
	world_close();
}
END_TEST

START_TEST(locked_trunk_has_no_free_channel)
{
	world_open();
	ck_assert_int_eq(trunks_lock(w.trunks, "user", LOCK_NOW, 0), 0);
	a_calls("200");
	ck_assert_uint_eq(told_cause(&w.a, LEG_RELEASE), CAUSE_NO_CIRCUIT);
	world_close();
}
END_TEST

static void no_peer_is_alive(void *data, struct trunks *trunks)
{
	(void)data;
	trunks_way(trunks, "user", false);
}

START_TEST(busied_out_trunk_answers_34_whatever_the_channel)
{
	world_prepare();
	w.trunk[0].busy_out = true;
	trunks_survey(w.trunks, no_peer_is_alive, NULL);
	world_start();
	run_ms(8000);
	b_calls("200");
	ck_assert_uint_eq(told_cause(&w.b, LEG_RELEASE), CAUSE_NO_CIRCUIT);
	world_close();
}
END_TEST

UNIT_MAIN("isdn_audit", calls_that_come_go_and_fail_leave_nothing_to_repair,
	  leg_that_lost_its_channel_is_put_back, leg_whose_channel_another_has_goes_on_without,
	  channel_that_leads_to_no_leg_is_freed_and_restarted, leg_of_no_call_is_cleared,
	  leg_that_libpri_does_not_know_ends_on_both_sides, call_of_libpri_that_is_nobodys_is_ended,
	  leg_that_clears_for_ever_is_ended_beyond_all_timers,
	  termination_that_never_goes_is_forgotten, channel_is_cleared_once,
	  locked_channel_is_answered_with_44, locked_channel_is_not_hunted,
	  locked_trunk_has_no_free_channel, busied_out_trunk_answers_34_whatever_the_channel)
