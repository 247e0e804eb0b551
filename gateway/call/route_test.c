#include "call/route_test.h"

#include <stdio.h>
#include <string.h>

#include "call/call_back.h"
#include "call/call_lookup.h"
#include "call/call_way.h"
#include "call/emergency.h"
#include "call/emergency_plan.h"
#include "call/emergency_way.h"
#include "call/explain.h"
#include "call/hub.h"
#include "call/lookups.h"
#include "call/number_words.h"
#include "call/numbers.h"
#include "call/trunk_group_vty.h"
#include "call/trunk_groups.h"

static void refuse(struct route_test *out, unsigned cause, const char *why)
{
	out->cause = cause;
	snprintf(out->why, sizeof(out->why), "%s", why);
}

/* The caller */

static void tell_call(const struct route_question *question)
{
	const struct leg_setup *setup = question->setup;

	explain_step(question->explain,
		     "%s %s%s%s calls %s%s%s, called type %s, calling type %s %s, bearer %s",
		     target_kind_name(question->from_kind), question->from_name,
		     *setup->calling.digits ? " " : "", setup->calling.digits,
		     *setup->called.digits ? setup->called.digits : "(no number)",
		     *setup->redirecting.from.number.digits ? ", diverted by " : "",
		     setup->redirecting.from.number.digits,
		     get_value_string(number_type_words, setup->called.type),
		     get_value_string(number_type_words, setup->calling.type),
		     get_value_string(number_presentation_words, setup->calling.presentation),
		     get_value_string(bearer_words, setup->bearer));
}

/* False: refused. */
static bool is_let_in(struct call_hub *hub, const struct route_question *question,
		      struct route_test *out)
{
	const struct target *from = target_find(hub, question->from_kind, question->from_name);
	const char *kind = target_kind_name(question->from_kind), *why = "";
	unsigned cause;

	if (!from || !from->lets_in)
		return true;
	cause = from->lets_in(from->data, question->setup->called.digits, &why);
	if (cause)
		refuse(out, cause, why);
	explain_step(question->explain, "limits and number lists of %s %s %s%s", kind,
		     question->from_name, cause ? "refuse it: " : "let it in", cause ? why : "");
	return !cause;
}

static bool is_trusted(struct call_hub *hub, const struct route_question *question,
		       struct route_test *out)
{
	const char *rule = "";
	unsigned cause = fraud_would_refuse(hub->fraud, question->from_kind, question->from_name,
					    question->setup, &rule);

	if (!cause && *rule)
		explain_step(question->explain, "rules against fraud let it through");
	if (!cause)
		return true;
	explain_step(question->explain, "fraud rule %s refuses calls", rule);
	refuse(out, cause, "a rule against fraud refuses calls");
	return false;
}

/* The numbers */

/* False: refused. */
static bool fits(enum translated got, const struct explain *explain, struct route_test *out)
{
	if (got == TRANSLATED)
		return true;
	explain_step(explain, "a number grows too long");
	refuse(out, CAUSE_INVALID_NUMBER, "a number grows too long");
	return false;
}

static bool translate_in(struct call_hub *hub, const struct route_question *question,
			 struct route_test *out)
{
	const struct target *from = target_find(hub, question->from_kind, question->from_name);
	enum translated got = numbers_in(hub->translations, from, &out->setup, question->explain);

	return fits(got, question->explain, out);
}

static bool rewrite(struct call_hub *hub, const struct route_config *route,
		    const struct route_question *question, struct route_test *out)
{
	enum translated got =
		numbers_by_route(hub->translations, route, &out->setup, question->explain);

	return fits(got, question->explain, out);
}

/* Targets */

/* 0, or the cause with why. */
static unsigned probe(struct call_hub *hub, const struct route_target *to,
		      const struct lookup_answer *answer, const struct explain *explain,
		      struct route_test *out)
{
	const struct target *target = target_find(hub, to->kind, to->name);
	const struct leg_setup before = out->setup;
	const char *kind = target_kind_name(to->kind), *why = "does not exist";
	unsigned cause = CAUSE_NO_ROUTE;

	out->channel[0] = '\0';
	if (answer)
		lookup_answer_target(answer, to->kind, to->name, &out->setup);
	if (!fits(numbers_out(hub->translations, target, &out->setup, explain), explain, out))
		return out->cause;
	if (target && target->probe)
		cause = target->probe(target->data, &out->setup, out->channel, &why);
	else if (target)
		cause = 0;
	if (cause) {
		explain_step(explain, "%s %s: %s, cause %u %s", kind, to->name, why, cause,
			     cause_name(cause));
		refuse(out, cause, why);
		out->setup = before;
		return cause;
	}
	explain_step(explain, "%s%s%s takes it%s%s", kind, *to->name ? " " : "", to->name,
		     *out->channel ? " on channel " : "", out->channel);
	out->to = *to;
	out->cause = 0;
	out->why[0] = '\0';
	return 0;
}

