/* The way of an emergency call. Routes have no say. Every way is tried in turn, in three passes: as any call may
 * use it; as an emergency call may, beyond locks that wait and limits; and, where it is full, by making room.
 * Whatever cause ends an attempt before answer, a busy or silent centre too, the next way is tried: another trunk
 * may lead to another centre. A way whose far end has given an answer of its own is not tried again. While any is
 * only full or congested the call waits and begins anew, until somebody answers or the caller gives up. */
#include "call/emergency_way.h"

#include <stdio.h>
#include <string.h>

#include "base/alarm.h"
#include "base/clock.h"
#include "base/fsm.h"
#include "call/call_attempt.h"
#include "call/call_back.h"
#include "call/emergency_plan.h"
#include "call/hub.h"
#include "call/way_steps.h"

enum pass { PASS_PLAIN, PASS_EXEMPT, PASS_PREEMPT, PASSES };

enum {
	ROOM_POLL_MS = 50,      /* a channel is being cleared */
	AGAIN_MS = 1000,        /* all is full */
	ROOM_US = 5 * 1000000U, /* for a channel to be cleared; another is taken then */
};

static uint64_t bit(unsigned way)
{
	return 1ULL << way;
}

/* Far ends with an answer of their own are through; a way that cannot be reached may come back. */
static bool is_settled_by(unsigned cause)
{
	return !call_attempt_congested(cause) && cause != CAUSE_DESTINATION_OUT_OF_ORDER &&
	       cause != CAUSE_NO_ROUTE;
}

/* Ways may change in mid-call: what was found out holds no more, but for the one just tried. */
static void follow_ways(struct call *call)
{
	const struct emergency *emergency = call->hub->emergency;
	const struct call_slot *last = &call->slots[call->attempts];
	struct call_search *search = &call->search;

	if (search->generation == emergency->generation)
		return;
	*search = (struct call_search){ .generation = emergency->generation,
					.way = EMERGENCY_WAYS_MAX };
	for (unsigned i = 0; i < emergency->n_ways; i++) {
		if (emergency->ways[i].kind == last->kind &&
		    strcmp(emergency->ways[i].name, last->via) == 0)
			search->way = (uint8_t)i;
	}
}

/* The answer of a far end says more than a trunk that is down. */
static void note(struct call *call, unsigned way, unsigned cause, const struct call_event *why)
{
	struct call_search *search = &call->search;
	uint64_t it = way < EMERGENCY_WAYS_MAX ? bit(way) : 0;

	if (call_attempt_congested(cause))
		search->full |= it;
	if (is_settled_by(cause))
		search->settled |= it;
	if (!search->settled || is_settled_by(cause))
		call->refused = *why;
}

static void ask(struct call *call, unsigned way, struct target *target)
{
	const struct emergency *emergency = call->hub->emergency;
	uint8_t as = call->search.pass == PASS_PLAIN ? LEG_ROUTINE : LEG_EMERGENCY;
	unsigned cause;

	call->search.way = (uint8_t)way;
	cause = call_attempt(call, &emergency->ways[way], target, "", as);
	if (cause) {
		const struct call_event why = {
			.slot = SLOT_GATEWAY,
			.cause = (uint8_t)cause,
			.location = LOC_PRIVATE_LOCAL,
		};

		note(call, way, cause, &why);
		return;
	}
	call->search.reached |= bit(way);
}

static bool is_awaited(const struct call *call)
{
	return clock_now_us() < call->search.room_until_us;
}

static void make_room(struct call *call, unsigned way, struct target *target)
{
	if (!(call->search.full & bit(way)) || !target || !target->preempt || is_awaited(call))
		return;
	if (!target->preempt(target->data))
		return;
	call->search.room_until_us = clock_now_us() + ROOM_US;
	call_attempt_why(call, target->kind, target->name, "room is made");
}

/* One way in the present pass. True: a leg has it. */
static bool try_way(struct call *call, unsigned way)
{
	const struct route_target *to = &call->hub->emergency->ways[way];
	const struct call_search *search = &call->search;
	struct target *target = target_find(call->hub, to->kind, to->name);

	if ((search->settled | search->reached) & bit(way))
		return false;
	if (search->pass == PASS_PREEMPT)
		make_room(call, way, target);
	else
		ask(call, way, target);
	return search->reached & bit(way);
}

static void wait(struct call *call)
{
	call_attempt_tell(call, LEG_PROCEEDING);
	fsm_change_ms(call->fi, CALL_WAITING, is_awaited(call) ? ROOM_POLL_MS : AGAIN_MS, 0);
}

