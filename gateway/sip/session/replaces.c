/* RFC 3891 3, in its order. */
#include "sip/session/replaces.h"

#include <errno.h>

#include "call/transfer.h"
#include "sip/peer/supported.h"
#include "sip/session/refer.h"

/* As the state of the dialog has it. */
static int status_in(const struct session *old, bool early_only)
{
	switch (old->fi->state) {
	case ST_CALLING:
	case ST_RINGING:
		return 0;
	case ST_ACTIVE:
	case ST_MODIFYING:
	case ST_CONFIRMING:
	case ST_OFFERING:
		return early_only ? 486 : 0;
	case ST_IDLE:
	case ST_PREPARING:
	case ST_INCOMING: /* early, and not begun by us */
		return 481;
	default: /* it has ended */
		return 603;
	}
}

int replaces_find(const struct sip *ground, const struct peer *peer, const sip_t *sip,
		  struct session **old)
{
	const sip_replaces_t *replaces = sip->sip_replaces;

	*old = NULL;
	if (!replaces)
		return 0;
	if (replaces->rp_next || !replaces->rp_call_id || !replaces->rp_to_tag ||
	    !replaces->rp_from_tag)
		return 400;
	struct session *found = refer_find(ground, replaces);
	if (!found)
		return 481;
	if (!refer_between(peer, found->peer) || !supported_transfer(&peer->config))
		return 403;
	int status = status_in(found, replaces->rp_early_only);
	if (!status)
		*old = found;
	return status;
}

int replaces_take(struct session *s, struct session *old, enum leg_law law)
{
	int rc = call_replace(&old->leg, &s->leg, law);

	if (!rc)
		return 0;
	return rc == -ENOTCONN ? 481 : rc == -EBUSY ? 491 : 503;
}
