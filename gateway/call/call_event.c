/* What legs say, as events of their call: the queue, what of a message an event keeps, and calls that begin.
 * Most messages are a verb and a cause. What says more is copied whole, for as long as it waits. */
#include <stdio.h>
#include <string.h>

#include <osmocom/core/talloc.h>

#include "call/call_timeline.h"
#include "call/hub.h"
#include "call/quality.h"
#include "call/way_steps.h"

/* clang-format off */
const struct value_string call_event_names[] = {
	{ CALL_EV_ROUTE, "ROUTE" },
	{ CALL_EV_PLACE, "PLACE" },
	{ CALL_EV_LOOKED_UP, "LOOKED UP" },
	{ CALL_EV_JOINED, "JOINED" },
	{ CALL_EV_TAKEN, "TAKEN" },
	{ CALL_EV_SETUP_ACK, "SETUP ACKNOWLEDGE" },
	{ CALL_EV_PROCEEDING, "PROCEEDING" },
	{ CALL_EV_ALERTING, "ALERTING" },
	{ CALL_EV_PROGRESS, "PROGRESS" },
	{ CALL_EV_CONNECT, "CONNECT" },
	{ CALL_EV_INFORMATION, "INFORMATION" },
	{ CALL_EV_NOTIFY, "NOTIFY" },
	{ CALL_EV_CHARGE, "CHARGE" },
	{ CALL_EV_TRANSFER, "TRANSFER" },
	{ CALL_EV_DISCONNECT, "DISCONNECT" },
	{ CALL_EV_RELEASE, "RELEASE" },
	{ CALL_EV_GONE, "GONE" },
	{ CALL_EV_CLEAR, "CLEAR" },
	{ CALL_EV_TIMEOUT, "TIMEOUT" },
	{ 0, NULL }
};
/* clang-format on */

/* The queue */

/* Does the event still count? Answers from a target given up do not, nor does the caller ever answer. */
static bool counts(const struct call *call, const struct call_event *event)
{
	bool called = call->current && event->slot == call->current;

	if (event->kind >= CALL_EV_SETUP_ACK && event->kind <= CALL_EV_CONNECT)
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
		talloc_free(event.said);
	}
	call->running = false;
	if (call->fi->state == CALL_CLEARING && !call->attached)
		call_end(call);
}

/* Places kept free: one for each slot's GONE, which is said once and never lost, and one to clear the call. */
static unsigned kept_from(uint8_t kind)
{
	return kind == CALL_EV_GONE ? 0 : kind == CALL_EV_CLEAR ? CALL_SLOTS : CALL_SLOTS + 1;
}

void call_post(struct call *call, const struct call_event *event)
{
	static const struct call_event clear = {
		.kind = CALL_EV_CLEAR,
		.slot = SLOT_GATEWAY,
		.cause = CAUSE_RESOURCE_UNAVAILABLE,
		.location = LOC_PRIVATE_LOCAL,
	};

	if (call->queue_len + kept_from(event->kind) >= CALL_QUEUE) {
		LOGCALL(call, LOGL_ERROR, "a leg says too much at once, %s dropped\n",
			osmo_fsm_event_name(&call_fsm, event->kind));
		talloc_free(event->said);
		if (event->kind == CALL_EV_INFORMATION) /* no number is a digit short */
			call_post(call, &clear);
		return;
	}
	call->queue[(call->queue_head + call->queue_len++) % CALL_QUEUE] = *event;
	if (!call->running)
		run(call);
}

/* Calls that begin */

/* False without memory. */
static bool keep_uui(struct call *call, const struct leg_uui *uui)
{
	if (!uui->len)
		return true;
	call->uui = talloc_memdup(call, uui, sizeof(*uui));
	if (call->uui)
		leg_uui_tidy(call->uui);
	return call->uui;
}

/* 0, or the cause with why. */
static uint8_t refusal_of(struct call *call)
{
	if (!call->hub->draining)
		return (uint8_t)call_way_refusal(call);
	snprintf(call->why, sizeof(call->why), "the gateway is stopping");
	return CAUSE_TEMPORARY_FAILURE;
}

static void offer(struct call_hub *hub, struct leg *leg, const struct leg_msg *msg)
{
	static const struct leg_msg refusal = {
		.verb = LEG_RELEASE,
		.cause = CAUSE_RESOURCE_UNAVAILABLE,
		.location = LOC_PRIVATE_LOCAL,
	};
	struct call_event event = {
		.kind = CALL_EV_ROUTE,
		.slot = SLOT_GATEWAY,
		.location = LOC_PRIVATE_LOCAL,
	};
	struct call *call = call_new(hub, leg, &msg->setup);

	if (!call) {
		LOGP(DCALL, LOGL_ERROR, "call from %s %s refused: out of memory\n",
		     target_kind_name(leg->kind), leg->via);
		leg_tell(leg, &refusal);
		return;
	}
	quality_offered(hub->quality, leg->kind, leg->via, QUALITY_IN, 0);
	call->slots[SLOT_CALLER].law = msg->law;
	event.cause = refusal_of(call);
	if (event.cause) {
		event.kind = CALL_EV_CLEAR;
	} else if (!keep_uui(call, &msg->uui)) {
		event.kind = CALL_EV_CLEAR;
		event.cause = CAUSE_RESOURCE_UNAVAILABLE;
		snprintf(call->why, sizeof(call->why), "out of memory");
	}
	call_post(call, &event);
}

