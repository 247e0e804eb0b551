/* OPTIONS to and from peers. */
#include "sip/peer/options.h"

#include <stdio.h>

#include <osmocom/core/talloc.h>

#include "base/alarm.h"
#include "base/clock.h"
#include "base/log.h"
#include "sip/text/body.h"
#include "sip/text/netaddr.h"
#include "sip/peer/peer.h"
#include "sip/peer/supported.h"

enum {
	US_PER_MS = 1000,
	STATUS_UNAVAILABLE = 503,
	LOOKED_S = 1, /* until it is looked again whether the DNS has answered for the first time */
};

/* OPTIONS to one of its places. */
struct asked {
	struct peer *peer;
	struct hop hop;
	nta_leg_t *leg;
	nta_outgoing_t *request; /* NULL: none is under way */
	uint64_t sent_us;
};

struct options {
	struct asked asked[HOPS_MAX];
};

static void forget(struct asked *asked)
{
	nta_outgoing_destroy(asked->request);
	nta_leg_destroy(asked->leg);
	asked->request = NULL;
	asked->leg = NULL;
}

static void raise_down(const struct peer *peer, int status)
{
	char address[NETADDR_TEXT_MAX], text[ALARM_TEXT_MAX];

	netaddr_text(&peer->address, address, sizeof(address));
	snprintf(text, sizeof(text), "%s %s", address,
		 status == STATUS_UNAVAILABLE ? "answers 503 or nothing" : "does not answer");
	alarm_raise(ALARM_PEER_DOWN, peer->config.name, "", text);
}

static void set_reach(struct peer *peer, enum peer_reach reach, int status)
{
	if (peer->reach == reach)
		return;
	peer->reach = reach;
	LOGABOUT(DSIP, LOGL_NOTICE, LOG_ABOUT(.peer = { peer->config.name }),
		 "peer %s is %s (OPTIONS: %d)\n", peer->config.name, peer_reach_name(reach),
		 status);
	if (reach == PEER_UNREACHABLE)
		raise_down(peer, status);
	else
		alarm_clear(ALARM_PEER_DOWN, peer->config.name);
}

/* It lives while one of its places does, and is down when all are known to be. */
static void judge(struct peer *peer, int status)
{
	const struct hops *hops = &peer->hops;
	size_t down = 0;

	for (size_t i = 0; i < hops->list.n; i++) {
		if (hops->state[i] == HOP_UP) {
			set_reach(peer, PEER_REACHABLE, status);
			return;
		}
		down += hops->state[i] == HOP_DOWN;
	}
	if (down == hops->list.n)
		set_reach(peer, PEER_UNREACHABLE, status);
}

/* Any answer shows that it lives, but for 503; timer F and ICMP are answered by our own side. */
static int on_response(void *data, nta_outgoing_t *orq, const sip_t *sip)
{
	struct asked *asked = data;
	struct peer *peer = asked->peer;
	int status = nta_outgoing_status(orq);
	bool down = (sip && nta_sip_is_internal(sip)) || status == STATUS_UNAVAILABLE;

	if (status < 200)
		return 0;
	if (!down)
		peer->rtt_ms =
			(unsigned)((clock_now_us() - asked->sent_us + US_PER_MS - 1) / US_PER_MS);
	hops_tell(&peer->hops, &asked->hop, down ? HOP_DOWN : HOP_UP);
	forget(asked);
	judge(peer, status);
	return 0;
}