/* The members of a trunk group in turn, or the target itself. As call_step_next. */
static unsigned probe_all(struct call_hub *hub, const struct route_target *to,
			  const struct route_config *route, const struct lookup_answer *answer,
			  const struct explain *explain, struct route_test *out)
{
	const struct trunk_group *group =
		to->kind == TARGET_TRUNK_GROUP ? trunk_group_find(hub, to->name) : NULL;
	uint32_t tried = 0;
	const char *why = "";
	unsigned cause;
	int member;

	if (!group)
		return probe(hub, to, answer, explain, out);
	cause = trunk_group_would_admit(group, out->setup.precedence, &why);
	if (cause) {
		explain_step(explain, "trunk-group %s: %s, cause %u %s", to->name, why, cause,
			     cause_name(cause));
		refuse(out, cause, why);
		return cause;
	}
	explain_step(explain, "trunk-group %s hunts for one of its %zu trunks, %s", to->name,
		     trunk_group_config(group)->n_members,
		     trunk_group_hunt_name(trunk_group_config(group)->hunt));
	while ((member = trunk_group_next(group, tried)) >= 0) {
		const struct route_test before = *out;
		struct route_target trunk = { .kind = TARGET_TRUNK };

		memcpy(trunk.name, trunk_group_config(group)->members[member], sizeof(trunk.name));
		cause = probe(hub, &trunk, answer, explain, out);
		if (!cause)
			return 0;
		if (cause == CAUSE_NO_ROUTE && tried)
			refuse(out, before.cause, before.why);
		tried |= 1U << member;
		if (!call_way_goes_on(route, cause))
			return cause;
	}
	explain_step(explain, "trunk-group %s has no trunk that takes it", to->name);
	return out->cause;
}

/* A call draws its order by weight; here the heaviest comes first, so that the answer is always the same. */
static void sort_by_weight(struct route_config *route)
{
	for (size_t i = 1; i < route->n_targets; i++) {
		const struct route_target target = route->targets[i];
		uint16_t weight = route->weights[i];
		size_t at = i;

		for (; at && route->weights[at - 1] && weight > route->weights[at - 1]; at--) {
			route->targets[at] = route->targets[at - 1];
			route->weights[at] = route->weights[at - 1];
		}
		route->targets[at] = target;
		route->weights[at] = weight;
	}
}

static void tell_weights(const struct route_config *route, const struct explain *explain)
{
	for (size_t i = 0; i < route->n_targets; i++) {
		if (route->weights[i])
			explain_step(explain, "%s %s is drawn with weight %u",
				     target_kind_name(route->targets[i].kind),
				     route->targets[i].name, route->weights[i]);
	}
}

/* As call_way_advance. */
static void try_targets(struct call_hub *hub, const struct route_config *config,
			const struct lookup_answer *answer, const struct explain *explain,
			struct route_test *out)
{
	struct route_config route = *config;

	refuse(out, CAUSE_NO_ROUTE, "the route has no targets");
	sort_by_weight(&route);
	tell_weights(&route, explain);
	for (size_t i = 0; i < route.n_targets; i++) {
		const struct route_test before = *out;
		unsigned cause = probe_all(hub, &route.targets[i], &route, answer, explain, out);

		if (!cause)
			return;
		if (cause == CAUSE_NO_ROUTE && i)
			refuse(out, before.cause, before.why);
		if (!call_way_goes_on(&route, cause)) {
			explain_step(explain, "after cause %u no other target is tried", cause);
			return;
		}
	}
}

/* Emergency calls, and calls back */

static void try_ways(struct call_hub *hub, const struct route_question *question,
		     struct route_test *out)
{
	const struct emergency *emergency = hub->emergency;
	static const uint8_t passes[] = { LEG_ROUTINE, LEG_EMERGENCY };

	refuse(out, CAUSE_NO_ROUTE, "emergency calls have no way");
	for (unsigned i = 0; i < 2; i++) {
		out->setup.precedence = passes[i];
		if (i)
			explain_step(question->explain, "again, beyond limits and locks that wait");
		for (size_t way = 0; way < emergency->n_ways; way++) {
			if (!probe(hub, &emergency->ways[way], NULL, question->explain, out))
				return;
		}
	}
	if (emergency->n_ways)
		explain_step(question->explain,
			     "a routine call may be cleared for it; it waits and tries again");
}

