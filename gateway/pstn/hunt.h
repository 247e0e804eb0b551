/* Which free channel the next call takes. Pure. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "pstn/trunk_config.h"

/* A channel (trunk_channel) of those that are free (bit t of free[m]: timeslot t of member m), or 0 when there
 * is none. last is what was taken before, 0 at first; round robin goes on above it. */
unsigned hunt_pick(enum trunk_hunt order, const uint32_t free[], size_t n_members, unsigned last);
