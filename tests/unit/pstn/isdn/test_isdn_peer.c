/* An ISDN trunk against a switch that does what the test wants, and against noise. */
#include "tests/unit/unit.h"

#include "call/cause.h"
#include "tests/mock/mock_leg.c"
#include "tests/unit/pstn/isdn/world.c"
#include "tests/unit/pstn/isdn/peer.c"

static q931_call *active_call(void)
{
	q931_call *call = peer_is_called("200");

	pri_answer(peer.pri, call, peer.last[PRI_EVENT_RING].ring.channel, 0);
	peer_run(100);
	ck_assert(was_told(&w.a, LEG_CONNECT));
	return call;
}

/* Q.931 5.5.1 */
START_TEST(restart_clears_the_call_on_its_channel)
{
	peer_world(TRUNK_USER);
	active_call();
	pri_reset(peer.pri, 2);
	peer_run(100);
	ck_assert(!was_told(&w.a, LEG_RELEASE));
	pri_reset(peer.pri, 1);
	peer_run(100);
	ck_assert_uint_eq(peer.seen[PRI_EVENT_RESTART_ACK], 2);
	ck_assert_uint_eq(told_cause(&w.a, LEG_RELEASE), 41);
	ck_assert_uint_eq(busy_channels(), 0);
	peer_close();
}
END_TEST

/* RESTART for the interface: no channel, indicator 7 (Q.931 4.5.24) */
static void restart_all(uint8_t *frame, size_t *len)
{
	if (*len < 9 || frame[2] & 1 || frame[8] != 0x46)
		return;
	memcpy(frame + 9, "\x79\x01\x87", 3);
	*len = 12;
}

START_TEST(restart_of_the_interface_clears_every_call)
{
	struct mock_leg other = { 0 };

	peer_world(TRUNK_USER);
	active_call();
	w.a.target.leg = &other;
	peer_calls("300", 9, true, PRI_TRANS_CAP_SPEECH);
	ck_assert_uint_eq(busy_channels(), 2);
	peer.edit = restart_all;
	pri_reset(peer.pri, 20);
	peer_run(100);
	ck_assert_uint_eq(peer.seen[PRI_EVENT_RESTART_ACK], 1);
	ck_assert_uint_eq(told_cause(&w.a, LEG_RELEASE), 41);
	ck_assert_uint_eq(busy_channels(), 0);
	peer_close();
}
END_TEST

/* Rows: the law of the span and the bearer's layer 1 (Q.931 4.5.5). All digits are in SETUP, which says so
 * (5.1.1), and who calls has no ISDN (4.5.23). */
START_TEST(setup_says_what_it_is)
{
	static const struct {
		enum law law;
		int layer1;
	} rows[] = { { LAW_ALAW, PRI_LAYER_1_ALAW }, { LAW_MULAW, PRI_LAYER_1_ULAW } };

	peer_world(TRUNK_USER);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const pri_event_ring *ring = &peer.last[PRI_EVENT_RING].ring;

		w.e1->law = rows[i].law;
		q931_call *call = peer_is_called("200");
		ck_assert_int_eq(ring->layer1, rows[i].layer1);
		ck_assert_int_eq(ring->complete, 1);
		ck_assert_int_eq(ring->progressmask, PRI_PROG_CALLER_NOT_ISDN);
		pri_proceeding(peer.pri, call, 1, 0);
		peer_clears(call, 21);
	}
	peer_close();
}
END_TEST

/* Q.931 5.8.9: an active call outlives a lost data link, for T309. */
START_TEST(active_call_outlives_a_lost_link)
{
	peer_world(TRUNK_USER);
	pri_set_timer(peer.pri, PRI_TIMER_T309, 1000000);
	q931_call *call = active_call();
	peer.deaf = true;
	peer_run(60000);
	ck_assert_str_eq(trunk_status("user").layer2, "down");
	peer.deaf = false;
	peer_run(10000);
	ck_assert_str_eq(trunk_status("user").layer2, "up");
	ck_assert(!was_told(&w.a, LEG_RELEASE));
	peer_clears(call, 16);
	ck_assert_uint_eq(told_cause(&w.a, LEG_RELEASE), 16);
	peer_close();
}
END_TEST

START_TEST(t309_clears_with_27)
{
	peer_world(TRUNK_USER);
	active_call();
	peer.deaf = true;
	peer_run(95000);
	ck_assert(!was_told(&w.a, LEG_RELEASE));
	peer_run(20000);
	ck_assert_uint_eq(told_cause(&w.a, LEG_RELEASE), 27);
	ck_assert_uint_eq(busy_channels(), 0);
	peer_close();
}
END_TEST

