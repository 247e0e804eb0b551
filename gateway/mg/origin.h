/* Whose packets a stream takes: those from the address that signalling named, and from its port. A peer
 * that sends from another port of that address (RFC 4961 is only a habit) is believed after five packets
 * in a row of one stream, if the signalled port was silent; that one is believed at any time. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

struct rtp_packet;

enum { ORIGIN_PROOF = 5 };

struct origin {
	struct sockaddr_storage signalled;
	uint16_t port;       /* that is believed */
	bool settled;        /* a packet was taken: no other port has a chance */
	uint16_t other_port; /* the candidate: */
	uint32_t ssrc;
	uint16_t seq;
	unsigned proofs;
};

/* What signalling says; the same as before changes nothing. Family or port 0: nobody's packets. */
void origin_set(struct origin *origin, const struct sockaddr_storage *signalled);
bool origin_takes(struct origin *origin, const struct sockaddr_storage *from,
		  const struct rtp_packet *packet);
/* The signalled source itself was heard: nothing else is waited for, until signalling names another. */
bool origin_is_final(const struct origin *origin);
/* The signalled address, whatever port; or this machine, where the peer may have several. */
bool origin_may_be(const struct sockaddr_storage *from, const struct sockaddr_storage *signalled);
