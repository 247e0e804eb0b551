/* The state machine of a call. A is the caller's leg, B the called leg in charge; what B says goes to A.
 *
 *   state          left by                                    to
 *   ROUTING        B: PROCEEDING, PROGRESS                    PROCEEDING     A has heard PROCEEDING
 *   PROCEEDING     B clears, cause lets, a target is left     ROUTING        (from ROUTING alike)
 *   both, ALERTING B: ALERTING / CONNECT                      ALERTING / ACTIVE
 *   these three    B: DISCONNECT inband, not re-routed        DISCONNECTING  A hears on, T306 runs
 *   all five       A or B: DISCONNECT RELEASE GONE; CLEAR     CLEARING       each leg is told RELEASE
 *   DISCONNECTING  T306                                       CLEARING
 *   CLEARING       last GONE, or X150: the legs are dropped   the end
 *
 * Only the called side may clear with sound: with the caller gone nobody listens. Re-routing ends at
 * ALERTING. Legs of targets given up linger in their slots until GONE; nothing else of theirs counts.
 * Calls that find no way: cause 28 for no or a malformed number; 1 when routes from there exist but none
 * takes the number; 3 when there are none from there, or all targets of the route are missing. */
#include <stdio.h>
#include <string.h>
#include <osmocom/core/tdef.h>

#include "base/clock.h"
#include "call/hub.h"

enum call_state {
	ST_ROUTING,
	ST_PROCEEDING,
	ST_ALERTING,
	ST_ACTIVE,
	ST_DISCONNECTING,
	ST_CLEARING,
};

enum { T306 = 306, X_GUARD = -150 };

static struct osmo_tdef timers[] = {
	{ .T = T306, .default_val = 30, .val = 30, .desc = "In-band information to RELEASE" },
	/* longer than SIP's timers H and F in turn, 64*T1 each */
	{ .T = X_GUARD, .default_val = 150, .val = 150, .desc = "RELEASE to RELEASE COMPLETE" },
	{}
};

static const struct osmo_tdef_state_timeout timeouts[32] = {
	[ST_DISCONNECTING] = { .T = T306 },
	[ST_CLEARING] = { .T = X_GUARD },
};

static void change(struct call *call, enum call_state state)
{
	osmo_tdef_fsm_inst_state_chg(call->fi, state, timeouts, timers, -1);
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
}

static void detach(struct call *call, unsigned slot)
{
	struct call_slot *s = &call->slots[slot];

	snprintf(s->channel, sizeof(s->channel), "%s", s->leg->channel);
	s->leg->call = NULL;
	s->leg = NULL;
	call->attached--;
}

static void tell(struct call *call, unsigned slot, const struct leg_msg *msg)
{
	struct call_slot *s = &call->slots[slot];

	if (!s->leg || s->released)
		return;
	s->released = msg->verb == LEG_RELEASE;
	LOGCALL(call, LOGL_DEBUG, "to %s %s: %s cause %u\n", target_kind_name(s->kind), s->via,
		leg_verb_name(msg->verb), msg->cause);
	leg_tell(s->leg, msg);
}

static void tell_release(struct call *call, unsigned slot, unsigned cause, unsigned location)
{
	struct leg_msg msg = { .verb = LEG_RELEASE, .cause = cause, .location = location };

	if (cause == CAUSE_NUMBER_CHANGED)
		snprintf(msg.moved_to, sizeof(msg.moved_to), "%s", call->moved_to);
	tell(call, slot, &msg);
}

/* What B said, to A. */
static void relay(struct call *call, enum leg_verb verb, const struct call_event *event)
{
	const struct leg_msg msg = {
		.verb = verb,
		.law = call->slots[call->current].law,
		.cause = event->cause,
		.location = event->location,
		.inband = event->inband,
	};

	tell(call, SLOT_CALLER, &msg);
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
}

void call_drop(struct call *call)
{
	set_end(call, SLOT_GATEWAY, CAUSE_TEMPORARY_FAILURE, LOC_PRIVATE_LOCAL);
	for (unsigned slot = 0; slot < CALL_SLOTS; slot++) {
		if (call->slots[slot].leg)
			detach(call, slot);
	}
}

