/* The table of peers. */
#include "sip/peer/peer.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <osmocom/core/talloc.h>
#include <sofia-sip/nta_tport.h>

#include "base/clock.h"
#include "call/cause.h"
#include "sip/agent/tls.h"
#include "sip/text/netaddr.h"

enum { PEER_DOMAIN_MAX = HOP_HOST_MAX + 8 };

struct peers *peers_new(void *talloc_ctx, struct call_hub *hub, struct agent *agent,
			const struct target *model, void *owner)
{
	struct peers *peers = talloc_zero(talloc_ctx, struct peers);

	if (!peers)
		return NULL;
	INIT_LLIST_HEAD(&peers->list);
	INIT_LLIST_HEAD(&peers->retired);
	peers->hub = hub;
	peers->agent = agent;
	peers->model = *model;
	peers->owner = owner;
	return peers;
}

void peers_free(struct peers *peers)
{
	struct peer *peer, *next;

	if (!peers)
		return;
	llist_for_each_entry_safe (peer, next, &peers->list, entry) {
		hops_stop(&peer->hops);
		target_unregister(&peer->target);
	}
	talloc_free(peers);
}

static struct peer *find_name(const struct peers *peers, const char *name)
{
	struct peer *peer;

	llist_for_each_entry (peer, &peers->list, entry) {
		if (!strcmp(peer->config.name, name))
			return peer;
	}
	return NULL;
}

/* One that was taken out of the configuration and has calls yet: they and its counters go on with it. */
static struct peer *bring_back(struct peers *peers, const char *name)
{
	struct peer *peer;

	llist_for_each_entry (peer, &peers->retired, entry) {
		if (peer->target.kind != TARGET_PEER || strcmp(peer->config.name, name) != 0)
			continue;
		llist_move_tail(&peer->entry, &peers->list);
		target_register(peers->hub, &peer->target);
		return peer;
	}
	return NULL;
}

static bool is_configured(const struct peer_config *configs, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++) {
		if (!strcmp(configs[i].name, name))
			return true;
	}
	return false;
}

/* target.may_call */
static bool may_call(void *data, const char *called)
{
	struct peer *peer = data;

	return !limits_number(peer->limits, &peer->config.guard, called);
}

unsigned peer_limits_let_in(const struct limits *limits, const struct guard_peer_config *config,
			    const char *called, const char **why)
{
	struct limits as_if = *limits; /* that it counts is lost */
	enum limit limit = limits_call_in(&as_if, config, called, clock_now_us());

	*why = limit_name(limit);
	if (!limit)
		return 0;
	return limit == LIMIT_DESTINATION ? CAUSE_REJECTED : CAUSE_CONGESTION;
}

/* target.lets_in */
static unsigned lets_in(void *data, const char *called, const char **why)
{
	const struct peer *peer = data;

	return peer_limits_let_in(peer->limits, &peer->config.guard, called, why);
}

static unsigned in_use(const void *data)
{
	const struct peer *peer = data;

	return peer->calls;
}

static struct peer *add(struct peers *peers, const struct peer_config *config)
{
	struct peer *peer = talloc_zero(peers, struct peer);

	if (!peer)
		return NULL;
	peer->limits = talloc_zero(peer, struct limits);
	if (!peer->limits) {
		talloc_free(peer);
		return NULL;
	}
	peer->peers = peers;
	peer->target = peers->model;
	peer->target.kind = TARGET_PEER;
	snprintf(peer->target.name, sizeof(peer->target.name), "%s", config->name);
	peer->target.data = peer;
	peer->target.may_call = may_call;
	peer->target.lets_in = lets_in;
	peer->target.in_use = in_use;
	llist_add_tail(&peer->entry, &peers->list);
	target_register(peers->hub, &peer->target);
	return peer;
}

static void retire(struct peer *peer)
{
	hops_stop(&peer->hops);
	target_unregister(&peer->target);
	llist_del(&peer->entry);
	llist_add_tail(&peer->entry, &peer->peers->retired);
	peer_release(peer);
}

static void drop_missing(struct peers *peers, const struct peer_config *configs, size_t n,
			 void (*gone)(void *data, struct peer *peer), void *data)
{
	struct peer *peer, *next;

	llist_for_each_entry_safe (peer, next, &peers->list, entry) {
		if (is_configured(configs, n, peer->config.name))
			continue;
		peer_hold(peer);
		gone(data, peer);
		retire(peer);
	}
}

