/* Credentials in a session's requests (RFC 3261 22.3): once the peer has asked for them in it, all that follow show them
 * unasked, which spares a round trip, and lets one be believed whose challenge nobody would hear. Control thread. */
#pragma once

#include "sip/session/session.h"

/* credentials_retry() of a request of the session's, in that dialog. */
nta_outgoing_t *login_retry(struct session *s, nta_leg_t *dialog, nta_outgoing_t *orq,
			    const sip_t *response, nta_response_f *callback, void *data);
/* Headers of a request to be in the dialog at hand; NULL: none. The caller frees them. */
char *login_ahead(struct session *s, const char *method);
#define LOGIN_TAGS(headers) TAG_IF(headers, SIPTAG_HEADER_STR(headers))
