/* The RTP ports: finding a free pair, and the address that the peer reaches us at. */
#include "mg/ports.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include "mg/mg_config.h"

uint16_t address_port(const struct sockaddr_storage *address)
{
	if (address->ss_family == AF_INET6)
		return ntohs(((const struct sockaddr_in6 *)address)->sin6_port);
	return ntohs(((const struct sockaddr_in *)address)->sin_port);
}

void address_set_port(struct sockaddr_storage *address, uint16_t port)
{
	if (address->ss_family == AF_INET6)
		((struct sockaddr_in6 *)address)->sin6_port = htons(port);
	else
		((struct sockaddr_in *)address)->sin_port = htons(port);
}

socklen_t address_len(const struct sockaddr_storage *address)
{
	return address->ss_family == AF_INET6 ? sizeof(struct sockaddr_in6)
					      : sizeof(struct sockaddr_in);
}

bool address_is_any(const struct sockaddr_storage *address)
{
	if (address->ss_family == AF_INET6)
		return IN6_IS_ADDR_UNSPECIFIED(&((const struct sockaddr_in6 *)address)->sin6_addr);
	return ((const struct sockaddr_in *)address)->sin_addr.s_addr == htonl(INADDR_ANY);
}

static int address_parse(const char *text, struct sockaddr_storage *out)
{
	*out = (struct sockaddr_storage){ .ss_family = AF_INET };
	if (inet_pton(AF_INET, text, &((struct sockaddr_in *)out)->sin_addr) == 1)
		return 0;
	out->ss_family = AF_INET6;
	if (inet_pton(AF_INET6, text, &((struct sockaddr_in6 *)out)->sin6_addr) == 1)
		return 0;
	return -EINVAL;
}

/* The address that packets to the peer leave from. Connecting a datagram socket sends nothing. */
static int route_to(const struct sockaddr_storage *peer, struct sockaddr_storage *local)
{
	socklen_t len = sizeof(*local);
	int rc = 0;
	int fd = socket(peer->ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	*local = (struct sockaddr_storage){ 0 };
	if (fd < 0)
		return -errno;
	if (connect(fd, (const struct sockaddr *)peer, address_len(peer)) < 0 ||
	    getsockname(fd, (struct sockaddr *)local, &len) < 0)
		rc = -errno;
	close(fd);
	return rc;
}

/* No peer known: any address of ours will do, and the default route's is the best to tell. */
static void route_by_default(struct sockaddr_storage *local)
{
	struct sockaddr_storage to;

	address_parse("192.0.2.1", &to); /* RFC 5737: nobody's */
	if (route_to(&to, local) < 0)
		address_parse("127.0.0.1", local);
}

/* What to bind to and what to tell the peer. */
static int choose_address(const struct mg_config *config, const struct sockaddr_storage *peer,
			  struct sockaddr_storage *bound, struct sockaddr_storage *told)
{
	int rc;

	if (config->address[0])
		rc = address_parse(config->address, told);
	else if (peer->ss_family)
		rc = route_to(peer, told);
	else {
		route_by_default(told);
		return address_parse("0.0.0.0", bound);
	}
	if (!rc && peer->ss_family && peer->ss_family != told->ss_family)
		rc = -EAFNOSUPPORT;
	*bound = *told;
	return rc;
}

/* A bound socket, or -errno. */
static int open_socket(const struct sockaddr_storage *bound, unsigned port, uint8_t dscp)
{
	struct sockaddr_storage at = *bound;
	bool six = at.ss_family == AF_INET6;
	const int yes = 1, tos = dscp << 2; /* RFC 2474 3: the upper six bits */
	/* Whole, whatever ICMP says: no packet of ours is near any MTU. IPv6 has the same number. */
	const int whole = IP_PMTUDISC_PROBE;
	int rc, fd = socket(at.ss_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -errno;
	address_set_port(&at, port);
	if ((six && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof(yes)) < 0) ||
	    setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &yes, sizeof(yes)) < 0 ||
	    setsockopt(fd, six ? IPPROTO_IPV6 : IPPROTO_IP, six ? IPV6_TCLASS : IP_TOS, &tos,
		       sizeof(tos)) < 0 ||
	    setsockopt(fd, six ? IPPROTO_IPV6 : IPPROTO_IP,
		       six ? IPV6_MTU_DISCOVER : IP_MTU_DISCOVER, &whole, sizeof(whole)) < 0 ||
	    bind(fd, (struct sockaddr *)&at, address_len(&at)) < 0) {
		rc = -errno;
		close(fd);
		return rc;
	}
	return fd;
}

static int open_pair(const struct sockaddr_storage *bound, unsigned port, uint8_t dscp,
		     struct port_pair *out)
{
	int rtp_fd, rtcp_fd;

	rtp_fd = open_socket(bound, port, dscp);
	if (rtp_fd < 0)
		return rtp_fd;
	rtcp_fd = open_socket(bound, port + 1, dscp);
	if (rtcp_fd < 0) {
		close(rtp_fd);
		return rtcp_fd;
	}
	out->rtp_fd = rtp_fd;
	out->rtcp_fd = rtcp_fd;
	return 0;
}

static unsigned first_even(const struct mg_config *config)
{
	return (config->port_first + 1u) & ~1u;
}

unsigned ports_total(const struct mg_config *config)
{
	unsigned first = first_even(config);

	return config->port_last > first ? (config->port_last - first + 1) / 2 : 0;
}

static bool in_use(const struct ports *ports, unsigned port)
{
	return ports->used[port / 16] & 1 << port / 2 % 8;
}

int ports_open(struct ports *ports, const struct mg_config *config,
	       const struct sockaddr_storage *peer, struct port_pair *out)
{
	const unsigned first = first_even(config), total = ports_total(config);
	struct sockaddr_storage bound, told;
	int rc = choose_address(config, peer, &bound, &told);

	if (rc < 0)
		return rc;
	for (unsigned i = 0; i < total; i++) {
		unsigned port = first + 2 * ((ports->next + i) % total);
		if (in_use(ports, port))
			continue;
		rc = open_pair(&bound, port, config->dscp, out);
		if (rc == -EADDRINUSE)
			continue; /* another program has it */
		if (rc < 0)
			return rc;
		ports->used[port / 16] |= 1 << port / 2 % 8;
		ports->pairs++;
		ports->next = (ports->next + i + 1) % total;
		out->local = told;
		address_set_port(&out->local, port);
		return 0;
	}
	return -EMFILE;
}

void ports_close(struct ports *ports, struct port_pair *pair)
{
	unsigned port = address_port(&pair->local);

	close(pair->rtp_fd);
	close(pair->rtcp_fd);
	ports->used[port / 16] &= ~(1 << port / 2 % 8);
	ports->pairs--;
}
