/* Numbers and names between SIP and leg.h. Pure. RFC 3398 7.2.1.1 and 8.2.1.1 (numbers), RFC 3261 19.1.6 and RFC 3966
 * (telephone numbers in URIs). Whatever comes from outside is cut to what leg.h may hold. */
#pragma once

#include <stdbool.h>

#include <sofia-sip/url.h>

#include "call/leg.h"

enum { NUMBER_USER_MAX = 3 * LEG_DIGITS_MAX + 2, NUMBER_NAME_MAX = 2 * LEG_NAME_MAX + 3 };

/* A number out of a sip: or tel: URI's user part. 0; -EINVAL when it is no telephone number, -EMSGSIZE when it
 * is a longer one than leg.h may hold; out is unchanged then. */
int number_from_url(const url_t *url, struct leg_number *out);
/* The same out of text: digits, with "+" before an international number, and visual separators. */
int number_from_text(const char *text, struct leg_number *out);
/* A display name as it came, maybe quoted: UTF-8 without control characters, cut between characters. */
void number_name(const char *display, char out[static LEG_NAME_MAX]);
/* A network says that it is the caller's: it may be asserted to others (RFC 3325 5, Q.1912.5). */
bool number_is_verified(const struct leg_number *calling);

/* The user part that says this number: "+4930123", "%23600"; "" for no digits. */
void number_user(const struct leg_number *number, char out[static NUMBER_USER_MAX]);
/* A display name as a quoted string with a blank behind it, ready for "<"; "" for no name. */
void number_display(const char *name, char out[static NUMBER_NAME_MAX]);
