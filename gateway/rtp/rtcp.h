/* RTCP, RFC 3550 6: SR, RR, SDES, BYE. Any thread; no allocation. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rtp/packet.h"

/* What one side knows of the stream it receives (RFC 3550 A.1, A.3, A.8). */
struct rtcp_source {
	bool valid;
	uint32_t ssrc;
	uint16_t base_seq, max_seq;
	uint32_t cycles; /* of 2^16 */
	uint64_t received;
	uint64_t expected_prior, received_prior;
	uint32_t jitter_q4; /* RFC 3550 A.8: jitter times 16, in timestamp units */
	uint32_t last_transit, last_timestamp;
	uint32_t bad_seq; /* RFC 3550 A.1: the number that would confirm a restart */
	/* The last SR of this ssrc, written by whoever parses RTCP: middle 32 bits of its NTP
	 * time. */
	uint32_t lsr;
	uint64_t lsr_arrival_us;
};
/* A packet arrived at now_us; clock_rate in Hz. A new SSRC restarts the source. */
void rtcp_source_packet(struct rtcp_source *src, const struct rtp_packet *packet, uint64_t now_us,
			unsigned clock_rate);
uint64_t rtcp_source_expected(const struct rtcp_source *src);
/* Cumulative loss, never negative here. */
uint64_t rtcp_source_lost(const struct rtcp_source *src);
uint32_t rtcp_source_jitter_us(const struct rtcp_source *src, unsigned clock_rate);

struct rtcp_sender {
	uint32_t ssrc;
	uint32_t packets, octets; /* sent so far */
	uint32_t rtp_timestamp;   /* that corresponds to ntp */
	uint64_t ntp;             /* 32.32 since 1900 */
	const char *cname;        /* SDES CNAME, at most 255 octets */
};

/* A compound SR (or RR when nothing was sent) + SDES (+ BYE). Returns octets or -ENOSPC.
 * src may be changed (the interval's counters begin anew) and may be NULL: no report block. */
int rtcp_write(const struct rtcp_sender *sender, struct rtcp_source *src, uint64_t now_us, bool bye,
	       uint8_t *out, size_t size);

/* What a peer told about the stream we send and about its own. */
struct rtcp_news {
	bool sr, report, bye;
	uint32_t ssrc;
	uint64_t sr_ntp;
	uint8_t fraction_lost; /* of 256 */
	int32_t cumulative_lost;
	uint32_t jitter; /* timestamp units */
	uint32_t lsr, dlsr;
};
/* RFC 5761 4: is what came on a port of both RTCP, by its packet type? */
bool rtcp_is(const uint8_t *octets, size_t len);
/* our_ssrc picks the report block about us. 0, or -EINVAL for anything that is not a valid compound
 * packet. */
int rtcp_parse(const uint8_t *octets, size_t len, uint32_t our_ssrc, struct rtcp_news *news);
/* Round trip in us from a report block, 0 when it cannot be told. now_ntp: middle 32 bits. */
uint32_t rtcp_round_trip_us(const struct rtcp_news *news, uint32_t now_ntp);
