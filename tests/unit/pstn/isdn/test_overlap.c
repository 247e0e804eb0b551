/* Overlap sending and receiving (Q.931 5.1.3, 5.2.4), between trunks and against a switch. */
#include "tests/unit/unit.h"

#include "call/cause.h"
#include "call/emergency.h"
#include "call/emergency_config.h"
#include "tests/mock/mock_leg.c"
#include "tests/unit/pstn/isdn/world.c"
#include "tests/unit/pstn/isdn/peer.c"

/* Both trunks with overlap, and mock peers that take numbers in pieces. */
static void overlap_world(enum trunk_variant variant)
{
	world_prepare();
	for (int i = 0; i < 2; i++) {
		w.trunk[i].variant = variant;
		w.trunk[i].overlap_sending = true;
		w.trunk[i].overlap_receiving = true;
	}
	w.a.target.target.overlap = true;
	w.b.target.target.overlap = true;
	world_start();
}

static void begins(struct side *side, const char *called, bool incomplete)
{
	struct leg_msg msg = { .verb = LEG_SETUP, .setup.incomplete = incomplete };

	snprintf(msg.setup.called.digits, sizeof(msg.setup.called.digits), "%s", called);
	says_whole(side, &msg);
}

static void dials(struct side *side, const char *digits, bool complete)
{
	struct leg_msg msg = { .verb = LEG_INFORMATION, .complete = complete };

	snprintf(msg.digits, sizeof(msg.digits), "%s", digits);
	says_whole(side, &msg);
}

/* All digits that the side was told since its SETUP, and how often it was told that they are all. */
static unsigned told_digits(const struct side *side, char out[100])
{
	unsigned complete = 0;

	out[0] = '\0';
	for (unsigned i = 0; i < side->leg.n_told; i++) {
		if (side->leg.told[i].verb != LEG_INFORMATION)
			continue;
		strcat(out, side->leg.told[i].digits);
		complete += side->leg.told[i].complete;
	}
	return complete;
}

/* From hub to hub, over a line in between */
static void dial_through(struct side *from, struct side *to)
{
	char digits[100];

	begins(from, "20", true);
	ck_assert_str_eq(told(to, LEG_SETUP)->setup.called.digits, "20");
	ck_assert(told(to, LEG_SETUP)->setup.incomplete);
	ck_assert(!was_told(from, LEG_PROCEEDING));
	says(to, LEG_SETUP_ACK, 0, false);
	ck_assert(was_told(from, LEG_SETUP_ACK));
	dials(from, "012", false);
	dials(from, "3", false);
	ck_assert_uint_eq(told_digits(to, digits), 0);
	ck_assert_str_eq(digits, "0123");
	dials(from, "*#", true);
	ck_assert_uint_eq(told_digits(to, digits), 1);
	ck_assert_str_eq(digits, "0123*#");
	says(to, LEG_PROCEEDING, 0, false);
	ck_assert(was_told(from, LEG_PROCEEDING));
	says(to, LEG_ALERTING, 0, false);
	ck_assert(was_told(from, LEG_ALERTING));
	says(to, LEG_CONNECT, 0, false);
	ck_assert(was_told(from, LEG_CONNECT));
	says(from, LEG_RELEASE, 16, false);
}

START_TEST(number_goes_in_pieces_both_ways)
{
	static const enum trunk_variant variants[] = { VARIANT_EUROISDN, VARIANT_QSIG };

	for (size_t i = 0; i < ARRAY_SIZE(variants); i++) {
		overlap_world(variants[i]);
		dial_through(&w.a, &w.b);
		run_ms(200);
		dial_through(&w.b, &w.a);
		world_close();
	}
}
END_TEST

/* No digit need come with it. */
START_TEST(end_of_the_number_comes_by_itself)
{
	char digits[100];

	overlap_world(VARIANT_EUROISDN);
	begins(&w.a, "20", true);
	says(&w.b, LEG_SETUP_ACK, 0, false);
	dials(&w.a, "7", false);
	dials(&w.a, "", true);
	ck_assert_uint_eq(told_digits(&w.b, digits), 1);
	ck_assert_str_eq(digits, "7");
	says(&w.a, LEG_RELEASE, 16, false);
	world_close();
}
END_TEST

START_TEST(whole_number_is_not_waited_for)
{
	overlap_world(VARIANT_EUROISDN);
	begins(&w.a, "200", false);
	ck_assert(!told(&w.b, LEG_SETUP)->setup.incomplete);
	says(&w.a, LEG_RELEASE, 16, false);
	world_close();
}
END_TEST

