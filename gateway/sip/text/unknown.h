/* Headers that Sofia-SIP has no type for. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <sofia-sip/sip.h>
#include <sofia-sip/url.h>

enum { UNKNOWN_VALUE_MAX = 2048 };

/* The next header of that name behind after (NULL: the first), or NULL. One longer than UNKNOWN_VALUE_MAX is
 * passed over. */
const sip_unknown_t *unknown_next(const sip_t *sip, const char *name, const sip_unknown_t *after);
/* The value of a parameter in a list as Sofia keeps them, unquoted by the caller; "" without one; NULL: absent. */
const char *unknown_param(const msg_param_t *params, const char *name);
/* The same in ";"-separated text: of a URI. out gets the value, cut and unescaped. False: absent. */
bool unknown_uri_param(const char *params, const char *name, char *out, size_t size);
