/* Requests of ours that change an established session (session_modify in session.h): re-INVITE for another
 * description, UPDATE for all else if the peer takes it. One at a time; what comes meanwhile waits. When both
 * sides ask at once, we wait a random time and ask again (RFC 3261 14.1). Control thread. */
#pragma once

#include "sip/session/session.h"

/* osmo_fsm action of ST_MODIFYING. */
void modify_modifying(struct osmo_fsm_inst *fi, uint32_t event, void *data);
/* EV_NOTIFY in every state: the far circuit holds, or what else it says that the peer is to know. */
void modify_on_notify(struct session *s, const struct leg_msg *msg);
/* EV_MODIFIED outside that state: an UPDATE of ours from before the answer is done. */
void modify_early_done(struct session *s, const sip_t *sip);
/* EV_MODIFIED once the session ends: a 2xx is acknowledged all the same. */
void modify_late(struct session *s, const sip_t *sip);
/* Allow says what the peer takes. */
void modify_learn(struct session *s, const sip_t *sip);
/* Lets go of the request under way. */
void modify_stop(struct session *s);
