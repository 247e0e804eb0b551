/* The RTP ports: pairs of sockets, RTP on an even port and RTCP on the odd one above it (RFC 3550 11).
 * Control thread. A port that became free is the last to be used again. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

struct mg_config;

struct ports {
	uint8_t used[65536 / 16]; /* one bit a pair */
	unsigned pairs;           /* in use */
	unsigned next;            /* where to look first */
};

struct port_pair {
	int rtp_fd, rtcp_fd;           /* non-blocking, not connected */
	struct sockaddr_storage local; /* to tell the peer; its port is RTP's */
};

/* Opens a pair towards peer: on the configured address, else on the one that the route to the peer
 * leaves from. Peer's family 0: on all addresses of IPv4, and *out tells that of the default route.
 * 0, -EMFILE (no port free), -EAFNOSUPPORT (not the configured address's family), or -errno. */
int ports_open(struct ports *ports, const struct mg_config *config,
	       const struct sockaddr_storage *peer, struct port_pair *out);
void ports_close(struct ports *ports, struct port_pair *pair);
unsigned ports_total(const struct mg_config *config);

/* Of IPv4 and IPv6 alike, in host order. */
uint16_t address_port(const struct sockaddr_storage *address);
void address_set_port(struct sockaddr_storage *address, uint16_t port);
bool address_is_any(const struct sockaddr_storage *address);
socklen_t address_len(const struct sockaddr_storage *address);
