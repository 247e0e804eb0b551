/* Hold and retrieval by the line (EN 300 196-1 7): the channel is free meanwhile. */
#include "tests/unit/unit.h"

#include "tests/mock/mock_leg.c"
#include "tests/unit/pstn/isdn/world.c"
#include "tests/unit/pstn/isdn/peer.c"

static void hold_world(enum trunk_side ours)
{
	peer_world(ours);
	pri_hold_enable(peer.pri, 1);
}

/* The peer has called on that channel, and a has answered. */
static q931_call *active_call(int channel)
{
	q931_call *call = peer_calls("200", channel, true, PRI_TRANS_CAP_SPEECH);

	says(&w.a, LEG_CONNECT, 0, false);
	peer_run(100);
	return call;
}

static void hold(q931_call *call)
{
	unsigned seen = peer.seen[PRI_EVENT_HOLD_ACK];

	ck_assert_int_eq(pri_hold(peer.pri, call), 0);
	peer_run(100);
	ck_assert_uint_eq(peer.seen[PRI_EVENT_HOLD_ACK], seen + 1);
}

static unsigned terminations(void)
{
	struct mg_totals media;

	mg_totals(w.mg, &media);
	return media.terminations;
}

START_TEST(held_call_has_no_channel_and_gets_one_again)
{
	static const enum trunk_side sides[] = { TRUNK_NETWORK, TRUNK_USER };

	for (size_t i = 0; i < ARRAY_SIZE(sides); i++) {
		hold_world(sides[i]);
		q931_call *call = active_call(7);
		ck_assert_uint_eq(terminations(), 1);
		hold(call);
		ck_assert_uint_eq(told(&w.a, LEG_NOTIFY)->notification, LEG_REMOTE_HOLD);
		ck_assert_uint_eq(busy_channels(), 0);
		ck_assert_uint_eq(terminations(), 0);
		ck_assert_int_eq(pri_retrieve(peer.pri, call, 9), 0);
		peer_run(100);
		ck_assert_uint_eq(peer.seen[PRI_EVENT_RETRIEVE_ACK], 1);
		ck_assert_int_eq(peer.last[PRI_EVENT_RETRIEVE_ACK].retrieve_ack.channel, 9);
		ck_assert_uint_eq(told(&w.a, LEG_NOTIFY)->notification, LEG_REMOTE_RETRIEVAL);
		ck_assert_uint_eq(busy_channels(), 1);
		ck_assert_uint_eq(terminations(), 1);
		hold(call);
		/* any channel */
		ck_assert_int_eq(pri_retrieve(peer.pri, call, 0), 0);
		peer_run(100);
		ck_assert_uint_eq(peer.seen[PRI_EVENT_RETRIEVE_ACK], 2);
		ck_assert_uint_eq(busy_channels(), 1);
		peer_clears(call, 16);
		peer_close();
	}
}
END_TEST

/* The other call has the channel. The user has but a wish, the network's word is the last. */
START_TEST(retrieval_with_a_channel_that_is_taken)
{
	static const struct {
		enum trunk_side ours;
		unsigned cause; /* 0: it gets another */
	} rows[] = { { TRUNK_NETWORK, 0 }, { TRUNK_USER, 44 } };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct mock_leg other = { 0 };

		hold_world(rows[i].ours);
		q931_call *call = active_call(7);
		hold(call);
		w.a.target.leg = &other;
		q931_call *second = peer_calls("300", 7, true, PRI_TRANS_CAP_SPEECH);
		ck_assert_int_eq(pri_retrieve(peer.pri, call, 7), 0);
		peer_run(100);
		ck_assert_uint_eq(peer.seen[PRI_EVENT_RETRIEVE_ACK], !rows[i].cause);
		ck_assert_uint_eq(peer.seen[PRI_EVENT_RETRIEVE_REJ], rows[i].cause != 0);
		if (rows[i].cause)
			ck_assert_int_eq(peer.last[PRI_EVENT_RETRIEVE_REJ].retrieve_rej.cause,
					 (int)rows[i].cause);
		peer_clears(second, 16);
		peer_clears(call, 16);
		peer_close();
	}
}
END_TEST

