/* Early dialogs of an INVITE of ours: every fork that responds is one, with its own route, its own numbering of
 * reliable responses, and its own state of offer and answer (RFC 3261 12.1, RFC 3262 4, RFC 6337 3.1). One is at
 * hand: the one that spoke last; its dialog and exchange are the session's. Control thread; sessions own them. */
#pragma once

#include "sip/session/session.h"

enum { EARLY_MAX = 16 }; /* forks of one INVITE that are listened to */

/* The dialog of this provisional response is at hand. False: it is of none that can be had, and is left out. */
bool early_hear(struct session *s, const sip_t *sip);
/* The same for a request that came in a dialog. */
void early_choose(struct session *s, const nta_leg_t *leg);
/* The dialog at hand is over, its session is not (RFC 6228). */
void early_drop(struct session *s);
/* A 2xx: its dialog is the session's, the others are over. False: no memory. */
bool early_win(struct session *s, const sip_t *sip);
/* All are over: the session's dialog is one without a remote end, for another INVITE after this one. NULL: no
 * memory, and all is as it was. */
nta_leg_t *early_renew(struct session *s, const sip_t *invite);
/* All are over, but for the session's dialog. */
void early_forget(struct session *s);

/* RFC 3262 4. False: it came before, or out of turn, and is left out; else it is acknowledged. */
bool early_take_reliable(struct session *s, const sip_t *sip);
