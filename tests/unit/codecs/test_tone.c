/* Tones: level, frequency, cadence. Levels are measured by correlation with a sine and a cosine
 * over a whole number of periods or under a window; 0 dBm0 is A-law's, 22828 peak, or mu-law's,
 * 22657. */
#include "codecs/dsp/tone.h"

#include <math.h>
#include <string.h>

#include "codecs/g711.h"
#include "tests/unit/unit.h"

enum { SECOND = 8000 };

static const double a_peak = 22828, mu_peak = 22657;

/* Peak of the component at hz, under a Hann window. */
static double component(const int16_t *samples, size_t n, double hz)
{
	double re = 0, im = 0;

	for (size_t i = 0; i < n; i++) {
		double w = 1 - cos(2 * M_PI * (i + 0.5) / n);
		re += w * samples[i] * cos(2 * M_PI * hz * i / SECOND);
		im += w * samples[i] * sin(2 * M_PI * hz * i / SECOND);
	}
	return 2 * hypot(re, im) / n;
}

static double power(const int16_t *samples, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += (double)samples[i] * samples[i];
	return sum / n;
}

static double level(const int16_t *samples, size_t n, double hz, double peak)
{
	return 20 * log10(component(samples, n, hz) / peak);
}

static const struct {
	enum tone_id id;
	double hz, dbm0;
} steady[] = { { TONE_DIAL, 425, -10 }, { TONE_MILLIWATT, 1004, 0 } };

START_TEST(levels_are_exact_to_a_tenth_of_a_decibel_on_either_law)
{
	for (size_t i = 0; i < sizeof(steady) / sizeof(steady[0]); i++) {
		struct tone_gen gen;
		int16_t samples[SECOND];
		tone_init(&gen, steady[i].id);
		tone_draw(&gen, samples, SECOND);
		ck_assert_double_eq_tol(level(samples, SECOND, steady[i].hz, a_peak),
					steady[i].dbm0, 0.05);
		ck_assert_double_eq_tol(level(samples, SECOND, steady[i].hz, mu_peak),
					steady[i].dbm0, 0.05);
	}
}
END_TEST

START_TEST(frequency_is_exact_and_nothing_else_sounds)
{
	for (size_t i = 0; i < sizeof(steady) / sizeof(steady[0]); i++) {
		struct tone_gen gen;
		int16_t samples[SECOND];
		tone_init(&gen, steady[i].id);
		tone_draw(&gen, samples, SECOND);
		double peak = component(samples, SECOND, steady[i].hz);
		ck_assert_double_lt(component(samples, SECOND, steady[i].hz + 0.5), peak);
		ck_assert_double_lt(component(samples, SECOND, steady[i].hz - 0.5), peak);
		double rest = power(samples, SECOND) - peak * peak / 2;
		ck_assert_double_lt(fabs(rest) / (peak * peak / 2), 1e-4);
	}
}
END_TEST

START_TEST(drawing_in_pieces_is_drawing_at_once)
{
	for (unsigned id = 0; id < TONE_COUNT; id++) {
		struct tone_gen whole, pieces;
		int16_t a[6 * SECOND], b[6 * SECOND];
		tone_init(&whole, id);
		tone_init(&pieces, id);
		tone_draw(&whole, a, 6 * SECOND);
		for (size_t at = 0, n; at < 6 * SECOND; at += n) {
			n = 1 + at % 97;
			n = n < 6 * SECOND - at ? n : 6 * SECOND - at;
			tone_draw(&pieces, b + at, n);
		}
		ck_assert_mem_eq(a, b, sizeof(a));
	}
}
END_TEST

