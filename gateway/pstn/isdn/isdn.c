/* The ISDN trunk: its timers, channel selection for calls that come in (Q.931 5.1.2, 5.2.3, 5.7), RESTART, what
 * the table of trunks asks of it. */
#include "pstn/isdn/isdn.h"

#include <string.h>

#include <osmocom/core/talloc.h>
#include <osmocom/core/utils.h>

#include "call/call.h"
#include "call/cause.h"
#include "pstn/capture.h"
#include "pstn/isdn/channel.h"
#include "pstn/isdn/dchannel.h"
#include "pstn/isdn/enquiry.h"
#include "pstn/isdn/events.h"
#include "pstn/isdn/facilities.h"
#include "pstn/isdn/instance.h"
#include "pstn/isdn/isdn_audit.h"
#include "pstn/isdn/isdn_clear.h"
#include "pstn/isdn/isdn_leg.h"
#include "pstn/isdn/isdn_machine.h"
#include "pstn/isdn/isdn_messages.h"
#include "pstn/isdn/mask.h"
#include "pstn/isdn/restart.h"
#include "pstn/isdn/service.h"
#include "pstn/isdn/members.h"
#include "pstn/isdn/selection.h"
#include "pstn/isdn/variant.h"

static struct isdn *isdn_of(const struct trunk *trunk)
{
	return (struct isdn *)trunk;
}

/* Timers. Those that libpri has go to it, in milliseconds. The legs' are those that it has not, and T313, at whose
 * end it would say cause 16: it is given one that never ends first. */

enum { NEVER_S = 24 * 3600 };

static void set_timers(struct isdn *isdn)
{
	const struct trunk_timers *set = &isdn->trunk.config.timers;
	const bool network = isdn->trunk.config.side == TRUNK_NETWORK;
	const struct osmo_tdef tdefs[ISDN_TDEFS] = {
		{ .T = 301, .val = set->t301 ? set->t301 : 180, .desc = "ALERTING to CONNECT" },
		{ .T = 302, .val = set->t302 ? set->t302 : 12, .desc = "overlap receiving" },
		{ .T = 304,
		  .val = set->t304 ? set->t304
			 : network ? 20
				   : 25,
		  .desc = "overlap sending" },
		{ .T = 306, .val = set->t306 ? set->t306 : 30, .desc = "DISCONNECT to RELEASE" },
		/* ETSI EN 300 403-1 9: network 30 to 40 s, user 30 to 120 s */
		{ .T = 310,
		  .val = set->t310 ? set->t310
			 : network ? 35
				   : 60,
		  .desc = "PROCEEDING" },
		{ .T = 313, .val = set->t313 ? set->t313 : 4, .desc = "CONNECT" },
		{ .T = 322, .val = set->t322 ? set->t322 : 4, .desc = "STATUS ENQUIRY" },
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
		{ PRI_TIMER_T313, NEVER_S },
	};

	memcpy(isdn->tdefs, tdefs, sizeof(tdefs));
	for (size_t m = 0; m < isdn->trunk.config.n_spans; m++) {
		const struct dchannel *dchannel = isdn->members[m].dchannel;

		for (size_t i = 0; dchannel && i < ARRAY_SIZE(theirs); i++)
			pri_set_timer(dchannel_pri(dchannel), theirs[i].timer,
				      (int)theirs[i].seconds * 1000);
	}
}

static void isdn_retune(struct trunk *trunk, const struct trunk_config *config)
{
	trunk->config = *config;
	set_timers(isdn_of(trunk));
	facilities_enable(isdn_of(trunk));
}

/* Legs */

static void reap(void *data)
{
	struct isdn *isdn = data;
	struct isdn_leg *leg, *next;

	llist_for_each_entry_safe (leg, next, &isdn->legs, entry) {
		if (isdn_leg_state(leg) == ST_GONE)
			isdn_leg_free(leg);
	}
}

/* Channel selection */

