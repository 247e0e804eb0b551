/* The sending half of an RTP termination: from one frame a tick to packets. Timestamps run on with the
 * line whether or not anything is sent. Digits go as telephone-event, or as sound where that was not
 * negotiated. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "mg/digits.h"
#include "mg/frame.h"
#include "mg/mg_types.h"
#include "rtp/tevent.h"

enum { RTP_OUT_MAX_MS = 60, RTP_OUT_ROOM = (RTP_OUT_MAX_MS + TICK_MS) * SAMPLE_RATE / 1000 };

struct rtp_out {
	int fd;
	uint32_t ssrc, timestamp; /* the timestamp of payload[0] */
	uint16_t seq;
	bool resumed; /* the next audio packet begins a talkspurt: marker bit, RFC 3551 4.1 */
	enum law law;
	unsigned size, fill; /* octets of a packet, and waiting for the next */
	uint8_t payload[RTP_OUT_ROOM];
	uint8_t pt, tevent_pt;
	struct sockaddr_storage to; /* family 0: nothing is sent */
	struct tevent_tx event;
	struct digits digits;
	struct regen regen;
	uint64_t packets, octets;
};

/* Control thread: random start values (RFC 3550 5.1). */
void rtp_out_init(struct rtp_out *out, int fd);
/* What signalling says now; law is that of its codec. Sequence, SSRC and what waits are kept. */
void rtp_out_tune(struct rtp_out *out, const struct mg_rtp *to, enum law law);
void rtp_out_hear(struct rtp_out *out, const struct digit_tones *tones, struct frame heard);
