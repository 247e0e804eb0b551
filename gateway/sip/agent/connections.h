/* TCP and TLS connections, which Sofia-SIP makes, owns and does not show: mends.c tells of each that begins and ends. So
 * they are bounded in number, those that say nothing do not stay, and people can see them. Of the process, not of an agent.
 * Control thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include <osmocom/core/linuxlist.h>
#include <osmocom/core/timer.h>
#include <sofia-sip/tport.h>

#include "sip/agent/nta.h"

enum {
	CONNECTIONS_MAX = 4096,    /* that others opened */
	CONNECTIONS_OF_HOST = 256, /* of them, from one address (IPv6: one /64) */
	CONNECTION_MUTE_S =
		15, /* one of others is closed that has brought no whole request by then */
	CONNECTION_PONG_S = 10, /* for which a ping waits, RFC 5626 4.4.1 */
};

enum { AGENT_MESSAGE_MAX = 65535 }; /* octets; more is answered 413 */

struct connection {
	struct llist_head entry;
	tport_t *tport;
	int fd;
	bool accepted;   /* opened by the other side */
	bool spoke;      /* a request came */
	uint64_t number; /* since the start of the process, from 1 */
	uint64_t since_us;
	struct sockaddr_storage host; /* accepted: whose it is */
	struct osmo_timer_list pong;  /* runs while a ping waits for its own */
	uint64_t heard_before;        /* the ping: octets that had come by then */
};

struct connections_totals {
	unsigned now, accepted;         /* open; of them, opened by others */
	uint64_t opened, refused, mute; /* ever: all, over a limit, closed as mute */
	uint64_t unanswered;            /* closed as no pong came */
};

/* Sofia-SIP is about to use that socket as a connection. False: it may not be, and is not. */
bool connections_begin(tport_t *tport, int fd, bool accepted);
/* It is about to let go of it. */
void connections_end(const tport_t *tport);
void connections_totals(struct connections_totals *out);
/* Until fn returns false. */
void connections_each(bool (*fn)(void *data, const struct connection *), void *data);
/* This request came by one, and was worth a transaction. */
void connections_spoke(nta_incoming_t *irq);
/* One to that address and port is open. */
bool connections_lead_to(const struct sockaddr_storage *there);
/* The number of the newest connection that we opened to that address and port; 0: there is none. */
uint64_t connections_opened_to(const struct sockaddr_storage *there);
/* The connection of that number is still open, at both ends as far as is known. */
bool connections_is_open(uint64_t number);
/* Its socket; -1: it is none. */
int connections_fd(const tport_t *tport);
/* Says on each connection that we opened to there that it is still wanted (RFC 5626 4.4.1). One that brings nothing in
 * return for CONNECTION_PONG_S is closed; the next request opens another. say_by_tls writes to those of TLS. */
void connections_ping(const struct sockaddr_storage *there,
		      void (*say_by_tls)(int fd, const char *text, size_t len));
/* Ends those that came to, or left from, that primary transport. */
void connections_leave(const tport_t *primary);
/* The master transport's sockets have changed: Sofia-SIP has made their Via anew and forgets that connections point to the
 * old one. */
void connections_renew(void);
