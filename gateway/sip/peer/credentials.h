/* The answer to a peer's challenge, for any request of ours (RFC 3261 22.2, 22.3, RFC 7616, RFC 8760). Control thread.
 *
 * The secret goes to no foreign realm. A realm is one that is configured; or, for credentials without one, the first that
 * is named in a response from the peer's own address, and from then on no other (a proxy passes challenges of strangers on).
 * Several realms may ask, proxies and the server behind them: a request then carries the answers to all (22.3), each with a
 * count of its nonce that goes on. */
#pragma once

#include <stdbool.h>

#include "sip/agent/agent.h"

struct peer;

/* Of each final response to a request of ours. For one of 401 or 407: the same request again, with the answers, in the same
 * dialog and to the same hop; its responses go to callback. NULL: no answer is due (another status, a foreign realm, no
 * algorithm in common, or the answer was refused: each realm gets one in a request, and another when the nonce was too old),
 * and the response is final. Of a 2xx the next nonce is kept (RFC 7616 3.5). orq stays the caller's. */
nta_outgoing_t *credentials_retry(struct peer *peer, nta_leg_t *leg, nta_outgoing_t *orq,
				  const sip_t *response, nta_response_f *callback, void *data);
/* Headers for a request to be, by the last challenges, so that none is needed: "Authorization: Digest ...", lines ended by
 * CRLF but for the last. NULL when there were none. */
char *credentials_ahead(void *talloc_ctx, struct peer *peer, const char *method, const char *uri);
