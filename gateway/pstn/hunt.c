/* Hunting. The two ends of a trunk hunt from opposite ends, or one takes the even channels first and the other
 * the odd ones, so that they rarely take the same channel at the same time; round robin spreads calls, and
 * with them a faulty channel's harm. */
#include "pstn/hunt.h"

static const uint32_t EVEN = 0x55555554, ODD = 0xaaaaaaaa, ALL = ~1U; /* timeslot 0 is framing */

/* The lowest channel above last that is free and in the mask. */
static unsigned lowest(const uint32_t free[], size_t n_members, uint32_t mask, unsigned last)
{
	for (size_t m = trunk_channel_member(last); m < n_members; m++) {
		uint32_t set = free[m] & mask;
		unsigned t = trunk_channel_timeslot(last);

		if (m == trunk_channel_member(last))
			set &= t < TRUNK_TIMESLOTS - 1 ? ~0U << (t + 1) : 0;
		if (set)
			return trunk_channel(m, (unsigned)__builtin_ctz(set));
	}
	return 0;
}

static unsigned highest(const uint32_t free[], size_t n_members)
{
	for (size_t m = n_members; m > 0; m--) {
		uint32_t set = free[m - 1] & ALL;

		if (set)
			return trunk_channel(m - 1, 31 - (unsigned)__builtin_clz(set));
	}
	return 0;
}

static unsigned least_used(const struct hunt *hunt, const uint32_t free[])
{
	unsigned best = lowest(free, hunt->n_members, ALL, 0);

	for (unsigned c = best; c; c = lowest(free, hunt->n_members, ALL, c))
		if (hunt->uses[c] < hunt->uses[best])
			best = c;
	return best;
}

unsigned hunt_pick(const struct hunt *hunt, const uint32_t free[])
{
	const size_t n_members = hunt->n_members;
	unsigned channel = 0;

	switch (hunt->order) {
	case HUNT_DESCENDING:
		return highest(free, n_members);
	case HUNT_ROUND_ROBIN:
		channel = lowest(free, n_members, ALL, hunt->last);
		break;
	case HUNT_EVEN:
		channel = lowest(free, n_members, EVEN, 0);
		break;
	case HUNT_ODD:
		channel = lowest(free, n_members, ODD, 0);
		break;
	case HUNT_LEAST_USED:
		return least_used(hunt, free);
	case HUNT_ASCENDING:
		break;
	}
	return channel ? channel : lowest(free, n_members, ALL, 0);
}
