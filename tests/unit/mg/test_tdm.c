/* Timeslots, local parties, and contexts of two, three and more. */
#include "tests/unit/mg/stats.h"

/* Plays a tone or digits at the far end's timeslot by a context of its own. */
static void far_says(struct rig *rig, struct party party[2], unsigned timeslot,
		     const struct mg_signal *signal)
{
	struct mg_term tdm = rig_tdm(rig->far, timeslot), local = rig_local(rig->far->law, false);
	uint32_t context = mg_context(rig->mg);

	rig_add(rig, &party[0], context, &tdm);
	rig_add(rig, &party[1], context, &local);
	ck_assert_int_eq(mg_signal(rig->mg, party[1].id, signal), 0);
}

START_TEST(two_timeslots_of_one_law_pass_every_octet)
{
	struct rig rig = rig_new(LAW_ALAW);
	struct party one, two;
	struct mg_term a = rig_tdm(rig.near, 1), b = rig_tdm(rig.near, 31);
	uint8_t sent[50][TICK_OCTETS];

	a.tdm.detect_dtmf = b.tdm.detect_dtmf = MG_DTMF_REPORTED; /* a tap changes nothing */
	rig_add(&rig, &one, 7, &a);
	rig_add(&rig, &two, 7, &b);
	for (unsigned i = 0; i < 50; i++) {
		rig_tick(&rig);
		pattern(sent[i], TICK_OCTETS, i);
		rig_line_tx(&rig, 1, sent[i]);
		if (i >= 2) /* one tick each way */
			ck_assert_mem_eq(rig_line_rx(&rig, 31), sent[i - 2], TICK_OCTETS);
	}
	ck_assert_uint_eq(one.told[MG_EV_ADDED], 1);
	rig_free(&rig);
}
END_TEST

START_TEST(a_digit_on_the_line_passes_every_octet_too)
{
	struct rig rig = rig_new(LAW_ALAW);
	struct party one, two;
	struct mg_term a = rig_tdm(rig.near, 1), b = rig_tdm(rig.near, 31);
	uint8_t sent[30][TICK_OCTETS];
	struct dtmf_gen tone;

	a.tdm.detect_dtmf = MG_DTMF_REPORTED;
	rig_add(&rig, &one, 7, &a);
	rig_add(&rig, &two, 7, &b);
	ck_assert(dtmf_gen_init(&tone, '8'));
	for (unsigned i = 0; i < 30; i++) {
		int16_t samples[TICK_OCTETS] = { 0 };
		rig_tick(&rig);
		if (i < 20)
			dtmf_gen_draw(&tone, samples, TICK_OCTETS);
		for (unsigned k = 0; k < TICK_OCTETS; k++)
			samples[k] /= 2; /* unlike one that we would make ourselves */
		g711_encode(LAW_ALAW, samples, sent[i], TICK_OCTETS);
		rig_line_tx(&rig, 1, sent[i]);
		if (i >= 2)
			ck_assert_mem_eq(rig_line_rx(&rig, 31), sent[i - 2], TICK_OCTETS);
	}
	ck_assert_str_eq(one.digits, "8");
	rig_free(&rig);
}
END_TEST

START_TEST(echo_returns_every_octet_in_the_same_tick)
{
	struct rig rig = rig_new(LAW_ALAW);
	struct party line, echo;
	struct mg_term a = rig_tdm(rig.near, 4), e = rig_local(LAW_MULAW, true);
	uint8_t sent[20][TICK_OCTETS];

	rig_add(&rig, &line, 7, &a);
	rig_add(&rig, &echo, 7, &e);
	for (unsigned i = 0; i < 20; i++) {
		rig_tick(&rig);
		pattern(sent[i], TICK_OCTETS, i);
		rig_line_tx(&rig, 4, sent[i]);
		if (i >= 2)
			ck_assert_mem_eq(rig_line_rx(&rig, 4), sent[i - 2], TICK_OCTETS);
	}
	e.local.echo = false;
	ck_assert_int_eq(mg_modify(rig.mg, echo.id, &e), 0);
	rig_ticks(&rig, 2);
	ck_assert_uint_eq(echo.told[MG_EV_MODIFIED], 1);
	ck_assert_uint_eq(rig_line_rx(&rig, 4)[0], LAW_ALAW_IDLE);
	rig_free(&rig);
}
END_TEST

