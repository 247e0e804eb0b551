/* The way of a call: its route, the targets of it in turn, and digits that come after the SETUP (Q.931 5.1.3,
 * 5.2.4). A call is routed as soon as nothing that may be dialled yet could change its route. Targets that take
 * no part numbers wait until it is whole; so does a call whose way is open.
 *
 * Cause 28: no or a malformed number, or one that ends where longer ones have a route; 1: routes from there
 * exist but none takes the number; 3: there are none from there, or all targets of the route are missing. */
#include "call/call_way.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "call/call_attempt.h"
#include "call/call_lookup.h"
#include "call/call_step.h"
#include "call/emergency.h"
#include "call/emergency_way.h"
#include "call/call_timeline.h"
#include "call/hub.h"
#include "call/numbers.h"
#include "call/route_turns.h"
#include "call/trunk_groups.h"
#include "call/way_steps.h"

bool call_way_goes_on(const struct route_config *route, unsigned cause)
{
	return cause == CAUSE_NO_ROUTE || route_reroutes(route, cause);
}

/* Does the target take the number as it grows, and can what it is told be known by now? */
static bool takes_parts(const struct call *call, const struct target *target)
{
	struct leg_setup setup;

	return target->overlap && call_attempt_numbers(call, target, &setup) != TRANSLATE_WAIT;
}

/* 0, or the cause why nothing came of it. */
static unsigned try_step(struct call *call, const struct call_step *step)
{
	unsigned cause = call_step_try(call, step);

	if (cause)
		return cause;
	cause = call_attempt(call, &step->to, step->target, call_step_group(step),
			     call->setup.precedence);
	if (cause)
		call_step_refused(step);
	else
		call_step_taken(step);
	return cause;
}

/* Out of targets, the cause of the last attempt or refusal stands; a missing target hides neither. */
void call_way_advance(struct call *call)
{
	struct call_step step;

	if (call->setup.precedence == LEG_EMERGENCY) {
		emergency_way_advance(call);
		return;
	}
	while (call_step_next(call, &step)) {
		unsigned cause;

		if (call->setup.incomplete && step.target && !takes_parts(call, step.target)) {
			call_attempt_collect(call);
			return;
		}
		cause = try_step(call, &step);
		if (!cause)
			return;
		if (cause == CAUSE_NO_ROUTE && call->refused.cause)
			continue;
		call->refused = (struct call_event){
			.slot = SLOT_GATEWAY,
			.cause = (uint8_t)cause,
			.location = LOC_PRIVATE_LOCAL,
		};
		if (!call_way_goes_on(&call->route, cause))
			break;
	}
	call_clear_by(call, &call->refused);
}

bool call_way_lets_retry(const struct call *call, unsigned cause)
{
	return call->setup.precedence == LEG_EMERGENCY ||
	       (route_reroutes(&call->route, cause) && call_step_has_more(call));
}

void call_way_retry(struct call *call, const struct call_event *event)
{
	if (call->setup.precedence == LEG_EMERGENCY) {
		emergency_way_refused(call, event);
	} else {
		const struct call_slot *slot = &call->slots[call->current];

		call_attempt_why(call, slot->kind, slot->via, cause_name(event->cause));
		call_step_left(call);
		call->refused = *event;
	}
	call->refused.said = NULL;
	call_tell_release(call, call->current, event, NULL);
	call->current = 0;
	if (call->fi->state != CALL_ROUTING)
		call_change(call, CALL_ROUTING);
	call_way_advance(call);
}

void call_way_gives_up(struct call *call, unsigned cause)
{
	if (route_reroutes(&call->route, cause))
		call_step_left_last(call);
}

/* The route */