static bool is_same_path(const struct path_config *a, const struct path_config *b)
{
	return a->transport == b->transport && !strcmp(a->local, b->local) &&
	       !strcmp(a->certificate_name, b->certificate_name) &&
	       a->by_certificate == b->by_certificate && !strcmp(a->proxy, b->proxy) &&
	       a->proxy_port == b->proxy_port && a->any_transport == b->any_transport &&
	       a->failover_s == b->failover_s && a->keepalive_s == b->keepalive_s &&
	       a->only_udp == b->only_udp;
}

int peers_apply(struct peers *peers, const struct peer_config *configs, size_t n,
		void (*gone)(void *data, struct peer *peer), void *data)
{
	drop_missing(peers, configs, n, gone, data);
	for (size_t i = 0; i < n; i++) {
		const struct peer_config *c = &configs[i];
		struct peer *peer = find_name(peers, c->name);

		if (!peer)
			peer = bring_back(peers, c->name);
		if (!peer)
			peer = add(peers, c);
		if (!peer)
			return -ENOMEM;
		if (strcmp(peer->config.address, c->address) != 0 || peer->config.port != c->port ||
		    peer->config.options_s != c->options_s)
			peer->reach = PEER_UNKNOWN;
		if (strcmp(peer->config.address, c->address) != 0 ||
		    strcmp(peer->config.path.proxy, c->path.proxy) != 0) {
			peer->hops.list.n = 0; /* what was known is of no worth */
			peer->address = (struct sockaddr_storage){ 0 };
		}
		if (memcmp(peer->config.auth, c->auth, sizeof(c->auth)) != 0)
			TALLOC_FREE(peer->credentials);
		if (memcmp(peer->config.auth, c->auth, sizeof(c->auth)) != 0 ||
		    !is_same_path(&peer->config.path, &c->path) ||
		    strcmp(peer->config.address, c->address) != 0 || peer->config.port != c->port)
			peer->moved = true;
		peer->config = *c;
		peer->target.overlap = c->session.overlap;
		peer->target.translations = c->translations;
		hops_start(&peer->hops, peers->agent, &peer->config, &peer->address);
	}
	return 0;
}

static bool shows_certificate(const struct peer *peer, const tport_t *tport)
{
	return peer->config.path.by_certificate && tport &&
	       tls_is_named(tport, peer->config.path.certificate_name);
}

/* Behind a proxy it may speak to us itself, too. */
static bool is_at(const struct peer *peer, const struct sockaddr_storage *from)
{
	struct sockaddr_storage own;

	return hops_include(&peer->hops, from, false) ||
	       (netaddr_parse(peer->config.address, 0, &own) && netaddr_same_host(&own, from));
}

/* Is that one of its other addresses? */
static bool is_allowed(const struct peer *peer, const struct sockaddr_storage *from)
{
	return peer->config.guard.allow.n && netprefixes_have(&peer->config.guard.allow, from);
}

struct peer *peers_find(const struct peers *peers, const struct sockaddr_storage *from,
			const tport_t *tport)
{
	struct peer *peer, *found = NULL, *allowed = NULL;

	/* Several peers may share an address: the one whose port it is goes before one of any port. */
	llist_for_each_entry (peer, &peers->list, entry) {
		if (netprefixes_have(&peer->config.guard.deny, from))
			continue;
		if (peer->config.path.by_certificate) {
			if (shows_certificate(peer, tport))
				return peer;
			continue;
		}
		if (!allowed && is_allowed(peer, from))
			allowed = peer;
		if (!is_at(peer, from))
			continue;
		if (hops_include(&peer->hops, from, true))
			return peer;
		if (peer->config.any_port && !found)
			found = peer;
	}
	return found ? found : allowed;
}

bool peer_owns(const struct peer *peer, const struct sockaddr_storage *from, nta_incoming_t *irq)
{
	tport_t *tport;
	bool owns;

	if (!peer->config.path.by_certificate)
		return is_at(peer, from) || is_allowed(peer, from);
	tport = nta_incoming_transport(NULL, irq, NULL);
	owns = shows_certificate(peer, tport);
	tport_unref(tport);
	return owns;
}