START_TEST(a_signal_comes_before_echo)
{
	struct rig rig = rig_new(LAW_ALAW);
	struct party line, echo;
	struct mg_term a = rig_tdm(rig.near, 4), e = rig_local(LAW_ALAW, true);
	struct mg_signal milliwatt = { .kind = MG_SIGNAL_TONE, .tone = TONE_MILLIWATT };

	rig_add(&rig, &line, 7, &a);
	rig_add(&rig, &echo, 7, &e);
	ck_assert_int_eq(mg_signal(rig.mg, echo.id, &milliwatt), 0);
	rig_ticks(&rig, 3);
	for (unsigned i = 0; i < TICK_OCTETS; i += 8)
		ck_assert_mem_eq(rig_line_rx(&rig, 4) + i, tone_digital_milliwatt(LAW_ALAW), 8);
	rig_free(&rig);
}
END_TEST

START_TEST(milliwatt_is_0_dbm0_at_1000_hz_on_alaw_and_1004_hz_on_mulaw)
{
	for (unsigned law = LAW_ALAW; law <= LAW_MULAW; law++) {
		struct rig rig = rig_new(law);
		struct mg_signal milliwatt = { .kind = MG_SIGNAL_TONE, .tone = TONE_MILLIWATT };
		struct party line;
		struct mg_term tdm = rig_tdm(rig.near, 3);
		int16_t heard[100 * TICK_OCTETS];

		rig_add(&rig, &line, 7, &tdm);
		ck_assert_int_eq(mg_signal(rig.mg, line.id, &milliwatt), 0);
		rig_ticks(&rig, 3);
		for (unsigned i = 0; i < 100; i++) {
			rig_tick(&rig);
			g711_decode(law, rig_line_rx(&rig, 3), heard + i * TICK_OCTETS,
				    TICK_OCTETS);
		}
		double hz = law == LAW_ALAW ? 1000 : 1004;
		ck_assert_double_eq_tol(dbm0_of(heard, ARRAY_SIZE(heard), hz), 0, 0.1);
		ck_assert_double_le(
			dbm0_of(heard, ARRAY_SIZE(heard), law == LAW_ALAW ? 1004 : 1000), -30);
		ck_assert_uint_eq(line.told[MG_EV_SIGNAL_DONE], 0);
		rig_free(&rig);
	}
}
END_TEST

START_TEST(a_tone_stops_and_the_context_is_heard_again)
{
	struct rig rig = rig_new(LAW_ALAW);
	struct mg_signal busy = { .kind = MG_SIGNAL_TONE, .tone = TONE_DIAL }, stop = { 0 };
	struct party line, party;
	struct mg_term tdm = rig_tdm(rig.near, 3), local = rig_local(LAW_ALAW, true);
	uint8_t sent[TICK_OCTETS];

	rig_add(&rig, &line, 7, &tdm);
	rig_add(&rig, &party, 7, &local);
	ck_assert_int_eq(mg_signal(rig.mg, line.id, &busy), 0);
	pattern(sent, TICK_OCTETS, 1);
	for (unsigned i = 0; i < 4; i++) {
		rig_tick(&rig);
		rig_line_tx(&rig, 3, sent);
	}
	ck_assert_mem_ne(rig_line_rx(&rig, 3), sent, TICK_OCTETS);
	ck_assert_int_gt(frame_peak(LAW_ALAW, rig_line_rx(&rig, 3), TICK_OCTETS), 1000);
	ck_assert_int_eq(mg_signal(rig.mg, line.id, &stop), 0);
	for (unsigned i = 0; i < 3; i++) {
		rig_tick(&rig);
		rig_line_tx(&rig, 3, sent);
	}
	ck_assert_mem_eq(rig_line_rx(&rig, 3), sent, TICK_OCTETS);
	rig_free(&rig);
}
END_TEST

