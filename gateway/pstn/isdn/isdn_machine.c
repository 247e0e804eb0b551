/* The states of an ISDN call between the call's verbs and libpri's functions. What a state does not allow comes
 * too late to matter.
 *
 *   state                 left by                                  to
 *   null                  SETUP from the call                      call initiated
 *   call initiated        SETUP ACKNOWLEDGE                        overlap sending
 *   both                  PROCEEDING / ALERTING / CONNECT          outgoing proceeding / delivered / active
 *   call present          SETUP ACKNOWLEDGE                        overlap receiving
 *   both                  PROCEEDING / ALERTING / CONNECT          incoming proceeding / received / active
 *   all of these, active  DISCONNECT with sound, to the line       disconnect request (T306)
 *                         DISCONNECT with sound, from the line     disconnect indication (T306)
 *                         whatever else clears                     release request or cleared
 *   release request       the call reference is free               cleared
 *   cleared               the termination is subtracted            gone */
#include "pstn/isdn/isdn_machine.h"

#include <osmocom/core/utils.h>

#include "call/cause.h"
#include "pstn/isdn/charge.h"
#include "pstn/isdn/dchannel.h"
#include "pstn/isdn/enquiry.h"
#include "pstn/isdn/hold.h"
#include "pstn/isdn/isdn_clear.h"
#include "pstn/isdn/isdn_messages.h"
#include "pstn/isdn/notify.h"
#include "pstn/isdn/overlap.h"
#include "pstn/isdn/setup.h"
#include "pstn/isdn/transfer.h"

static struct osmo_fsm machine;

/* What changes no state; false when it is something else. */
static bool serve(struct isdn_leg *leg, uint32_t event, const void *data)
{
	const struct leg_msg *msg = data; /* with LEG_ */
	struct leg_msg told;

	switch (event) {
	case LEG_INFORMATION:
		overlap_say_keys(leg, msg->digits);
		return true;
	case LEG_NOTIFY:
		notify_say(leg, msg);
		return true;
	case LEG_CHARGE:
		charge_say(leg, &msg->charge);
		return true;
	case LINE_INFORMATION:
		overlap_hear_keys(leg, data);
		return true;
	case LINE_TELLS:
		told = *msg;
		isdn_leg_say(leg, &told);
		return true;
	case LINE_HOLD:
		hold_hear_hold(leg);
		return true;
	case LINE_RETRIEVE:
		hold_hear_retrieve(leg, data);
		return true;
	default:
		return false;
	}
}

/* Calls that we place */

static void copy_numbers(struct isdn_leg *leg, const struct leg_setup *setup)
{
	osmo_strlcpy(leg->calling, setup->calling.digits, sizeof(leg->calling));
	osmo_strlcpy(leg->called, setup->called.digits, sizeof(leg->called));
	leg->bearer = setup->bearer;
}

/* The call reference as libpri's events and frames have it */
static uint16_t reference_of(struct pri *pri, q931_call *call)
{
	int low;
	int high = pri_get_crv(pri, call, &low);

	return (uint16_t)(0x8000 | high << 3 | low);
}

/* By default the network names the channel, the user has but a wish (Q.931 5.1.2, 5.2.3). */
static bool is_exclusive(const struct isdn_leg *leg)
{
	enum trunk_negotiation negotiation = leg->isdn->trunk.config.negotiation;

	return negotiation == CHANNEL_BY_SIDE ? isdn_leg_is_network(leg)
					      : negotiation == CHANNEL_EXCLUSIVE;
}

/* Gives SETUP to libpri. 0 or the cause why not. */
static unsigned send_setup(struct isdn_leg *leg, const struct leg_setup *setup)
{
	const struct setup_line line = {
		.law = leg->isdn->trunk.spans[0]->law,
		.switch_type = isdn_leg_variant(leg),
		.channel = isdn_leg_pri_channel(leg),
		.exclusive = is_exclusive(leg),
		.network = isdn_leg_is_network(leg),
	};
	struct pri *pri = isdn_leg_pri(leg);
	struct pri_sr *sr;
	unsigned cause = setup_to_line(setup, &line, &sr);

	if (cause)
		return cause;
	leg->q931 = pri_new_call(pri);
	if (leg->q931) {
		leg->reference = reference_of(pri, leg->q931);
		isdn_messages_name(leg);
	}
	if (!leg->q931 || pri_setup(pri, leg->q931, sr))
		cause = CAUSE_CONGESTION;
	pri_sr_free(sr);
	return cause;
}

