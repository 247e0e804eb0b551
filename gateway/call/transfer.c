/* Transfer of calls. One that is asked for a number has a leg of its own, which calls that number for the party that
 * is to be put through, and gives its place to it once the number answers. */
#include "call/transfer.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <osmocom/core/talloc.h>

#include "call/call_attempt.h"
#include "call/hub.h"
#include "call/transfer_hub.h"
#include "mg/mg.h"

struct transfer {
	struct leg leg; /* the caller of the new call */
	struct call_hub *hub;
	struct call *from; /* NULL: it has been cleared, and nobody is put through any more */
	uint8_t by;        /* the slot of who asked for it */
	char via[TARGET_NAME_MAX];
	struct osmo_timer_list begin;
	uint32_t tone; /* the termination that says the ringing tone, 0: none */
};

/* The two parties of a call that is answered */

static unsigned other_slot(const struct call *call, unsigned slot)
{
	return slot == SLOT_CALLER ? call->current : SLOT_CALLER;
}

static unsigned slot_of(const struct call *call, const struct leg *leg)
{
	return leg == call->slots[SLOT_CALLER].leg ? SLOT_CALLER : call->current;
}

/* 0 when the call of this leg may be changed. */
static int check(const struct leg *leg)
{
	if (!call_other(leg))
		return -ENOTCONN;
	if (leg->call->transfer)
		return -EBUSY;
	return leg->call->hub->draining ? -ESHUTDOWN : 0;
}

/* Who that is, as far as the set-up told. The number that a call was placed to is known to be right. */
static struct leg_party party_in(const struct call *call, unsigned slot)
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

static void put_caller(struct leg_setup *setup, const struct leg_party *party)
{
	setup->calling = party->number;
	setup->calling_subaddress = party->subaddress;
	snprintf(setup->calling_name, sizeof(setup->calling_name), "%s", party->name);
}

static void move_leg(struct call *from, unsigned slot, struct call *to, unsigned to_slot)
{
	struct leg *leg = from->slots[slot].leg;

	call_detach(from, slot);
	to->slots[to_slot].law = from->slots[slot].law;
	call_attach(to, to_slot, leg);
}

/* It was this party's wish. The call may be gone when it returns. */
static void end_call(struct call *call, unsigned slot, unsigned cause, unsigned location)
{
	const struct call_event event = {
		.kind = CALL_EV_CLEAR,
		.slot = (uint8_t)slot,
		.cause = (uint8_t)cause,
		.location = (uint8_t)location,
	};

	call_post(call, &event);
}

/* The ringing tone for who waits: nobody else gives it when the new party's circuit does not. */

static void on_tone(void *data, const struct mg_event *event)
{
	const struct mg_signal ringing = { .kind = MG_SIGNAL_TONE, .tone = TONE_RINGBACK };
	struct transfer *t = data;

	if (event->kind == MG_EV_ADDED)
		mg_signal(t->hub->mg, t->tone, &ringing);
	else if (event->kind == MG_EV_FAILED)
		t->tone = 0;
}

static void ring(struct transfer *t)
{
	const bool mulaw =
		t->from && t->from->slots[other_slot(t->from, t->by)].law == LEG_LAW_MULAW;
	const struct mg_term term = {
		.kind = MG_LOCAL,
		.local = { .law = mulaw ? LAW_MULAW : LAW_ALAW },
	};
	int64_t id;

	if (t->tone || !t->from || t->from->setup.bearer == LEG_UNRESTRICTED)
		return;
	id = mg_add(t->hub->mg, t->from->context, &term, on_tone, t);
	t->tone = id > 0 ? (uint32_t)id : 0;
}

static void hush(struct transfer *t)
{
	if (!t->tone)
		return;
	mg_subtract(t->hub->mg, t->tone);
	mg_forget(t->hub->mg, t->tone);
	t->tone = 0;
}

/* What the new call tells its caller */

/* To who asked for the transfer, if it is still there. */
static void report(struct call *from, unsigned by, enum leg_verb how, unsigned cause,
		   unsigned location)
{
	const struct leg_msg msg = {
		.verb = LEG_TRANSFER,
		.transfer = (uint8_t)how,
		.cause = (uint8_t)cause,
		.location = (uint8_t)location,
	};

	if (from)
		call_tell(from, by, &msg);
}

