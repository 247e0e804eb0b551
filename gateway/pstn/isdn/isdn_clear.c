/* Clearing. libpri chooses the message by state and cause (Q.931 5.3.2, pri_hangup_fix_enable); what it has
 * forgotten at once, and what it will report the end of, is known here alone. */
#include "pstn/isdn/isdn_clear.h"

#include "call/cause.h"

/* RELEASE COMPLETE answers a SETUP with these causes, and libpri has then forgotten the call (Q.931 5.3.2
 * a); pri_hangup_fix_enable). */
static bool completes(unsigned cause)
{
	return cause == CAUSE_UNALLOCATED || cause == CAUSE_NO_CIRCUIT ||
	       cause == CAUSE_CHANNEL_NOT_AVAILABLE || cause == CAUSE_NO_SUCH_CHANNEL ||
	       cause == CAUSE_INCOMPATIBLE;
}

/* 6, 7, 26 and 81 have a meaning between neighbours only, and make libpri take short cuts. */
unsigned isdn_clear_sendable(unsigned cause)
{
	bool local = cause == 6 || cause == 7 || cause == 26 || cause == 81;

	return !cause || cause > 127 || local ? CAUSE_NORMAL_UNSPECIFIED : cause;
}

unsigned isdn_clear_told(const struct isdn_leg *leg, unsigned cause)
{
	uint8_t other = cause < 128 ? leg->isdn->trunk.config.causes.to_line[cause] : 0;

	return isdn_clear_sendable(other ? other : cause);
}

void isdn_clear_proceed(struct isdn_leg *leg)
{
	if (isdn_leg_state(leg) != ST_CALL_PRESENT && isdn_leg_state(leg) != ST_OVERLAP_RECEIVING)
		return;
	pri_proceeding(isdn_leg_pri(leg), leg->q931, isdn_leg_pri_channel(leg), 0);
	isdn_leg_change(leg, ST_INCOMING_PROCEEDING);
}

/* DISCONNECT, RELEASE or RELEASE COMPLETE, whichever is due, and on into the state after it. */
static void hang_up(struct isdn_leg *leg, unsigned cause)
{
	if (!completes(cause) && isdn_leg_state(leg) == ST_CALL_PRESENT)
		isdn_clear_proceed(leg); /* libpri sends no DISCONNECT as its first message */
	leg->cause = (uint8_t)cause;
	bool first =
		isdn_leg_state(leg) == ST_CALL_PRESENT || isdn_leg_state(leg) == ST_CALL_INITIATED;
	if (leg->q931)
		pri_hangup(isdn_leg_pri(leg), leg->q931, (int)cause);
	if (first && completes(cause))
		isdn_leg_let_go(leg);
	isdn_leg_change(leg, leg->q931 ? ST_RELEASE_REQUEST : ST_CLEARED);
}

/* A cause that is not from the line: no rule for those is asked. */
static void say_release(struct isdn_leg *leg, unsigned cause, unsigned location)
{
	struct leg_msg msg = {
		.verb = LEG_RELEASE,
		.cause = (uint8_t)cause,
		.location = (uint8_t)location,
	};

	isdn_leg_say(leg, &msg);
}

void isdn_clear_both(struct isdn_leg *leg, unsigned line_cause, unsigned hub_cause)
{
	LOGLEG(leg, LOGL_INFO, "cleared with cause %u\n", line_cause);
	hang_up(leg, line_cause);
	say_release(leg, hub_cause, LOC_PRIVATE_LOCAL);
	isdn_leg_settle(leg);
}

void isdn_clear_by_hub(struct isdn_leg *leg, const struct leg_msg *msg)
{
	leg->location = msg->location;
	isdn_leg_keep_uui(leg, &msg->uui, UUI_CLEARING);
	hang_up(leg, isdn_clear_told(leg, msg->cause));
	isdn_leg_settle(leg);
}