/* T302 runs after each digit; the hub decides then. */
START_TEST(t302_ends_a_number)
{
	char digits[100];

	overlap_world(VARIANT_EUROISDN);
	begins(&w.a, "20", true);
	says(&w.b, LEG_SETUP_ACK, 0, false);
	run_ms(8000);
	dials(&w.a, "0", false);
	run_ms(11500);
	ck_assert_uint_eq(told_digits(&w.b, digits), 0);
	run_ms(1000);
	ck_assert_uint_eq(told_digits(&w.b, digits), 1);
	ck_assert_str_eq(digits, "0");
	says(&w.b, LEG_RELEASE, 28, false);
	ck_assert_uint_eq(told_cause(&w.a, LEG_RELEASE), 28);
	world_close();
}
END_TEST

/* Q.931 5.2.4: 102 to the line, and what it means to the caller. */
START_TEST(t304_clears_with_28)
{
	overlap_world(VARIANT_EUROISDN);
	w.trunk[1].timers.t302 = 100;
	ck_assert_int_eq(world_apply(2), 0);
	begins(&w.a, "20", true);
	says(&w.b, LEG_SETUP_ACK, 0, false);
	run_ms(20000);
	dials(&w.a, "0", false);
	run_ms(24000);
	ck_assert(!was_told(&w.a, LEG_RELEASE));
	run_ms(4000);
	ck_assert_uint_eq(told_cause(&w.a, LEG_RELEASE), 28);
	ck_assert_uint_eq(told_cause(&w.b, LEG_RELEASE), 102);
	world_close();
}
END_TEST

START_TEST(caller_gives_up_while_dialling)
{
	overlap_world(VARIANT_EUROISDN);
	begins(&w.a, "20", true);
	says(&w.b, LEG_SETUP_ACK, 0, false);
	says(&w.a, LEG_RELEASE, 16, false);
	ck_assert_uint_eq(told_cause(&w.b, LEG_RELEASE), 16);
	run_ms(100);
	begins(&w.a, "20", true);
	says(&w.b, LEG_RELEASE, 1, false);
	ck_assert_uint_eq(told_cause(&w.a, LEG_RELEASE), 1);
	world_close();
}
END_TEST

/* A number is 32 digits at most, and digits are what they are. */
START_TEST(too_many_digits_are_refused)
{
	overlap_world(VARIANT_EUROISDN);
	begins(&w.a, "1234567890123456789012345", true);
	says(&w.b, LEG_SETUP_ACK, 0, false);
	dials(&w.a, "1234567", false);
	ck_assert(!was_told(&w.a, LEG_RELEASE));
	dials(&w.a, "12", false);
	ck_assert_uint_eq(told_cause(&w.a, LEG_RELEASE), 28);
	world_close();
}
END_TEST

/* Against a switch */

static void peer_overlap_world(enum trunk_side ours)
{
	world_prepare();
	w.trunk[0].side = ours;
	w.trunk[0].overlap_receiving = true;
	w.trunk[0].overlap_sending = true;
	w.a.target.target.overlap = true;
	peer_open(ours == TRUNK_USER ? PRI_NETWORK : PRI_CPE);
	pri_set_overlapdial(peer.pri, 1);
	ck_assert_int_eq(world_apply(1), 0);
	peer_run(4000);
}

static q931_call *peer_begins(const char *called)
{
	q931_call *call = pri_new_call(peer.pri);
	struct pri_sr *sr = pri_sr_new();

	pri_sr_set_channel(sr, 1, 1, 0);
	pri_sr_set_bearer(sr, PRI_TRANS_CAP_SPEECH, PRI_LAYER_1_ALAW);
	pri_sr_set_called(sr, (char *)called, PRI_UNKNOWN, 0);
	ck_assert_int_eq(pri_setup(peer.pri, call, sr), 0);
	pri_sr_free(sr);
	peer_run(100);
	return call;
}

/* Dial tone is the network's: from us until the first digit, on channel 1. */
static bool hears_tone(void)
{
	bool sound = false;

	peer_run(100);
	const uint8_t *octets = w.e2->driver->rx(w.e2, 1);
	for (size_t i = 0; i < TICK_OCTETS; i++)
		sound |= octets[i] != 0xd5;
	return sound;
}

START_TEST(network_gives_dial_tone_until_the_first_digit)
{
	peer_overlap_world(TRUNK_NETWORK);
	q931_call *call = peer_begins("");
	ck_assert_uint_eq(peer.seen[PRI_EVENT_SETUP_ACK], 1);
	ck_assert(peer.last[PRI_EVENT_SETUP_ACK].setup_ack.progressmask &
		  PRI_PROG_INBAND_AVAILABLE);
	ck_assert(hears_tone());
	pri_information(peer.pri, call, '5');
	peer_run(100);
	ck_assert(!hears_tone());
	ck_assert_str_eq(told(&w.a, LEG_SETUP)->setup.called.digits, "5");
	peer_clears(call, 16);
	peer_close();
}
END_TEST

