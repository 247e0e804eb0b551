/* Addresses in the wizard: read, guessed from the route to the PBX, tried. */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <osmocom/core/sockaddr_str.h>
#include <osmocom/core/utils.h>

#include "manage/setup/setup_model.h"

enum { SIP_PORT = 5060, PORTS_TRIED = 100 };

static bool is_name(const char *text)
{
	const size_t len = strlen(text);
	bool letter = false;

	if (!len || !isalnum((unsigned char)text[0]) || !isalnum((unsigned char)text[len - 1]))
		return false;
	for (; *text; text++) {
		letter |= isalpha((unsigned char)*text) != 0;
		if (!isalnum((unsigned char)*text) && *text != '-' && *text != '.')
			return false;
	}
	return letter;
}

static int family_of(const char *host)
{
	unsigned char binary[sizeof(struct in6_addr)];

	return inet_pton(AF_INET, host, binary) == 1    ? AF_INET
	       : inet_pton(AF_INET6, host, binary) == 1 ? AF_INET6
							: 0;
}

/* Cuts "HOST:PORT", "[HOST]:PORT" or "HOST" up in place; *port is NULL without one. False: neither of them. */
static bool cut(char *text, char **host, char **port)
{
	char *colon = strchr(text, ':');

	*host = text;
	*port = NULL;
	if (*text == '[') {
		char *end = strchr(text, ']');

		if (!end || (end[1] && end[1] != ':'))
			return false;
		*host = text + 1;
		*port = end[1] ? end + 2 : NULL;
		*end = '\0';
		return family_of(*host) == AF_INET6;
	}
	if (colon && !strchr(colon + 1, ':')) {
		*colon = '\0';
		*port = colon + 1;
	}
	return true;
}

const char *setup_place_read(const char *text, struct setup_place *place)
{
	static const char wrong[] =
		"is no address; 192.0.2.10, 2001:db8::10 or pbx.example.com would be, with a port "
		"192.0.2.10:5062 or [2001:db8::10]:5062";
	char copy[SETUP_HOST], *host, *port, *end = NULL;
	unsigned long number = 0;

	if (strlen(text) >= sizeof(copy))
		return "is too long; a host name has at most 253 characters";
	osmo_strlcpy(copy, text, sizeof(copy));
	if (!cut(copy, &host, &port) || (!family_of(host) && !is_name(host)))
		return wrong;
	if (port) {
		number = isdigit((unsigned char)*port) ? strtoul(port, &end, 10) : 0;
		if (number < 1 || number > 65535 || *end)
			return "has no good port; 1 to 65535 would be right, as in 192.0.2.10:5062";
	}
	if (!strcmp(host, "0.0.0.0") || !strcmp(host, "::"))
		return "stands for every address; one address is right, that the other side sees";
	osmo_strlcpy(place->host, host, sizeof(place->host));
	place->family = family_of(host);
	place->port = (uint16_t)number;
	return NULL;
}

void setup_place_text(const struct setup_place *place, char *out, size_t size)
{
	const char *format = place->family == AF_INET6 ? "[%s]" : "%s";
	int len = snprintf(out, size, format, place->host);

	if (place->port && len > 0 && (size_t)len < size)
		snprintf(out + len, size - len, ":%u", place->port);
}

/* 0 or -errno. TCP as servers bind, that is with SO_REUSEADDR. */
static int try_to_bind(const char *host, uint16_t port, int type)
{
	struct sockaddr_storage at = { 0 };
	struct osmo_sockaddr_str text;
	int fd, one = 1, rc;

	if (osmo_sockaddr_str_from_str(&text, host, port) < 0 ||
	    osmo_sockaddr_str_to_sockaddr(&text, &at) < 0)
		return -EINVAL;
	fd = socket(at.ss_family, type | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (type == SOCK_STREAM)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	rc = bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0 ? -errno : 0;
	close(fd);
	return rc;
}

static bool is_loopback(const struct setup_place *place)
{
	return (place->family == AF_INET && !strncmp(place->host, "127.", 4)) ||
	       (place->family == AF_INET6 && !strcmp(place->host, "::1"));
}

static uint16_t port_of(const struct setup_place *place)
{
	return place->port ? place->port : SIP_PORT;
}

static bool same_place(const struct setup_place *a, const struct setup_place *b)
{
	return !strcmp(a->host, b->host) && port_of(a) == port_of(b);
}

/* The address that the kernel would send from. */
static void route_source(const struct addrinfo *to, struct setup_place *own)
{
	struct osmo_sockaddr_str text;
	struct sockaddr_storage at = { 0 };
	socklen_t len = sizeof(at);
	int fd = socket(to->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd >= 0 && connect(fd, to->ai_addr, to->ai_addrlen) == 0 &&
	    getsockname(fd, (struct sockaddr *)&at, &len) == 0 &&
	    osmo_sockaddr_str_from_sockaddr(&text, &at) == 0) {
		osmo_strlcpy(own->host, text.ip, sizeof(own->host));
		own->family = to->ai_family;
	}
	if (fd >= 0)
		close(fd);
}

void setup_place_guess(const struct setup_place *pbx, bool taken, struct setup_place *own)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_DGRAM,
					.ai_flags = pbx->family ? AI_NUMERICHOST : 0 };
	struct addrinfo *found = NULL;

	*own = (struct setup_place){ .port = SIP_PORT };
	if (getaddrinfo(pbx->host, "5060", &hints, &found) == 0)
		route_source(found, own);
	if (found)
		freeaddrinfo(found);
	if (!*own->host)
		return;
	for (unsigned i = 0; i < PORTS_TRIED; i++, own->port += 2)
		if (!same_place(own, pbx) &&
		    (taken || try_to_bind(own->host, own->port, SOCK_DGRAM) != -EADDRINUSE))
			return;
	own->port = SIP_PORT;
}

const char *setup_place_check(const struct setup_place *own, const struct setup_place *pbx,
			      bool taken)
{
	int rc;

	if (!own->family)
		return "is a name; an address in figures is right here";
	if (pbx->family && own->family != pbx->family)
		return own->family == AF_INET ? "is an IPv4 address, and the PBX has an IPv6 one"
					      : "is an IPv6 address, and the PBX has an IPv4 one";
	if (pbx->family && is_loopback(own) && !is_loopback(pbx))
		return "is seen by this machine alone, and the PBX is elsewhere; `ip address` "
		       "lists "
		       "the others";
	if (same_place(own, pbx))
		return "is the PBX's own address and port; on one machine the two need different "
		       "ports, as in 127.0.0.1:5062";
	rc = try_to_bind(own->host, port_of(own), SOCK_DGRAM);
	if (rc == -EADDRNOTAVAIL || rc == -EINVAL)
		return "is no address of this machine; `ip address` lists those";
	if (rc == -EADDRINUSE && !taken)
		return "has a port that another program holds, `ss -ulnp` tells which; say another "
		       "port, as in 192.0.2.20:5062";
	if (rc == -EACCES)
		return "has a port below 1024, and those are root's; 5060 is usual";
	return NULL;
}

uint16_t setup_free_port(uint16_t port)
{
	for (unsigned i = 0; i < PORTS_TRIED; i++)
		if (try_to_bind("127.0.0.1", (uint16_t)(port + i), SOCK_STREAM) == 0)
			return (uint16_t)(port + i);
	return port;
}
