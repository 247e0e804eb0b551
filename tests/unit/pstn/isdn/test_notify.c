/* What happens beside a call's states: keys, notifications, diversions, transfers, from trunk to trunk. */
#include "tests/unit/unit.h"

#include "tests/mock/mock_leg.c"
#include "tests/unit/pstn/isdn/world.c"
#include "tests/unit/pstn/isdn/peer.c"

/* a has called b, or b a; answered. */
static void active_call(struct side *from, struct side *to)
{
	if (from == &w.a)
		a_calls("200");
	else
		b_calls("300");
	says(to, LEG_CONNECT, 0, false);
	ck_assert(was_told(from, LEG_CONNECT));
}

static void notifies(struct side *side, uint8_t notification, const struct leg_party *party)
{
	struct leg_msg msg = { .verb = LEG_NOTIFY, .notification = notification };

	if (party)
		msg.party = *party;
	says_whole(side, &msg);
}

static void presses(struct side *side, const char *keys)
{
	struct leg_msg msg = { .verb = LEG_INFORMATION };

	strcpy(msg.digits, keys);
	says_whole(side, &msg);
}

/* ETSI's indicators as they are; elsewhere hold is suspension (Q.931 4.5.22 knows no other). */
START_TEST(indicators_cross)
{
	static const struct {
		enum trunk_variant variant;
		uint8_t said, heard;
	} rows[] = {
		{ VARIANT_EUROISDN, LEG_USER_SUSPENDED, LEG_USER_SUSPENDED },
		{ VARIANT_EUROISDN, LEG_USER_RESUMED, LEG_USER_RESUMED },
		{ VARIANT_EUROISDN, LEG_REMOTE_HOLD, LEG_REMOTE_HOLD },
		{ VARIANT_EUROISDN, LEG_REMOTE_RETRIEVAL, LEG_REMOTE_RETRIEVAL },
		{ VARIANT_QSIG, LEG_USER_SUSPENDED, LEG_USER_SUSPENDED },
		{ VARIANT_QSIG, LEG_REMOTE_HOLD, LEG_USER_SUSPENDED },
		{ VARIANT_QSIG, LEG_REMOTE_RETRIEVAL, LEG_USER_RESUMED },
		{ VARIANT_NI2, LEG_REMOTE_HOLD, LEG_USER_SUSPENDED },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		world_open_as(rows[i].variant);
		active_call(&w.a, &w.b);
		notifies(&w.a, rows[i].said, NULL);
		ck_assert_uint_eq(told(&w.b, LEG_NOTIFY)->notification, rows[i].heard);
		notifies(&w.b, rows[i].said, NULL);
		ck_assert_uint_eq(told(&w.a, LEG_NOTIFY)->notification, rows[i].heard);
		says(&w.a, LEG_RELEASE, 16, false);
		world_close();
	}
}
END_TEST

/* Only what means something here is passed on: bearer change, conferences and the like are not. */
START_TEST(strange_indicators_are_dropped)
{
	static const int indicators[] = { 0x02, 0x03, 0x42, 0x60, 0x7f };

	peer_world(TRUNK_USER);
	q931_call *call = peer_is_called("200");
	pri_answer(peer.pri, call, 1, 0);
	peer_run(100);
	for (size_t i = 0; i < ARRAY_SIZE(indicators); i++)
		ck_assert_int_eq(pri_notify(peer.pri, call, 1, indicators[i]), 0);
	peer_run(200);
	ck_assert(!was_told(&w.a, LEG_NOTIFY));
	pri_notify(peer.pri, call, 1, PRI_NOTIFY_USER_SUSPENDED);
	peer_run(200);
	ck_assert_uint_eq(told(&w.a, LEG_NOTIFY)->notification, LEG_USER_SUSPENDED);
	peer_clears(call, 16);
	peer_close();
}
END_TEST

/* EN 300 369-1, ECMA-178: somebody else is at the far end now. */
START_TEST(transferred_party_is_told)
{
	static const struct leg_party party = {
		.number = { "888", LEG_TON_NATIONAL, 1, LEG_PRES_ALLOWED, 0 }, .name = "Żaba"
	};
	static const struct {
		enum trunk_variant variant;
		const char *name;
	} rows[] = { { VARIANT_EUROISDN, "" }, { VARIANT_QSIG, "Żaba" } };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		for (unsigned direction = 0; direction < 2; direction++) {
			struct side *from = direction ? &w.b : &w.a, *to = direction ? &w.a : &w.b;

			world_open_as(rows[i].variant);
			active_call(&w.a, &w.b);
			notifies(from, LEG_TRANSFERRED, &party);
			const struct leg_msg *heard = told(to, LEG_NOTIFY);
			ck_assert_uint_eq(heard->notification, LEG_TRANSFERRED);
			ck_assert_str_eq(heard->party.number.digits, "888");
			ck_assert_uint_eq(heard->party.number.type, LEG_TON_NATIONAL);
			ck_assert_str_eq(heard->party.name, rows[i].name);
			says(&w.a, LEG_RELEASE, 16, false);
			world_close();
		}
	}
}
END_TEST

