/* The SIP side: one nta agent in the control loop, and a leg per session. Control thread.
 * Sofia-SIP's types stay inside this folder. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "sip/sip_config.h"

struct call_hub;
struct mg;
struct registrar_config;
struct registrar_contact;
struct sip;

struct sip *sip_new(void *talloc_ctx, struct call_hub *hub, struct mg *mg);
/* Listens, or moves to another address: the calls that there are go on at the old one. 0, or -errno:
 * without a socket there (-EADDRINUSE, -EADDRNOTAVAIL, -EACCES) all stays as it was. */
int sip_apply(struct sip *sip, const struct sip_config *config);
/* After an error of sip_apply: which socket could not be opened, "192.0.2.1 UDP port 5060". */
const char *sip_failed_socket(void);
/* The same for the registrar and its users. 0 or -errno. */
int sip_apply_registrar(struct sip *sip, const struct registrar_config *config);
/* Where it keeps its locations over a restart; once, when both are applied. */
void sip_keep_locations(struct sip *sip, const char *file);
/* False: no such user. */
bool sip_clear_user(struct sip *sip, const char *user);
void sip_free(struct sip *sip);

/* OPTIONS of peers are answered with 503 while in_service says no. */
void sip_in_service(struct sip *sip, bool (*in_service)(void *data), void *data);
/* Registrations are held while their trunk cannot carry calls. */
void sip_trunk_up(struct sip *sip, bool (*up)(void *data, const char *trunk), void *data);
/* We stop: no calls are wanted any more. */
void sip_leave(struct sip *sip);
/* May calls go to the peer of that name? Not while it does not answer OPTIONS. */
bool sip_peer_alive(const struct sip *sip, const char *name);

enum { PEER_PLACES_MAX = 1024 };

struct peer_status {
	const char *name;
	char address[64];  /* "127.0.0.1:5070" */
	const char *state; /* "reachable", "unreachable", "unknown" */
	bool trusted;
	unsigned calls; /* now */
	uint64_t calls_in, calls_out;
	unsigned rtt_ms; /* of the last OPTIONS, 0: none */
	char places
		[PEER_PLACES_MAX]; /* of several, each with its state: "192.0.2.1:5060 up, 192.0.2.2:5060 down"; else "" */
};
void peers_each(const struct sip *sip, bool (*fn)(void *data, const struct peer_status *),
		void *data);

struct registration_status;
/* Our registrations with peers, as in sip/peer/register.h. */
void registrations_each(const struct sip *sip,
			bool (*fn)(void *data, const struct registration_status *), void *data);

/* The registrar's users and their contacts, as registrar_each() in sip/registrar/registrar.h. */
void users_each(const struct sip *sip,
		bool (*fn)(void *data, const char *user, const char *number,
			   const struct registrar_contact *contact),
		void *data);

/* fn for each peer that is configured no more and has calls yet: these go on. */
void peers_each_former(const struct sip *sip,
		       void (*fn)(void *data, const char *name, unsigned calls), void *data);

struct sip_totals {
	unsigned sessions, transactions;
	uint64_t rx_requests, rx_bad, unknown_source;
	char listening[64];
};
void sip_totals(const struct sip *sip, struct sip_totals *out);
