/* Which free channel the next call takes. Pure. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "pstn/trunk_config.h"

/* A channel (trunk_channel) of those that are free (bit t of free[m]: timeslot t of member m), or 0 when there
 * is none. */
struct hunt {
	enum trunk_hunt order;
	size_t n_members;
	unsigned last;        /* what was taken before, 0 at first; round robin goes on above it */
	const uint32_t *uses; /* by channel, of least used: how often it was taken */
};
unsigned hunt_pick(const struct hunt *hunt, const uint32_t free[]);
