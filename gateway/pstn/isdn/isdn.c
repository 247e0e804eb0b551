/* The ISDN trunk: its D channel and span, libpri's events to the legs they concern, channel selection for
 * calls that come in (Q.931 5.1.2, 5.2.3, 5.7), alarms and RESTART. */
#include "pstn/isdn/isdn.h"

#include <errno.h>
#include <string.h>

#include <osmocom/core/talloc.h>
#include <osmocom/core/utils.h>

#include "call/call.h"
#include "call/cause.h"
#include "mg/mg.h"
#include "pstn/capture.h"
#include "pstn/isdn/dchannel.h"
#include "pstn/isdn/instance.h"
#include "pstn/isdn/isdn_leg.h"
#include "pstn/isdn/isdn_machine.h"

enum {
	/* An alarm shorter than this does no harm but to the sound; a longer one clears the calls. Q.921
	 * alone would notice after T203 and four times T200, 14 s. */
	ALARM_PERSISTS_S = 2,
};

static struct isdn *isdn_of(const struct trunk *trunk)
{
	return (struct isdn *)trunk;
}

/* Timers. Those that libpri has go to it, in milliseconds; T301, T306 and T310 are the legs'. */

static void set_timers(struct isdn *isdn)
{
	const struct trunk_timers *set = &isdn->trunk.config.timers;
	const bool network = isdn->trunk.config.side == TRUNK_NETWORK;
	const struct osmo_tdef tdefs[ISDN_TDEFS] = {
		{ .T = 301, .val = set->t301 ? set->t301 : 180, .desc = "ALERTING to CONNECT" },
		{ .T = 306, .val = set->t306 ? set->t306 : 30, .desc = "DISCONNECT to RELEASE" },
		/* ETSI EN 300 403-1 9: network 30 to 40 s, user 30 to 120 s */
		{ .T = 310,
		  .val = set->t310 ? set->t310
			 : network ? 35
				   : 60,
		  .desc = "PROCEEDING" },
		{}
	};
	const struct {
		enum PRI_TIMERS_AND_COUNTERS timer;
		unsigned seconds;
	} theirs[] = {
		{ PRI_TIMER_T303, set->t303 ? set->t303 : 4 },
		{ PRI_TIMER_T305, set->t305 ? set->t305 : 30 },
		{ PRI_TIMER_T308, set->t308 ? set->t308 : 4 },
		{ PRI_TIMER_T309, set->t309 ? set->t309 : 90 },
		{ PRI_TIMER_T313, set->t313 ? set->t313 : 4 },
	};

	memcpy(isdn->tdefs, tdefs, sizeof(tdefs));
	for (size_t i = 0; i < ARRAY_SIZE(theirs); i++)
		pri_set_timer(dchannel_pri(isdn->dchannel), theirs[i].timer,
			      (int)theirs[i].seconds * 1000);
}

static void isdn_retune(struct trunk *trunk, const struct trunk_config *config)
{
	trunk->config = *config;
	set_timers(isdn_of(trunk));
}

/* Legs */

static struct isdn_leg *find_call(const struct isdn *isdn, const q931_call *call)
{
	struct isdn_leg *leg;

	llist_for_each_entry (leg, &isdn->legs, entry) {
		if (leg->q931 == call)
			return leg;
	}
	return NULL;
}

static void reap(void *data)
{
	struct isdn *isdn = data;
	struct isdn_leg *leg, *next;

	llist_for_each_entry_safe (leg, next, &isdn->legs, entry) {
		if (isdn_leg_state(leg) == ST_GONE)
			isdn_leg_free(leg);
	}
}

static void end_all(struct isdn *isdn, enum isdn_event verb, uint8_t cause)
{
	const struct isdn_line_msg msg = { .cause = cause, .location = LOC_PRIVATE_LOCAL };
	struct isdn_leg *leg;

	llist_for_each_entry (leg, &isdn->legs, entry)
		isdn_leg_dispatch(leg, verb, &msg);
}

