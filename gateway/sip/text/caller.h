/* Who calls, and who answers, in From, P-Asserted-Identity and P-Preferred-Identity (RFC 3325), Remote-Party-ID
 * (draft-ietf-sip-privacy-04) and Privacy (RFC 3323), with presentation and screening as Q.951 has them. Pure. */
#pragma once

#include <stdbool.h>

#include <sofia-sip/sip.h>

#include "sip/text/numbering.h"

struct caller_policy {
	bool believed; /* identity headers are taken as a network's word */
	const struct number_policy *numbers;
};

/* The caller's number, name and subaddress of an INVITE. */
void caller_read(const sip_t *sip, const struct caller_policy *policy, struct leg_setup *out);
/* Who answers, by a response or a later request of the dialog. False, and *out unchanged, when it does not say, or
 * is not believed. */
bool caller_read_party(const sip_t *sip, const struct caller_policy *policy, struct leg_party *out);
