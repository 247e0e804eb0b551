/* Whose packets a stream takes. */
#include "mg/origin.h"

#include <netinet/in.h>
#include <string.h>

#include "mg/ports.h"
#include "rtp/packet.h"

static bool same_host(const struct sockaddr_storage *a, const struct sockaddr_storage *b)
{
	if (a->ss_family != b->ss_family)
		return false;
	if (a->ss_family == AF_INET)
		return ((const struct sockaddr_in *)a)->sin_addr.s_addr ==
		       ((const struct sockaddr_in *)b)->sin_addr.s_addr;
	if (a->ss_family == AF_INET6)
		return !memcmp(&((const struct sockaddr_in6 *)a)->sin6_addr,
			       &((const struct sockaddr_in6 *)b)->sin6_addr,
			       sizeof(struct in6_addr));
	return false;
}

/* A program on this machine: the kernel takes such a source from no network. */
static bool is_loopback(const struct sockaddr_storage *from)
{
	return from->ss_family == AF_INET &&
	       ntohl(((const struct sockaddr_in *)from)->sin_addr.s_addr) >> 24 == 127;
}

bool origin_may_be(const struct sockaddr_storage *from, const struct sockaddr_storage *signalled)
{
	return signalled->ss_family && (same_host(from, signalled) || is_loopback(from));
}

void origin_set(struct origin *origin, const struct sockaddr_storage *signalled)
{
	uint16_t port = signalled->ss_family ? address_port(signalled) : 0;

	if (same_host(&origin->signalled, signalled) && port == address_port(&origin->signalled))
		return;
	*origin = (struct origin){ .signalled = *signalled, .port = port };
}

/* Counts packets in a row from one other port. True when there were enough. */
static bool convinces(struct origin *origin, uint16_t port, const struct rtp_packet *packet)
{
	bool follows = origin->proofs && port == origin->other_port &&
		       packet->ssrc == origin->ssrc && packet->seq == (uint16_t)(origin->seq + 1);

	origin->proofs = follows ? origin->proofs + 1 : 1;
	origin->other_port = port;
	origin->ssrc = packet->ssrc;
	origin->seq = packet->seq;
	return origin->proofs >= ORIGIN_PROOF;
}

bool origin_takes(struct origin *origin, const struct sockaddr_storage *from,
		  const struct rtp_packet *packet)
{
	uint16_t port = address_port(from);

	if (!origin->port)
		return false;
	/* A peer on this machine may be known by another of its addresses. */
	if (!same_host(from, &origin->signalled))
		return is_loopback(from) && port == origin->port;
	if (port != origin->port && port != address_port(&origin->signalled) &&
	    (origin->settled || !convinces(origin, port, packet)))
		return false;
	origin->port = port;
	origin->settled = true;
	return true;
}

bool origin_is_final(const struct origin *origin)
{
	return origin->settled && origin->port == address_port(&origin->signalled);
}