START_TEST(lost_link_clears_a_call_that_is_not_active)
{
	peer_world(TRUNK_USER);
	q931_call *call = peer_is_called("200");
	pri_acknowledge(peer.pri, call, 1, 0);
	peer_run(100);
	ck_assert(was_told(&w.a, LEG_ALERTING));
	peer.deaf = true;
	peer_run(20000);
	ck_assert_uint_eq(told_cause(&w.a, LEG_RELEASE), 27);
	peer_close();
}
END_TEST

/* SETUP goes out twice, T303 apart. */
static void silence_ends_with(unsigned cause, enum trunk_side ours)
{
	peer_world(ours);
	peer_is_called("200");
	peer_run(7500);
	ck_assert(!was_told(&w.a, LEG_RELEASE));
	peer_run(800);
	ck_assert_uint_eq(told_cause(&w.a, LEG_RELEASE), cause);
	peer_close();
}

/* Q.931 5.1.1 */
START_TEST(t303_of_the_user_ends_a_call_with_102)
{
	silence_ends_with(102, TRUNK_USER);
}
END_TEST

/* Q.931 5.2.5.3 */
START_TEST(t303_of_the_network_ends_a_call_with_18)
{
	silence_ends_with(18, TRUNK_NETWORK);
}
END_TEST

/* The same cause from the line stays what it is. */
START_TEST(silence_beyond_the_exchange_is_no_t303)
{
	peer_world(TRUNK_USER);
	q931_call *call = peer_is_called("200");
	pri_proceeding(peer.pri, call, 1, 0);
	peer_clears(call, 18);
	ck_assert_uint_eq(told_cause(&w.a, LEG_RELEASE), 18);
	peer_close();
}
END_TEST

/* Q.931 5.2.8: CONNECT of the user wants its acknowledgement. */
START_TEST(t313_ends_an_answer_without_acknowledgement)
{
	world_prepare();
	w.trunk[0].timers.t313 = 10;
	peer_open(PRI_NETWORK);
	pri_connect_ack_enable(peer.pri, 1);
	ck_assert_int_eq(world_apply(1), 0);
	peer_run(1500);
	q931_call *call = peer_calls("300", 1, true, PRI_TRANS_CAP_SPEECH);
	mock_leg_say(&w.a.leg, LEG_CONNECT, 0, false);
	peer_run(9500);
	ck_assert_uint_eq(peer.seen[PRI_EVENT_HANGUP_REQ], 0);
	peer_run(700);
	ck_assert_uint_eq(peer.seen[PRI_EVENT_HANGUP_REQ], 1);
	ck_assert_int_eq(peer.last[PRI_EVENT_HANGUP_REQ].hangup.cause, 102);
	ck_assert_uint_eq(told_cause(&w.a, LEG_RELEASE), 102);
	pri_hangup(peer.pri, call, -1);
	peer_run(100);
	peer_close();
}
END_TEST

static void not_all_isdn(uint8_t *frame, size_t *len)
{
	uint8_t *progress = memmem(frame, *len, "\x1e\x02\x81\x88", 4);

	if (progress)
		progress[3] = 0x80 | 1;
}

/* Q.931 5.1.6: with progress indicator 1 too, tones may be in the channel. */
START_TEST(call_that_leaves_the_isdn_may_have_sound)
{
	peer_world(TRUNK_USER);
	q931_call *call = peer_is_called("200");
	peer.edit = not_all_isdn;
	pri_acknowledge(peer.pri, call, 1, 1);
	peer_run(100);
	ck_assert(mock_leg_told(&w.a.leg, LEG_ALERTING)->inband);
	peer_clears(call, 17);
	peer_close();
}
END_TEST

/* Q.931 5.3.3: T305, then RELEASE twice, T308 apart. */
START_TEST(clearing_ends_though_nobody_answers)
{
	peer_world(TRUNK_USER);
	active_call();
	mock_leg_say(&w.a.leg, LEG_RELEASE, 16, false);
	peer_run(37000);
	ck_assert_uint_eq(busy_channels(), 1);
	peer_run(1500);
	ck_assert_uint_eq(busy_channels(), 0);
	peer_close();
}
END_TEST

START_TEST(network_may_give_another_channel)
{
	peer_world(TRUNK_USER);
	q931_call *call = peer_is_called("200");
	ck_assert_int_eq(peer.last[PRI_EVENT_RING].ring.channel & 0xff, 1);
	ck_assert(peer.last[PRI_EVENT_RING].ring.flexible);
	pri_proceeding(peer.pri, call, 9, 0);
	pri_answer(peer.pri, call, 9, 0);
	peer_run(100);
	ck_assert(was_told(&w.a, LEG_CONNECT));
	ck_assert_str_eq(w.a.leg.leg->channel, "");
	ck_assert_uint_eq(busy_channels(), 1);
	struct mock_leg other = { 0 };
	w.a.target.leg = &other;
	q931_call *second = peer_calls("300", 1, true, PRI_TRANS_CAP_SPEECH); /* free again */
	ck_assert_uint_eq(busy_channels(), 2);
	peer_clears(second, 16);
	peer_clears(call, 16);
	peer_close();
}
END_TEST

