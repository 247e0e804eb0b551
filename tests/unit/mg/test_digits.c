/* Digits on their way out: least length, least pause, none lost, and the signal player. */
#include <string.h>

#include "codecs/g711.h"
#include "mg/digits.h"
#include "mg/player.h"
#include "tests/unit/unit.h"

/* One character a tick: the digit that is out, or '.'. */
static void follow(const char *levels, unsigned min, char *out)
{
	struct digits digits = { 0 };

	for (; *levels; levels++) {
		char digit = digits_follow(&digits, *levels == '.' ? 0 : *levels, min);
		*out++ = digit ? digit : '.';
	}
	*out = 0;
}

START_TEST(presses_get_least_length_and_pause)
{
	static const struct {
		const char *in, *out;
		unsigned min;
	} cases[] = {
		{ "..1111111..", "..1111111..", 5 },                   /* long enough as it is */
		{ "1..........", "11111......", 5 },                   /* too short */
		{ "1.2.3...............", "111...222...333.....", 3 }, /* too fast */
		{ "1.1.................", "111...111...........", 3 }, /* twice the same */
		{ "12..................", "111...222...........", 3 }, /* without a pause */
		{ "1.22222222222222222.", "111...2222222222222.", 3 }, /* the last is held */
		{ "1.1.", "1.1.", 1 },
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char out[64];
		follow(cases[i].in, cases[i].min, out);
		ck_assert_str_eq(out, cases[i].out);
	}
}
END_TEST

START_TEST(a_full_queue_loses_the_newest)
{
	struct digits digits = { 0 };
	unsigned out = 0;
	char before = 0;

	for (unsigned i = 0; i < DIGITS_QUEUE + 5; i++)
		digits_press(&digits, '0' + i % 10);
	for (unsigned i = 0; i < 200; i++) {
		char digit = digits_step(&digits, false, 1);
		if (digit && digit != before)
			ck_assert_int_eq(digit, '0' + out++ % 10);
		before = digit;
	}
	ck_assert_uint_eq(out, DIGITS_QUEUE);
}
END_TEST

START_TEST(a_digit_with_sound_passes_untouched)
{
	struct digit_tones tones;
	struct regen regen = { 0 };
	struct frame frame = frame_idle(LAW_ALAW);
	const uint8_t *octets = frame.octets;

	digit_tones_init(&tones);
	frame.digit = '5';
	frame.digit_in_band = true;
	regen_step(&regen, &tones, LAW_ALAW, &frame);
	ck_assert_ptr_eq(frame.octets, octets);
	frame.digit_in_band = false;
	regen_step(&regen, &tones, LAW_ALAW, &frame);
	ck_assert_ptr_ne(frame.octets, octets);
	ck_assert(frame.digit_in_band);
	ck_assert_int_gt(frame_peak(LAW_ALAW, frame.octets, TICK_OCTETS), 10000);
}
END_TEST

START_TEST(digits_play_100_ms_on_100_ms_off_then_end)
{
	struct mg_signal signal = { .kind = MG_SIGNAL_DIGITS, .digits = "7#" };
	struct digit_tones tones;
	struct player player;
	struct frame frame;

	digit_tones_init(&tones);
	ck_assert_int_eq(player_init(&player, &signal), 0);
	for (unsigned i = 0; i < 40; i++) {
		bool on = i % 20 < 10;
		ck_assert_int_eq(player_draw(&player, &tones, LAW_MULAW, &frame), i == 39);
		ck_assert_int_eq(frame.digit, !on ? 0 : i < 20 ? '7' : '#');
		ck_assert_int_eq(frame_peak(LAW_MULAW, frame.octets, TICK_OCTETS) > 10000, on);
	}
	ck_assert_int_eq(player.kind, MG_SIGNAL_STOP);
}
END_TEST

START_TEST(signals_that_cannot_be_are_refused)
{
	struct mg_signal bad[] = {
		{ .kind = 99 },
		{ .kind = MG_SIGNAL_TONE, .tone = TONE_NONE },
		{ .kind = MG_SIGNAL_TONE, .tone = TONE_COUNT },
		{ .kind = MG_SIGNAL_DIGITS },
		{ .kind = MG_SIGNAL_DIGITS, .digits = "12x" },
		{ .kind = MG_SIGNAL_DIGITS },
	};
	struct player player;

	memset(bad[5].digits, '1', sizeof(bad[5].digits)); /* no end */
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_int_lt(player_init(&player, &bad[i]), 0);
}
END_TEST

START_TEST(levels_are_read_from_octets_in_both_laws)
{
	struct peak peak = { 0 };
	struct frame frame = frame_idle(LAW_ALAW);

	for (unsigned law = LAW_ALAW; law <= LAW_MULAW; law++) {
		for (unsigned octet = 0; octet < 256; octet++) {
			uint8_t one = octet;
			int16_t linear;
			g711_decode(law, &one, &linear, 1);
			ck_assert_int_eq(frame_peak(law, &one, 1), linear < 0 ? -linear : linear);
		}
	}
	uint8_t loud[TICK_OCTETS];
	memcpy(loud, frame.octets, sizeof(loud));
	loud[50] = 0xaa; /* A-law's greatest */
	frame.octets = loud;
	peak_feed(&peak, &frame);
	frame = frame_idle(LAW_ALAW);
	for (unsigned i = 0; i < 150; i++)
		peak_feed(&peak, &frame);
	ck_assert_int_eq(peak_get(&peak), 32256);
	for (unsigned i = 0; i < 100; i++)
		peak_feed(&peak, &frame);
	ck_assert_int_lt(peak_get(&peak), 10);
}
END_TEST

UNIT_MAIN("digits", presses_get_least_length_and_pause, a_full_queue_loses_the_newest,
	  a_digit_with_sound_passes_untouched, digits_play_100_ms_on_100_ms_off_then_end,
	  signals_that_cannot_be_are_refused, levels_are_read_from_octets_in_both_laws)
