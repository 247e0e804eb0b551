/* How ISDN calls clear: Q.931 5.3 and 5.4 towards the line, LEG_DISCONNECT and LEG_RELEASE towards the hub,
 * libpri's short cuts. Control thread. */
#pragma once

#include "pstn/isdn/isdn_leg.h"

/* CALL PROCEEDING, if no message but SETUP ACKNOWLEDGE has answered the SETUP yet. */
void isdn_clear_proceed(struct isdn_leg *leg);
/* A cause that may be sent in any message and state; 31 for those that may not. */
unsigned isdn_clear_sendable(unsigned cause);
/* What the line is told for a cause of the hub: by the trunk's `cause-map to-line`, and sendable. */
unsigned isdn_clear_told(const struct isdn_leg *leg, unsigned cause);

/* We clear for a reason of our own, with a cause for the line and one for the hub. */
void isdn_clear_both(struct isdn_leg *leg, unsigned line_cause, unsigned hub_cause);
/* What ends a call in every state before release request: LEG_DISCONNECT, LEG_RELEASE, LINE_ from DISCONNECT
 * on, MEDIA_FAILED. */
void isdn_clear_event(struct isdn_leg *leg, uint32_t event, const void *data);
void isdn_clear_by_hub(struct isdn_leg *leg, const struct leg_msg *msg);
/* The call reference is free, or must be freed here: LINE_RELEASE, CLEARED, ABORT, CUT. */
void isdn_clear_gone(struct isdn_leg *leg, uint32_t event, const struct isdn_line_msg *line);
