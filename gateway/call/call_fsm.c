/* The state machine of a call. A is the caller's leg, B the called leg in charge; what B says goes to A.
 *
 *   state          left by                                    to
 *   ROUTING        digits must follow                         COLLECTING     A has heard SETUP ACKNOWLEDGE
 *   COLLECTING     A: INFORMATION, enough for a target        ROUTING
 *   ROUTING        the route has a look-up                    ASKING         A has heard PROCEEDING
 *   ASKING         LOOKED UP: an answer, or none in time      ROUTING
 *   ROUTING        B: SETUP ACKNOWLEDGE                       OVERLAP        digits go on to B
 *   both           B: PROCEEDING, PROGRESS                    PROCEEDING     A has heard PROCEEDING
 *   these three    B clears, cause lets, a target is left     ROUTING
 *   and ALERTING   B: ALERTING / CONNECT                      ALERTING / ACTIVE
 *   these four     B: DISCONNECT inband, not re-routed        DISCONNECTING  A hears on, T306 runs
 *   ROUTING        JOINED: a call of two that talk already    ACTIVE         transfer.h
 *   till ALERTING  TAKEN: another answers in B's place        ACTIVE         transfer.h
 *   all but one    A or B: DISCONNECT RELEASE GONE; CLEAR     CLEARING       each leg is told RELEASE
 *   DISCONNECTING  T306                                       CLEARING
 *   both first     an emergency call finds all ways full      WAITING        then ROUTING again
 *   ALERTING       B clears, the call is an emergency call    ROUTING
 *   CLEARING       last GONE, or X150: the legs are dropped   the end
 *
 * Only the called side may clear with sound: with the caller gone nobody listens. Re-routing ends at
 * ALERTING. Legs of targets given up linger in their slots until GONE; nothing else of theirs counts.
 * While a transfer is under way, who asked for it may hang up and the call stays ACTIVE.
 * From PROCEEDING to ACTIVE keys, notifications and charges are passed on, either way. */
#include <stdio.h>
#include <string.h>
#include <osmocom/core/tdef.h>

#include "base/clock.h"
#include "call/call_divert.h"
#include "call/call_lookup.h"
#include "call/emergency_way.h"
#include "call/call_record.h"
#include "call/call_timeline.h"
#include "call/hub.h"
#include "call/transfer_hub.h"
#include "call/way_steps.h"

enum { T306 = 306, X_GUARD = -150 };

static struct osmo_tdef timers[] = {
	{ .T = T306, .default_val = 30, .val = 30, .desc = "In-band information to RELEASE" },
	/* longer than SIP's timers H and F in turn, 64*T1 each */
	{ .T = X_GUARD, .default_val = 150, .val = 150, .desc = "RELEASE to RELEASE COMPLETE" },
	{}
};

static const struct osmo_tdef_state_timeout timeouts[32] = {
	[CALL_DISCONNECTING] = { .T = T306 },
	[CALL_CLEARING] = { .T = X_GUARD },
};

void call_change(struct call *call, enum call_state state)
{
	osmo_tdef_fsm_inst_state_chg(call->fi, state, timeouts, timers, -1);
	call_note(call, "%s", osmo_fsm_inst_state_name(call->fi));
}

/* Legs */

void call_attach(struct call *call, unsigned slot, struct leg *leg)
{
	struct call_slot *s = &call->slots[slot];

	s->leg = leg;
	s->kind = leg->kind;
	snprintf(s->via, sizeof(s->via), "%s", leg->via);
	leg->call = call;
	call->attached++;
	timeline_party(call->timeline, slot, leg->kind, leg->via);
	timeline_bind(call->timeline, slot, leg->key);
}

void call_detach(struct call *call, unsigned slot)
{
	struct call_slot *s = &call->slots[slot];

	snprintf(s->channel, sizeof(s->channel), "%s", s->leg->channel);
	s->leg->call = NULL;
	s->leg = NULL;
	call->attached--;
}

