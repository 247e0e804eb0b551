/* One attempt to reach a target: what it is told, and the slot of its leg. */
#include "call/call_attempt.h"

#include <stdio.h>
#include <string.h>

#include "call/call_timeline.h"
#include "call/hub.h"
#include "call/lookup_answer.h"
#include "call/numbers.h"
#include "call/quality.h"
#include "call/route_turns.h"

void call_attempt_why(struct call *call, enum target_kind kind, const char *name, const char *why)
{
	char target[TARGET_TEXT_MAX];
	size_t len = strlen(call->why);

	snprintf(call->why + len, sizeof(call->why) - len, "%s%s: %s", len ? "; " : "",
		 target_text(kind, name, target), why);
	call_note(call, "%s: %s", target, why);
}

static void add_why(struct call *call, const struct route_target *target, const char *why)
{
	call_attempt_why(call, target->kind, target->name, why);
}

bool call_attempt_congested(unsigned cause)
{
	static const struct route_config usual;

	return cause != CAUSE_DESTINATION_OUT_OF_ORDER && route_reroutes(&usual, cause);
}

void call_attempt_tell(struct call *call, enum leg_verb verb)
{
	const struct leg_msg msg = { .verb = verb };

	if (call->told >= verb)
		return;
	call->told = verb;
	call_tell(call, SLOT_CALLER, &msg);
}

void call_attempt_collect(struct call *call)
{
	if (call->fi->state != CALL_COLLECTING)
		call_change(call, CALL_COLLECTING);
	call_attempt_tell(call, LEG_SETUP_ACK);
}

/* Targets */

/* The trunk that the call comes from, in the place of the one that its caller wants. */
static void name_origin(const struct call *call, struct leg_transit *out)
{
	const struct call_slot *from = &call->slots[SLOT_CALLER];

	out->trunk_group[0] = '\0';
	if (from->kind == TARGET_TRUNK)
		memcpy(out->trunk_group, from->via, sizeof(out->trunk_group));
}

enum translated call_attempt_numbers(const struct call *call, const struct target *target,
				     struct leg_setup *out)
{
	const struct call_slot *caller = &call->slots[SLOT_CALLER];
	const struct target *from = target_find(call->hub, caller->kind, caller->via);
	const struct translations *translations = call->hub->translations;
	const struct lookup_answer *answer = call_lookup_answer(call);
	enum translated got;

	*out = call->setup;
	got = numbers_in(translations, from, out, NULL);
	if (answer)
		lookup_answer_numbers(answer, out);
	if (got == TRANSLATED)
		got = numbers_by_route(translations, &call->route, out, NULL);
	if (answer && target)
		lookup_answer_target(answer, target->kind, target->name, out);
	if (got == TRANSLATED)
		got = numbers_out(translations, target, out, NULL);
	return got;
}

static struct leg_msg setup_out(const struct call *call, const struct leg_setup *setup)
{
	struct leg_msg msg = {
		.verb = LEG_SETUP,
		.law = call->slots[SLOT_CALLER].law,
		.setup = *setup,
	};

	msg.setup.context = call->context;
	name_origin(call, &msg.setup.transit);
	if (call->uui)
		msg.uui = *call->uui;
	return msg;
}

/* From the one behind the last on, so that what a leg said last is over when its slot is another's. */
unsigned call_attempt_slot(const struct call *call)
{
	for (unsigned i = 0; i < ROUTE_TARGETS; i++) {
		unsigned slot = (call->attempts + i) % ROUTE_TARGETS + 1;

		if (!call->slots[slot].leg)
			return slot;
	}
	return 0;
}

unsigned call_attempt(struct call *call, const struct route_target *to, struct target *target,
		      const char *group, uint8_t precedence)
{
	struct leg *leg = NULL;
	const char *why = "refused";
	struct leg_setup setup;
	unsigned cause;

	if (!target) {
		add_why(call, to, "does not exist");
		return CAUSE_NO_ROUTE;
	}
	if (call_attempt_numbers(call, target, &setup) != TRANSLATED) {
		add_why(call, to, "the number grows too long");
		return CAUSE_INVALID_NUMBER;
	}
	memcpy(call->called_out, setup.called.digits, sizeof(call->called_out));
	struct leg_msg msg = setup_out(call, &setup);
	unsigned slot = call_attempt_slot(call);
	if (!slot) {
		add_why(call, to, "earlier attempts are not over");
		return CAUSE_TEMPORARY_FAILURE;
	}
	msg.setup.precedence = precedence;
	cause = target->seize(target->data, &msg.setup, &leg, &why);
	quality_offered(call->hub->quality, to->kind, to->name, QUALITY_OUT, cause);
	if (cause) {
		add_why(call, to, why);
		return cause;
	}
	if (call->fi->state == CALL_COLLECTING)
		call_change(call, CALL_ROUTING);
	msg.setup.precedence = call->setup.precedence;
	quality_note_slot(call->hub->quality, call, slot);
	call->slots[slot] = (struct call_slot){ 0 };
	call->current = call->attempts = (uint8_t)slot;
	call_attach(call, call->current, leg);
	snprintf(call->slots[slot].group, sizeof(call->slots[slot].group), "%s", group);
	call_note(call, "to %s %s%s%s, number %s", target_kind_name(to->kind), to->name,
		  *group ? " of trunk-group " : "", group, call->called_out);
	call_tell(call, call->current, &msg);
	call_attempt_tell(call, call->setup.incomplete ? LEG_SETUP_ACK : LEG_PROCEEDING);
	return 0;
}
