/* A called number that comes in parts (overlap receiving; RFC 3578 3.2): each INVITE of the same Call-ID
 * and From tag has all digits so far, and the newest is the session's. Only from peers whose configuration says so.
 * Control thread; sessions own theirs, NULL where the number was whole from the start.
 *
 *   state   heard                                  to     done
 *   OPEN    INVITE with more digits                OPEN   484 to the one before it, LEG_INFORMATION
 *   OPEN    the same, not a longer number by our   -      484 to the one before it, the end; a call of its own
 *           rules of numbers
 *   OPEN    the same, which may not be called      -      403 to both, the end
 *   OPEN    time is up                             WHOLE  LEG_INFORMATION, complete
 *   OPEN    LEG_PROCEEDING, ALERTING, CONNECT      WHOLE  -
 *   WHOLE   INVITE with more digits, answered or   WHOLE  484 to it
 *           not
 *   both    CANCEL, BYE, cleared                   -      the end
 *
 * LEG_PROGRESS may be dial tone, and ends nothing. */
#pragma once

#include "sip/session/session.h"

struct receiving {
	bool open;
	struct osmo_timer_list pause;  /* between two digits */
	char said[LEG_DIGITS_MAX + 1]; /* the number as the newest INVITE had it */
	uint32_t cseq;                 /* of the newest INVITE */
	struct leg_number called;      /* the same by the peer's rules, as the hub knows it */
};

/* The number of the INVITE's Request-URI as it stands there, "" when there is none. */
void receiving_read(const sip_t *sip, char said[static LEG_DIGITS_MAX + 1]);
/* The first INVITE; *setup becomes incomplete. False: no memory. */
bool receiving_begin(struct session *s, const sip_t *sip, struct leg_setup *setup);
/* The session that this INVITE brings more digits for, whole or not yet; NULL: none. peer NULL: whose it is has yet to be
 * shown. */
struct session *receiving_find(const struct sip *ground, const struct peer *peer, const sip_t *sip);
/* What of the longer number the hub does not know; NULL: it is no continuation of what it knows. */
const char *receiving_rest(const struct session *s, const struct leg_number *called);
/* The session goes on with that INVITE, whose digits are all known now. */
void receiving_note(struct session *s, const sip_t *sip, const struct leg_number *called);
/* No more digits count. */
void receiving_end(struct session *s);