void call_tell(struct call *call, unsigned slot, const struct leg_msg *msg)
{
	struct call_slot *s = &call->slots[slot];

	if (!s->leg || s->released)
		return;
	s->released = msg->verb == LEG_RELEASE;
	call_journal_told(call, slot, msg);
	LOGCALL(call, LOGL_DEBUG, "to %s %s: %s cause %u\n", target_kind_name(s->kind), s->via,
		leg_verb_name(msg->verb), msg->cause);
	call_note_verb(call, slot, TIMELINE_OUT, msg);
	leg_tell(s->leg, msg);
}

void call_tell_release(struct call *call, unsigned slot, const struct call_event *why,
		       const struct leg_uui *uui)
{
	struct leg_msg msg = {
		.verb = LEG_RELEASE,
		.cause = why->cause,
		.location = why->location,
	};

	if (why->cause == CAUSE_NUMBER_CHANGED)
		snprintf(msg.moved_to, sizeof(msg.moved_to), "%s", call->moved_to);
	if (uui)
		msg.uui = *uui;
	call_tell(call, slot, &msg);
}

/* To whom it is passed on. */
static unsigned other_slot(const struct call *call, unsigned slot)
{
	return slot == SLOT_CALLER ? call->current : SLOT_CALLER;
}

/* What one of the two said, to the other. */
static void relay(struct call *call, enum leg_verb verb, const struct call_event *event)
{
	struct leg_msg msg = { 0 };

	if (event->said)
		msg = *event->said;
	msg.verb = verb;
	msg.law = call->slots[event->slot].law;
	msg.cause = event->cause;
	msg.location = event->location;
	msg.inband = event->inband;
	call_tell(call, other_slot(call, event->slot), &msg);
}

/* Clearing */

/* The first reason to clear is the call's, and everybody is told that one. */
static void set_end(struct call *call, unsigned by, unsigned cause, unsigned location)
{
	if (call->cause)
		return;
	call->cause = cause ? cause : CAUSE_NORMAL_UNSPECIFIED;
	call->location = location;
	call->ended_by = by;
	call_note(call, "ends by %s, cause %u %s (%s)", call_ended_by_name(call), call->cause,
		  cause_name(call->cause), cause_location_name(call->location));
}

void call_drop(struct call *call)
{
	set_end(call, SLOT_GATEWAY, CAUSE_TEMPORARY_FAILURE, LOC_PRIVATE_LOCAL);
	transfer_abandon(call);
	call_lookup_drop(call);
	for (unsigned slot = 0; slot < CALL_SLOTS; slot++) {
		if (call->slots[slot].leg)
			call_detach(call, slot);
	}
}

/* The party at the other end hears what this one says at its end. */
static void clear(struct call *call, const struct call_event *event)
{
	const struct call_event why = { .cause = call->cause, .location = call->location };
	unsigned listener = other_slot(call, event->slot);

	osmo_timer_del(&call->begin);
	transfer_abandon(call);
	call_lookup_drop(call);
	call_change(call, CALL_CLEARING);
	for (unsigned slot = 0; slot < CALL_SLOTS; slot++) {
		bool hears = event->said && slot == listener && slot != event->slot;

		call_tell_release(call, slot, &why, hears ? &event->said->uui : NULL);
	}
}

void call_clear_by(struct call *call, const struct call_event *event)
{
	set_end(call, event->slot, event->cause, event->location);
	clear(call, event);
}

void call_clear_for(struct call *call, enum cause cause)
{
	const struct call_event event = {
		.slot = SLOT_GATEWAY,
		.cause = (uint8_t)cause,
		.location = LOC_PRIVATE_LOCAL,
	};

	call_clear_by(call, &event);
}

/* B clears before answer, and before alerting if early. */
static void on_called_clears(struct call *call, uint32_t kind, const struct call_event *event,
			     bool early)
{
	if (early && call_divert(call, event))
		return;
	if ((early || call->setup.precedence == LEG_EMERGENCY) &&
	    call_way_lets_retry(call, event->cause)) {
		call_way_retry(call, event);
		return;
	}
	if (early)
		call_way_gives_up(call, event->cause);
	if (kind == CALL_EV_DISCONNECT && event->inband) {
		set_end(call, event->slot, event->cause, event->location);
		call_change(call, CALL_DISCONNECTING);
		relay(call, LEG_DISCONNECT, event);
		call_notify(call, "disconnecting");
		return;
	}
	call_clear_by(call, event);
}

