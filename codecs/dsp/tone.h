/* Tones: call progress, milliwatt, DTMF. A generator is a plain struct in the caller's memory; time
 * is the number of samples drawn. Initialise on the control thread, draw on any. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/law.h"

enum tone_id {
	TONE_NONE,
	TONE_DIAL,       /* E.180 supplement 2 / ETSI TR 101 041: 425 Hz continuous */
	TONE_RINGBACK,   /* 425 Hz, 1 s on, 4 s off */
	TONE_BUSY,       /* 425 Hz, 0.5 s on, 0.5 s off */
	TONE_CONGESTION, /* 425 Hz, 0.2 s on, 0.2 s off */
	TONE_SIT,        /* E.180: 950, 1400, 1800 Hz, 0.33 s each, then 1 s pause, repeated */
	TONE_MILLIWATT,  /* O.133: 1004 Hz, 0 dBm0; A-law lines use tone_digital_milliwatt */
	TONE_COUNT
};

struct tone_gen {
	enum tone_id id;
	uint32_t phase[2]; /* of 2^32 */
	uint32_t step[2];
	int32_t amplitude[2];
	unsigned segment; /* of the cadence */
	unsigned left;    /* samples left in it */
};

void tone_init(struct tone_gen *gen, enum tone_id id);
void tone_draw(struct tone_gen *gen, int16_t *samples, size_t n);
const char *tone_name(enum tone_id id);
enum tone_id tone_by_name(const char *name); /* TONE_NONE when unknown */

/* G.711 tables 5 and 6: the eight octets that repeat as 1000 Hz at 0 dBm0 in that law. */
const uint8_t *tone_digital_milliwatt(enum law law);

/* DTMF, Q.23: one digit of [0-9A-D*#] at -7 dBm0 (low) and -5 dBm0 (high group, 2 dB twist). */
struct dtmf_gen {
	struct tone_gen pair;
};
bool dtmf_gen_init(struct dtmf_gen *gen, char digit); /* false: no such digit */
void dtmf_gen_draw(struct dtmf_gen *gen, int16_t *samples, size_t n);
