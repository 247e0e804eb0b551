/* Calls that come in over SIP: what the server side does in each state until the ACK, and with requests that
 * change an established session. Control thread. */
#pragma once

#include "sip/session/session.h"

/* May this INVITE become a call? 0 with its numbers and their description, or the status that refuses it. */
int uas_check(const struct peer *peer, const sip_t *sip, struct leg_setup *setup,
	      struct offer *theirs, unsigned *warning);
/* Sends that status, with what the caller needs to do better. */
void uas_refuse(const struct peer *peer, nta_incoming_t *irq, int status, unsigned warning);
/* It becomes one; old: the session whose place in its call it takes, NULL: none. The session has its dialog and the
 * INVITE's transaction. */
void uas_begin(struct session *s, const sip_t *sip, const struct leg_setup *setup,
	       const struct offer *theirs, struct session *old);

/* The INVITE that has become the session's brings more digits of the number (receiving.h). */
void uas_go_on(struct session *s, const sip_t *sip, const struct leg_setup *setup,
	       const struct offer *theirs);
/* The number goes on as one that may not be called, or as another one: the session ends with that status. */
void uas_abandon(struct session *s, int status, unsigned cause);

/* osmo_fsm actions. */
void uas_incoming(struct osmo_fsm_inst *fi, uint32_t event, void *data); /* ST_INCOMING */
void uas_confirming(struct osmo_fsm_inst *fi, uint32_t event,
		    void *data); /* ST_CONFIRMING, ST_OFFERING */
void uas_unacked(struct osmo_fsm_inst *fi, uint32_t event, void *data); /* ST_UNACKED */

/* The timer of ST_INCOMING: the INVITE's Expires. */
void uas_expired(struct session *s);

void uas_reinvite(struct session *s, struct session_request *request);
