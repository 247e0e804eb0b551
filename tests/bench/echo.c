/* What the echo canceller does and costs: over the echo paths of G.168 annex D, 12 dB below what is sent at -15
 * dBm0, through A-law both ways, with noise and with a signal like speech, 64 ms of tail.
 *
 *   echo TAIL_MS
 *
 * Prints one JSON object: us of CPU per channel-second, and for each signal the dB taken away in the last 200 ms of
 * the first second, of the second one and of the fifth (mean of the paths, worst path). */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <osmocom/core/utils.h>
#include <spandsp/g168models.h>

#include "codecs/dsp/echo.h"
#include "codecs/g711.h"

enum {
	BLOCK = TICK_OCTETS,
	BLOCKS = 500,
	DELAY = 80,
	PAST = 1024,
	MARK = 20, /* blocks that a reading is taken over */
};

static const struct path {
	const int32_t *taps;
	size_t n;
} paths[] = {
	{ line_model_d2_coeffs, ARRAY_SIZE(line_model_d2_coeffs) },
	{ line_model_d3_coeffs, ARRAY_SIZE(line_model_d3_coeffs) },
	{ line_model_d4_coeffs, ARRAY_SIZE(line_model_d4_coeffs) },
	{ line_model_d5_coeffs, ARRAY_SIZE(line_model_d5_coeffs) },
	{ line_model_d6_coeffs, ARRAY_SIZE(line_model_d6_coeffs) },
	{ line_model_d7_coeffs, ARRAY_SIZE(line_model_d7_coeffs) },
	{ line_model_d8_coeffs, ARRAY_SIZE(line_model_d8_coeffs) },
	{ line_model_d9_coeffs, ARRAY_SIZE(line_model_d9_coeffs) },
};

static int16_t far[BLOCKS * BLOCK], near[BLOCKS * BLOCK], out[BLOCKS * BLOCK];

static double noise(void)
{
	return 2.0 * rand() / RAND_MAX - 1;
}

/* Hoth: the power falls with the frequency. */
static double draw_noise(size_t i)
{
	static double last;

	(void)i;
	last = 0.7 * last + noise();
	return last;
}

/* Two formants over a pitch that wanders, or over noise, in syllables with pauses. */
static double draw_speech(size_t i)
{
	static double a[2], b[2], phase;
	const double syllable = fmod((double)i / SAMPLE_RATE, 0.35), t = (double)i / SAMPLE_RATE;
	const double f1 = 500 + 200 * sin(5 * t), f2 = 1500 + 500 * sin(3 * t + 1);
	const double loud = fmod(t, 2.1) < 1.6 && syllable < 0.25 ? sin(M_PI * syllable / 0.25) : 0;
	double x = 0.05 * noise(), y;

	phase += (120 + 30 * sin(2 * t)) / SAMPLE_RATE;
	if (phase >= 1) {
		phase -= 1;
		x += syllable < 0.2;
	}
	x *= loud;
	y = x + 1.9 * cos(2 * M_PI * f1 / SAMPLE_RATE) * a[0] - 0.9 * a[1];
	a[1] = a[0];
	a[0] = y;
	x = y + 1.8 * cos(2 * M_PI * f2 / SAMPLE_RATE) * b[0] - 0.81 * b[1];
	b[1] = b[0];
	b[0] = x;
	return x;
}

static void compand(int16_t *samples)
{
	static uint8_t octets[BLOCKS * BLOCK];

	g711_encode(LAW_ALAW, samples, octets, BLOCKS * BLOCK);
	g711_decode(LAW_ALAW, octets, samples, BLOCKS * BLOCK);
}