/* States */

static void on_proceeding(struct call *call)
{
	call_way_close(call);
	if (call->fi->state != CALL_PROCEEDING)
		call_change(call, CALL_PROCEEDING);
	call_notify(call, "proceeding");
}

static void on_alerting(struct call *call, const struct call_event *event)
{
	call_change(call, CALL_ALERTING);
	call->alert_us = clock_now_us();
	relay(call, LEG_ALERTING, event);
	call_notify(call, "alerting");
}

/* A leg that repeats itself must not fill the caller's signalling channel. */
static void on_progress(struct call *call, const struct call_event *event)
{
	struct call_event *last = &call->slots[call->current].progress;

	if (last->kind && last->inband == event->inband && last->cause == event->cause)
		return;
	*last = *event;
	last->said = NULL;
	relay(call, LEG_PROGRESS, event);
	call_notify(call, "progress");
}

static void on_connect(struct call *call, const struct call_event *event)
{
	call_change(call, CALL_ACTIVE);
	call->answer_us = clock_now_us();
	fraud_answered(call->hub->fraud, &call->fraud);
	call->hub->totals.answered++;
	relay(call, LEG_CONNECT, event);
	call_notify(call, "answered");
}

static void on_joined(struct call *call, const struct call_event *event)
{
	call_change(call, CALL_ACTIVE);
	call->answer_us = clock_now_us();
	call->hub->totals.answered++;
	transfer_joined(call, event->slot);
	call_notify(call, "answered");
}

static void on_taken(struct call *call, const struct call_event *event)
{
	transfer_taken(call, event->slot);
	on_connect(call, event);
}

/* INFORMATION, NOTIFY, CHARGE. */
static void pass_on(struct call *call, uint32_t kind, const struct call_event *event)
{
	if (call->fi->state >= CALL_PROCEEDING)
		relay(call, event->said->verb, event);
	else
		LOGCALL(call, LOGL_INFO, "%s comes too early, dropped\n",
			osmo_fsm_event_name(&call_fsm, kind));
}

static void on_information(struct call *call, const struct call_event *event)
{
	if (call->setup.incomplete && event->slot == SLOT_CALLER)
		call_way_dialled(call, event->said);
	else
		pass_on(call, CALL_EV_INFORMATION, event);
}

static void on_setup_ack(struct call *call)
{
	if (call->fi->state != CALL_ROUTING)
		return;
	call_change(call, CALL_OVERLAP);
	call_way_forward(call);
}

/* Sound while digits are awaited (dial tone) does not end that. */
static void on_early_progress(struct call *call, const struct call_event *event)
{
	if (!call->setup.incomplete && call->fi->state != CALL_PROCEEDING)
		call_change(call, CALL_PROCEEDING);
	on_progress(call, event);
}

/* ROUTING, COLLECTING, OVERLAP and PROCEEDING. */
static void early_action(struct osmo_fsm_inst *fi, uint32_t kind, void *data)
{
	struct call *call = fi->priv;
	const struct call_event *event = data;

	switch (kind) {
	case CALL_EV_ROUTE:
		call_way_find(call);
		break;
	case CALL_EV_PLACE:
		call_way_advance(call);
		break;
	case CALL_EV_JOINED:
		on_joined(call, event);
		break;
	case CALL_EV_TAKEN:
		on_taken(call, event);
		break;
	case CALL_EV_SETUP_ACK:
		on_setup_ack(call);
		break;
	case CALL_EV_PROCEEDING:
		on_proceeding(call);
		break;
	case CALL_EV_PROGRESS:
		on_early_progress(call, event);
		break;
	case CALL_EV_ALERTING:
		on_alerting(call, event);
		break;
	case CALL_EV_CONNECT:
		on_connect(call, event);
		break;
	case CALL_EV_INFORMATION:
		on_information(call, event);
		break;
	case CALL_EV_NOTIFY:
	case CALL_EV_CHARGE:
		pass_on(call, kind, event);
		break;
	default:
		if (call->current && event->slot == call->current)
			on_called_clears(call, kind, event, true);
		else
			call_clear_by(call, event);
	}
}

