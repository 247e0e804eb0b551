/* Offer and answer in one dialog (RFC 3264, RFC 6337): whose offer is open, and what is agreed. All methods
 * that carry descriptions ask here, so that no more than one offer is ever open. And the text of our own side,
 * whose version counts up when it changes and only then (RFC 3264 8). Pure; inside struct session.
 *
 * Where offers and their answers are, by the session's state (dialog.c), and what another offer gets then:
 *
 *   state                 open     offer in           answer in              their INVITE  their UPDATE, PRACK
 *   INCOMING              THEIRS   INVITE             reliable 18x, 200      500           500
 *   INCOMING              OURS     reliable 18x       PRACK                  500           491
 *   CALLING, RINGING      OURS     INVITE             18x, 200               491           491
 *   CONFIRMING            NONE     -                  -                      500           answered
 *   OFFERING              OURS     200                ACK                    491           491
 *   MODIFYING             OURS     re-INVITE, UPDATE  200                    491           491
 *   INCOMING, RINGING     NONE     -                  -                      500, 491      answered
 *   ACTIVE                NONE     -                  -                      answered      answered
 *
 * 500 is with Retry-After. Without a description UPDATE is answered in every state. */
#pragma once

#include <stdbool.h>

#include "sip/text/offer.h"

enum exchange_open { EXCHANGE_NONE, EXCHANGE_OURS, EXCHANGE_THEIRS };

struct exchange {
	enum exchange_open open;
	bool agreed;         /* a first round is complete, and no other is open */
	struct offer theirs; /* as last taken; n_formats 0: they have not described themselves */
	struct mg_rtp rtp;   /* what follows from it */
};

struct description {
	struct offer_origin origin;
	bool fresh;                /* of this round */
	char text[OFFER_TEXT_MAX]; /* as last sent; "": nothing was */
};

/* What an offer of theirs gets now, but for INVITE: 0 (it is to be answered), 491, or 500 with Retry-After
 * (RFC 3311 5.2, RFC 3262 5). */
int exchange_refusal(const struct exchange *x);
/* An answer went out or came. */
void exchange_close(struct exchange *x);

/* The next text is of another round of offer and answer. */
void description_new_round(struct description *d);
/* before: their description so far, whose m= lines ours has too. hold: we send, and do not listen. Both return the
 * text, which stays the same within a round. */
const char *description_offer(struct description *d, const struct offer *before,
			      const struct offer_policy *ours, enum leg_law law, bool hold);
/* RFC 3264 6.1: the answer calls telephone-event what their offer does, and so do our offers from then on. */
const char *description_answer(struct description *d, const struct offer *theirs,
			       const struct mg_rtp *agreed);
