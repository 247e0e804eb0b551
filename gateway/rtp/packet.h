/* RTP packets, RFC 3550 5.1: parse and write. Hostile octets welcome. Any thread; no allocation. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RTP_HEADER = 12, RTP_MAX_PACKET = 1500 };

struct rtp_packet {
	bool marker;
	uint8_t pt; /* 0..127 */
	uint16_t seq;
	uint32_t timestamp;
	uint32_t ssrc;
	/* Inside the octets given to rtp_parse; CSRCs, extension and padding taken off. */
	const uint8_t *payload;
	size_t payload_len;
};

/* 0, or -EINVAL: not version 2, too short, CSRC or extension or padding beyond the end. */
int rtp_parse(const uint8_t *octets, size_t len, struct rtp_packet *out);
/* Writes header and payload; returns octets written or -ENOSPC. */
int rtp_write(const struct rtp_packet *packet, uint8_t *out, size_t size);