START_TEST(digits_on_the_line_are_told_when_they_end)
{
	struct rig rig = rig_new(LAW_MULAW);
	struct mg_signal digits = { .kind = MG_SIGNAL_DIGITS, .digits = "0123456789*#ABCD" };
	struct party far[2], line, readback;
	struct mg_term tdm = rig_tdm(rig.near, 3), local = rig_local(LAW_MULAW, false);

	tdm.tdm.detect_dtmf = MG_DTMF_REPORTED;
	rig_add(&rig, &line, 7, &tdm);
	rig_add(&rig, &readback, 7, &local);
	far_says(&rig, far, 3, &digits);
	rig_ticks(&rig, 5);
	ck_assert_str_eq(line.digits, "");
	rig_ticks(&rig, 16 * 20);
	ck_assert_str_eq(line.digits, digits.digits);
	ck_assert_str_eq(readback.digits, digits.digits); /* said to it */
	ck_assert_uint_eq(far[1].told[MG_EV_SIGNAL_DONE], 1);
	ck_assert_str_eq(far[0].digits, "");
	rig_free(&rig);
}
END_TEST

/* Digits of 200 ms each, which the far end begins with its third tick. */
START_TEST(digits_are_relayed_while_another_takes_them)
{
	struct rig rig = rig_new(LAW_ALAW);
	struct mg_signal digits = { .kind = MG_SIGNAL_DIGITS, .digits = "1234" };
	struct party far[2], line, taker;
	struct mg_term tdm = rig_tdm(rig.near, 3), local = rig_local(LAW_ALAW, true);

	tdm.tdm.detect_dtmf = MG_DTMF_RELAYED;
	rig_add(&rig, &line, 7, &tdm);
	rig_add(&rig, &taker, 7, &local);
	far_says(&rig, far, 3, &digits);
	rig_ticks(&rig, 20);
	local.local.echo = false;
	ck_assert_int_eq(mg_modify(rig.mg, taker.id, &local), 0);
	rig_ticks(&rig, 20);
	ck_assert_str_eq(taker.digits, "2");
	ck_assert_int_eq(mg_subtract(rig.mg, taker.id), 0);
	rig_ticks(&rig, 60);
	ck_assert_str_eq(taker.digits, "2");
	ck_assert_str_eq(line.digits, ""); /* nobody asked for events */
	rig_free(&rig);
}
END_TEST

START_TEST(the_detector_is_switched_by_modify)
{
	struct rig rig = rig_new(LAW_ALAW);
	struct mg_signal digits = { .kind = MG_SIGNAL_DIGITS, .digits = "12" };
	struct party far[2], line;
	struct mg_term tdm = rig_tdm(rig.near, 3), moved = rig_tdm(rig.near, 4);

	rig_add(&rig, &line, 7, &tdm);
	far_says(&rig, far, 3, &digits);
	rig_ticks(&rig, 20);
	tdm.tdm.detect_dtmf = MG_DTMF_REPORTED;
	ck_assert_int_eq(mg_modify(rig.mg, line.id, &tdm), 0);
	ck_assert_int_eq(mg_modify(rig.mg, line.id, &moved), -EINVAL);
	rig_ticks(&rig, 25);
	ck_assert_uint_eq(line.told[MG_EV_MODIFIED], 1);
	ck_assert_str_eq(line.digits, "2");
	rig_free(&rig);
}
END_TEST

START_TEST(a_replaced_signal_is_done_and_so_is_the_new_one)
{
	struct rig rig = rig_new(LAW_ALAW);
	struct mg_signal digits = { .kind = MG_SIGNAL_DIGITS, .digits = "11111" }, stop = { 0 };
	struct party line;
	struct mg_term tdm = rig_tdm(rig.near, 3);

	rig_add(&rig, &line, 7, &tdm);
	ck_assert_int_eq(mg_signal(rig.mg, line.id, &digits), 0);
	rig_ticks(&rig, 5);
	ck_assert_int_eq(mg_signal(rig.mg, line.id, &digits), 0);
	rig_ticks(&rig, 5);
	ck_assert_uint_eq(line.told[MG_EV_SIGNAL_DONE], 1);
	ck_assert_int_eq(mg_signal(rig.mg, line.id, &stop), 0);
	rig_ticks(&rig, 100);
	ck_assert_uint_eq(line.told[MG_EV_SIGNAL_DONE], 2);
	rig_free(&rig);
}
END_TEST

