/* The SIP side put together: agent, peers, sessions. */
#include "sip/sip.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <osmocom/core/talloc.h>

#include "sip/dialog.h"
#include "sip/netaddr.h"
#include "sip/options.h"
#include "sip/request.h"

struct sip {
	struct session_ground *ground;
};

/* target.seize */
static unsigned seize(void *data, struct leg **leg, const char **why)
{
	struct peer *peer = data;
	struct session_ground *ground = peer->peers->owner;

	if (peer->reach == PEER_UNREACHABLE) {
		*why = "peer does not answer OPTIONS";
		return CAUSE_DESTINATION_OUT_OF_ORDER;
	}
	struct session *s = dialog_outgoing(ground, peer);
	if (!s) {
		*why = "out of memory";
		return CAUSE_RESOURCE_UNAVAILABLE;
	}
	*leg = &s->leg;
	return 0;
}

struct sip *sip_new(void *talloc_ctx, struct call_hub *hub, struct mg *mg)
{
	struct sip *sip = talloc_zero(talloc_ctx, struct sip);
	struct session_ground *ground = talloc_zero(sip, struct session_ground);

	if (!ground)
		goto fail;
	sip->ground = ground;
	ground->hub = hub;
	ground->mg = mg;
	INIT_LLIST_HEAD(&ground->sessions);
	ground->agent = agent_new(sip, request_on_new, ground);
	if (!ground->agent)
		goto fail;
	ground->peers = peers_new(sip, hub, ground->agent, seize, ground);
	if (!ground->peers) {
		agent_free(ground->agent);
		goto fail;
	}
	return sip;
fail:
	talloc_free(sip);
	return NULL;
}

/* peers_apply: the peer is no longer configured. */
static void on_peer_gone(void *data, struct peer *peer)
{
	struct session_ground *ground = data;
	struct session *s, *next;

	options_stop(peer);
	llist_for_each_entry_safe (s, next, &ground->sessions, entry) {
		if (s->peer == peer)
			dialog_withdraw(s);
	}
}

static int listen_failed(const struct sip_config *config, int rc)
{
	const char *advice = rc == -EADDRINUSE      ? "another program has this port: stop it, or "
						      "choose another port"
			     : rc == -EADDRNOTAVAIL ? "no interface of this machine has this "
						      "address"
			     : rc == -EACCES        ? "ports below 1024 need privileges"
			     : rc == -EINVAL        ? "it must be an IPv4 or IPv6 address"
						    : "see above";

	LOGP(DSIP, LOGL_ERROR, "cannot listen on udp %s port %u: %s; %s\n", config->address,
	     config->port, strerror(-rc), advice);
	return rc;
}

int sip_apply(struct sip *sip, const struct sip_config *config)
{
	struct session_ground *ground = sip->ground;
	struct peer *peer;
	int rc;

	rc = agent_listen(ground->agent, config->address, config->port, config->timer_b_ms);
	if (rc)
		return listen_failed(config, rc);
	ground->timer_b_ms = config->timer_b_ms;
	ground->no_answer_s = config->no_answer_s;
	rc = peers_apply(ground->peers, config, on_peer_gone, ground);
	if (rc)
		return rc;
	llist_for_each_entry (peer, &ground->peers->list, entry)
		options_start(peer);
	return 0;
}

void sip_free(struct sip *sip)
{
	struct session_ground *ground;
	struct session *s, *next;
	struct peer *peer;

	if (!sip)
		return;
	ground = sip->ground;
	llist_for_each_entry_safe (s, next, &ground->sessions, entry)
		dialog_free(s);
	llist_for_each_entry (peer, &ground->peers->list, entry)
		options_stop(peer);
	peers_free(ground->peers);
	agent_free(ground->agent);
	talloc_free(sip);
}

void peers_each(const struct sip *sip, bool (*fn)(void *data, const struct peer_status *),
		void *data)
{
	const struct peer *peer;

	llist_for_each_entry (peer, &sip->ground->peers->list, entry) {
		struct peer_status status = {
			.name = peer->config.name,
			.state = peer_reach_name(peer->reach),
			.trusted = peer->config.trusted,
			.calls = peer->calls,
			.calls_in = peer->calls_in,
			.calls_out = peer->calls_out,
			.rtt_ms = peer->rtt_ms,
		};

		netaddr_text(&peer->address, status.address, sizeof(status.address));
		if (!fn(data, &status))
			return;
	}
}

void sip_totals(const struct sip *sip, struct sip_totals *out)
{
	const struct session_ground *ground = sip->ground;

	*out = (struct sip_totals){
		.sessions = llist_count(&ground->sessions),
		.transactions = agent_transactions(ground->agent),
		.rx_requests = ground->rx_requests,
		.rx_bad = agent_bad_messages(ground->agent),
		.unknown_source = ground->strangers.refused,
	};
	agent_listening(ground->agent, out->listening, sizeof(out->listening));
}