static void place(struct isdn_leg *leg, const struct leg_msg *msg)
{
	const struct leg_setup *setup = &msg->setup;

	copy_numbers(leg, setup);
	leg->context = setup->context;
	leg->all_isdn = setup->all_isdn;
	leg->incomplete = setup->incomplete;
	isdn_leg_keep_uui(leg, &msg->uui, Q931_SETUP);
	unsigned cause = send_setup(leg, setup);
	if (cause) {
		const struct isdn_line_msg why = {
			.cause = (uint8_t)cause,
			.location = LOC_PRIVATE_LOCAL,
		};
		isdn_clear_gone(leg, LINE_ABORT, &why);
		return;
	}
	leg->isdn->calls_out++;
	isdn_leg_change(leg, ST_CALL_INITIATED);
	trunk_note_use(&leg->isdn->trunk);
}

static void on_null(struct osmo_fsm_inst *fi, uint32_t event, void *data)
{
	const struct leg_msg *msg = data;

	if (event == LEG_SETUP)
		place(fi->priv, msg);
	else
		isdn_clear_event(fi->priv, event, data);
}

/* The verb that the hub hears. One that gave all digits at once does not understand why more are wanted: Q.931
 * 5.1.3 waits then (T304). */
static enum leg_verb verb_of(const struct isdn_leg *leg, uint32_t event)
{
	switch (event) {
	case LINE_SETUP_ACK:
		return leg->incomplete ? LEG_SETUP_ACK : LEG_PROCEEDING;
	case LINE_PROCEEDING:
		return LEG_PROCEEDING;
	case LINE_ALERTING:
		return LEG_ALERTING;
	case LINE_PROGRESS:
		return LEG_PROGRESS;
	default:
		return LEG_CONNECT;
	}
}

static void enter(struct isdn_leg *leg, uint32_t event)
{
	static const enum isdn_state after[] = {
		[LINE_SETUP_ACK] = ST_OVERLAP_SENDING,
		[LINE_PROCEEDING] = ST_OUTGOING_PROCEEDING,
		[LINE_ALERTING] = ST_CALL_DELIVERED,
		[LINE_CONNECT] = ST_ACTIVE,
	};

	if (event != LINE_PROGRESS)
		isdn_leg_change(leg, after[event]);
	else { /* Q.931 5.1.6, 9.2 */
		isdn_leg_stop_timer(leg, 310);
		isdn_leg_stop_timer(leg, 304);
	}
}

/* Its answers carry the channel that is to be, and sound may come with any of them. */
static void on_answer_message(struct isdn_leg *leg, uint32_t event,
			      const struct isdn_line_msg *line)
{
	if (!isdn_leg_accept_channel(leg, line->channel)) {
		/* 6 tells the network (5.2.3.1), 44 lets the hub find another way. */
		isdn_clear_both(leg, CAUSE_CHANNEL_UNACCEPTABLE, CAUSE_CHANNEL_NOT_AVAILABLE);
		return;
	}
	enter(leg, event);
	if (!isdn_leg_attach(leg)) {
		isdn_clear_both(leg, CAUSE_RESOURCE_UNAVAILABLE, CAUSE_RESOURCE_UNAVAILABLE);
		return;
	}
	isdn_leg_say_line(leg, verb_of(leg, event), line);
}

static void on_outgoing(struct osmo_fsm_inst *fi, uint32_t event, void *data)
{
	struct isdn_leg *leg = fi->priv;

	if (event >= LINE_SETUP_ACK && event <= LINE_CONNECT)
		on_answer_message(leg, event, data);
	else if (event == LEG_INFORMATION && fi->state == ST_OVERLAP_SENDING)
		overlap_send(leg, data);
	else if (!serve(leg, event, data))
		isdn_clear_event(leg, event, data);
}

