/* One function for each kind of event; the subcommands that come with any of them are heard first. */
#include "pstn/isdn/events.h"

#include "call/cause.h"
#include "pstn/isdn/charge.h"
#include "pstn/isdn/dchannel.h"
#include "pstn/isdn/enquiry.h"
#include "pstn/isdn/isdn_leg.h"
#include "pstn/isdn/notify.h"
#include "pstn/isdn/parties.h"

static struct isdn_leg *find_call(const struct isdn *isdn, const q931_call *call)
{
	struct isdn_leg *leg;

	llist_for_each_entry (leg, &isdn->legs, entry) {
		if (call && leg->q931 == call)
			return leg;
	}
	return NULL;
}

/* Subcommands */

static void hear_subcommand(struct isdn_leg *leg, const struct pri_subcommand *subcmd)
{
	switch (subcmd->cmd) {
	case PRI_SUBCMD_CONNECTED_LINE:
		notify_hear_party(leg, LEG_TRANSFERRED, &subcmd->u.connected_line.id);
		break;
	case PRI_SUBCMD_REDIRECTING:
		notify_hear_party(leg, LEG_CALL_DIVERTING, &subcmd->u.redirecting.to);
		break;
	case PRI_SUBCMD_AOC_D:
	case PRI_SUBCMD_AOC_E:
		charge_hear(leg, subcmd);
		break;
	case PRI_SUBCMD_AOC_CHARGING_REQ:
		charge_refuse(leg, &subcmd->u.aoc_request);
		break;
	}
}

static void hear_subcommands(struct isdn_leg *leg, const struct pri_subcommands *subcmds)
{
	for (int i = 0; leg && subcmds && i < subcmds->counter_subcmd; i++)
		hear_subcommand(leg, &subcmds->subcmd[i]);
}

/* Beginning */

/* Progress indicator 8 says that there is sound, 1 that there may be (Q.931 5.1.3, 5.1.6). */
static bool is_inband(int progress_mask)
{
	return progress_mask & (PRI_PROG_INBAND_AVAILABLE | PRI_PROG_CALL_NOT_E2E_ISDN);
}

static void on_progress(struct isdn_leg *leg, const pri_event_proceeding *event,
			const struct q931_heard *heard)
{
	bool has_cause = event->e == PRI_EVENT_PROGRESS && event->cause > 0;
	const struct isdn_line_msg msg = {
		.channel = event->channel,
		.inband = is_inband(event->progressmask),
		.cause = has_cause ? (uint8_t)event->cause : 0,
		.location = has_cause && heard ? heard->location : 0,
	};

	hear_subcommands(leg, event->subcmds);
	isdn_leg_dispatch(leg, event->e == PRI_EVENT_PROGRESS ? LINE_PROGRESS : LINE_PROCEEDING,
			  &msg);
}

static void on_setup_ack(struct isdn_leg *leg, const pri_event_setup_ack *event)
{
	const struct isdn_line_msg msg = {
		.channel = event->channel,
		.inband = is_inband(event->progressmask),
	};

	isdn_leg_dispatch(leg, LINE_SETUP_ACK, &msg);
}

static void on_ringing(struct isdn_leg *leg, const pri_event_ringing *event,
		       const struct q931_heard *heard)
{
	const struct isdn_line_msg msg = {
		.channel = event->channel,
		.inband = is_inband(event->progressmask),
		.uui = heard ? &heard->uui : NULL,
	};

	hear_subcommands(leg, event->subcmds);
	isdn_leg_dispatch(leg, LINE_ALERTING, &msg);
}

/* Who answered is told with the answer, and that the call was diverted to get there is no news then. */
static void on_answer(struct isdn_leg *leg, const pri_event_answer *event,
		      const struct q931_heard *heard)
{
	const struct pri_subcommands *subcmds = event->subcmds;
	struct leg_party party = { 0 };
	const struct isdn_line_msg msg = {
		.channel = event->channel,
		.inband = is_inband(event->progressmask),
		.party = &party,
		.uui = heard ? &heard->uui : NULL,
	};

	for (int i = 0; subcmds && i < subcmds->counter_subcmd; i++) {
		if (subcmds->subcmd[i].cmd == PRI_SUBCMD_CONNECTED_LINE)
			parties_hear(&subcmds->subcmd[i].u.connected_line.id, &party);
		else if (subcmds->subcmd[i].cmd != PRI_SUBCMD_REDIRECTING)
			hear_subcommand(leg, &subcmds->subcmd[i]);
	}
	isdn_leg_dispatch(leg, LINE_CONNECT, &msg);
}

