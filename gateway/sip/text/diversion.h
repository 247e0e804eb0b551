/* Who diverted a call, in the Diversion header (RFC 5806), to and from Q.952's redirecting number (RFC 7544). Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <sofia-sip/sip.h>

#include "call/leg.h"

enum { DIVERSION_TEXT_MAX = 2048 };

/* False, and *out unchanged, when the message tells of no diversion. */
bool diversion_read(const sip_t *sip, struct leg_redirecting *out);

/* How it is told to a peer. */
struct diversion_to {
	const char *host;   /* of our URIs */
	const char *called; /* the URI that the call goes to now, without "<" */
	bool secrets;       /* restricted numbers are told, and marked; else left out */
};
/* Whole header lines; "" when nobody diverted the call. */
void diversion_write(const struct leg_redirecting *redirecting, const struct diversion_to *to,
		     char out[static DIVERSION_TEXT_MAX]);
