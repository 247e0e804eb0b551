/* The parts of an ISDN leg: what it says to the hub, its channel, its termination, its end. */
#include "pstn/isdn/isdn_leg.h"

#include <stdio.h>
#include <string.h>

#include <osmocom/core/talloc.h>

#include "call/call.h"
#include "call/cause.h"
#include "mg/mg.h"
#include "pstn/isdn/channel.h"
#include "pstn/isdn/dchannel.h"

/* osmo_fsm_inst_alloc does not survive a lack of memory: the instance comes from the leg's own pool. */
enum { FSM_OBJECTS = 3, FSM_OCTETS = sizeof(struct osmo_fsm_inst) + 64 };

struct pri *isdn_leg_pri(const struct isdn_leg *leg)
{
	return dchannel_pri(leg->isdn->dchannel);
}

int isdn_leg_pri_channel(const struct isdn_leg *leg)
{
	return channel_to_pri(leg->isdn, leg->channel);
}

int isdn_leg_variant(const struct isdn_leg *leg)
{
	return dchannel_switch_type(leg->isdn->dchannel);
}

bool isdn_leg_is_network(const struct isdn_leg *leg)
{
	return leg->isdn->trunk.config.side == TRUNK_NETWORK;
}

bool isdn_leg_is_one_of_many(const struct isdn_leg *leg)
{
	return leg->incoming && leg->isdn->trunk.config.multipoint && !isdn_leg_is_network(leg);
}

/* States */

enum isdn_state isdn_leg_state(const struct isdn_leg *leg)
{
	return leg->fi->state;
}

/* T301 runs where somebody waits for an answer to ALERTING: in the one that placed the call, and in the
 * network for the call that it serves (Q.931 9.1, 9.2). */
static const struct osmo_tdef_state_timeout timeouts[32] = {
	[ST_OVERLAP_SENDING] = { .T = 304 },       [ST_OUTGOING_PROCEEDING] = { .T = 310 },
	[ST_CALL_DELIVERED] = { .T = 301 },        [ST_OVERLAP_RECEIVING] = { .T = 302 },
	[ST_CALL_RECEIVED] = { .T = 301 },         [ST_DISCONNECT_REQUEST] = { .T = 306 },
	[ST_DISCONNECT_INDICATION] = { .T = 306 },
};

void isdn_leg_change(struct isdn_leg *leg, enum isdn_state state)
{
	osmo_tdef_fsm_inst_state_chg(leg->fi, state, timeouts, leg->isdn->tdefs, -1);
	if (state == ST_CALL_RECEIVED && !isdn_leg_is_network(leg))
		osmo_timer_del(&leg->fi->timer);
}

void isdn_leg_run_timer(struct isdn_leg *leg, int timer)
{
	unsigned long seconds = osmo_tdef_get(leg->isdn->tdefs, timer, OSMO_TDEF_S, 0);

	leg->fi->T = timer;
	osmo_timer_schedule(&leg->fi->timer, (int)seconds, 0);
}

bool isdn_leg_runs_timer(const struct isdn_leg *leg, int timer)
{
	return leg->fi->T == timer && osmo_timer_pending(&leg->fi->timer);
}

void isdn_leg_stop_timer(struct isdn_leg *leg, int timer)
{
	if (isdn_leg_runs_timer(leg, timer))
		osmo_timer_del(&leg->fi->timer);
}

void isdn_leg_dispatch(struct isdn_leg *leg, uint32_t event, const void *data)
{
	const struct osmo_fsm *fsm = leg->fi->fsm;

	if (!(fsm->states[leg->fi->state].in_event_mask & 1U << event)) {
		LOGLEG(leg, LOGL_DEBUG, "%s in %s is of no use\n",
		       get_value_string(fsm->event_names, event), fsm->states[leg->fi->state].name);
		return;
	}
	osmo_fsm_inst_dispatch(leg->fi, event, (void *)data);
	dchannel_kick(leg->isdn->dchannel);
}

/* The hub */

