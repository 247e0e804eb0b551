/* The receiving half of an RTP termination: from packets to one frame a tick. Losses are concealed; with
 * an adaptive jitter buffer the delay is corrected in quiet moments. Digits come as telephone-event. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "mg/digits.h"
#include "mg/frame.h"
#include "mg/mg_types.h"
#include "mg/origin.h"
#include "rtp/jitter.h"
#include "rtp/rtcp.h"
#include "rtp/tevent.h"

struct datagram;
struct inbox;
struct plc;

enum { RTP_IN_FIFO = JITTER_MAX_PAYLOAD + 2 * TICK_OCTETS };

/* The payload types of sound, and their laws. */
struct rtp_in_formats {
	uint8_t n, pt[1 + MG_ALSO], law[1 + MG_ALSO];
};

struct rtp_in {
	struct jitter *jitter;
	struct plc *plc;
	struct origin origin;
	bool restricted; /* the kernel was asked to let in the origin alone */
	struct rtcp_source source;
	enum law law;              /* of what is said */
	struct rtp_in_formats now; /* what is expected */
	struct rtp_in_formats
		then;      /* and was, before that changed: what still waits may be of it */
	bool then_taken;   /* and may still come */
	uint8_t tevent_pt; /* 0: none */
	bool receive;
	bool data; /* clear data: nothing is concealed or corrected */
	struct tevent_rx event;
	struct digits digits;
	uint64_t event_until_us; /* events take the place of sound until then */
	bool started;            /* there is sound to conceal with */
	bool seam;               /* what was said last is invented */
	unsigned fill;           /* octets in fifo, of law */
	uint8_t fifo[RTP_IN_FIFO];
	uint8_t said[TICK_OCTETS];
	uint64_t packets, octets, bad, concealed; /* concealed in samples */
};

/* Control thread. 0 or -ENOMEM. */
int rtp_in_init(struct rtp_in *in, void *talloc_ctx, const struct jitter_config *jitter);
void rtp_in_fini(struct rtp_in *in);

/* What signalling says now; law is that of its codec. */
void rtp_in_tune(struct rtp_in *in, const struct mg_rtp *to, enum law law);
/* A digit that its peer says by other means than its packets. */
void rtp_in_press(struct rtp_in *in, char digit);
/* Where RTCP goes that comes among the packets (RFC 5761). */
struct rtp_in_rtcp {
	void (*take)(void *data, const struct datagram *datagram);
	void *data;
};
/* The frame of the tick at line_us on the line's clock. Reads the socket when a packet is needed. */
struct frame rtp_in_say(struct rtp_in *in, struct inbox *inbox, int fd, uint64_t line_us,
			const struct rtp_in_rtcp *rtcp);
