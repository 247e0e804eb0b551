/* libpri sends one digit in each INFORMATION; the end of the number goes as an INFORMATION of its own. Digits
 * are nobody's business: the log has but their number. */
#include "pstn/isdn/overlap.h"

#include <string.h>

#include <osmocom/core/utils.h>

#include "call/cause.h"
#include "mg/mg.h"
#include "pstn/isdn/isdn_clear.h"
#include "pstn/isdn/selection.h"

/* False when it is too long then; nothing changes. */
static bool append(char number[LEG_DIGITS_MAX + 1], const char *digits)
{
	size_t n = strlen(number), more = strlen(digits);

	if (n + more > LEG_DIGITS_MAX)
		return false;
	memcpy(number + n, digits, more + 1);
	return true;
}

/* Sending */

/* Out goes what is known, and T304 starts afresh. */
void overlap_send(struct isdn_leg *leg, const struct leg_msg *msg)
{
	if (!leg->incomplete || (!*msg->digits && !msg->complete))
		return;
	if (!append(leg->called, msg->digits)) {
		isdn_clear_both(leg, CAUSE_INVALID_NUMBER, CAUSE_INVALID_NUMBER);
		return;
	}
	LOGLEG(leg, LOGL_DEBUG, "%zu more digits to the line\n", strlen(msg->digits));
	for (const char *digit = msg->digits; *digit; digit++)
		pri_information(isdn_leg_pri(leg), leg->q931, *digit);
	if (msg->complete)
		pri_information(isdn_leg_pri(leg), leg->q931, '\0');
	leg->incomplete = !msg->complete;
	isdn_leg_change(leg, ST_OVERLAP_SENDING);
}

/* Receiving */

/* Dial tone comes from the network (Q.931 5.1.3), that is from us when nobody behind us gives it. */
void overlap_ask(struct isdn_leg *leg, const struct leg_msg *msg)
{
	bool ours = isdn_leg_is_network(leg) && !*leg->called && !msg->inband &&
		    leg->bearer != LEG_UNRESTRICTED;

	if (!leg->incomplete)
		return;
	pri_setup_ack(isdn_leg_pri(leg), leg->q931, isdn_leg_pri_channel(leg), 0,
		      ours || msg->inband);
	isdn_leg_change(leg, ST_OVERLAP_RECEIVING);
	if (ours)
		isdn_leg_play(leg, TONE_DIAL);
}

/* How much the call matters by its number so far. */
static uint8_t precedence(const struct isdn_leg *leg, bool incomplete)
{
	return selection_precedence(leg->isdn, leg->called, incomplete);
}

/* What might have been an emergency call, before, is none: the limits of routine ones hold for it now. False: it is
 * cleared. */
static bool stays(struct isdn_leg *leg, uint8_t before, bool incomplete)
{
	unsigned cause = 0;

	if (before == LEG_EMERGENCY && precedence(leg, incomplete) == LEG_ROUTINE)
		cause = selection_limit_begun(leg->isdn, leg);
	if (cause)
		isdn_clear_both(leg, cause, cause);
	return !cause;
}

void overlap_hear(struct isdn_leg *leg, const struct isdn_line_msg *line)
{
	struct leg_msg msg = { .verb = LEG_INFORMATION, .complete = line->complete };
	const uint8_t before = precedence(leg, true);

	if (!*line->digits && !line->complete) /* a display, perhaps */
		return;
	if (!leg_is_number(line->digits) || !append(leg->called, line->digits)) {
		isdn_clear_both(leg, CAUSE_INVALID_NUMBER, CAUSE_INVALID_NUMBER);
		return;
	}
	osmo_strlcpy(msg.digits, line->digits, sizeof(msg.digits));
	LOGLEG(leg, LOGL_DEBUG, "%zu more digits from the line\n", strlen(msg.digits));
	isdn_leg_play(leg, TONE_NONE);
	isdn_leg_change(leg, ST_OVERLAP_RECEIVING);
	if (line->complete)
		osmo_timer_del(&leg->fi->timer);
	if (stays(leg, before, !line->complete))
		isdn_leg_say(leg, &msg);
}

void overlap_expire(struct isdn_leg *leg)
{
	struct leg_msg msg = { .verb = LEG_INFORMATION, .complete = true };

	isdn_leg_play(leg, TONE_NONE);
	if (stays(leg, precedence(leg, true), false))
		isdn_leg_say(leg, &msg);
}

/* Keys */

void overlap_hear_keys(struct isdn_leg *leg, const struct isdn_line_msg *line)
{
	struct leg_msg msg = { .verb = LEG_INFORMATION };

	if (!*line->digits || !leg_is_number(line->digits) ||
	    strlen(line->digits) >= sizeof(msg.digits))
		return;
	LOGLEG(leg, LOGL_DEBUG, "%zu keys from the line\n", strlen(line->digits));
	osmo_strlcpy(msg.digits, line->digits, sizeof(msg.digits));
	isdn_leg_say(leg, &msg);
}

static void sound_keys(struct isdn_leg *leg, const char *digits)
{
	struct mg_signal signal = { .kind = MG_SIGNAL_DIGITS };

	osmo_strlcpy(signal.digits, digits, sizeof(signal.digits));
	mg_signal(leg->isdn->trunk.env->mg, leg->term, &signal);
}

/* Keypad facility goes from user to network alone (Q.931 3.1.7), and QSIG has none (ECMA-143 14). */
void overlap_say_keys(struct isdn_leg *leg, const char *digits)
{
	if (!*digits)
		return;
	LOGLEG(leg, LOGL_DEBUG, "%zu keys to the line\n", strlen(digits));
	if (!isdn_leg_is_network(leg) && isdn_leg_variant(leg) != PRI_SWITCH_QSIG)
		pri_keypad_facility(isdn_leg_pri(leg), leg->q931, digits);
	else if (leg->media == MEDIA_ADDED && leg->bearer != LEG_UNRESTRICTED)
		sound_keys(leg, digits);
}
