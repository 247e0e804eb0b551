/* libpri has an answer for each variant in pri_channel_bridge(), but for NI-1. QSIG's is left out: libpri keeps
 * in each of two such calls a pointer to the other, and uses it when that one has long been freed. */
#include "pstn/isdn/transfer.h"

#include "call/call.h"

static bool can_transfer(const struct isdn_leg *leg)
{
	return leg->isdn->trunk.config.transfer && !isdn_leg_is_network(leg) &&
	       isdn_leg_variant(leg) != PRI_SWITCH_QSIG;
}

void transfer_offer(struct isdn_leg *leg)
{
	const struct leg *head = leg->leg.call ? call_other(&leg->leg) : NULL;
	const struct isdn_leg *other = head ? isdn_leg_of(head) : NULL;

	if (!can_transfer(leg) || !other || other->isdn != leg->isdn ||
	    isdn_leg_state(other) != ST_ACTIVE || !other->q931)
		return;
	if (pri_channel_bridge(other->q931, leg->q931))
		LOGLEG(leg, LOGL_DEBUG, "no transfer of this call and call-ref %u\n",
		       other->reference & 0x7fffU);
	else
		LOGLEG(leg, LOGL_INFO, "the exchange is to join this call and call-ref %u\n",
		       other->reference & 0x7fffU);
}