/* True: it is one, and routes have no say. */
static bool is_special(struct call_hub *hub, const struct route_question *question,
		       struct route_test *out)
{
	const struct emergency *emergency = hub->emergency;
	const char *called = question->setup->called.digits, *name = question->from_name;
	struct route_config route = { 0 };
	const struct call_back *back;

	if (emergency_applies(emergency, question->from_kind, name, called)) {
		explain_step(question->explain, "an emergency call: routes have no say");
		out->setup.precedence = LEG_EMERGENCY;
		emergency_way_route(emergency, question->from_kind, name, called, &route);
		if (translate_in(hub, question, out) && rewrite(hub, &route, question, out))
			try_ways(hub, question, out);
	} else {
		back = call_back_find(emergency, question->from_kind, name, called);
		if (!back)
			return false;
		out->setup.precedence = LEG_CALL_BACK;
		explain_step(question->explain, "a call back to who made an emergency call");
		emergency_way_back_route(back, &route);
		if (translate_in(hub, question, out) && rewrite(hub, &route, question, out))
			try_targets(hub, &route, NULL, question->explain, out);
	}
	memcpy(out->route, route.name, sizeof(out->route));
	return true;
}

/* False: refused. */
static bool finds_route(struct call_hub *hub, const struct route_question *question,
			const struct route_config **route, struct route_test *out)
{
	struct route_question translated = *question;
	bool incomplete = false;

	translated.setup = &out->setup;
	out->cause =
		call_way_route(hub, &translated, &incomplete, route, out->why, sizeof(out->why));
	if (out->cause)
		explain_step(question->explain, "%s", out->why);
	else
		memcpy(out->route, (*route)->name, sizeof(out->route));
	return !out->cause;
}

/* May it take the place of the number dialled? False: refused, or an emergency call, which is done with. */
static bool may_be_put(struct call_hub *hub, const struct route_question *question,
		       const struct leg_number *number, struct route_test *out)
{
	struct leg_setup setup = *question->setup;
	struct route_question other = *question;

	if (!*number->digits)
		return true;
	setup.called = *number;
	other.setup = &setup;
	if (call_precedence(hub, question->from_kind, question->from_name, number->digits) !=
	    LEG_EMERGENCY)
		return is_let_in(hub, &other, out) && is_trusted(hub, &other, out);
	out->setup = setup;
	is_special(hub, &other, out);
	return false;
}

/* What the route's look-up is known to say; nobody is asked. False: refused. */
static bool looks_up(struct call_hub *hub, const struct route_question *question,
		     struct route_config *route, struct lookup_answer *answer,
		     struct route_test *out)
{
	struct route_question translated = *question;
	char text[LOOKUP_TEXT_MAX], said[LOOKUP_WHY_MAX];
	const char *lookup = route->lookup;

	if (!*lookup)
		return true;
	translated.setup = &out->setup;
	if (!lookups_peek(hub->lookups, lookup, &translated, text, answer)) {
		if (*text)
			explain_step(question->explain,
				     "look-up %s would be asked, %s; what follows is without its "
				     "answer",
				     lookup, text);
		else
			explain_step(question->explain,
				     "look-up %s is not asked: it can know nothing of this number",
				     lookup);
		return true;
	}
	lookup_answer_text(answer, said, sizeof(said));
	explain_step(question->explain, "look-up %s has been asked, %s: %s", lookup, text, said);
	lookup_answer_numbers(answer, &out->setup);
	out->cause = call_lookup_route(hub, answer, route, out->why, sizeof(out->why));
	return !out->cause && may_be_put(hub, question, &answer->number, out) &&
	       may_be_put(hub, question, &answer->to_number, out);
}

void call_route_test(struct call_hub *hub, const struct route_question *question,
		     struct route_test *out)
{
	const struct route_config *found = NULL;
	struct lookup_answer answer = { .result = LOOKUP_NOTHING };
	struct route_config route;

	*out = (struct route_test){ .setup = *question->setup };
	tell_call(question);
	if (is_special(hub, question, out) || !is_let_in(hub, question, out))
		return;
	if (!translate_in(hub, question, out) || !finds_route(hub, question, &found, out) ||
	    !is_trusted(hub, question, out))
		return;
	route = *found;
	if (looks_up(hub, question, &route, &answer, out) && rewrite(hub, &route, question, out))
		try_targets(hub, &route, &answer, question->explain, out);
}