/* What legs say */

static const uint8_t event_of_verb[] = {
	[LEG_SETUP_ACK] = CALL_EV_SETUP_ACK,     [LEG_PROCEEDING] = CALL_EV_PROCEEDING,
	[LEG_ALERTING] = CALL_EV_ALERTING,       [LEG_PROGRESS] = CALL_EV_PROGRESS,
	[LEG_CONNECT] = CALL_EV_CONNECT,         [LEG_DISCONNECT] = CALL_EV_DISCONNECT,
	[LEG_RELEASE] = CALL_EV_RELEASE,         [LEG_RELEASE_COMPLETE] = CALL_EV_GONE,
	[LEG_INFORMATION] = CALL_EV_INFORMATION, [LEG_NOTIFY] = CALL_EV_NOTIFY,
	[LEG_CHARGE] = CALL_EV_CHARGE,           [LEG_TRANSFER] = CALL_EV_TRANSFER,
};

static unsigned slot_of(const struct call *call, const struct leg *leg)
{
	unsigned slot = 0;

	while (call->slots[slot].leg != leg)
		slot++;
	return slot;
}

static bool says_more(const struct leg_msg *msg)
{
	static const struct leg_party nobody;

	switch (msg->verb) {
	case LEG_INFORMATION:
	case LEG_NOTIFY:
	case LEG_CHARGE:
	case LEG_TRANSFER:
		return true;
	default:
		return msg->uui.len || memcmp(&msg->party, &nobody, sizeof(nobody)) != 0;
	}
}

/* Without memory an event goes without what it carries, unless it is nothing then: INFORMATION clears the
 * call, as its number would be wrong, NOTIFY and CHARGE are left out. False: nothing is to be posted. */
static bool keep(struct call *call, struct call_event *event, const struct leg_msg *msg)
{
	event->said = talloc_memdup(call, msg, sizeof(*msg));
	if (event->said) {
		leg_msg_tidy(event->said);
		return true;
	}
	LOGCALL(call, LOGL_ERROR, "out of memory for what %s from %s %s carries\n",
		leg_verb_name(msg->verb), target_kind_name(call->slots[event->slot].kind),
		call->slots[event->slot].via);
	if (msg->verb == LEG_INFORMATION)
		*event = (struct call_event){
			.kind = CALL_EV_CLEAR,
			.slot = SLOT_GATEWAY,
			.cause = CAUSE_RESOURCE_UNAVAILABLE,
			.location = LOC_PRIVATE_LOCAL,
		};
	return msg->verb != LEG_NOTIFY && msg->verb != LEG_CHARGE;
}

static void hear(struct call *call, struct leg *leg, const struct leg_msg *msg)
{
	struct call_event event = {
		.kind = event_of_verb[msg->verb],
		.slot = (uint8_t)slot_of(call, leg),
		.cause = msg->cause,
		.location = msg->location,
		.inband = msg->inband,
	};

	LOGCALL(call, LOGL_DEBUG, "from %s %s: %s cause %u\n", target_kind_name(leg->kind),
		leg->via, leg_verb_name(msg->verb), msg->cause);
	call_note_verb(call, event.slot, TIMELINE_IN, msg);
	if (msg->law != LEG_LAW_ANY)
		call->slots[event.slot].law = msg->law;
	if (event.slot != SLOT_CALLER && !call->cause)
		snprintf(call->moved_to, sizeof(call->moved_to), "%s", msg->moved_to);
	call_journal_said(call, event.slot, msg);
	if (event.kind == CALL_EV_GONE)
		call_detach(call, event.slot);
	if (!says_more(msg) || keep(call, &event, msg))
		call_post(call, &event);
}

void call_hears(struct call_hub *hub, struct leg *leg, const struct leg_msg *msg)
{
	struct call *call = leg->call;

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
	hear(call, leg, msg);
}

const struct leg *call_other(const struct leg *leg)
{
	const struct call *call = leg->call;

	if (!call || call->fi->state != CALL_ACTIVE)
		return NULL;
	if (leg == call->slots[SLOT_CALLER].leg)
		return call->slots[call->current].leg;
	return leg == call->slots[call->current].leg ? call->slots[SLOT_CALLER].leg : NULL;
}
