/* A peer shows who it is. */
#include "sip/peer/authenticate.h"

#include <string.h>

#include "base/log.h"
#include "sip/guard/auth.h"
#include "sip/peer/peer.h"

int authenticate_peer(struct auth *auth, const struct peer *peer, nta_incoming_t *irq,
		      const sip_t *sip, const url_t *target)
{
	const struct authenticate_config *config = &peer->config.authenticate;
	struct digest_credentials claim;
	struct sockaddr_storage from;
	enum auth_verdict verdict;

	if (!config->user[0] || sip->sip_request->rq_method == sip_method_options ||
	    !auth_is_due(sip, target))
		return 0;
	verdict = auth_claim(sip, config->realm, &claim);
	if (verdict == AUTH_GOOD) {
		bool known = !strcmp(claim.user, config->user);

		verdict = auth_verify(auth, &claim, sip, NULL, known ? config->secret : NULL,
				      config->digests);
	}
	if (verdict == AUTH_GOOD && (config->any_uri || auth_signed_for(&claim, sip)))
		return 0;
	if (verdict == AUTH_GOOD)
		LOGABOUT(DSIP, LOGL_NOTICE, LOG_ABOUT(.peer = { peer->config.name }),
			 "peer %s: its answer is for %s, not for what it calls, Call-ID %s; does a "
			 "proxy change "
			 "numbers (`authenticate any-uri`)?\n",
			 peer->config.name, claim.uri, sip->sip_call_id->i_id);
	if (verdict == AUTH_BROKEN || verdict == AUTH_GOOD)
		return 400; /* RFC 7616 3.4.6 */
	if (verdict == AUTH_WRONG) {
		LOGABOUT(DSIP, LOGL_NOTICE, LOG_ABOUT(.peer = { peer->config.name }),
			 "peer %s: wrong answer to our challenge, Call-ID %s\n", peer->config.name,
			 sip->sip_call_id->i_id);
		agent_source(irq, &from);
		auth_failed(auth, &from);
	}
	return auth_challenge(auth, irq, config->realm, NULL, config->digests,
			      verdict == AUTH_STALE);
}
