/* OPTIONS (RFC 3261 11): as keep-alive to peers, which tells whether they are reachable, and as a question
 * from them. */
#pragma once

#include <stdbool.h>

#include "sip/agent/agent.h"

struct peer;
struct peer_config;

/* Asks each place of the peer (hops.h) now and then every options_s, once its name has been looked up; calls go to those that
 * answer. With 0 it counts as reachable and is left alone. */
void options_start(struct peer *peer);
void options_stop(struct peer *peer);
/* Answers one from a peer, as an INVITE there would be (11.2): 503 when no call could be carried. Returns the
 * status. */
int options_answer(nta_incoming_t *irq, const struct peer_config *config, bool in_service);