void isdn_leg_say(struct isdn_leg *leg, struct leg_msg *msg)
{
	msg->law = leg->isdn->trunk.spans[0]->law == LAW_ALAW ? LEG_LAW_ALAW : LEG_LAW_MULAW;
	call_hears(leg->isdn->trunk.env->hub, &leg->leg, msg);
}

static uint8_t heard_cause(const struct isdn_leg *leg, uint8_t cause)
{
	uint8_t other = cause < 128 ? leg->isdn->trunk.config.causes.from_line[cause] : 0;

	return other ? other : cause;
}

void isdn_leg_say_line(struct isdn_leg *leg, enum leg_verb verb, const struct isdn_line_msg *line)
{
	struct leg_msg msg = {
		.verb = verb,
		.inband = line->inband,
		.cause = heard_cause(leg, line->cause),
		.location = line->location,
	};

	if (line->moved_to)
		snprintf(msg.moved_to, sizeof(msg.moved_to), "%s", line->moved_to);
	if (line->party)
		msg.party = *line->party;
	if (line->uui)
		msg.uui = *line->uui;
	isdn_leg_say(leg, &msg);
}

void isdn_leg_keep_uui(struct isdn_leg *leg, const struct leg_uui *uui, uint8_t type)
{
	/* QSIG has no such element (ECMA-143 14). */
	if (!uui->len || isdn_leg_variant(leg) == PRI_SWITCH_QSIG)
		return;
	leg->uui = *uui;
	leg->uui_type = type;
}

/* The termination */

static void on_media(void *data, const struct mg_event *event)
{
	struct isdn_leg *leg = data;

	if (event->kind != MG_EV_SUBTRACTED && event->kind != MG_EV_FAILED)
		return;
	leg->media = MEDIA_NONE;
	leg->term = 0;
	isdn_leg_dispatch(leg, event->kind == MG_EV_FAILED ? MEDIA_FAILED : MEDIA_GONE, NULL);
}

bool isdn_leg_attach(struct isdn_leg *leg)
{
	const bool data = leg->bearer == LEG_UNRESTRICTED;
	const struct mg_term term = {
		.kind = MG_TDM,
		.tdm = {
			.span = instance_span(leg->isdn, leg->channel)->index,
			.timeslot = trunk_channel_timeslot(leg->channel),
			.detect_dtmf = !data,
			.data = data,
			.echo_tail_ms = data ? 0 : leg->isdn->trunk.config.echo_tail_ms,
		},
	};

	if (leg->media != MEDIA_NONE)
		return true;
	if (!leg->channel) /* held */
		return false;
	if (leg->leg.call) /* another one than at first, after a transfer */
		leg->context = call_context(leg->leg.call);
	int64_t id = mg_add(leg->isdn->trunk.env->mg, leg->context, &term, on_media, leg);
	if (id < 0) {
		LOGLEG(leg, LOGL_ERROR, "no termination: %s\n", strerror((int)-id));
		return false;
	}
	leg->term = (uint32_t)id;
	leg->media = MEDIA_ADDED;
	call_notes_media(&leg->leg, "sound of %s", leg->leg.channel);
	return true;
}

void isdn_leg_detach(struct isdn_leg *leg)
{
	if (leg->media != MEDIA_ADDED)
		return;
	leg->media = MEDIA_LEAVING;
	mg_subtract(leg->isdn->trunk.env->mg, leg->term);
}

void isdn_leg_play(struct isdn_leg *leg, enum tone_id tone)
{
	const struct mg_signal signal = {
		.kind = tone == TONE_NONE ? MG_SIGNAL_STOP : MG_SIGNAL_TONE,
		.tone = tone,
	};

	if (leg->media == MEDIA_ADDED)
		mg_signal(leg->isdn->trunk.env->mg, leg->term, &signal);
}

/* The channel */

void isdn_leg_take(struct isdn_leg *leg, unsigned channel)
{
	instance_move(leg->isdn, leg, leg->channel, channel);
	leg->channel = (uint16_t)channel;
	leg->leg.channel[0] = '\0';
	if (channel)
		instance_channel_name(leg->isdn, channel, leg->leg.channel,
				      sizeof(leg->leg.channel));
}

