/* RESTART that we send (Q.931 5.5.1), and SERVICE both ways, against a raw switch and between two trunks. */
#include "tests/unit/unit.h"

#include "pstn/isdn/dchannel.h"
#include "pstn/isdn/instance.h"
#include "pstn/isdn/q931.h"
#include "tests/mock/mock_leg.c"

#include "tests/unit/pstn/isdn/world.c"

#include "tests/unit/pstn/isdn/peer.c"

enum { MSG_RESTART_ACK = 0x4e, MSG_UNKNOWN = 0x7f, TYPE_AT = 8 };

struct sought {
	const char *name, *trunk;
	struct channel_status found;
};

static bool get_channel(void *data, const struct channel_status *status)
{
	struct sought *sought = data;

	if (strcmp(status->name, sought->name) != 0 || strcmp(status->trunk, sought->trunk) != 0)
		return true;
	sought->found = *status;
	return false;
}

static struct channel_status channel(const char *trunk, const char *name)
{
	struct sought sought = { .name = name, .trunk = trunk };

	channels_each(w.trunks, get_channel, &sought);
	ck_assert_ptr_nonnull(sought.found.state);
	return sought.found;
}

static void open_world(bool restart)
{
	world_prepare();
	w.trunk[0].no_restart = !restart;
	w.trunk[0].timers.t316 = 2;
	peer_open(PRI_NETWORK);
	ck_assert_int_eq(world_apply(1), 0);
	peer_run(6000);
}

START_TEST(every_channel_is_restarted_at_start)
{
	open_world(true);
	ck_assert_uint_eq(peer.seen[PRI_EVENT_RESTART], 30);
	ck_assert_int_eq(peer.last[PRI_EVENT_RESTART].restart.channel & 0xff, 31);
	peer_close();
}
END_TEST

/* libpri's instance is kept, and with it a data link that is up: there is no event that says so. */
START_TEST(rebuilt_trunk_restarts_its_channels)
{
	open_world(true);
	w.trunk[0].spans[0].channels &= ~(1u << 31);
	ck_assert_int_eq(world_apply(1), 0);
	peer_run(6000);
	ck_assert_str_eq(trunk_status("user").layer2, "up");
	ck_assert_uint_eq(peer.seen[PRI_EVENT_RESTART], 30 + 29);
	peer_close();
}
END_TEST

START_TEST(no_restart_sends_none)
{
	open_world(false);
	ck_assert_str_eq(trunk_status("user").layer2, "up");
	ck_assert_uint_eq(peer.seen[PRI_EVENT_RESTART], 0);
	peer_close();
}
END_TEST

START_TEST(link_that_comes_back_restarts_nothing)
{
	open_world(true);
	pri_restart(peer.pri); /* libpri's word for a link that starts anew */
	peer_run(3000);
	ck_assert_uint_eq(peer.seen[PRI_EVENT_RESTART], 30);
	peer_close();
}
END_TEST

/* The first call comes before every channel had its turn: its channel is left alone. */
START_TEST(channel_with_a_call_is_left_alone)
{
	world_prepare();
	peer_open(PRI_NETWORK);
	ck_assert_int_eq(world_apply(1), 0);
	while (strcmp(trunk_status("user").layer2, "restarting") != 0)
		peer_run(TICK_MS);
	/* We call nobody before all have had their turn. */
	mock_leg_open(&w.a.leg, w.hub, TARGET_PEER, "a");
	mock_leg_setup(&w.a.leg, "4711", "12");
	ck_assert_uint_eq(told_cause(&w.a, LEG_RELEASE), 41);
	q931_call *call = peer_calls("12", 31, true, PRI_TRANS_CAP_SPEECH);
	ck_assert_uint_lt(peer.seen[PRI_EVENT_RESTART], 30);
	ck_assert_ptr_nonnull(w.a.leg.leg);
	peer_run(5000);
	ck_assert_uint_eq(peer.seen[PRI_EVENT_RESTART], 29);
	ck_assert_ptr_nonnull(w.a.leg.leg);
	peer_clears(call, 16);
	peer_close();
}
END_TEST

