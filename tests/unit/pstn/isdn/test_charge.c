/* Advice of charge (EN 300 182-1), from a network's hub to its user's. */
#include "tests/unit/unit.h"

#include "tests/mock/mock_leg.c"
#include "tests/unit/pstn/isdn/world.c"
#include "tests/unit/pstn/isdn/peer.c"

static void charges(struct side *side, const struct leg_charge *charge)
{
	struct leg_msg msg = { .verb = LEG_CHARGE, .charge = *charge };

	says_whole(side, &msg);
}

static void check_charge(const struct leg_charge *is, const struct leg_charge *expected, size_t row)
{
	ck_assert_msg(is->final == expected->final && is->free == expected->free, "row %zu", row);
	ck_assert_msg(is->units == expected->units, "row %zu: %u", row, is->units);
	ck_assert_msg(is->amount == expected->amount, "row %zu: %u", row, is->amount);
	ck_assert_str_eq(is->currency, expected->currency);
}

/* An amount is a 24 bit number and a power of ten: what is beyond loses its last digits. */
static const struct {
	struct leg_charge said, heard;
} rows[] = {
	{ { .units = 1 }, { .units = 1 } },
	{ { .units = 123456 }, { .units = 123456 } },
	{ { .free = true }, { .free = true } },
	{ { .amount = 1250, .currency = "EUR" }, { .amount = 1250, .currency = "EUR" } },
	{ { .amount = 4000000017, .currency = "ABCDEFGHIJ" },
	  { .amount = 4000000000, .currency = "ABCDEFGHIJ" } },
};

START_TEST(charge_reaches_the_user_during_the_call)
{
	world_open();
	a_calls("200");
	says(&w.b, LEG_CONNECT, 0, false);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		charges(&w.b, &rows[i].said);
		check_charge(&told(&w.a, LEG_CHARGE)->charge, &rows[i].heard, i);
	}
	says(&w.a, LEG_RELEASE, 16, false);
	world_close();
}
END_TEST

/* The final charge comes with DISCONNECT. */
START_TEST(final_charge_reaches_the_user_before_the_end)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct leg_charge said = rows[i].said, heard = rows[i].heard;

		said.final = true;
		heard.final = true;
		world_open();
		a_calls("200");
		says(&w.b, LEG_CONNECT, 0, false);
		charges(&w.b, &said);
		ck_assert(!was_told(&w.a, LEG_CHARGE));
		says(&w.b, LEG_RELEASE, 16, false);
		check_charge(&told(&w.a, LEG_CHARGE)->charge, &heard, i);
		ck_assert_uint_eq(told_cause(&w.a, LEG_RELEASE), 16);
		world_close();
	}
}
END_TEST

START_TEST(user_and_other_variants_say_no_charge)
{
	static const enum trunk_variant variants[] = { VARIANT_QSIG, VARIANT_NI2 };

	world_open();
	b_calls("300");
	says(&w.a, LEG_CONNECT, 0, false);
	charges(&w.a, &rows[0].said);
	ck_assert(!was_told(&w.b, LEG_CHARGE));
	says(&w.b, LEG_RELEASE, 16, false);
	world_close();
	for (size_t i = 0; i < ARRAY_SIZE(variants); i++) {
		world_open_as(variants[i]);
		a_calls("200");
		says(&w.b, LEG_CONNECT, 0, false);
		charges(&w.b, &rows[0].said);
		ck_assert(!was_told(&w.a, LEG_CHARGE));
		says(&w.a, LEG_RELEASE, 16, false);
		world_close();
	}
}
END_TEST

/* What an exchange may say more: several kinds of units, powers of ten, nothing known. */
START_TEST(charge_of_a_switch_is_summed_up)
{
	static const struct {
		struct pri_subcmd_aoc_d said;
		struct leg_charge heard;
	} said[] = {
		{ { .charge = PRI_AOC_DE_CHARGE_UNITS,
		    .recorded.unit = { 3, { { 5, 1 }, { -1, 2 }, { 7, -1 } } } },
		  { .units = 12 } },
		{ { .charge = PRI_AOC_DE_CHARGE_CURRENCY,
		    .recorded.money = { { 12, PRI_AOC_MULTIPLIER_HUNDREDTH }, "CHF" } },
		  { .amount = 120, .currency = "CHF" } },
		{ { .charge = PRI_AOC_DE_CHARGE_CURRENCY,
		    .recorded.money = { { 0xffffff, PRI_AOC_MULTIPLIER_THOUSAND }, "CHF" } },
		  { .amount = UINT32_MAX, .currency = "CHF" } },
	};
	const struct pri_subcmd_aoc_d nothing = { .charge = PRI_AOC_DE_CHARGE_NOT_AVAILABLE };

	peer_world(TRUNK_USER);
	q931_call *call = peer_is_called("200");
	pri_answer(peer.pri, call, 1, 0);
	peer_run(100);
	pri_aoc_d_send(peer.pri, call, &nothing);
	peer_run(100);
	ck_assert(!was_told(&w.a, LEG_CHARGE));
	for (size_t i = 0; i < ARRAY_SIZE(said); i++) {
		ck_assert_int_eq(pri_aoc_d_send(peer.pri, call, &said[i].said), 0);
		peer_run(100);
		check_charge(&told(&w.a, LEG_CHARGE)->charge, &said[i].heard, i);
	}
	peer_clears(call, 16);
	peer_close();
}
END_TEST

/* A user may ask for advice in SETUP: none is promised. */
START_TEST(advice_cannot_be_ordered)
{
	struct pri_sr *sr;
	unsigned answers = 0;

	peer_world(TRUNK_NETWORK);
	pri_aoc_events_enable(peer.pri, 1);
	pri_facility_enable(peer.pri);
	for (int request = PRI_AOC_REQUEST_S; request <= PRI_AOC_REQUEST_E; request <<= 1) {
		q931_call *call = pri_new_call(peer.pri);

		sr = pri_sr_new();
		pri_sr_set_channel(sr, 1, 1, 0);
		pri_sr_set_bearer(sr, PRI_TRANS_CAP_SPEECH, PRI_LAYER_1_ALAW);
		pri_sr_set_called(sr, "200", PRI_UNKNOWN, 1);
		pri_sr_set_aoc_charging_request(sr, request);
		ck_assert_int_eq(pri_setup(peer.pri, call, sr), 0);
		pri_sr_free(sr);
		peer_run(100);
		ck_assert(was_told(&w.a, LEG_SETUP));
		says(&w.a, LEG_CONNECT, 0, false);
		peer_run(100);
		ck_assert_uint_eq(peer.seen[PRI_EVENT_FACILITY], ++answers);
		peer_clears(call, 16);
	}
	peer_close();
}
END_TEST

UNIT_MAIN("charge", charge_reaches_the_user_during_the_call,
	  final_charge_reaches_the_user_before_the_end, user_and_other_variants_say_no_charge,
	  charge_of_a_switch_is_summed_up, advice_cannot_be_ordered)
