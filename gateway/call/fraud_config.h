/* The configuration of the guard against toll fraud, as a value. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "call/route_config.h"

struct config_section;

enum { FRAUD_NAME_MAX = 32, FRAUD_RULES_MAX = 32, FRAUD_ALL_DAYS = 0x7f };

/* What its figures are for. */
enum fraud_each { FRAUD_TOGETHER, FRAUD_EACH_SOURCE, FRAUD_EACH_CALLER };

/* Calls that it is about: from there, to such a number, at such a time. What they may do, 0: no limit. */
struct fraud_rule_config {
	char name[FRAUD_NAME_MAX];
	bool from_any;
	struct route_target from;
	char called[ROUTE_PATTERN_MAX]; /* a prefix, as it is dialled; "": all */
	uint8_t hour_first,
		hour_end; /* local time, from the first on until the end; the same: all day */
	uint8_t days;     /* bit 0: Sunday ... bit 6: Saturday */
	enum fraud_each each;
	unsigned calls;           /* at a time */
	unsigned calls_per_hour;  /* of the clock */
	unsigned minutes_per_day; /* of talk */
	unsigned alarm_percent;   /* of any of these: alarm */
	bool only_alarm;          /* nothing is refused */
	bool cut;                 /* calls that are up are cleared too when it blocks */
	unsigned block_min;       /* minutes; 0: until `unblock` */
	uint8_t cause;            /* Q.850, of refused calls: 21 or 57 */
	int line;
};

struct fraud_config {
	struct fraud_rule_config *rules;
	size_t n_rules;
};

extern const struct config_section fraud_section;
