/* STATUS ENQUIRY after a loss of the data link (Q.931 5.8.9 to 5.8.11), against a switch that does what the test
 * wants. */
#include "tests/unit/unit.h"

#include "call/cause.h"
#include "pstn/isdn/isdn_leg.h"
#include "pstn/isdn/q931.h"
#include "tests/mock/mock_leg.c"
#include "tests/unit/pstn/isdn/world.c"
#include "tests/unit/pstn/isdn/peer.c"

enum { RESPONSE_TO_ENQUIRY = 30, LOSS_MS = 60000, BACK_MS = 4000 };

/* A world with one active call; libpri's own T309 of the peer never ends. */
static q931_call *open_with_a_call(void)
{
	peer_world(TRUNK_USER);
	pri_set_timer(peer.pri, PRI_TIMER_T309, 1000000);
	q931_call *call = peer_is_called("200");
	pri_answer(peer.pri, call, peer.last[PRI_EVENT_RING].ring.channel, 0);
	peer_run(100);
	ck_assert(was_told(&w.a, LEG_CONNECT));
	return call;
}

static void lose_the_link(void)
{
	peer.deaf = true;
	peer_run(LOSS_MS);
	ck_assert_str_eq(trunk_status("user").layer2, "down");
	peer.deaf = false;
}

/* Until the data link is up again, and not longer */
static void link_comes_back(void)
{
	for (unsigned ms = 0; strcmp(trunk_status("user").layer2, "up") != 0; ms += TICK_MS) {
		ck_assert_uint_lt(ms, 10000);
		peer_run(TICK_MS);
	}
}

START_TEST(call_survives_a_loss_and_is_asked_about_once)
{
	static const enum trunk_variant variants[] = { VARIANT_EUROISDN, VARIANT_NI2,
						       VARIANT_QSIG };
	static const int types[] = { PRI_SWITCH_EUROISDN_E1, PRI_SWITCH_NI2, PRI_SWITCH_QSIG };

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		peer_switch_type = types[i];
		world_prepare();
		w.trunk[0].variant = variants[i];
		peer_open(PRI_NETWORK);
		ck_assert_int_eq(world_apply(1), 0);
		peer_run(4000);
		pri_set_timer(peer.pri, PRI_TIMER_T309, 1000000);
		q931_call *call = peer_is_called("200");
		pri_answer(peer.pri, call, peer.last[PRI_EVENT_RING].ring.channel, 0);
		peer_run(100);
		ck_assert_uint_eq(peer.heard[Q931_STATUS_ENQUIRY], 0);
		lose_the_link();
		link_comes_back();
		peer_run(20000);
		ck_assert_uint_eq(peer.heard[Q931_STATUS_ENQUIRY], 1);
		ck_assert_uint_eq(peer.heard[Q931_NOTIFY], 0);
		ck_assert(!was_told(&w.a, LEG_RELEASE));
		peer_clears(call, 16);
		ck_assert_uint_eq(told_cause(&w.a, LEG_RELEASE), 16);
		peer_close();
	}
	peer_switch_type = PRI_SWITCH_EUROISDN_E1;
}
END_TEST

START_TEST(call_that_the_far_end_lost_is_freed)
{
	q931_call *call = open_with_a_call();

	peer.deaf = true;
	peer_run(1000);
	pri_destroycall(peer.pri, call);
	lose_the_link();
	link_comes_back();
	peer_run(BACK_MS);
	ck_assert(was_told(&w.a, LEG_RELEASE));
	ck_assert_uint_eq(busy_channels(), 0);
	peer_close();
}
END_TEST

/* What the peer says of its state in answer to STATUS ENQUIRY */
static uint8_t state_to_say;

static void in_that_state(uint8_t *frame, size_t *len)
{
	/* cause, call state */
	if (*len == 16 && frame[8] == Q931_STATUS && (frame[12] & 0x7f) == RESPONSE_TO_ENQUIRY)
		frame[15] = state_to_say;
}

