/* What all sessions stand on: the SIP side of sip.h, open inside gateway/sip. Control thread; sip.c owns it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <osmocom/core/linuxlist.h>

#include "call/call.h"
#include "mg/mg.h"
#include "sip/agent/agent.h"
#include "sip/agent/screen.h"
#include "sip/agent/stranger.h"
#include "sip/guard/guard.h"
#include "sip/peer/peer.h"

struct auth;
struct registrar;

struct sip {
	struct call_hub *hub;
	struct mg *mg;
	struct agent *agent;
	struct peers *peers;
	struct auth *auth;
	struct registrar *registrar;
	struct llist_head sessions;
	unsigned n_sessions;
	unsigned timer_b_ms, no_answer_s;
	struct cause_rules causes; /* of all peers, after each one's own */
	uint32_t last_id;
	struct osmo_timer_list second; /* runs while sockets are kept for calls (sockets.h) */
	uint64_t rx_requests;
	struct strangers strangers;
	struct guard *guard;
	struct screen screen;      /* what the agent asks before it keeps anything of a request */
	uint64_t refusals_full_us; /* bucket of the log lines about them */
	struct peer *asking;       /* whose request is being judged, and accepted after that */
	/* request_authenticate() */
	int (*authenticate)(struct sip *ground, struct peer *peer, nta_incoming_t *irq,
			    const sip_t *sip, const url_t *target);
	bool (*in_service)(void *data); /* sip_in_service; NULL: always */
	void *in_service_data;
};
