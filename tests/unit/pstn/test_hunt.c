/* Hunting for a free channel. */
#include "tests/unit/unit.h"

#include <osmocom/core/utils.h>

#include "pstn/hunt.h"

enum { E1 = 0xfffefffe }; /* timeslots 1-15, 17-31 */

static const struct {
	enum trunk_hunt order;
	uint32_t free;
	unsigned last, picked;
} rows[] = {
	{ HUNT_ASCENDING, E1, 0, 1 },
	{ HUNT_ASCENDING, E1, 31, 1 },
	{ HUNT_ASCENDING, E1 & ~0xfffeU, 3, 17 },
	{ HUNT_ASCENDING, 1U << 31, 0, 31 },
	{ HUNT_DESCENDING, E1, 0, 31 },
	{ HUNT_DESCENDING, E1 & 0xffff, 0, 15 },
	{ HUNT_DESCENDING, 2, 1, 1 },
	{ HUNT_ROUND_ROBIN, E1, 0, 1 },
	{ HUNT_ROUND_ROBIN, E1, 1, 2 },
	{ HUNT_ROUND_ROBIN, E1, 15, 17 },
	{ HUNT_ROUND_ROBIN, E1, 31, 1 },
	{ HUNT_ROUND_ROBIN, 1U << 5, 5, 5 },
	{ HUNT_ROUND_ROBIN, 1U << 5 | 1U << 3, 5, 3 },
	/* none is free */
	{ HUNT_ASCENDING, 0, 0, 0 },
	{ HUNT_DESCENDING, 0, 7, 0 },
	{ HUNT_ROUND_ROBIN, 0, 31, 0 },
	/* timeslot 0 carries no call */
	{ HUNT_ASCENDING, 1, 0, 0 },
	{ HUNT_DESCENDING, 1, 0, 0 },
	{ HUNT_ROUND_ROBIN, 1, 4, 0 },
};

START_TEST(each_order_picks_its_channel)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		ck_assert_msg(hunt_pick(rows[i].order, rows[i].free, rows[i].last) ==
				      rows[i].picked,
			      "row %zu", i);
}
END_TEST

UNIT_MAIN("hunt", each_order_picks_its_channel)
