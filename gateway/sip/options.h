/* OPTIONS (RFC 3261 11): as keep-alive to peers, which tells whether they are reachable, and as a question
 * from them. */
#pragma once

#include "sip/agent.h"

struct peer;

/* Asks the peer now and then every options_s; with 0 it counts as reachable and is left alone. */
void options_start(struct peer *peer);
void options_stop(struct peer *peer);
/* Answers one from a peer. Returns the status. */
int options_answer(nta_incoming_t *irq);
