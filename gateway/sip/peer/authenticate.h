/* A peer shows who it is before its requests are served (`authenticate`). */
#pragma once

#include "sip/agent/nta.h"

struct auth;
struct peer;

/* 0: it may go on; else the status that the request was, or is to be, answered with. Asked is what auth_is_due() says, and
 * not OPTIONS. */
int authenticate_peer(struct auth *auth, const struct peer *peer, nta_incoming_t *irq,
		      const sip_t *sip, const url_t *target);