/* EN 300 207-1, ECMA-174: who calls hears where the call goes, before it is answered. */
START_TEST(diversion_is_told_to_the_caller)
{
	static const enum trunk_variant variants[] = { VARIANT_EUROISDN, VARIANT_QSIG };
	static const struct leg_party to = { .number = { "999", LEG_TON_NATIONAL, 1, 0, 0 } };

	for (size_t i = 0; i < ARRAY_SIZE(variants); i++) {
		world_open_as(variants[i]);
		a_calls("200");
		says(&w.b, LEG_PROCEEDING, 0, false);
		notifies(&w.b, LEG_CALL_DIVERTING, &to);
		ck_assert_uint_eq(told(&w.a, LEG_NOTIFY)->notification, LEG_CALL_DIVERTING);
		ck_assert_str_eq(told(&w.a, LEG_NOTIFY)->party.number.digits, "999");
		says(&w.b, LEG_ALERTING, 0, false);
		ck_assert(was_told(&w.a, LEG_ALERTING));
		says(&w.b, LEG_CONNECT, 0, false);
		says(&w.a, LEG_RELEASE, 16, false);
		world_close();
	}
}
END_TEST

/* NOTIFY (0x6e) with notification indicator (0x27) "call is diverting" */
static unsigned diverting;

static void count_diverting(void *data, unsigned timeslot, const uint8_t *frame, size_t len)
{
	diverting += len >= 12 && frame[8] == 0x6e && !memcmp(frame + 9, "\x27\x01\xfb", 3);
	peer_frame(data, timeslot, frame, len);
}

START_TEST(diversion_without_a_number_is_told_to_a_switch)
{
	static const struct tdm_listener listener = { .on_frame = count_diverting };

	peer_world(TRUNK_NETWORK);
	q931_call *call = peer_calls("200", 1, true, PRI_TRANS_CAP_SPEECH);
	says(&w.a, LEG_PROCEEDING, 0, false);
	tdm_listen(w.e2, &listener, NULL);
	notifies(&w.a, LEG_CALL_DIVERTING, NULL);
	peer_run(100);
	ck_assert_uint_eq(diverting, 1);
	says(&w.a, LEG_CONNECT, 0, false);
	peer_run(100);
	ck_assert_uint_eq(peer.seen[PRI_EVENT_ANSWER], 1);
	peer_clears(call, 16);
	peer_close();
}
END_TEST

/* Keys */

START_TEST(keys_of_a_user_cross)
{
	static const enum trunk_variant variants[] = { VARIANT_EUROISDN, VARIANT_NI2,
						       VARIANT_5ESS };

	for (size_t i = 0; i < ARRAY_SIZE(variants); i++) {
		world_open_as(variants[i]);
		active_call(&w.a, &w.b);
		presses(&w.a, "*21#");
		ck_assert_str_eq(told(&w.b, LEG_INFORMATION)->digits, "*21#");
		ck_assert(!told(&w.b, LEG_INFORMATION)->complete);
		presses(&w.a, "0123456789012345678901234567890D");
		ck_assert_str_eq(told(&w.b, LEG_INFORMATION)->digits,
				 "0123456789012345678901234567890D");
		says(&w.a, LEG_RELEASE, 16, false);
		world_close();
	}
}
END_TEST

static bool plays_digits(void *data, const struct mg_status *status)
{
	*(unsigned *)data += status->term.kind == MG_TDM && status->signal == MG_SIGNAL_DIGITS;
	return true;
}

/* A network has no such message for its user, and QSIG has none at all: the keys sound. */
START_TEST(keys_sound_where_the_line_has_no_message)
{
	static const struct {
		enum trunk_variant variant;
		bool from_network;
	} rows[] = { { VARIANT_EUROISDN, true }, { VARIANT_QSIG, false }, { VARIANT_QSIG, true } };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct side *from = rows[i].from_network ? &w.b : &w.a;
		struct side *to = rows[i].from_network ? &w.a : &w.b;
		unsigned playing = 0;

		world_open_as(rows[i].variant);
		active_call(from, to);
		presses(from, "1234567890");
		run_ms(1200); /* reports come each second */
		ck_assert(!was_told(to, LEG_INFORMATION));
		mg_each(w.mg, 0, plays_digits, &playing);
		ck_assert_uint_eq(playing, 1);
		run_ms(1500);
		says(from, LEG_RELEASE, 16, false);
		world_close();
	}
}
END_TEST

START_TEST(keys_that_are_none_are_dropped)
{
	static const char *const keys[] = { "x", "12 3", "\x1b[2J" };

	peer_world(TRUNK_NETWORK);
	q931_call *call = peer_calls("200", 1, true, PRI_TRANS_CAP_SPEECH);
	says(&w.a, LEG_CONNECT, 0, false);
	peer_run(100);
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		pri_keypad_facility(peer.pri, call, keys[i]);
	peer_run(100);
	ck_assert(!was_told(&w.a, LEG_INFORMATION));
	pri_information(peer.pri, call, '7');
	peer_run(100);
	ck_assert_str_eq(told(&w.a, LEG_INFORMATION)->digits, "7");
	peer_clears(call, 16);
	peer_close();
}
END_TEST

UNIT_MAIN("notify", indicators_cross, strange_indicators_are_dropped, transferred_party_is_told,
	  diversion_is_told_to_the_caller, diversion_without_a_number_is_told_to_a_switch,
	  keys_of_a_user_cross, keys_sound_where_the_line_has_no_message,
	  keys_that_are_none_are_dropped)
