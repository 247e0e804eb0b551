/* User-user information (Q.931 4.5.30, EN 300 286-1 service 1), in every message that carries it. */
#include "tests/unit/unit.h"

#include "tests/mock/mock_leg.c"
#include "pstn/isdn/q931.h"
#include "tests/unit/pstn/isdn/world.c"
#include "tests/unit/pstn/isdn/peer.c"

static const struct leg_uui rows[] = {
	{ 6, { 0x04, 'h', 'e', 'l', 'l', 'o' } },
	{ 5, { 0x00, 0x00, 0xff, 0x80, 0x00 } }, /* any octets */
	{ 1, { 0x04 } },
	{ LEG_UUI_MAX, { 0x04, [LEG_UUI_MAX - 1] = 'z' } },
};

static struct leg_msg message(uint8_t verb, const struct leg_uui *uui)
{
	struct leg_msg msg = { .verb = verb,
			       .cause = verb >= LEG_DISCONNECT ? 16 : 0,
			       .uui = *uui };

	if (verb == LEG_SETUP)
		strcpy(msg.setup.called.digits, "200");
	return msg;
}

static void pass(struct side *from, struct side *to, uint8_t verb, const struct leg_uui *uui)
{
	struct leg_msg msg = message(verb, uui);

	says_whole(from, &msg);
	run_ms(100);
	ck_assert_uint_eq(told(to, verb)->uui.len, uui->len);
	ck_assert_mem_eq(told(to, verb)->uui.octets, uui->octets, uui->len);
}

START_TEST(information_crosses_in_each_message)
{
	world_open();
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		for (unsigned direction = 0; direction < 2; direction++) {
			struct side *from = direction ? &w.b : &w.a, *to = direction ? &w.a : &w.b;

			pass(from, to, LEG_SETUP, &rows[i]);
			pass(to, from, LEG_ALERTING, &rows[i]);
			pass(to, from, LEG_CONNECT, &rows[i]);
			pass(from, to, LEG_RELEASE, &rows[i]);
			run_ms(200);
		}
	}
	world_close();
}
END_TEST

START_TEST(message_without_it_brings_none)
{
	static const struct leg_uui none;

	world_open();
	pass(&w.a, &w.b, LEG_SETUP, &rows[0]);
	pass(&w.b, &w.a, LEG_ALERTING, &none);
	pass(&w.b, &w.a, LEG_CONNECT, &none);
	pass(&w.b, &w.a, LEG_RELEASE, &none);
	world_close();
}
END_TEST

/* DISCONNECT with sound carries it too, and RELEASE behind it does not once more. */
START_TEST(disconnect_with_sound_carries_it)
{
	world_open();
	pass(&w.a, &w.b, LEG_SETUP, &rows[0]);
	struct leg_msg msg = message(LEG_DISCONNECT, &rows[1]);
	msg.inband = true;
	msg.cause = 1;
	says_whole(&w.b, &msg);
	ck_assert(told(&w.a, LEG_DISCONNECT)->inband);
	ck_assert_uint_eq(told(&w.a, LEG_DISCONNECT)->uui.len, rows[1].len);
	says(&w.b, LEG_RELEASE, 1, false);
	ck_assert_uint_eq(told(&w.a, LEG_RELEASE)->uui.len, 0);
	world_close();
}
END_TEST

/* How many frames with the element (0x7e) the peer gets */
static unsigned elements;

static void count_elements(void *data, unsigned timeslot, const uint8_t *frame, size_t len)
{
	struct q931_heard heard;

	elements += q931_hear(frame, len, &heard) && heard.uui.len;
	peer_frame(data, timeslot, frame, len);
}

/* The first clearing message alone has it: DISCONNECT, and not RELEASE COMPLETE after that. */
START_TEST(clearing_says_it_once)
{
	static const struct tdm_listener listener = { .on_frame = count_elements };

	peer_world(TRUNK_USER);
	tdm_listen(w.e2, &listener, NULL);
	q931_call *call = peer_is_called("200");
	pri_answer(peer.pri, call, peer.last[PRI_EVENT_RING].ring.channel, 0);
	peer_run(100);
	ck_assert_uint_eq(elements, 0);
	struct leg_msg msg = message(LEG_RELEASE, &rows[0]);
	says_whole(&w.a, &msg);
	peer_run(100);
	ck_assert_uint_eq(peer.seen[PRI_EVENT_HANGUP_REQ], 1);
	ck_assert_str_eq(peer.last[PRI_EVENT_HANGUP_REQ].hangup.useruserinfo, "hello");
	peer_clears(call, 16);
	ck_assert_uint_eq(elements, 1);
	ck_assert_uint_eq(busy_channels(), 0);
	peer_close();
}
END_TEST

/* ECMA-143 has no such element. */
START_TEST(qsig_has_none)
{
	struct leg_msg msg = message(LEG_SETUP, &rows[0]);

	world_open_as(VARIANT_QSIG);
	says_whole(&w.a, &msg);
	ck_assert_uint_eq(told(&w.b, LEG_SETUP)->uui.len, 0);
	says(&w.a, LEG_RELEASE, 16, false);
	world_close();
}
END_TEST

UNIT_MAIN("uui", information_crosses_in_each_message, message_without_it_brings_none,
	  disconnect_with_sound_carries_it, clearing_says_it_once, qsig_has_none)
