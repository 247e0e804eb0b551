/* What `trusted` stands for where nothing else is said. */
#include "sip/peer/trust.h"

static bool answer(const struct peer_config *peer, uint8_t word)
{
	return word == TRUST_YES || (word == TRUST_AS_PEER && peer->trusted);
}

bool trust_believes(const struct peer_config *peer, enum trust_subject subject)
{
	return answer(peer, peer->identity.trust[subject]);
}

enum identity_header trust_header(const struct peer_config *peer)
{
	if (peer->identity.send_identity != IDENTITY_AS_PEER)
		return peer->identity.send_identity;
	return peer->trusted ? IDENTITY_PAI : IDENTITY_NONE;
}

bool trust_keeps_secrets(const struct peer_config *peer)
{
	return answer(peer, peer->identity.send_privacy);
}
