/* DTMF digits on their way out: their least length, and their sound where they came without. */
#include "mg/digits.h"

#include <string.h>

#include "codecs/g711.h"
#include "rtp/tevent.h"

void digits_press(struct digits *digits, char digit)
{
	if (digits->n < DIGITS_QUEUE)
		digits->queue[digits->n++] = digit;
}

static void begin_next(struct digits *digits)
{
	digits->now = digits->queue[0];
	digits->n--;
	memmove(digits->queue, digits->queue + 1, digits->n);
}

char digits_step(struct digits *digits, bool held, unsigned min_ticks)
{
	if (!digits->left) {
		if (digits->now && (!held || digits->n)) {
			digits->now = 0;
			digits->left = min_ticks;
		} else if (!digits->now && digits->n) {
			begin_next(digits);
			digits->left = min_ticks;
		}
	}
	if (digits->left)
		digits->left--;
	return digits->now;
}

char digits_follow(struct digits *digits, char level, unsigned min_ticks)
{
	if (level && level != digits->level)
		digits_press(digits, level);
	digits->level = level;
	return digits_step(digits, level != 0, min_ticks);
}

void digit_tones_init(struct digit_tones *tones)
{
	for (uint8_t event = 0; event < 16; event++)
		dtmf_gen_init(&tones->tone[event], tevent_digit(event));
}

const struct dtmf_gen *digit_tones_get(const struct digit_tones *tones, char digit)
{
	int event = tevent_event(digit);

	return event < 0 ? NULL : &tones->tone[event];
}

void regen_step(struct regen *regen, const struct digit_tones *tones, enum law law,
		struct frame *frame)
{
	char level = frame->digit_in_band ? 0 : frame->digit;
	char digit = digits_follow(&regen->digits, level, DIGITS_MIN_TICKS);
	const struct dtmf_gen *tone = digit_tones_get(tones, digit);
	int16_t samples[TICK_OCTETS];

	if (digit != regen->sounding && tone)
		regen->tone = *tone;
	regen->sounding = digit;
	if (!tone)
		return;
	dtmf_gen_draw(&regen->tone, samples, TICK_OCTETS);
	g711_encode(law, samples, regen->octets, TICK_OCTETS);
	*frame = (struct frame){ law, regen->octets, digit, true, frame->returned };
}
