/* A codec: speech in, octets out. A codec is one const table and a state block in the caller's
 * memory; its functions touch nothing else, so any thread may run them. Samples are 16-bit linear;
 * 0 dBm0 is as in G.711 (A-law full scale +3.14 dBm0, mu-law +3.17 dBm0). */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum codec_id {
	CODEC_PCMU,
	CODEC_PCMA,
	CODEC_CLEARMODE, /* RFC 4040: 64 kbit/s of anything, octets as they are */
	CODEC_COUNT
};

enum { CODEC_DYNAMIC_PT = 96 }; /* RFC 3551 3: from here on signalling says what they mean */

struct codec {
	enum codec_id id;
	const char *name;    /* encoding name of RFC 3551, as in SDP's rtpmap */
	unsigned clock_rate; /* Hz, of RTP timestamps */
	unsigned static_pt;  /* RFC 3551 payload type; a dynamic one is what our offers call it */
	size_t state_size;   /* octets of state; 0: none, pass NULL */
	void (*init)(void *state);
	/* Both NULL: its octets are no sound. */
	/* n samples in; returns octets written to out (at most n for G.711). */
	size_t (*encode)(void *state, const int16_t *samples, size_t n, uint8_t *out);
	/* len octets in; returns samples written to out, at most max. */
	size_t (*decode)(void *state, const uint8_t *in, size_t len, int16_t *out, size_t max);
};

const struct codec *codec_get(enum codec_id id);
/* NULL when there is none. Names are compared without regard to case, RFC 4855 3. */
const struct codec *codec_by_name(const char *name, unsigned clock_rate);
const struct codec *codec_by_static_pt(unsigned pt);