unsigned call_way_route(const struct call_hub *hub, const struct route_question *question,
			bool *incomplete, const struct route_config **route, char *why, size_t size)
{
	const struct route_table *table = hub->routes;
	const char *kind = target_kind_name(question->from_kind), *name = question->from_name;
	enum route_answer answer;

	if (!leg_is_number(question->setup->called.digits)) {
		snprintf(why, size, "malformed number");
		return CAUSE_INVALID_NUMBER;
	}
	if (!table || !route_serves(table, question->from_kind, name)) {
		snprintf(why, size, "no route from %s %s", kind, name);
		return CAUSE_NO_ROUTE;
	}
	if (!*incomplete)
		*route = route_find(table, question);
	if (*route)
		return 0;
	answer = route_find_early(table, question, route);
	if (answer == ROUTE_WHOLE)
		*incomplete = false;
	if (*route || (answer == ROUTE_WAIT && *incomplete))
		return 0;
	snprintf(why, size, "no route from %s %s takes this number%s", kind, name,
		 answer == ROUTE_WAIT ? ", only longer ones" : "");
	return answer == ROUTE_WAIT ? CAUSE_INVALID_NUMBER : CAUSE_UNALLOCATED;
}

/* As call_way_route. */
static unsigned find_route(struct call *call, const struct route_config **route)
{
	const struct call_slot *from = &call->slots[SLOT_CALLER];
	const time_t now = clock_wall().tv_sec;
	struct leg_setup setup = call->setup;
	struct tm at;
	const struct route_question question = {
		.from_kind = from->kind,
		.from_name = from->via,
		.setup = &setup,
		.at = &at,
	};
	enum translated got =
		numbers_in(call->hub->translations, target_find(call->hub, from->kind, from->via),
			   &setup, NULL);

	localtime_r(&now, &at);
	if (got == TRANSLATE_WAIT)
		return 0;
	if (got == TRANSLATE_TOO_LONG) {
		snprintf(call->why, sizeof(call->why), "the number grows too long");
		return CAUSE_INVALID_NUMBER;
	}
	return call_way_route(call->hub, &question, &call->setup.incomplete, route, call->why,
			      sizeof(call->why));
}

/* Is it the trunk or trunk group of that name? Or a group that has the trunk: *target is the trunk then. */
static bool leads_to(const struct call *call, struct route_target *target, const char *wanted)
{
	const struct trunk_group *group;

	if (target->kind != TARGET_TRUNK && target->kind != TARGET_TRUNK_GROUP)
		return false;
	if (!strcmp(target->name, wanted))
		return true;
	group = target->kind == TARGET_TRUNK_GROUP ? trunk_group_find(call->hub, target->name)
						   : NULL;
	if (!group || trunk_group_member(group, wanted) < 0)
		return false;
	*target = (struct route_target){ .kind = TARGET_TRUNK };
	osmo_strlcpy(target->name, wanted, sizeof(target->name));
	return true;
}

/* Of the route's targets the trunk or trunk group that the caller wants, if it wants one. */
static void narrow(struct call *call)
{
	const char *wanted = call->setup.transit.trunk_group;
	struct route_config *route = &call->route;
	size_t n = 0;

	if (!*wanted)
		return;
	for (size_t i = 0; i < route->n_targets; i++) {
		if (leads_to(call, &route->targets[i], wanted))
			route->targets[n++] = route->targets[i];
	}
	route->n_targets = n;
	if (n)
		return;
	snprintf(call->why, sizeof(call->why), "route %s has no trunk %s, which the caller wants",
		 route->name, wanted);
	call->refused = (struct call_event){
		.slot = SLOT_GATEWAY,
		.cause = CAUSE_NO_ROUTE,
		.location = LOC_PRIVATE_LOCAL,
	};
}

/* May its number still become one of help? Then nothing is asked yet that routine calls alone are asked. */
static bool may_be_emergency(const struct call *call)
{
	const struct call_slot *from = &call->slots[SLOT_CALLER];

	return call->setup.incomplete &&
	       call_begins_emergency(call->hub, from->kind, from->via, call->setup.called.digits);
}

