/* What happens to a call beside its states, in both directions: suspension, hold, diversion, transfer (Q.931
 * 5.9, EN 300 207-1, EN 300 369-1). Control thread. */
#pragma once

#include "pstn/isdn/isdn_leg.h"

/* NOTIFY came with that indicator (7 bits), or somebody else is at the far end. */
void notify_hear(struct isdn_leg *leg, int indicator);
void notify_hear_party(struct isdn_leg *leg, enum leg_notification notification,
		       const struct pri_party_id *party);

void notify_say(struct isdn_leg *leg, const struct leg_msg *msg);
/* Who it is that answers, for CONNECT. */
void notify_say_connected(struct isdn_leg *leg, const struct leg_party *party);
