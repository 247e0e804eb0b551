/* Calls that are joined as they are, and a party that takes the place of another. */
#include "call/transfer.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "call/call_attempt.h"
#include "call/call_record.h"
#include "call/hub.h"
#include "call/parties.h"
#include "call/transfer_hub.h"
#include "mg/mg.h"

/* One end of a new call, and where it comes from. */
struct end {
	struct leg *leg;
	struct call *from; /* NULL: it is fresh */
	unsigned slot;
	uint8_t law; /* of a fresh one */
	struct leg_party party;
};

static struct end end_of(struct leg *leg)
{
	struct end end = { .leg = leg, .from = leg->call, .slot = party_slot(leg->call, leg) };

	end.party = party_in(end.from, end.slot);
	return end;
}

static int move_media(struct call_hub *hub, const struct leg *leg, uint32_t context)
{
	uint32_t term = leg->ops->termination ? leg->ops->termination(leg) : 0;

	return term ? mg_move(hub->mg, term, context) : 0;
}

static void come(struct call *call, unsigned slot, const struct end *end)
{
	if (end->from) {
		party_move(end->from, end->slot, call, slot);
		end->from->continued_by = call->id;
	} else {
		call_attach(call, slot, end->leg);
		call->slots[slot].law = end->law;
	}
}

/* A call of two that need not be set up, in that context, where called's sound is already; it continues first. */
static int pair(const struct call *first, uint32_t context, const struct end *caller,
		const struct end *called)
{
	const struct call_event joined = {
		.kind = CALL_EV_JOINED,
		.slot = !caller->from   ? SLOT_CALLER
			: !called->from ? 1
					: SLOT_GATEWAY,
	};
	struct leg_setup setup = { .called = called->party.number,
				   .called_subaddress = called->party.subaddress,
				   .bearer = first->setup.bearer };
	struct call *call;

	party_calls(&setup, &caller->party);
	call = call_new(first->hub, NULL, &setup);
	if (!call)
		return -ENOMEM;
	call->context = context;
	call->continues = first->id;
	snprintf(call->route.name, sizeof(call->route.name), "transfer");
	memcpy(call->called_out, setup.called.digits, sizeof(call->called_out));
	call->current = call->attempts = 1;
	come(call, SLOT_CALLER, caller);
	come(call, 1, called);
	call_post(call, &joined);
	return 0;
}

static void note_done(struct call *call, unsigned by, uint32_t with)
{
	transfer_note_wish(call, by, "", with);
	transfer_note_outcome(call, TRANSFER_DONE, 0);
}

int transfer_join(struct leg *by, struct leg *with, bool operator)
{
	int rc = party_check(by);

	if (!rc)
		rc = party_check(with);
	if (!rc && by->call == with->call)
		rc = -EINVAL;
	if (rc)
		return rc;
	struct call *first = by->call, *second = with->call;
	unsigned by_slot = party_slot(first, by), with_slot = party_slot(second, with);
	const struct end caller = end_of(first->slots[party_other(first, by_slot)].leg);
	const struct end called = end_of(second->slots[party_other(second, with_slot)].leg);

	rc = move_media(first->hub, caller.leg, second->context);
	if (rc)
		return rc;
	rc = pair(first, second->context, &caller, &called);
	if (rc) {
		move_media(first->hub, caller.leg, first->context);
		return rc;
	}
	note_done(first, operator? SLOT_GATEWAY : by_slot, second->id);
	note_done(second, operator? SLOT_GATEWAY : with_slot, first->id);
	transfer_report(first, by_slot, LEG_CONNECT, 0, 0);
	party_ends(first, by_slot, CAUSE_NORMAL, LOC_USER);
	party_ends(second, with_slot, CAUSE_NORMAL, LOC_USER);
	return 0;
}

int call_join(struct leg *by, struct leg *with)
{
	return transfer_join(by, with, false);
}

/* An operator's wish */

/* Whom the party talks to; NULL: nobody. */
static struct leg *let_go_by(const struct call *call, const struct call_party *party)
{
	if (call->fi->state != CALL_ACTIVE)
		return NULL;
	return call->slots[party->caller ? call->current : SLOT_CALLER].leg;
}