/* Channel selection */

/* A timeslot for the call that comes in, or 0 and the cause why not. */
static unsigned select_channel(struct isdn *isdn, const pri_event_ring *ring, unsigned *cause)
{
	unsigned wanted = (unsigned)ring->channel & 0xff;
	bool any = ring->channel < 0 || !wanted || wanted == 0xff;
	struct isdn_leg *holder =
		!any && instance_has(isdn, wanted) ? isdn->channels[wanted] : NULL;

	if (!any && instance_has(isdn, wanted) && !holder)
		return wanted;
	/* 5.7: in a conflict the network's call keeps the channel. */
	if (holder && isdn_leg_is_displaceable(holder)) {
		isdn_leg_displace(holder);
		return wanted;
	}
	if (!any && !ring->flexible) {
		*cause = holder ? CAUSE_CHANNEL_NOT_AVAILABLE : CAUSE_NO_SUCH_CHANNEL;
		return 0;
	}
	*cause = CAUSE_NO_CIRCUIT;
	return instance_hunt(isdn);
}

/* RELEASE COMPLETE, for each of these causes (5.3.2 a). */
static void refuse(struct isdn *isdn, const pri_event_ring *ring, unsigned cause)
{
	LOGISDN(isdn, LOGL_NOTICE, "call to %s refused, cause %u %s\n", ring->callednum, cause,
		cause_name(cause));
	pri_hangup(dchannel_pri(isdn->dchannel), ring->call, (int)cause);
}

static void on_ring(struct isdn *isdn, const pri_event_ring *ring)
{
	unsigned cause = 0;
	unsigned timeslot = select_channel(isdn, ring, &cause);

	if (!timeslot)
		refuse(isdn, ring, cause);
	else if (!isdn_machine_ring(isdn, ring, timeslot))
		refuse(isdn, ring, CAUSE_NO_CIRCUIT);
}

/* Q.931 5.5: the peer starts one channel, or all, afresh. libpri has acknowledged. */
static void on_restart(struct isdn *isdn, int channel)
{
	const struct isdn_line_msg msg = {
		.cause = CAUSE_TEMPORARY_FAILURE,
		.location = LOC_PRIVATE_LOCAL,
	};
	unsigned timeslot = (unsigned)channel & 0xff;

	LOGISDN(isdn, LOGL_NOTICE, "RESTART from the line, channel %d\n", channel);
	if (channel < 0 || timeslot == 0xff)
		end_all(isdn, LINE_ABORT, CAUSE_TEMPORARY_FAILURE);
	else if (instance_has(isdn, timeslot) && isdn->channels[timeslot])
		isdn_leg_dispatch(isdn->channels[timeslot], LINE_ABORT, &msg);
}

/* libpri's events */

/* Progress indicator 8 says that there is sound, 1 that there may be (Q.931 5.1.3, 5.1.6). */
static bool is_inband(int progress_mask)
{
	return progress_mask & (PRI_PROG_INBAND_AVAILABLE | PRI_PROG_CALL_NOT_E2E_ISDN);
}

/* When T303 has run out twice, Q.931 wants 102 from the user (5.1.1) and 18 from the network (5.2.5.3);
 * libpri says 18 for both. */
static uint8_t clearing_cause(const struct isdn *isdn, int cause, bool has_message)
{
	if (cause <= 0 || cause > 127)
		return CAUSE_NORMAL_UNSPECIFIED;
	if (!has_message && cause == PRI_CAUSE_NO_USER_RESPONSE &&
	    isdn->trunk.config.side == TRUNK_USER)
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
	};

	if (leg)
		isdn_leg_dispatch(leg, verb, &msg);
	else if (verb != LINE_CLEARED) /* nobody's call */
		pri_hangup(dchannel_pri(isdn->dchannel), event->call, msg.cause);
}

