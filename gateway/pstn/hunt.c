/* Hunting. The two ends of a trunk hunt from opposite ends, so that they rarely take the same channel at
 * the same time; round robin spreads calls, and with them a faulty channel's harm. */
#include "pstn/hunt.h"

static unsigned lowest(uint32_t set)
{
	return set ? (unsigned)__builtin_ctz(set) : 0;
}

static unsigned highest(uint32_t set)
{
	return set ? 31 - (unsigned)__builtin_clz(set) : 0;
}

unsigned hunt_pick(enum trunk_hunt order, uint32_t free, unsigned last)
{
	free &= ~1U; /* timeslot 0 is framing */
	if (order == HUNT_DESCENDING)
		return highest(free);
	if (order == HUNT_ROUND_ROBIN) {
		uint32_t above = last < 31 ? free & (~0U << (last + 1)) : 0;
		if (above)
			return lowest(above);
	}
	return lowest(free);
}