START_TEST(three_hear_the_sum_of_the_others)
{
	struct rig rig = rig_new(LAW_ALAW);
	struct party party[3];
	static const double hz[] = { 600, 1000, 1700 };
	int16_t heard[3][40 * TICK_OCTETS];
	unsigned time = 0;

	for (unsigned i = 0; i < 3; i++) {
		struct mg_term tdm = rig_tdm(rig.near, 1 + i);
		rig_add(&rig, &party[i], 7, &tdm);
	}
	for (unsigned t = 0; t < 45; t++, time += TICK_OCTETS) {
		rig_tick(&rig);
		for (unsigned i = 0; i < 3; i++) {
			int16_t tone[TICK_OCTETS];
			uint8_t octets[TICK_OCTETS];
			for (unsigned k = 0; k < TICK_OCTETS; k++)
				tone[k] = 4000 * sin(2 * M_PI * hz[i] * (time + k) / SAMPLE_RATE);
			g711_encode(LAW_ALAW, tone, octets, TICK_OCTETS);
			rig_line_tx(&rig, 1 + i, octets);
			if (t >= 5)
				g711_decode(LAW_ALAW, rig_line_rx(&rig, 1 + i),
					    heard[i] + (t - 5) * TICK_OCTETS, TICK_OCTETS);
		}
	}
	for (unsigned i = 0; i < 3; i++) {
		for (unsigned k = 0; k < 3; k++) {
			double level = dbm0_of(heard[i], ARRAY_SIZE(heard[i]), hz[k]);
			if (i == k)
				ck_assert_double_le(level, -50);
			else
				ck_assert_double_eq_tol(level, 20 * log10(4000 / 32768.0) + 3.14,
							0.2);
		}
	}
	rig_free(&rig);
}
END_TEST

START_TEST(sums_saturate)
{
	struct rig rig = rig_new(LAW_ALAW);
	struct party party[4];
	uint8_t loud[TICK_OCTETS];

	memset(loud, 0xaa, sizeof(loud)); /* +32256 */
	for (unsigned i = 0; i < 4; i++) {
		struct mg_term tdm = rig_tdm(rig.near, 1 + i);
		rig_add(&rig, &party[i], 7, &tdm);
	}
	for (unsigned t = 0; t < 4; t++) {
		rig_tick(&rig);
		for (unsigned i = 0; i < 3; i++)
			rig_line_tx(&rig, 1 + i, loud);
	}
	ck_assert_mem_eq(rig_line_rx(&rig, 4), loud, TICK_OCTETS);
	rig_free(&rig);
}
END_TEST

START_TEST(a_third_that_leaves_makes_the_path_transparent_again)
{
	struct rig rig = rig_new(LAW_ALAW);
	struct party one, two, third;
	struct mg_term a = rig_tdm(rig.near, 1), b = rig_tdm(rig.near, 2),
		       c = rig_local(LAW_MULAW, false);
	struct mg_signal tone = { .kind = MG_SIGNAL_TONE, .tone = TONE_DIAL };
	uint8_t sent[TICK_OCTETS];

	pattern(sent, TICK_OCTETS, 3);
	rig_add(&rig, &one, 7, &a);
	rig_add(&rig, &two, 7, &b);
	rig_add(&rig, &third, 7, &c);
	mg_signal(rig.mg, third.id, &tone);
	for (unsigned t = 0; t < 10; t++) {
		rig_tick(&rig);
		rig_line_tx(&rig, 1, sent);
	}
	ck_assert_mem_ne(rig_line_rx(&rig, 2), sent, TICK_OCTETS);
	ck_assert_int_eq(mg_subtract(rig.mg, third.id), 0);
	for (unsigned t = 0; t < 3; t++) {
		rig_tick(&rig);
		rig_line_tx(&rig, 1, sent);
	}
	ck_assert_uint_eq(third.told[MG_EV_SUBTRACTED], 1);
	ck_assert_mem_eq(rig_line_rx(&rig, 2), sent, TICK_OCTETS);
	rig_free(&rig);
}
END_TEST

