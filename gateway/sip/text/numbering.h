/* How a peer writes telephone numbers: as E.164, as dialled in its country, or as they come. Between that and Q.931's
 * type of number (4.5.10). Also which numbers are its own. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "call/leg.h"

enum number_format {
	NUMBER_AS_DIALLED, /* "+" is an international number, all else is of unknown type */
	NUMBER_E164,       /* whatever can be told so with "+" */
	NUMBER_NATIONAL,   /* with the prefixes that are dialled in the country */
};
/* What a phone-context or trunk-context is made of: a domain, or +digits. */
#define NUMBERING_CONTEXT_CHARS "+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
enum { NUMBER_COUNTRY_MAX = 3, NUMBER_PREFIX_MAX = 6, NUMBER_OWN_MAX = 8, NUMBER_CONTEXT_MAX = 64 };

struct number_policy {
	uint8_t format; /* enum number_format */
	char country_code[NUMBER_COUNTRY_MAX + 1];
	char international_prefix[NUMBER_PREFIX_MAX + 1]; /* "00"; "" for none */
	char national_prefix[NUMBER_PREFIX_MAX + 1];
	char phone_context[NUMBER_CONTEXT_MAX]; /* said of local numbers (RFC 3966 5.1.5); "" not */
	/* What its own numbers begin with, international ones without "+"; n_own 0: nobody knows. */
	char own[NUMBER_OWN_MAX][LEG_DIGITS_MAX + 1];
	size_t n_own;
	char default_number[LEG_DIGITS_MAX + 1]; /* said of a caller with another; "" for none */
};

/* From the peer: prefixes become a type, unless format is NUMBER_AS_DIALLED. */
void numbering_hear(const struct number_policy *policy, struct leg_number *number);
/* To the peer: its format; LEG_TON_INTERNATIONAL is written with "+". What cannot be put so stays as it is. */
void numbering_say(const struct number_policy *policy, struct leg_number *number);
/* A number with this phone-context can be used here: its own country's, or any where that is not known. */
bool numbering_is_local(const struct number_policy *policy, const char *context);
/* Q.951.3 2.5.2: a number that a user gives of itself is passed or failed, or the default one takes its place. Left
 * as it is where nobody knows the peer's own numbers. */
void numbering_screen(const struct number_policy *policy, struct leg_number *number);
bool numbering_is_own(const struct number_policy *policy, const struct leg_number *number);
