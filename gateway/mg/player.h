/* Plays the signal of a termination: a tone, or DTMF digits one after the other. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "mg/digits.h"
#include "mg/frame.h"
#include "mg/mg_types.h"

struct player {
	enum mg_signal_kind kind; /* MG_SIGNAL_STOP: silent */
	struct tone_gen tone;
	char digits[33];
	unsigned at, ticks; /* which digit, and since its start */
	struct dtmf_gen pair;
	uint8_t octets[TICK_OCTETS];
};

/* Control thread. 0, or -EINVAL: no such tone, no digits, or one that is none. */
int player_init(struct player *player, const struct mg_signal *signal);

/* One tick of it in that law. Returns true when the digits ended with this tick. */
bool player_draw(struct player *player, const struct digit_tones *tones, enum law law,
		 struct frame *out);
