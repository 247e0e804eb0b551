/* DTMF detection: all digits, the timing and levels of Q.24, and nothing heard in noise. */
#include "codecs/dsp/dtmf.h"

#include <math.h>
#include <string.h>

#include "codecs/dsp/tone.h"
#include "codecs/g711.h"
#include "tests/unit/unit.h"

enum { TICK = 80 };

struct listener {
	struct dtmf_rx *rx;
	char heard[64]; /* each digit once, when it begins */
	size_t n;
	char down;
};

static void start(struct listener *listener)
{
	*listener = (struct listener){ .rx = dtmf_rx_new(NULL) };
	ck_assert_ptr_nonnull(listener->rx);
}

static void tick(struct listener *listener, const int16_t *samples)
{
	char down = dtmf_rx_feed(listener->rx, samples, TICK);

	if (down && down != listener->down && listener->n < sizeof(listener->heard) - 1)
		listener->heard[listener->n++] = down;
	listener->down = down;
}

static void silence(struct listener *listener, unsigned ms)
{
	static const int16_t samples[TICK];

	for (; ms; ms -= 10)
		tick(listener, samples);
}

/* The digit, scaled, companded as a line would. */
static void press(struct listener *listener, char digit, unsigned ms, double scale)
{
	struct dtmf_gen gen;

	ck_assert(dtmf_gen_init(&gen, digit));
	for (; ms; ms -= 10) {
		int16_t samples[TICK];
		uint8_t octets[TICK];
		dtmf_gen_draw(&gen, samples, TICK);
		for (int i = 0; i < TICK; i++)
			samples[i] = (int16_t)(samples[i] * scale);
		g711_encode(LAW_ALAW, samples, octets, TICK);
		g711_decode(LAW_ALAW, octets, samples, TICK);
		tick(listener, samples);
	}
}

static void pair(struct listener *listener, double low, double high, unsigned ms)
{
	for (unsigned at = 0; at < ms * 8; at += TICK) {
		int16_t samples[TICK];
		for (unsigned i = 0; i < TICK; i++)
			samples[i] = (int16_t)(5000 * sin(2 * M_PI * low * (at + i) / 8000) +
					       5000 * sin(2 * M_PI * high * (at + i) / 8000));
		tick(listener, samples);
	}
}

START_TEST(all_digits_are_heard_once_each)
{
	static const char digits[] = "1234567890*#ABCD112233";
	struct listener listener;

	start(&listener);
	for (const char *d = digits; *d; d++) {
		press(&listener, *d, 100, 1);
		ck_assert_int_eq(listener.down, *d);
		silence(&listener, 100);
		ck_assert_int_eq(listener.down, 0);
	}
	ck_assert_str_eq(listener.heard, digits);
	dtmf_rx_free(listener.rx);
}
END_TEST

/* Q.24: 40 ms are to be recognised, 10 digits a second with 50 ms pauses. */
START_TEST(fast_dialling_is_heard)
{
	static const char digits[] = "0123456789*#";
	struct listener listener;

	start(&listener);
	for (const char *d = digits; *d; d++) {
		press(&listener, *d, 50, 1);
		silence(&listener, 50);
	}
	ck_assert_str_eq(listener.heard, digits);
	dtmf_rx_free(listener.rx);
}
END_TEST

START_TEST(twenty_milliseconds_are_no_digit)
{
	struct listener listener;

	start(&listener);
	for (int i = 0; i < 20; i++) {
		press(&listener, '5', 20, 1);
		silence(&listener, 130 + 10 * (i % 3));
	}
	ck_assert_str_eq(listener.heard, "");
	dtmf_rx_free(listener.rx);
}
END_TEST

START_TEST(weak_digits_are_heard_and_faint_ones_are_not)
{
	struct listener listener;

	start(&listener);
	press(&listener, '7', 100, pow(10, -20 / 20.0)); /* -27 and -25 dBm0 */
	silence(&listener, 100);
	ck_assert_str_eq(listener.heard, "7");
	press(&listener, '7', 100, pow(10, -45 / 20.0));
	silence(&listener, 100);
	ck_assert_str_eq(listener.heard, "7");
	dtmf_rx_free(listener.rx);
}
END_TEST