static void asking_action(struct osmo_fsm_inst *fi, uint32_t kind, void *data)
{
	if (kind == CALL_EV_LOOKED_UP)
		call_lookup_answered(fi->priv);
	else
		early_action(fi, kind, data);
}

static void waiting_action(struct osmo_fsm_inst *fi, uint32_t kind, void *data)
{
	if (kind == CALL_EV_TIMEOUT)
		emergency_way_again(fi->priv);
	else
		early_action(fi, kind, data);
}

static void alerting_action(struct osmo_fsm_inst *fi, uint32_t kind, void *data)
{
	struct call *call = fi->priv;
	const struct call_event *event = data;

	switch (kind) {
	case CALL_EV_SETUP_ACK:
	case CALL_EV_PROCEEDING:
		break;
	case CALL_EV_TAKEN:
		on_taken(call, event);
		break;
	case CALL_EV_ALERTING: /* said again, it is worth telling only for its sound */
		if (event->inband)
			on_progress(call, event);
		break;
	case CALL_EV_PROGRESS:
		on_progress(call, event);
		break;
	case CALL_EV_CONNECT:
		on_connect(call, event);
		break;
	case CALL_EV_INFORMATION:
	case CALL_EV_NOTIFY:
	case CALL_EV_CHARGE:
		pass_on(call, kind, event);
		break;
	default:
		if (event->slot == call->current)
			on_called_clears(call, kind, event, false);
		else
			call_clear_by(call, event);
	}
}

static void active_action(struct osmo_fsm_inst *fi, uint32_t kind, void *data)
{
	struct call *call = fi->priv;

	if (kind >= CALL_EV_DISCONNECT) {
		if (!transfer_outlives(call, data))
			call_clear_by(call, data);
	} else if (kind == CALL_EV_TRANSFER) {
		transfer_hears(call, data);
	} else if (kind >= CALL_EV_INFORMATION) {
		pass_on(call, kind, data);
	} /* else late news of the set-up */
}

/* Sound and a cause have been passed on; who clears now, and with what cause, is of no more interest. */
static void disconnecting_action(struct osmo_fsm_inst *fi, uint32_t kind, void *data)
{
	const struct call_event *event = data;

	if (kind < CALL_EV_DISCONNECT || (kind == CALL_EV_DISCONNECT && event->inband))
		return;
	clear(fi->priv, event);
}

static void clearing_action(struct osmo_fsm_inst *fi, uint32_t kind, void *data)
{
	struct call *call = fi->priv;

	(void)data;
	if (kind != CALL_EV_TIMEOUT)
		return;
	LOGCALL(call, LOGL_ERROR, "%u of its legs never said RELEASE COMPLETE, dropped\n",
		call->attached);
	call_drop(call);
}

/* From the loop: when it returns 0, fi may be gone. */
static int on_timer(struct osmo_fsm_inst *fi)
{
	const struct call_event timeout = { .kind = CALL_EV_TIMEOUT, .slot = SLOT_GATEWAY };

	call_post(fi->priv, &timeout);
	return 0;
}

#define S(x) (1u << (x))
#define CLEARS (S(CALL_EV_DISCONNECT) | S(CALL_EV_RELEASE) | S(CALL_EV_GONE) | S(CALL_EV_CLEAR))
#define SAID                                                                                       \
	(S(CALL_EV_SETUP_ACK) | S(CALL_EV_PROCEEDING) | S(CALL_EV_ALERTING) |                      \
	 S(CALL_EV_PROGRESS) | S(CALL_EV_CONNECT) | S(CALL_EV_INFORMATION) | S(CALL_EV_NOTIFY) |   \
	 S(CALL_EV_CHARGE) | CLEARS)

