/* Parties of answered calls, for transfers. */
#include "call/parties.h"

#include <errno.h>
#include <stdio.h>

unsigned party_other(const struct call *call, unsigned slot)
{
	return slot == SLOT_CALLER ? call->current : SLOT_CALLER;
}

unsigned party_slot(const struct call *call, const struct leg *leg)
{
	return leg == call->slots[SLOT_CALLER].leg ? SLOT_CALLER : call->current;
}

int party_check(const struct leg *leg)
{
	if (!call_other(leg))
		return -ENOTCONN;
	if (leg->call->transfer)
		return -EBUSY;
	return leg->call->hub->draining ? -ESHUTDOWN : 0;
}

/* The number that a call was placed to is known to be right. */
struct leg_party party_in(const struct call *call, unsigned slot)
{
	struct leg_party party = { .number = call->setup.called,
				   .subaddress = call->setup.called_subaddress };

	if (slot == SLOT_CALLER) {
		party.number = call->setup.calling;
		party.subaddress = call->setup.calling_subaddress;
		snprintf(party.name, sizeof(party.name), "%s", call->setup.calling_name);
	} else if (*party.number.digits) {
		party.number.screening = 1;
	}
	return party;
}

void party_calls(struct leg_setup *setup, const struct leg_party *party)
{
	setup->calling = party->number;
	setup->calling_subaddress = party->subaddress;
	snprintf(setup->calling_name, sizeof(setup->calling_name), "%s", party->name);
}

void party_move(struct call *from, unsigned slot, struct call *to, unsigned to_slot)
{
	struct leg *leg = from->slots[slot].leg;

	call_detach(from, slot);
	to->slots[to_slot].law = from->slots[slot].law;
	call_attach(to, to_slot, leg);
}

void party_ends(struct call *call, unsigned slot, unsigned cause, unsigned location)
{
	const struct call_event event = {
		.kind = CALL_EV_CLEAR,
		.slot = (uint8_t)slot,
		.cause = (uint8_t)cause,
		.location = (uint8_t)location,
	};

	call_post(call, &event);
}
