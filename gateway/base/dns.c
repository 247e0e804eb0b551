/* c-ares says which sockets it waits for, and what time. It may call back from inside ares_query, and cannot give up one
 * query alone: so what is told is told by a timer of the query's own, and a query that is cancelled stays until it ends.
 * It takes no other servers while it asks: so when those of the system change, those who ask later ask a channel of their
 * own, and the one before stays until its queries end. */
#include "base/dns.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>

#include <ares.h>
#include <arpa/nameser.h>

#include <osmocom/core/linuxlist.h>
#include <osmocom/core/select.h>
#include <osmocom/core/talloc.h>
#include <osmocom/core/timer.h>
#include <osmocom/core/utils.h>

#include "base/dns_ttl.h"

enum { TRIES = 2, UDP_OCTETS = 1232, US_PER_MS = 1000, MS_PER_S = 1000 };

#define SYSTEM "/etc/resolv.conf"

struct dns_socket {
	struct llist_head entry;
	struct channel *channel;
	struct osmo_fd fd;
};

/* Servers, as they were when it was made. */
struct channel {
	struct llist_head entry;
	ares_channel ares;
	struct llist_head sockets;
	struct osmo_timer_list again;
	unsigned n_queries; /* that have not ended for c-ares */
};

struct dns {
	struct llist_head channels; /* the first is asked */
	char server[64];            /* with its port; "": the system's */
	char *system;               /* a file of servers */
	uint16_t system_port;       /* that they are asked at; 0: DNS's own */
	struct stat seen;           /* of it, when its servers were read */
	unsigned timeout_ms;
};

struct dns_query {
	struct channel *channel;
	void (*done)(void *data, const struct dns_answer *answer); /* NULL: cancelled, or told */
	void *data;
	bool ended; /* for c-ares */
	struct dns_answer answer;
	uint8_t *octets;
	struct osmo_timer_list late; /* and, once it has ended, at once */
};

/* Sockets and time */

static void plan(struct channel *channel)
{
	struct timeval at, *next = ares_timeout(channel->ares, NULL, &at);

	if (next)
		osmo_timer_schedule(&channel->again, (int)next->tv_sec, (int)next->tv_usec);
	else
		osmo_timer_del(&channel->again);
}