/* Calls that come in */

/* Who calls hears the ringing tone from the network (Q.931 5.2.5.3), that is from us when nobody behind us
 * gives it. Nobody listens to data. */
static void alert(struct isdn_leg *leg, const struct leg_msg *msg)
{
	bool ours = isdn_leg_is_network(leg) && !msg->inband && leg->bearer != LEG_UNRESTRICTED;

	isdn_clear_proceed(leg);
	isdn_leg_keep_uui(leg, &msg->uui, Q931_ALERTING);
	pri_acknowledge(isdn_leg_pri(leg), leg->q931, isdn_leg_pri_channel(leg),
			ours || msg->inband);
	isdn_leg_change(leg, ST_CALL_RECEIVED);
	isdn_leg_play(leg, ours ? TONE_RINGBACK : TONE_NONE);
}

static void progress(struct isdn_leg *leg, const struct leg_msg *msg)
{
	isdn_clear_proceed(leg);
	if (!msg->inband)
		return; /* libpri knows no other progress indicator to send */
	isdn_leg_play(leg, TONE_NONE);
	leg->location = msg->location;
	if (msg->cause)
		pri_progress_with_cause(isdn_leg_pri(leg), leg->q931, isdn_leg_pri_channel(leg), 1,
					(int)isdn_clear_told(leg, msg->cause));
	else
		pri_progress(isdn_leg_pri(leg), leg->q931, isdn_leg_pri_channel(leg), 1);
}

/* Q.931 5.2.8: the user's CONNECT. In QSIG libpri does not wait for the acknowledgement. */
static bool awaits_ack(const struct isdn_leg *leg)
{
	return !isdn_leg_is_network(leg) && isdn_leg_variant(leg) != PRI_SWITCH_QSIG;
}

static void answer(struct isdn_leg *leg, const struct leg_msg *msg)
{
	isdn_clear_proceed(leg);
	isdn_leg_play(leg, TONE_NONE);
	notify_say_connected(leg, &msg->party);
	isdn_leg_keep_uui(leg, &msg->uui, Q931_CONNECT);
	pri_answer(isdn_leg_pri(leg), leg->q931, isdn_leg_pri_channel(leg), 0);
	isdn_leg_change(leg, ST_ACTIVE);
	if (awaits_ack(leg))
		isdn_leg_run_timer(leg, 313);
	transfer_offer(leg);
}

static void on_incoming(struct osmo_fsm_inst *fi, uint32_t event, void *data)
{
	struct isdn_leg *leg = fi->priv;

	if (event <= LEG_CONNECT && (event == LEG_CONNECT || !isdn_leg_is_one_of_many(leg)) &&
	    !isdn_leg_attach(leg))
		event = MEDIA_FAILED;
	switch (event) {
	case LEG_SETUP_ACK:
		overlap_ask(leg, data);
		break;
	case LEG_PROCEEDING:
		isdn_clear_proceed(leg);
		isdn_leg_play(leg, TONE_NONE);
		break;
	case LEG_ALERTING:
		alert(leg, data);
		break;
	case LEG_PROGRESS:
		progress(leg, data);
		break;
	case LEG_CONNECT:
		answer(leg, data);
		break;
	case LINE_INFORMATION:
		if (fi->state == ST_OVERLAP_RECEIVING)
			overlap_hear(leg, data);
		else
			overlap_hear_keys(leg, data);
		break;
	default:
		if (!serve(leg, event, data))
			isdn_clear_event(leg, event, data);
	}
}

/* The later states */

static void on_active(struct osmo_fsm_inst *fi, uint32_t event, void *data)
{
	struct isdn_leg *leg = fi->priv;

	if (event == MEDIA_GONE)
		hold_free_channel(leg);
	else if (!serve(leg, event, data))
		isdn_clear_event(leg, event, data);
}

