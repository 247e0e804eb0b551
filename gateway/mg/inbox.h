/* Reads datagrams from a socket, several at a time, into memory that all sockets of a media thread share.
 * Each comes with the moment of its arrival at this machine, not that of its being read. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "rtp/packet.h"

enum { INBOX_BATCH = 8, INBOX_CONTROL = 64 };

struct inbox {
	unsigned n;      /* datagrams of the last reading */
	uint64_t now_us; /* the clock when this tick's reading began */
	uint64_t
		wall_us; /* CLOCK_REALTIME then, that the kernel stamps with; 0: ignore its stamps */
	struct mmsghdr messages[INBOX_BATCH];
	struct iovec pieces[INBOX_BATCH];
	struct sockaddr_storage from[INBOX_BATCH];
	uint8_t control[INBOX_BATCH][INBOX_CONTROL] __attribute__((aligned(8)));
	uint8_t octets[INBOX_BATCH][RTP_MAX_PACKET + 1]; /* one more, to know what was too long */
};

struct datagram {
	const uint8_t *octets;
	size_t len;
	const struct sockaddr_storage *from;
	uint64_t arrival_us;
};

void inbox_init(struct inbox *inbox);
/* How many datagrams came, at most INBOX_BATCH; they are valid until the next call. */
unsigned inbox_read(struct inbox *inbox, int fd);
/* The kernel keeps everybody's datagrams but this peer's out of the socket, so that a flood of them takes no
 * room there and no time here; peer NULL: it lets all in again. Datagrams that wait are kept. */
void inbox_restrict(int fd, const struct sockaddr_storage *peer);
struct datagram inbox_get(const struct inbox *inbox, unsigned i);