static void clear(struct call *call)
{
	osmo_timer_del(&call->begin);
	change(call, ST_CLEARING);
	for (unsigned slot = 0; slot < CALL_SLOTS; slot++)
		tell_release(call, slot, call->cause, call->location);
}

static void clear_by(struct call *call, const struct call_event *event)
{
	set_end(call, event->slot, event->cause, event->location);
	clear(call);
}

/* Routing */

static void add_why(struct call *call, const struct route_target *target, const char *why)
{
	size_t len = strlen(call->why);

	snprintf(call->why + len, sizeof(call->why) - len, "%s%s %s: %s", len ? "; " : "",
		 target_kind_name(target->kind), target->name, why);
}

/* Another target may be better off (route_config.h). */
static bool lets_reroute(unsigned cause)
{
	switch (cause) {
	case CAUSE_DESTINATION_OUT_OF_ORDER:
	case CAUSE_NO_CIRCUIT:
	case CAUSE_NETWORK_OUT_OF_ORDER:
	case CAUSE_TEMPORARY_FAILURE:
	case CAUSE_CONGESTION:
	case CAUSE_CHANNEL_NOT_AVAILABLE:
	case CAUSE_RESOURCE_UNAVAILABLE:
		return true;
	default:
		return false;
	}
}

static void tell_setup(struct call *call, unsigned slot)
{
	struct leg_msg msg = {
		.verb = LEG_SETUP,
		.law = call->slots[SLOT_CALLER].law,
		.setup = call->setup,
	};

	/* Rewritten digits are of the type that the next exchange takes them for. */
	if (strcmp(call->called_out, call->setup.called.digits) != 0)
		msg.setup.called.type = LEG_TON_UNKNOWN;
	memcpy(msg.setup.called.digits, call->called_out, sizeof(call->called_out));
	msg.setup.context = call->context;
	tell(call, slot, &msg);
}

/* 0 when the target has been told SETUP, else the cause why it cannot be. */
static unsigned attempt(struct call *call, const struct route_target *to)
{
	static const struct leg_msg proceeding = { .verb = LEG_PROCEEDING };
	struct target *target = target_find(call->hub, to->kind, to->name);
	struct leg *leg = NULL;
	const char *why = "refused";
	unsigned cause;

	if (!target) {
		add_why(call, to, "does not exist");
		return CAUSE_NO_ROUTE;
	}
	cause = target->seize(target->data, &leg, &why);
	if (cause) {
		add_why(call, to, why);
		return cause;
	}
	call->current = ++call->attempts;
	call_attach(call, call->current, leg);
	tell_setup(call, call->current);
	if (call->attempts == 1)
		tell(call, SLOT_CALLER, &proceeding);
	return 0;
}

/* The next target that takes the call. Out of targets, cause (of an earlier attempt, 0: none) or the last
 * refusal stands; a missing target hides neither. */
static void advance(struct call *call, struct call_event last)
{
	while (call->tried < call->route.n_targets) {
		const struct route_target *to = &call->route.targets[call->tried++];
		unsigned cause = attempt(call, to);

		if (!cause)
			return;
		if (cause == CAUSE_NO_ROUTE && last.cause)
			continue;
		last = (struct call_event){
			.slot = SLOT_GATEWAY,
			.cause = cause,
			.location = LOC_PRIVATE_LOCAL,
		};
		if (cause != CAUSE_NO_ROUTE && !lets_reroute(cause))
			break;
	}
	clear_by(call, &last);
}

/* Fills the call's route and called_out. 0, or the cause with why filled. */
static unsigned find_way(struct call *call)
{
	const struct call_slot *from = &call->slots[SLOT_CALLER];
	const struct route_table *table = call->hub->routes;
	const char *called = call->setup.called.digits;
	const char *kind_name = target_kind_name(from->kind);
	const struct route_config *route = NULL;

	if (!leg_is_number(called)) {
		snprintf(call->why, sizeof(call->why), "malformed number");
		return CAUSE_INVALID_NUMBER;
	}
	if (!table || !route_serves(table, from->kind, from->via)) {
		snprintf(call->why, sizeof(call->why), "no route from %s %s", kind_name, from->via);
		return CAUSE_NO_ROUTE;
	}
	route = route_find(table, from->kind, from->via, called);
	if (!route) {
		snprintf(call->why, sizeof(call->why), "no route from %s %s takes this number",
			 kind_name, from->via);
		return *called ? CAUSE_UNALLOCATED : CAUSE_INVALID_NUMBER;
	}
	call->route = *route;
	if (!route_rewrite(route, called, call->called_out, sizeof(call->called_out))) {
		snprintf(call->why, sizeof(call->why), "route %s: the number grows too long",
			 route->name);
		return CAUSE_INVALID_NUMBER;
	}
	return 0;
}

