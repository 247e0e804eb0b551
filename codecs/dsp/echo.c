/* Echo canceller by speexdsp's adaptive filter, without its residual suppressor, which holds sound back by a
 * block. While nothing is sent to the line there is no echo: then the filter rests and sound passes as it is. */
#include "codecs/dsp/echo.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include <osmocom/core/talloc.h>
#include <speex/speex_echo.h>

enum {
	MEMORY_PER_TAP = 32, /* octets that the library takes, at most, */
	MEMORY_BASE = 16384, /* besides these */
	QUIET_RMS = 32,      /* -54 dBm0: its echo is not heard */
	LOUD_RMS = 100,      /* -44 dBm0: its echo is fit to be measured */
	WORSE_BLOCKS = 25,   /* louder with it than without: it has lost its way */
	AVERAGE_BLOCKS = 64, /* of the powers that the readings come from, */
	LEAST = 1,           /* none of them lower than that of -84 dBm0 */
	TENTHS_PER_DECADE = 100,
};

struct echo {
	SpeexEchoState *speex;
	size_t block; /* samples */
	unsigned tail_blocks;
	unsigned quiet_blocks, worse_blocks; /* in a row */
	bool resting;
	double recent;         /* power sent that may still echo */
	double far, near, out; /* averages while only the far end speaks */
};

/* The library does not look whether it got its memory; nobody else takes any meanwhile. */
static bool memory_is_there(size_t taps)
{
	void *probe = talloc_size(NULL, MEMORY_BASE + taps * MEMORY_PER_TAP);
	bool there = probe != NULL;

	talloc_free(probe);
	return there;
}

struct echo *echo_new(void *talloc_ctx, unsigned tail_ms, unsigned rate)
{
	struct echo *echo = talloc_zero(talloc_ctx, struct echo);
	int hz = (int)rate;

	if (!echo)
		return NULL;
	echo->block = rate * ECHO_BLOCK_MS / 1000;
	echo->tail_blocks = (tail_ms + ECHO_BLOCK_MS - 1) / ECHO_BLOCK_MS;
	echo->resting = true;
	if (memory_is_there(echo->tail_blocks * echo->block))
		echo->speex = speex_echo_state_init((int)echo->block,
						    (int)(echo->tail_blocks * echo->block));
	if (!echo->speex) {
		talloc_free(echo);
		return NULL;
	}
	speex_echo_ctl(echo->speex, SPEEX_ECHO_SET_SAMPLING_RATE, &hz);
	return echo;
}

void echo_free(struct echo *echo)
{
	speex_echo_state_destroy(echo->speex);
	talloc_free(echo);
}

void echo_reset(struct echo *echo)
{
	speex_echo_state_reset(echo->speex);
	echo->far = echo->near = echo->out = echo->recent = 0;
	echo->quiet_blocks = echo->worse_blocks = 0;
	echo->resting = true;
}

static double power(const struct echo *echo, const int16_t *samples)
{
	int64_t sum = 0;

	for (size_t i = 0; i < echo->block; i++)
		sum += samples[i] * samples[i];
	return (double)sum / (double)echo->block;
}

/* From near to out, or the other way: the filter's high pass makes a step between them. */
static void fade(const struct echo *echo, const int16_t *near, int16_t *out, bool to_near)
{
	const int32_t n = (int32_t)echo->block;

	for (int32_t i = 0; i < n; i++) {
		int32_t share = to_near ? i : n - i;
		out[i] = (int16_t)((near[i] * share + out[i] * (n - share)) / n);
	}
}

/* While both speak, what comes from the line tells nothing of its echo. */
static void measure(struct echo *echo, double far, double near, double out)
{
	echo->recent *= 1 - 1.0 / (echo->tail_blocks + 1);
	if (far > echo->recent)
		echo->recent = far;
	if (echo->recent < LOUD_RMS * LOUD_RMS || near > echo->recent)
		return;
	echo->far += (far - echo->far) / AVERAGE_BLOCKS;
	echo->near += (fmax(near, LEAST) - echo->near) / AVERAGE_BLOCKS;
	echo->out += (fmax(out, LEAST) - echo->out) / AVERAGE_BLOCKS;
}

/* The library would begin anew by itself, later and with a message to the terminal. */
static void watch(struct echo *echo, const int16_t *near, int16_t *out, double near_power,
		  double out_power)
{
	if (out_power <= near_power) {
		echo->worse_blocks = 0;
		return;
	}
	if (out_power > 2 * near_power)
		memcpy(out, near, echo->block * sizeof(*out));
	if (++echo->worse_blocks == WORSE_BLOCKS) {
		speex_echo_state_reset(echo->speex);
		echo->worse_blocks = 0;
	}
}

bool echo_run(struct echo *echo, const int16_t *far, const int16_t *near, int16_t *out)
{
	const double far_power = power(echo, far);
	const bool rested = echo->resting;
	double near_power, out_power;

	echo->quiet_blocks = far_power > QUIET_RMS * QUIET_RMS ? 0 : echo->quiet_blocks + 1;
	echo->resting = rested ? echo->quiet_blocks : echo->quiet_blocks > echo->tail_blocks;
	if (rested && echo->resting) {
		memcpy(out, near, echo->block * sizeof(*out));
		return false;
	}
	speex_echo_cancellation(echo->speex, near, far, out);
	near_power = power(echo, near);
	out_power = power(echo, out);
	measure(echo, far_power, near_power, out_power);
	watch(echo, near, out, near_power, out_power);
	if (rested != echo->resting)
		fade(echo, near, out, echo->resting);
	return true;
}

static int16_t ratio_ddb(double of, double to)
{
	if (to <= 0)
		return 0;
	return (int16_t)lrint(TENTHS_PER_DECADE * log10(of / to));
}

int16_t echo_erl_ddb(const struct echo *echo)
{
	return ratio_ddb(echo->far, echo->near);
}

int16_t echo_erle_ddb(const struct echo *echo)
{
	return ratio_ddb(echo->near, echo->out);
}