/* A channel for the call that comes in, or 0 and the cause why not. */
static unsigned select_channel(struct isdn *isdn, const pri_event_ring *ring, unsigned *cause)
{
	int wanted = channel_of_pri(isdn, ring->channel);
	struct isdn_leg *holder = wanted > 0 ? isdn->channels[wanted] : NULL;
	uint8_t precedence = selection_precedence(
		isdn, ring->callednum, isdn->trunk.config.overlap_receiving && !ring->complete);

	/* Busied out: another channel would do no better, so 34, upon which networks look for another way. */
	if (isdn->trunk.upkeep.off_duty && precedence == LEG_ROUTINE) {
		*cause = CAUSE_NO_CIRCUIT;
		return 0;
	}
	*cause = selection_limit_in(isdn, precedence);
	if (*cause)
		return 0;
	if (wanted > 0 && !holder && trunk_admits(&isdn->trunk, (unsigned)wanted, precedence))
		return (unsigned)wanted;
	/* 5.7: in a conflict the network's call keeps the channel. */
	if (holder && isdn_leg_is_displaceable(holder)) {
		isdn_leg_displace(holder);
		return (unsigned)wanted;
	}
	if (wanted != CHANNEL_ANY && !ring->flexible) {
		*cause = wanted == CHANNEL_UNKNOWN ? CAUSE_NO_SUCH_CHANNEL
						   : CAUSE_CHANNEL_NOT_AVAILABLE;
		return 0;
	}
	*cause = CAUSE_NO_CIRCUIT;
	return selection_hunt(isdn, precedence);
}

/* RELEASE COMPLETE, for each of these causes (5.3.2 a). */
static void refuse(struct isdn *isdn, const pri_event_ring *ring, unsigned cause)
{
	LOGISDN(isdn, LOGL_NOTICE, "call to %s refused, cause %u %s\n", ring->callednum, cause,
		cause_name(cause));
	pri_hangup(dchannel_pri(isdn->dchannel), ring->call, (int)cause);
}

static void on_ring(struct isdn *isdn, const pri_event_ring *ring, const struct q931_heard *heard)
{
	unsigned cause = 0;
	unsigned channel = select_channel(isdn, ring, &cause);

	/* What the far end uses it knows to work. */
	if (channel && restart_is_faulty(isdn->restart, channel))
		restart_on_ack(isdn->restart, channel);
	if (!channel)
		refuse(isdn, ring, cause);
	else if (!isdn_machine_ring(isdn, ring, heard, channel))
		refuse(isdn, ring, CAUSE_NO_CIRCUIT);
}

/* Q.931 5.5: the peer starts one channel, or all, afresh. libpri has acknowledged. */
static void on_restart(struct isdn *isdn, int channel)
{
	const struct isdn_line_msg msg = {
		.cause = CAUSE_TEMPORARY_FAILURE,
		.location = LOC_PRIVATE_LOCAL,
	};
	int restarted = channel_of_pri(isdn, channel);
	char text[TDM_NAME_MAX + 4];

	if (restarted == CHANNEL_ANY) {
		LOGISDN(isdn, LOGL_NOTICE, "RESTART of all channels from the line\n");
		members_end_all(isdn, LINE_ABORT, CAUSE_TEMPORARY_FAILURE);
	} else if (restarted > 0 && isdn->channels[restarted]) {
		LOGISDN(isdn, LOGL_NOTICE, "RESTART of %s from the line ends its call\n",
			instance_channel_name(isdn, (unsigned)restarted, text, sizeof(text)));
		isdn_leg_dispatch(isdn->channels[restarted], LINE_ABORT, &msg);
	}
	/* Who starts afresh may have lost calls on hold, which have no channel. */
	enquiry_ask_all(isdn);
}

static void on_restart_ack(struct isdn *isdn, int channel)
{
	int restarted = channel_of_pri(isdn, channel);
	struct isdn_leg *leg = restarted > 0 ? isdn->channels[restarted] : NULL;

	if (restarted > 0)
		restart_on_ack(isdn->restart, (unsigned)restarted);
	/* A SETUP may have come while RESTART was on its way, and that has ended the call over there. */
	if (leg && leg->q931 && isdn_leg_state(leg) <= ST_ACTIVE)
		enquiry_send(leg);
}

/* libpri's events */

static void on_link(struct isdn_member *member, bool up)
{
	struct isdn *isdn = member->isdn;

	isdn->same_side = false;
	members_on_link(member, up);
	restart_on_link(isdn->restart, members_link_up(isdn));
	if (up)
		service_say_all(isdn);
}

static void on_config_error(struct isdn *isdn, const pri_event_error *event)
{
	if (!isdn->same_side)
		LOGISDN(isdn, LOGL_ERROR, "D channel stays down: %s\n", event->err);
	isdn->same_side = true;
}

static void on_event(void *data, const pri_event *event, const struct q931_heard *heard)
{
	struct isdn_member *member = data;
	struct isdn *isdn = member->isdn;

	isdn->carrier = member->number;
	switch (event->e) {
	case PRI_EVENT_DCHAN_UP:
	case PRI_EVENT_DCHAN_DOWN:
		on_link(member, event->e == PRI_EVENT_DCHAN_UP);
		break;
	case PRI_EVENT_CONFIG_ERR:
		on_config_error(isdn, &event->err);
		break;
	case PRI_EVENT_RESTART:
		on_restart(isdn, event->restart.channel);
		break;
	case PRI_EVENT_RESTART_ACK:
		on_restart_ack(isdn, event->restartack.channel);
		break;
	case PRI_EVENT_SERVICE:
		service_hear(isdn, &event->service);
		break;
	case PRI_EVENT_RING:
		on_ring(isdn, &event->ring, heard);
		break;
	default:
		events_hear(isdn, event, heard);
	}
}