START_TEST(no_channel_is_left_for_a_held_call)
{
	struct mock_leg other = { 0 };

	world_prepare();
	w.trunk[0].side = TRUNK_NETWORK;
	w.trunk[0].spans[0].channels = 1 << 7;
	peer_open(PRI_CPE);
	pri_hold_enable(peer.pri, 1);
	ck_assert_int_eq(world_apply(1), 0);
	peer_run(1500);
	q931_call *call = active_call(7);
	hold(call);
	w.a.target.leg = &other;
	q931_call *second = peer_calls("300", 7, true, PRI_TRANS_CAP_SPEECH);
	pri_retrieve(peer.pri, call, 0);
	peer_run(100);
	ck_assert_int_eq(peer.last[PRI_EVENT_RETRIEVE_REJ].retrieve_rej.cause, 34);
	peer_clears(second, 16);
	pri_retrieve(peer.pri, call, 0);
	peer_run(100);
	ck_assert_uint_eq(peer.seen[PRI_EVENT_RETRIEVE_ACK], 1);
	peer_clears(call, 16);
	peer_close();
}
END_TEST

/* Nothing takes it for a call that is stuck. */
START_TEST(held_call_is_kept_for_long)
{
	hold_world(TRUNK_NETWORK);
	q931_call *call = active_call(7);
	hold(call);
	peer_run(120000);
	ck_assert(!was_told(&w.a, LEG_RELEASE));
	ck_assert_int_eq(pri_retrieve(peer.pri, call, 0), 0);
	peer_run(100);
	ck_assert_uint_eq(peer.seen[PRI_EVENT_RETRIEVE_ACK], 1);
	peer_clears(call, 16);
	peer_close();
}
END_TEST

START_TEST(held_call_is_cleared_from_each_side)
{
	for (unsigned by_peer = 0; by_peer < 2; by_peer++) {
		hold_world(TRUNK_NETWORK);
		q931_call *call = active_call(7);
		hold(call);
		if (!by_peer)
			says(&w.a, LEG_RELEASE, 16, false);
		peer_clears(call, 16);
		if (by_peer)
			ck_assert_uint_eq(told_cause(&w.a, LEG_RELEASE), 16);
		peer_close();
	}
}
END_TEST

/* Cleared with sound, which cannot be heard. */
START_TEST(held_call_hears_no_announcement)
{
	hold_world(TRUNK_NETWORK);
	q931_call *call = active_call(7);
	hold(call);
	says(&w.a, LEG_DISCONNECT, 16, true);
	peer_run(100);
	ck_assert_uint_eq(peer.seen[PRI_EVENT_HANGUP_REQ], 1);
	peer_clears(call, 16);
	peer_close();
}
END_TEST

START_TEST(restart_of_the_channel_leaves_a_held_call)
{
	hold_world(TRUNK_NETWORK);
	q931_call *call = active_call(7);
	hold(call);
	pri_reset(peer.pri, 7);
	peer_run(100);
	ck_assert(!was_told(&w.a, LEG_RELEASE));
	peer_clears(call, 16);
	peer_close();
}
END_TEST

START_TEST(hold_before_answer_is_refused)
{
	hold_world(TRUNK_NETWORK);
	q931_call *call = peer_calls("200", 7, true, PRI_TRANS_CAP_SPEECH);
	says(&w.a, LEG_ALERTING, 0, false);
	peer_run(100);
	ck_assert_int_eq(pri_hold(peer.pri, call), 0);
	peer_run(100);
	ck_assert_uint_eq(peer.seen[PRI_EVENT_HOLD_REJ], 1);
	ck_assert_int_eq(peer.last[PRI_EVENT_HOLD_REJ].hold_rej.cause, 101);
	ck_assert(!was_told(&w.a, LEG_NOTIFY));
	peer_clears(call, 16);
	peer_close();
}
END_TEST

UNIT_MAIN("hold", held_call_has_no_channel_and_gets_one_again,
	  retrieval_with_a_channel_that_is_taken, no_channel_is_left_for_a_held_call,
	  held_call_is_kept_for_long, held_call_is_cleared_from_each_side,
	  held_call_hears_no_announcement, restart_of_the_channel_leaves_a_held_call,
	  hold_before_answer_is_refused)