/* To -15 dBm0, of the parts that are not pauses. */
static void speak(double (*draw)(size_t i))
{
	static double raw[BLOCKS * BLOCK];
	double power = 0;
	size_t active = 0;

	for (size_t i = 0; i < BLOCKS * BLOCK; i++) {
		raw[i] = draw(i);
		if (fabs(raw[i]) > 1e-3) {
			power += raw[i] * raw[i];
			active++;
		}
	}
	const double level = 32768 / sqrt(2) * pow(10, (-15 - 3.14) / 20);
	for (size_t i = 0; i < BLOCKS * BLOCK; i++) {
		double x = raw[i] * level / sqrt(power / (double)active);
		far[i] = (int16_t)(x > 32767 ? 32767 : x < -32768 ? -32768 : x);
	}
	compand(far);
}

static void answer(const struct path *path)
{
	static double raw[BLOCKS * BLOCK];
	double sent = 0, back = 0, gain;

	for (size_t i = 0; i < BLOCKS * BLOCK; i++) {
		raw[i] = 0;
		for (size_t k = 0; k < path->n && k + DELAY <= i; k++)
			raw[i] += (double)path->taps[k] * far[i - DELAY - k];
		sent += (double)far[i] * far[i];
		back += raw[i] * raw[i];
	}
	gain = sqrt(sent / back) * pow(10, -12 / 20.0);
	for (size_t i = 0; i < BLOCKS * BLOCK; i++)
		near[i] = (int16_t)lrint(raw[i] * gain);
	compand(near);
}

static double cpu_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static double cancel(unsigned tail_ms)
{
	struct echo *echo = echo_new(NULL, tail_ms, SAMPLE_RATE);
	double before;

	if (!echo)
		exit(1);
	before = cpu_us();
	for (size_t i = 0; i < BLOCKS * BLOCK; i += BLOCK)
		echo_run(echo, far + i, near + i, out + i);
	before = cpu_us() - before;
	echo_free(echo);
	return before;
}

/* dB taken away in the blocks before that one that had an echo. */
static double erle(size_t until)
{
	double came = 1, left = 1;
	unsigned blocks = 0;

	for (size_t b = until; b-- && blocks < MARK;) {
		double echo = 0, rest = 0;
		for (size_t i = b * BLOCK; i < (b + 1) * BLOCK; i++) {
			echo += (double)near[i] * near[i];
			rest += (double)out[i] * out[i];
		}
		if (echo < BLOCK * 100.0 * 100)
			continue;
		came += echo;
		left += rest;
		blocks++;
	}
	return 10 * log10(came / left);
}

static void measure(const char *name, double (*draw)(size_t i), unsigned tail_ms)
{
	static const size_t marks[] = { 100, 200, 500 };
	double spent = 0, sum[3] = { 0 }, worst[3] = { 99, 99, 99 };

	speak(draw);
	for (size_t p = 0; p < ARRAY_SIZE(paths); p++) {
		answer(&paths[p]);
		spent += cancel(tail_ms);
		for (size_t m = 0; m < ARRAY_SIZE(marks); m++) {
			double db = erle(marks[m]);
			sum[m] += db / ARRAY_SIZE(paths);
			worst[m] = db < worst[m] ? db : worst[m];
		}
	}
	printf("\"%s\": {\"us\": %.0f, \"erle\": [%.1f, %.1f, %.1f], \"worst\": [%.1f, %.1f, "
	       "%.1f]}",
	       name, spent / ARRAY_SIZE(paths) / (BLOCKS * BLOCK / (double)SAMPLE_RATE), sum[0],
	       sum[1], sum[2], worst[0], worst[1], worst[2]);
}

int main(int argc, char **argv)
{
	const int tail_ms = argc == 2 ? atoi(argv[1]) : 0;

	if (tail_ms < 8 || tail_ms > ECHO_TAIL_MAX_MS) {
		fprintf(stderr, "echo TAIL_MS (8 to %d)\n", ECHO_TAIL_MAX_MS);
		return 2;
	}
	printf("{");
	measure("noise", draw_noise, (unsigned)tail_ms);
	printf(", ");
	measure("speech", draw_speech, (unsigned)tail_ms);
	printf("}\n");
	return 0;
}