static void process(struct channel *channel, ares_socket_t in, ares_socket_t out)
{
	ares_process_fd(channel->ares, in, out);
	plan(channel);
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

static struct dns_socket *socket_of(struct channel *channel, int fd)
{
	struct dns_socket *socket;

	llist_for_each_entry (socket, &channel->sockets, entry) {
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
	struct channel *channel = data;
	struct dns_socket *socket = socket_of(channel, fd);

	if (socket && when)
		osmo_fd_update_when(&socket->fd, 0, when);
	else if (socket)
		unwatch(socket);
	if (socket || !when)
		return;
	socket = talloc_zero(channel, struct dns_socket);
	if (!socket)
		return;
	osmo_fd_setup(&socket->fd, fd, when, on_ready, channel, 0);
	if (osmo_fd_register(&socket->fd) < 0) {
		talloc_free(socket);
		return;
	}
	llist_add_tail(&socket->entry, &channel->sockets);
}

/* Channels */

static bool set_server(struct channel *channel, const char *server)
{
	return !*server || ares_set_servers_ports_csv(channel->ares, server) == ARES_SUCCESS;
}

/* Ends queries that were cancelled. */
static void channel_free(struct channel *channel)
{
	ares_destroy(channel->ares);
	osmo_timer_del(&channel->again);
	talloc_free(channel);
}

/* NULL: no memory, or no server. */
static struct channel *channel_new(const struct dns *dns)
{
	struct ares_options options = {
		.flags = ARES_FLAG_EDNS | ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES,
		.ednspsz = UDP_OCTETS,
		.tries = TRIES,
		.timeout = (int)(dns->timeout_ms / TRIES),
		.sock_state_cb = on_socket,
		.resolvconf_path = dns->system,
		.udp_port = dns->system_port,
		.tcp_port = dns->system_port,
	};
	struct channel *channel = talloc_zero(dns, struct channel);

	if (!channel)
		return NULL;
	INIT_LLIST_HEAD(&channel->sockets);
	osmo_timer_setup(&channel->again, on_time, channel);
	options.sock_state_cb_data = channel;
	if (ares_init_options(&channel->ares, &options,
			      ARES_OPT_FLAGS | ARES_OPT_EDNSPSZ | ARES_OPT_TRIES |
				      ARES_OPT_TIMEOUTMS | ARES_OPT_SOCK_STATE_CB |
				      ARES_OPT_RESOLVCONF | ARES_OPT_UDP_PORT |
				      ARES_OPT_TCP_PORT) != ARES_SUCCESS) {
		talloc_free(channel);
		return NULL;
	}
	if (!set_server(channel, dns->server)) {
		channel_free(channel);
		return NULL;
	}
	return channel;
}

/* Of those that are asked no more, the ones whose queries have ended. */
static void free_idle(struct dns *dns)
{
	struct channel *channel, *next;

	llist_for_each_entry_safe (channel, next, &dns->channels, entry) {
		if (channel->entry.prev == &dns->channels || channel->n_queries)
			continue;
		llist_del(&channel->entry);
		channel_free(channel);
	}
}

static bool is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static struct stat look_at(const char *path)
{
	struct stat now;

	if (stat(path, &now) < 0)
		memset(&now, 0, sizeof(now));
	return now;
}

/* Without memory those before are asked. */
static void follow_system(struct dns *dns)
{
	struct channel *channel;
	struct stat now;

	free_idle(dns);
	if (*dns->server)
		return;
	now = look_at(dns->system);
	channel = is_same(&now, &dns->seen) ? NULL : channel_new(dns);
	if (!channel)
		return;
	llist_add(&channel->entry, &dns->channels);
	dns->seen = now;
}

/* Queries */

static void query_free(struct dns_query *query)
{
	osmo_timer_del(&query->late);
	talloc_free(query);
}

/* Told, or late: from the loop. The channel may end within done, and what was late with it. */
static void on_late(void *data)
{
	struct dns_query *query = data;
	void (*done)(void *, const struct dns_answer *) = query->done;
	static const struct dns_answer late = { .result = DNS_LATE };
	const bool ended = query->ended;

	query->done = NULL;
	if (done)
		done(query->data, ended ? &query->answer : &late);
	if (ended)
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
	query->channel->n_queries--;
	if (!query->done) {
		query_free(query);
		return;
	}
	query->answer.result = result_of(status);
	query->answer.ttl_s = octets && len > 0 ? dns_ttl(octets, (size_t)len) : UINT_MAX;
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
	struct channel *channel;

	if (!query)
		return NULL;
	follow_system(dns);
	channel = llist_first_entry(&dns->channels, struct channel, entry);
	query->channel = channel;
	query->done = done;
	query->data = data;
	osmo_timer_setup(&query->late, on_late, query);
	osmo_timer_schedule(&query->late, (int)(dns->timeout_ms / MS_PER_S),
			    (int)(dns->timeout_ms % MS_PER_S) * US_PER_MS);
	channel->n_queries++;
	ares_query(channel->ares, name, ns_c_in, ns_t_naptr, on_answer, query);
	plan(channel);
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

struct dns *dns_new(void *talloc_ctx, const struct dns_servers *servers, unsigned timeout_ms)
{
	struct dns *dns = talloc_zero(talloc_ctx, struct dns);
	struct channel *channel;

	if (!dns)
		return NULL;
	INIT_LLIST_HEAD(&dns->channels);
	dns->timeout_ms = timeout_ms;
	dns->system = talloc_strdup(dns, servers->system ? servers->system : SYSTEM);
	if (!*servers->address)
		dns->system_port = servers->port;
	else
		snprintf(dns->server, sizeof(dns->server),
			 strchr(servers->address, ':') ? "[%s]:%u" : "%s:%u", servers->address,
			 servers->port);
	if (dns->system)
		dns->seen = look_at(dns->system);
	channel = dns->system ? channel_new(dns) : NULL;
	if (!channel) {
		talloc_free(dns);
		return NULL;
	}
	llist_add(&channel->entry, &dns->channels);
	return dns;
}

void dns_free(struct dns *dns)
{
	struct channel *channel, *next;

	if (!dns)
		return;
	llist_for_each_entry_safe (channel, next, &dns->channels, entry)
		channel_free(channel);
	talloc_free(dns);
}
