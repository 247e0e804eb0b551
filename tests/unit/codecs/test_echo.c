/* The echo canceller on the echo paths of G.168 annex D: how fast and how deep it cancels, that it spares the
 * near end, and that it leaves a line alone to which nothing is sent. */
#include "codecs/dsp/echo.h"

#include <math.h>
#include <string.h>

#include <osmocom/core/utils.h>
#include <spandsp/g168models.h>

#include "codecs/g711.h"
#include "tests/unit/oom.h"
#include "tests/unit/unit.h"

enum { BLOCK = TICK_OCTETS, TAIL_MS = 64, DELAY = 2 * BLOCK, PAST = 1024 };

struct path {
	const int32_t *taps;
	size_t n;
};
#define PATH(d)                                                                                    \
	{                                                                                          \
		line_model_##d##_coeffs, ARRAY_SIZE(line_model_##d##_coeffs)                       \
	}
static const struct path paths[] = { PATH(d2), PATH(d3), PATH(d4), PATH(d5),
				     PATH(d6), PATH(d7), PATH(d8), PATH(d9) };

/* A line with its echo, through G.711 both ways. */
struct line {
	const struct path *path;
	double gain;
	int16_t sent[PAST];
	unsigned at;
	uint32_t random;
	double coloured;
};

static double random_of(struct line *line)
{
	line->random = line->random * 1664525 + 1013904223;
	return (int32_t)line->random / 2147483648.0;
}

static void compand(int16_t *samples)
{
	uint8_t octets[BLOCK];

	g711_encode(LAW_ALAW, samples, octets, BLOCK);
	g711_decode(LAW_ALAW, octets, samples, BLOCK);
}

/* ERL of 12 dB for flat noise. */
static struct line line_of(const struct path *path)
{
	struct line line = { .path = path, .random = 12345 };
	double power = 0;

	for (size_t i = 0; i < path->n; i++)
		power += (double)path->taps[i] * path->taps[i];
	line.gain = pow(10, -12 / 20.0) / sqrt(power);
	return line;
}

/* Noise whose power falls with the frequency (Hoth), about -15 dBm0. */
static void speak(struct line *line, int16_t *out, double level)
{
	for (unsigned i = 0; i < BLOCK; i++) {
		line->coloured = 0.7 * line->coloured + random_of(line);
		out[i] = (int16_t)(line->coloured * level);
	}
	compand(out);
}

/* What comes back in this block of what was sent, DELAY samples late; local is said at this end. */
static void answer(struct line *line, const int16_t *far, const int16_t *local, int16_t *near)
{
	for (unsigned i = 0; i < BLOCK; i++) {
		double sum = 0;
		line->sent[line->at++ % PAST] = far[i];
		for (size_t k = 0; k < line->path->n; k++)
			sum += line->gain * line->path->taps[k] *
			       line->sent[(line->at + PAST * 4 - 1 - DELAY - k) % PAST];
		near[i] = (int16_t)(sum + (local ? local[i] : 0));
	}
	compand(near);
}

static double power_of(const int16_t *samples)
{
	double sum = 0;

	for (unsigned i = 0; i < BLOCK; i++)
		sum += (double)samples[i] * samples[i];
	return sum + 1;
}

enum { SPEECH_LEVEL = 2900 };

/* dB that the canceller takes away in the last of n blocks. */
static double converge(struct echo *echo, struct line *line, unsigned n)
{
	int16_t far[BLOCK], near[BLOCK], out[BLOCK];
	double before = 0, after = 0;

	for (unsigned t = 0; t < n; t++) {
		speak(line, far, SPEECH_LEVEL);
		answer(line, far, NULL, near);
		ck_assert(echo_run(echo, far, near, out));
		if (t + 20 >= n) {
			before += power_of(near);
			after += power_of(out);
		}
	}
	return 10 * log10(before / after);
}

START_TEST(echo_of_every_path_is_taken_away)
{
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		struct line line = line_of(&paths[i]);
		struct echo *echo = echo_new(NULL, TAIL_MS, SAMPLE_RATE);
		ck_assert_ptr_nonnull(echo);
		double first = converge(echo, &line, 120), second = converge(echo, &line, 120);
		ck_assert_msg(first > 20, "path %zu: %f dB after 1.2 s", i, first);
		ck_assert_msg(second > 28, "path %zu: %f dB after 2.4 s", i, second);
		ck_assert_int_ge(echo_erl_ddb(echo), 90);
		ck_assert_int_le(echo_erl_ddb(echo), 170);
		ck_assert_int_ge(echo_erle_ddb(echo), 200);
		echo_free(echo);
	}
}
END_TEST

