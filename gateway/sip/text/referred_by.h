/* Who had a call placed: Referred-By (RFC 3892 3). Its URI is what is taken and given; the token that cid names would be a
 * body, and a display name proves nothing. Pure; every octet comes from a stranger. */
#pragma once

#include <sofia-sip/sip.h>

#include "call/leg.h"

/* The URI of that header as it may be given on: sip:, sips: or tel:, without password and headers. "": there is none, or
 * none such. by may be NULL. */
void referred_by_read(const sip_referred_by_t *by, char out[static LEG_REFERRER_MAX]);