/* Rows: the state that the peer says; DISCONNECT's cause, or 0: the call goes on, or the null state: no message */
START_TEST(state_of_the_far_end_decides)
{
	static const struct {
		uint8_t state, cause;
		bool ends;
	} rows[] = {
		{ 10, 0, false },  { 8, 0, false },  { 0, 0, true },
		{ 11, 101, true }, { 7, 101, true }, { 19, 101, true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		q931_call *call = open_with_a_call();
		state_to_say = rows[i].state;
		peer.edit = in_that_state;
		lose_the_link();
		link_comes_back();
		peer_run(BACK_MS);
		ck_assert_uint_eq(peer.heard[Q931_STATUS_ENQUIRY], 1);
		ck_assert_uint_eq(peer.seen[PRI_EVENT_HANGUP_REQ], rows[i].cause ? 1 : 0);
		if (rows[i].cause)
			ck_assert_int_eq(peer.last[PRI_EVENT_HANGUP_REQ].hangup.cause,
					 rows[i].cause);
		ck_assert_msg(was_told(&w.a, LEG_RELEASE) == rows[i].ends, "row %zu", i);
		if (rows[i].ends)
			ck_assert_uint_eq(told_cause(&w.a, LEG_RELEASE), 41);
		peer_clears(call, 16);
		ck_assert_uint_eq(busy_channels(), 0);
		peer_close();
	}
}
END_TEST

/* Its STATUS becomes something that is no answer. */
static void without_status(uint8_t *frame, size_t *len)
{
	if (*len > 8 && !(frame[2] & 1) && frame[8] == Q931_STATUS) {
		frame[8] = Q931_INFORMATION;
		*len = 9;
	}
}

START_TEST(silence_after_two_enquiries_clears_with_41)
{
	q931_call *call = open_with_a_call();

	peer.edit = without_status;
	lose_the_link();
	link_comes_back();
	peer_run(2000 + 3900);
	ck_assert_uint_eq(peer.heard[Q931_STATUS_ENQUIRY], 1);
	peer_run(3900);
	ck_assert_uint_eq(peer.heard[Q931_STATUS_ENQUIRY], 2);
	ck_assert(!was_told(&w.a, LEG_RELEASE));
	peer_run(500);
	ck_assert_uint_eq(peer.heard[Q931_STATUS_ENQUIRY], 2);
	ck_assert_uint_eq(told_cause(&w.a, LEG_RELEASE), 41);
	ck_assert_int_eq(peer.last[PRI_EVENT_HANGUP_REQ].hangup.cause, 41);
	pri_hangup(peer.pri, call, -1);
	peer_close();
}
END_TEST

/* The link goes again while T322 runs: T309 has the call then, and it is asked about anew. */
START_TEST(loss_stops_t322)
{
	q931_call *call = open_with_a_call();

	peer.edit = without_status;
	lose_the_link();
	link_comes_back();
	peer_run(2500);
	ck_assert_uint_eq(peer.heard[Q931_STATUS_ENQUIRY], 1);
	peer.edit = NULL;
	lose_the_link();
	link_comes_back();
	peer_run(20000);
	ck_assert(!was_told(&w.a, LEG_RELEASE));
	peer_clears(call, 16);
	peer_close();
}
END_TEST

/* All channels of an E1: one after the other, and each once. */
START_TEST(calls_are_asked_about_one_after_the_other)
{
	enum { CALLS = 30 };
	static struct mock_leg legs[CALLS];
	q931_call *calls[CALLS];

	memset(legs, 0, sizeof(legs));
	peer_world(TRUNK_USER);
	pri_set_timer(peer.pri, PRI_TIMER_T309, 1000000);
	for (size_t i = 0; i < CALLS; i++) {
		mock_leg_open(&legs[i], w.hub, TARGET_PEER, "a");
		mock_leg_setup(&legs[i], "4711", "200");
		peer_run(50);
		calls[i] = peer.last[PRI_EVENT_RING].ring.call;
		pri_answer(peer.pri, calls[i], peer.last[PRI_EVENT_RING].ring.channel, 0);
		peer_run(50);
	}
	ck_assert_uint_eq(busy_channels(), CALLS);
	lose_the_link();
	link_comes_back();
	for (unsigned i = 0; i < 40; i++) {
		unsigned before = peer.heard[Q931_STATUS_ENQUIRY];

		peer_run(100);
		ck_assert_uint_le(peer.heard[Q931_STATUS_ENQUIRY], before + 7);
	}
	ck_assert_uint_eq(peer.heard[Q931_STATUS_ENQUIRY], CALLS);
	peer_run(20000);
	ck_assert_uint_eq(busy_channels(), CALLS);
	for (size_t i = 0; i < CALLS; i++)
		peer_clears(calls[i], 16);
	peer_close();
}
END_TEST

/* A call that does not end clearing: it is over there, as the answer shows, and nothing need be repaired. */
START_TEST(audit_asks_before_it_repairs)
{
	struct audit_status audits;
	q931_call *call = open_with_a_call();
	struct isdn *isdn = target_find(w.hub, TARGET_TRUNK, "user")->data;
	struct isdn_leg *leg = llist_first_entry(&isdn->legs, struct isdn_leg, entry);

	isdn_leg_change(leg, ST_RELEASE_REQUEST);
	isdn_leg_detach(leg);
	mock_leg_say(&w.a.leg, LEG_RELEASE, 16, false);
	pri_destroycall(peer.pri, call);
	peer_run(55000);
	ck_assert_uint_eq(peer.heard[Q931_STATUS_ENQUIRY], 0);
	ck_assert_uint_eq(busy_channels(), 1);
	peer_run(20000);
	ck_assert_uint_eq(peer.heard[Q931_STATUS_ENQUIRY], 1);
	ck_assert_uint_eq(busy_channels(), 0);
	trunks_audit_status(w.trunks, &audits);
	ck_assert_uint_eq(audits.inside, 0);
	peer_close();
}
END_TEST

UNIT_MAIN("enquiry", audit_asks_before_it_repairs, call_survives_a_loss_and_is_asked_about_once,
	  call_that_the_far_end_lost_is_freed, state_of_the_far_end_decides,
	  silence_after_two_enquiries_clears_with_41, loss_stops_t322,
	  calls_are_asked_about_one_after_the_other)
