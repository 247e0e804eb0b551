/* OPTIONS to and from peers. */
#include "sip/peer/options.h"

#include <stdio.h>

#include "base/alarm.h"
#include "base/clock.h"
#include "base/log.h"
#include "sip/text/body.h"
#include "sip/text/netaddr.h"
#include "sip/peer/peer.h"
#include "sip/peer/supported.h"

enum { US_PER_MS = 1000, STATUS_UNAVAILABLE = 503 };

static void forget(struct peer *peer)
{
	nta_outgoing_destroy(peer->options);
	nta_leg_destroy(peer->options_leg);
	peer->options = NULL;
	peer->options_leg = NULL;
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
	LOGP(DSIP, LOGL_NOTICE, "peer %s is %s (OPTIONS: %d)\n", peer->config.name,
	     peer_reach_name(reach), status);
	if (reach == PEER_UNREACHABLE)
		raise_down(peer, status);
	else
		alarm_clear(ALARM_PEER_DOWN, peer->config.name);
}

static void send_options(struct peer *peer);

/* Any answer shows that it lives, but for 503; timer F and ICMP are answered by our own side. */
static int on_response(void *data, nta_outgoing_t *orq, const sip_t *sip)
{
	struct peer *peer = data;
	int status = nta_outgoing_status(orq);
	uint64_t rtt_us = clock_now_us() - peer->options_sent_us;

	if (status < 200)
		return 0;
	trial_heard(&peer->options_trial);
	if (trial_failed(&peer->options_trial, sip, status)) {
		forget(peer);
		send_options(peer);
		return 0;
	}
	if ((sip && nta_sip_is_internal(sip)) || status == STATUS_UNAVAILABLE) {
		set_reach(peer, PEER_UNREACHABLE, status);
	} else {
		peer->rtt_ms = (unsigned)((rtt_us + US_PER_MS - 1) / US_PER_MS);
		set_reach(peer, PEER_REACHABLE, status);
	}
	forget(peer);
	return 0;
}

static void send_options(struct peer *peer)
{
	struct agent *agent = peer->peers->agent;
	char uri[128], contact[128], here[NETADDR_TEXT_MAX], from[128], to[160];

	peer_here(peer, here, sizeof(here));
	peer_contact(peer, contact, sizeof(contact));
	peer_uri(peer, "", uri, sizeof(uri));
	snprintf(from, sizeof(from), "<sip:%s>", here);
	snprintf(to, sizeof(to), "<%s>", uri);
	peer->options_leg = nta_leg_tcreate(agent_nta(agent), NULL, NULL, SIPTAG_FROM_STR(from),
					    SIPTAG_TO_STR(to), TAG_END());
	if (!peer->options_leg)
		return;
	nta_leg_tag(peer->options_leg, NULL);
	peer->options = nta_outgoing_tcreate(
		peer->options_leg, on_response, peer, trial_route(&peer->options_trial),
		SIP_METHOD_OPTIONS, URL_STRING_MAKE(uri), SIPTAG_CONTACT_STR(contact),
		SIPTAG_ACCEPT_STR(BODY_ACCEPT), SIPTAG_USER_AGENT_STR(AGENT_NAME), PEER_TAGS(peer),
		TAG_END());
	peer->options_sent_us = clock_now_us();
	if (!peer->options)
		forget(peer);
	agent_touch(agent);
}

/* trial.on_silence: it lives while one of its places does. */
static void on_silence(void *data)
{
	struct peer *peer = data;

	forget(peer);
	send_options(peer);
}

static void on_keepalive(void *data)
{
	struct peer *peer = data;

	if (!peer->options) {
		trial_init(&peer->options_trial, &peer->hops, on_silence, peer);
		if (peer->hops.list.n)
			send_options(peer);
		else
			set_reach(peer, PEER_UNREACHABLE, 0);
	}
	osmo_timer_schedule(&peer->keepalive, (int)peer->config.options_s, 0);
}

void options_start(struct peer *peer)
{
	osmo_timer_setup(&peer->keepalive, on_keepalive, peer);
	if (peer->reach == PEER_UNKNOWN) /* another address: what was known is of no worth */
		alarm_forget(ALARM_OF_PEER, peer->config.name);
	if (peer->config.options_s)
		on_keepalive(peer);
	else
		options_stop(peer);
}

void options_stop(struct peer *peer)
{
	osmo_timer_del(&peer->keepalive);
	trial_end(&peer->options_trial);
	alarm_forget(ALARM_OF_PEER, peer->config.name);
	forget(peer);
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
