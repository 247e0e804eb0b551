/* The state machine of ISDN calls: where they begin. Control thread. */
#pragma once

#include <libpri.h>

#include "pstn/isdn/isdn_leg.h"
#include "pstn/isdn/q931.h"

/* A leg for an outgoing call, on a free channel; NULL without memory. */
struct isdn_leg *isdn_machine_seize(struct isdn *isdn, unsigned channel);
/* A SETUP came and may have that free channel: offers it to the hub. heard: what its frame said besides. False
 * without memory. */
bool isdn_machine_ring(struct isdn *isdn, const pri_event_ring *ring,
		       const struct q931_heard *heard, unsigned channel);
