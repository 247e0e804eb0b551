/* Names between UTF-8 and what lines carry: the character sets of QSIG (ECMA-164 6.3) and IA5 for a display
 * (Q.931 4.5.16). Names from the line may be any octets. Pure. */
#pragma once

#include <stdbool.h>

#include <libpri.h>

#include "call/leg.h"

/* char_set: PRI_CHAR_SET_. Control characters are left out, what is too long is cut. */
void names_hear(const char *name, int char_set, char out[LEG_NAME_MAX]);

/* Name, character set and valid; the presentation is the caller's. any_letter: the line has character sets
 * (QSIG); else letters become the nearest of IA5 and what has none is left out. */
void names_say(const char *utf8, bool any_letter, struct pri_party_name *out);
