/* The SIP side put together: agent, peers, sessions. */
#include "sip/sip.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <osmocom/core/talloc.h>

#include "sip/agent/tls.h"
#include "sip/admission.h"
#include "sip/guard/auth.h"
#include "sip/session/dialog.h"
#include "sip/session/messages.h"
#include "sip/session/way.h"
#include "sip/text/netaddr.h"
#include "sip/peer/options.h"
#include "sip/peer/ping.h"
#include "sip/peer/register.h"
#include "sip/registrar/registrar.h"
#include "sip/request.h"

/* 0, or the cause why no call can go there now. */
static unsigned check_peer(const struct peer *peer, const struct leg_setup *setup, const char **why)
{
	/* For an emergency call a peer that seems dead is worth the try. */
	if (peer->reach == PEER_UNREACHABLE && setup->precedence == LEG_ROUTINE) {
		*why = "peer does not answer OPTIONS";
		return CAUSE_DESTINATION_OUT_OF_ORDER;
	}
	if (!offer_possible(&peer->config.media)) {
		*why = "srtp is required, and this version does not encrypt";
		return CAUSE_BEARER_NOT_AVAILABLE;
	}
	if (!peer->hops.list.n) {
		*why = "peer's name leads nowhere";
		return CAUSE_DESTINATION_OUT_OF_ORDER;
	}
	return 0;
}

/* target.probe */
static unsigned probe(void *data, const struct leg_setup *setup,
		      char channel[static TARGET_CHANNEL_MAX], const char **why)
{
	const struct peer *peer = data;
	struct limits as_if = *peer->limits; /* that it counts is lost */
	unsigned cause = admission_of_setup(&as_if, &peer->config.guard, setup, why);

	(void)channel;
	return cause ? cause : check_peer(peer, setup, why);
}

/* target.seize */
static unsigned seize(void *data, const struct leg_setup *setup, struct leg **leg, const char **why)
{
	struct peer *peer = data;
	unsigned cause = admission_of_setup(peer->limits, &peer->config.guard, setup, why);

	if (!cause)
		cause = check_peer(peer, setup, why);
	if (cause)
		return cause;
	struct session *s = dialog_outgoing(peer->peers->owner, peer);
	if (!s) {
		*why = "out of memory";
		return CAUSE_RESOURCE_UNAVAILABLE;
	}
	*leg = &s->leg;
	return 0;
}

/* auth_on_failure */
static void on_auth_failure(void *data, const struct sockaddr_storage *from)
{
	struct sip *sip = data;

	guard_failed(sip->guard, from, BAN_AUTHENTICATION, sip->asking);
}

/* guard.has_calls: a ban ends no call. */
static bool has_calls(void *data, const struct sockaddr_storage *from)
{
	const struct sip *sip = data;
	const struct session *s;

	llist_for_each_entry (s, &sip->sessions, entry) {
		if (way_leads_to(s, from))
			return true;
	}
	return false;
}

/* Sockets that are kept for calls go when these are over. */
static void on_second(void *data)
{
	struct sip *sip = data;
	const struct session *oldest =
		llist_first_entry_or_null(&sip->sessions, struct session, entry);

	if (agent_let_go(sip->agent, oldest ? &oldest->id : NULL))
		osmo_timer_schedule(&sip->second, 1, 0);
	else
		osmo_timer_del(&sip->second);
}

struct sip *sip_new(void *talloc_ctx, struct call_hub *hub, struct mg *mg)
{
	static const struct target model = { .seize = seize, .probe = probe };
	struct sip *sip = talloc_zero(talloc_ctx, struct sip);

	if (!sip)
		return NULL;
	sip->hub = hub;
	sip->mg = mg;
	INIT_LLIST_HEAD(&sip->sessions);
	osmo_timer_setup(&sip->second, on_second, sip);
	sip->screen = (struct screen){
		.data = sip,
		.welcome = request_welcome,
		.malformed = request_malformed,
		.judge = request_judge,
		.accept = request_accept,
	};
	sip->authenticate = request_authenticate;
	sip->guard = guard_new(sip);
	sip->auth = sip->guard ? auth_new(sip) : NULL;
	if (!sip->auth)
		goto fail;
	auth_on_failure(sip->auth, on_auth_failure, sip);
	sip->agent = agent_new(sip, &sip->screen);
	if (!sip->agent)
		goto fail;
	messages_watch(hub);
	sip->guard->agent = sip->agent;
	sip->guard->hub = hub;
	sip->guard->has_calls = has_calls;
	sip->guard->has_calls_data = sip;
	sip->peers = peers_new(sip, hub, sip->agent, &model, sip);
	sip->registrar = sip->peers ? registrar_new(sip, sip) : NULL;
	if (!sip->registrar) {
		peers_free(sip->peers);
		agent_free(sip->agent);
		goto fail;
	}
	return sip;
fail:
	guard_free(sip->guard);
	talloc_free(sip);
	return NULL;
}

/* peers_apply: the peer is no longer configured. */
static void on_peer_gone(void *data, struct peer *peer)
{
	(void)data;
	options_stop(peer);
	register_stop(peer);
	ping_stop(peer);
}

