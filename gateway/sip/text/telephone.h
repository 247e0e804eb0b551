/* What the telephone number in a URI says besides its digits: RFC 3966 (phone-context, isub), RFC 4715 (isub-encoding),
 * RFC 4694 (rn, npdi, cic), RFC 4904 (tgrp, trunk-context). In a tel: URI they are its parameters, in a sip: URI
 * those of its user part (RFC 3261 19.1.6). Pure. What is too long or malformed is left out. */
#pragma once

#include "sip/text/number.h"

enum { TELEPHONE_CONTEXT_MAX = 64, TELEPHONE_USER_MAX = 640 };

struct telephone {
	struct leg_number number;
	char context[TELEPHONE_CONTEXT_MAX]; /* phone-context: "+49" or a domain; "" for none */
	struct leg_subaddress subaddress;
	struct leg_transit transit;
	char trunk_context[TELEPHONE_CONTEXT_MAX]; /* of transit.trunk_group */
};

/* 0, -EINVAL or -EMSGSIZE as number_from_url; *out is unchanged then. */
int telephone_read(const url_t *url, struct telephone *out);
/* The user part of a sip: URI that says all of it; "" without digits. */
void telephone_write(const struct telephone *telephone, char out[static TELEPHONE_USER_MAX]);
