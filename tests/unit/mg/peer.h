/* The network side of the tests: peers on loopback sockets that send and receive what they are told. */
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <unistd.h>

#include "rtp/packet.h"
#include "rtp/rtcp.h"
#include "rtp/tevent.h"
#include "tests/unit/mg/stats.h"
#include "tests/unit/ports.h"

/* A peer: a socket pair of its own and the stream it sends. */
struct peer {
	int fd, rtcp_fd;
	struct sockaddr_storage address, gateway;
	uint16_t seq;
	uint32_t timestamp, ssrc;
	uint8_t pt;
};

static inline int bound_socket(uint16_t port, struct sockaddr_storage *out)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(port) };
	socklen_t len = sizeof(*out);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ck_assert_int_ge(fd, 0);
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0) {
		close(fd);
		return -1;
	}
	getsockname(fd, (struct sockaddr *)out, &len);
	return fd;
}

static inline uint16_t port_of(const struct sockaddr_storage *address)
{
	return ntohs(((const struct sockaddr_in *)address)->sin_port);
}

static inline struct peer peer_new(uint8_t pt)
{
	struct peer peer = { .seq = 65530, .timestamp = 4294967000u, .ssrc = 0x1234, .pt = pt };
	const uint16_t port = ports_free(2);
	struct sockaddr_storage rtcp;

	peer.fd = bound_socket(port, &peer.address);
	peer.rtcp_fd = bound_socket(port + 1, &rtcp);
	ck_assert_int_ge(peer.fd, 0);
	ck_assert_int_ge(peer.rtcp_fd, 0);
	return peer;
}

static inline void peer_free(struct peer *peer)
{
	close(peer->fd);
	close(peer->rtcp_fd);
}

static inline struct mg_term peer_term(const struct peer *peer)
{
	return (struct mg_term){
		.kind = MG_RTP,
		.rtp = {
			.remote = peer->address,
			.codec = peer->pt == 8 ? CODEC_PCMA : CODEC_PCMU,
			.pt = peer->pt,
			.ptime_ms = 20,
			.send = true,
			.receive = true,
		},
	};
}

/* Adds the termination that talks to this peer, and waits for its address. */
static inline void peer_add(struct rig *rig, struct party *party, uint32_t context,
			    struct peer *peer, const struct mg_term *term)
{
	rig_add(rig, party, context, term);
	rig_tick(rig);
	ck_assert_uint_eq(party->told[MG_EV_ADDED], 1);
	peer->gateway = party->last.local;
}

static inline void peer_send_from(int fd, const struct peer *peer, const struct rtp_packet *packet)
{
	uint8_t octets[RTP_MAX_PACKET];
	int len = rtp_write(packet, octets, sizeof(octets));

	ck_assert_int_gt(len, 0);
	ck_assert_int_eq(sendto(fd, octets, len, 0, (const struct sockaddr *)&peer->gateway,
				sizeof(struct sockaddr_in)),
			 len);
}

/* The next packet of the stream. */
static inline struct rtp_packet peer_packet(struct peer *peer, const uint8_t *payload, size_t len)
{
	struct rtp_packet packet = {
		.pt = peer->pt,
		.seq = peer->seq++,
		.timestamp = peer->timestamp,
		.ssrc = peer->ssrc,
		.payload = payload,
		.payload_len = len,
	};

	peer->timestamp += len;
	return packet;
}

static inline void peer_send(struct peer *peer, const uint8_t *payload, size_t len)
{
	struct rtp_packet packet = peer_packet(peer, payload, len);

	peer_send_from(peer->fd, peer, &packet);
}

static inline void peer_send_event(struct peer *peer, uint8_t pt, uint8_t event, uint16_t duration,
				   bool end)
{
	struct tevent_payload payload = {
		.event = event, .end = end, .volume = 10, .duration = duration
	};
	uint8_t octets[TEVENT_OCTETS];
	struct rtp_packet packet = {
		.pt = pt,
		.seq = peer->seq++,
		.timestamp = peer->timestamp,
		.ssrc = peer->ssrc,
		.payload = octets,
		.payload_len = sizeof(octets),
	};

	tevent_write(&payload, octets);
	peer_send_from(peer->fd, peer, &packet);
}

/* What came to the peer; buffer keeps the payload. False: nothing more. */
static inline bool peer_receive(const struct peer *peer, struct rtp_packet *packet, uint8_t *buffer)
{
	ssize_t len = recv(peer->fd, buffer, RTP_MAX_PACKET, 0);

	if (len < 0)
		return false;
	ck_assert_int_eq(rtp_parse(buffer, len, packet), 0);
	return true;
}
