/* 3xx to our INVITE (RFC 3261 8.1.3.4): the call goes where it says, as the peer's configuration has it. Control thread. */
#pragma once

#include "sip/session/session.h"

/* A final response other than 2xx: true when another URI is left to be tried, which redirect_uri() is from now on. */
bool redirect_take(struct session *s, const sip_t *sip);
/* Where the INVITE goes; NULL: to the peer itself. */
const char *redirect_uri(const struct session *s);
/* The number that the hub is to look for another way to; false: there is none. */
bool redirect_number(const struct session *s, const sip_t *sip,
		     char out[static LEG_DIGITS_MAX + 1]);