/* Sound is heard while the call clears. A DISCONNECT now ends it. */
static void on_disconnecting(struct osmo_fsm_inst *fi, uint32_t event, void *data)
{
	if (event == LEG_DISCONNECT)
		isdn_clear_by_hub(fi->priv, data);
	else
		isdn_clear_event(fi->priv, event, data);
}

static void on_release_request(struct osmo_fsm_inst *fi, uint32_t event, void *data)
{
	struct isdn_leg *leg = fi->priv;

	if (event == LINE_DISCONNECT) /* both cleared at once (Q.931 5.3.5) */
		pri_hangup(isdn_leg_pri(leg), leg->q931,
			   (int)isdn_clear_sendable(((struct isdn_line_msg *)data)->cause));
	else if (event != MEDIA_GONE && event != MEDIA_FAILED)
		isdn_clear_gone(leg, event, data);
}

static void on_cleared(struct osmo_fsm_inst *fi, uint32_t event, void *data)
{
	(void)event, (void)data;
	isdn_leg_settle(fi->priv);
}

static int on_timer(struct osmo_fsm_inst *fi)
{
	struct isdn_leg *leg = fi->priv;

	LOGLEG(leg, LOGL_INFO, "T%d expired\n", fi->T);
	switch (fi->T) {
	case 301: /* Q.931 5.2.5.3: the caller hears 19, the called one 102 */
		isdn_clear_both(leg, leg->incoming ? CAUSE_NO_ANSWER : CAUSE_RECOVERY_ON_TIMER,
				CAUSE_NO_ANSWER);
		break;
	case 302:
		overlap_expire(leg);
		break;
	case 304: /* Q.931 5.2.4 */
		isdn_clear_both(leg, CAUSE_RECOVERY_ON_TIMER, CAUSE_INVALID_NUMBER);
		break;
	case 310: /* Q.931 5.2.5.3 of the network */
		isdn_clear_both(leg, CAUSE_RECOVERY_ON_TIMER,
				isdn_leg_is_network(leg) ? CAUSE_NO_USER_RESPONSE
							 : CAUSE_RECOVERY_ON_TIMER);
		break;
	case 313:
		isdn_clear_both(leg, CAUSE_RECOVERY_ON_TIMER, CAUSE_RECOVERY_ON_TIMER);
		break;
	case 322:
		enquiry_expire(leg);
		break;
	default: /* 306 */
		isdn_clear_both(leg, leg->cause, leg->cause);
	}
	dchannel_kick(leg->isdn->dchannel);
	return 0;
}

struct isdn_leg *isdn_machine_seize(struct isdn *isdn, unsigned channel)
{
	return isdn_leg_new(isdn, channel, &machine);
}

bool isdn_machine_ring(struct isdn *isdn, const pri_event_ring *ring,
		       const struct q931_heard *heard, unsigned channel)
{
	struct isdn_leg *leg = isdn_leg_new(isdn, channel, &machine);
	struct leg_msg msg = { .verb = LEG_SETUP };

	if (!leg)
		return false;
	leg->incoming = true;
	leg->q931 = ring->call;
	leg->reference = dchannel_reference(isdn->dchannel, ring->cref);
	isdn_messages_name(leg);
	isdn_leg_change(leg, ST_CALL_PRESENT);
	unsigned cause = setup_of_ring(ring, &msg.setup);
	copy_numbers(leg, &msg.setup);
	leg->incomplete = isdn->trunk.config.overlap_receiving && !ring->complete;
	msg.setup.incomplete = leg->incomplete;
	if (heard)
		msg.uui = heard->uui;
	isdn->calls_in++;
	trunk_note_use(&isdn->trunk);
	if (cause) {
		isdn_clear_both(leg, cause, cause);
		return true;
	}
	/* The hub answers at once, and its answer must go out before the peer clears: libpri forgets calls
	 * without one silently. */
	isdn_leg_say(leg, &msg);
	if (isdn_leg_state(leg) != ST_CALL_PRESENT)
		charge_refuse_all(leg, ring->subcmds);
	return true;
}