void emergency_way_advance(struct call *call)
{
	struct call_search *search = &call->search;

	follow_ways(call);
	for (; search->pass < PASSES; search->pass++, search->next = 0) {
		while (search->next < call->hub->emergency->n_ways) {
			if (try_way(call, search->next++))
				return;
		}
	}
	if (search->full) {
		wait(call);
		return;
	}
	if (!call->refused.cause)
		call->refused.cause = CAUSE_NO_ROUTE;
	call_clear_by(call, &call->refused);
}

/* While room is made elsewhere, who was just asked is not asked again. */
void emergency_way_again(struct call *call)
{
	struct call_search *search = &call->search;

	search->pass = search->next = 0;
	search->full &= is_awaited(call) ? search->reached : 0;
	if (!is_awaited(call))
		search->reached = 0;
	call->why[0] = '\0';
	call_change(call, CALL_ROUTING);
	call_way_advance(call);
}

void emergency_way_refused(struct call *call, const struct call_event *event)
{
	const struct call_slot *slot = &call->slots[call->current];

	follow_ways(call);
	call_attempt_why(call, slot->kind, slot->via, cause_name(event->cause));
	note(call, call->search.way, event->cause, event);
}

/* Where the call's own way begins */

void emergency_way_route(const struct emergency *emergency, enum target_kind kind, const char *from,
			 const char *called, struct route_config *out)
{
	*out = (struct route_config){ .name = "emergency" };
	snprintf(out->prepend, sizeof(out->prepend), "%s", emergency_sent(emergency, called));
	if (*out->prepend)
		out->strip = LEG_DIGITS_MAX;
	snprintf(out->calling, sizeof(out->calling), "%s",
		 emergency_calling(emergency, kind, from));
	if (*out->calling) /* the centre is to see it */
		out->calling_presentation = LEG_PRES_ALLOWED + 1;
}

static void begin(struct call *call)
{
	const struct emergency *emergency = call->hub->emergency;
	const struct call_slot *from = &call->slots[SLOT_CALLER];
	char object[ALARM_OBJECT_MAX], text[ALARM_TEXT_MAX];

	call->setup.precedence = LEG_EMERGENCY;
	call->setup.incomplete = false;
	call->search.generation = emergency->generation;
	emergency_way_route(emergency, from->kind, from->via, call->setup.called.digits,
			    &call->route);
	snprintf(object, sizeof(object), "call %u", call->id);
	snprintf(text, sizeof(text), "%s %s %.24s calls %.16s", target_kind_name(from->kind),
		 from->via, call->setup.calling.digits, call->setup.called.digits);
	LOGCALL(call, LOGL_NOTICE, "emergency call: %s\n", text);
	if (!emergency->config.quiet)
		alarm_raise(ALARM_EMERGENCY_CALL, object, "", text);
	call_back_open(call);
	call_way_advance(call);
}

void emergency_way_back_route(const struct call_back *back, struct route_config *out)
{
	*out = (struct route_config){ .name = "emergency call back", .n_targets = 1 };
	out->targets[0] = back->caller;
	out->strip = LEG_DIGITS_MAX;
	snprintf(out->prepend, sizeof(out->prepend), "%s", back->number);
}

static void begin_call_back(struct call *call, const struct call_back *back)
{
	call->setup.precedence = LEG_CALL_BACK;
	call->setup.incomplete = false;
	emergency_way_back_route(back, &call->route);
	LOGCALL(call, LOGL_NOTICE, "emergency call back to %s %s %s\n",
		target_kind_name(back->caller.kind), back->caller.name, back->number);
	call_way_advance(call);
}

bool emergency_way_find(struct call *call)
{
	const struct emergency *emergency = call->hub->emergency;
	const struct call_slot *from = &call->slots[SLOT_CALLER];
	const char *called = call->setup.called.digits;
	const struct call_back *back;

	if (!leg_is_number(called))
		return false;
	if (emergency_applies(emergency, from->kind, from->via, called)) {
		begin(call);
		return true;
	}
	if (call->setup.incomplete && emergency_begins(emergency, from->kind, from->via, called)) {
		call_attempt_collect(call);
		return true;
	}
	back = call->setup.incomplete ? NULL
				      : call_back_find(emergency, from->kind, from->via, called);
	if (back)
		begin_call_back(call, back);
	return back;
}

void emergency_way_end(const struct call *call)
{
	char object[ALARM_OBJECT_MAX];

	if (call->setup.precedence != LEG_EMERGENCY)
		return;
	snprintf(object, sizeof(object), "call %u", call->id);
	alarm_clear(ALARM_EMERGENCY_CALL, object);
	call_back_open(call);
}
