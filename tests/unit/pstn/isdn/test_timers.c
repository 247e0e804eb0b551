/* Every timer that can be set has its effect, and ends what it should with the cause that Q.931 names, on both sides: a
 * switch that keeps silent at the right moment faces our trunk. */
#include "tests/unit/unit.h"

#include "call/cause.h"
#include "tests/mock/mock_leg.c"
#include "tests/unit/pstn/isdn/world.c"
#include "tests/unit/pstn/isdn/peer.c"
#include "pstn/isdn/q931.h"

/* Neither the default of any timer nor a multiple of one. */
enum {
	SET_S = 2,
	NOTHING = 0,
	AGAIN_MS =
		4000, /* the data link is set up once more before it is lost: T200 N200 times (Q.921 5.9) */
};

/* What brings the call to where the timer runs */

static void rings_unanswered(void)
{
	q931_call *call = peer_is_called("200");

	pri_acknowledge(peer.pri, call, 1, 0);
}

static void rings_at_ours(void)
{
	peer_calls("300", 1, true, PRI_TRANS_CAP_SPEECH);
	mock_leg_say(&w.a.leg, LEG_ALERTING, 0, false);
}

static void says_nothing_to_setup(void)
{
	peer_is_called("200");
}

static void begins_a_number(void)
{
	mock_leg_open(&w.a.leg, w.hub, TARGET_PEER, "a");
	mock_leg_dial(&w.a.leg, "2");
	peer_run(100);
	const pri_event_ring ring = peer.last[PRI_EVENT_RING].ring;
	pri_setup_ack(peer.pri, ring.call, ring.channel, 0, 0);
}

static void proceeds_no_further(void)
{
	q931_call *call = peer_is_called("200");

	pri_proceeding(peer.pri, call, 1, 0);
}

static q931_call *answer_call(void)
{
	q931_call *call = peer_is_called("200");

	pri_answer(peer.pri, call, 1, 0);
	peer_run(100);
	return call;
}

static void does_not_answer_disconnect(void)
{
	answer_call();
	mock_leg_say(&w.a.leg, LEG_RELEASE, 17, false);
}

static void hears_an_announcement(void)
{
	peer_calls("300", 1, true, PRI_TRANS_CAP_SPEECH);
	mock_leg_say(&w.a.leg, LEG_DISCONNECT, 22, true);
}

static void does_not_answer_release(void)
{
	q931_call *call = answer_call();

	pri_hangup(peer.pri, call, 17);
	peer_run(20);
	peer.deaf = true;
}

static void loses_the_link(void)
{
	answer_call();
	peer.deaf = true;
	for (unsigned ms = 0; strcmp(trunk_status("user").layer2, "down") != 0; ms += TICK_MS) {
		ck_assert_uint_lt(ms, 60000);
		peer_run(TICK_MS);
	}
}

static void does_not_acknowledge_connect(void)
{
	pri_connect_ack_enable(peer.pri, 1);
	peer_calls("300", 1, true, PRI_TRANS_CAP_SPEECH);
	mock_leg_say(&w.a.leg, LEG_CONNECT, 0, false);
}

/* STATUS becomes something that is no answer. */
static void without_status(uint8_t *frame, size_t *len)
{
	if (*len > 8 && !(frame[2] & 1) && frame[8] == Q931_STATUS) {
		frame[8] = Q931_INFORMATION;
		*len = 9;
	}
}

static void does_not_say_its_status(void)
{
	answer_call();
	pri_set_timer(peer.pri, PRI_TIMER_T309, 1000000);
	peer.edit = without_status;
	peer.deaf = true;
	peer_run(30000);
	peer.deaf = false;
	while (!peer.heard[Q931_STATUS_ENQUIRY])
		peer_run(TICK_MS);
}

#define T(x) offsetof(struct trunk_timers, t##x)

/* Which timer, on which side of ours, and how often it runs out before the end; what our hub hears then, and
 * the peer: the type of a message and the cause in it. */
static const struct row {
	const char *name;
	size_t timer;
	enum trunk_side ours;
	void (*prepare)(void);
	unsigned times;
	unsigned hub_cause;
	uint8_t type, cause;
} rows[] = {
	{ "T301, caller", T(301), TRUNK_USER, rings_unanswered, 1, 19, Q931_DISCONNECT, 102 },
	{ "T301, network", T(301), TRUNK_NETWORK, rings_at_ours, 1, 19, Q931_DISCONNECT, 19 },
	{ "T303, user", T(303), TRUNK_USER, says_nothing_to_setup, 2, 102, NOTHING, 0 },
	{ "T303, network", T(303), TRUNK_NETWORK, says_nothing_to_setup, 2, 18, NOTHING, 0 },
	{ "T304, user", T(304), TRUNK_USER, begins_a_number, 1, 28, Q931_DISCONNECT, 102 },
	{ "T304, network", T(304), TRUNK_NETWORK, begins_a_number, 1, 28, Q931_DISCONNECT, 102 },
	{ "T305", T(305), TRUNK_USER, does_not_answer_disconnect, 1, 0, Q931_RELEASE, 17 },
	{ "T305, network", T(305), TRUNK_NETWORK, does_not_answer_disconnect, 1, 0, Q931_RELEASE,
	  17 },
	{ "T306", T(306), TRUNK_NETWORK, hears_an_announcement, 1, 22, Q931_RELEASE, 22 },
	{ "T308", T(308), TRUNK_USER, does_not_answer_release, 2, 0, NOTHING, 0 },
	{ "T309", T(309), TRUNK_USER, loses_the_link, 1, 27, NOTHING, 0 },
	{ "T309, network", T(309), TRUNK_NETWORK, loses_the_link, 1, 27, NOTHING, 0 },
	{ "T310, user", T(310), TRUNK_USER, proceeds_no_further, 1, 102, Q931_DISCONNECT, 102 },
	{ "T310, network", T(310), TRUNK_NETWORK, proceeds_no_further, 1, 18, Q931_DISCONNECT,
	  102 },
	{ "T313", T(313), TRUNK_USER, does_not_acknowledge_connect, 1, 102, Q931_DISCONNECT, 102 },
	{ "T322", T(322), TRUNK_USER, does_not_say_its_status, 2, 41, Q931_DISCONNECT, 41 },
	{ "T322, network", T(322), TRUNK_NETWORK, does_not_say_its_status, 2, 41, Q931_DISCONNECT,
	  41 },
};

