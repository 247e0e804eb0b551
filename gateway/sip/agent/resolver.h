/* Where a SIP name leads (RFC 3263): NAPTR, SRV, A and AAAA records, asked for without waiting, through Sofia-SIP's
 * sresolv. Control thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include <sofia-sip/su_wait.h>

#include "sip/text/transport.h"

enum { HOPS_MAX = 16, HOP_HOST_MAX = 128 };

/* One place that a request can be sent to. */
struct hop {
	struct sockaddr_storage address;
	enum transport transport;
};

struct hop_list {
	struct hop hops[HOPS_MAX]; /* the best first */
	size_t n;
	uint32_t ttl_s; /* for which it holds */
};

struct hop_query {
	char host[HOP_HOST_MAX];
	uint16_t port;      /* 0: not said, SRV tells */
	bool any_transport; /* not said either: NAPTR, or what has SRV records, tells */
	enum transport transport;
	bool usable[TRANSPORTS]; /* what we can speak */
	bool ipv4, ipv6;         /* what we can reach */
};

struct resolver;
struct lookup;

struct resolver *resolver_new(void *talloc_ctx, su_root_t *root);
void resolver_free(struct resolver *resolver);
/* Asks that server; "": those of /etc/resolv.conf. 0 or -errno. */
int resolver_use(struct resolver *resolver, const char *server, uint16_t port);

/* done is called once, from the loop: with n 0 when the name leads nowhere. NULL: no memory. */
struct lookup *lookup_start(struct resolver *resolver, const struct hop_query *query,
			    void (*done)(void *data, const struct hop_list *list), void *data);
/* Before done was called. NULL does nothing. */
void lookup_cancel(struct lookup *lookup);
