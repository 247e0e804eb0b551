/* Frames: silence, conversion, and levels read straight from the octets. */
#include "mg/frame.h"

#include <string.h>

#include "codecs/g711.h"

enum { PEAK_TICKS = 1000 / TICK_MS, PEAK_EVERY = 4, LANES = 16 };

#define TEN(octet) octet, octet, octet, octet, octet, octet, octet, octet, octet, octet
#define TICK(octet)                                                                                \
	{                                                                                          \
		TEN(octet), TEN(octet), TEN(octet), TEN(octet), TEN(octet), TEN(octet),            \
			TEN(octet), TEN(octet)                                                     \
	}

static const uint8_t silence[][TICK_OCTETS] = {
	[LAW_ALAW] = TICK(LAW_ALAW_IDLE),
	[LAW_MULAW] = TICK(LAW_MULAW_IDLE),
};

struct frame frame_idle(enum law law)
{
	return (struct frame){ .law = law, .octets = silence[law] };
}

void frame_copy(const struct frame *frame, enum law law, uint8_t out[TICK_OCTETS])
{
	if (frame->law == law)
		memcpy(out, frame->octets, TICK_OCTETS);
	else
		g711_transcode(frame->law, frame->octets, out, TICK_OCTETS);
}

/* In both laws seven bits, once un-inverted, grow with the magnitude, and the eighth is set for positive
 * values (G.711 tables 1 and 2). */
static uint8_t inversion_of(enum law law)
{
	return law == LAW_ALAW ? 0x55 : 0x7f;
}

/* Side by side, for the compiler to do them at once. */
static void raise_lanes(uint8_t *restrict lanes, const uint8_t *restrict octets, uint8_t inversion)
{
	for (unsigned i = 0; i < LANES; i++) {
		uint8_t magnitude = (octets[i] ^ inversion) & 0x7f;
		lanes[i] = magnitude > lanes[i] ? magnitude : lanes[i];
	}
}

int16_t frame_peak(enum law law, const uint8_t *octets, unsigned n)
{
	const uint8_t inversion = inversion_of(law);
	uint8_t lanes[LANES] = { 0 }, rest[LANES], highest = 0;
	int16_t linear;

	for (; n >= LANES; n -= LANES, octets += LANES)
		raise_lanes(lanes, octets, inversion);
	memset(rest, law_idle(law), sizeof(rest));
	memcpy(rest, octets, n);
	raise_lanes(lanes, rest, inversion);
	for (unsigned i = 0; i < LANES; i++)
		highest = lanes[i] > highest ? lanes[i] : highest;
	highest = (highest | 0x80) ^ inversion;
	g711_decode(law, &highest, &linear, 1);
	return linear;
}

void peak_feed(struct peak *peak, const struct frame *frame)
{
	int16_t level;

	if (peak->ticks++ % PEAK_EVERY)
		return;
	level = frame_peak(frame->law, frame->octets, TICK_OCTETS);
	if (peak->ticks > PEAK_TICKS) {
		peak->before = peak->now;
		peak->now = 0;
		peak->ticks = 1;
	}
	if (level > peak->now)
		peak->now = level;
}

int16_t peak_get(const struct peak *peak)
{
	return peak->now > peak->before ? peak->now : peak->before;
}
