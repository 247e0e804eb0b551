/* A called number that grows while it is dialled (RFC 3578 3.1): each LEG_INFORMATION is an INVITE of the same Call-ID
 * and From tag with all digits so far. The newest is the session's invite_out, those before it are kept here as long as
 * they are not answered: one that is answered by 2xx wins all the same. Control thread; sessions own theirs, NULL
 * where the number was whole from the start.
 *
 *   state   heard                         to     done
 *   OPEN    digits                        OPEN   the next INVITE
 *   OPEN    the last digits               WHOLE  the next INVITE
 *   OPEN    complete                      WHOLE  -
 *   OPEN    484 to the newest             SHORT  -
 *   OPEN    18x, 2xx to the newest        WHOLE  the others are cancelled, the hub hears LEG_PROCEEDING
 *   SHORT   digits, last or not           OPEN, WHOLE  the next INVITE
 *   SHORT   complete                      WHOLE  the end, cause 28
 *   both    2xx to an older one           WHOLE  it is the session's, the others are cancelled
 *   both    any other answer to an older  same   -
 *   OPEN    any other failure             WHOLE  the others are cancelled, the end, or the next place of the peer
 *   both    no answer, cleared            WHOLE  all are cancelled, the end
 *   WHOLE   digits                        WHOLE  -; 484 is the end, cause 28
 *
 * Digits that come before the first INVITE go into it; without any there is none. */
#pragma once

#include "sip/session/session.h"

enum overlap_state { OVERLAP_OPEN, OVERLAP_SHORT, OVERLAP_WHOLE };
enum overlap_next { OVERLAP_WAIT, OVERLAP_ASK, OVERLAP_FAIL /* cause 28 */ };

struct overlap {
	enum overlap_state state;
	nta_outgoing_t
		*older[LEG_DIGITS_MAX]; /* not answered yet; each is a digit shorter at least */
	size_t n_older;
};

/* The hub's SETUP is incomplete. False: no memory. */
bool overlap_begin(struct session *s);
/* Nothing is under way but older ones: the newest INVITE was answered, or there was none yet. */
bool overlap_is_answered(const struct session *s);
/* LEG_INFORMATION: the number is longer, or whole. */
enum overlap_next overlap_dial(struct session *s, const struct leg_msg *msg);
/* 484 to the newest, or no digit yet. False: it ends the call. */
bool overlap_wants_more(struct session *s);
/* Another INVITE takes the place of the newest, which is kept if it may be answered yet. */
void overlap_set_aside(struct session *s);
/* No more digits count; the older INVITEs are cancelled. */
void overlap_end(struct session *s);
