/* Digits in INFO requests (RFC 6086 legacy usage), from the peer and to it, and digits that the far circuit's user keys.
 * Control thread; the session owns them. */
#pragma once

#include "sip/session/session.h"

/* One within a session. The status that it is answered with, or has been. */
int info_take(struct session *s, nta_incoming_t *irq, const sip_t *sip);
/* Digits that were played to the peer have ended. */
void info_played(struct session *s);
void info_stop(struct session *s);