START_TEST(cadences_are_those_of_e180)
{
	static const struct {
		enum tone_id id;
		struct {
			unsigned from_ms, to_ms;
			double hz; /* 0: silence */
		} part[5];
	} cadences[] = {
		{ TONE_RINGBACK, { { 0, 1000, 425 }, { 1000, 5000, 0 }, { 5000, 6000, 425 } } },
		{ TONE_BUSY, { { 0, 500, 425 }, { 500, 1000, 0 }, { 1000, 1500, 425 } } },
		{ TONE_CONGESTION, { { 0, 200, 425 }, { 200, 400, 0 }, { 400, 600, 425 } } },
		{ TONE_SIT,
		  { { 0, 330, 950 },
		    { 330, 660, 1400 },
		    { 660, 990, 1800 },
		    { 990, 1990, 0 },
		    { 1990, 2320, 950 } } },
		{ TONE_NONE, { { 0, 6000, 0 } } },
	};

	for (size_t i = 0; i < sizeof(cadences) / sizeof(cadences[0]); i++) {
		struct tone_gen gen;
		static int16_t samples[6 * SECOND];
		tone_init(&gen, cadences[i].id);
		tone_draw(&gen, samples, 6 * SECOND);
		for (unsigned k = 0; k < 5 && cadences[i].part[k].to_ms; k++) {
			const int16_t *at = samples + cadences[i].part[k].from_ms * 8;
			size_t n = (cadences[i].part[k].to_ms - cadences[i].part[k].from_ms) * 8;
			if (cadences[i].part[k].hz > 0)
				ck_assert_double_eq_tol(
					level(at, n, cadences[i].part[k].hz, a_peak), -10, 0.1);
			else
				ck_assert_double_eq(power(at, n), 0);
		}
	}
}
END_TEST

START_TEST(digital_milliwatt_is_1000_hz_at_0_dbm0)
{
	static const double peak[] = { [LAW_ALAW] = 22828, [LAW_MULAW] = 22657 };
	static const uint8_t want[2][8] = {
		[LAW_ALAW] = { 0x34, 0x21, 0x21, 0x34, 0xb4, 0xa1, 0xa1, 0xb4 },
		[LAW_MULAW] = { 0x1e, 0x0b, 0x0b, 0x1e, 0x9e, 0x8b, 0x8b, 0x9e },
	};

	for (int law = LAW_ALAW; law <= LAW_MULAW; law++) {
		int16_t samples[800];
		ck_assert_mem_eq(tone_digital_milliwatt(law), want[law], 8);
		for (int i = 0; i < 800; i += 8)
			g711_decode(law, tone_digital_milliwatt(law), samples + i, 8);
		ck_assert_double_eq_tol(10 * log10(power(samples, 800) * 2 / peak[law] / peak[law]),
					0, 0.02);
		ck_assert_double_gt(component(samples, 800, 1000), 0.99 * peak[law]);
	}
}
END_TEST

START_TEST(dtmf_pairs_are_those_of_q23)
{
	static const char digits[] = "123A456B789C*0#D";
	static const double low[4] = { 697, 770, 852, 941 }, high[4] = { 1209, 1336, 1477, 1633 };

	for (int i = 0; i < 16; i++) {
		struct dtmf_gen gen;
		int16_t samples[SECOND];
		ck_assert(dtmf_gen_init(&gen, digits[i]));
		dtmf_gen_draw(&gen, samples, SECOND);
		ck_assert_double_eq_tol(level(samples, SECOND, low[i / 4], a_peak), -7, 0.05);
		ck_assert_double_eq_tol(level(samples, SECOND, high[i % 4], a_peak), -5, 0.05);
	}
}
END_TEST

START_TEST(no_other_character_is_a_digit)
{
	struct dtmf_gen gen;

	for (int c = 0; c < 256; c++)
		ck_assert_int_eq(dtmf_gen_init(&gen, (char)c),
				 c && strchr("0123456789ABCD*#", c) != NULL);
}
END_TEST

START_TEST(names_lead_to_tones_and_back)
{
	for (unsigned id = 0; id < TONE_COUNT; id++)
		ck_assert_uint_eq(tone_by_name(tone_name(id)), id);
	ck_assert_uint_eq(tone_by_name("BUSY"), TONE_BUSY);
	ck_assert_uint_eq(tone_by_name("klaxon"), TONE_NONE);
	ck_assert_str_eq(tone_name(TONE_COUNT), "none");
}
END_TEST

UNIT_MAIN("tone", levels_are_exact_to_a_tenth_of_a_decibel_on_either_law,
	  frequency_is_exact_and_nothing_else_sounds, drawing_in_pieces_is_drawing_at_once,
	  cadences_are_those_of_e180, digital_milliwatt_is_1000_hz_at_0_dbm0,
	  dtmf_pairs_are_those_of_q23, no_other_character_is_a_digit, names_lead_to_tones_and_back)
