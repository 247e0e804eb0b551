/* INVITE with Replaces (RFC 3891): a new session takes the place of another in its call. Control thread. */
#pragma once

#include "sip/session/session.h"

/* Which session the INVITE is to replace, into *old; NULL: it is an INVITE as any other. 0, or the status that refuses it. */
int replaces_find(const struct sip *ground, const struct peer *peer, const sip_t *sip,
		  struct session **old);
/* It takes that one's place in the call: it is told LEG_CONNECT, and the old one LEG_RELEASE. 0, or the status that
 * refuses the INVITE. */
int replaces_take(struct session *s, struct session *old, enum leg_law law);
