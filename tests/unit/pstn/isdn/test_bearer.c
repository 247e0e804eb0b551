/* What the bearer capability (Q.931 4.5.5) makes of a call's circuits. */
#include "tests/unit/unit.h"

#include "tests/mock/mock_leg.c"
#include "tests/unit/pstn/isdn/world.c"
#include "tests/unit/pstn/isdn/peer.c"

static const struct {
	uint8_t bearer; /* enum leg_bearer */
	int capability, layer1;
	bool data;
	uint16_t tail_ms;
} rows[] = {
	{ LEG_SPEECH, PRI_TRANS_CAP_SPEECH, PRI_LAYER_1_ALAW, false, 64 },
	{ LEG_AUDIO_3K1, PRI_TRANS_CAP_3_1K_AUDIO, PRI_LAYER_1_ALAW, false, 64 },
	{ LEG_UNRESTRICTED, PRI_TRANS_CAP_DIGITAL, 0, true, 0 },
};

struct circuits {
	unsigned n;
	size_t row;
};

static bool check_circuit(void *data, const struct mg_status *status)
{
	struct circuits *circuits = data;

	if (status->term.kind != MG_TDM)
		return true;
	ck_assert_uint_eq(status->term.tdm.data, rows[circuits->row].data);
	ck_assert_uint_eq(status->term.tdm.echo_tail_ms, rows[circuits->row].tail_ms);
	ck_assert_uint_eq(status->term.tdm.detect_dtmf != 0, !rows[circuits->row].data);
	circuits->n++;
	return true;
}

/* Speech has an echo canceller, which a modem's tone turns off (G.165, G.168); octets are left alone. */
START_TEST(circuits_are_what_the_bearer_wants)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct leg_msg msg = { .verb = LEG_SETUP, .setup = { .bearer = rows[i].bearer } };
		struct circuits circuits = { .row = i };

		world_prepare();
		w.trunk[0].echo_tail_ms = 64;
		w.trunk[1].echo_tail_ms = 64;
		world_start();
		strcpy(msg.setup.called.digits, "200");
		says_whole(&w.a, &msg);
		says(&w.b, LEG_CONNECT, 0, false);
		ck_assert_uint_eq(told(&w.b, LEG_SETUP)->setup.bearer, rows[i].bearer);
		mg_each(w.mg, 0, check_circuit, &circuits);
		ck_assert_uint_eq(circuits.n, 2);
		says(&w.a, LEG_RELEASE, 16, false);
		world_close();
	}
}
END_TEST

START_TEST(bearer_is_told_to_a_switch_and_by_it)
{
	peer_world(TRUNK_USER);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct leg_msg msg = { .verb = LEG_SETUP, .setup = { .bearer = rows[i].bearer } };
		const pri_event_ring *ring = &peer.last[PRI_EVENT_RING].ring;

		strcpy(msg.setup.called.digits, "200");
		says_whole(&w.a, &msg);
		peer_run(100);
		ck_assert_int_eq(ring->ctype, rows[i].capability);
		if (rows[i].layer1)
			ck_assert_int_eq(ring->layer1, rows[i].layer1);
		pri_proceeding(peer.pri, ring->call, ring->channel, 0);
		peer_clears(ring->call, 16);
		q931_call *call = peer_calls("300", 9, true, rows[i].capability);
		ck_assert_uint_eq(told(&w.a, LEG_SETUP)->setup.bearer, rows[i].bearer);
		peer_clears(call, 16);
	}
	peer_close();
}
END_TEST

/* Rows as above: the network rings for who can hear it. */
START_TEST(no_tone_is_sent_into_data)
{
	peer_world(TRUNK_NETWORK);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		q931_call *call = peer_calls("300", 9, true, rows[i].capability);

		says(&w.a, LEG_ALERTING, 0, false);
		peer_run(100);
		ck_assert_uint_eq(peer.seen[PRI_EVENT_RINGING], i + 1);
		ck_assert_int_eq(peer.last[PRI_EVENT_RINGING].ringing.progressmask,
				 rows[i].data ? 0 : PRI_PROG_INBAND_AVAILABLE);
		peer_clears(call, 16);
	}
	peer_close();
}
END_TEST

UNIT_MAIN("bearer", no_tone_is_sent_into_data, circuits_are_what_the_bearer_wants,
	  bearer_is_told_to_a_switch_and_by_it)