bool isdn_leg_accept_channel(struct isdn_leg *leg, int said)
{
	int channel = channel_of_pri(leg->isdn, said);

	if (channel > 0 && channel == leg->channel)
		return true;
	if (channel <= 0 || leg->isdn->channels[channel] || leg->media != MEDIA_NONE)
		return false;
	isdn_leg_take(leg, (unsigned)channel);
	return true;
}

bool isdn_leg_is_displaceable(const struct isdn_leg *leg)
{
	return !isdn_leg_is_network(leg) && isdn_leg_state(leg) == ST_CALL_INITIATED &&
	       leg->media == MEDIA_NONE;
}

void isdn_leg_displace(struct isdn_leg *leg)
{
	LOGLEG(leg, LOGL_INFO, "the network gives the channel to another call\n");
	isdn_leg_take(leg, 0);
}

/* The end */

static void finish(struct isdn_leg *leg)
{
	struct leg_msg msg = { .verb = LEG_RELEASE_COMPLETE };

	/* The channel's name stays in the leg: the record of the call has it. */
	instance_move(leg->isdn, leg, leg->channel, 0);
	isdn_leg_change(leg, ST_GONE);
	isdn_leg_say(leg, &msg);
	osmo_timer_schedule(&leg->isdn->reap_timer, 0, 0);
}

void isdn_leg_let_go(struct isdn_leg *leg)
{
	struct isdn_audit *audit = &leg->isdn->audit;

	if (leg->q931) {
		audit->let_go[audit->next] = leg->q931;
		audit->next = (audit->next + 1) % ISDN_LET_GO;
	}
	leg->q931 = NULL;
}

void isdn_leg_settle(struct isdn_leg *leg)
{
	isdn_leg_detach(leg);
	if (isdn_leg_state(leg) == ST_CLEARED && leg->media == MEDIA_NONE)
		finish(leg);
}

static void on_tell(struct leg *leg, const struct leg_msg *msg)
{
	isdn_leg_dispatch((struct isdn_leg *)leg, msg->verb, msg);
}

static void describe(const struct leg *head, char *out, unsigned size)
{
	const struct isdn_leg *leg = (const struct isdn_leg *)head;

	snprintf(out, size, "%s call-ref %u", head->channel, leg->reference & 0x7fffU);
}

static uint32_t termination(const struct leg *head)
{
	const struct isdn_leg *leg = (const struct isdn_leg *)head;

	return leg->media == MEDIA_ADDED ? leg->term : 0;
}

static const struct leg_ops ops = {
	.tell = on_tell,
	.describe = describe,
	.termination = termination,
};

const struct isdn_leg *isdn_leg_of(const struct leg *leg)
{
	return leg->ops == &ops ? (const struct isdn_leg *)leg : NULL;
}

struct isdn_leg *isdn_leg_new(struct isdn *isdn, unsigned channel, struct osmo_fsm *fsm)
{
	struct isdn_leg *leg = talloc_pooled_object(isdn, struct isdn_leg, FSM_OBJECTS, FSM_OCTETS);

	if (!leg)
		return NULL;
	*leg = (struct isdn_leg){ .isdn = isdn };
	leg->fi = osmo_fsm_inst_alloc(fsm, leg, leg, LOGL_DEBUG, NULL);
	if (!leg->fi) {
		talloc_free(leg);
		return NULL;
	}
	leg->leg.ops = &ops;
	leg->leg.via = isdn->trunk.config.name;
	leg->leg.kind = TARGET_TRUNK;
	leg->location = isdn_leg_is_network(leg) ? LOC_PUBLIC_LOCAL : LOC_PRIVATE_LOCAL;
	isdn_leg_take(leg, channel);
	llist_add_tail(&leg->entry, &isdn->legs);
	return leg;
}

void isdn_leg_free(struct isdn_leg *leg)
{
	if (leg->media != MEDIA_NONE)
		mg_forget(leg->isdn->trunk.env->mg, leg->term);
	leg->media = MEDIA_NONE;
	if (isdn_leg_state(leg) == ST_CLEARED)
		finish(leg);
	llist_del(&leg->entry);
	osmo_fsm_inst_free(leg->fi);
	talloc_free(leg);
}
