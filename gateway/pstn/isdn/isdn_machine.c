/* The states of an ISDN call between the call's verbs and libpri's functions. What a state does not allow comes
 * too late to matter.
 *
 *   state                 left by                                  to
 *   null                  SETUP from the call                      call initiated
 *   call initiated        PROCEEDING / ALERTING / CONNECT          outgoing proceeding / delivered / active
 *   call present          PROCEEDING / ALERTING / CONNECT          incoming proceeding / received / active
 *   all of these, active  DISCONNECT with sound, to the line       disconnect request (T306)
 *                         DISCONNECT with sound, from the line     disconnect indication (T306)
 *                         whatever else clears                     release request or cleared
 *   release request       the call reference is free               cleared
 *   cleared               the termination is subtracted            gone */
#include "pstn/isdn/isdn_machine.h"

#include <osmocom/core/utils.h>

#include "call/cause.h"
#include "pstn/isdn/dchannel.h"
#include "pstn/isdn/isdn_clear.h"
#include "pstn/isdn/numbers.h"

static struct osmo_fsm machine;

static void say(struct isdn_leg *leg, enum leg_verb verb, bool inband)
{
	struct leg_msg msg = { .verb = verb, .inband = inband };

	isdn_leg_say(leg, &msg);
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

/* Gives SETUP to libpri. 0 or the cause why not. The network names the channel, the user has but a wish (Q.931
 * 5.1.2, 5.2.3). */
static unsigned send_setup(struct isdn_leg *leg, const struct leg_setup *setup)
{
	struct pri *pri = isdn_leg_pri(leg);
	struct pri_sr *sr;
	unsigned cause = numbers_to_setup(setup, leg->isdn->trunk.span->law, leg->timeslot,
					  isdn_leg_is_network(leg), &sr);

	if (cause)
		return cause;
	leg->q931 = pri_new_call(pri);
	if (leg->q931)
		leg->reference = reference_of(pri, leg->q931);
	if (!leg->q931 || pri_setup(pri, leg->q931, sr))
		cause = CAUSE_CONGESTION;
	pri_sr_free(sr);
	return cause;
}

static void place(struct isdn_leg *leg, const struct leg_setup *setup)
{
	copy_numbers(leg, setup);
	leg->context = setup->context;
	leg->all_isdn = setup->all_isdn;
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
}

static void on_null(struct osmo_fsm_inst *fi, uint32_t event, void *data)
{
	const struct leg_msg *msg = data;

	if (event == LEG_SETUP)
		place(fi->priv, &msg->setup);
	else
		isdn_clear_event(fi->priv, event, data);
}

/* Its answers carry the channel that is to be, and sound may come with any of them. */
static void on_answer_message(struct isdn_leg *leg, uint32_t event,
			      const struct isdn_line_msg *line)
{
	static const struct {
		enum isdn_state state;
		enum leg_verb verb;
	} after[] = {
		[LINE_PROCEEDING] = { ST_OUTGOING_PROCEEDING, LEG_PROCEEDING },
		[LINE_ALERTING] = { ST_CALL_DELIVERED, LEG_ALERTING },
		[LINE_CONNECT] = { ST_ACTIVE, LEG_CONNECT },
	};

	if (!isdn_leg_accept_channel(leg, line->channel)) {
		/* 6 tells the network (5.2.3.1), 44 lets the hub find another way. */
		isdn_clear_both(leg, CAUSE_CHANNEL_UNACCEPTABLE, CAUSE_CHANNEL_NOT_AVAILABLE);
		return;
	}
	if (event != LINE_PROGRESS)
		isdn_leg_change(leg, after[event].state);
	else if (leg->fi->T == 310)
		osmo_timer_del(&leg->fi->timer); /* Q.931 5.1.6 */
	if (!isdn_leg_attach(leg)) {
		isdn_clear_both(leg, CAUSE_RESOURCE_UNAVAILABLE, CAUSE_RESOURCE_UNAVAILABLE);
		return;
	}
	if (event == LINE_PROGRESS)
		isdn_leg_say_line(leg, LEG_PROGRESS, line);
	else
		say(leg, after[event].verb, line->inband);
}

static void on_outgoing(struct osmo_fsm_inst *fi, uint32_t event, void *data)
{
	if (event >= LINE_PROCEEDING && event <= LINE_CONNECT)
		on_answer_message(fi->priv, event, data);
	else
		isdn_clear_event(fi->priv, event, data);
}

/* Calls that come in */

/* Who calls hears the ringing tone from the network (Q.931 5.2.5.3), that is from us when nobody behind us
 * gives it. */
static void alert(struct isdn_leg *leg, const struct leg_msg *msg)
{
	bool ours = isdn_leg_is_network(leg) && !msg->inband;

	isdn_clear_proceed(leg);
	pri_acknowledge(isdn_leg_pri(leg), leg->q931, leg->timeslot, ours || msg->inband);
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
		pri_progress_with_cause(isdn_leg_pri(leg), leg->q931, leg->timeslot, 1,
					(int)isdn_clear_sendable(msg->cause));
	else
		pri_progress(isdn_leg_pri(leg), leg->q931, leg->timeslot, 1);
}

static void on_incoming(struct osmo_fsm_inst *fi, uint32_t event, void *data)
{
	struct isdn_leg *leg = fi->priv;

	if (event <= LEG_CONNECT && !isdn_leg_attach(leg))
		event = MEDIA_FAILED;
	switch (event) {
	case LEG_PROCEEDING:
		isdn_clear_proceed(leg);
		break;
	case LEG_ALERTING:
		alert(leg, data);
		break;
	case LEG_PROGRESS:
		progress(leg, data);
		break;
	case LEG_CONNECT:
		isdn_leg_play(leg, TONE_NONE);
		pri_answer(isdn_leg_pri(leg), leg->q931, leg->timeslot, 0);
		isdn_leg_change(leg, ST_ACTIVE);
		break;
	default:
		isdn_clear_event(leg, event, data);
	}
}

/* The later states */

static void on_active(struct osmo_fsm_inst *fi, uint32_t event, void *data)
{
	isdn_clear_event(fi->priv, event, data);
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
	if (fi->T == 301)
		isdn_clear_both(leg, CAUSE_NO_ANSWER, CAUSE_NO_ANSWER);
	else if (fi->T == 310)
		isdn_clear_both(leg, CAUSE_RECOVERY_ON_TIMER, CAUSE_RECOVERY_ON_TIMER);
	else
		isdn_clear_both(leg, leg->cause, leg->cause);
	dchannel_kick(leg->isdn->dchannel);
	return 0;
}

struct isdn_leg *isdn_machine_seize(struct isdn *isdn, unsigned timeslot)
{
	return isdn_leg_new(isdn, timeslot, &machine);
}

bool isdn_machine_ring(struct isdn *isdn, const pri_event_ring *ring, unsigned timeslot)
{
	struct isdn_leg *leg = isdn_leg_new(isdn, timeslot, &machine);
	struct leg_msg msg = { .verb = LEG_SETUP };

	if (!leg)
		return false;
	leg->incoming = true;
	leg->q931 = ring->call;
	leg->reference = (uint16_t)ring->cref;
	isdn_leg_change(leg, ST_CALL_PRESENT);
	unsigned cause = numbers_of_ring(ring, &msg.setup);
	copy_numbers(leg, &msg.setup);
	isdn->calls_in++;
	if (cause) {
		isdn_clear_both(leg, cause, cause);
		return true;
	}
	/* The hub answers at once, and its answer must go out before the peer clears: libpri forgets calls
	 * without one silently. */
	isdn_leg_say(leg, &msg);
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
		.in_event_mask = LINE_ANSWERS | ENDS,
		.out_state_mask = S(ST_OUTGOING_PROCEEDING) | S(ST_CALL_DELIVERED) | S(ST_ACTIVE) |
				  TO_END,
		.action = on_outgoing,
	},
	[ST_OUTGOING_PROCEEDING] = {
		.name = "outgoing call proceeding",
		.in_event_mask = LINE_ANSWERS | ENDS,
		.out_state_mask = S(ST_OUTGOING_PROCEEDING) | S(ST_CALL_DELIVERED) | S(ST_ACTIVE) |
				  TO_END,
		.action = on_outgoing,
	},
	[ST_CALL_DELIVERED] = {
		.name = "call delivered",
		.in_event_mask = S(LINE_PROGRESS) | S(LINE_CONNECT) | ENDS,
		.out_state_mask = S(ST_ACTIVE) | TO_END,
		.action = on_outgoing,
	},
	[ST_CALL_PRESENT] = {
		.name = "call present",
		.in_event_mask = LEG_ANSWERS | ENDS,
		.out_state_mask = S(ST_INCOMING_PROCEEDING) | TO_END,
		.action = on_incoming,
	},
	[ST_INCOMING_PROCEEDING] = {
		.name = "incoming call proceeding",
		.in_event_mask = LEG_ANSWERS | ENDS,
		.out_state_mask = S(ST_CALL_RECEIVED) | S(ST_ACTIVE) | TO_END,
		.action = on_incoming,
	},
	[ST_CALL_RECEIVED] = {
		.name = "call received",
		.in_event_mask = S(LEG_PROGRESS) | S(LEG_CONNECT) | ENDS,
		.out_state_mask = S(ST_ACTIVE) | TO_END,
		.action = on_incoming,
	},
	[ST_ACTIVE] = {
		.name = "active",
		.in_event_mask = ENDS,
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

static const struct value_string event_names[] = { { LEG_SETUP, "SETUP from the call" },
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
						   { 0, NULL } };

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