static void ask(struct asked *asked)
{
	struct peer *peer = asked->peer;
	struct agent *agent = peer->peers->agent;
	char uri[128], contact[128], here[NETADDR_TEXT_MAX], from[128], to[160];
	char route[HOP_ROUTE_MAX];

	peer_here(peer, here, sizeof(here));
	peer_contact(peer, contact, sizeof(contact));
	peer_uri(peer, "", uri, sizeof(uri));
	snprintf(from, sizeof(from), "<sip:%s>", here);
	snprintf(to, sizeof(to), "<%s>", uri);
	hop_route(&asked->hop, route);
	asked->leg = nta_leg_tcreate(agent_nta(agent), NULL, NULL, SIPTAG_FROM_STR(from),
				     SIPTAG_TO_STR(to), TAG_END());
	if (!asked->leg)
		return;
	nta_leg_tag(asked->leg, NULL);
	asked->sent_us = clock_now_us();
	asked->request = nta_outgoing_tcreate(
		asked->leg, on_response, asked, URL_STRING_MAKE(route), SIP_METHOD_OPTIONS,
		URL_STRING_MAKE(uri), SIPTAG_CONTACT_STR(contact), SIPTAG_ACCEPT_STR(BODY_ACCEPT),
		SIPTAG_USER_AGENT_STR(AGENT_NAME), PEER_TAGS(peer), TAG_END());
	if (!asked->request)
		forget(asked);
	agent_touch(agent);
}

static bool is_asked(const struct options *options, const struct hop *hop)
{
	for (size_t i = 0; i < HOPS_MAX; i++) {
		const struct asked *asked = &options->asked[i];

		if (asked->request && hop_same(&asked->hop, hop))
			return true;
	}
	return false;
}

static struct asked *free_one(struct options *options)
{
	for (size_t i = 0; i < HOPS_MAX; i++) {
		if (!options->asked[i].request)
			return &options->asked[i];
	}
	return NULL;
}

static void ask_all(struct peer *peer)
{
	const struct hop_list *list = &peer->hops.list;

	if (!peer->options)
		peer->options = talloc_zero(peer, struct options);
	for (size_t i = 0; peer->options && i < list->n; i++) {
		struct asked *asked = free_one(peer->options);

		if (!asked || is_asked(peer->options, &list->hops[i]))
			continue;
		asked->peer = peer;
		asked->hop = list->hops[i];
		ask(asked);
	}
	if (!list->n)
		set_reach(peer, PEER_UNREACHABLE, 0);
}

static void on_keepalive(void *data)
{
	struct peer *peer = data;

	if (peer->hops.looked)
		ask_all(peer);
	osmo_timer_schedule(&peer->keepalive,
			    peer->hops.looked ? (int)peer->config.options_s : LOOKED_S, 0);
}

void options_start(struct peer *peer)
{
	osmo_timer_setup(&peer->keepalive, on_keepalive, peer);
	if (peer->reach == PEER_UNKNOWN) { /* another address: what was known is of no worth */
		alarm_forget(ALARM_OF_PEER, peer->config.name);
		hops_forget_states(&peer->hops);
	}
	if (peer->config.options_s)
		on_keepalive(peer);
	else
		options_stop(peer);
}

void options_stop(struct peer *peer)
{
	osmo_timer_del(&peer->keepalive);
	hops_forget_states(&peer->hops);
	alarm_forget(ALARM_OF_PEER, peer->config.name);
	for (size_t i = 0; peer->options && i < HOPS_MAX; i++)
		forget(&peer->options->asked[i]);
}

/* RFC 3261 11.2 */
int options_answer(nta_incoming_t *irq, const struct peer_config *config, bool in_service)
{
	char supported[SUPPORTED_MAX];

	if (!in_service) {
		nta_incoming_treply(irq, SIP_503_SERVICE_UNAVAILABLE, SIPTAG_RETRY_AFTER_STR("10"),
				    SIPTAG_SERVER_STR(AGENT_NAME), TAG_END());
		return STATUS_UNAVAILABLE;
	}
	nta_incoming_treply(
		irq, SIP_200_OK, SIPTAG_ALLOW_STR(AGENT_ALLOW), SIPTAG_ACCEPT_STR(BODY_ACCEPT),
		SIPTAG_ACCEPT_ENCODING_STR(BODY_ACCEPT_ENCODING), SIPTAG_ACCEPT_LANGUAGE_STR("en"),
		SIPTAG_SUPPORTED_STR(supported_text(config, supported)),
		SIPTAG_SERVER_STR(AGENT_NAME), TAG_END());
	return 200;
}