static void on_progress(const struct isdn *isdn, const pri_event_proceeding *event,
			const struct q931_heard *heard)
{
	struct isdn_leg *leg = find_call(isdn, event->call);
	bool has_cause = event->e == PRI_EVENT_PROGRESS && event->cause > 0;
	const struct isdn_line_msg msg = {
		.channel = event->channel,
		.inband = is_inband(event->progressmask),
		.cause = has_cause ? (uint8_t)event->cause : 0,
		.location = has_cause && heard ? heard->location : 0,
	};

	if (leg)
		isdn_leg_dispatch(leg,
				  event->e == PRI_EVENT_PROGRESS ? LINE_PROGRESS : LINE_PROCEEDING,
				  &msg);
}

static void on_answer(const struct isdn *isdn, enum isdn_event verb, const q931_call *call,
		      int channel, int progress_mask)
{
	struct isdn_leg *leg = find_call(isdn, call);
	const struct isdn_line_msg msg = {
		.channel = channel,
		.inband = is_inband(progress_mask),
	};

	if (leg)
		isdn_leg_dispatch(leg, verb, &msg);
}

static void on_link(struct isdn *isdn, bool up)
{
	LOGISDN(isdn, LOGL_NOTICE, "D channel %s\n", up ? "up" : "down");
	isdn->same_side = false;
	isdn->flaps += !up;
}

static void on_config_error(struct isdn *isdn, const pri_event_error *event)
{
	if (!isdn->same_side)
		LOGISDN(isdn, LOGL_ERROR, "D channel stays down: %s\n", event->err);
	isdn->same_side = true;
}

static void on_event(void *data, const pri_event *event, const struct q931_heard *heard)
{
	struct isdn *isdn = data;

	switch (event->e) {
	case PRI_EVENT_DCHAN_UP:
	case PRI_EVENT_DCHAN_DOWN:
		on_link(isdn, event->e == PRI_EVENT_DCHAN_UP);
		break;
	case PRI_EVENT_CONFIG_ERR:
		on_config_error(isdn, &event->err);
		break;
	case PRI_EVENT_RESTART:
		on_restart(isdn, event->restart.channel);
		break;
	case PRI_EVENT_RING:
		on_ring(isdn, &event->ring);
		break;
	case PRI_EVENT_SETUP_ACK: /* it has all digits already: nothing to add */
		on_answer(isdn, LINE_PROCEEDING, event->setup_ack.call, event->setup_ack.channel,
			  event->setup_ack.progressmask);
		break;
	case PRI_EVENT_PROCEEDING:
	case PRI_EVENT_PROGRESS:
		on_progress(isdn, &event->proceeding, heard);
		break;
	case PRI_EVENT_RINGING:
		on_answer(isdn, LINE_ALERTING, event->ringing.call, event->ringing.channel,
			  event->ringing.progressmask);
		break;
	case PRI_EVENT_ANSWER:
		on_answer(isdn, LINE_CONNECT, event->answer.call, event->answer.channel,
			  event->answer.progressmask);
		break;
	case PRI_EVENT_HANGUP_REQ:
		on_clearing(isdn, &event->hangup, LINE_DISCONNECT, heard);
		break;
	case PRI_EVENT_HANGUP:
		on_clearing(isdn, &event->hangup, LINE_RELEASE, heard);
		break;
	case PRI_EVENT_HANGUP_ACK:
		on_clearing(isdn, &event->hangup, LINE_CLEARED, heard);
		break;
	}
}

static void on_send(void *data, uint16_t reference, struct q931_edit *edit)
{
	const struct isdn *isdn = data;
	const struct isdn_leg *leg;

	edit->progress_location =
		isdn->trunk.config.side == TRUNK_NETWORK ? LOC_PUBLIC_LOCAL : LOC_PRIVATE_LOCAL;
	edit->cause_location = edit->progress_location;
	llist_for_each_entry (leg, &isdn->legs, entry) {
		if (leg->reference != reference || isdn_leg_state(leg) == ST_GONE)
			continue;
		edit->cause_location = leg->location;
		edit->one_step_on = leg->one_step_on;
		edit->not_all_isdn = !leg->all_isdn;
	}
}