/* Its SETUP had been on its way: RESTART has ended the call over there, or it is there for all that. */
START_TEST(call_that_crossed_restart_is_asked_about)
{
	for (unsigned lost = 0; lost < 2; lost++) {
		open_world(false);
		struct isdn *isdn = target_find(w.hub, TARGET_TRUNK, "user")->data;
		q931_call *call = peer_calls("12", 5, true, PRI_TRANS_CAP_SPEECH);
		ck_assert_uint_eq(busy_channels(), 1);
		if (lost)
			pri_destroycall(peer.pri, call);
		pri_reset(dchannel_pri(isdn->dchannel), 5);
		dchannel_kick(isdn->dchannel);
		peer_run(1000);
		ck_assert_uint_eq(peer.seen[PRI_EVENT_RESTART], 1);
		ck_assert_uint_eq(peer.heard[Q931_STATUS_ENQUIRY], 1);
		ck_assert_uint_eq(busy_channels(), !lost);
		if (!lost)
			peer_clears(call, 16);
		peer_close();
	}
}
END_TEST

/* The first acknowledgement never comes: as a message that nobody knows it means nothing. */
static void lose_acknowledgement(uint8_t *frame, size_t *len)
{
	if (*len > TYPE_AT && frame[TYPE_AT] == MSG_RESTART_ACK)
		frame[TYPE_AT] = MSG_UNKNOWN;
}

static bool count_alarm(void *data, const struct alarm_status *alarm)
{
	*(unsigned *)data += alarm->kind == ALARM_CHANNEL_FAULTY;
	return true;
}

static unsigned faulty_alarms(void)
{
	unsigned n = 0;

	alarms_each(true, count_alarm, &n);
	return n;
}

START_TEST(channel_without_acknowledgement_is_faulty_until_it_is_put_back)
{
	world_prepare();
	w.trunk[0].timers.t316 = 2;
	w.trunk[0].spans[0].channels = 0x6; /* 1 and 2 */
	peer_open(PRI_NETWORK);
	peer.edit = lose_acknowledgement;
	ck_assert_int_eq(world_apply(1), 0);
	peer_run(3000);
	ck_assert_uint_eq(faulty_alarms(), 0);
	peer_run(4000); /* the second try of channel 1 is lost too, channel 2's is not */
	peer.edit = NULL;
	peer_run(2000);
	ck_assert_str_eq(channel("user", "e1-1/1").state, "down");
	ck_assert_str_eq(channel("user", "e1-1/2").state, "idle");
	ck_assert_uint_eq(faulty_alarms(), 1);

	/* Calls pass it by. */
	q931_call *call = peer_is_called("12");
	ck_assert_int_eq(peer.last[PRI_EVENT_RING].ring.channel & 0xff, 2);
	pri_answer(peer.pri, call, 2, 0);
	peer_run(100);
	peer_clears(call, 16);

	/* Unlocking it tries again. */
	ck_assert_int_eq(trunks_lock(w.trunks, "e1-1/1", LOCK_NOW, 0), 0);
	ck_assert_int_eq(trunks_lock(w.trunks, "e1-1/1", LOCK_NOT, 0), 0);
	peer_run(500);
	ck_assert_str_eq(channel("user", "e1-1/1").state, "idle");
	ck_assert_uint_eq(faulty_alarms(), 0);
	peer_close();
}
END_TEST

/* The far end's own SABME may throw the first away: it does not wait for T316. */
START_TEST(first_one_is_sent_again_soon)
{
	world_prepare(); /* T316 is 120 s */
	peer_open(PRI_NETWORK);
	peer.edit = lose_acknowledgement;
	ck_assert_int_eq(world_apply(1), 0);
	peer_run(1500);
	ck_assert_uint_eq(peer.seen[PRI_EVENT_RESTART], 1);
	peer.edit = NULL;
	peer_run(5000);
	ck_assert_uint_eq(peer.seen[PRI_EVENT_RESTART], 31);
	ck_assert_str_eq(trunk_status("user").layer2, "up");
	peer_close();
}
END_TEST