/* Q.24: within 1.5 % accepted, beyond 3.5 % refused. */
START_TEST(frequency_tolerance)
{
	struct listener listener;

	start(&listener);
	pair(&listener, 770 * 1.012, 1336 * 0.988, 100);
	silence(&listener, 100);
	ck_assert_str_eq(listener.heard, "5");
	pair(&listener, 770 * 1.04, 1336, 100);
	silence(&listener, 100);
	pair(&listener, 770, 1336 * 0.96, 100);
	silence(&listener, 100);
	ck_assert_str_eq(listener.heard, "5");
	dtmf_rx_free(listener.rx);
}
END_TEST

/* Voiced sound: a glottal pulse with moving pitch through two moving resonances, in syllables. */
START_TEST(talk_off_in_speech_like_noise)
{
	struct listener listener;
	double loudness = 0, phase = 0, y1[2] = { 0 }, y2[2] = { 0 };
	uint32_t seed = 1;

	start(&listener);
	for (unsigned t = 0; t < 60 * 8000; t += TICK) {
		int16_t samples[TICK];
		for (unsigned i = 0; i < TICK; i++) {
			double s = (t + i) / 8000.0;
			seed = seed * 1664525 + 1013904223;
			double noise = (int32_t)seed / 2147483648.0;
			phase += (120 + 40 * sin(2 * M_PI * 0.7 * s)) / 8000;
			double pulse = phase >= 1 ? 1 : 0;
			phase -= floor(phase);
			double f[2] = { 550 + 250 * sin(2 * M_PI * 1.3 * s),
					1500 + 500 * sin(2 * M_PI * 0.9 * s) };
			double x = pulse + 0.05 * noise, sum = 0;
			for (int k = 0; k < 2; k++) {
				double r = 0.97, y = x +
						     2 * r * cos(2 * M_PI * f[k] / 8000) * y1[k] -
						     r * r * y2[k];
				y2[k] = y1[k];
				y1[k] = y;
				sum += y;
			}
			double envelope = fmax(0, sin(2 * M_PI * 3 * s));
			samples[i] = (int16_t)fmax(-32768, fmin(32767, 2500 * envelope * sum));
			loudness += (double)samples[i] * samples[i] / (60 * 8000);
		}
		tick(&listener, samples);
	}
	ck_assert_double_gt(sqrt(loudness), 1000);
	ck_assert_str_eq(listener.heard, "");
	dtmf_rx_free(listener.rx);
}
END_TEST

START_TEST(call_progress_tones_are_no_digits)
{
	struct listener listener;

	start(&listener);
	for (unsigned id = TONE_DIAL; id < TONE_COUNT; id++) {
		struct tone_gen gen;
		tone_init(&gen, id);
		for (int i = 0; i < 300; i++) {
			int16_t samples[TICK];
			tone_draw(&gen, samples, TICK);
			tick(&listener, samples);
		}
	}
	ck_assert_str_eq(listener.heard, "");
	dtmf_rx_free(listener.rx);
}
END_TEST

/* More digits than the library's own buffer holds. */
START_TEST(a_thousand_digits_are_heard)
{
	struct listener listener;
	unsigned heard = 0;

	start(&listener);
	for (int i = 0; i < 1000; i++) {
		listener.n = 0;
		press(&listener, "0123456789"[i % 10], 60, 1);
		silence(&listener, 60);
		heard += listener.n == 1 && listener.heard[0] == "0123456789"[i % 10];
	}
	ck_assert_uint_eq(heard, 1000);
	dtmf_rx_free(listener.rx);
}
END_TEST

UNIT_MAIN("dtmf", all_digits_are_heard_once_each, fast_dialling_is_heard,
	  twenty_milliseconds_are_no_digit, weak_digits_are_heard_and_faint_ones_are_not,
	  frequency_tolerance, talk_off_in_speech_like_noise, call_progress_tones_are_no_digits,
	  a_thousand_digits_are_heard)
