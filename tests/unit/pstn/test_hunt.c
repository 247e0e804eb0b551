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
	{ HUNT_EVEN, E1, 0, 2 },
	{ HUNT_EVEN, E1 & ~4U, 0, 4 },
	{ HUNT_EVEN, 1U << 30 | 1U << 3, 0, 30 },
	{ HUNT_EVEN, 0xaaaaaaa8, 0, 3 },
	{ HUNT_ODD, E1, 0, 1 },
	{ HUNT_ODD, 1U << 2 | 1U << 31, 0, 31 },
	{ HUNT_ODD, 1U << 2 | 1U << 4, 0, 2 },
	/* none is free */
	{ HUNT_ASCENDING, 0, 0, 0 },
	{ HUNT_DESCENDING, 0, 7, 0 },
	{ HUNT_ROUND_ROBIN, 0, 31, 0 },
	/* timeslot 0 carries no call */
	{ HUNT_ASCENDING, 1, 0, 0 },
	{ HUNT_DESCENDING, 1, 0, 0 },
	{ HUNT_ROUND_ROBIN, 1, 4, 0 },
};

static unsigned pick(enum trunk_hunt order, const uint32_t free[], size_t n_members, unsigned last)
{
	const struct hunt hunt = { .order = order, .n_members = n_members, .last = last };

	return hunt_pick(&hunt, free);
}

START_TEST(each_order_picks_its_channel)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		ck_assert_msg(pick(rows[i].order, &rows[i].free, 1, rows[i].last) == rows[i].picked,
			      "row %zu", i);
}
END_TEST

static const struct {
	enum trunk_hunt order;
	uint32_t free[3];
	unsigned last, picked;
} group_rows[] = {
	{ HUNT_ASCENDING, { 0, 0, 2 }, 0, 65 },
	{ HUNT_ASCENDING, { 1, 8, 2 }, 0, 35 },
	{ HUNT_DESCENDING, { 2, 0x80000008, 0 }, 0, 63 },
	{ HUNT_DESCENDING, { 2, 1, 1 }, 0, 1 },
	{ HUNT_ROUND_ROBIN, { 0x80000002, 4, 8 }, 31, 34 },
	{ HUNT_ROUND_ROBIN, { 0x80000002, 4, 8 }, 34, 67 },
	{ HUNT_ROUND_ROBIN, { 0x80000002, 4, 8 }, 67, 1 },
	{ HUNT_ROUND_ROBIN, { 0x80000002, 4, 8 }, 1, 31 },
	{ HUNT_ROUND_ROBIN, { 0, 0, 8 }, 95, 67 },
	{ HUNT_EVEN, { 2, 2, 4 }, 0, 66 },
	{ HUNT_EVEN, { 0, 2, 8 }, 0, 33 },
	{ HUNT_ODD, { 4, 4, 8 }, 0, 67 },
	{ HUNT_ODD, { 0, 4, 4 }, 0, 34 },
	{ HUNT_ODD, { 1, 0, 0 }, 0, 0 },
};

START_TEST(a_group_of_spans_is_hunted_as_one)
{
	for (size_t i = 0; i < ARRAY_SIZE(group_rows); i++)
		ck_assert_msg(pick(group_rows[i].order, group_rows[i].free, 3,
				   group_rows[i].last) == group_rows[i].picked,
			      "row %zu", i);
}
END_TEST

START_TEST(the_least_used_has_had_the_fewest)
{
	uint32_t uses[3 * TRUNK_TIMESLOTS] = { [1] = 2, [2] = 1, [3] = 1, [34] = 0, [35] = 0 };
	const struct hunt hunt = { HUNT_LEAST_USED, 3, 3, uses };

	ck_assert_uint_eq(hunt_pick(&hunt, (uint32_t[]){ 0xe, 0, 0 }), 2);
	ck_assert_uint_eq(hunt_pick(&hunt, (uint32_t[]){ 0xe, 0xc, 0 }), 34);
	ck_assert_uint_eq(hunt_pick(&hunt, (uint32_t[]){ 0x2, 0, 0 }), 1);
	ck_assert_uint_eq(hunt_pick(&hunt, (uint32_t[]){ 0x1, 0, 0x1 }), 0);
	uses[34] = uses[35] = 3;
	ck_assert_uint_eq(hunt_pick(&hunt, (uint32_t[]){ 0x2, 0xc, 0 }), 1);
}
END_TEST

UNIT_MAIN("hunt", each_order_picks_its_channel, a_group_of_spans_is_hunted_as_one,
	  the_least_used_has_had_the_fewest)
