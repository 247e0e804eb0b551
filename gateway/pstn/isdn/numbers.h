/* Numbers between libpri's form and a leg's. Pure. */
#pragma once

#include <libpri.h>

#include "call/leg.h"

/* What is no number, or so long that it may have been cut, counts as not available. */
void numbers_hear(const struct pri_party_number *from, struct leg_number *out);
void numbers_say(const struct leg_number *from, struct pri_party_number *out);

/* False when it is no number, or so long that it may have been cut; to is empty then. */
bool numbers_copy_digits(char to[LEG_DIGITS_MAX + 1], const char *from);
/* Not empty, and not too long for libpri. */
bool numbers_is_sendable(const char *digits);
/* Type and plan as in octet 3 of the element. */
void numbers_set_plan(struct leg_number *number, int plan);
int numbers_plan(const struct leg_number *number);
