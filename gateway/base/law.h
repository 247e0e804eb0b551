/* The two companding laws of G.711 and the length of a tick. Named here because cards,
 * codecs and the media gateway all speak of them and none of those may include another. */
#pragma once

enum law {
	LAW_ALAW,  /* G.711 A-law, as on E1: octets as on the line, even bits inverted */
	LAW_MULAW, /* G.711 mu-law, as on T1 */
};

enum {
	TICK_MS = 10,          /* one media tick */
	TICK_OCTETS = 80,      /* octets, and samples at 8 kHz, that a timeslot moves in one tick */
	SAMPLE_RATE = 8000,    /* Hz */
	LAW_ALAW_IDLE = 0xd5,  /* smallest A-law magnitude, positive */
	LAW_MULAW_IDLE = 0xff, /* mu-law zero, positive */
};

/* What an idle timeslot carries: silence in its law. */
static inline unsigned char law_idle(enum law law)
{
	return law == LAW_ALAW ? LAW_ALAW_IDLE : LAW_MULAW_IDLE;
}

static inline const char *law_name(enum law law)
{
	return law == LAW_ALAW ? "alaw" : "mulaw";
}
