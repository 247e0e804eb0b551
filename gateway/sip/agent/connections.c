/* Connections that Sofia-SIP holds. */
#include "sip/agent/connections.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include <osmocom/core/timer.h>
#include <osmocom/core/utils.h>
#include <sofia-sip/msg_addr.h>
#include <sofia-sip/nta_tport.h>
#include <sofia-sip/su_wait.h>
#include <sofia-sip/tport_tag.h>

#include "base/clock.h"
#include "base/log.h"
#include "sip/text/netaddr.h"

enum { BUCKETS = 1024, SWEEP_S = 5, US_PER_S = 1000000, PREFIX_OCTETS = 8 };

static struct {
	struct llist_head buckets[BUCKETS]; /* by the address of the tport */
	bool ready;
	struct connections_totals totals;
	struct osmo_timer_list sweep;
} all;

static struct llist_head *bucket_of(const tport_t *tport)
{
	return &all.buckets[((uintptr_t)tport >> 6) % BUCKETS];
}

static struct connection *find(const tport_t *tport)
{
	struct connection *c;

	if (!all.ready)
		return NULL;
	llist_for_each_entry (c, bucket_of(tport), entry) {
		if (c->tport == tport)
			return c;
	}
	return NULL;
}

void connections_each(bool (*fn)(void *data, const struct connection *), void *data)
{
	struct connection *c, *next;

	for (size_t i = 0; all.ready && i < BUCKETS; i++) {
		llist_for_each_entry_safe (c, next, &all.buckets[i], entry) {
			if (!fn(data, c))
				return;
		}
	}
}

/* The other end has closed it, and Sofia-SIP has not seen it: behind a message that it cannot parse it reads no more. */
static bool is_deserted(const struct connection *c)
{
	struct pollfd poller = { .fd = c->fd, .events = POLLRDHUP };

	return poll(&poller, 1, 0) > 0 && poller.revents & POLLRDHUP;
}

bool connections_lead_to(const struct sockaddr_storage *there)
{
	struct connection *c;

	for (size_t i = 0; all.ready && i < BUCKETS; i++) {
		llist_for_each_entry (c, &all.buckets[i], entry) {
			if (netaddr_same_host(&c->host, there) &&
			    netaddr_port(&c->host) == netaddr_port(there) && !is_deserted(c))
				return true;
		}
	}
	return false;
}

static bool leads_to(const struct connection *c, const struct sockaddr_storage *there)
{
	struct sockaddr_storage far = { 0 };
	socklen_t len = sizeof(far);

	return !getpeername(c->fd, (struct sockaddr *)&far, &len) &&
	       netaddr_same_host(&far, there) && netaddr_port(&far) == netaddr_port(there);
}

uint64_t connections_opened_to(const struct sockaddr_storage *there)
{
	struct connection *c;
	uint64_t newest = 0;

	for (size_t i = 0; all.ready && i < BUCKETS; i++) {
		llist_for_each_entry (c, &all.buckets[i], entry) {
			if (!c->accepted && c->number > newest && leads_to(c, there))
				newest = c->number;
		}
	}
	return newest;
}

bool connections_is_open(uint64_t number)
{
	struct connection *c;

	for (size_t i = 0; all.ready && i < BUCKETS; i++) {
		llist_for_each_entry (c, &all.buckets[i], entry) {
			if (c->number == number)
				return !is_deserted(c);
		}
	}
	return false;
}

/* Limits */

/* One customer has a /64 of IPv6. */
static bool same_owner(const struct sockaddr_storage *a, const struct sockaddr_storage *b)
{
	if (a->ss_family != AF_INET6 || b->ss_family != AF_INET6)
		return netaddr_same_host(a, b);
	return !memcmp(&((const struct sockaddr_in6 *)a)->sin6_addr,
		       &((const struct sockaddr_in6 *)b)->sin6_addr, PREFIX_OCTETS);
}

struct count {
	const struct sockaddr_storage *host;
	unsigned n;
};

static bool count_one(void *data, const struct connection *c)
{
	struct count *count = data;

	count->n += c->accepted && same_owner(&c->host, count->host);
	return true;
}

static bool is_too_many(const struct sockaddr_storage *host)
{
	struct count count = { .host = host };

	if (all.totals.accepted >= CONNECTIONS_MAX)
		return true;
	if (all.totals.accepted >= CONNECTIONS_OF_HOST)
		connections_each(count_one, &count);
	return count.n >= CONNECTIONS_OF_HOST;
}

/* The mute and the deserted */

static bool is_mute(const struct connection *c, uint64_t now_us)
{
	return c->accepted && !c->spoke &&
	       now_us - c->since_us >= (uint64_t)CONNECTION_MUTE_S * US_PER_S;
}

static bool sweep_one(void *data, const struct connection *c)
{
	bool mute = is_mute(c, *(uint64_t *)data);

	if (!mute && !is_deserted(c))
		return true;
	all.totals.mute += mute;
	/* Sofia-SIP takes it from here, as if the other end had closed it: no call of its own goes by it. */
	shutdown(c->fd, SHUT_RDWR);
	return true;
}

static void on_sweep(void *data)
{
	uint64_t now_us = clock_now_us();

	(void)data;
	connections_each(sweep_one, &now_us);
	if (all.totals.accepted)
		osmo_timer_schedule(&all.sweep, SWEEP_S, 0);
}

/* Pings */