static const struct osmo_fsm_state states[] = {
	[CALL_ROUTING] = {
		.name = "routing",
		.in_event_mask = S(CALL_EV_ROUTE) | S(CALL_EV_PLACE) | S(CALL_EV_JOINED) |
				 S(CALL_EV_TAKEN) | SAID,
		.out_state_mask = S(CALL_COLLECTING) | S(CALL_OVERLAP) | S(CALL_ASKING) |
				  S(CALL_WAITING) | S(CALL_PROCEEDING) | S(CALL_ALERTING) |
				  S(CALL_ACTIVE) | S(CALL_DISCONNECTING) | S(CALL_CLEARING),
		.action = early_action,
	},
	[CALL_COLLECTING] = {
		.name = "collecting",
		.in_event_mask = S(CALL_EV_INFORMATION) | S(CALL_EV_NOTIFY) | S(CALL_EV_CHARGE) |
				 CLEARS,
		.out_state_mask = S(CALL_ROUTING) | S(CALL_ASKING) | S(CALL_WAITING) |
				  S(CALL_CLEARING),
		.action = early_action,
	},
	[CALL_ASKING] = {
		.name = "asking",
		.in_event_mask = S(CALL_EV_LOOKED_UP) | S(CALL_EV_INFORMATION) |
				 S(CALL_EV_NOTIFY) | S(CALL_EV_CHARGE) | CLEARS,
		.out_state_mask = S(CALL_ROUTING) | S(CALL_CLEARING),
		.action = asking_action,
	},
	[CALL_OVERLAP] = {
		.name = "overlap",
		.in_event_mask = SAID | S(CALL_EV_TAKEN),
		.out_state_mask = S(CALL_ROUTING) | S(CALL_PROCEEDING) | S(CALL_ALERTING) |
				  S(CALL_ACTIVE) | S(CALL_DISCONNECTING) | S(CALL_CLEARING),
		.action = early_action,
	},
	[CALL_WAITING] = {
		.name = "waiting",
		.in_event_mask = S(CALL_EV_INFORMATION) | S(CALL_EV_NOTIFY) | S(CALL_EV_CHARGE) |
				 S(CALL_EV_TIMEOUT) | CLEARS,
		.out_state_mask = S(CALL_ROUTING) | S(CALL_CLEARING),
		.action = waiting_action,
	},
	[CALL_PROCEEDING] = {
		.name = "proceeding",
		.in_event_mask = SAID | S(CALL_EV_TAKEN),
		.out_state_mask = S(CALL_ROUTING) | S(CALL_ALERTING) | S(CALL_ACTIVE) |
				  S(CALL_DISCONNECTING) | S(CALL_CLEARING),
		.action = early_action,
	},
	[CALL_ALERTING] = {
		.name = "alerting",
		.in_event_mask = SAID | S(CALL_EV_TAKEN),
		.out_state_mask = S(CALL_ROUTING) | S(CALL_ACTIVE) | S(CALL_DISCONNECTING) |
				  S(CALL_CLEARING),
		.action = alerting_action,
	},
	[CALL_ACTIVE] = {
		.name = "active",
		.in_event_mask = SAID | S(CALL_EV_TRANSFER),
		.out_state_mask = S(CALL_CLEARING),
		.action = active_action,
	},
	[CALL_DISCONNECTING] = {
		.name = "disconnecting",
		.in_event_mask = SAID | S(CALL_EV_TRANSFER) | S(CALL_EV_TIMEOUT),
		.out_state_mask = S(CALL_CLEARING),
		.action = disconnecting_action,
	},
	[CALL_CLEARING] = {
		.name = "clearing",
		.in_event_mask = SAID | S(CALL_EV_TRANSFER) | S(CALL_EV_TIMEOUT),
		.action = clearing_action,
	},
};

struct osmo_fsm call_fsm = {
	.name = "call",
	.states = states,
	.num_states = ARRAY_SIZE(states),
	.timer_cb = on_timer,
	.log_subsys = DCALL,
	.event_names = call_event_names,
};

static __attribute__((constructor)) void register_fsm(void)
{
	OSMO_ASSERT(osmo_fsm_register(&call_fsm) == 0);
}
