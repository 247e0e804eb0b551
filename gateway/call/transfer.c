/* Transfer to a number. Either the side of the party that is to be put through calls the number itself, where it is known to
 * do that (REFER; call rerouting of EN 300 207-1), or we do: with a leg of our own for that party, which gives its place
 * to it once the number answers. What is refused the first way is done the second. */
#include "call/transfer.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <osmocom/core/talloc.h>

#include "call/call_record.h"
#include "call/hub.h"
#include "call/parties.h"
#include "call/transfer_hub.h"
#include "mg/mg.h"

struct transfer {
	struct leg
		leg; /* the caller of the new call; leg.call NULL: the party's own side is asked */
	struct call_hub *hub;
	struct call *from; /* NULL: it has been cleared, and nobody is put through any more */
	uint8_t by;        /* the slot of who asked for it, or is to be let go of */
	struct leg_number to;
	uint32_t with;   /* the call that it is to be joined with; 0: it is to a number */
	uint8_t with_by; /* the slot that is let go of there */
	char via[TARGET_NAME_MAX];
	struct osmo_timer_list begin;
	uint32_t tone; /* the termination that says the ringing tone, 0: none */
};

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
		t->from && t->from->slots[party_other(t->from, t->by)].law == LEG_LAW_MULAW;
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

void transfer_report(struct call *from, unsigned by, enum leg_verb how, unsigned cause,
		     unsigned location)
{
	const struct leg_msg msg = {
		.verb = LEG_TRANSFER,
		.transfer = (uint8_t)how,
		.cause = (uint8_t)cause,
		.location = (uint8_t)location,
	};

	struct leg *leg = from ? from->slots[by].leg : NULL;

	if (leg)
		leg_tell(leg, &msg);
}

static void put_through(struct transfer *t, const struct leg_msg *answer)
{
	struct leg_msg turn = {
		.verb = LEG_NOTIFY,
		.notification = LEG_TRANSFERRED,
		.party = answer->party,
	};
	struct call *from = t->from, *to = t->leg.call;
	unsigned by = t->by, waiting = party_other(from, by);

	if (!*turn.party.number.digits)
		turn.party = party_in(to, 1);
	from->transfer = NULL;
	from->continued_by = to->id;
	transfer_note_outcome(from, TRANSFER_DONE, 0);
	call_detach(to, SLOT_CALLER);
	party_move(from, waiting, to, SLOT_CALLER);
	talloc_free(t);
	transfer_report(from, by, LEG_CONNECT, 0, 0);
	party_ends(from, by, CAUSE_NORMAL, LOC_USER);
	call_tell(to, SLOT_CALLER, &turn);
}

/* Who waits goes back to who asked, if that one has not hung up. */
static void fail(struct transfer *t, const struct leg_msg *why)
{
	const struct leg_msg gone = { .verb = LEG_RELEASE_COMPLETE };
	struct call *from = t->from;
	unsigned by = t->by;

	call_hears(t->hub, &t->leg, &gone);
	if (from)
		transfer_note_outcome(from, TRANSFER_FAILED, why->cause);
	if (from && (!from->slots[by].leg || from->slots[by].released)) {
		party_ends(from, SLOT_GATEWAY, why->cause, why->location);
		return; /* it was abandoned with that */
	}
	talloc_free(t);
	if (!from)
		return;
	from->transfer = NULL;
	transfer_report(from, by, LEG_RELEASE, why->cause, why->location);
}

