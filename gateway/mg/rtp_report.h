/* RTCP of an RTP termination: SR or RR with SDES at random intervals about 5 s, BYE at the end; round
 * trip from what the peer reports. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "mg/mg_types.h"

struct datagram;
struct media;
struct rtp_in;
struct rtp_out;

struct rtp_report {
	int fd, rtp_fd;             /* of its own, and of RTP for when both share a port */
	bool mux;                   /* they do, for what we send */
	struct sockaddr_storage to; /* family 0: nothing is sent */
	uint64_t next_us;           /* 0: not yet set */
	uint32_t random;            /* of a generator that needs no good quality */
	bool spoke;
	uint32_t round_trip_us;
};

void rtp_report_init(struct rtp_report *report, int fd, int rtp_fd); /* control thread */
void rtp_report_tune(struct rtp_report *report, const struct mg_rtp *to);
void rtp_report_read(struct rtp_report *report, struct media *media, struct rtp_in *in,
		     const struct rtp_out *out);
/* One that came, on either socket. */
void rtp_report_take(struct rtp_report *report, struct media *media, struct rtp_in *in,
		     uint32_t our_ssrc, const struct datagram *datagram);
/* Sends one when it is time. */
void rtp_report_tick(struct rtp_report *report, const struct media *media, struct rtp_in *in,
		     const struct rtp_out *out);
void rtp_report_bye(struct rtp_report *report, const struct media *media, struct rtp_in *in,
		    const struct rtp_out *out);
