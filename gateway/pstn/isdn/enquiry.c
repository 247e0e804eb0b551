/* Calls wait for their turn as a flag in the leg: those of a whole trunk at once would hold up every other message on
 * a D channel of 64 kbit/s. */
#include "pstn/isdn/enquiry.h"

#include "call/cause.h"
#include "pstn/isdn/dchannel.h"
#include "pstn/isdn/isdn_clear.h"
#include "pstn/isdn/isdn_leg.h"
#include "pstn/isdn/q931.h"

enum {
	/* The far end's SABME may follow ours, and what was sent in between is lost: T200 (Q.921 5.9.1) is 1 s. */
	SETTLE_S = 2,
	PACE_US = 20000,
	TRIES = 2,
	/* Call states of the far end, Q.931 4.5.7. The second is before its CONNECT is acknowledged. */
	STATE_ACTIVE = 10,
	STATE_CONNECT_REQUEST = 8,
};

void enquiry_send(struct isdn_leg *leg)
{
	pri_notify(isdn_leg_pri(leg), leg->q931, 0, Q931_ENQUIRES);
	dchannel_kick(leg->isdn->dchannel);
}

static void ask(struct isdn_leg *leg)
{
	leg->enquiry.due = false;
	leg->enquiry.sent++;
	isdn_leg_run_timer(leg, 322);
	enquiry_send(leg);
}

static struct isdn_leg *next_due(const struct isdn *isdn)
{
	struct isdn_leg *leg;

	llist_for_each_entry (leg, &isdn->legs, entry) {
		if (leg->enquiry.due && isdn_leg_state(leg) == ST_ACTIVE)
			return leg;
	}
	return NULL;
}

static void on_turn(void *data)
{
	struct isdn *isdn = data;
	struct isdn_leg *leg = next_due(isdn);

	if (!leg)
		return;
	ask(leg);
	osmo_timer_schedule(&isdn->enquiry_timer, 0, PACE_US);
}

void enquiry_setup(struct isdn *isdn)
{
	osmo_timer_setup(&isdn->enquiry_timer, on_turn, isdn);
}

void enquiry_ask_all(struct isdn *isdn)
{
	struct isdn_leg *leg;

	llist_for_each_entry (leg, &isdn->legs, entry) {
		/* One that was answered a moment ago is watched by T313. */
		if (isdn_leg_state(leg) != ST_ACTIVE || isdn_leg_runs_timer(leg, 313))
			continue;
		isdn_leg_stop_timer(leg, 322);
		leg->enquiry = (struct isdn_leg_enquiry){ .due = true };
	}
	osmo_timer_schedule(&isdn->enquiry_timer, SETTLE_S, 0);
}

void enquiry_stop(struct isdn *isdn)
{
	struct isdn_leg *leg;

	osmo_timer_del(&isdn->enquiry_timer);
	llist_for_each_entry (leg, &isdn->legs, entry) {
		leg->enquiry.due = false;
		isdn_leg_stop_timer(leg, 322);
	}
}

/* Q.931 5.8.11 */
void enquiry_hear(struct isdn_leg *leg, uint8_t call_state)
{
	if (!isdn_leg_runs_timer(leg, 322))
		return;
	isdn_leg_stop_timer(leg, 322);
	if (call_state == STATE_ACTIVE || call_state == STATE_CONNECT_REQUEST)
		return;
	LOGLEG(leg, LOGL_NOTICE, "the far end has it in state %u, not active\n", call_state);
	isdn_clear_both(leg, CAUSE_WRONG_CALL_STATE, CAUSE_TEMPORARY_FAILURE);
	dchannel_kick(leg->isdn->dchannel);
}

void enquiry_expire(struct isdn_leg *leg)
{
	if (leg->enquiry.sent < TRIES) {
		ask(leg);
		return;
	}
	LOGLEG(leg, LOGL_NOTICE, "STATUS ENQUIRY is not answered\n");
	isdn_clear_both(leg, CAUSE_TEMPORARY_FAILURE, CAUSE_TEMPORARY_FAILURE);
}