static void on_route(struct call *call, uint32_t event)
{
	unsigned cause = event == CALL_EV_ROUTE ? find_way(call) : 0;
	struct call_event none = { .slot = SLOT_GATEWAY, .location = LOC_PRIVATE_LOCAL };

	if (cause) {
		set_end(call, SLOT_GATEWAY, cause, LOC_PRIVATE_LOCAL);
		clear(call);
		return;
	}
	advance(call, none);
}

/* B clears before answer, and before alerting if early. */
static void on_called_clears(struct call *call, uint32_t kind, const struct call_event *event,
			     bool early)
{
	if (early && lets_reroute(event->cause) && call->tried < call->route.n_targets) {
		add_why(call, &call->route.targets[call->tried - 1], cause_name(event->cause));
		tell_release(call, call->current, event->cause, event->location);
		call->current = 0;
		if (call->fi->state != ST_ROUTING)
			change(call, ST_ROUTING);
		advance(call, *event);
		return;
	}
	if (kind == CALL_EV_DISCONNECT && event->inband) {
		set_end(call, event->slot, event->cause, event->location);
		change(call, ST_DISCONNECTING);
		relay(call, LEG_DISCONNECT, event);
		call_notify(call, "disconnecting");
		return;
	}
	clear_by(call, event);
}

/* States */

static void on_alerting(struct call *call, const struct call_event *event)
{
	change(call, ST_ALERTING);
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
	relay(call, LEG_PROGRESS, event);
	call_notify(call, "progress");
}

static void on_connect(struct call *call, const struct call_event *event)
{
	change(call, ST_ACTIVE);
	call->answer_us = clock_now_us();
	call->hub->totals.answered++;
	relay(call, LEG_CONNECT, event);
	call_notify(call, "answered");
}

/* ROUTING and PROCEEDING. */
static void early_action(struct osmo_fsm_inst *fi, uint32_t kind, void *data)
{
	struct call *call = fi->priv;
	const struct call_event *event = data;

	switch (kind) {
	case CALL_EV_ROUTE:
	case CALL_EV_PLACE:
		on_route(call, kind);
		break;
	case CALL_EV_PROCEEDING:
	case CALL_EV_PROGRESS:
		if (fi->state == ST_ROUTING)
			change(call, ST_PROCEEDING);
		if (kind == CALL_EV_PROGRESS)
			on_progress(call, event);
		else
			call_notify(call, "proceeding");
		break;
	case CALL_EV_ALERTING:
		on_alerting(call, event);
		break;
	case CALL_EV_CONNECT:
		on_connect(call, event);
		break;
	default:
		if (call->current && event->slot == call->current)
			on_called_clears(call, kind, event, true);
		else
			clear_by(call, event);
	}
}

static void alerting_action(struct osmo_fsm_inst *fi, uint32_t kind, void *data)
{
	struct call *call = fi->priv;
	const struct call_event *event = data;

	switch (kind) {
	case CALL_EV_PROCEEDING:
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
	default:
		if (event->slot == call->current)
			on_called_clears(call, kind, event, false);
		else
			clear_by(call, event);
	}
}

static void active_action(struct osmo_fsm_inst *fi, uint32_t kind, void *data)
{
	struct call *call = fi->priv;

	if (kind < CALL_EV_DISCONNECT)
		return; /* late news of the set-up */
	clear_by(call, data);
}

