/* c-ares says which sockets it waits for, and what time. It may call back from inside ares_query, and cannot give up one
 * query alone: so what is told is told by a timer of the query's own, and a query that is cancelled stays until it ends. */
#include "base/dns.h"

#include <stdio.h>
#include <string.h>
#include <sys/time.h>

#include <ares.h>
#include <arpa/nameser.h>

#include <osmocom/core/linuxlist.h>
#include <osmocom/core/select.h>
#include <osmocom/core/talloc.h>
#include <osmocom/core/timer.h>
#include <osmocom/core/utils.h>

enum { TRIES = 2, UDP_OCTETS = 1232, US_PER_MS = 1000, MS_PER_S = 1000 };

struct dns_socket {
	struct llist_head entry;
	struct dns *dns;
	struct osmo_fd fd;
};

struct dns {
	ares_channel channel;
	bool made; /* channel is */
	struct llist_head sockets;
	struct osmo_timer_list again;
	unsigned timeout_ms;
};

struct dns_query {
	void (*done)(void *data, const struct dns_answer *answer); /* NULL: cancelled, or told */
	void *data;
	bool ended; /* for c-ares */
	struct dns_answer answer;
	uint8_t *octets;
	struct osmo_timer_list late; /* and, once it has ended, at once */
};

/* Sockets and time */

static void plan(struct dns *dns)
{
	struct timeval at, *next = ares_timeout(dns->channel, NULL, &at);

	if (next)
		osmo_timer_schedule(&dns->again, (int)next->tv_sec, (int)next->tv_usec);
	else
		osmo_timer_del(&dns->again);
}

static void process(struct dns *dns, ares_socket_t in, ares_socket_t out)
{
	ares_process_fd(dns->channel, in, out);
	plan(dns);
}

static int on_ready(struct osmo_fd *fd, unsigned what)
{
	process(fd->data, what & OSMO_FD_READ ? fd->fd : ARES_SOCKET_BAD,
		what & OSMO_FD_WRITE ? fd->fd : ARES_SOCKET_BAD);
	return 0;
}

static void on_time(void *data)
{
	process(data, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
}

static struct dns_socket *socket_of(struct dns *dns, int fd)
{
	struct dns_socket *socket;

	llist_for_each_entry (socket, &dns->sockets, entry) {
		if (socket->fd.fd == fd)
			return socket;
	}
	return NULL;
}

static void unwatch(struct dns_socket *socket)
{
	osmo_fd_unregister(&socket->fd);
	llist_del(&socket->entry);
	talloc_free(socket);
}

/* ARES_OPT_SOCK_STATE_CB; one that cannot be watched for want of memory ends by its time. */
static void on_socket(void *data, ares_socket_t fd, int readable, int writable)
{
	const unsigned when = (readable ? OSMO_FD_READ : 0) | (writable ? OSMO_FD_WRITE : 0);
	struct dns *dns = data;
	struct dns_socket *socket = socket_of(dns, fd);

	if (socket && when)
		osmo_fd_update_when(&socket->fd, 0, when);
	else if (socket)
		unwatch(socket);
	if (socket || !when)
		return;
	socket = talloc_zero(dns, struct dns_socket);
	if (!socket)
		return;
	osmo_fd_setup(&socket->fd, fd, when, on_ready, dns, 0);
	if (osmo_fd_register(&socket->fd) < 0) {
		talloc_free(socket);
		return;
	}
	llist_add_tail(&socket->entry, &dns->sockets);
}

/* Queries */

static void query_free(struct dns_query *query)
{
	osmo_timer_del(&query->late);
	talloc_free(query);
}

/* Told, or late: from the loop. */
static void on_late(void *data)
{
	struct dns_query *query = data;
	void (*done)(void *, const struct dns_answer *) = query->done;
	static const struct dns_answer late = { .result = DNS_LATE };

	query->done = NULL;
	if (done)
		done(query->data, query->ended ? &query->answer : &late);
	if (query->ended)
		query_free(query);
}

static enum dns_result result_of(int status)
{
	switch (status) {
	case ARES_SUCCESS:
		return DNS_ANSWER;
	case ARES_ENOTFOUND:
	case ARES_ENODATA:
		return DNS_NOTHING;
	case ARES_ETIMEOUT:
		return DNS_LATE;
	default:
		return DNS_FAILED;
	}
}

/* ares_query: the octets are c-ares's own. */
static void on_answer(void *data, int status, int timeouts, unsigned char *octets, int len)
{
	struct dns_query *query = data;

	(void)timeouts;
	query->ended = true;
	if (!query->done) {
		query_free(query);
		return;
	}
	query->answer.result = result_of(status);
	if (query->answer.result == DNS_ANSWER)
		query->octets = talloc_memdup(query, octets, (size_t)len);
	if (query->octets) {
		query->answer.octets = query->octets;
		query->answer.len = (size_t)len;
	} else if (query->answer.result == DNS_ANSWER) {
		query->answer.result = DNS_FAILED;
	}
	osmo_timer_schedule(&query->late, 0, 0);
}

struct dns_query *dns_ask_naptr(struct dns *dns, const char *name,
				void (*done)(void *data, const struct dns_answer *), void *data)
{
	struct dns_query *query = talloc_zero(NULL, struct dns_query);

	if (!query)
		return NULL;
	query->done = done;
	query->data = data;
	osmo_timer_setup(&query->late, on_late, query);
	osmo_timer_schedule(&query->late, (int)(dns->timeout_ms / MS_PER_S),
			    (int)(dns->timeout_ms % MS_PER_S) * US_PER_MS);
	ares_query(dns->channel, name, ns_c_in, ns_t_naptr, on_answer, query);
	plan(dns);
	return query;
}

void dns_cancel(struct dns_query *query)
{
	if (!query)
		return;
	query->done = NULL;
	osmo_timer_del(&query->late);
	if (query->ended)
		query_free(query);
}

/* Birth and death */

static bool set_server(struct dns *dns, const char *server, uint16_t port)
{
	char text[64];

	if (!*server)
		return true;
	snprintf(text, sizeof(text), strchr(server, ':') ? "[%s]:%u" : "%s:%u", server, port);
	return ares_set_servers_ports_csv(dns->channel, text) == ARES_SUCCESS;
}

struct dns *dns_new(void *talloc_ctx, const char *server, uint16_t port, unsigned timeout_ms)
{
	struct ares_options options = {
		.flags = ARES_FLAG_EDNS | ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES,
		.ednspsz = UDP_OCTETS,
		.tries = TRIES,
		.timeout = (int)(timeout_ms / TRIES),
		.sock_state_cb = on_socket,
	};
	struct dns *dns = talloc_zero(talloc_ctx, struct dns);

	if (!dns)
		return NULL;
	INIT_LLIST_HEAD(&dns->sockets);
	osmo_timer_setup(&dns->again, on_time, dns);
	dns->timeout_ms = timeout_ms;
	options.sock_state_cb_data = dns;
	dns->made = ares_init_options(&dns->channel, &options,
				      ARES_OPT_FLAGS | ARES_OPT_EDNSPSZ | ARES_OPT_TRIES |
					      ARES_OPT_TIMEOUTMS | ARES_OPT_SOCK_STATE_CB) ==
		    ARES_SUCCESS;
	if (!dns->made || !set_server(dns, server, port)) {
		dns_free(dns);
		return NULL;
	}
	return dns;
}

void dns_free(struct dns *dns)
{
	if (!dns)
		return;
	if (dns->made)
		ares_destroy(dns->channel); /* ends queries that were cancelled */
	osmo_timer_del(&dns->again);
	talloc_free(dns);
}