/* Only the network has something to say after DISCONNECT (Q.931 5.3.4.1). */
static void disconnect_by_hub(struct isdn_leg *leg, const struct leg_msg *msg)
{
	if (!msg->inband || !isdn_leg_is_network(leg) || !leg->incoming || !isdn_leg_attach(leg)) {
		isdn_clear_by_hub(leg, msg);
		return;
	}
	isdn_clear_proceed(leg);
	isdn_leg_play(leg, TONE_NONE);
	leg->location = msg->location;
	leg->cause = (uint8_t)isdn_clear_told(leg, msg->cause);
	leg->one_step_on = true;
	isdn_leg_keep_uui(leg, &msg->uui, UUI_CLEARING);
	pri_progress_with_cause(isdn_leg_pri(leg), leg->q931, 0, 1, leg->cause);
	isdn_leg_change(leg, ST_DISCONNECT_REQUEST);
}

/* Is the sound of this DISCONNECT worth waiting for? */
static bool is_announcement(const struct isdn_leg *leg, const struct isdn_line_msg *line)
{
	enum trunk_inband policy = leg->isdn->trunk.config.inband;

	if (leg->incoming || isdn_leg_is_network(leg) || !line->inband ||
	    isdn_leg_state(leg) >= ST_ACTIVE)
		return false;
	return policy == INBAND_ALWAYS ||
	       (policy == INBAND_ANNOUNCEMENTS && line->cause != CAUSE_USER_BUSY);
}

static void on_line_disconnect(struct isdn_leg *leg, const struct isdn_line_msg *line)
{
	struct isdn_line_msg plain = *line;

	leg->cause = (uint8_t)isdn_clear_sendable(line->cause);
	if (is_announcement(leg, line) && isdn_leg_accept_channel(leg, line->channel) &&
	    isdn_leg_attach(leg)) {
		isdn_leg_change(leg, ST_DISCONNECT_INDICATION);
		isdn_leg_say_line(leg, LEG_DISCONNECT, line);
		return;
	}
	plain.inband = false;
	hang_up(leg, leg->cause);
	isdn_leg_say_line(leg, LEG_RELEASE, &plain);
	isdn_leg_settle(leg);
}

void isdn_clear_gone(struct isdn_leg *leg, uint32_t event, const struct isdn_line_msg *line)
{
	struct isdn_line_msg plain = *line;
	bool hub_knows = isdn_leg_state(leg) == ST_RELEASE_REQUEST;

	if (leg->q931 && (event == LINE_RELEASE || (event == LINE_CUT && !hub_knows)))
		pri_hangup(isdn_leg_pri(leg), leg->q931, line->cause);
	if ((event == LINE_CUT || event == LINE_ABORT) && leg->q931)
		pri_destroycall(isdn_leg_pri(leg), leg->q931);
	isdn_leg_let_go(leg);
	isdn_leg_change(leg, ST_CLEARED);
	plain.inband = false;
	if (!hub_knows && (event == LINE_ABORT || event == LINE_CUT))
		say_release(leg, line->cause, line->location);
	else if (!hub_knows)
		isdn_leg_say_line(leg, LEG_RELEASE, &plain);
	isdn_leg_settle(leg);
}

void isdn_clear_event(struct isdn_leg *leg, uint32_t event, const void *data)
{
	switch (event) {
	case LEG_DISCONNECT:
		disconnect_by_hub(leg, data);
		break;
	case LEG_RELEASE:
		isdn_clear_by_hub(leg, data);
		break;
	case LINE_DISCONNECT:
		on_line_disconnect(leg, data);
		break;
	case MEDIA_FAILED:
		isdn_clear_both(leg, CAUSE_RESOURCE_UNAVAILABLE, CAUSE_RESOURCE_UNAVAILABLE);
		break;
	case LINE_RELEASE:
	case LINE_CLEARED:
	case LINE_ABORT:
	case LINE_CUT:
		isdn_clear_gone(leg, event, data);
		break;
	}
}
