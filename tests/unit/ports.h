/* Ports that nobody else takes while a test has them: they lie below those that the kernel gives away itself, in a page
 * that this process holds by a name of the abstract namespace. tests/common/ports.py gives the same pages, so that the
 * tests of both kinds may run side by side. */
#pragma once

#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/unit/unit.h"

enum { PORTS_FIRST = 10240, PORTS_END = 32768, PORTS_PAGE = 256 };
enum { PORTS_PATIENCE_MS = 60000, PORTS_AGAIN_MS = 100 }; /* until others give theirs back */

static inline bool ports_hold(int fd, uint16_t first)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	int len = snprintf(name.sun_path + 1, sizeof(name.sun_path) - 1, "crosspoint-ports-%u",
			   first);

	return bind(fd, (struct sockaddr *)&name,
		    offsetof(struct sockaddr_un, sun_path) + 1 + len) == 0;
}

/* The first port of a page that nobody had; 0: all are held. */
static inline uint16_t ports_take(int fd)
{
	enum { PAGES = (PORTS_END - PORTS_FIRST) / PORTS_PAGE };

	for (unsigned i = 0; i < PAGES; i++) {
		uint16_t first = PORTS_FIRST + ((unsigned)getpid() + i) % PAGES * PORTS_PAGE;

		if (ports_hold(fd, first))
			return first;
	}
	return 0;
}

/* The first port of this process's page, which is held until the process ends. */
static inline uint16_t ports_page(void)
{
	static uint16_t first;
	static pid_t owner; /* a test is a child of its program */
	int fd;

	if (owner == getpid())
		return first;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	ck_assert_int_ge(fd, 0);
	first = ports_take(fd);
	for (int ms = 0; !first && ms < PORTS_PATIENCE_MS; ms += PORTS_AGAIN_MS) {
		poll(NULL, 0, PORTS_AGAIN_MS);
		first = ports_take(fd);
	}
	if (!first)
		ck_abort_msg("no page of ports is free");
	owner = getpid();
	return first;
}

/* A socket of that type for both families, bound to all of their addresses; of IPv4 where there is no IPv6. -1: not. */
static inline int port_bind(uint16_t port, int type)
{
	const struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	const struct sockaddr_in four = { .sin_family = AF_INET, .sin_port = htons(port) };
	const int no = 0;
	int rc, fd = socket(AF_INET6, type | SOCK_CLOEXEC, 0);

	if (fd >= 0) {
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof(no));
		rc = bind(fd, (const struct sockaddr *)&six, sizeof(six));
	} else {
		fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
		ck_assert_int_ge(fd, 0);
		rc = bind(fd, (const struct sockaddr *)&four, sizeof(four));
	}
	if (!rc)
		return fd;
	close(fd);
	return -1;
}

/* Has no program it, not even one that is no test? */
static inline bool port_is_free(uint16_t port, int type)
{
	int fd = port_bind(port, type);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* The first of n consecutive ports, an even one, each free for UDP and TCP; behind those that were given last, and round
 * at the page's end. */
static inline uint16_t ports_free(unsigned n)
{
	static unsigned next;
	unsigned found = 0;

	for (unsigned tries = 0; tries < 2 * PORTS_PAGE; tries++) {
		uint16_t port;

		if (next + n - found > PORTS_PAGE)
			next = found = 0;
		port = (uint16_t)(ports_page() + next++);
		if (found == 0 && port % 2)
			continue;
		found = port_is_free(port, SOCK_DGRAM) && port_is_free(port, SOCK_STREAM)
				? found + 1
				: 0;
		if (found == n)
			return (uint16_t)(port + 1 - n);
	}
	ck_abort_msg("no %u ports are free", n);
	return 0;
}
