/* Call diversion on behalf of who was called (Q.952): the leg names another number with cause 23, and the call looks for
 * the way there by the routes that are open to its caller. */
#include <stdio.h>
#include <string.h>

#include "call/call_divert.h"
#include "call/hub.h"
#include "call/way_steps.h"

enum { DIVERSIONS_MAX = 5 }; /* Q.952.2 and its kin: more are taken for a loop */

/* Who was called first. A redirecting number of Q.931 4.6.7 alone names no other: of one diversion it
 * is the same. */
static void note_original(struct leg_redirecting *redirecting, const struct leg_number *called)
{
	if (*redirecting->original.digits || redirecting->count > 1)
		return;
	redirecting->original = redirecting->count ? redirecting->from.number : *called;
	redirecting->original_reason = redirecting->reason;
}

/* Who diverts now. */
static void note(struct leg_setup *setup)
{
	struct leg_redirecting *redirecting = &setup->redirecting;

	note_original(redirecting, &setup->called);
	redirecting->from = (struct leg_party){ .number = setup->called };
	redirecting->reason = LEG_DIVERTED_UNKNOWN;
	redirecting->count++;
}

static void turn_to(struct call *call, const struct call_event *event)
{
	unsigned given_up = call->current;

	note(&call->setup);
	call->setup.called = (struct leg_number){ .plan = 1 };
	memcpy(call->setup.called.digits, call->moved_to, sizeof(call->moved_to));
	call->setup.called_subaddress = (struct leg_subaddress){ 0 };
	call->setup.incomplete = false;
	call->moved_to[0] = '\0';
	call->current = 0;
	call->walk = (struct call_walk){ 0 };
	call->refused = (struct call_event){ 0 };
	call_tell_release(call, given_up, event, NULL);
	if (call->fi->state != CALL_ROUTING)
		call_change(call, CALL_ROUTING);
}

/* What the caller may not call, nobody else has it call. */
static bool may_turn_to(const struct call *call, const char *number)
{
	const struct call_slot *caller = &call->slots[SLOT_CALLER];

	return target_may_call(call->hub, caller->kind, caller->via, number);
}

bool call_may_turn_to(const struct leg *leg, const char *number)
{
	return !leg->call || may_turn_to(leg->call, number);
}

bool call_divert(struct call *call, const struct call_event *event)
{
	struct leg_msg diverting = { .verb = LEG_NOTIFY, .notification = LEG_CALL_DIVERTING };

	if (event->cause != CAUSE_REDIRECTION || !*call->moved_to)
		return false;
	if (call->setup.redirecting.count >= DIVERSIONS_MAX) {
		snprintf(call->why, sizeof(call->why), "diverted too often");
		call_clear_for(call, CAUSE_EXCHANGE_ROUTING);
		return true;
	}
	turn_to(call, event);
	if (!may_turn_to(call, call->setup.called.digits)) {
		snprintf(call->why, sizeof(call->why),
			 "diverted to %s, which may not be called from there",
			 call->setup.called.digits);
		call_clear_for(call, CAUSE_REJECTED);
		return true;
	}
	diverting.party.number = call->setup.called;
	call_tell(call, SLOT_CALLER, &diverting);
	LOGCALL(call, LOGL_INFO, "diverted to %s\n", call->setup.called.digits);
	call_way_find(call);
	return true;
}
