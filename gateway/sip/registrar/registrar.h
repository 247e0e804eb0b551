/* A small registrar (RFC 3261 10.3): phones and small PBXs register with us, call, and are called. A user is a SIP
 * neighbour without an address of its own: each call with one has a peer of its own, made from the user's
 * configuration and from where its phone is now. Control thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "sip/registrar/registrar_config.h"
#include "sip/agent/nta.h"

struct leg_setup;
struct limits;
struct peer;
struct registrar;
struct sip;
struct sockaddr_storage;

struct registrar *registrar_new(void *talloc_ctx, struct sip *ground);
void registrar_free(struct registrar *registrar);
/* Where bindings are kept over a restart; once, after the first apply. */
void registrar_keep(struct registrar *registrar, const char *file);
/* Users that stay keep their bindings. 0 or -ENOMEM, then all stays as it was. */
int registrar_apply(struct registrar *registrar, const struct registrar_config *config);

/* Is a request from no peer's address for us: a REGISTER, or from somebody who says to be a user? */
bool registrar_serves(const struct registrar *registrar, const sip_t *sip);
/* Answers a REGISTER; returns the status. */
int registrar_register(struct registrar *registrar, nta_incoming_t *irq, const sip_t *sip,
		       const struct sockaddr_storage *from);
/* The user that sent this request, once it has shown who it is: a peer that the caller releases, as it is held. NULL
 * with *status that it was, or is to be, answered with. */
struct peer *registrar_guest(struct registrar *registrar, nta_incoming_t *irq, const sip_t *sip,
			     const struct sockaddr_storage *from, int *status);
/* A request in a guest's call, with its remote target (auth_is_due()). 0: it may go on; else the status that it was, or is to
 * be, answered with. */
int registrar_authenticate(struct registrar *registrar, const struct peer *guest,
			   nta_incoming_t *irq, const sip_t *sip, const url_t *target);
/* A guest calls: with its own number and name, whatever it says. */
void registrar_identify(const struct registrar *registrar, const struct peer *guest,
			struct leg_setup *setup);

/* One call for each user, until fn returns false. */
void registrar_limits_each(const struct registrar *registrar,
			   bool (*fn)(void *data, const char *user, const struct limits *limits),
			   void *data);

/* Bindings of that user go; false: no such user. */
bool registrar_clear(struct registrar *registrar, const char *user);

struct registrar_contact {
	const char *uri, *transport, *instance;
	char from[64];
	unsigned expires_s;
	double q;
};
/* One call for each contact of each user; a user without one: contact NULL. Until fn returns false. */
void registrar_each(const struct registrar *registrar,
		    bool (*fn)(void *data, const char *user, const char *number,
			       const struct registrar_contact *contact),
		    void *data);