static const char *name(void *data)
{
	return ((struct isdn *)data)->trunk.config.name;
}

static void on_trace(void *data, bool sent, const uint8_t *frame, size_t len)
{
	const struct isdn *isdn = data;

	capture_frame(isdn->trunk.env->capture, isdn->trunk.config.side == TRUNK_NETWORK, sent,
		      frame, len);
}

static const struct dchannel_user dchannel_user = {
	.name = name,
	.on_event = on_event,
	.on_send = on_send,
	.on_trace = on_trace,
};

/* The span */

static void on_frame(void *data, unsigned timeslot, const uint8_t *frame, size_t len)
{
	struct isdn *isdn = data;

	if (isdn->dchannel && timeslot == isdn->trunk.config.d_timeslot)
		dchannel_receive(isdn->dchannel, frame, len);
}

static void on_alarm(void *data, unsigned alarms)
{
	struct isdn *isdn = data;

	if (alarms && !isdn->alarms)
		osmo_timer_schedule(&isdn->alarm_timer, ALARM_PERSISTS_S, 0);
	else if (!alarms)
		osmo_timer_del(&isdn->alarm_timer);
	if (alarms != isdn->alarms)
		LOGISDN(isdn, LOGL_NOTICE, "span %s %s\n", isdn->trunk.span->name,
			alarms ? "in alarm" : "restored");
	isdn->alarms = alarms;
}

static const struct tdm_listener listener = {
	.on_frame = on_frame,
	.on_alarm = on_alarm,
};

/* Q.931 5.8.9 clears with 27 when the data link does not come back; a dead span says so sooner. */
static void on_alarm_persists(void *data)
{
	struct isdn *isdn = data;

	if (!llist_empty(&isdn->legs))
		LOGISDN(isdn, LOGL_NOTICE, "the alarm persists: calls are cleared\n");
	end_all(isdn, LINE_CUT, CAUSE_DESTINATION_OUT_OF_ORDER);
}

/* The trunk */

static void stop(struct isdn *isdn)
{
	const struct trunk *trunk = &isdn->trunk;

	osmo_timer_del(&isdn->alarm_timer);
	osmo_timer_del(&isdn->reap_timer);
	mg_detach(trunk->env->mg, trunk->span);
	tdm_listen(trunk->span, NULL, NULL);
	if (isdn->dchannel)
		dchannel_close(isdn->dchannel);
	trunk->span->driver->hdlc_enable(trunk->span, trunk->config.d_timeslot, false);
	talloc_free(isdn);
}

static struct trunk *isdn_open(void *talloc_ctx, const struct trunk_env *env,
			       const struct trunk_config *config, struct tdm_span *span)
{
	struct isdn *isdn = talloc_zero(talloc_ctx, struct isdn);
	int node = config->side == TRUNK_NETWORK ? PRI_NETWORK : PRI_CPE;
	int err;

	if (!isdn)
		return NULL;
	isdn->trunk.env = env;
	isdn->trunk.config = *config;
	isdn->trunk.span = span;
	INIT_LLIST_HEAD(&isdn->legs);
	osmo_timer_setup(&isdn->alarm_timer, on_alarm_persists, isdn);
	osmo_timer_setup(&isdn->reap_timer, reap, isdn);
	err = span->driver->hdlc_enable(span, config->d_timeslot, true);
	if (err) {
		LOGISDN(isdn, LOGL_ERROR, "no D channel on timeslot %u of %s: %s\n",
			config->d_timeslot, span->name, strerror(-err));
		talloc_free(isdn);
		return NULL;
	}
	tdm_listen(span, &listener, isdn);
	isdn->dchannel = dchannel_open(span, config->d_timeslot, node, &dchannel_user, isdn);
	err = isdn->dchannel ? mg_attach(env->mg, span) : -ENOMEM;
	if (err) {
		LOGISDN(isdn, LOGL_ERROR, "cannot start: %s\n", strerror(-err));
		stop(isdn);
		return NULL;
	}
	set_timers(isdn);
	return &isdn->trunk;
}

