/* Where requests to a peer go: the places that its name, or its proxy's, leads to (RFC 3263), and which of them failed of late.
 * And the trial of one request: one client transaction a place, the next one when a place fails: not reached, 503, or silent
 * for `failover` seconds (RFC 3263 4.3). Control thread; the peer owns its hops, whoever sends owns the trial. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <osmocom/core/timer.h>

#include "sip/agent/nta.h"
#include "sip/agent/resolver.h"

struct agent;
struct peer_config;

enum { HOP_AVOIDED_S = 30, HOP_FAILOVER_S = 4, HOP_RETRY_AFTER_MAX_S = 300 };

enum { HOP_ROUTE_MAX = 96 };
enum hop_state { HOP_UNKNOWN, HOP_UP, HOP_DOWN };

struct hops {
	struct agent *agent;
	const struct peer_config *config;  /* the peer's */
	struct sockaddr_storage *best;     /* told of the first of list */
	struct hop_list list;              /* n 0: not known yet, or the name leads nowhere */
	uint64_t avoid_until_us[HOPS_MAX]; /* beside list */
	enum hop_state state[HOPS_MAX];    /* beside list: what OPTIONS told */
	bool looked;                       /* list is an answer of the DNS, or needs none */
	bool is_name;                      /* the list comes from the DNS */
	bool is_guest;                     /* it came to us: nothing is known of its certificate */
	struct lookup *lookup;
	struct osmo_timer_list again;
};

/* The peer's configuration is there, or changed. */
void hops_start(struct hops *hops, struct agent *agent, const struct peer_config *config,
		struct sockaddr_storage *best);
void hops_stop(struct hops *hops);
/* One of its places is at this address, and port if that counts. */
bool hops_include(const struct hops *hops, const struct sockaddr_storage *from, bool and_port);

/* That place answers, or does not: one that is down comes after all others. */
void hops_tell(struct hops *hops, const struct hop *hop, enum hop_state state);
void hops_forget_states(struct hops *hops);
/* "sip:192.0.2.1:5060;transport=tcp;lr": as a route to that place. */
bool hop_same(const struct hop *a, const struct hop *b);
/* As a route to that place: "sip:192.0.2.1:5060;transport=tcp;lr". */
void hop_route(const struct hop *hop, char out[static HOP_ROUTE_MAX]);
/* What can be spoken and reached from the sockets of that name ("": all), into the query. */
void hops_add_usable(const struct agent *agent, const char *local, struct hop_query *query);

struct trial {
	struct hops *hops;
	struct hop tried[HOPS_MAX]; /* the last one is under way */
	size_t n;
	char route[HOP_ROUTE_MAX]; /* "sip:192.0.2.1:5060;transport=tcp;lr" */
	bool spent;                /* the last one, too, was silent */
	struct osmo_timer_list silence;
	void (*on_silence)(void *data);
	void *data;
};

/* Before the first hop. on_silence is called when a hop said nothing for the peer's `failover` and there is another one: the
 * transaction is given up then, and the next place is what trial_route() says. A guest is one phone of several, and is given up
 * after that time too: the trial is spent. */
void trial_init(struct trial *trial, struct hops *hops, void (*on_silence)(void *data), void *data);
/* The place to try now, as nta_outgoing_tcreate()'s route_url: the Request-URI stays. NULL: the peer's name leads nowhere. */
const url_string_t *trial_route(const struct trial *trial);
/* A final response, our own transaction's or theirs. True: this place failed and another one is to be tried. One that failed
 * of late comes after all others. */
bool trial_failed(struct trial *trial, const sip_t *sip, int status);
/* Any response came: it is not silent. */
void trial_heard(struct trial *trial);
/* The timer, when the trial is over. Also of one that never began. */
void trial_end(struct trial *trial);