static void on_alerting(struct call *from)
{
	if (from)
		call_notify(from, "being put through: alerting");
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
		transfer_report(t->from, t->by, LEG_PROCEEDING, 0, 0);
		break;
	case LEG_ALERTING:
		if (!msg->inband)
			ring(t);
		on_alerting(t->from);
		transfer_report(t->from, t->by, LEG_ALERTING, 0, 0);
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

/* The new call */

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

static struct transfer *transfer_new(struct call *from, unsigned by, const struct leg_number *to)
{
	struct transfer *t = talloc_zero(from->hub, struct transfer);

	if (!t)
		return NULL;
	talloc_set_destructor(t, transfer_destructor);
	osmo_timer_setup(&t->begin, on_begin, t);
	t->hub = from->hub;
	t->from = from;
	t->by = (uint8_t)by;
	t->to = *to;
	memcpy(t->via, from->slots[by].via, sizeof(t->via));
	t->leg.ops = &ops;
	t->leg.via = t->via;
	t->leg.kind = from->slots[by].kind;
	return t;
}

/* setup: whom to call, and what else who asked says of it. 0 or -ENOMEM. */
static int place(struct transfer *t, struct leg_setup setup)
{
	struct call *from = t->from;
	unsigned waiting = party_other(from, t->by);
	const struct leg_party party = party_in(from, waiting);

	party_calls(&setup, &party);
	setup.bearer = from->setup.bearer;
	struct call *call = call_new(from->hub, &t->leg, &setup);
	if (!call)
		return -ENOMEM;
	call->context = from->context;
	call->continues = from->id;
	call->slots[SLOT_CALLER].law = from->slots[waiting].law;
	osmo_timer_schedule(&t->begin, 0, 0);
	return 0;
}

/* The party's own side */

/* with: whom it is to be joined with; NULL: it is to call the number. */
static bool ask(const struct transfer *t, const struct leg *with)
{
	struct leg *moved = t->from->slots[party_other(t->from, t->by)].leg;

	return moved->ops->reroute && !moved->ops->reroute(moved, t->to.digits, with);
}

/* Who is let go of in the other call; NULL: that has ended. */
static struct leg *let_go_there(const struct transfer *t)
{
	const struct call *with = t->with ? call_find(t->hub, t->with) : NULL;

	return with && with->fi->state == CALL_ACTIVE ? with->slots[t->with_by].leg : NULL;
}

static void done_there(struct transfer *t)
{
	const struct leg *there = let_go_there(t);
	struct call *from = t->from;

	from->transfer = NULL;
	transfer_note_outcome(from, TRANSFER_DONE, 0);
	if (there)
		party_ends(there->call, t->with_by, CAUSE_NORMAL, LOC_USER);
	party_ends(from, party_other(from, t->by), CAUSE_NORMAL, LOC_USER);
	talloc_free(t);
}

/* It does not do that: then we do. Or the number is not to be had, and the call is as it was. */
static void not_joined_there(struct transfer *t, unsigned cause)
{
	struct leg *there = let_go_there(t);
	struct call *from = t->from;

	from->transfer = NULL;
	if (cause != CAUSE_FACILITY_REJECTED || !there ||
	    transfer_join(from->slots[t->by].leg, there, true))
		transfer_note_outcome(from, TRANSFER_FAILED, cause);
	talloc_free(t);
}

static void failed_there(struct transfer *t, unsigned cause)
{
	const struct leg_setup setup = { .called = t->to };

	if (cause == CAUSE_FACILITY_REJECTED && !t->hub->draining && !place(t, setup)) {
		t->from->transfer_note.way = TRANSFER_BY_US;
		return;
	}
	t->from->transfer = NULL;
	transfer_note_outcome(t->from, TRANSFER_FAILED, cause);
	talloc_free(t);
}

/* Wishes */

int call_transfer(struct leg *by, const struct leg_setup *to)
{
	int rc = party_check(by);

	if (rc)
		return rc;
	struct call *from = by->call;
	if (!target_may_call(from->hub, by->kind, by->via, to->called.digits))
		return -EACCES;
	struct transfer *t = transfer_new(from, party_slot(from, by), &to->called);
	if (!t || place(t, *to)) {
		talloc_free(t);
		return -ENOMEM;
	}
	from->transfer = t;
	transfer_note_wish(from, t->by, to->called.digits, 0);
	return 0;
}

int call_put_through(struct call_hub *hub, uint32_t id, bool caller, const char *number)
{
	struct call *call = call_find(hub, id);
	struct leg_setup to = { 0 };

	if (!call)
		return -ENOENT;
	unsigned by = caller ? call->current : SLOT_CALLER;
	struct leg *let_go = call->slots[by].leg;
	int rc = let_go ? party_check(let_go) : -ENOTCONN;
	if (rc)
		return rc;
	snprintf(to.called.digits, sizeof(to.called.digits), "%s", number);
	struct transfer *t = transfer_new(call, by, &to.called);
	bool asked = t && ask(t, NULL);
	if (!t || (!asked && place(t, to))) {
		talloc_free(t);
		return -ENOMEM;
	}
	call->transfer = t;
	transfer_note_wish(call, SLOT_GATEWAY, number, 0);
	call->transfer_note.way = asked ? TRANSFER_BY_PARTY : TRANSFER_BY_US;
	return 0;
}

bool transfer_asks_to_join(struct call *from, unsigned by, struct call *with, unsigned with_by)
{
	static const struct leg_number nobody;
	struct transfer *t = transfer_new(from, by, &nobody);

	if (!t)
		return false;
	t->with = with->id;
	t->with_by = (uint8_t)with_by;
	if (!ask(t, with->slots[party_other(with, with_by)].leg)) {
		talloc_free(t);
		return false;
	}
	from->transfer = t;
	transfer_note_wish(from, SLOT_GATEWAY, "", with->id);
	from->transfer_note.way = TRANSFER_BY_PARTY;
	return true;
}

/* For the state machine of calls */

bool transfer_outlives(struct call *call, const struct call_event *event)
{
	const struct call_event released = { .cause = CAUSE_NORMAL, .location = LOC_PRIVATE_LOCAL };

	if (!call->transfer || !call->transfer->leg.call || event->slot != call->transfer->by ||
	    event->kind == CALL_EV_CLEAR)
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
	transfer_note_outcome(call, TRANSFER_ABANDONED, 0);
	transfer_report(call, t->by, LEG_RELEASE, call->cause, call->location);
	hush(t);
	osmo_timer_del(&t->begin);
	if (t->leg.call)
		give_up(t, CAUSE_NORMAL, LOC_USER);
	else
		talloc_free(t);
}

void transfer_hears(struct call *call, const struct call_event *event)
{
	unsigned how = event->said ? event->said->transfer : LEG_RELEASE;
	struct transfer *t = call->transfer;

	if (!t || t->leg.call || event->slot != party_other(call, t->by))
		return;
	if (how == LEG_CONNECT)
		done_there(t);
	else if (how == LEG_ALERTING)
		on_alerting(call);
	else if (how == LEG_RELEASE && t->with)
		not_joined_there(t, event->cause);
	else if (how == LEG_RELEASE)
		failed_there(t, event->cause);
}