#define S(x) (1U << (x))
#define ENDS                                                                                       \
	(S(LEG_DISCONNECT) | S(LEG_RELEASE) | S(LINE_DISCONNECT) | S(LINE_RELEASE) |               \
	 S(LINE_CLEARED) | S(LINE_ABORT) | S(LINE_CUT) | S(MEDIA_FAILED))
#define TO_END                                                                                     \
	(S(ST_DISCONNECT_REQUEST) | S(ST_DISCONNECT_INDICATION) | S(ST_RELEASE_REQUEST) |          \
	 S(ST_CLEARED))
#define LINE_ANSWERS (S(LINE_PROCEEDING) | S(LINE_ALERTING) | S(LINE_PROGRESS) | S(LINE_CONNECT))
#define LEG_ANSWERS (S(LEG_PROCEEDING) | S(LEG_ALERTING) | S(LEG_PROGRESS) | S(LEG_CONNECT))
#define SERVICES                                                                                   \
	(S(LEG_INFORMATION) | S(LEG_NOTIFY) | S(LEG_CHARGE) | S(LINE_INFORMATION) |                \
	 S(LINE_TELLS) | S(LINE_HOLD) | S(LINE_RETRIEVE))

static const struct osmo_fsm_state states[] = {
	[ST_NULL] = {
		.name = "null",
		.in_event_mask = S(LEG_SETUP) | S(LEG_DISCONNECT) | S(LEG_RELEASE) | S(LINE_ABORT) |
				 S(LINE_CUT),
		.out_state_mask = S(ST_CALL_INITIATED) | S(ST_CALL_PRESENT) | S(ST_CLEARED),
		.action = on_null,
	},
	[ST_CALL_INITIATED] = {
		.name = "call initiated",
		.in_event_mask = S(LINE_SETUP_ACK) | LINE_ANSWERS | S(LINE_TELLS) | ENDS,
		.out_state_mask = S(ST_OVERLAP_SENDING) | S(ST_OUTGOING_PROCEEDING) |
				  S(ST_CALL_DELIVERED) | S(ST_ACTIVE) | TO_END,
		.action = on_outgoing,
	},
	[ST_OVERLAP_SENDING] = {
		.name = "overlap sending",
		.in_event_mask = LINE_ANSWERS | SERVICES | ENDS,
		.out_state_mask = S(ST_OVERLAP_SENDING) | S(ST_OUTGOING_PROCEEDING) |
				  S(ST_CALL_DELIVERED) | S(ST_ACTIVE) | TO_END,
		.action = on_outgoing,
	},
	[ST_OUTGOING_PROCEEDING] = {
		.name = "outgoing call proceeding",
		.in_event_mask = LINE_ANSWERS | SERVICES | ENDS,
		.out_state_mask = S(ST_OUTGOING_PROCEEDING) | S(ST_CALL_DELIVERED) | S(ST_ACTIVE) |
				  TO_END,
		.action = on_outgoing,
	},
	[ST_CALL_DELIVERED] = {
		.name = "call delivered",
		.in_event_mask = S(LINE_PROGRESS) | S(LINE_CONNECT) | SERVICES | ENDS,
		.out_state_mask = S(ST_ACTIVE) | TO_END,
		.action = on_outgoing,
	},
	[ST_CALL_PRESENT] = {
		.name = "call present",
		.in_event_mask = S(LEG_SETUP_ACK) | LEG_ANSWERS | S(LEG_NOTIFY) | S(LEG_CHARGE) |
				 ENDS,
		.out_state_mask = S(ST_OVERLAP_RECEIVING) | S(ST_INCOMING_PROCEEDING) | TO_END,
		.action = on_incoming,
	},
	[ST_OVERLAP_RECEIVING] = {
		.name = "overlap receiving",
		.in_event_mask = LEG_ANSWERS | SERVICES | ENDS,
		.out_state_mask = S(ST_OVERLAP_RECEIVING) | S(ST_INCOMING_PROCEEDING) | TO_END,
		.action = on_incoming,
	},
	[ST_INCOMING_PROCEEDING] = {
		.name = "incoming call proceeding",
		.in_event_mask = LEG_ANSWERS | SERVICES | ENDS,
		.out_state_mask = S(ST_CALL_RECEIVED) | S(ST_ACTIVE) | TO_END,
		.action = on_incoming,
	},
	[ST_CALL_RECEIVED] = {
		.name = "call received",
		.in_event_mask = S(LEG_PROGRESS) | S(LEG_CONNECT) | SERVICES | ENDS,
		.out_state_mask = S(ST_ACTIVE) | TO_END,
		.action = on_incoming,
	},
	[ST_ACTIVE] = {
		.name = "active",
		.in_event_mask = SERVICES | S(MEDIA_GONE) | ENDS,
		.out_state_mask = TO_END,
		.action = on_active,
	},
	[ST_DISCONNECT_REQUEST] = {
		.name = "disconnect request",
		.in_event_mask = ENDS,
		.out_state_mask = S(ST_RELEASE_REQUEST) | S(ST_CLEARED),
		.action = on_disconnecting,
	},
	[ST_DISCONNECT_INDICATION] = {
		.name = "disconnect indication",
		.in_event_mask = ENDS,
		.out_state_mask = S(ST_RELEASE_REQUEST) | S(ST_CLEARED),
		.action = on_disconnecting,
	},
	[ST_RELEASE_REQUEST] = {
		.name = "release request",
		.in_event_mask = S(LINE_DISCONNECT) | S(LINE_RELEASE) | S(LINE_CLEARED) |
				 S(LINE_ABORT) | S(LINE_CUT) | S(MEDIA_FAILED) | S(MEDIA_GONE),
		.out_state_mask = S(ST_CLEARED),
		.action = on_release_request,
	},
	[ST_CLEARED] = {
		.name = "cleared",
		.in_event_mask = S(MEDIA_FAILED) | S(MEDIA_GONE),
		.out_state_mask = S(ST_GONE),
		.action = on_cleared,
	},
	[ST_GONE] = {
		.name = "gone",
	},
};