/* A network that gives what is taken, or what is no channel of the trunk: cause 6 to it (Q.931 5.2.3.1). */
START_TEST(unacceptable_channel_is_refused)
{
	static const int channels[] = { 16, 9 };

	peer_world(TRUNK_USER);
	struct mock_leg other = { 0 };
	w.a.target.leg = &other;
	q931_call *taken = peer_calls("300", 9, true, PRI_TRANS_CAP_SPEECH);
	for (size_t i = 0; i < ARRAY_SIZE(channels); i++) {
		q931_call *call = peer_is_called("200");
		pri_proceeding(peer.pri, call, channels[i], 0);
		peer_run(100);
		ck_assert_uint_eq(told_cause(&w.a, LEG_RELEASE), CAUSE_CHANNEL_NOT_AVAILABLE);
		ck_assert_int_eq(peer.last[PRI_EVENT_HANGUP].hangup.cause, 6);
		pri_hangup(peer.pri, call, -1);
		peer_run(100);
		ck_assert_uint_eq(busy_channels(), 1);
	}
	peer_clears(taken, 16);
	peer_close();
}
END_TEST

/* Q.850 2.2.7: the new number as the diagnostic of cause 22, which libpri neither sends nor tells. */
static void with_new_number(uint8_t *frame, size_t *len)
{
	static const uint8_t number[] = { 0x70, 4, 0xa1, '5', '5', '5' };

	for (size_t i = 0; i + 4 <= *len; i++) {
		if (frame[i] != 0x08 || frame[i + 1] != 2 || frame[i + 3] != (0x80 | 22))
			continue;
		frame[i + 1] += sizeof(number);
		memmove(frame + i + 4 + sizeof(number), frame + i + 4, *len - i - 4);
		memcpy(frame + i + 4, number, sizeof(number));
		*len += sizeof(number);
		return;
	}
}

START_TEST(new_number_of_the_called_party_is_heard)
{
	peer_world(TRUNK_USER);
	q931_call *call = peer_is_called("200");
	pri_proceeding(peer.pri, call, 1, 0);
	peer_run(100);
	peer.edit = with_new_number;
	peer_clears(call, 22);
	peer_run(1000);
	ck_assert_uint_eq(told_cause(&w.a, LEG_RELEASE), 22);
	ck_assert_str_eq(mock_leg_told(&w.a.leg, LEG_RELEASE)->moved_to, "555");
	peer_close();
}
END_TEST

/* Rows: what the peer wants, exclusively or not, while channel 9 is taken; what it gets. */
static void channels_that_are_given_to(enum trunk_side ours)
{
	static const struct {
		int channel;
		bool exclusive;
		int given, cause;
	} rows[] = {
		{ 3, true, 3, 0 },   { 3, false, 3, 0 },  { 9, true, 0, 44 },    { 9, false, 1, 0 },
		{ 16, true, 0, 82 }, { 16, false, 1, 0 }, { 0xff, false, 1, 0 },
	};

	peer_world(ours);
	struct mock_leg first = { 0 }, next = { 0 };
	w.a.target.leg = &first;
	q931_call *taken = peer_calls("300", 9, true, PRI_TRANS_CAP_SPEECH);
	w.a.target.leg = &next;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		unsigned refused = peer.seen[PRI_EVENT_HANGUP];
		q931_call *call =
			peer_calls("300", rows[i].channel, rows[i].exclusive, PRI_TRANS_CAP_SPEECH);
		if (rows[i].cause) {
			ck_assert_uint_eq(peer.seen[PRI_EVENT_HANGUP], refused + 1);
			ck_assert_int_eq(peer.last[PRI_EVENT_HANGUP].hangup.cause, rows[i].cause);
			pri_hangup(peer.pri, call, -1);
			continue;
		}
		ck_assert_int_eq(peer.last[PRI_EVENT_PROCEEDING].proceeding.channel & 0xff,
				 rows[i].given);
		peer_clears(call, 16);
	}
	peer_clears(taken, 16);
	peer_close();
}

START_TEST(channel_of_a_call_that_comes_in)
{
	channels_that_are_given_to(TRUNK_NETWORK);
	channels_that_are_given_to(TRUNK_USER);
}
END_TEST

