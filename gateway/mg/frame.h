/* One tick of sound between terminations: always octets of G.711, so that what needs no processing is
 * never touched; and the DTMF digit that is down. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/law.h"
#include "codecs/codec.h"

struct frame {
	enum law law;
	const uint8_t *octets; /* TICK_OCTETS, valid until the next tick; never NULL */
	char digit;            /* the DTMF digit that is down, 0: none */
	bool digit_in_band;    /* and its sound is in the octets; else the listener makes it */
	bool returned; /* some of it is what the listener itself said, by a party that echoes */
};

/* The law of a codec's octets. Clear data has none: two ends of it name the same, so that nothing converts
 * it, and that whose silence an idle data channel carries (all ones). */
#define FRAME_DATA_LAW LAW_MULAW
static inline enum law frame_law(enum codec_id codec)
{
	return codec == CODEC_PCMA ? LAW_ALAW : codec == CODEC_PCMU ? LAW_MULAW : FRAME_DATA_LAW;
}

/* A tick of silence, with no digit. */
struct frame frame_idle(enum law law);

/* The frame's octets in that law. */
void frame_copy(const struct frame *frame, enum law law, uint8_t out[TICK_OCTETS]);

/* The loudest of n octets, as its linear magnitude. */
int16_t frame_peak(enum law law, const uint8_t *octets, unsigned n);

/* The loudest of the last second or two, of every fourth tick. */
struct peak {
	int16_t now, before;
	unsigned ticks;
};
void peak_feed(struct peak *peak, const struct frame *frame);
int16_t peak_get(const struct peak *peak);
