/* Ports that nobody else takes while a test has them: they lie below those that the kernel gives away itself, in a page
 * that this process holds by a name of the abstract namespace. tests/common/ports.py gives the same pages, so that the
 * tests of both kinds may run side by side. */
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/unit/unit.h"

enum { PORTS_FIRST = 10240, PORTS_END = 32768, PORTS_PAGE = 256 };

static inline bool ports_hold(int fd, uint16_t first)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	int len = snprintf(name.sun_path + 1, sizeof(name.sun_path) - 1, "crosspoint-ports-%u",
			   first);

	return bind(fd, (struct sockaddr *)&name,
		    offsetof(struct sockaddr_un, sun_path) + 1 + len) == 0;
}

/* The first port of this process's page, which is held until the process ends. */
static inline uint16_t ports_page(void)
{
	enum { PAGES = (PORTS_END - PORTS_FIRST) / PORTS_PAGE };
	static uint16_t first;
	static pid_t owner; /* a test is a child of its program */
	int fd;

	if (owner == getpid())
		return first;
	owner = getpid();
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	for (unsigned i = 0; i < PAGES; i++) {
		first = PORTS_FIRST + ((unsigned)owner + i) % PAGES * PORTS_PAGE;
		if (ports_hold(fd, first))
			return first;
	}
	ck_abort_msg("no page of ports is free");
	return 0;
}

/* On all addresses: by a program that is no test, perhaps. */
static inline bool port_is_free(uint16_t port, int type)
{
	const struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
	bool free = bind(fd, (const struct sockaddr *)&at, sizeof(at)) == 0;

	close(fd);
	return free;
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
