#include "call/time_range.h"

enum { TM_YEAR = 1900, DAYS = 7, MINUTES = 60 };

static bool has_day(const struct time_period *period, int weekday)
{
	return period->days >> weekday % DAYS & 1;
}

static bool is_within(const struct time_period *period, const struct tm *local)
{
	int minute = local->tm_hour * MINUTES + local->tm_min;
	int today = local->tm_wday, yesterday = today + DAYS - 1;

	if (period->from_min < period->to_min)
		return has_day(period, today) && minute >= period->from_min &&
		       minute < period->to_min;
	return (has_day(period, today) && minute >= period->from_min) ||
	       (has_day(period, yesterday) && minute < period->to_min);
}

static bool is_date(const struct time_date *date, const struct tm *local)
{
	return (!date->year || date->year == local->tm_year + TM_YEAR) &&
	       date->month == local->tm_mon + 1 && date->day == local->tm_mday;
}

bool time_range_holds(const struct time_range_config *range, const struct tm *local)
{
	for (size_t i = 0; i < range->n_except; i++) {
		if (is_date(&range->except[i], local))
			return false;
	}
	for (size_t i = 0; i < range->n_periods; i++) {
		if (is_within(&range->periods[i], local))
			return true;
	}
	return false;
}
