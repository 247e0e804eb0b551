/* Calls that go out over SIP: what the client side does in each state until the answer. Control thread. */
#pragma once

#include "sip/session/session.h"

/* The INVITE at hand is refused, and is to be sent again as it was: its early dialogs are over. False: no memory. */
bool uac_begin_anew(struct session *s);

/* osmo_fsm actions. */
void uac_idle(struct osmo_fsm_inst *fi, uint32_t event, void *data);      /* ST_IDLE: told SETUP */
void uac_preparing(struct osmo_fsm_inst *fi, uint32_t event, void *data); /* ST_PREPARING */
void uac_calling(struct osmo_fsm_inst *fi, uint32_t event, void *data); /* ST_CALLING, ST_RINGING */
void uac_cancelling(struct osmo_fsm_inst *fi, uint32_t event, void *data); /* ST_CANCELLING */

/* The timers of these states. */
void uac_no_answer(struct session *s);
void uac_never_cancelled(struct session *s);