/* Sound and a cause have been passed on; who clears now, and with what cause, is of no more interest. */
static void disconnecting_action(struct osmo_fsm_inst *fi, uint32_t kind, void *data)
{
	const struct call_event *event = data;

	if (kind < CALL_EV_DISCONNECT || (kind == CALL_EV_DISCONNECT && event->inband))
		return;
	clear(fi->priv);
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

/* Events */

/* Does the event still count? Answers from a target given up do not, nor does the caller ever answer. */
static bool counts(const struct call *call, const struct call_event *event)
{
	bool called = call->current && event->slot == call->current;

	if (event->kind >= CALL_EV_PROCEEDING && event->kind <= CALL_EV_CONNECT)
		return called;
	return called || event->slot == SLOT_CALLER || event->slot == SLOT_GATEWAY;
}

static void run(struct call *call)
{
	call->running = true;
	while (call->queue_len) {
		struct call_event event = call->queue[call->queue_head];

		call->queue_head = (call->queue_head + 1) % CALL_QUEUE;
		call->queue_len--;
		if (counts(call, &event))
			osmo_fsm_inst_dispatch(call->fi, event.kind, &event);
	}
	call->running = false;
	if (call->fi->state == ST_CLEARING && !call->attached)
		call_end(call);
}

void call_post(struct call *call, const struct call_event *event)
{
	/* One place for each slot is kept free for its GONE, which is said once and never lost. */
	unsigned kept = event->kind == CALL_EV_GONE ? 0 : CALL_SLOTS;

	if (call->queue_len + kept >= CALL_QUEUE) {
		LOGCALL(call, LOGL_ERROR, "a leg says too much at once, %s dropped\n",
			osmo_fsm_event_name(&call_fsm, event->kind));
		return;
	}
	call->queue[(call->queue_head + call->queue_len++) % CALL_QUEUE] = *event;
	if (!call->running)
		run(call);
}

static void offer(struct call_hub *hub, struct leg *leg, const struct leg_msg *msg)
{
	static const struct leg_msg refusal = {
		.verb = LEG_RELEASE,
		.cause = CAUSE_RESOURCE_UNAVAILABLE,
		.location = LOC_PRIVATE_LOCAL,
	};
	struct call_event event = { .kind = CALL_EV_ROUTE, .slot = SLOT_GATEWAY };
	struct call *call = call_new(hub, leg, &msg->setup);

	if (!call) {
		LOGP(DCALL, LOGL_ERROR, "call from %s %s refused: out of memory\n",
		     target_kind_name(leg->kind), leg->via);
		leg_tell(leg, &refusal);
		return;
	}
	call->slots[SLOT_CALLER].law = msg->law;
	if (!leg_is_number(call->setup.calling.digits))
		memset(&call->setup.calling, 0, sizeof(call->setup.calling));
	if (hub->draining) {
		event.kind = CALL_EV_CLEAR;
		event.cause = CAUSE_TEMPORARY_FAILURE;
		event.location = LOC_PRIVATE_LOCAL;
		snprintf(call->why, sizeof(call->why), "the gateway is stopping");
	}
	call_post(call, &event);
}

static const uint8_t event_of_verb[] = {
	[LEG_PROCEEDING] = CALL_EV_PROCEEDING, [LEG_ALERTING] = CALL_EV_ALERTING,
	[LEG_PROGRESS] = CALL_EV_PROGRESS,     [LEG_CONNECT] = CALL_EV_CONNECT,
	[LEG_DISCONNECT] = CALL_EV_DISCONNECT, [LEG_RELEASE] = CALL_EV_RELEASE,
	[LEG_RELEASE_COMPLETE] = CALL_EV_GONE,
};

static unsigned slot_of(const struct call *call, const struct leg *leg)
{
	unsigned slot = 0;

	while (call->slots[slot].leg != leg)
		slot++;
	return slot;
}

void call_hears(struct call_hub *hub, struct leg *leg, const struct leg_msg *msg)
{
	struct call *call = leg->call;
	struct call_event event;

	if (!call) { /* all but SETUP: the last words of a leg that was refused or dropped */
		if (msg->verb == LEG_SETUP)
			offer(hub, leg, msg);
		return;
	}
	if (msg->verb == LEG_SETUP || msg->verb >= ARRAY_SIZE(event_of_verb)) {
		LOGCALL(call, LOGL_ERROR, "%s from %s %s makes no sense\n",
			leg_verb_name(msg->verb), target_kind_name(leg->kind), leg->via);
		return;
	}
	event = (struct call_event){
		.kind = event_of_verb[msg->verb],
		.slot = slot_of(call, leg),
		.cause = msg->cause,
		.location = msg->location,
		.inband = msg->inband,
	};
	LOGCALL(call, LOGL_DEBUG, "from %s %s: %s cause %u\n", target_kind_name(leg->kind),
		leg->via, leg_verb_name(msg->verb), msg->cause);
	if (msg->law != LEG_LAW_ANY)
		call->slots[event.slot].law = msg->law;
	if (event.slot != SLOT_CALLER && !call->cause)
		snprintf(call->moved_to, sizeof(call->moved_to), "%s", msg->moved_to);
	if (event.kind == CALL_EV_GONE)
		detach(call, event.slot);
	call_post(call, &event);
}

#define S(x) (1u << (x))
#define CLEARS (S(CALL_EV_DISCONNECT) | S(CALL_EV_RELEASE) | S(CALL_EV_GONE) | S(CALL_EV_CLEAR))
#define ANSWERS                                                                                    \
	(S(CALL_EV_PROCEEDING) | S(CALL_EV_ALERTING) | S(CALL_EV_PROGRESS) | S(CALL_EV_CONNECT))

static const struct osmo_fsm_state states[] = {
	[ST_ROUTING] = {
		.name = "routing",
		.in_event_mask = S(CALL_EV_ROUTE) | S(CALL_EV_PLACE) | ANSWERS | CLEARS,
		.out_state_mask = S(ST_PROCEEDING) | S(ST_ALERTING) | S(ST_ACTIVE) |
				  S(ST_DISCONNECTING) | S(ST_CLEARING),
		.action = early_action,
	},
	[ST_PROCEEDING] = {
		.name = "proceeding",
		.in_event_mask = ANSWERS | CLEARS,
		.out_state_mask = S(ST_ROUTING) | S(ST_ALERTING) | S(ST_ACTIVE) |
				  S(ST_DISCONNECTING) | S(ST_CLEARING),
		.action = early_action,
	},
	[ST_ALERTING] = {
		.name = "alerting",
		.in_event_mask = ANSWERS | CLEARS,
		.out_state_mask = S(ST_ACTIVE) | S(ST_DISCONNECTING) | S(ST_CLEARING),
		.action = alerting_action,
	},
	[ST_ACTIVE] = {
		.name = "active",
		.in_event_mask = ANSWERS | CLEARS,
		.out_state_mask = S(ST_CLEARING),
		.action = active_action,
	},
	[ST_DISCONNECTING] = {
		.name = "disconnecting",
		.in_event_mask = ANSWERS | CLEARS | S(CALL_EV_TIMEOUT),
		.out_state_mask = S(ST_CLEARING),
		.action = disconnecting_action,
	},
	[ST_CLEARING] = {
		.name = "clearing",
		.in_event_mask = ANSWERS | CLEARS | S(CALL_EV_TIMEOUT),
		.action = clearing_action,
	},
};

static const struct value_string event_names[] = { { CALL_EV_ROUTE, "ROUTE" },
						   { CALL_EV_PLACE, "PLACE" },
						   { CALL_EV_PROCEEDING, "PROCEEDING" },
						   { CALL_EV_ALERTING, "ALERTING" },
						   { CALL_EV_PROGRESS, "PROGRESS" },
						   { CALL_EV_CONNECT, "CONNECT" },
						   { CALL_EV_DISCONNECT, "DISCONNECT" },
						   { CALL_EV_RELEASE, "RELEASE" },
						   { CALL_EV_GONE, "GONE" },
						   { CALL_EV_CLEAR, "CLEAR" },
						   { CALL_EV_TIMEOUT, "TIMEOUT" },
						   { 0, NULL } };

struct osmo_fsm call_fsm = {
	.name = "call",
	.states = states,
	.num_states = ARRAY_SIZE(states),
	.timer_cb = on_timer,
	.log_subsys = DCALL,
	.event_names = event_names,
};

static __attribute__((constructor)) void register_fsm(void)
{
	OSMO_ASSERT(osmo_fsm_register(&call_fsm) == 0);
}