/* Octets that ever came, as the kernel counts them: of a TLS connection too. False: it is not open yet, or any more. */
static bool count_heard(const struct connection *c, uint64_t *out)
{
	struct tcp_info_received {
		struct tcp_info info;
		uint64_t pacing_rate, max_pacing_rate, acked, received; /* linux/tcp.h */
	} tcp = { .info = { .tcpi_state = TCP_CLOSE } };
	socklen_t len = sizeof(tcp);

	if (getsockopt(c->fd, IPPROTO_TCP, TCP_INFO, &tcp, &len) < 0 ||
	    tcp.info.tcpi_state != TCP_ESTABLISHED)
		return false;
	*out = tcp.received;
	return true;
}

static void on_no_pong(void *data)
{
	const struct connection *c = data;
	char address[NETADDR_TEXT_MAX];
	struct sockaddr_storage there = { 0 };
	socklen_t len = sizeof(there);
	uint64_t heard;

	if (!count_heard(c, &heard) || heard != c->heard_before)
		return;
	getpeername(c->fd, (struct sockaddr *)&there, &len);
	netaddr_text(&there, address, sizeof(address));
	LOGP(DSIP, LOGL_NOTICE, "%s says nothing more to pings; the connection is closed\n",
	     address);
	all.totals.unanswered++;
	shutdown(c->fd, SHUT_RDWR); /* as if the other end had closed it */
}

struct ping {
	const struct sockaddr_storage *there;
	void (*say_by_tls)(int fd, const char *text, size_t len);
};

static bool ping_one(void *data, const struct connection *connection)
{
	static const char text[] = "\r\n\r\n";
	const struct ping *ping = data;
	struct connection *c = find(connection->tport);
	uint64_t heard;

	if (c->accepted || !leads_to(c, ping->there) || !count_heard(c, &heard))
		return true;
	if (!osmo_timer_pending(&c->pong) || heard != c->heard_before) {
		c->heard_before = heard;
		osmo_timer_schedule(&c->pong, CONNECTION_PONG_S, 0);
	}
	/* Two pongs are a ping to Sofia-SIP. Who was connected to does not ping (RFC 5626 4.4.1): it is owed none. */
	tport_set_params(c->tport, TPTAG_PONG2PING(0), TAG_END());
	if (tport_has_tls(c->tport))
		ping->say_by_tls(c->fd, text, strlen(text));
	else if (!tport_queuelen(c->tport)) /* else it would come amid a message */
		send(c->fd, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT);
	return true;
}

void connections_ping(const struct sockaddr_storage *there,
		      void (*say_by_tls)(int fd, const char *text, size_t len))
{
	struct ping ping = { .there = there, .say_by_tls = say_by_tls };

	connections_each(ping_one, &ping);
}

/* Beginning and end */

static void get_ready(void)
{
	if (all.ready)
		return;
	for (size_t i = 0; i < BUCKETS; i++)
		INIT_LLIST_HEAD(&all.buckets[i]);
	osmo_timer_setup(&all.sweep, on_sweep, NULL);
	all.ready = true;
}

bool connections_begin(tport_t *tport, int fd, bool accepted)
{
	struct sockaddr_storage host = { 0 };
	socklen_t len = sizeof(host);
	struct connection *c;

	get_ready();
	if (accepted) {
		getpeername(fd, (struct sockaddr *)&host, &len);
		if (is_too_many(&host)) {
			all.totals.refused++;
			return false;
		}
	}
	c = malloc(sizeof(*c)); /* Sofia-SIP's own objects are not of talloc either */
	if (!c)
		return false;
	*c = (struct connection){
		.tport = tport,
		.fd = fd,
		.accepted = accepted,
		.number = ++all.totals.opened,
		.since_us = clock_now_us(),
		.host = host,
	};
	osmo_timer_setup(&c->pong, on_no_pong, c);
	llist_add(&c->entry, bucket_of(tport));
	all.totals.now++;
	all.totals.accepted += accepted;
	if (accepted && !osmo_timer_pending(&all.sweep))
		osmo_timer_schedule(&all.sweep, SWEEP_S, 0);
	return true;
}

void connections_end(const tport_t *tport)
{
	struct connection *c = find(tport);

	if (!c)
		return;
	llist_del(&c->entry);
	osmo_timer_del(&c->pong);
	all.totals.now--;
	all.totals.accepted -= c->accepted;
	free(c);
	if (!all.totals.accepted)
		osmo_timer_del(&all.sweep);
}

/* Use */

void connections_totals(struct connections_totals *out)
{
	*out = all.totals;
}

void connections_spoke(nta_incoming_t *irq)
{
	tport_t *tport = nta_incoming_transport(NULL, irq, NULL);
	struct connection *c = find(tport);

	if (c)
		c->spoke = true;
	tport_unref(tport);
}

int connections_fd(const tport_t *tport)
{
	const struct connection *c = find(tport);

	return c ? c->fd : -1;
}

static bool renew_one(void *data, const struct connection *c)
{
	(void)data;
	tport_set_magic(c->tport, tport_magic(tport_parent(c->tport)));
	return true;
}

void connections_renew(void)
{
	connections_each(renew_one, NULL);
}

static bool leave_one(void *data, const struct connection *c)
{
	if (tport_parent(c->tport) == (const tport_t *)data)
		shutdown(c->fd, SHUT_RDWR);
	return true;
}

void connections_leave(const tport_t *primary)
{
	connections_each(leave_one, (void *)primary);
}
