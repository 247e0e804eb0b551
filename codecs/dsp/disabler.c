/* Tone disabler: the share and the phase of 2100 Hz in blocks of 10 ms, which hold 21 of its periods. */
#include "codecs/dsp/disabler.h"

#include <math.h>

enum {
	REVERSAL_MIN = 41, /* blocks: 450 ms +- 25 ms (V.8), and one to either side */
	REVERSAL_MAX = 49,
	MISSING_MAX = 2,
	HOLD_BLOCKS = 25, /* G.168 7: released after 250 ms +- 150 ms */
};
/* G.168 7 wants 2079 to 2121 Hz from -31 dBm0 on detected with noise 11 dB below; released under -36 dBm0. A
 * tone 21 Hz off shows 0.86 of its power, such noise leaves 0.93 of that. Squares of 0 dBm0 are 16141^2. */
#define LEVEL_MIN (322.0f * 322.0f)   /* -34 dBm0 */
#define LEVEL_QUIET (256.0f * 256.0f) /* -36 dBm0 */
#define SHARE_MIN 0.7f
#define STEP_MAX (2 * (float)M_PI * 26 / 100) /* 26 Hz off, from block to block */
#define SAME_MAX 0.8f
#define REVERSED_MIN 2.3f /* between 110 degrees, to be ignored, and 155, to be noticed */

/* cos and sin of 2 pi 2100 / 8000 */
#define COSINE (-0.0784591f)
#define SINE 0.9969173f

struct block {
	float level; /* mean square */
	float share; /* of 2100 Hz in it */
	float phase;
};

/* Goertzel's algorithm: one bin of a Fourier transform. */
static void look_for_tone(const int16_t *samples, struct block *block)
{
	float s1 = 0, s2 = 0, re, im;

	for (unsigned i = 0; i < DISABLER_BLOCK; i++) {
		float s0 = samples[i] + 2 * COSINE * s1 - s2;
		s2 = s1;
		s1 = s0;
	}
	re = s1 - COSINE * s2;
	im = SINE * s2;
	block->share =
		2 * (re * re + im * im) / ((float)DISABLER_BLOCK * DISABLER_BLOCK * block->level);
	block->phase = atan2f(im, re);
}

/* In a pause there is no tone to look for. */
static struct block look(const int16_t *samples)
{
	struct block block = { 0 };
	int64_t sum = 0;

	for (unsigned i = 0; i < DISABLER_BLOCK; i++)
		sum += samples[i] * samples[i];
	block.level = (float)sum / DISABLER_BLOCK;
	if (block.level >= LEVEL_MIN)
		look_for_tone(samples, &block);
	return block;
}

static float wrap(float phase)
{
	return remainderf(phase, 2 * (float)M_PI);
}

static void begin(struct disabler_tone *tone, float phase)
{
	*tone = (struct disabler_tone){ .blocks = 1, .phase = phase };
}

/* True when this reversal comes one period after another. */
static bool reverse(struct disabler_tone *tone)
{
	bool periodic = tone->reversed >= REVERSAL_MIN && tone->reversed <= REVERSAL_MAX;

	tone->reversed = 1;
	return periodic;
}

static bool follow(struct disabler_tone *tone, float phase)
{
	const float elapsed = (float)(tone->missing + 1);
	const float moved = wrap(phase - tone->phase);
	const float off = wrap(moved - tone->step * elapsed);
	bool periodic = false;

	if (tone->blocks == 1) {
		if (elapsed > 1 || fabsf(moved) > STEP_MAX) {
			begin(tone, phase);
			return false;
		}
		tone->step = moved;
	} else if (fabsf(off) < SAME_MAX) {
		tone->step += off / (8 * elapsed);
	} else if (fabsf(off) > REVERSED_MIN) {
		periodic = reverse(tone);
	} else {
		begin(tone, phase);
		return false;
	}
	tone->blocks++;
	tone->phase = phase;
	tone->missing = 0;
	return periodic;
}

static bool feed(struct disabler_tone *tone, const struct block *block)
{
	if (tone->reversed)
		tone->reversed++;
	if (block->share >= SHARE_MIN) {
		if (tone->blocks)
			return follow(tone, block->phase);
		begin(tone, block->phase);
	} else if (tone->missing++ == MISSING_MAX) {
		*tone = (struct disabler_tone){ 0 };
	}
	return false;
}

void disabler_init(struct disabler *disabler)
{
	*disabler = (struct disabler){ 0 };
}

bool disabler_feed(struct disabler *disabler, const int16_t far[static DISABLER_BLOCK],
		   const int16_t near[static DISABLER_BLOCK])
{
	const struct block sent = look(far), came = look(near);

	if (!disabler->disabled) {
		bool sent_it = feed(&disabler->far, &sent), came_it = feed(&disabler->near, &came);
		disabler->disabled = sent_it || came_it;
		disabler->quiet_blocks = 0;
	} else if (sent.level >= LEVEL_QUIET || came.level >= LEVEL_QUIET) {
		disabler->quiet_blocks = 0;
	} else if (++disabler->quiet_blocks == HOLD_BLOCKS) {
		disabler_init(disabler);
	}
	return disabler->disabled;
}
