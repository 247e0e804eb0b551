/* DTMF digits on their way out: presses come as fast as the other side sends them and leave with at
 * least the length and the pause that a receiver needs (Q.24: 40 ms of each). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "codecs/dsp/tone.h"
#include "mg/frame.h"

enum {
	DIGITS_QUEUE = 16,
	DIGITS_MIN_TICKS = 50 / TICK_MS, /* Q.24's 40 ms and some margin */
};

struct digits {
	char queue[DIGITS_QUEUE]; /* pressed but not yet begun */
	unsigned n;
	char now;      /* what goes out, 0: the pause */
	unsigned left; /* ticks that it must still last */
	char level;    /* of digits_follow: what was down last */
};

/* A digit was pressed. When the queue is full it is lost. */
void digits_press(struct digits *digits, char digit);

/* One tick: the digit that goes out, or 0. held: the digit pressed last is still down. */
char digits_step(struct digits *digits, bool held, unsigned min_ticks);

/* One tick where level is the digit that is down: presses are its edges. */
char digits_follow(struct digits *digits, char level, unsigned min_ticks);

/* The generators of all digits, initialised once on the control thread. */
struct digit_tones {
	struct dtmf_gen tone[16];
};
void digit_tones_init(struct digit_tones *tones);
const struct dtmf_gen *digit_tones_get(const struct digit_tones *tones, char digit); /* NULL */

/* Digits that come without sound, made audible. */
struct regen {
	struct digits digits;
	char sounding;
	struct dtmf_gen tone;
	uint8_t octets[TICK_OCTETS];
};
/* One tick: the frame itself, or in its place one with the digit's tone, in that law. */
void regen_step(struct regen *regen, const struct digit_tones *tones, enum law law,
		struct frame *frame);