static void on_message(void *data, const struct q931_heard *heard)
{
	events_hear_message(((struct isdn_member *)data)->isdn, heard);
}

static void on_send(void *data, uint16_t reference, uint8_t type, struct q931_edit *edit)
{
	events_edit(((struct isdn_member *)data)->isdn, reference, type, edit);
}

static const char *name(void *data)
{
	return ((struct isdn_member *)data)->isdn->trunk.config.name;
}

static void on_trace(void *data, bool sent, const uint8_t *frame, size_t len)
{
	const struct isdn *isdn = ((struct isdn_member *)data)->isdn;

	struct capture *capture = isdn->trunk.env->capture;
	uint8_t shown[TDM_MAX_FRAME];

	if (!capture_wants(capture, isdn->trunk.config.name) || len > sizeof(shown))
		return;
	memcpy(shown, frame, len);
	if (!capture_wants_digits(capture))
		mask_digits(shown, len);
	capture_frame(capture, isdn->trunk.config.side == TRUNK_NETWORK, sent, shown, len);
}

static void on_call_frame(void *data, bool sent, uint16_t reference, const uint8_t *frame,
			  size_t len)
{
	isdn_messages_tell(((struct isdn_member *)data)->isdn, sent, reference, frame, len);
}

static const struct dchannel_user dchannel_user = {
	.name = name,
	.on_event = on_event,
	.on_message = on_message,
	.on_send = on_send,
	.on_trace = on_trace,
	.on_call_frame = on_call_frame,
};

/* The trunk */

static struct trunk *isdn_open(void *talloc_ctx, const struct trunk_env *env,
			       const struct trunk_config *config, struct tdm_span *const spans[])
{
	struct isdn *isdn = talloc_zero(talloc_ctx, struct isdn);

	if (!isdn)
		return NULL;
	isdn->trunk.env = env;
	isdn->trunk.config = *config;
	for (size_t i = 0; i < config->n_spans; i++)
		isdn->trunk.spans[i] = spans[i];
	INIT_LLIST_HEAD(&isdn->legs);
	osmo_timer_setup(&isdn->reap_timer, reap, isdn);
	enquiry_setup(isdn);
	isdn->restart = restart_new(isdn);
	if (!isdn->restart || members_open(isdn, &dchannel_user)) {
		talloc_free(isdn);
		return NULL;
	}
	set_timers(isdn);
	facilities_enable(isdn);
	service_enable(isdn);
	return &isdn->trunk;
}

static void isdn_close(struct trunk *trunk)
{
	struct isdn *isdn = isdn_of(trunk);
	struct isdn_leg *leg, *next;

	members_end_all(isdn, LINE_CUT, CAUSE_TEMPORARY_FAILURE);
	llist_for_each_entry_safe (leg, next, &isdn->legs, entry)
		isdn_leg_free(leg);
	osmo_timer_del(&isdn->reap_timer);
	osmo_timer_del(&isdn->enquiry_timer);
	osmo_timer_del(&isdn->service_timer);
	restart_stop(isdn->restart);
	members_close(isdn);
	talloc_free(isdn);
}

/* 0, or the cause why no call can go out now. */
static unsigned check_line(const struct isdn *isdn, const char **why)
{
	if (!members_link_up(isdn)) {
		*why = members_in_use(isdn)->alarms ? "span alarm" : "D channel down";
		return CAUSE_DESTINATION_OUT_OF_ORDER;
	}
	if (restart_under_way(isdn->restart)) {
		*why = "RESTART under way";
		return CAUSE_TEMPORARY_FAILURE;
	}
	return 0;
}

static void isdn_load(const struct trunk *trunk, struct trunk_load *out)
{
	const struct isdn *isdn = isdn_of(trunk);
	const char *why;

	selection_load(isdn, out);
	if (check_line(isdn, &why))
		out->free = 0;
}

static unsigned no_channel(const char **why)
{
	*why = "no free channel";
	return CAUSE_NO_CIRCUIT;
}

