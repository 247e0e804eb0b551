/* REFER (RFC 3515): the peer's user has the other party of a call put through to a number, or to the other party of
 * another call (RFC 5589), and hears of it by NOTIFY. Control thread; the session owns it. */
#pragma once

#include "sip/session/session.h"

enum { REFER_EXPIRES_S = 180 };

/* One within a session. The status that it is answered with, or has been. */
int refer_take(struct session *s, nta_incoming_t *irq, const sip_t *sip);
/* The hub says how it goes (LEG_TRANSFER). */
void refer_tell(struct session *s, const struct leg_msg *msg);
/* It has no outcome yet that the peer wants to hear of: its subscription keeps the dialog, whatever becomes of the call. */
bool refer_lives(const struct session *s);
/* There will be none: the subscription has lasted REFER_EXPIRES_S. */
void refer_expire(struct session *s);
/* The session ends, and hears no more of it. */
void refer_stop(struct session *s);

/* May a user of the one take over a dialog with the other? */
bool refer_between(const struct peer *one, const struct peer *other);
/* The session whose dialog a Replaces header names, NULL: none. */
struct session *refer_find(const struct sip *ground, const sip_replaces_t *replaces);