/* In between */

static void on_digits(struct isdn_leg *leg, const char *digits, bool complete)
{
	const struct isdn_line_msg msg = { .digits = digits, .complete = complete };

	isdn_leg_dispatch(leg, LINE_INFORMATION, &msg);
}

static void on_retrieve(struct isdn_leg *leg, const struct pri_event_retrieve *event)
{
	const struct isdn_line_msg msg = {
		.channel = event->channel,
		.flexible = event->flexible,
	};

	isdn_leg_dispatch(leg, LINE_RETRIEVE, &msg);
}

/* The end */

/* When T303 has run out twice, Q.931 wants 102 from the user (5.1.1) and 18 from the network (5.2.5.3);
 * libpri says 18 for both. The cause in STATUS is why that was sent. */
static uint8_t clearing_cause(const struct isdn *isdn, int cause, const struct q931_heard *heard)
{
	if (heard && heard->type == Q931_STATUS) /* the call is over there (Q.931 5.8.11) */
		return CAUSE_TEMPORARY_FAILURE;
	if (cause <= 0 || cause > 127)
		return CAUSE_NORMAL_UNSPECIFIED;
	if (!heard && cause == PRI_CAUSE_NO_USER_RESPONSE && isdn->trunk.config.side == TRUNK_USER)
		return CAUSE_RECOVERY_ON_TIMER;
	return (uint8_t)cause;
}

static void on_clearing(const struct isdn *isdn, const pri_event_hangup *event,
			enum isdn_event verb, const struct q931_heard *heard)
{
	struct isdn_leg *leg = find_call(isdn, event->call);
	const struct isdn_line_msg msg = {
		.channel = event->channel,
		.cause = clearing_cause(isdn, event->cause, heard),
		.location = heard ? heard->location : LOC_PRIVATE_LOCAL,
		.inband = heard && heard->inband,
		.moved_to = heard ? heard->moved_to : NULL,
		.uui = heard ? &heard->uui : NULL,
	};

	hear_subcommands(leg, event->subcmds);
	if (leg)
		isdn_leg_dispatch(leg, verb, &msg);
	else if (verb != LINE_CLEARED) /* nobody's call */
		pri_hangup(dchannel_pri(isdn->dchannel), event->call, msg.cause);
}

/* Events that have nothing to say to a call that is not there. */
static void hear_call(struct isdn_leg *leg, const pri_event *event, const struct q931_heard *heard)
{
	if (!leg)
		return;
	switch (event->e) {
	case PRI_EVENT_SETUP_ACK:
		on_setup_ack(leg, &event->setup_ack);
		break;
	case PRI_EVENT_PROCEEDING:
	case PRI_EVENT_PROGRESS:
		on_progress(leg, &event->proceeding, heard);
		break;
	case PRI_EVENT_RINGING:
		on_ringing(leg, &event->ringing, heard);
		break;
	case PRI_EVENT_ANSWER:
		on_answer(leg, &event->answer, heard);
		break;
	case PRI_EVENT_FACILITY:
		hear_subcommands(leg, event->facility.subcmds);
		break;
	case PRI_EVENT_INFO_RECEIVED:
		on_digits(leg, event->ring.callednum, event->ring.complete);
		break;
	case PRI_EVENT_KEYPAD_DIGIT:
		on_digits(leg, event->digit.digits, false);
		break;
	case PRI_EVENT_NOTIFY:
		notify_hear(leg, event->notify.info);
		break;
	case PRI_EVENT_HOLD:
		isdn_leg_dispatch(leg, LINE_HOLD, NULL);
		break;
	case PRI_EVENT_RETRIEVE:
		on_retrieve(leg, &event->retrieve);
		break;
	}
}

