/* Places of a peer, and trials of them. */
#include "sip/peer/hops.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "sip/agent/agent.h"
#include "sip/agent/tls_verify.h"
#include "sip/peer/peer_config.h"
#include "sip/text/netaddr.h"

enum { UNAVAILABLE = 503, US_PER_S = 1000000, LOOK_AGAIN_S = 10 };

/* Places */

static const char *next_hop_host(const struct hops *hops)
{
	const struct path_config *path = &hops->config->path;

	return path->proxy[0] ? path->proxy : hops->config->address;
}

bool hop_same(const struct hop *a, const struct hop *b)
{
	return a->transport == b->transport && netaddr_same_host(&a->address, &b->address) &&
	       netaddr_port(&a->address) == netaddr_port(&b->address);
}

static void expect_certificates(const struct hops *hops)
{
	const struct path_config *path = &hops->config->path;
	const struct hop_list *list = &hops->list;

	if (hops->is_guest)
		return;
	/* RFC 5922 7.1: of the name that was looked up, not of what the DNS made of it. */
	for (size_t i = 0; i < list->n; i++) {
		if (list->hops[i].transport == TRANSPORT_TLS)
			tls_verify_expect(&list->hops[i].address, path->certificate_name[0]
									  ? path->certificate_name
									  : next_hop_host(hops));
	}
}

/* Places that stay keep what is known of them. */
static void take_list(struct hops *hops, const struct hop_list *list)
{
	const struct hops old = *hops;

	hops->list = *list;
	for (size_t i = 0; i < list->n; i++) {
		hops->avoid_until_us[i] = 0;
		hops->state[i] = HOP_UNKNOWN;
		for (size_t j = 0; j < old.list.n; j++) {
			if (!hop_same(&list->hops[i], &old.list.hops[j]))
				continue;
			hops->avoid_until_us[i] = old.avoid_until_us[j];
			hops->state[i] = old.state[j];
		}
	}
	if (list->n)
		*hops->best = list->hops[0].address;
	expect_certificates(hops);
}

static void on_found(void *data, const struct hop_list *list)
{
	struct hops *hops = data;

	hops->lookup = NULL;
	hops->looked = true;
	if (list->n)
		take_list(hops, list);
	else
		LOGABOUT(DSIP, LOGL_NOTICE, LOG_ABOUT(.peer = { hops->config->name }),
			 "peer %s: %s leads nowhere now%s\n", hops->config->name,
			 next_hop_host(hops), hops->list.n ? "; where it led before is used" : "");
	osmo_timer_schedule(&hops->again, list->n ? (int)list->ttl_s : LOOK_AGAIN_S, 0);
}

void hops_add_usable(const struct agent *agent, const char *local, struct hop_query *query)
{
	const struct sockaddr_storage v4 = { .ss_family = AF_INET }, v6 = { .ss_family = AF_INET6 };
	const struct sockets *sockets = agent_sockets(agent);

	for (unsigned t = 0; t < TRANSPORTS; t++) {
		bool on_v4 = sockets_towards(sockets, local, (enum transport)t, &v4);
		bool on_v6 = sockets_towards(sockets, local, (enum transport)t, &v6);

		query->usable[t] = on_v4 || on_v6;
		query->ipv4 |= on_v4;
		query->ipv6 |= on_v6;
	}
}

static void look_up(struct hops *hops)
{
	const struct path_config *path = &hops->config->path;
	struct hop_query query = {
		.port = path->proxy[0] ? path->proxy_port : hops->config->port,
		.any_transport = path->any_transport,
		.transport = path->transport,
	};

	snprintf(query.host, sizeof(query.host), "%s", next_hop_host(hops));
	hops_add_usable(hops->agent, path->local, &query);
	hops->lookup = lookup_start(agent_resolver(hops->agent), &query, on_found, hops);
	if (!hops->lookup)
		osmo_timer_schedule(&hops->again, LOOK_AGAIN_S, 0);
}

static void on_again(void *data)
{
	struct hops *hops = data;

	if (!hops->lookup)
		look_up(hops);
}

void hops_start(struct hops *hops, struct agent *agent, const struct peer_config *config,
		struct sockaddr_storage *best)
{
	const struct path_config *path = &config->path;
	uint16_t port = path->proxy[0] ? path->proxy_port : config->port;
	struct hop_list list = { .n = 1 };

	hops_stop(hops);
	hops->agent = agent;
	hops->config = config;
	hops->best = best;
	osmo_timer_setup(&hops->again, on_again, hops);
	list.hops[0].transport = path->transport;
	if (!port)
		port = transport_port(path->transport);
	hops->is_name = !netaddr_parse(next_hop_host(hops), port, &list.hops[0].address);
	hops->looked = !hops->is_name || hops->list.n;
	if (hops->is_name)
		look_up(hops);
	else
		take_list(hops, &list);
}

void hops_stop(struct hops *hops)
{
	lookup_cancel(hops->lookup);
	hops->lookup = NULL;
	osmo_timer_del(&hops->again);
}

