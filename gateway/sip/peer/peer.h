/* Peers: who may call us over SIP and whom we may call. The table owns its peers; one that was taken out of
 * the configuration is kept until its last session let go of it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include <osmocom/core/linuxlist.h>
#include <osmocom/core/timer.h>
#include <sofia-sip/tport.h>
#include <sofia-sip/tport_tag.h>

#include "call/target.h"
#include "sip/agent/agent.h"
#include "sip/guard/limits.h"
#include "sip/peer/hops.h"
#include "sip/peer/peer_config.h"

struct call_hub;

enum peer_reach { PEER_UNKNOWN, PEER_REACHABLE, PEER_UNREACHABLE };

/* A place where somebody who has registered may be. Texts: of the peer's members of these names. */
struct peer_way {
	struct sockaddr_storage address;
	enum transport transport;
	char *contact, *hop, *route;
};

struct credentials;
struct peer {
	struct llist_head entry; /* of peers.list, or of peers.retired */
	struct peers *peers;
	struct target target;
	struct peer_config config;
	struct sockaddr_storage
		address; /* the best of hops; ss_family 0: its name leads nowhere yet */
	struct hops hops;
	struct credentials
		*credentials; /* NULL: it asked for none (credentials.h); a child of the peer */
	struct registration *registration; /* ours with it (register.h); NULL: none */
	bool moved;                        /* where it is has changed since that was looked at */
	/* Of who has registered; each may be NULL: its Request-URI, the hop that all of ours to it go by, and the
	 * Route of a new call (RFC 3327). Children of the peer. */
	char *contact, *hop, *route;
	struct peer_way *ways; /* where else it may be, the best first; a child of the peer */
	size_t n_ways;
	unsigned calls; /* sessions that hold it */
	uint64_t calls_in, calls_out;
	struct limits *limits; /* its own, or its user's, which all calls of that user share */
	enum peer_reach reach;
	unsigned rtt_ms;                  /* of the last OPTIONS, 0: none */
	struct osmo_timer_list keepalive; /* OPTIONS */
	struct osmo_timer_list ping;      /* path.keepalive_s */
	struct options *options;          /* those under way (options.h); a child of the peer */
};

struct peers {
	struct llist_head list, retired;
	struct call_hub *hub;
	struct agent *agent;
	void *owner; /* for the model's */
	/* Can that trunk carry calls? NULL: all can. */
	bool (*trunk_up)(void *data, const char *trunk);
	void *trunk_up_data;
	struct target model; /* of each peer's: seize and probe, with a struct peer as data */
};

struct peers *peers_new(void *talloc_ctx, struct call_hub *hub, struct agent *agent,
			const struct target *model, void *owner);
/* No session may be left. */
void peers_free(struct peers *peers);
/* Takes the n configured ones over: those of the same name keep their calls and counters. gone is called for
 * each that is no longer configured: its calls go on, with what was configured, and no new one comes or goes. 0, -EINVAL (an address that is none, logged), or -ENOMEM. */
int peers_apply(struct peers *peers, const struct peer_config *configs, size_t n,
		void (*gone)(void *data, struct peer *peer), void *data);
/* The peer that a request belongs to, by where it came from and what it came by; NULL: none. */
struct peer *peers_find(const struct peers *peers, const struct sockaddr_storage *from,
			const tport_t *tport);
/* A request from there, by that, is the peer's own. */
bool peer_owns(const struct peer *peer, const struct sockaddr_storage *from, nta_incoming_t *irq);

/* fn for each peer that is configured no more and has calls yet. */
void peers_retired_each(const struct peers *peers, void (*fn)(void *data, const struct peer *peer),
			void *data);

/* A peer that no configuration has and no request is found by: it lives until it was held and released as often, and
 * limits, a talloc object of whoever it stands for, as long. NULL without memory. */
struct peer *peer_guest(struct peers *peers, const struct peer_config *config,
			const struct sockaddr_storage *address, enum transport transport,
			struct limits *limits);
/* They are one peer, or guests for one whom they stand for. */
bool peer_is_same(const struct peer *one, const struct peer *other);
/* A guest is where the first of its ways leads from now on, and that is no way of its any more. False: there was none. */
bool peer_turn(struct peer *guest);
/* target.lets_in for who has these limits. */
unsigned peer_limits_let_in(const struct limits *limits, const struct guard_peer_config *config,
			    const char *called, const char **why);
void peer_hold(struct peer *peer);
void peer_release(struct peer *peer);
const char *peer_reach_name(enum peer_reach reach);
/* "sip:192.0.2.1:5060", with the user part before it if there is one; for a request to the peer. */
void peer_uri(const struct peer *peer, const char *user, char *out, size_t size);
/* What we are called when talking to it: "192.0.2.9:5060", with no parameters. */
void peer_here(const struct peer *peer, char *out, size_t size);
/* The same as a Contact: "<sip:192.0.2.9:5060;transport=tcp>". */
void peer_contact(const struct peer *peer, char *out, size_t size);
/* Tags of each request to it, in a dialog or not: they name the socket that it leaves from. */
#define PEER_TAGS(peer)                                                                            \
	TAG_IF((peer)->config.path.local[0], TPTAG_IDENT((peer)->config.path.local)),              \
		TAG_IF((peer)->hop, NTATAG_DEFAULT_PROXY((peer)->hop)),                            \
		TAG_IF((peer)->config.path.only_udp, TPTAG_MTU(PEER_MTU_NONE))
enum { PEER_MTU_NONE = 65535 };