static void isdn_close(struct trunk *trunk)
{
	struct isdn *isdn = isdn_of(trunk);
	struct isdn_leg *leg, *next;

	end_all(isdn, LINE_CUT, CAUSE_TEMPORARY_FAILURE);
	llist_for_each_entry_safe (leg, next, &isdn->legs, entry)
		isdn_leg_free(leg);
	stop(isdn);
}

static unsigned isdn_seize(struct trunk *trunk, struct leg **leg, const char **why)
{
	struct isdn *isdn = isdn_of(trunk);

	if (isdn->alarms || !dchannel_is_up(isdn->dchannel)) {
		*why = isdn->alarms ? "span alarm" : "D channel down";
		return CAUSE_DESTINATION_OUT_OF_ORDER;
	}
	unsigned timeslot = instance_hunt(isdn);
	struct isdn_leg *seized = timeslot ? isdn_machine_seize(isdn, timeslot) : NULL;
	if (!seized) {
		*why = timeslot ? "out of memory" : "no free channel";
		return timeslot ? CAUSE_CONGESTION : CAUSE_NO_CIRCUIT;
	}
	*leg = &seized->leg;
	return 0;
}

static void isdn_status(const struct trunk *trunk, struct trunk_status *out)
{
	const struct isdn *isdn = isdn_of(trunk);

	out->variant = dchannel_variant(isdn->dchannel);
	out->span_ok = !isdn->alarms;
	out->layer1 = isdn->alarms ? tdm_alarm_names(isdn->alarms) : "active";
	out->layer2 = dchannel_is_up(isdn->dchannel) ? "up" : "down";
	out->calls_in = isdn->calls_in;
	out->calls_out = isdn->calls_out;
	out->flaps = isdn->flaps;
}

static enum channel_state channel_state(const struct isdn_leg *leg)
{
	switch (isdn_leg_state(leg)) {
	case ST_CALL_DELIVERED:
	case ST_CALL_RECEIVED:
		return CHANNEL_ALERTING;
	case ST_ACTIVE:
		return CHANNEL_ACTIVE;
	case ST_DISCONNECT_REQUEST:
	case ST_DISCONNECT_INDICATION:
	case ST_RELEASE_REQUEST:
	case ST_CLEARED:
	case ST_GONE:
		return CHANNEL_CLEARING;
	default:
		return CHANNEL_SETUP;
	}
}

static enum channel_state isdn_channel(const struct trunk *trunk, unsigned timeslot,
				       struct channel_status *out)
{
	const struct isdn *isdn = isdn_of(trunk);
	const struct isdn_leg *leg = isdn->channels[timeslot];

	if (!leg)
		return isdn->alarms || !dchannel_is_up(isdn->dchannel) ? CHANNEL_DOWN
								       : CHANNEL_IDLE;
	out->call = leg->leg.call ? call_id(leg->leg.call) : 0;
	out->direction = leg->incoming ? "in" : "out";
	osmo_strlcpy(out->calling, leg->calling, sizeof(out->calling));
	osmo_strlcpy(out->called, leg->called, sizeof(out->called));
	return channel_state(leg);
}

const struct trunk_protocol isdn_protocol = {
	.name = "isdn",
	.open = isdn_open,
	.retune = isdn_retune,
	.close = isdn_close,
	.seize = isdn_seize,
	.status = isdn_status,
	.channel = isdn_channel,
};