static unsigned isdn_probe(struct trunk *trunk, const struct leg_setup *setup,
			   char channel[static TARGET_CHANNEL_MAX], const char **why)
{
	const struct isdn *isdn = isdn_of(trunk);
	unsigned cause = check_line(isdn, why);

	if (!cause)
		cause = selection_would_limit_out(isdn, setup->precedence, why);
	unsigned next = cause ? 0 : selection_next(isdn, setup->precedence);

	if (next)
		instance_channel_name(isdn, next, channel, TARGET_CHANNEL_MAX);
	return cause || next ? cause : no_channel(why);
}

static unsigned isdn_seize(struct trunk *trunk, const struct leg_setup *setup, struct leg **leg,
			   const char **why)
{
	struct isdn *isdn = isdn_of(trunk);
	unsigned cause = check_line(isdn, why);

	if (!cause)
		cause = selection_limit_out(isdn, setup->precedence, why);
	if (cause)
		return cause;
	unsigned channel = selection_hunt(isdn, setup->precedence);
	if (!channel)
		return no_channel(why);
	struct isdn_leg *seized = isdn_machine_seize(isdn, channel);
	if (!seized) {
		*why = "out of memory";
		return CAUSE_CONGESTION;
	}
	trunk_taken(trunk, channel);
	*leg = &seized->leg;
	return 0;
}

static void isdn_status(const struct trunk *trunk, struct trunk_status *out)
{
	const struct isdn *isdn = isdn_of(trunk);
	const struct isdn_member *in_use = members_in_use(isdn);
	unsigned alarms = members_alarms(isdn);

	out->variant = variant_name(trunk->config.variant, trunk->spans[0]->type);
	tdm_channel_name(trunk->spans[in_use->number],
			 trunk->config.spans[in_use->number].d_timeslot, out->d_channel,
			 sizeof(out->d_channel));
	out->span_ok = !alarms;
	out->layer1 = alarms ? tdm_alarm_names(alarms) : "active";
	out->layer2 = !members_link_up(isdn)             ? "down"
		      : restart_under_way(isdn->restart) ? "restarting"
							 : "up";
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

static enum channel_state isdn_channel(const struct trunk *trunk, unsigned channel,
				       struct channel_status *out)
{
	const struct isdn *isdn = isdn_of(trunk);
	const struct isdn_leg *leg = isdn->channels[channel];
	const struct isdn_member *member = &isdn->members[trunk_channel_member(channel)];

	out->remote_blocked = service_remote_blocked(isdn, channel);
	if (!leg)
		return member->alarms || !members_link_up(isdn) ||
				       restart_is_faulty(isdn->restart, channel)
			       ? CHANNEL_DOWN
			       : CHANNEL_IDLE;
	out->call = leg->leg.call ? call_id(leg->leg.call) : 0;
	out->direction = leg->incoming ? "in" : "out";
	osmo_strlcpy(out->calling, leg->calling, sizeof(out->calling));
	osmo_strlcpy(out->called, leg->called, sizeof(out->called));
	return channel_state(leg);
}

/* Maintenance. trunk_allows has the last word on each new call; a variant with SERVICE messages tells the
 * far end besides. */

static void isdn_service(struct trunk *trunk, unsigned channel, bool in_service)
{
	struct isdn *isdn = isdn_of(trunk);

	service_say(isdn, channel, in_service);
	if (in_service && restart_is_faulty(isdn->restart, channel))
		restart_channel(isdn->restart, channel);
}

static void isdn_clear_channel(struct trunk *trunk, unsigned channel, unsigned cause)
{
	unsigned hub_cause = cause == CAUSE_PREEMPTION_REUSE ? CAUSE_PREEMPTION : cause;
	struct isdn_leg *leg;

	llist_for_each_entry (leg, &isdn_of(trunk)->legs, entry) {
		if (leg->channel == channel && isdn_leg_state(leg) < ST_RELEASE_REQUEST)
			isdn_clear_both(leg, cause, hub_cause);
	}
}

/* libpri's levels of debugging */
static void isdn_debug(struct trunk *trunk, const struct trunks_debug *what)
{
	const struct isdn *isdn = isdn_of(trunk);

	for (size_t i = 0; i < trunk->config.n_spans; i++) {
		if (isdn->members[i].dchannel)
			dchannel_debug(isdn->members[i].dchannel, what);
	}
}

const struct trunk_protocol isdn_protocol = {
	.name = "isdn",
	.open = isdn_open,
	.retune = isdn_retune,
	.close = isdn_close,
	.seize = isdn_seize,
	.probe = isdn_probe,
	.load = isdn_load,
	.status = isdn_status,
	.channel = isdn_channel,
	.service = isdn_service,
	.clear = isdn_clear_channel,
	.debug = isdn_debug,
	.audit = isdn_audit_run,
};