static void put_through(struct transfer *t, const struct leg_msg *answer)
{
	struct leg_msg turn = {
		.verb = LEG_NOTIFY,
		.notification = LEG_TRANSFERRED,
		.party = answer->party,
	};
	struct call *from = t->from, *to = t->leg.call;
	unsigned by = t->by, waiting = other_slot(from, by);

	if (!*turn.party.number.digits)
		turn.party = party_in(to, 1);
	from->transfer = NULL;
	from->continued_by = to->id;
	call_detach(to, SLOT_CALLER);
	move_leg(from, waiting, to, SLOT_CALLER);
	talloc_free(t);
	report(from, by, LEG_CONNECT, 0, 0);
	end_call(from, by, CAUSE_NORMAL, LOC_USER);
	call_tell(to, SLOT_CALLER, &turn);
}

/* Who waits goes back to who asked, if that one has not hung up. */
static void fail(struct transfer *t, const struct leg_msg *why)
{
	const struct leg_msg gone = { .verb = LEG_RELEASE_COMPLETE };
	struct call *from = t->from;
	unsigned by = t->by;

	call_hears(t->hub, &t->leg, &gone);
	talloc_free(t);
	if (!from)
		return;
	from->transfer = NULL;
	if (from->slots[by].leg && !from->slots[by].released)
		report(from, by, LEG_RELEASE, why->cause, why->location);
	else
		end_call(from, SLOT_GATEWAY, why->cause, why->location);
}

static void give_up(struct transfer *t, unsigned cause, unsigned location)
{
	const struct leg_msg release = {
		.verb = LEG_RELEASE,
		.cause = (uint8_t)cause,
		.location = (uint8_t)location,
	};

	call_hears(t->hub, &t->leg, &release);
}

static void tell(struct leg *leg, const struct leg_msg *msg)
{
	struct transfer *t = container_of(leg, struct transfer, leg);

	switch (msg->verb) {
	case LEG_PROCEEDING:
		report(t->from, t->by, LEG_PROCEEDING, 0, 0);
		break;
	case LEG_ALERTING:
		if (!msg->inband)
			ring(t);
		report(t->from, t->by, LEG_ALERTING, 0, 0);
		break;
	case LEG_PROGRESS:
		if (msg->inband)
			hush(t);
		break;
	case LEG_CONNECT:
		put_through(t, msg);
		break;
	case LEG_DISCONNECT:
		give_up(t, msg->cause, msg->location);
		break;
	case LEG_RELEASE:
		fail(t, msg);
		break;
	default:
		break;
	}
}

static void describe(const struct leg *leg, char *out, unsigned size)
{
	const struct transfer *t = container_of(leg, struct transfer, leg);

	if (t->from)
		snprintf(out, size, "for call %u", t->from->id);
	else
		snprintf(out, size, "for nobody any more");
}

static const struct leg_ops ops = { .tell = tell, .describe = describe };

/* For the state machine of calls */

bool transfer_outlives(struct call *call, const struct call_event *event)
{
	const struct call_event released = { .cause = CAUSE_NORMAL, .location = LOC_PRIVATE_LOCAL };

	if (!call->transfer || event->slot != call->transfer->by || event->kind == CALL_EV_CLEAR)
		return false;
	call_tell_release(call, event->slot, &released, NULL);
	return true;
}

void transfer_abandon(struct call *call)
{
	struct transfer *t = call->transfer;

	if (!t)
		return;
	call->transfer = NULL;
	t->from = NULL;
	hush(t);
	osmo_timer_del(&t->begin);
	if (t->leg.call)
		give_up(t, CAUSE_NORMAL, LOC_USER);
	else
		talloc_free(t);
}

/* A transfer to a number */

static int transfer_destructor(struct transfer *t)
{
	osmo_timer_del(&t->begin);
	hush(t);
	return 0;
}

static void on_begin(void *data)
{
	const struct call_event route = { .kind = CALL_EV_ROUTE, .slot = SLOT_GATEWAY };
	struct transfer *t = data;

	call_post(t->leg.call, &route);
}