static void place(struct peer *guest, const struct sockaddr_storage *address,
		  enum transport transport)
{
	netaddr_host(address, guest->config.address, sizeof(guest->config.address));
	guest->config.port = netaddr_port(address);
	guest->config.path.transport = transport;
	hops_start(&guest->hops, guest->peers->agent, &guest->config, &guest->address);
}

bool peer_turn(struct peer *guest)
{
	const struct peer_way *way = guest->ways;

	if (!guest->n_ways)
		return false;
	guest->n_ways--;
	guest->ways++;
	guest->contact = way->contact;
	guest->hop = way->hop;
	guest->route = way->route;
	place(guest, &way->address, way->transport);
	return true;
}

struct peer *peer_guest(struct peers *peers, const struct peer_config *config,
			const struct sockaddr_storage *address, enum transport transport,
			struct limits *limits)
{
	struct peer *peer = talloc_zero(peers, struct peer);

	if (!peer)
		return NULL;
	peer->limits = talloc_reference(peer, limits);
	if (!peer->limits) {
		talloc_free(peer);
		return NULL;
	}
	peer->peers = peers;
	peer->config = *config;
	peer->target.kind = TARGET_USER;
	peer->hops.is_guest = true;
	place(peer, address, transport);
	llist_add_tail(&peer->entry, &peers->retired);
	return peer;
}

void peers_retired_each(const struct peers *peers, void (*fn)(void *data, const struct peer *peer),
			void *data)
{
	const struct peer *peer;

	llist_for_each_entry (peer, &peers->retired, entry)
		if (peer->target.kind == TARGET_PEER)
			fn(data, peer);
}

bool peer_is_same(const struct peer *one, const struct peer *other)
{
	return one->limits == other->limits;
}

void peer_hold(struct peer *peer)
{
	peer->calls++;
}

void peer_release(struct peer *peer)
{
	struct peer *retired;

	if (--peer->calls)
		return;
	llist_for_each_entry (retired, &peer->peers->retired, entry) {
		if (retired != peer)
			continue;
		llist_del(&peer->entry);
		hops_stop(&peer->hops);
		talloc_free(peer);
		return;
	}
}

const char *peer_reach_name(enum peer_reach reach)
{
	return reach == PEER_REACHABLE     ? "reachable"
	       : reach == PEER_UNREACHABLE ? "unreachable"
					   : "unknown";
}

/* A name as it was given: what a proxy or the peer's own DNS makes of it is not ours to say. */
static void domain_of(const struct peer *peer, char out[static PEER_DOMAIN_MAX])
{
	const struct peer_config *config = &peer->config;
	enum transport transport = config->path.transport;
	struct sockaddr_storage address;

	if (netaddr_parse(config->address, config->port ? config->port : transport_port(transport),
			  &address))
		netaddr_text(&address, out, PEER_DOMAIN_MAX);
	else if (config->port)
		snprintf(out, PEER_DOMAIN_MAX, "%s:%u", config->address, config->port);
	else
		snprintf(out, PEER_DOMAIN_MAX, "%s", config->address);
}

void peer_uri(const struct peer *peer, const char *user, char *out, size_t size)
{
	const char *transport = transport_param(peer->config.path.transport);
	char domain[PEER_DOMAIN_MAX];

	domain_of(peer, domain);
	if (peer->contact)
		snprintf(out, size, "%s", peer->contact);
	else if (*user)
		snprintf(out, size, "sip:%s@%s%s;user=phone", user, domain, transport);
	else
		snprintf(out, size, "sip:%s%s", domain, transport);
}

static enum transport transport_of(const struct peer *peer)
{
	const struct hop_list *list = &peer->hops.list;

	return list->n ? list->hops[0].transport : peer->config.path.transport;
}

void peer_here(const struct peer *peer, char *out, size_t size)
{
	struct sockaddr_storage here;

	agent_address_for(peer->peers->agent, peer->config.path.local, transport_of(peer),
			  &peer->address, &here);
	netaddr_text(&here, out, size);
}

void peer_contact(const struct peer *peer, char *out, size_t size)
{
	char here[NETADDR_TEXT_MAX];

	peer_here(peer, here, sizeof(here));
	snprintf(out, size, "<sip:%s%s>", here, transport_param(transport_of(peer)));
}
