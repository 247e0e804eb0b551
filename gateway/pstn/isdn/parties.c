/* Q.951 (line identification), Q.952 (diversion), Q.931 4.5.9 and 4.5.11 (subaddresses), ECMA-164 (names). */
#include "pstn/isdn/parties.h"

#include <string.h>

#include "pstn/isdn/names.h"
#include "pstn/isdn/numbers.h"

enum { NSAP = 0, USER_SPECIFIED = 2 };

/* Subaddresses */

void parties_hear_subaddress(const struct pri_party_subaddress *from, struct leg_subaddress *out)
{
	*out = (struct leg_subaddress){ 0 };
	if (!from->valid || from->length <= 0 || from->length > LEG_SUBADDRESS_MAX ||
	    (from->type != NSAP && from->type != USER_SPECIFIED))
		return;
	out->type = (uint8_t)from->type;
	out->odd = from->odd_even_indicator;
	out->len = (uint8_t)from->length;
	memcpy(out->octets, from->data, out->len);
}

void parties_say_subaddress(const struct leg_subaddress *from, struct pri_party_subaddress *out)
{
	memset(out, 0, sizeof(*out));
	if (!from->len || from->len > LEG_SUBADDRESS_MAX)
		return;
	out->valid = 1;
	out->type = from->type == NSAP ? NSAP : USER_SPECIFIED;
	out->odd_even_indicator = from->odd;
	out->length = from->len;
	memcpy(out->data, from->octets, from->len);
}

/* Somebody */

static bool is_allowed(int presentation)
{
	return (presentation & PRI_PRES_RESTRICTION) == PRI_PRES_ALLOWED;
}

/* A name that is secret though its number is not cannot be told so: it is left out. */
static void hear_name(const struct pri_party_id *from, struct leg_party *out)
{
	out->name[0] = '\0';
	if (from->name.valid && (is_allowed(from->name.presentation) ||
				 out->number.presentation == LEG_PRES_RESTRICTED))
		names_hear(from->name.str, from->name.char_set, out->name);
}

void parties_hear(const struct pri_party_id *from, struct leg_party *out)
{
	numbers_hear(&from->number, &out->number);
	hear_name(from, out);
	parties_hear_subaddress(&from->subaddress, &out->subaddress);
}

static void say_not_available(struct pri_party_number *out)
{
	out->valid = 1;
	out->presentation = PRES_NUMBER_NOT_AVAILABLE;
}

void parties_say(const struct leg_party *from, int switch_type, struct pri_party_id *out)
{
	memset(out, 0, sizeof(*out));
	numbers_say(&from->number, &out->number);
	parties_say_subaddress(&from->subaddress, &out->subaddress);
	names_say(from->name, switch_type == PRI_SWITCH_QSIG, &out->name);
	if (!out->name.valid)
		return;
	out->name.presentation = from->number.presentation == LEG_PRES_RESTRICTED
					 ? PRI_PRES_RESTRICTED
					 : PRI_PRES_ALLOWED;
	if (!out->number.valid)
		say_not_available(&out->number);
}

bool parties_is_empty(const struct leg_party *party)
{
	return !*party->number.digits && !*party->name && !party->subaddress.len &&
	       party->number.presentation != LEG_PRES_RESTRICTED;
}

/* Diversions */

/* libpri's number for deflection is its own; on the line it is 4, or 5 when it was immediate (Q.952). */
static uint8_t hear_reason(int reason)
{
	switch (reason) {
	case PRI_REDIR_FORWARD_ON_BUSY:
	case PRI_REDIR_FORWARD_ON_NO_REPLY:
	case PRI_REDIR_UNCONDITIONAL:
		return (uint8_t)reason;
	case PRI_REDIR_DEFLECTION:
	case LEG_DIVERTED_DEFLECTED:
	case LEG_DIVERTED_DEFLECTED + 1:
		return LEG_DIVERTED_DEFLECTED;
	default:
		return LEG_DIVERTED_UNKNOWN;
	}
}

/* libpri sends it in facilities, which have numbers of their own, or as it is in redirecting number. */
static int say_reason(uint8_t reason, int switch_type)
{
	bool facility = switch_type == PRI_SWITCH_QSIG || switch_type == PRI_SWITCH_EUROISDN_E1 ||
			switch_type == PRI_SWITCH_EUROISDN_T1;

	if (reason == LEG_DIVERTED_DEFLECTED && facility)
		return PRI_REDIR_DEFLECTION;
	return hear_reason(reason);
}

void parties_hear_redirecting(const struct pri_party_redirecting *from, struct leg_redirecting *out)
{
	*out = (struct leg_redirecting){ 0 };
	if (from->count <= 0)
		return;
	parties_hear(&from->from, &out->from);
	numbers_hear(&from->orig_called.number, &out->original);
	out->reason = hear_reason(from->reason);
	out->original_reason = hear_reason(from->orig_reason);
	out->count = (uint8_t)(from->count < 255 ? from->count : 255);
}

bool parties_say_redirecting(const struct leg_redirecting *from, int switch_type,
			     struct pri_party_redirecting *out)
{
	memset(out, 0, sizeof(*out));
	if (!from->count && !*from->from.number.digits)
		return false;
	parties_say(&from->from, switch_type, &out->from);
	if (!out->from.number.valid)
		say_not_available(&out->from.number);
	numbers_say(&from->original, &out->orig_called.number);
	out->reason = say_reason(from->reason, switch_type);
	out->orig_reason = say_reason(from->original_reason, switch_type);
	out->count = from->count ? from->count : 1;
	return true;
}

void parties_say_turn(const struct leg_party *to, int switch_type,
		      struct pri_party_redirecting *out)
{
	memset(out, 0, sizeof(*out));
	parties_say(to, switch_type, &out->to);
	out->reason = PRI_REDIR_UNKNOWN;
	out->count = 1;
}