/* Whether both speak or one alone, the near end comes through, at its level. */
START_TEST(the_near_end_is_heard_while_both_speak)
{
	struct line line = line_of(&paths[1]), voice = line_of(&paths[1]);
	struct echo *echo = echo_new(NULL, TAIL_MS, SAMPLE_RATE);
	int16_t far[BLOCK], local[BLOCK], near[BLOCK], out[BLOCK];
	double said = 0, heard = 0;

	voice.random = 99;
	converge(echo, &line, 300);
	for (unsigned t = 0; t < 100; t++) {
		speak(&line, far, SPEECH_LEVEL);
		speak(&voice, local, SPEECH_LEVEL);
		answer(&line, far, local, near);
		echo_run(echo, far, near, out);
		said += power_of(local);
		heard += power_of(out);
	}
	/* This noise is loudest at the low end, of which the filter takes away what is below 130 Hz. */
	ck_assert_double_eq_tol(10 * log10(heard / said), 0, 1.5);
	ck_assert_double_ge(converge(echo, &line, 50), 20); /* and half a second later */
	echo_free(echo);
}
END_TEST

START_TEST(sound_is_untouched_while_nothing_is_sent)
{
	struct line line = line_of(&paths[1]);
	struct echo *echo = echo_new(NULL, TAIL_MS, SAMPLE_RATE);
	int16_t silence[BLOCK] = { 0 }, near[BLOCK], out[BLOCK];

	for (unsigned t = 0; t < 20; t++) {
		speak(&line, near, SPEECH_LEVEL);
		ck_assert(!echo_run(echo, silence, near, out));
		ck_assert_mem_eq(out, near, sizeof(near));
	}
	converge(echo, &line, 200);
	for (unsigned t = 0; t < 20; t++) { /* first the echo dies away */
		speak(&line, near, SPEECH_LEVEL);
		ck_assert_int_eq(echo_run(echo, silence, near, out), t <= TAIL_MS / 10 + 1);
	}
	ck_assert_mem_eq(out, near, sizeof(near));
	ck_assert_double_ge(converge(echo, &line, 30), 20); /* the line was not forgotten */
	echo_free(echo);
}
END_TEST

/* Nothing at all comes back: the readings are bounded by what can be told, and there is nothing to enhance. */
START_TEST(a_line_without_echo_has_readings_that_make_sense)
{
	struct line line = line_of(&paths[1]);
	struct echo *echo = echo_new(NULL, TAIL_MS, SAMPLE_RATE);
	int16_t far[BLOCK], silence[BLOCK] = { 0 }, out[BLOCK];

	converge(echo, &line, 100);
	for (unsigned t = 0; t < 3000; t++) {
		speak(&line, far, SPEECH_LEVEL);
		echo_run(echo, far, silence, out);
	}
	ck_assert_int_ge(echo_erl_ddb(echo), 600);
	ck_assert_int_le(echo_erl_ddb(echo), 900);
	ck_assert_int_eq(echo_erle_ddb(echo), 0);
	echo_free(echo);
}
END_TEST

START_TEST(after_reset_it_learns_anew)
{
	struct line line = line_of(&paths[1]);
	struct echo *echo = echo_new(NULL, TAIL_MS, SAMPLE_RATE);

	ck_assert_double_ge(converge(echo, &line, 200), 25);
	echo_reset(echo);
	ck_assert_int_eq(echo_erle_ddb(echo), 0);
	ck_assert_int_eq(echo_erl_ddb(echo), 0);
	ck_assert_double_lt(converge(echo, &line, 20), 20);
	ck_assert_double_ge(converge(echo, &line, 120), 20);
	echo_free(echo);
}
END_TEST

/* Another line all at once, and the opposite of what was learned: it may not make echo louder. */
START_TEST(a_line_that_changes_is_never_made_louder_for_long)
{
	struct line line = line_of(&paths[1]);
	struct echo *echo = echo_new(NULL, TAIL_MS, SAMPLE_RATE);
	int16_t far[BLOCK], near[BLOCK], out[BLOCK];

	converge(echo, &line, 300);
	line.gain = -line.gain;
	for (unsigned t = 0; t < 300; t++) {
		speak(&line, far, SPEECH_LEVEL);
		answer(&line, far, NULL, near);
		echo_run(echo, far, near, out);
		ck_assert_double_le(power_of(out), 2.2 * power_of(near));
		if (t >= 100)
			ck_assert_double_le(power_of(out), power_of(near));
	}
	ck_assert_double_ge(converge(echo, &line, 50), 20);
	echo_free(echo);
}
END_TEST

START_TEST(nothing_is_allocated_while_it_runs)
{
	struct line line = line_of(&paths[4]);
	struct echo *echo = echo_new(NULL, ECHO_TAIL_MAX_MS, SAMPLE_RATE);
	int16_t far[BLOCK], near[BLOCK], out[BLOCK];

	for (unsigned t = 0; t < 50; t++) {
		speak(&line, far, SPEECH_LEVEL);
		answer(&line, far, NULL, near);
		oom_allow(0);
		echo_run(echo, far, near, out);
		if (t == 30)
			echo_reset(echo);
		oom_off();
	}
	echo_free(echo);
}
END_TEST

UNIT_MAIN("echo", echo_of_every_path_is_taken_away, the_near_end_is_heard_while_both_speak,
	  sound_is_untouched_while_nothing_is_sent,
	  a_line_without_echo_has_readings_that_make_sense, after_reset_it_learns_anew,
	  a_line_that_changes_is_never_made_louder_for_long, nothing_is_allocated_while_it_runs)