static const struct value_string event_names[] = {
	{ LEG_SETUP, "SETUP from the call" },
	{ LEG_SETUP_ACK, "SETUP ACKNOWLEDGE from the call" },
	{ LEG_INFORMATION, "INFORMATION from the call" },
	{ LEG_NOTIFY, "NOTIFY from the call" },
	{ LEG_CHARGE, "a charge from the call" },
	{ LINE_SETUP_ACK, "SETUP ACKNOWLEDGE from the line" },
	{ LINE_INFORMATION, "INFORMATION from the line" },
	{ LINE_TELLS, "news from the line" },
	{ LINE_HOLD, "HOLD from the line" },
	{ LINE_RETRIEVE, "RETRIEVE from the line" },
	{ LEG_PROCEEDING, "PROCEEDING from the call" },
	{ LEG_ALERTING, "ALERTING from the call" },
	{ LEG_PROGRESS, "PROGRESS from the call" },
	{ LEG_CONNECT, "CONNECT from the call" },
	{ LEG_DISCONNECT, "DISCONNECT from the call" },
	{ LEG_RELEASE, "RELEASE from the call" },
	{ LINE_PROCEEDING, "PROCEEDING from the line" },
	{ LINE_ALERTING, "ALERTING from the line" },
	{ LINE_PROGRESS, "PROGRESS from the line" },
	{ LINE_CONNECT, "CONNECT from the line" },
	{ LINE_DISCONNECT, "DISCONNECT from the line" },
	{ LINE_RELEASE, "RELEASE from the line" },
	{ LINE_CLEARED, "the call reference is free" },
	{ LINE_ABORT, "the call reference is void" },
	{ LINE_CUT, "the line is cut" },
	{ MEDIA_FAILED, "termination failed" },
	{ MEDIA_GONE, "termination subtracted" },
	{ 0, NULL }
};

static struct osmo_fsm machine = {
	.name = "isdn",
	.states = states,
	.num_states = ARRAY_SIZE(states),
	.timer_cb = on_timer,
	.log_subsys = DISDN,
	.event_names = event_names,
};

static __attribute__((constructor)) void register_fsm(void)
{
	OSMO_ASSERT(osmo_fsm_register(&machine) == 0);
}
