/* Seconds and intervals by G.826 and RFC 4805. */
#include "drivers/g826.h"

#include <string.h>

#include "tests/unit/unit.h"

enum { START = 100 * G826_INTERVAL_S };

static struct g826 g826;
static uint64_t now;

static void begin_at(enum g826_line line, uint64_t at_s)
{
	now = at_s;
	g826_init(&g826, line, now);
}

static void begin(enum g826_line line)
{
	begin_at(line, START);
}

static const struct g826_second clean, cut = { .defect = true };

static void feed(const struct g826_second *second, unsigned n)
{
	while (n--)
		g826_feed(&g826, now++, second);
}

static const struct g826_counts *counts(unsigned ago)
{
	const struct g826_counts *found = g826_interval(&g826, ago);

	ck_assert_ptr_nonnull(found);
	return found;
}

/* RFC 4805 3.3: what makes a second errored, severely errored, bursty ... on each kind of line */
START_TEST(second_is_classed_by_its_line)
{
	static const struct {
		enum g826_line line;
		struct g826_second second;
		struct g826_counts expected;
	} cases[] = {
		{ G826_E1_CRC4, { .path = 1 }, { .es = 1, .path = 1 } },
		{ G826_E1_CRC4, { .path = 2 }, { .es = 1, .bes = 1, .path = 2 } },
		{ G826_E1_CRC4, { .path = 831 }, { .es = 1, .bes = 1, .path = 831 } },
		{ G826_E1_CRC4, { .path = 832 }, { .es = 1, .ses = 1, .path = 832 } },
		{ G826_E1_CRC4, { .line = 5000 }, { .les = 1, .line = 5000 } },
		{ G826_E1_CRC4, { .slips = 2 }, { .es = 1, .css = 1, .slips = 2 } },
		{ G826_E1_CRC4, { .defect = true }, { .es = 1, .ses = 1, .sefs = 1 } },
		{ G826_E1_CRC4, { .far = 3 }, { .far_es = 1 } },
		{ G826_E1_PLAIN, { .line = 1 }, { .es = 1, .les = 1, .line = 1 } },
		{ G826_E1_PLAIN, { .line = 2047 }, { .es = 1, .les = 1, .line = 2047 } },
		{ G826_E1_PLAIN, { .line = 2048 }, { .es = 1, .ses = 1, .les = 1, .line = 2048 } },
		{ G826_E1_PLAIN, { .path = 28 }, { .es = 1, .path = 28 } },
		{ G826_T1_ESF, { .path = 319 }, { .es = 1, .bes = 1, .path = 319 } },
		{ G826_T1_ESF, { .path = 320 }, { .es = 1, .ses = 1, .path = 320 } },
		{ G826_T1_ESF, { .line = 1544 }, { .les = 1, .line = 1544 } },
		{ G826_T1_D4, { .path = 1 }, { .es = 1, .ses = 1, .path = 1 } },
		{ G826_T1_D4, { .line = 1543 }, { .es = 1, .les = 1, .line = 1543 } },
		{ G826_T1_D4, { .line = 1544 }, { .es = 1, .ses = 1, .les = 1, .line = 1544 } },
		{ G826_BRI, { .defect = true }, { .es = 1, .ses = 1, .sefs = 1 } },
		{ G826_BRI, { 0 }, { 0 } },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct g826_counts expected = cases[i].expected;

		expected.seconds = 1;
		begin(cases[i].line);
		feed(&cases[i].second, 1);
		ck_assert_msg(!memcmp(counts(0), &expected, sizeof(expected)), "case %zu", i);
	}
}
END_TEST

/* G.826 annex A: unavailable from the first of ten severely errored seconds on */
START_TEST(ten_severe_seconds_make_it_unavailable_from_the_first_on)
{
	static const struct g826_second bad = { .path = 900, .line = 7, .slips = 1, .far = 2 };

	begin(G826_E1_CRC4);
	feed(&clean, 5);
	feed(&bad, 9);
	ck_assert_uint_eq(counts(0)->ses, 9);
	ck_assert_uint_eq(counts(0)->path, 8100);
	ck_assert_uint_eq(counts(0)->uas, 0);
	feed(&bad, 1);
	ck_assert(g826.unavailable);
	const struct g826_counts all = { .uas = 10, .seconds = 15 };
	ck_assert_msg(!memcmp(counts(0), &all, sizeof(all)), "some column was not put right");
	feed(&bad, 20);
	ck_assert_uint_eq(counts(0)->uas, 30);
	ck_assert_uint_eq(counts(0)->ses, 0);
}
END_TEST

START_TEST(nine_severe_seconds_leave_it_available)
{
	begin(G826_E1_CRC4);
	for (unsigned i = 0; i < 5; i++) {
		feed(&cut, 9);
		feed(&clean, 1);
	}
	ck_assert(!g826.unavailable);
	ck_assert_uint_eq(counts(0)->ses, 45);
	ck_assert_uint_eq(counts(0)->uas, 0);
}
END_TEST