/* All sockets that the configuration names. */
static int listen_on(struct sip *sip, const struct sip_config *config)
{
	struct socket_config wanted[SOCKETS_MAX + 2];
	size_t n = 0;

	for (enum transport t = TRANSPORT_UDP; config->address[0] && t <= TRANSPORT_TCP; t++) {
		struct socket_config *s = &wanted[n++];

		*s = (struct socket_config){
			.port = config->port,
			.transport = t,
			.optional = t == TRANSPORT_TCP,
		};
		snprintf(s->address, sizeof(s->address), "%s", config->address);
		snprintf(s->name, sizeof(s->name), "%s", config->name);
	}
	for (size_t i = 0; i < config->n_listens; i++)
		wanted[n++] = config->listens[i];
	return agent_listen(sip->agent, wanted, n, config->timer_b_ms,
			    sip->n_sessions ? sip->last_id : 0);
}

int sip_apply(struct sip *sip, const struct sip_config *config)
{
	struct peer *peer;
	int rc;

	tls_apply(&config->tls);
	rc = listen_on(sip, config);
	on_second(sip);
	if (rc)
		return rc;
	rc = agent_use_dns(sip->agent, config->dns_server, config->dns_port);
	if (rc)
		return rc;
	guard_apply(sip->guard, &config->guard);
	sip->timer_b_ms = config->timer_b_ms;
	sip->no_answer_s = config->no_answer_s;
	sip->causes = config->causes;
	rc = peers_apply(sip->peers, config->peers, config->n_peers, on_peer_gone, NULL);
	if (rc)
		return rc;
	llist_for_each_entry (peer, &sip->peers->list, entry) {
		options_start(peer);
		register_apply(peer);
		ping_start(peer);
	}
	return 0;
}

const char *sip_failed_socket(void)
{
	return sockets_failed();
}

void sip_free(struct sip *sip)
{
	struct session *s, *next;
	struct peer *peer;

	if (!sip)
		return;
	llist_for_each_entry_safe (s, next, &sip->sessions, entry)
		dialog_free(s);
	llist_for_each_entry (peer, &sip->peers->list, entry) {
		options_stop(peer);
		register_stop(peer);
		ping_stop(peer);
	}
	registrar_free(sip->registrar);
	peers_free(sip->peers);
	agent_free(sip->agent);
	messages_unwatch();
	tls_reset();
	guard_free(sip->guard);
	osmo_timer_del(&sip->second);
	talloc_free(sip);
}

void sip_trunk_up(struct sip *sip, bool (*up)(void *data, const char *trunk), void *data)
{
	sip->peers->trunk_up = up;
	sip->peers->trunk_up_data = data;
}

void sip_leave(struct sip *sip)
{
	struct peer *peer;

	llist_for_each_entry (peer, &sip->peers->list, entry)
		register_leave(peer);
}

void registrations_each(const struct sip *sip,
			bool (*fn)(void *data, const struct registration_status *), void *data)
{
	const struct peer *peer;

	llist_for_each_entry (peer, &sip->peers->list, entry) {
		struct registration_status status;

		if (register_status(peer, &status) && !fn(data, &status))
			return;
	}
}

int sip_apply_registrar(struct sip *sip, const struct registrar_config *config)
{
	return registrar_apply(sip->registrar, config);
}

void sip_keep_locations(struct sip *sip, const char *file)
{
	registrar_keep(sip->registrar, file);
}

bool sip_clear_user(struct sip *sip, const char *user)
{
	return registrar_clear(sip->registrar, user);
}

void users_each(const struct sip *sip,
		bool (*fn)(void *data, const char *user, const char *number,
			   const struct registrar_contact *contact),
		void *data)
{
	registrar_each(sip->registrar, fn, data);
}

void sip_in_service(struct sip *sip, bool (*in_service)(void *data), void *data)
{
	sip->in_service = in_service;
	sip->in_service_data = data;
}

bool sip_peer_alive(const struct sip *sip, const char *name)
{
	const struct target *target = target_find(sip->hub, TARGET_PEER, name);
	const struct peer *peer = target ? target->data : NULL;

	return peer && peer->reach != PEER_UNREACHABLE;
}

static void write_places(const struct hops *hops, char *out, size_t size)
{
	static const char *const names[] = { "unknown", "up", "down" };
	char address[NETADDR_TEXT_MAX];
	size_t len = 0;

	for (size_t i = 0; hops->list.n > 1 && i < hops->list.n && len < size; i++) {
		netaddr_text(&hops->list.hops[i].address, address, sizeof(address));
		len += (size_t)snprintf(out + len, size - len, "%s%s %s", i ? ", " : "", address,
					names[hops->state[i]]);
	}
}

void peers_each(const struct sip *sip, bool (*fn)(void *data, const struct peer_status *),
		void *data)
{
	const struct peer *peer;

	llist_for_each_entry (peer, &sip->peers->list, entry) {
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
		write_places(&peer->hops, status.places, sizeof(status.places));
		if (!fn(data, &status))
			return;
	}
}

struct visit_former {
	void (*fn)(void *data, const char *name, unsigned calls);
	void *data;
};

static void on_former(void *data, const struct peer *peer)
{
	const struct visit_former *visit = data;

	visit->fn(visit->data, peer->config.name, peer->calls);
}

void peers_each_former(const struct sip *sip,
		       void (*fn)(void *data, const char *name, unsigned calls), void *data)
{
	struct visit_former visit = { fn, data };

	peers_retired_each(sip->peers, on_former, &visit);
}

void sip_totals(const struct sip *sip, struct sip_totals *out)
{
	*out = (struct sip_totals){
		.sessions = llist_count(&sip->sessions),
		.transactions = agent_transactions(sip->agent),
		.rx_requests = sip->rx_requests,
		.rx_bad = agent_bad_messages(sip->agent),
		.unknown_source = sip->strangers.refused,
	};
	agent_listening(sip->agent, out->listening, sizeof(out->listening));
}