static struct transfer *transfer_new(struct call *from, unsigned by)
{
	struct transfer *t = talloc_zero(from->hub, struct transfer);

	if (!t)
		return NULL;
	talloc_set_destructor(t, transfer_destructor);
	osmo_timer_setup(&t->begin, on_begin, t);
	t->hub = from->hub;
	t->from = from;
	t->by = (uint8_t)by;
	memcpy(t->via, from->slots[by].via, sizeof(t->via));
	t->leg.ops = &ops;
	t->leg.via = t->via;
	t->leg.kind = from->slots[by].kind;
	return t;
}

int call_transfer(struct leg *by, const struct leg_setup *to)
{
	int rc = check(by);

	if (rc)
		return rc;
	struct call *from = by->call;
	unsigned slot = slot_of(from, by), waiting = other_slot(from, slot);
	const struct leg_party party = party_in(from, waiting);
	struct transfer *t = transfer_new(from, slot);
	struct leg_setup setup = *to;

	put_caller(&setup, &party);
	setup.bearer = from->setup.bearer;
	struct call *call = t ? call_new(from->hub, &t->leg, &setup) : NULL;
	if (!call) {
		talloc_free(t);
		return -ENOMEM;
	}
	call->context = from->context;
	call->continues = from->id;
	call->slots[SLOT_CALLER].law = from->slots[waiting].law;
	from->transfer = t;
	osmo_timer_schedule(&t->begin, 0, 0);
	return 0;
}

/* Calls joined as they are */

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
	struct end end = { .leg = leg, .from = leg->call, .slot = slot_of(leg->call, leg) };

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
		move_leg(end->from, end->slot, call, slot);
		end->from->continued_by = call->id;
	} else {
		call_attach(call, slot, end->leg);
		call->slots[slot].law = end->law;
	}
}

/* A call of two that need not be set up, in that context, where called's sound is already. */
static int pair(struct call_hub *hub, uint32_t context, const struct end *caller,
		const struct end *called)
{
	const struct call_event joined = {
		.kind = CALL_EV_JOINED,
		.slot = !caller->from   ? SLOT_CALLER
			: !called->from ? 1
					: SLOT_GATEWAY,
	};
	const struct call *first = caller->from ? caller->from : called->from;
	struct leg_setup setup = { .called = called->party.number,
				   .called_subaddress = called->party.subaddress,
				   .bearer = first->setup.bearer };
	struct call *call;

	put_caller(&setup, &caller->party);
	call = call_new(hub, NULL, &setup);
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

int call_join(struct leg *by, struct leg *with)
{
	int rc = check(by);

	if (!rc)
		rc = check(with);
	if (!rc && by->call == with->call)
		rc = -EINVAL;
	if (rc)
		return rc;
	struct call *first = by->call, *second = with->call;
	unsigned by_slot = slot_of(first, by), with_slot = slot_of(second, with);
	const struct end caller = end_of(first->slots[other_slot(first, by_slot)].leg);
	const struct end called = end_of(second->slots[other_slot(second, with_slot)].leg);

	rc = move_media(first->hub, caller.leg, second->context);
	if (rc)
		return rc;
	rc = pair(first->hub, second->context, &caller, &called);
	if (rc) {
		move_media(first->hub, caller.leg, first->context);
		return rc;
	}
	report(first, by_slot, LEG_CONNECT, 0, 0);
	end_call(first, by_slot, CAUSE_NORMAL, LOC_USER);
	end_call(second, with_slot, CAUSE_NORMAL, LOC_USER);
	return 0;
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
	rc = check(old);
	if (rc)
		return rc;
	unsigned slot = slot_of(call, old), kept = other_slot(call, slot);
	const struct end stays = end_of(call->slots[kept].leg);
	const struct end comes = { .leg = fresh,
				   .law = (uint8_t)law,
				   .party = party_in(call, slot) };

	rc = slot == SLOT_CALLER ? pair(call->hub, call->context, &comes, &stays)
				 : pair(call->hub, call->context, &stays, &comes);
	if (!rc)
		end_call(call, slot, CAUSE_NORMAL, LOC_USER);
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