static q931_call *call_of(const pri_event *event)
{
	switch (event->e) {
	case PRI_EVENT_SETUP_ACK:
		return event->setup_ack.call;
	case PRI_EVENT_PROCEEDING:
	case PRI_EVENT_PROGRESS:
		return event->proceeding.call;
	case PRI_EVENT_RINGING:
		return event->ringing.call;
	case PRI_EVENT_ANSWER:
		return event->answer.call;
	case PRI_EVENT_FACILITY:
		return event->facility.call;
	case PRI_EVENT_INFO_RECEIVED:
		return event->ring.call;
	case PRI_EVENT_KEYPAD_DIGIT:
		return event->digit.call;
	case PRI_EVENT_NOTIFY:
		return event->notify.call;
	case PRI_EVENT_HOLD:
		return event->hold.call;
	case PRI_EVENT_RETRIEVE:
		return event->retrieve.call;
	default:
		return NULL;
	}
}

void events_hear(struct isdn *isdn, const pri_event *event, const struct q931_heard *heard)
{
	switch (event->e) {
	case PRI_EVENT_HANGUP_REQ:
		on_clearing(isdn, &event->hangup, LINE_DISCONNECT, heard);
		break;
	case PRI_EVENT_HANGUP:
		on_clearing(isdn, &event->hangup, LINE_RELEASE, heard);
		break;
	case PRI_EVENT_HANGUP_ACK:
		on_clearing(isdn, &event->hangup, LINE_CLEARED, heard);
		break;
	default:
		hear_call(find_call(isdn, call_of(event)), event, heard);
	}
}

/* Messages of which libpri makes no event */

static struct isdn_leg *find_reference(const struct isdn *isdn, uint16_t reference)
{
	struct isdn_leg *leg;

	llist_for_each_entry (leg, &isdn->legs, entry) {
		if (leg->q931 && leg->reference == reference)
			return leg;
	}
	return NULL;
}

void events_hear_message(struct isdn *isdn, const struct q931_heard *heard)
{
	struct isdn_leg *leg = find_reference(isdn, heard->reference);

	if (leg && heard->type == Q931_CONNECT_ACK)
		isdn_leg_stop_timer(leg, 313);
	else if (leg && heard->type == Q931_STATUS)
		enquiry_hear(leg, heard->call_state);
}

/* What we send */

/* The type that the message will have on the line. */
static uint8_t final_type(const struct isdn_leg *leg, uint8_t type)
{
	if (leg->one_step_on && type == Q931_PROGRESS)
		return Q931_DISCONNECT;
	if (leg->one_step_on && type == Q931_DISCONNECT)
		return Q931_RELEASE;
	return type;
}

static bool carries_uui(struct isdn_leg *leg, uint8_t type)
{
	bool clears =
		type == Q931_DISCONNECT || type == Q931_RELEASE || type == Q931_RELEASE_COMPLETE;

	if (leg->uui_type == UUI_CLEARING && clears)
		leg->uui_type = type;
	return leg->uui_type == type;
}

void events_edit(const struct isdn *isdn, uint16_t reference, uint8_t type, struct q931_edit *edit)
{
	struct isdn_leg *leg;

	edit->progress_location =
		isdn->trunk.config.side == TRUNK_NETWORK ? LOC_PUBLIC_LOCAL : LOC_PRIVATE_LOCAL;
	edit->cause_location = edit->progress_location;
	llist_for_each_entry (leg, &isdn->legs, entry) {
		if (leg->reference != reference || isdn_leg_state(leg) == ST_GONE)
			continue;
		edit->cause_location = leg->location;
		edit->one_step_on = leg->one_step_on;
		/* T305 has run out: the cause of DISCONNECT again (Q.931 5.3.3), where libpri says 16. */
		edit->release_cause = leg->cause;
		edit->not_all_isdn = !leg->all_isdn;
		edit->uui = carries_uui(leg, final_type(leg, type)) ? &leg->uui : NULL;
	}
}
