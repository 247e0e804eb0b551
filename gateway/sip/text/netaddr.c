/* Internet addresses as SIP and SDP write them: literals only, so nothing here asks the DNS. */
#include "sip/text/netaddr.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include <osmocom/core/utils.h>

static const struct sockaddr_in *v4(const struct sockaddr_storage *address)
{
	return (const struct sockaddr_in *)address;
}

static const struct sockaddr_in6 *v6(const struct sockaddr_storage *address)
{
	return (const struct sockaddr_in6 *)address;
}

bool netaddr_parse(const char *text, uint16_t port, struct sockaddr_storage *out)
{
	struct sockaddr_storage address = { 0 };
	struct sockaddr_in *in = (struct sockaddr_in *)&address;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&address;

	if (inet_pton(AF_INET, text, &in->sin_addr) == 1)
		address.ss_family = AF_INET;
	else if (inet_pton(AF_INET6, text, &in6->sin6_addr) == 1)
		address.ss_family = AF_INET6;
	else
		return false;
	netaddr_set_port(&address, port);
	*out = address;
	return true;
}

/* Written by hand, for every message has several, and printf takes ten times as long. Returns the end. */
static char *put_number(char *at, unsigned number)
{
	char digits[8];
	unsigned n = 0;

	do {
		digits[n++] = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	while (n)
		*at++ = digits[--n];
	return at;
}

/* The address alone, and its terminating 0; returns where that is. */
static char *put_host(const struct sockaddr_storage *address, char out[static INET6_ADDRSTRLEN])
{
	const uint8_t *octets = (const uint8_t *)&v4(address)->sin_addr;
	char *at = out;

	*at = '\0';
	if (address->ss_family == AF_INET6) {
		inet_ntop(AF_INET6, &v6(address)->sin6_addr, out, INET6_ADDRSTRLEN);
		return out + strlen(out);
	}
	for (unsigned i = 0; address->ss_family == AF_INET && i < sizeof(struct in_addr); i++) {
		if (i)
			*at++ = '.';
		at = put_number(at, octets[i]);
	}
	*at = '\0';
	return at;
}

void netaddr_host(const struct sockaddr_storage *address, char *out, size_t size)
{
	char host[INET6_ADDRSTRLEN];

	put_host(address, host);
	osmo_strlcpy(out, host, size);
}

void netaddr_text(const struct sockaddr_storage *address, char *out, size_t size)
{
	const bool six = address->ss_family == AF_INET6;
	char text[NETADDR_TEXT_MAX], *at = text;

	if (six)
		*at++ = '[';
	at = put_host(address, at);
	if (six)
		*at++ = ']';
	*at++ = ':';
	at = put_number(at, netaddr_port(address));
	*at = '\0';
	osmo_strlcpy(out, text, size);
}

uint16_t netaddr_port(const struct sockaddr_storage *address)
{
	if (address->ss_family == AF_INET)
		return ntohs(v4(address)->sin_port);
	return address->ss_family == AF_INET6 ? ntohs(v6(address)->sin6_port) : 0;
}

void netaddr_set_port(struct sockaddr_storage *address, uint16_t port)
{
	if (address->ss_family == AF_INET)
		((struct sockaddr_in *)address)->sin_port = htons(port);
	else if (address->ss_family == AF_INET6)
		((struct sockaddr_in6 *)address)->sin6_port = htons(port);
}

bool netaddr_same_host(const struct sockaddr_storage *a, const struct sockaddr_storage *b)
{
	if (a->ss_family != b->ss_family)
		return false;
	if (a->ss_family == AF_INET)
		return v4(a)->sin_addr.s_addr == v4(b)->sin_addr.s_addr;
	return a->ss_family == AF_INET6 &&
	       !memcmp(&v6(a)->sin6_addr, &v6(b)->sin6_addr, sizeof(v6(a)->sin6_addr));
}

bool netaddr_is_any(const struct sockaddr_storage *address)
{
	if (address->ss_family == AF_INET)
		return v4(address)->sin_addr.s_addr == htonl(INADDR_ANY);
	return address->ss_family == AF_INET6 && IN6_IS_ADDR_UNSPECIFIED(&v6(address)->sin6_addr);
}

static bool is_host4(uint32_t host)
{
	return host >> 24 != 0 && host >> 16 != 0xa9fe /* 169.254/16 */ && !IN_MULTICAST(host) &&
	       !IN_BADCLASS(host) /* 240/4, broadcast too */;
}

static bool is_host6(const struct in6_addr *host)
{
	return !IN6_IS_ADDR_UNSPECIFIED(host) && !IN6_IS_ADDR_LINKLOCAL(host) &&
	       !IN6_IS_ADDR_MULTICAST(host) && !IN6_IS_ADDR_V4MAPPED(host);
}

bool netaddr_is_host(const struct sockaddr_storage *address)
{
	if (address->ss_family == AF_INET)
		return is_host4(ntohl(v4(address)->sin_addr.s_addr));
	return address->ss_family == AF_INET6 && is_host6(&v6(address)->sin6_addr);
}

socklen_t netaddr_len(const struct sockaddr_storage *address)
{
	return address->ss_family == AF_INET6 ? sizeof(struct sockaddr_in6)
					      : sizeof(struct sockaddr_in);
}

int netaddr_towards(const struct sockaddr_storage *there, struct sockaddr_storage *out)
{
	struct sockaddr_storage address = { 0 };
	socklen_t len = sizeof(address);
	int rc = 0;
	int fd = socket(there->ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	/* Connecting a datagram socket sends nothing: it asks the routing table. */
	if (connect(fd, (const struct sockaddr *)there, netaddr_len(there)) < 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &len) < 0)
		rc = -errno;
	close(fd);
	if (rc)
		return rc;
	netaddr_set_port(&address, 0);
	*out = address;
	return 0;
}
