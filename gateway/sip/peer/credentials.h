/* The answer to a peer's challenge, for any request of ours (RFC 3261 22.2, RFC 7616, RFC 8760). Control thread.
 *
 * The secret goes to no foreign realm. The realm is the one configured; else the first that is named in a response
 * from the peer's own address, and from then on no other (a proxy passes challenges of strangers on). */
#pragma once

#include <stdbool.h>

#include "sip/agent/agent.h"
#include "sip/text/digest.h"

struct peer;

/* For an orq that was answered 401 or 407: the same request again, with the answer, in the same dialog and to the
 * same hop; its responses go to callback. NULL: no answer is due (another status, a foreign realm, no algorithm in
 * common, or the answer was refused), and the response is final. orq stays the caller's. */
nta_outgoing_t *credentials_retry(struct peer *peer, nta_leg_t *leg, nta_outgoing_t *orq,
				  const sip_t *response, nta_response_f *callback, void *data);
/* A header for a request to be, by the last challenge, so that none is needed: "Authorization: Digest ...". False when
 * there was none. */
bool credentials_ahead(struct peer *peer, const char *method, const char *uri,
		       char out[static DIGEST_HEADER_MAX]);
/* A success: the server may have named the next nonce (RFC 7616 3.5). */
void credentials_accepted(struct peer *peer, const sip_t *response);
