/* The tone disabler by G.168 7 and V.8's tones: what turns the canceller off, what does not, and for how long. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "codecs/dsp/disabler.h"
#include "codecs/g711.h"
#include "tests/unit/unit.h"

struct signal {
	double hz, dbm0;
	unsigned period_ms; /* between reversals; 0: none */
	double jump;        /* degrees */
	double noise_db;    /* below the tone; 0: none */
	double am;          /* of 15 Hz, as in V.8's ANSam */
};

struct source {
	struct signal signal;
	unsigned long at;
	double phase;
};

static double rms_of(double dbm0)
{
	return 32768 / sqrt(2) * pow(10, (dbm0 - 3.14) / 20);
}

static double noise(void)
{
	double sum = 0;

	for (unsigned i = 0; i < 12; i++)
		sum += rand() / (double)RAND_MAX;
	return sum - 6; /* deviation 1 */
}

/* As it comes out of G.711. */
static void draw(struct source *source, int16_t out[DISABLER_BLOCK])
{
	const struct signal *s = &source->signal;
	uint8_t octets[DISABLER_BLOCK];

	for (unsigned i = 0; i < DISABLER_BLOCK; i++, source->at++) {
		double t = (double)source->at / SAMPLE_RATE, level = rms_of(s->dbm0) * sqrt(2);
		if (s->period_ms && source->at && source->at % (s->period_ms * 8ul) == 0)
			source->phase += s->jump * M_PI / 180;
		level *= 1 + s->am * sin(2 * M_PI * 15 * t);
		double x = level * sin(2 * M_PI * s->hz * t + source->phase);
		if (s->noise_db)
			x += noise() * rms_of(s->dbm0 - s->noise_db);
		out[i] = (int16_t)(x > 32767 ? 32767 : x < -32768 ? -32768 : x);
	}
	g711_encode(LAW_ALAW, out, octets, DISABLER_BLOCK);
	g711_decode(LAW_ALAW, octets, out, DISABLER_BLOCK);
}

/* Milliseconds until it is off, or 0 when it stays on for so long. */
static unsigned off_after(const struct signal *signal, bool far, unsigned ms, unsigned start)
{
	static const int16_t silence[DISABLER_BLOCK];
	struct source source = { .signal = *signal, .at = start };
	struct disabler disabler;
	int16_t block[DISABLER_BLOCK];

	disabler_init(&disabler);
	for (unsigned t = 10; t <= ms; t += 10) {
		draw(&source, block);
		if (disabler_feed(&disabler, far ? block : silence, far ? silence : block))
			return t;
	}
	return 0;
}

START_TEST(reversed_2100_hz_disables_within_a_second)
{
	static const struct signal signals[] = {
		{ 2100, -12, 450, 180, 0, 0 },    { 2100, -12, 450, 180, 0, 0.2 },
		{ 2079, -12, 450, 180, 0, 0 },    { 2121, -12, 450, 180, 0, 0 },
		{ 2085, -31, 450, 180, 0, 0 },    { 2115, 0, 450, 180, 0, 0 },
		{ 2100, -6, 425, 180, 0, 0 },     { 2100, -6, 475, 180, 0, 0 },
		{ 2100, -12, 450, 155, 0, 0 },    { 2100, -12, 450, 205, 0, 0 },
		{ 2100, -31, 450, 180, 11, 0 },   { 2121, -12, 450, 180, 11, 0 },
		{ 2085, -12, 475, 170, 14, 0.2 },
	};

	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++) {
		for (unsigned start = 0; start < 3600; start += 359) {
			unsigned near = off_after(&signals[i], false, 1500, start);
			unsigned far = off_after(&signals[i], true, 1500, start);
			ck_assert_msg(near > 450 && near <= 1000, "signal %zu from %u: %u ms", i,
				      start, near);
			ck_assert_msg(far > 450 && far <= 1000, "signal %zu from %u: %u ms", i,
				      start, far);
		}
	}
}
END_TEST

START_TEST(nothing_else_disables)
{
	static const struct signal signals[] = {
		{ 2100, -12, 0, 0, 0, 0 },     /* V.25 without reversals: fax */
		{ 2100, -12, 0, 0, 11, 0.2 },  /* V.8's ANSam without */
		{ 2100, -12, 450, 110, 0, 0 }, /* G.168 7: not a reversal */
		{ 2100, -12, 450, 250, 0, 0 }, { 2100, -12, 300, 180, 0, 0 },
		{ 2100, -12, 700, 180, 0, 0 }, { 2000, -12, 450, 180, 0, 0 },
		{ 2060, -12, 450, 180, 0, 0 }, { 2140, -12, 450, 180, 0, 0 },
		{ 2250, -12, 450, 180, 0, 0 }, { 1100, -12, 450, 180, 0, 0 },
		{ 2100, -40, 450, 180, 0, 0 }, { 2100, -12, 450, 180, -3, 0 },
	};

	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		ck_assert_msg(!off_after(&signals[i], i % 2, 10000, 123), "signal %zu", i);
}
END_TEST

/* Noise, and pulses rich in harmonics at every pitch of a voice, some of which pass through 2100 Hz. */
START_TEST(sounds_like_speech_do_not_disable)
{
	static const int16_t silence[DISABLER_BLOCK];
	struct disabler disabler;
	int16_t block[DISABLER_BLOCK];
	double phase = 0;

	disabler_init(&disabler);
	for (unsigned t = 0; t < 12000; t++) {
		double hz = 80 + t / 40.0;
		for (unsigned i = 0; i < DISABLER_BLOCK; i++) {
			phase += hz / SAMPLE_RATE;
			phase -= floor(phase);
			block[i] = (int16_t)(noise() * 200 + (t % 50 < 30 ? 9000 : 0) *
								     (phase < 0.2 ? 1 - phase : 0));
		}
		ck_assert(!disabler_feed(&disabler, silence, block));
		ck_assert(!disabler_feed(&disabler, block, silence));
	}
}
END_TEST

START_TEST(it_holds_until_both_directions_are_quiet_for_a_quarter_of_a_second)
{
	static const struct signal answer = { 2100, -12, 450, 180, 0, 0 },
				   data = { 1800, -30, 0, 0, 0, 0 };
	static const int16_t silence[DISABLER_BLOCK];
	struct source tone = { .signal = answer }, modem = { .signal = data };
	int16_t block[DISABLER_BLOCK];
	struct disabler disabler;
	unsigned quiet = 0;

	disabler_init(&disabler);
	for (unsigned t = 0; t < 200; t++) {
		draw(&tone, block);
		disabler_feed(&disabler, silence, block);
	}
	for (unsigned t = 0; t < 500; t++) { /* now one, now the other, with gaps of 100 ms */
		draw(&modem, block);
		bool gap = t % 100 < 10;
		ck_assert(disabler_feed(&disabler, !gap && t < 250 ? block : silence,
					!gap && t >= 250 ? block : silence));
	}
	while (disabler_feed(&disabler, silence, silence))
		quiet += 10;
	ck_assert_uint_ge(quiet, 150);
	ck_assert_uint_le(quiet, 400);
	tone.at = 0;
	bool off = false;
	for (unsigned t = 0; t < 100; t++) {
		draw(&tone, block);
		off = disabler_feed(&disabler, silence, block);
	}
	ck_assert(off);
}
END_TEST

UNIT_MAIN("disabler", reversed_2100_hz_disables_within_a_second, nothing_else_disables,
	  sounds_like_speech_do_not_disable,
	  it_holds_until_both_directions_are_quiet_for_a_quarter_of_a_second)