/* What the far end uses it knows to work. */
START_TEST(call_from_the_line_heals_a_faulty_channel)
{
	world_prepare();
	w.trunk[0].timers.t316 = 1;
	w.trunk[0].spans[0].channels = 0x2;
	peer_open(PRI_NETWORK);
	peer.edit = lose_acknowledgement;
	ck_assert_int_eq(world_apply(1), 0);
	peer_run(6000);
	peer.edit = NULL;
	ck_assert_uint_eq(faulty_alarms(), 1);
	q931_call *call = peer_calls("12", 1, true, PRI_TRANS_CAP_SPEECH);
	ck_assert_uint_eq(faulty_alarms(), 0);
	peer_clears(call, 16);
	peer_close();
}
END_TEST

/* SERVICE */

START_TEST(service_takes_a_channel_out_at_both_ends)
{
	static const enum trunk_variant variants[] = { VARIANT_NI2, VARIANT_DMS100, VARIANT_4ESS,
						       VARIANT_5ESS };

	for (size_t i = 0; i < ARRAY_SIZE(variants); i++) {
		world_open_as(variants[i]);
		run_ms(3000);
		ck_assert_int_eq(trunks_lock(w.trunks, "e1-2/1", LOCK_NOW, 0), 0);
		run_ms(300);
		ck_assert(channel("user", "e1-1/1").remote_blocked);
		ck_assert(!channel("user", "e1-1/2").remote_blocked);
		ck_assert_str_eq(channel("user", "e1-1/1").availability, "remote-blocked");
		a_calls("605"); /* hunts upwards, and would have taken it */
		ck_assert_uint_eq(channel("user", "e1-1/1").call, 0);
		ck_assert_uint_ne(channel("user", "e1-1/2").call, 0);
		says(&w.a, LEG_RELEASE, 16, false);
		ck_assert_int_eq(trunks_lock(w.trunks, "e1-2/1", LOCK_NOT, 0), 0);
		run_ms(300);
		ck_assert(!channel("user", "e1-1/1").remote_blocked);
		world_close();
	}
}
END_TEST

START_TEST(locks_are_told_when_the_link_is_new)
{
	world_prepare();
	w.trunk[0].variant = w.trunk[1].variant = VARIANT_NI2;
	ck_assert_int_eq(world_apply(2), 0);
	ck_assert_int_eq(trunks_lock(w.trunks, "e1-2/7", LOCK_NOW, 0), 0);
	run_ms(4000);
	ck_assert(channel("user", "e1-1/7").remote_blocked);
	world_close();
}
END_TEST

START_TEST(unlock_without_a_link_is_told_when_it_is_back)
{
	world_open_as(VARIANT_NI2);
	run_ms(3000);
	ck_assert_int_eq(trunks_lock(w.trunks, "e1-2/7", LOCK_NOW, 0), 0);
	run_ms(300);
	ck_assert(channel("user", "e1-1/7").remote_blocked);
	w.e1->driver->inject(w.e1, TDM_FAULT_CUT);
	run_ms(20000);
	ck_assert_str_eq(trunk_status("net").layer2, "down");
	ck_assert_int_eq(trunks_lock(w.trunks, "e1-2/7", LOCK_NOT, 0), 0);
	w.e1->driver->inject(w.e1, TDM_FAULT_NONE);
	run_ms(20000);
	ck_assert_str_eq(trunk_status("net").layer2, "up");
	ck_assert(!channel("user", "e1-1/7").remote_blocked);
	world_close();
}
END_TEST

START_TEST(euroisdn_has_no_service_messages)
{
	world_open();
	ck_assert_int_eq(trunks_lock(w.trunks, "e1-2/1", LOCK_NOW, 0), 0);
	run_ms(300);
	ck_assert(!channel("user", "e1-1/1").remote_blocked);
	world_close();
}
END_TEST

UNIT_MAIN("restart", every_channel_is_restarted_at_start, rebuilt_trunk_restarts_its_channels,
	  no_restart_sends_none, link_that_comes_back_restarts_nothing,
	  channel_with_a_call_is_left_alone, call_that_crossed_restart_is_asked_about,
	  channel_without_acknowledgement_is_faulty_until_it_is_put_back,
	  first_one_is_sent_again_soon, call_from_the_line_heals_a_faulty_channel,
	  service_takes_a_channel_out_at_both_ends, locks_are_told_when_the_link_is_new,
	  unlock_without_a_link_is_told_when_it_is_back, euroisdn_has_no_service_messages)
