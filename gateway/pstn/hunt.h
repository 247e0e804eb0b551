/* Which free channel the next call takes. Pure. */
#pragma once

#include <stdint.h>

#include "pstn/trunk_config.h"

/* A timeslot out of free (bit t: timeslot t), or 0 when there is none. last is what was taken before, 0
 * at first; round robin goes on above it. */
unsigned hunt_pick(enum trunk_hunt order, uint32_t free, unsigned last);
