/* Our registration with a peer (RFC 3261 10.2): kept, refreshed, tried again, and taken away when we stop or when
 * there is no line for its calls. Control thread; the peer owns it. */
#pragma once

#include <stdbool.h>

#include "sip/agent/nta.h"

struct peer;
struct peers;

/* As the peer's configuration has it now: begins, goes on, begins anew where something has changed, or ends. */
void register_apply(struct peer *peer);
/* We want no more calls: it is taken away, and nothing more is tried. */
void register_leave(struct peer *peer);
/* The end: REGISTER with Expires: 0, whose answer nobody waits for. */
void register_stop(struct peer *peer);
/* The peer whose registered contact this Request-URI is, wherever the request came from; NULL: none's. */
struct peer *register_find(const struct peers *peers, const url_t *url);

struct registration_status {
	const char *peer, *user, *domain;
	const char *state;  /* "registered", "trying", "waiting", "leaving", "held" */
	unsigned expires_s; /* that the registration has left; 0: there is none */
	unsigned retry_s;   /* until it is tried again; 0: not waiting */
	unsigned status;    /* the last final answer; 0: none yet */
};
/* False when the peer has none. */
bool register_status(const struct peer *peer, struct registration_status *out);
