/* Q.931 4.5.8 (called), 4.5.10 (calling party number), 4.5.18 (keypad facility). */
#include "pstn/isdn/numbers.h"

#include <string.h>

#include <osmocom/core/utils.h>

/* What libpri has room for; it cuts longer numbers without a word. */
enum { DIGITS_MAX = 31 };

bool numbers_copy_digits(char to[LEG_DIGITS_MAX + 1], const char *from)
{
	size_t n = strlen(from);

	to[0] = '\0';
	if (!leg_is_number(from) || n >= DIGITS_MAX)
		return false;
	memcpy(to, from, n + 1);
	return true;
}

void numbers_set_plan(struct leg_number *number, int plan)
{
	number->type = plan >> 4 & 7;
	number->plan = plan & 0x0f;
}

void numbers_hear(const struct pri_party_number *from, struct leg_number *out)
{
	*out = (struct leg_number){ .presentation = LEG_PRES_UNAVAILABLE };
	if (!from->valid)
		return;
	numbers_set_plan(out, from->plan);
	out->screening = from->presentation & PRI_PRES_NUMBER_TYPE;
	if (!numbers_copy_digits(out->digits, from->str))
		return;
	if ((from->presentation & PRI_PRES_RESTRICTION) == PRI_PRES_ALLOWED)
		out->presentation = LEG_PRES_ALLOWED;
	else if ((from->presentation & PRI_PRES_RESTRICTION) == PRI_PRES_RESTRICTED)
		out->presentation = LEG_PRES_RESTRICTED;
}

static int presentation_of(const struct leg_number *number)
{
	static const int presentations[] = {
		[LEG_PRES_ALLOWED] = PRI_PRES_ALLOWED,
		[LEG_PRES_RESTRICTED] = PRI_PRES_RESTRICTED,
		[LEG_PRES_UNAVAILABLE] = PRI_PRES_UNAVAILABLE,
	};

	if (number->presentation > LEG_PRES_UNAVAILABLE)
		return PRES_NUMBER_NOT_AVAILABLE;
	return presentations[number->presentation] | (number->screening & PRI_PRES_NUMBER_TYPE);
}

int numbers_plan(const struct leg_number *number)
{
	return (number->type & 7) << 4 | (number->plan & 0x0f);
}

bool numbers_is_sendable(const char *digits)
{
	return *digits && strlen(digits) <= DIGITS_MAX;
}

void numbers_say(const struct leg_number *from, struct pri_party_number *out)
{
	bool sendable = numbers_is_sendable(from->digits);

	memset(out, 0, sizeof(*out));
	if (!sendable && from->presentation == LEG_PRES_ALLOWED)
		return;
	out->valid = 1;
	out->presentation = presentation_of(from);
	out->plan = numbers_plan(from);
	if (sendable)
		osmo_strlcpy(out->str, from->digits, sizeof(out->str));
}
