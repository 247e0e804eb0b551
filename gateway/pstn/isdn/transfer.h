/* Transfer: two calls of one D channel that are joined here are joined by the exchange instead, and both
 * channels are free (2BCT of ANSI T1.643 and its kin, ECT of EN 300 369-1, RLT of NIS-A211). Control thread. */
#pragma once

#include "pstn/isdn/isdn_leg.h"

/* The caller's leg has become active, which is the last of the two that does. When the exchange takes over, it clears both calls; when it refuses, nothing
 * changes. */
void transfer_offer(struct isdn_leg *leg);