START_TEST(contexts_do_not_hear_each_other_and_one_alone_hears_silence)
{
	struct rig rig = rig_new(LAW_ALAW);
	struct party one, two;
	struct mg_term a = rig_tdm(rig.near, 1), b = rig_tdm(rig.near, 2);
	uint8_t sent[TICK_OCTETS], idle[TICK_OCTETS];

	pattern(sent, TICK_OCTETS, 3);
	memset(idle, LAW_ALAW_IDLE, sizeof(idle));
	rig_add(&rig, &one, mg_context(rig.mg), &a);
	rig_add(&rig, &two, mg_context(rig.mg), &b);
	for (unsigned t = 0; t < 5; t++) {
		rig_tick(&rig);
		rig_line_tx(&rig, 1, sent);
	}
	ck_assert_mem_eq(rig_line_rx(&rig, 2), idle, TICK_OCTETS);
	ck_assert_mem_eq(rig_line_rx(&rig, 1), idle, TICK_OCTETS);
	struct mg_stats stats = rig_end(&rig, &one);
	ck_assert_int_gt(stats.in_peak, 10000);
	ck_assert_int_lt(stats.out_peak, 100);
	rig_free(&rig);
}
END_TEST

START_TEST(two_echoes_stay_silent)
{
	struct rig rig = rig_new(LAW_ALAW);
	struct party line, echo[2];
	struct mg_term a = rig_tdm(rig.near, 1), e = rig_local(LAW_ALAW, true);
	uint8_t click[TICK_OCTETS];

	memset(click, 0xaa, sizeof(click));
	rig_add(&rig, &line, 7, &a);
	rig_add(&rig, &echo[0], 7, &e);
	rig_add(&rig, &echo[1], 7, &e);
	rig_tick(&rig);
	rig_line_tx(&rig, 1, click);
	rig_ticks(&rig, 20); /* each echoes the click once, none echoes the other */
	ck_assert_int_lt(frame_peak(LAW_ALAW, rig_line_rx(&rig, 1), TICK_OCTETS), 50);
	ck_assert_int_eq(mg_subtract(rig.mg, line.id), 0);
	rig_ticks(&rig, 220);
	ck_assert_int_lt(rig_end(&rig, &echo[0]).out_peak, 50);
	rig_free(&rig);
}
END_TEST

START_TEST(a_detached_span_is_silent_and_comes_back)
{
	struct rig rig = rig_new(LAW_ALAW);
	struct party one, two;
	struct mg_term a = rig_tdm(rig.near, 1), e = rig_local(LAW_ALAW, true);
	uint8_t sent[TICK_OCTETS];

	pattern(sent, TICK_OCTETS, 3);
	rig_add(&rig, &one, 7, &a);
	rig_add(&rig, &two, 7, &e);
	rig_tick(&rig);
	ck_assert_int_eq(mg_attach(rig.mg, rig.near), -EALREADY);
	ck_assert_int_eq(mg_detach(rig.mg, rig.near), 0);
	ck_assert_int_eq(mg_detach(rig.mg, rig.near), -ENOENT);
	rig_ticks(&rig, 150);
	ck_assert_int_lt(rig_stats(&rig, &one).in_peak, 20);
	ck_assert_int_eq(mg_attach(rig.mg, rig.near), 0);
	for (unsigned t = 0; t < 5; t++) {
		rig_tick(&rig);
		rig_line_tx(&rig, 1, sent);
	}
	ck_assert_mem_eq(rig_line_rx(&rig, 1), sent, TICK_OCTETS);
	rig_free(&rig);
}
END_TEST

UNIT_MAIN("tdm", two_timeslots_of_one_law_pass_every_octet,
	  a_digit_on_the_line_passes_every_octet_too, echo_returns_every_octet_in_the_same_tick,
	  a_signal_comes_before_echo, milliwatt_is_0_dbm0_at_1000_hz_on_alaw_and_1004_hz_on_mulaw,
	  a_tone_stops_and_the_context_is_heard_again, digits_on_the_line_are_told_when_they_end,
	  digits_are_relayed_while_another_takes_them, the_detector_is_switched_by_modify,
	  a_replaced_signal_is_done_and_so_is_the_new_one, three_hear_the_sum_of_the_others,
	  sums_saturate, a_third_that_leaves_makes_the_path_transparent_again,
	  contexts_do_not_hear_each_other_and_one_alone_hears_silence, two_echoes_stay_silent,
	  a_detached_span_is_silent_and_comes_back)