unsigned call_way_refusal(struct call *call)
{
	struct call_slot *from = &call->slots[SLOT_CALLER];
	const char *group, *why;
	unsigned cause;

	if (from->kind == TARGET_TRUNK)
		snprintf(from->group, sizeof(from->group), "%s",
			 trunk_group_of(call->hub, from->via));
	if (may_be_emergency(call) || call_precedence(call->hub, from->kind, from->via,
						      call->setup.called.digits) != LEG_ROUTINE)
		return 0;
	if (call->hub->closed) {
		snprintf(call->why, sizeof(call->why), "the gateway is stopping");
		return CAUSE_TEMPORARY_FAILURE;
	}
	if (from->kind != TARGET_TRUNK)
		return 0;
	cause = trunk_groups_refuse_in(call->hub, from->via, &group, &why);
	if (cause)
		snprintf(call->why, sizeof(call->why), "trunk-group %s: %s", group, why);
	return cause;
}

static unsigned by_chance(unsigned n)
{
	return (unsigned)random() % n;
}

void call_way_find(struct call *call)
{
	const struct route_config *route = NULL;
	unsigned cause;

	call_lookup_drop(call);
	if (emergency_way_find(call))
		return;
	cause = find_route(call, &route);
	if (cause) {
		call_clear_for(call, cause);
	} else if (!route) {
		call_attempt_collect(call);
	} else {
		call->route = *route;
		route_draw(&call->route, by_chance);
		call_note(call, "route %s for number %s", route->name, call->setup.called.digits);
		narrow(call);
		if (call_fraud_admits(call))
			call_lookup_begin(call);
	}
}

/* Overlap */

/* False when there is no room for them. */
static bool add_digits(struct call *call, const char *digits)
{
	char *called = call->setup.called.digits;
	size_t len = strlen(called), more = strlen(digits);

	if (len + more > LEG_DIGITS_MAX)
		return false;
	memcpy(called + len, digits, more + 1);
	return true;
}

/* What a number begins with never changes as it grows: what was not told is its end. */
void call_way_forward(struct call *call)
{
	const struct call_slot *to = &call->slots[call->current];
	const struct target *target = target_find(call->hub, to->kind, to->via);
	struct leg_msg msg = { .verb = LEG_INFORMATION, .complete = !call->setup.incomplete };
	size_t told = strlen(call->called_out);
	struct leg_setup setup;

	if (call_attempt_numbers(call, target, &setup) != TRANSLATED) {
		snprintf(call->why, sizeof(call->why), "route %s: the number grows too long",
			 call->route.name);
		call_clear_for(call, CAUSE_INVALID_NUMBER);
		return;
	}
	if (strlen(setup.called.digits) > told)
		osmo_strlcpy(msg.digits, setup.called.digits + told, sizeof(msg.digits));
	memcpy(call->called_out, setup.called.digits, sizeof(call->called_out));
	if (*msg.digits || msg.complete)
		call_tell(call, call->current, &msg);
}

void call_way_close(struct call *call)
{
	if (!call->setup.incomplete)
		return;
	call->setup.incomplete = false;
	call_attempt_tell(call, LEG_PROCEEDING);
}

/* The number is not yet told to anybody. */
static void collect(struct call *call, bool complete, bool might_be_emergency)
{
	unsigned cause;

	call->setup.incomplete = !complete;
	cause = might_be_emergency && !may_be_emergency(call) ? call_way_refusal(call) : 0;
	if (cause)
		call_clear_for(call, cause);
	else if (!call->route.n_targets)
		call_way_find(call);
	else if (call_fraud_admits(call))
		call_lookup_begin(call);
}

void call_way_dialled(struct call *call, const struct leg_msg *msg)
{
	const bool might_be_emergency = may_be_emergency(call);

	if (!leg_is_number(msg->digits) || !add_digits(call, msg->digits)) {
		snprintf(call->why, sizeof(call->why), "malformed number");
		call_clear_for(call, CAUSE_INVALID_NUMBER);
		return;
	}
	if (call->fi->state == CALL_COLLECTING) {
		collect(call, msg->complete, might_be_emergency);
		return;
	}
	if (!call_fraud_admits(call))
		return;
	if (msg->complete)
		call->setup.incomplete = false;
	if (call->fi->state == CALL_OVERLAP)
		call_way_forward(call);
	if (msg->complete)
		call_attempt_tell(call, LEG_PROCEEDING);
}
