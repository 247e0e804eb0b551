/* Concealment: good sound untouched, a loss filled with the sound's own pitch, long losses
 * silent. */
#include "codecs/dsp/plc.h"

#include <math.h>
#include <string.h>

#include "tests/unit/unit.h"

enum { FRAME = 160 };

static void voice(int16_t *samples, unsigned at)
{
	for (unsigned i = 0; i < FRAME; i++)
		samples[i] = (int16_t)(8000 * sin(2 * M_PI * 100 * (at + i) / 8000));
}

static double energy(const int16_t *samples)
{
	double sum = 0;

	for (int i = 0; i < FRAME; i++)
		sum += (double)samples[i] * samples[i];
	return sum;
}

static struct plc *listening(unsigned *at)
{
	struct plc *plc = plc_new(NULL);
	int16_t samples[FRAME];

	ck_assert_ptr_nonnull(plc);
	for (*at = 0; *at < 10 * FRAME; *at += FRAME) {
		voice(samples, *at);
		plc_good(plc, samples, FRAME);
	}
	return plc;
}

START_TEST(good_sound_passes_unchanged)
{
	unsigned at;
	struct plc *plc = listening(&at);
	int16_t samples[FRAME], before[FRAME];

	for (int i = 0; i < 50; i++, at += FRAME) {
		voice(samples, at);
		memcpy(before, samples, sizeof(before));
		plc_good(plc, samples, FRAME);
		ck_assert_mem_eq(samples, before, sizeof(before));
	}
	plc_free(plc);
}
END_TEST

START_TEST(a_lost_frame_continues_the_sound)
{
	unsigned at;
	struct plc *plc = listening(&at);
	int16_t filled[FRAME], lost[FRAME], error[FRAME];

	plc_fill(plc, filled, FRAME);
	voice(lost, at);
	for (int i = 0; i < FRAME; i++)
		error[i] = (int16_t)(filled[i] - lost[i]);
	ck_assert_double_lt(energy(error), energy(lost) / 4);
	plc_free(plc);
}
END_TEST

START_TEST(a_long_loss_fades_to_silence_and_stays_silent)
{
	unsigned at;
	struct plc *plc = listening(&at);
	int16_t samples[FRAME];

	for (int i = 0; i < 100; i++) {
		memset(samples, 0x55, sizeof(samples));
		plc_fill(plc, samples, FRAME);
		if (i > 3)
			ck_assert_double_eq(energy(samples), 0);
	}
	plc_free(plc);
}
END_TEST

START_TEST(sound_returns_after_a_loss)
{
	unsigned at;
	struct plc *plc = listening(&at);
	int16_t samples[FRAME], before[FRAME];

	for (int i = 0; i < 60; i++)
		plc_fill(plc, samples, FRAME);
	for (int i = 0; i < 2; i++, at += FRAME) {
		voice(samples, at);
		memcpy(before, samples, sizeof(before));
		plc_good(plc, samples, FRAME);
	}
	ck_assert_mem_eq(samples, before, sizeof(before));
	plc_free(plc);
}
END_TEST

START_TEST(a_loss_before_any_sound_is_silence)
{
	struct plc *plc = plc_new(NULL);
	int16_t samples[FRAME] = { 1 };

	plc_fill(plc, samples, FRAME);
	ck_assert_double_eq(energy(samples), 0);
	plc_free(plc);
}
END_TEST

UNIT_MAIN("plc", good_sound_passes_unchanged, a_lost_frame_continues_the_sound,
	  a_long_loss_fades_to_silence_and_stays_silent, sound_returns_after_a_loss,
	  a_loss_before_any_sound_is_silence)
