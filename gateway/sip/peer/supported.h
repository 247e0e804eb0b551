/* The extensions that we speak with a peer, by their option tags (RFC 3261 19.2). Pure. */
#pragma once

#include "sip/agent/agent.h"
#include "sip/peer/peer_config.h"

enum { SUPPORTED_MAX = 96 };

/* May its users transfer calls and take them over? */
bool supported_transfer(const struct peer_config *config);
/* The value of Supported; "" for none. Returns out. */
const char *supported_text(const struct peer_config *config, char out[static SUPPORTED_MAX]);
/* 0; or 420, and the request is answered with what it requires and we do not have. */
int supported_check(const struct peer_config *config, nta_incoming_t *irq, const sip_t *sip);
