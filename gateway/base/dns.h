/* Asks a DNS server, and waits for nobody: c-ares in the control thread's loop. Control thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dns;
struct dns_query;

enum dns_result {
	DNS_ANSWER,  /* octets */
	DNS_NOTHING, /* there is no such name, or no such record of it */
	DNS_FAILED,  /* the server refuses, or talks nonsense, or cannot be reached */
	DNS_LATE,    /* no answer in time */
};

struct dns_answer {
	enum dns_result result;
	const uint8_t *octets; /* the whole message */
	size_t len;
	unsigned ttl_s; /* so long it may be kept, dns_ttl.h; of DNS_ANSWER and DNS_NOTHING */
};

struct dns_servers {
	const char *address; /* "": the system's */
	uint16_t port;       /* 0: DNS's own, 53 */
	const char *
		system; /* where those are, resolv.conf(5), followed when it changes; NULL: /etc/resolv.conf */
};

/* What servers points to is copied. timeout_ms: for all of a query; it is sent twice meanwhile. NULL: no memory, or no
 * server. */
struct dns *dns_new(void *talloc_ctx, const struct dns_servers *servers, unsigned timeout_ms);
/* With no query left. NULL does nothing. */
void dns_free(struct dns *dns);
/* done is called once, from the loop. NULL: no memory. */
struct dns_query *dns_ask_naptr(struct dns *dns, const char *name,
				void (*done)(void *data, const struct dns_answer *), void *data);
/* Before done was called; it is not called then. NULL does nothing. */
void dns_cancel(struct dns_query *query);
