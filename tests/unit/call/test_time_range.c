/* When a time range holds. */
#include "call/time_range.h"

#include <string.h>

#include "tests/unit/unit.h"

enum { MON_FRI = 0x3e, SAT = 0x40, SUN = 1 };

static struct tm at(int year, int month, int day, int hour, int minute)
{
	struct tm tm = { .tm_year = year - 1900,
			 .tm_mon = month - 1,
			 .tm_mday = day,
			 .tm_hour = hour,
			 .tm_min = minute,
			 .tm_isdst = -1 };

	mktime(&tm);
	return tm;
}

START_TEST(holds_in_its_periods_and_not_on_its_dates)
{
	static const struct time_range_config range = {
		.periods = { { MON_FRI, 8 * 60, 17 * 60 + 30 },
			     { SAT, 22 * 60, 6 * 60 },
			     { SUN, 12 * 60, 24 * 60 } },
		.n_periods = 3,
		.except = { { 0, 12, 25 }, { 2026, 12, 31 } },
		.n_except = 2,
	};
	static const struct {
		int year, month, day, hour, minute;
		bool holds;
	} rows[] = {
		{ 2026, 11, 30, 7, 59, false }, /* a Monday */
		{ 2026, 11, 30, 8, 0, true },    { 2026, 11, 30, 17, 29, true },
		{ 2026, 11, 30, 17, 30, false }, { 2026, 12, 4, 12, 0, true }, /* Friday */
		{ 2026, 12, 5, 12, 0, false },                                 /* Saturday */
		{ 2026, 12, 5, 5, 0, false },    { 2026, 12, 5, 22, 0, true },
		{ 2026, 12, 6, 5, 59, true }, /* Sunday morning is Saturday night's */
		{ 2026, 12, 6, 6, 0, false },    { 2026, 12, 6, 23, 59, true },
		{ 2026, 12, 7, 0, 0, false },    { 2026, 12, 25, 12, 0, false }, /* Fridays */
		{ 2020, 12, 25, 12, 0, false },  { 2026, 12, 31, 12, 0, false }, /* Thursdays */
		{ 2020, 12, 31, 12, 0, true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct tm tm =
			at(rows[i].year, rows[i].month, rows[i].day, rows[i].hour, rows[i].minute);

		ck_assert_msg(time_range_holds(&range, &tm) == rows[i].holds, "%zu", i);
	}
}
END_TEST

START_TEST(the_same_time_twice_is_a_whole_day)
{
	static const struct time_range_config range = { .periods = { { SUN, 720, 720 } },
							.n_periods = 1 };
	struct tm tm = at(2026, 12, 6, 11, 59);

	ck_assert(!time_range_holds(&range, &tm));
	tm = at(2026, 12, 6, 12, 0);
	ck_assert(time_range_holds(&range, &tm));
	tm = at(2026, 12, 7, 11, 59);
	ck_assert(time_range_holds(&range, &tm));
	tm = at(2026, 12, 7, 12, 0);
	ck_assert(!time_range_holds(&range, &tm));
}
END_TEST

UNIT_MAIN("time_range", holds_in_its_periods_and_not_on_its_dates,
	  the_same_time_twice_is_a_whole_day)
