/* Here a call is held once it is answered, and the channel is free for others until RETRIEVE asks for one. */
#include "pstn/isdn/hold.h"

#include "call/cause.h"
#include "pstn/isdn/channel.h"
#include "pstn/isdn/selection.h"

static void say(struct isdn_leg *leg, enum leg_notification notification)
{
	struct leg_msg msg = { .verb = LEG_NOTIFY, .notification = (uint8_t)notification };

	isdn_leg_say(leg, &msg);
}

void hold_free_channel(struct isdn_leg *leg)
{
	if (leg->held && leg->media == MEDIA_NONE)
		isdn_leg_take(leg, 0);
}

void hold_hear_hold(struct isdn_leg *leg)
{
	if (isdn_leg_state(leg) != ST_ACTIVE || leg->held) {
		pri_hold_rej(isdn_leg_pri(leg), leg->q931, CAUSE_WRONG_CALL_STATE);
		return;
	}
	pri_hold_ack(isdn_leg_pri(leg), leg->q931);
	leg->held = true;
	isdn_leg_detach(leg);
	hold_free_channel(leg);
	say(leg, LEG_REMOTE_HOLD);
}

/* A channel as the line wants it, or 0 and the cause why not. */
static unsigned pick(struct isdn *isdn, const struct isdn_line_msg *line, unsigned *cause)
{
	int wanted = channel_of_pri(isdn, line->channel);

	if (wanted > 0 && !isdn->channels[wanted] &&
	    trunk_admits(&isdn->trunk, (unsigned)wanted, LEG_ROUTINE))
		return (unsigned)wanted;
	if (wanted != CHANNEL_ANY && !line->flexible) {
		*cause = wanted == CHANNEL_UNKNOWN ? CAUSE_NO_SUCH_CHANNEL
						   : CAUSE_CHANNEL_NOT_AVAILABLE;
		return 0;
	}
	*cause = CAUSE_NO_CIRCUIT;
	return selection_hunt(isdn, LEG_ROUTINE);
}

/* 0 once the call has a channel and sound again, or the cause why not. */
static unsigned retrieve(struct isdn_leg *leg, const struct isdn_line_msg *line)
{
	unsigned cause = 0;

	if (!leg->held)
		return CAUSE_WRONG_CALL_STATE;
	if (leg->media != MEDIA_NONE) /* the hold was a moment ago */
		return CAUSE_TEMPORARY_FAILURE;
	unsigned channel = pick(leg->isdn, line, &cause);
	if (!channel)
		return cause;
	isdn_leg_take(leg, channel);
	if (isdn_leg_attach(leg))
		return 0;
	isdn_leg_take(leg, 0);
	return CAUSE_RESOURCE_UNAVAILABLE;
}

void hold_hear_retrieve(struct isdn_leg *leg, const struct isdn_line_msg *line)
{
	unsigned cause = retrieve(leg, line);

	if (cause) {
		pri_retrieve_rej(isdn_leg_pri(leg), leg->q931, (int)cause);
		return;
	}
	leg->held = false;
	pri_retrieve_ack(isdn_leg_pri(leg), leg->q931, isdn_leg_pri_channel(leg));
	say(leg, LEG_REMOTE_RETRIEVAL);
}
