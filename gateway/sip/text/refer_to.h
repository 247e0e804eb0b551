/* What a transfer asks for: Refer-To (RFC 3515 2.1) with the dialog that is to be replaced (RFC 3891 6.1) in the headers
 * of its URI. Pure; every octet comes from a stranger. */
#pragma once

#include <sofia-sip/sip.h>

#include "call/leg.h"

enum { REFER_REPLACES_MAX = 512 };

struct refer_to {
	struct leg_number called;
	char replaces
		[REFER_REPLACES_MAX]; /* as in a Replaces header; "": a call of its own is wanted */
};

/* 0, or the status that the REFER deserves: 400, 404, 416, 484; 403 when it is not for an INVITE. */
int refer_to_read(const sip_refer_to_t *to, struct refer_to *out);

/* A Replaces header's value, NULL when it is none: a Call-ID, one to-tag and one from-tag. */
sip_replaces_t *refer_to_replaces(su_home_t *home, const char *value);
