/* PRACK of ours (RFC 3262 4): it is sent again until it is answered, and once more with credentials where those are asked
 * for (RFC 3261 22); how it is answered then changes nothing. Control thread; inside what hears the response that it
 * acknowledges, all zero at first. */
#pragma once

#include "sip/session/session.h"

/* Of a reliable response to an INVITE of the session's, in the dialog at hand. */
void prack_send(struct prack *prack, struct session *s, const sip_t *response);
/* What was sent goes on without us. */
void prack_stop(struct prack *prack);
