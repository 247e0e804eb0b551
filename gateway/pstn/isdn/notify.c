/* libpri makes NOTIFY, FACILITY or nothing of it, as the variant has it. */
#include "pstn/isdn/notify.h"

#include "pstn/isdn/isdn_clear.h"
#include "pstn/isdn/parties.h"

static void tell(struct isdn_leg *leg, const struct leg_msg *msg)
{
	isdn_leg_dispatch(leg, LINE_TELLS, msg);
}

void notify_hear(struct isdn_leg *leg, int indicator)
{
	const struct leg_msg msg = { .verb = LEG_NOTIFY, .notification = (uint8_t)indicator };

	switch (indicator) {
	case LEG_USER_SUSPENDED:
	case LEG_USER_RESUMED:
	case LEG_REMOTE_HOLD:
	case LEG_REMOTE_RETRIEVAL:
		tell(leg, &msg);
		break;
	}
}

void notify_hear_party(struct isdn_leg *leg, enum leg_notification notification,
		       const struct pri_party_id *party)
{
	struct leg_msg msg = { .verb = LEG_NOTIFY, .notification = (uint8_t)notification };

	parties_hear(party, &msg.party);
	tell(leg, &msg);
}

static bool is_etsi(const struct isdn_leg *leg)
{
	int variant = isdn_leg_variant(leg);

	return variant == PRI_SWITCH_EUROISDN_E1 || variant == PRI_SWITCH_EUROISDN_T1;
}

/* Q.931 itself, and with it all variants but ETSI's, knows suspended and resumed alone. */
static int indicator_for(const struct isdn_leg *leg, unsigned notification)
{
	if (is_etsi(leg))
		return (int)notification;
	if (notification == LEG_REMOTE_HOLD)
		return LEG_USER_SUSPENDED;
	if (notification == LEG_REMOTE_RETRIEVAL)
		return LEG_USER_RESUMED;
	return (int)notification;
}

/* Who calls is told where the call goes, until it is answered. */
static void say_diversion(struct isdn_leg *leg, const struct leg_party *to)
{
	struct pri_party_redirecting turn;

	if (!leg->incoming || isdn_leg_state(leg) >= ST_ACTIVE)
		return;
	parties_say_turn(to, isdn_leg_variant(leg), &turn);
	if (turn.to.number.valid)
		pri_redirecting_update(isdn_leg_pri(leg), leg->q931, &turn);
	else
		pri_notify(isdn_leg_pri(leg), leg->q931, 0, LEG_CALL_DIVERTING);
}

void notify_say_connected(struct isdn_leg *leg, const struct leg_party *party)
{
	struct pri_party_connected_line connected;

	if (parties_is_empty(party))
		return;
	parties_say(party, isdn_leg_variant(leg), &connected.id);
	pri_connected_line_update(isdn_leg_pri(leg), leg->q931, &connected);
}

void notify_say(struct isdn_leg *leg, const struct leg_msg *msg)
{
	if (isdn_leg_state(leg) == ST_CALL_PRESENT)
		isdn_clear_proceed(leg);
	switch (msg->notification) {
	case LEG_CALL_DIVERTING:
		say_diversion(leg, &msg->party);
		break;
	case LEG_TRANSFERRED:
		notify_say_connected(leg, &msg->party);
		break;
	default:
		pri_notify(isdn_leg_pri(leg), leg->q931, 0, indicator_for(leg, msg->notification));
	}
}