static void set_world(enum trunk_side ours, size_t timer)
{
	world_prepare();
	w.trunk[0].side = ours;
	w.trunk[0].overlap_sending = true;
	w.trunk[0].overlap_receiving = true;
	w.a.target.target.overlap = true;
	*(unsigned *)((char *)&w.trunk[0].timers + timer) = SET_S;
	peer_open(ours == TRUNK_USER ? PRI_NETWORK : PRI_CPE);
	pri_set_overlapdial(peer.pri, 1);
	ck_assert_int_eq(world_apply(1), 0);
	while (strcmp(trunk_status("user").layer2, "up") != 0)
		peer_run(TICK_MS);
}

static int cause_heard(uint8_t type)
{
	return type == Q931_DISCONNECT ? peer.last[PRI_EVENT_HANGUP_REQ].hangup.cause
				       : peer.last[PRI_EVENT_HANGUP].hangup.cause;
}

static void check(const struct row *row)
{
	unsigned before = peer.heard[row->type], told = was_told(&w.a, LEG_RELEASE);
	unsigned busy = busy_channels();

	peer_run(row->times * SET_S * 1000 - 500);
	ck_assert_msg(peer.heard[row->type] == before, "%s: too soon", row->name);
	ck_assert_msg(was_told(&w.a, LEG_RELEASE) == told, "%s: told too soon", row->name);
	ck_assert_msg(busy_channels() == busy && busy, "%s: over too soon", row->name);
	peer_run(1000 + (row->timer == T(309) ? AGAIN_MS : 0));
	if (row->type)
		ck_assert_msg(peer.heard[row->type] == before + 1, "%s: not said", row->name);
	else
		ck_assert_msg(!busy_channels(), "%s: not over", row->name);
	ck_assert_msg(!row->type || cause_heard(row->type) == row->cause, "%s: cause %d", row->name,
		      cause_heard(row->type));
	if (row->hub_cause)
		ck_assert_msg(told_cause(&w.a, LEG_RELEASE) == row->hub_cause, "%s: told %u",
			      row->name, told_cause(&w.a, LEG_RELEASE));
}

START_TEST(each_timer_ends_what_it_should)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		set_world(rows[i].ours, rows[i].timer);
		rows[i].prepare();
		check(&rows[i]);
		peer.deaf = true;
		peer_run(45000); /* whatever is left of the call */
		peer_close();
	}
}
END_TEST

/* After each digit of the line; our hub hears that the number is whole. */
START_TEST(t302_ends_the_number)
{
	set_world(TRUNK_NETWORK, T(302));
	q931_call *call = pri_new_call(peer.pri);
	struct pri_sr *sr = pri_sr_new();
	pri_sr_set_channel(sr, 1, true, 0);
	pri_sr_set_bearer(sr, PRI_TRANS_CAP_SPEECH, PRI_LAYER_1_ALAW);
	pri_sr_set_called(sr, "2", PRI_UNKNOWN, 0);
	ck_assert_int_eq(pri_setup(peer.pri, call, sr), 0);
	pri_sr_free(sr);
	peer_run(100);
	mock_leg_say(&w.a.leg, LEG_SETUP_ACK, 0, false);
	peer_run(SET_S * 1000 - 500);
	ck_assert(!was_told(&w.a, LEG_INFORMATION));
	peer_run(1000);
	ck_assert(told(&w.a, LEG_INFORMATION)->complete);
	peer_clears(call, 16);
	peer_close();
}
END_TEST

/* Twice, then the channel is faulty; the very first is sent again after 2 s besides. */
static void no_restart_ack(uint8_t *frame, size_t *len)
{
	if (*len > 8 && !(frame[2] & 1) && frame[8] == 0x4e)
		frame[8] = Q931_INFORMATION;
}

START_TEST(t316_sets_a_channel_aside)
{
	world_prepare();
	w.trunk[0].timers.t316 = SET_S;
	w.trunk[0].spans[0].channels = 1 << 1;
	peer_open(PRI_NETWORK);
	peer.edit = no_restart_ack;
	ck_assert_int_eq(world_apply(1), 0);
	while (!peer.heard[0x46])
		peer_run(TICK_MS);
	peer_run((2 + 2 * SET_S) * 1000 - 500);
	ck_assert_uint_eq(peer.heard[0x46], 3);
	ck_assert_uint_eq(trunk_status("user").down, 0);
	peer_run(1000);
	ck_assert_uint_eq(trunk_status("user").down, 1);
	peer_close();
}
END_TEST

UNIT_MAIN("timers", each_timer_ends_what_it_should, t302_ends_the_number, t316_sets_a_channel_aside)