START_TEST(dial_tone_ends_with_t302_too)
{
	peer_overlap_world(TRUNK_NETWORK);
	q931_call *call = peer_begins("");
	peer_run(11000);
	ck_assert(hears_tone());
	peer_run(4000);
	ck_assert(!hears_tone());
	peer_clears(call, 16);
	peer_close();
}
END_TEST

START_TEST(no_dial_tone_after_digits_nor_from_a_user)
{
	static const struct {
		enum trunk_side ours;
		const char *called;
	} rows[] = { { TRUNK_NETWORK, "20" }, { TRUNK_USER, "" } };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		peer_overlap_world(rows[i].ours);
		q931_call *call = peer_begins(rows[i].called);
		ck_assert_uint_eq(peer.seen[PRI_EVENT_SETUP_ACK], 1);
		ck_assert_int_eq(peer.last[PRI_EVENT_SETUP_ACK].setup_ack.progressmask, 0);
		ck_assert(!hears_tone());
		peer_clears(call, 16);
		peer_close();
	}
}
END_TEST

/* Every channel is the emergency calls' own: one that may become such a call is let in, and cleared once it is none. */
START_TEST(reserved_channels_wait_for_the_number)
{
	static const struct emergency_config emergency = {
		.numbers = { { .dialled = "112" } },
		.n_numbers = 1,
		.ways = { { .kind = TARGET_PEER, .name = "a" } },
		.n_ways = 1,
		.quiet = true,
	};
	static const struct {
		const char *begins, *digits;
		unsigned wait_ms;
		bool placed;
	} rows[] = {
		{ "", "112", 0, true },           { "1", "12", 0, true },
		{ "", "115", 0, false },          { "11", "", 15000, false },
		/* T302 */ { "2", "", 0, false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		peer_overlap_world(TRUNK_NETWORK);
		w.trunk[0].limits = (struct trunk_limits){ .reserved_emergency = 30 };
		ck_assert_int_eq(world_apply(1), 0);
		call_hub_emergency(w.hub, &emergency, NULL, 0);
		q931_call *call = peer_begins(rows[i].begins);
		for (const char *digit = rows[i].digits; *digit; digit++)
			pri_information(peer.pri, call, *digit);
		peer_run(100 + rows[i].wait_ms);
		const bool at_once = *rows[i].begins == '2';
		if (rows[i].placed) {
			ck_assert_str_eq(told(&w.a, LEG_SETUP)->setup.called.digits, "112");
			ck_assert_uint_eq(peer.seen[PRI_EVENT_HANGUP_REQ], 0);
		} else {
			int event = at_once ? PRI_EVENT_HANGUP : PRI_EVENT_HANGUP_REQ;

			ck_assert_ptr_null(w.a.leg.leg);
			ck_assert_int_eq(peer.last[event].hangup.cause, CAUSE_NO_CIRCUIT);
			ck_assert_uint_eq(trunk_status("user").limited, 1);
		}
		if (!at_once)
			peer_clears(call, 16);
		peer_close();
	}
}
END_TEST

/* Some telephones dial with keypad facility (Q.931 5.1.3). */
START_TEST(keys_are_digits_while_dialling)
{
	peer_overlap_world(TRUNK_NETWORK);
	q931_call *call = peer_begins("2");
	says(&w.a, LEG_SETUP_ACK, 0, false);
	peer_run(100);
	pri_keypad_facility(peer.pri, call, "01");
	peer_run(100);
	ck_assert_str_eq(told(&w.a, LEG_INFORMATION)->digits, "01");
	pri_keypad_facility(peer.pri, call, "x");
	peer_run(100);
	ck_assert_uint_eq(told_cause(&w.a, LEG_RELEASE), 28);
	ck_assert_int_eq(peer.last[PRI_EVENT_HANGUP_REQ].hangup.cause, 28);
	peer_clears(call, 28);
	peer_close();
}
END_TEST

/* SETUP ACKNOWLEDGE was the first answer: whatever the cause, DISCONNECT follows (5.3.2 a), and no PROCEEDING. */
START_TEST(refusal_while_dialling_is_a_disconnect)
{
	static const uint8_t causes[] = { 1, 28 };

	peer_overlap_world(TRUNK_NETWORK);
	for (size_t i = 0; i < ARRAY_SIZE(causes); i++) {
		q931_call *call = peer_begins("2");

		says(&w.a, LEG_RELEASE, causes[i], false);
		peer_run(200);
		ck_assert_uint_eq(peer.seen[PRI_EVENT_HANGUP_REQ], i + 1);
		ck_assert_int_eq(peer.last[PRI_EVENT_HANGUP_REQ].hangup.cause, causes[i]);
		ck_assert_uint_eq(peer.seen[PRI_EVENT_PROCEEDING], 0);
		peer_clears(call, causes[i]);
	}
	peer_close();
}
END_TEST

/* Without the option all that comes is all. */
START_TEST(incomplete_number_is_what_it_is_without_overlap)
{
	peer_world(TRUNK_NETWORK);
	pri_set_overlapdial(peer.pri, 1);
	q931_call *call = peer_begins("2");
	ck_assert(!told(&w.a, LEG_SETUP)->setup.incomplete);
	peer_clears(call, 16);
	peer_close();
}
END_TEST

/* What is sent: no sending complete in SETUP, one INFORMATION for each digit, sending complete by itself. */
START_TEST(switch_gets_digits_and_their_end)
{
	peer_overlap_world(TRUNK_USER);
	begins(&w.a, "2", true);
	peer_run(100);
	const pri_event_ring ring = peer.last[PRI_EVENT_RING].ring;
	ck_assert_int_eq(ring.complete, 0);
	ck_assert_str_eq(ring.callednum, "2");
	pri_setup_ack(peer.pri, ring.call, ring.channel, 0, 1);
	peer_run(100);
	ck_assert(was_told(&w.a, LEG_SETUP_ACK));
	dials(&w.a, "01", false);
	peer_run(100);
	ck_assert_uint_eq(peer.seen[PRI_EVENT_INFO_RECEIVED], 2);
	ck_assert_int_eq(peer.last[PRI_EVENT_INFO_RECEIVED].ring.complete, 0);
	ck_assert_str_eq(peer.last[PRI_EVENT_INFO_RECEIVED].ring.callednum, "1");
	dials(&w.a, "", true);
	peer_run(100);
	ck_assert_uint_eq(peer.seen[PRI_EVENT_INFO_RECEIVED], 3);
	ck_assert_int_eq(peer.last[PRI_EVENT_INFO_RECEIVED].ring.complete, 1);
	ck_assert_str_eq(peer.last[PRI_EVENT_INFO_RECEIVED].ring.callednum, "");
	pri_proceeding(peer.pri, ring.call, ring.channel, 0);
	peer_run(100);
	ck_assert(was_told(&w.a, LEG_PROCEEDING));
	peer_clears(ring.call, 16);
	peer_close();
}
END_TEST

/* It has all digits and asks for more: Q.931 5.1.3 waits for T304. */
START_TEST(exchange_that_asks_in_vain_is_given_up)
{
	peer_overlap_world(TRUNK_USER);
	begins(&w.a, "200", false);
	peer_run(100);
	const pri_event_ring ring = peer.last[PRI_EVENT_RING].ring;
	ck_assert_int_eq(ring.complete, 1);
	pri_setup_ack(peer.pri, ring.call, ring.channel, 0, 0);
	peer_run(24000);
	ck_assert(was_told(&w.a, LEG_PROCEEDING) && !was_told(&w.a, LEG_SETUP_ACK));
	ck_assert(!was_told(&w.a, LEG_RELEASE));
	peer_run(4000);
	ck_assert_uint_eq(told_cause(&w.a, LEG_RELEASE), 28);
	ck_assert_int_eq(peer.last[PRI_EVENT_HANGUP_REQ].hangup.cause, 102);
	peer_clears(ring.call, 102);
	peer_close();
}
END_TEST

/* PROGRESS and what else answers stops T304 (Q.931 9.2). */
START_TEST(progress_stops_t304)
{
	peer_overlap_world(TRUNK_USER);
	begins(&w.a, "2", true);
	peer_run(100);
	const pri_event_ring ring = peer.last[PRI_EVENT_RING].ring;
	pri_setup_ack(peer.pri, ring.call, ring.channel, 0, 0);
	peer_run(100);
	pri_progress(peer.pri, ring.call, ring.channel, 1);
	peer_run(60000);
	ck_assert(!was_told(&w.a, LEG_RELEASE));
	peer_clears(ring.call, 16);
	peer_close();
}
END_TEST

UNIT_MAIN("overlap", number_goes_in_pieces_both_ways, end_of_the_number_comes_by_itself,
	  whole_number_is_not_waited_for, t302_ends_a_number, t304_clears_with_28,
	  caller_gives_up_while_dialling, too_many_digits_are_refused,
	  network_gives_dial_tone_until_the_first_digit, dial_tone_ends_with_t302_too,
	  no_dial_tone_after_digits_nor_from_a_user, reserved_channels_wait_for_the_number,
	  keys_are_digits_while_dialling, refusal_while_dialling_is_a_disconnect,
	  incomplete_number_is_what_it_is_without_overlap, switch_gets_digits_and_their_end,
	  exchange_that_asks_in_vain_is_given_up, progress_stops_t304)