int call_put_together(struct call_hub *hub, const struct call_party *one,
		      const struct call_party *other)
{
	struct call *first = call_find(hub, one->id), *second = call_find(hub, other->id);

	if (!first || !second)
		return -ENOENT;
	struct leg *by = let_go_by(first, one), *with = let_go_by(second, other);
	if (!by || !with)
		return -ENOTCONN;
	if (first != second && !party_check(by) && !party_check(with) &&
	    transfer_asks_to_join(first, party_slot(first, by), second, party_slot(second, with)))
		return 1;
	return transfer_join(by, with, true);
}

static bool same_party(const struct call *one, unsigned one_slot, const struct call *other,
		       unsigned other_slot)
{
	const struct call_slot *a = &one->slots[one_slot], *b = &other->slots[other_slot];
	const struct leg_party a_party = party_in(one, one_slot);
	const struct leg_party b_party = party_in(other, other_slot);

	return a->kind == b->kind && !strcmp(a->via, b->via) && *a_party.number.digits &&
	       !strcmp(a_party.number.digits, b_party.number.digits);
}

int call_far_ends(struct call_hub *hub, uint32_t one, uint32_t other,
		  struct call_party ends[static 2])
{
	const struct call *calls[] = { call_find(hub, one), call_find(hub, other) };
	unsigned found = 0;

	if (!calls[0] || !calls[1])
		return -ENOENT;
	if (calls[0]->fi->state != CALL_ACTIVE || calls[1]->fi->state != CALL_ACTIVE)
		return -ENOTCONN;
	for (unsigned i = 0; i < 4; i++) {
		bool by_caller = i & 1, with_caller = i & 2;

		if (!same_party(calls[0], by_caller ? SLOT_CALLER : calls[0]->current, calls[1],
				with_caller ? SLOT_CALLER : calls[1]->current))
			continue;
		found++;
		ends[0] = (struct call_party){ .id = one, .caller = !by_caller };
		ends[1] = (struct call_party){ .id = other, .caller = !with_caller };
	}
	return found == 1 && one != other ? 0 : -ESRCH;
}

/* The answer comes from another than who was called. */
static int pick_up(struct call *call, struct leg *old, struct leg *fresh, enum leg_law law)
{
	const struct call_event taken = { .cause = CAUSE_NON_SELECTED_USER,
					  .location = LOC_PRIVATE_LOCAL };
	const struct call_event answered = { .kind = CALL_EV_TAKEN,
					     .slot = (uint8_t)call_attempt_slot(call) };

	if (!call->current || call->slots[call->current].leg != old ||
	    call->fi->state > CALL_ALERTING || !answered.slot)
		return -ENOTCONN;
	unsigned given_up = call->current;
	call->current = call->attempts = answered.slot;
	call->slots[answered.slot] = (struct call_slot){ .law = (uint8_t)law };
	call_attach(call, answered.slot, fresh);
	call_tell_release(call, given_up, &taken, NULL);
	call_post(call, &answered);
	return 0;
}

int call_replace(struct leg *old, struct leg *fresh, enum leg_law law)
{
	struct call *call = old->call;
	int rc;

	if (!call)
		return -ENOTCONN;
	if (call->hub->draining)
		return -ESHUTDOWN;
	if (call->fi->state != CALL_ACTIVE)
		return pick_up(call, old, fresh, law);
	rc = party_check(old);
	if (rc)
		return rc;
	unsigned slot = party_slot(call, old), kept = party_other(call, slot);
	const struct end stays = end_of(call->slots[kept].leg);
	const struct end comes = { .leg = fresh,
				   .law = (uint8_t)law,
				   .party = party_in(call, slot) };

	rc = slot == SLOT_CALLER ? pair(call, call->context, &comes, &stays)
				 : pair(call, call->context, &stays, &comes);
	if (!rc)
		party_ends(call, slot, CAUSE_NORMAL, LOC_USER);
	return rc;
}

void transfer_taken(struct call *call, unsigned fresh)
{
	const struct leg_msg msg = {
		.verb = LEG_CONNECT,
		.law = call->slots[SLOT_CALLER].law,
		.party = party_in(call, SLOT_CALLER),
	};

	call_tell(call, fresh, &msg);
}

void transfer_joined(struct call *call, unsigned fresh)
{
	for (unsigned slot = SLOT_CALLER; slot <= 1; slot++) {
		struct leg_msg msg = {
			.verb = slot == fresh ? LEG_CONNECT : LEG_NOTIFY,
			.notification = slot == fresh ? 0 : LEG_TRANSFERRED,
			.law = call->slots[1 - slot].law,
			.party = party_in(call, 1 - slot),
		};
		call_tell(call, slot, &msg);
	}
}
