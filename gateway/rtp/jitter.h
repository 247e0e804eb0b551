/* The jitter buffer: says for each moment of play-out frame, lost or not yet. It knows sequence
 * numbers, timestamps and arrival times, never samples. Concealment and time adjustment are its
 * owner's. One thread; no allocation after jitter_new. Time is what the caller says it is. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rtp/packet.h"

enum { JITTER_SLOTS = 64, JITTER_MAX_PAYLOAD = 640 };

struct jitter_config {
	bool adaptive;
	unsigned min_ms, max_ms; /* bounds of the delay when adaptive */
	unsigned initial_ms;     /* the delay at first, and for good when fixed */
	unsigned clock_rate;     /* Hz */
};

enum jitter_verdict {
	JITTER_FRAME, /* *out holds the next packet in play-out order */
	JITTER_LOST,  /* the next one did not come in time: conceal for out->duration */
	JITTER_WAIT,  /* nothing is due (start, silence suppression): silence or concealment */
};

struct jitter_frame {
	uint8_t pt;
	bool marker;
	uint16_t seq;
	uint32_t timestamp;
	uint32_t duration; /* in timestamp units, of the packet or of the gap */
	uint8_t payload[JITTER_MAX_PAYLOAD];
	size_t payload_len;
};

struct jitter_stats {
	uint64_t in, played;
	uint64_t lost; /* numbers that were passed over before they came */
	uint64_t late; /* came after their time, or out of line and unconfirmed */
	uint64_t duplicate;
	uint64_t overflow;  /* too many, too large, or skipped to bring the delay down */
	uint64_t resync;    /* the sender restarted, or the schedule was made anew */
	unsigned delay_ms;  /* now, of a packet that came without jitter */
	unsigned target_ms; /* now */
};

struct jitter;

struct jitter *jitter_new(void *talloc_ctx, const struct jitter_config *config);
void jitter_free(struct jitter *jitter);
/* The next packet starts a stream. What was learned of jitter stays, and the counters. */
void jitter_reset(struct jitter *jitter);
/* A packet arrived at now_us, holding duration timestamp units. Late, duplicate and oversize ones
 * (over JITTER_MAX_PAYLOAD or a second) are counted and dropped. Duration 0: it has no sound of its
 * own (a telephone event), only its number counts, so that it is not taken for lost. */
void jitter_put(struct jitter *jitter, const struct rtp_packet *packet, uint32_t duration,
		uint64_t now_us);
/* Asks for what is to be played from now_us on, by the line's clock: after a frame or a loss, when
 * its duration has been played (corrected by what the owner dropped or inserted); after
 * JITTER_WAIT, a tick later. The owner adds to the time of its tick what it still holds, so that
 * delays are exact to the sample. */
enum jitter_verdict jitter_get(struct jitter *jitter, uint64_t now_us, struct jitter_frame *out);
/* How far the buffer stands from its target, in timestamp units: positive when it holds too much
 * (drop some samples in a pause), negative when too little (insert some). 0 in fixed mode. */
int jitter_surplus(const struct jitter *jitter);
/* The owner dropped (positive) or inserted (negative) that many timestamp units. */
void jitter_adjusted(struct jitter *jitter, int units);
void jitter_stats(const struct jitter *jitter, struct jitter_stats *out);
