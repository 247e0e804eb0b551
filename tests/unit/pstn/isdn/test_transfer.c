/* Two calls of one D channel that are joined here: the exchange is asked to join them instead. */
#include "tests/unit/unit.h"

#include "tests/mock/mock_leg.c"
#include "tests/unit/pstn/isdn/world.c"
#include "tests/unit/pstn/isdn/peer.c"

static unsigned facilities;     /* FACILITY messages from us */
static unsigned transfer_asked; /* by subcommand */
static struct pri_subcmd_transfer transfer;

static void hear(void *data, unsigned timeslot, const uint8_t *frame, size_t len)
{
	unsigned seen = peer.seen[PRI_EVENT_FACILITY];

	facilities += len > 8 && !(frame[2] & 1) && frame[8] == 0x62;
	peer_frame(data, timeslot, frame, len);
	if (peer.seen[PRI_EVENT_FACILITY] == seen)
		return;
	const struct pri_subcommands *subcmds = peer.last[PRI_EVENT_FACILITY].facility.subcmds;
	for (int i = 0; i < subcmds->counter_subcmd; i++) {
		if (subcmds->subcmd[i].cmd != PRI_SUBCMD_TRANSFER_CALL)
			continue;
		transfer = subcmds->subcmd[i].u.transfer;
		transfer_asked++;
	}
}

struct world_kind {
	enum trunk_variant variant;
	int switch_type;
	enum trunk_side ours;
	bool transfer;
};

static void transfer_world(const struct world_kind *kind)
{
	static const struct tdm_listener listener = { .on_frame = hear };

	facilities = 0;
	transfer_asked = 0;
	peer_switch_type = kind->switch_type;
	world_prepare();
	w.trunk[0].variant = kind->variant;
	w.trunk[0].side = kind->ours;
	w.trunk[0].transfer = kind->transfer;
	peer_open(kind->ours == TRUNK_USER ? PRI_NETWORK : PRI_CPE);
	tdm_listen(w.e2, &listener, NULL);
	ck_assert_int_eq(world_apply(1), 0);
	peer_run(1500);
}

struct pair {
	q931_call *in, *out; /* of the call that came, and of the one that it became */
};

/* The peer calls through us to itself, and answers. */
static struct pair joined_calls(void)
{
	struct pair pair;

	pair.in = peer_calls("801", 1, true, PRI_TRANS_CAP_SPEECH);
	peer_run(100);
	ck_assert_uint_eq(peer.seen[PRI_EVENT_RING], 1);
	pair.out = peer.last[PRI_EVENT_RING].ring.call;
	facilities = 0;
	pri_answer(peer.pri, pair.out, peer.last[PRI_EVENT_RING].ring.channel, 0);
	peer_run(300);
	ck_assert_uint_eq(peer.seen[PRI_EVENT_ANSWER], 1);
	return pair;
}

static const struct world_kind etsi = { VARIANT_EUROISDN, PRI_SWITCH_EUROISDN_E1, TRUNK_USER,
					true };

/* EN 300 369-1: link identity, then explicit transfer; the exchange clears both. */
START_TEST(exchange_takes_over_and_clears)
{
	transfer_world(&etsi);
	pri_transfer_enable(peer.pri, 1);
	struct pair pair = joined_calls();
	ck_assert_uint_eq(transfer_asked, 1);
	ck_assert(transfer.call_1 == pair.in || transfer.call_1 == pair.out);
	ck_assert(transfer.call_2 == pair.in || transfer.call_2 == pair.out);
	ck_assert_int_eq(pri_transfer_rsp(peer.pri, transfer.call_2, transfer.invoke_id, 1), 0);
	peer_run(100);
	peer_clears(pair.in, 16);
	peer_clears(pair.out, 16);
	ck_assert_uint_eq(busy_channels(), 0);
	ck_assert_uint_eq(call_figures().answered, 1);
	peer_close();
}
END_TEST

/* It has no such service: the call goes on. */
START_TEST(refusal_changes_nothing)
{
	transfer_world(&etsi);
	struct pair pair = joined_calls();
	peer_run(10000);
	ck_assert_uint_eq(transfer_asked, 0);
	ck_assert_uint_eq(busy_channels(), 2);
	peer_clears(pair.in, 16);
	peer_clears(pair.out, 16);
	ck_assert_uint_eq(busy_channels(), 0);
	peer_close();
}
END_TEST

/* One is over before the exchange has answered. */
START_TEST(call_that_ends_meanwhile_is_no_harm)
{
	transfer_world(&etsi);
	pri_transfer_enable(peer.pri, 1);
	q931_call *in = peer_calls("801", 1, true, PRI_TRANS_CAP_SPEECH);
	peer_run(100);
	q931_call *out = peer.last[PRI_EVENT_RING].ring.call;
	pri_answer(peer.pri, out, peer.last[PRI_EVENT_RING].ring.channel, 0);
	pri_hangup(peer.pri, out, 16);
	peer_run(300);
	peer_clears(in, 16);
	peer_clears(out, 16);
	ck_assert_uint_eq(busy_channels(), 0);
	peer_close();
}
END_TEST

/* 2BCT asks with one FACILITY. A network asks nobody; QSIG's way is not safe in libpri; RLT needs the leave that a
 * DMS-100 gives in its first answer. */
START_TEST(asking_depends_on_variant_side_and_configuration)
{
	static const struct {
		struct world_kind kind;
		unsigned facilities;
	} rows[] = {
		{ { VARIANT_NI2, PRI_SWITCH_NI2, TRUNK_USER, true }, 1 },
		{ { VARIANT_5ESS, PRI_SWITCH_LUCENT5E, TRUNK_USER, true }, 1 },
		{ { VARIANT_4ESS, PRI_SWITCH_ATT4ESS, TRUNK_USER, true }, 1 },
		{ { VARIANT_DMS100, PRI_SWITCH_DMS100, TRUNK_USER, true }, 0 },
		{ { VARIANT_QSIG, PRI_SWITCH_QSIG, TRUNK_USER, true }, 0 },
		{ { VARIANT_NI2, PRI_SWITCH_NI2, TRUNK_NETWORK, true }, 0 },
		{ { VARIANT_NI2, PRI_SWITCH_NI2, TRUNK_USER, false }, 0 },
		{ { VARIANT_EUROISDN, PRI_SWITCH_EUROISDN_E1, TRUNK_USER, false }, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		transfer_world(&rows[i].kind);
		struct pair pair = joined_calls();
		ck_assert_msg(facilities == rows[i].facilities, "row %zu: %u", i, facilities);
		peer_run(1000);
		ck_assert_uint_eq(busy_channels(), 2);
		peer_clears(pair.in, 16);
		peer_clears(pair.out, 16);
		peer_close();
	}
}
END_TEST

/* A call that goes elsewhere is nobody's to join. */
START_TEST(call_to_another_trunk_is_left_alone)
{
	transfer_world(&etsi);
	q931_call *call = peer_calls("200", 1, true, PRI_TRANS_CAP_SPEECH);
	says(&w.a, LEG_CONNECT, 0, false);
	peer_run(300);
	ck_assert_uint_eq(peer.seen[PRI_EVENT_ANSWER], 1);
	ck_assert_uint_eq(facilities, 0);
	peer_clears(call, 16);
	peer_close();
}
END_TEST

UNIT_MAIN("transfer", exchange_takes_over_and_clears, refusal_changes_nothing,
	  call_that_ends_meanwhile_is_no_harm, asking_depends_on_variant_side_and_configuration,
	  call_to_another_trunk_is_left_alone)
