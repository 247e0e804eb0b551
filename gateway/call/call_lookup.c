#include "call/call_lookup.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include <osmocom/core/talloc.h>

#include "call/call_attempt.h"
#include "call/call_timeline.h"
#include "call/emergency.h"
#include "call/hub.h"
#include "call/lookups.h"
#include "call/numbers.h"
#include "call/route_turns.h"
#include "call/trunk_groups.h"
#include "call/way_steps.h"

/* Of one call, its child: while it asks, and then what it was told. */
struct call_lookup {
	struct call *call;
	struct lookup_ask *ask; /* NULL: answered */
	struct lookup_answer answer;
};

/* The answer */

/* Before the others; there once. */
static void put_first(struct route_config *route, const struct route_target *to)
{
	size_t n = 0;

	for (size_t i = 0; i < route->n_targets; i++) {
		if (route->targets[i].kind == to->kind &&
		    strcmp(route->targets[i].name, to->name) == 0)
			continue;
		route->targets[n] = route->targets[i];
		route->weights[n++] = route->weights[i];
	}
	if (n == ROUTE_TARGETS)
		n--;
	memmove(&route->targets[1], &route->targets[0], n * sizeof(route->targets[0]));
	memmove(&route->weights[1], &route->weights[0], n * sizeof(route->weights[0]));
	route->targets[0] = *to;
	route->weights[0] = 0;
	route->n_targets = n + 1;
}

static bool exists(struct call_hub *hub, const struct route_target *to)
{
	return to->kind == TARGET_TRUNK_GROUP ? trunk_group_find(hub, to->name) != NULL
					      : target_find(hub, to->kind, to->name) != NULL;
}

unsigned call_lookup_route(const struct call_hub *hub, const struct lookup_answer *answer,
			   struct route_config *route, char *why, size_t size)
{
	const struct route_config before = *route, *other;
	char target[TARGET_TEXT_MAX];

	if (answer->cause) {
		snprintf(why, size, "look-up %s: %s", route->lookup,
			 answer->result == LOOKUP_FAILED ? answer->why : "refused");
		return answer->cause;
	}
	if (*answer->route) {
		other = hub->routes ? route_named(hub->routes, answer->route) : NULL;
		if (!other) {
			snprintf(why, size, "look-up %s: there is no route %s", route->lookup,
				 answer->route);
			return CAUSE_NO_ROUTE;
		}
		*route = *other;
		memcpy(route->lookup, before.lookup, sizeof(route->lookup));
	}
	if (!answer->has_to)
		return 0;
	if (!exists((struct call_hub *)hub, &answer->to)) {
		snprintf(why, size, "look-up %s: there is no %s", route->lookup,
			 target_text(answer->to.kind, answer->to.name, target));
		return CAUSE_NO_ROUTE;
	}
	put_first(route, &answer->to);
	return 0;
}

static unsigned by_chance(unsigned n)
{
	return (unsigned)random() % n;
}

/* In the place of the number dialled, it takes its way: what the caller may not dial no answer leads to, and help is
 * help. False: the call is cleared, or goes as an emergency call. */
static bool goes_on(struct call *call, const struct leg_number *number)
{
	const struct call_slot *from = &call->slots[SLOT_CALLER];
	struct leg_setup setup = call->setup;

	if (!*number->digits)
		return true;
	setup.called = *number;
	setup.called_subaddress = (struct leg_subaddress){ 0 };
	if (call_precedence(call->hub, from->kind, from->via, number->digits) == LEG_EMERGENCY) {
		call_note(call, "an emergency call by the look-up's number");
		call->setup = setup;
		call_way_find(call);
		return false;
	}
	if (target_may_call(call->hub, from->kind, from->via, number->digits))
		return call_fraud_admits_setup(call, &setup);
	snprintf(call->why, sizeof(call->why), "look-up %s: the caller may not call %s",
		 call->route.lookup, number->digits);
	call_clear_for(call, CAUSE_REJECTED);
	return false;
}

void call_lookup_answered(struct call *call)
{
	const struct lookup_answer *answer = &call->lookup->answer;
	char text[CALL_WHY_MAX];
	unsigned cause;

	lookup_answer_text(answer, text, sizeof(text));
	call_note(call, "look-up %s: %s", call->route.lookup, text);
	if (call->fi->state == CALL_ASKING)
		call_change(call, CALL_ROUTING);
	cause = call_lookup_route(call->hub, answer, &call->route, call->why, sizeof(call->why));
	if (cause) {
		call_clear_for(call, cause);
		return;
	}
	if (!goes_on(call, &answer->number) || !goes_on(call, &answer->to_number))
		return;
	if (*answer->route) {
		route_draw(&call->route, by_chance);
		call_note(call, "route %s, as the look-up has it", answer->route);
	}
	call_way_advance(call);
}

/* The question */

static void on_answer(void *data, const struct lookup_answer *answer)
{
	static const struct call_event answered = { .kind = CALL_EV_LOOKED_UP,
						    .slot = SLOT_GATEWAY };
	struct call_lookup *lookup = data;

	lookup->ask = NULL;
	lookup->answer = *answer;
	call_post(lookup->call, &answered);
}

static int lookup_destructor(struct call_lookup *lookup)
{
	lookups_cancel(lookup->ask);
	return 0;
}

static void ask(struct call *call)
{
	const struct call_slot *from = &call->slots[SLOT_CALLER];
	struct leg_setup setup = call->setup;
	const struct route_question question = {
		.from_kind = from->kind,
		.from_name = from->via,
		.setup = &setup,
	};
	struct call_lookup *lookup = talloc_zero(call, struct call_lookup);

	if (!lookup) {
		call_clear_for(call, CAUSE_RESOURCE_UNAVAILABLE);
		return;
	}
	lookup->call = call;
	talloc_set_destructor(lookup, lookup_destructor);
	call->lookup = lookup;
	numbers_in(call->hub->translations, target_find(call->hub, from->kind, from->via), &setup,
		   NULL);
	lookup->ask = lookups_ask(call->hub->lookups, call->route.lookup, &question,
				  &lookup->answer, on_answer, lookup);
	if (!lookup->ask) {
		call_lookup_answered(call);
		return;
	}
	call_change(call, CALL_ASKING);
	call_note(call, "asks look-up %s", call->route.lookup);
	call_attempt_tell(call, LEG_PROCEEDING);
}

void call_lookup_begin(struct call *call)
{
	if (!*call->route.lookup || !call->route.n_targets)
		call_way_advance(call);
	else if (call->setup.incomplete)
		call_attempt_collect(call);
	else
		ask(call);
}

void call_lookup_drop(struct call *call)
{
	TALLOC_FREE(call->lookup);
}

const struct lookup_answer *call_lookup_answer(const struct call *call)
{
	return call->lookup ? &call->lookup->answer : NULL;
}
