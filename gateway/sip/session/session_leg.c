/* The hub's verbs become events of the session. */
#include <stdio.h>

#include <osmocom/core/utils.h>

#include "sip/session/overlap.h"
#include "sip/session/refer.h"
#include "sip/session/refer_out.h"

/* Plus one; 0: SIP has no word for the verb: a caller dials on without being asked for more digits. */
static const uint8_t event_of_verb[] = {
	[LEG_SETUP] = EV_SETUP + 1,       [LEG_PROCEEDING] = EV_PROCEEDING + 1,
	[LEG_ALERTING] = EV_ALERTING + 1, [LEG_PROGRESS] = EV_PROGRESS + 1,
	[LEG_CONNECT] = EV_CONNECT + 1,   [LEG_DISCONNECT] = EV_DISCONNECT + 1,
	[LEG_RELEASE] = EV_RELEASE + 1,   [LEG_NOTIFY] = EV_NOTIFY + 1,
};

static void tell(struct leg *leg, const struct leg_msg *msg)
{
	unsigned event = msg->verb < ARRAY_SIZE(event_of_verb) ? event_of_verb[msg->verb] : 0;
	struct session *s = container_of(leg, struct session, leg);

	if (leg->call) /* the hub may have dropped it, or never made one */
		s->call_id = call_id(leg->call);
	if (msg->law != LEG_LAW_ANY)
		s->law = msg->law;
	session_keep(s, msg);
	if (msg->verb == LEG_INFORMATION && overlap_is_open(s))
		osmo_fsm_inst_dispatch(s->fi, EV_INFORMATION, (void *)msg);
	else if (event)
		osmo_fsm_inst_dispatch(s->fi, event - 1, (void *)msg);
	else if (msg->verb == LEG_INFORMATION)
		info_say(s, msg->digits);
	else if (msg->verb == LEG_TRANSFER)
		refer_tell(s, msg);
}

static void describe(const struct leg *leg, char *out, unsigned size)
{
	const struct session *s = container_of(leg, const struct session, leg);

	snprintf(out, size, "sip-%u Call-ID %s", s->id, s->sip_call_id ? s->sip_call_id : "none");
}

static uint32_t termination(const struct leg *leg)
{
	const struct session *s = container_of(leg, const struct session, leg);

	return s->media == MEDIA_ADDING || s->media == MEDIA_UP ? s->term : 0;
}

const struct leg_ops session_leg_ops = {
	.tell = tell,
	.describe = describe,
	.termination = termination,
	.reroute = refer_out_ask,
};
