/* Who diverted a call, in History-Info (RFC 7044, also as RFC 4244 wrote it), to and from Q.952's redirecting number (RFC
 * 7544). Pure. */
#pragma once

#include "sip/text/diversion.h"

/* False, and *out unchanged, when the message tells of no diversion. */
bool history_read(const sip_t *sip, struct leg_redirecting *out);
/* Whole header lines; "" when nobody diverted the call. */
void history_write(const struct leg_redirecting *redirecting, const struct diversion_to *to,
		   char out[static DIVERSION_TEXT_MAX]);