/* Rows: numbers and bearers that are refused, and the cause */
START_TEST(malformed_call_is_refused)
{
	static const struct {
		const char *called;
		int bearer, cause;
	} rows[] = {
		{ "12+34", PRI_TRANS_CAP_SPEECH, 28 },
		{ "1234567890123456789012345678901234", PRI_TRANS_CAP_SPEECH, 28 },
		{ "200", PRI_TRANS_CAP_VIDEO, 65 },
	};

	peer_world(TRUNK_NETWORK);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		q931_call *call = peer_calls(rows[i].called, 1, true, rows[i].bearer);
		ck_assert_uint_eq(peer.seen[PRI_EVENT_HANGUP_REQ], i + 1);
		ck_assert_int_eq(peer.last[PRI_EVENT_HANGUP_REQ].hangup.cause, rows[i].cause);
		pri_hangup(peer.pri, call, -1);
		peer_run(200);
	}
	ck_assert_uint_eq(call_figures().offered, 0);
	peer_close();
}
END_TEST

/* Q.931 5.1.3 is not for us: all digits were in SETUP. The call goes on when the network has seen them. */
START_TEST(setup_acknowledge_is_waited_out)
{
	peer_world(TRUNK_USER);
	q931_call *call = peer_is_called("200");
	pri_need_more_info(peer.pri, call, 1, 0);
	peer_run(100);
	ck_assert(!was_told(&w.a, LEG_RELEASE));
	pri_acknowledge(peer.pri, call, 1, 1);
	peer_run(100);
	ck_assert(mock_leg_told(&w.a.leg, LEG_ALERTING)->inband);
	peer_clears(call, 17);
	ck_assert_uint_eq(told_cause(&w.a, LEG_RELEASE), 17);
	peer_close();
}
END_TEST

START_TEST(cause_comes_with_its_location)
{
	peer_world(TRUNK_USER);
	q931_call *call = peer_is_called("200");
	pri_proceeding(peer.pri, call, 1, 0);
	peer_clears(call, 21);
	ck_assert_uint_eq(told_cause(&w.a, LEG_RELEASE), 21);
	/* libpri's own, the only one it sends */
	ck_assert_uint_eq(mock_leg_told(&w.a.leg, LEG_RELEASE)->location, LOC_PRIVATE_LOCAL);
	peer_close();
}
END_TEST

START_TEST(link_stays_down_between_two_of_a_kind)
{
	world_prepare();
	peer_open(PRI_CPE);
	ck_assert_int_eq(world_apply(1), 0);
	peer_run(5000);
	ck_assert_str_eq(trunk_status("user").layer2, "down");
	ck_assert_uint_eq(trunk_status("user").down, 30);
	peer_close();
}
END_TEST

/* Frames of a real call, each with a few bits or its length wrong, then noise: what is left must work. */
START_TEST(noise_does_no_harm)
{
	static const uint8_t setup[] = { 0x02, 0x01, 0x00, 0x00, 0x08, 0x02, 0x00, 0x05, 0x05,
					 0x04, 0x03, 0x90, 0x90, 0xa3, 0x18, 0x03, 0xa9, 0x83,
					 0x81, 0x70, 0x04, 0x81, '2',  '0',  '0' };
	uint8_t frame[TDM_MAX_FRAME];

	peer_world(TRUNK_USER);
	srandom(1);
	for (unsigned i = 0; i < 20000; i++) {
		size_t len = i % 2 ? sizeof(setup) : 1 + (size_t)random() % 60;

		for (size_t k = 0; k < len; k++)
			frame[k] = i % 2 ? setup[k] : (uint8_t)random();
		for (unsigned k = 0; k < 4; k++)
			frame[random() % (long)len] = (uint8_t)random();
		if (i % 8 == 0) /* in sequence, so that Q.931 sees it */
			memcpy(frame, setup, 4);
		w.e1->listener->on_frame(w.e1->listener_data, 16, frame, len);
		if (i % 64 == 0)
			peer_run(50);
	}
	trunks_free(w.trunks);
	w.trunks = trunks_new(w.root, w.hub, w.mg, NULL);
	run_ms(100);
	ck_assert_uint_eq(call_figures().active, 0);
	peer_close();
}
END_TEST

UNIT_MAIN("isdn_peer", new_number_of_the_called_party_is_heard,
	  restart_clears_the_call_on_its_channel, restart_of_the_interface_clears_every_call,
	  setup_says_what_it_is, active_call_outlives_a_lost_link,
	  silence_beyond_the_exchange_is_no_t303, t313_ends_an_answer_without_acknowledgement,
	  call_that_leaves_the_isdn_may_have_sound, t309_clears_with_27,
	  lost_link_clears_a_call_that_is_not_active, t303_of_the_user_ends_a_call_with_102,
	  t303_of_the_network_ends_a_call_with_18, clearing_ends_though_nobody_answers,
	  network_may_give_another_channel, unacceptable_channel_is_refused,
	  channel_of_a_call_that_comes_in, malformed_call_is_refused,
	  setup_acknowledge_is_waited_out, cause_comes_with_its_location,
	  link_stays_down_between_two_of_a_kind, noise_does_no_harm)