bool hops_include(const struct hops *hops, const struct sockaddr_storage *from, bool and_port)
{
	for (size_t i = 0; i < hops->list.n; i++) {
		const struct sockaddr_storage *there = &hops->list.hops[i].address;

		if (netaddr_same_host(there, from) &&
		    (!and_port || netaddr_port(there) == netaddr_port(from)))
			return true;
	}
	return false;
}

static void avoid(struct hops *hops, const struct hop *hop, unsigned seconds)
{
	for (size_t i = 0; i < hops->list.n; i++) {
		if (hop_same(&hops->list.hops[i], hop))
			hops->avoid_until_us[i] = clock_now_us() + (uint64_t)seconds * US_PER_S;
	}
}

void hops_tell(struct hops *hops, const struct hop *hop, enum hop_state state)
{
	for (size_t i = 0; i < hops->list.n; i++) {
		if (!hop_same(&hops->list.hops[i], hop))
			continue;
		hops->state[i] = state;
		if (state == HOP_UP)
			hops->avoid_until_us[i] = 0;
	}
}

void hops_forget_states(struct hops *hops)
{
	memset(hops->state, 0, sizeof(hops->state));
}

void hop_route(const struct hop *hop, char out[static HOP_ROUTE_MAX])
{
	char address[NETADDR_TEXT_MAX];

	netaddr_text(&hop->address, address, sizeof(address));
	snprintf(out, HOP_ROUTE_MAX, "sip:%s;transport=%s;lr", address,
		 transport_name(hop->transport));
}

/* Trials */

static bool was_tried(const struct trial *trial, const struct hop *hop)
{
	for (size_t i = 0; i < trial->n; i++) {
		if (hop_same(&trial->tried[i], hop))
			return true;
	}
	return false;
}

/* The best that was not tried: one that is not avoided, else one that is. */
static const struct hop *pick(const struct trial *trial)
{
	const struct hops *hops = trial->hops;
	const struct hop *last_resort = NULL;

	for (size_t i = 0; i < hops->list.n; i++) {
		const struct hop *hop = &hops->list.hops[i];

		if (was_tried(trial, hop))
			continue;
		if (hops->avoid_until_us[i] <= clock_now_us() && hops->state[i] != HOP_DOWN)
			return hop;
		if (!last_resort)
			last_resort = hop;
	}
	return last_resort;
}

static const struct hop *now(const struct trial *trial)
{
	return trial->n ? &trial->tried[trial->n - 1] : NULL;
}

static void advance(struct trial *trial)
{
	unsigned failover_s = trial->hops->config->path.failover_s;
	const struct hop *hop = trial->n < HOPS_MAX ? pick(trial) : NULL;

	if (!hop)
		return;
	trial->tried[trial->n++] = *hop;
	hop_route(hop, trial->route);
	if (pick(trial) || trial->hops->is_guest)
		osmo_timer_schedule(&trial->silence,
				    (int)(failover_s ? failover_s : HOP_FAILOVER_S), 0);
}

static void fail_over(struct trial *trial, const char *why)
{
	char address[NETADDR_TEXT_MAX];

	netaddr_text(&now(trial)->address, address, sizeof(address));
	LOGABOUT(DSIP, LOGL_NOTICE, LOG_ABOUT(.peer = { trial->hops->config->name }),
		 "peer %s: %s %s; the next one is tried\n", trial->hops->config->name, address,
		 why);
	advance(trial);
}

static void on_silence(void *data)
{
	struct trial *trial = data;

	avoid(trial->hops, now(trial), HOP_AVOIDED_S);
	if (pick(trial))
		fail_over(trial, "is silent");
	else
		trial->spent = true;
	trial->on_silence(trial->data);
}

void trial_init(struct trial *trial, struct hops *hops, void (*silent)(void *data), void *data)
{
	trial_end(trial);
	*trial = (struct trial){ .hops = hops, .on_silence = silent, .data = data };
	osmo_timer_setup(&trial->silence, on_silence, trial);
	advance(trial);
}

const url_string_t *trial_route(const struct trial *trial)
{
	return trial->n ? URL_STRING_MAKE(trial->route) : NULL;
}

static unsigned retry_after(const sip_t *sip)
{
	unsigned long seconds =
		sip && sip->sip_retry_after ? sip->sip_retry_after->af_delta : HOP_AVOIDED_S;

	return seconds > HOP_RETRY_AFTER_MAX_S ? HOP_RETRY_AFTER_MAX_S : (unsigned)seconds;
}

bool trial_failed(struct trial *trial, const sip_t *sip, int status)
{
	bool own = !sip || nta_sip_is_internal(sip);

	osmo_timer_del(&trial->silence);
	if (!trial->n || (status != UNAVAILABLE && !own))
		return false;
	avoid(trial->hops, now(trial), own ? HOP_AVOIDED_S : retry_after(sip));
	if (!pick(trial) || trial->n == HOPS_MAX)
		return false;
	fail_over(trial, own ? "cannot be reached" : "answers 503");
	return true;
}

void trial_heard(struct trial *trial)
{
	osmo_timer_del(&trial->silence);
}

void trial_end(struct trial *trial)
{
	osmo_timer_del(&trial->silence);
}