START_TEST(ten_seconds_that_are_not_severe_make_it_available_from_the_first_on)
{
	static const struct g826_second poor = { .path = 3 };

	begin(G826_E1_CRC4);
	feed(&cut, 30);
	feed(&poor, 9);
	ck_assert(g826.unavailable);
	ck_assert_uint_eq(counts(0)->uas, 39);
	ck_assert_uint_eq(counts(0)->es, 0);
	feed(&poor, 1);
	ck_assert(!g826.unavailable);
	ck_assert_uint_eq(counts(0)->uas, 30);
	ck_assert_uint_eq(counts(0)->es, 10);
	ck_assert_uint_eq(counts(0)->bes, 10);
	ck_assert_uint_eq(counts(0)->path, 30);
}
END_TEST

START_TEST(severe_second_while_it_recovers_begins_the_count_anew)
{
	begin(G826_E1_CRC4);
	feed(&cut, 10);
	feed(&clean, 9);
	feed(&cut, 1);
	feed(&clean, 9);
	ck_assert(g826.unavailable);
	ck_assert_uint_eq(counts(0)->uas, 29);
	feed(&clean, 1);
	ck_assert(!g826.unavailable);
	ck_assert_uint_eq(counts(0)->uas, 20);
}
END_TEST

/* RFC 4805: the previous interval is put right too */
START_TEST(turn_across_an_interval_puts_both_right)
{
	begin_at(G826_E1_CRC4, START + G826_INTERVAL_S - 4);
	feed(&cut, 9);
	ck_assert_uint_eq(counts(1)->ses, 4);
	ck_assert_uint_eq(counts(0)->ses, 5);
	feed(&cut, 1);
	ck_assert_uint_eq(counts(1)->ses, 0);
	ck_assert_uint_eq(counts(1)->uas, 4);
	ck_assert_uint_eq(counts(0)->ses, 0);
	ck_assert_uint_eq(counts(0)->uas, 6);
	feed(&cut, G826_INTERVAL_S - 9);
	feed(&clean, 9); /* 3 of them before the boundary */
	ck_assert_uint_eq(counts(1)->uas, G826_INTERVAL_S);
	ck_assert_uint_eq(counts(0)->uas, 6);
	feed(&clean, 1);
	ck_assert_uint_eq(counts(1)->uas, G826_INTERVAL_S - 3);
	ck_assert_uint_eq(counts(0)->uas, 0);
}
END_TEST

START_TEST(ninety_six_intervals_are_kept)
{
	static const struct g826_second poor = { .path = 1 };
	struct g826_counts day;

	begin(G826_E1_CRC4);
	ck_assert_ptr_null(g826_interval(&g826, 1));
	g826_day(&g826, &day);
	ck_assert_uint_eq(day.seconds, 0);
	for (unsigned i = 0; i < G826_INTERVALS + 20; i++) {
		feed(&poor, 1 + i);
		feed(&clean, G826_INTERVAL_S - 1 - i);
	}
	feed(&clean, 1);
	ck_assert_uint_eq(counts(1)->es, G826_INTERVALS + 20);
	ck_assert_uint_eq(counts(G826_INTERVALS)->es, 21);
	ck_assert_ptr_null(g826_interval(&g826, G826_INTERVALS + 1));
	g826_day(&g826, &day);
	ck_assert_uint_eq(day.seconds, 24 * 3600);
	ck_assert_uint_eq(day.es, (21 + 116) * 96 / 2);
}
END_TEST

/* The machine was asleep. */
START_TEST(gap_leaves_intervals_out)
{
	begin(G826_E1_CRC4);
	feed(&cut, 3);
	now += 3 * G826_INTERVAL_S;
	feed(&clean, 1);
	ck_assert_uint_eq(counts(0)->seconds, 1);
	ck_assert_ptr_null(g826_interval(&g826, 1));
	ck_assert_uint_eq(counts(3)->ses, 3);
	now += 500 * G826_INTERVAL_S;
	feed(&cut, 20);
	ck_assert_ptr_null(g826_interval(&g826, 96));
	ck_assert_uint_eq(counts(0)->uas, 20);
}
END_TEST

UNIT_MAIN("g826", second_is_classed_by_its_line,
	  ten_severe_seconds_make_it_unavailable_from_the_first_on,
	  nine_severe_seconds_leave_it_available,
	  ten_seconds_that_are_not_severe_make_it_available_from_the_first_on,
	  severe_second_while_it_recovers_begins_the_count_anew,
	  turn_across_an_interval_puts_both_right, ninety_six_intervals_are_kept,
	  gap_leaves_intervals_out)
