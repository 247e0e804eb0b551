/* Times of day and days of the week, of the local time zone. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "call/target.h"

enum { TIME_PERIODS = 16, TIME_DATES = 64, TIME_ALL_DAYS = 0x7f };

/* From a minute of those days on until before another one; of the next day when that is no later. */
struct time_period {
	uint8_t days;              /* bit 0: Sunday ... bit 6: Saturday */
	uint16_t from_min, to_min; /* 0 to 1440 */
};

struct time_date {
	uint16_t year; /* 0: every year */
	uint8_t month, day;
};

/* Any of the periods, but not on the dates. */
struct time_range_config {
	char name[TARGET_NAME_MAX];
	struct time_period periods[TIME_PERIODS];
	size_t n_periods;
	struct time_date except[TIME_DATES];
	size_t n_except;
	int line;
};

bool time_range_holds(const struct time_range_config *range, const struct tm *local);
