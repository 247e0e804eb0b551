/* `busy-alarm` of a trunk and of a trunk group, as a value: how long all their channels are busy, on end, until an
 * alarm stands. Pure. */
#pragma once

#include <stdbool.h>

enum { BUSY_ALARM_S = 60 }; /* the default */

/* Zeroes: the default. */
struct busy_alarm {
	bool never;
	unsigned after_s; /* 0: the default */
};

/* Seconds; 0: never. usual_s: the default. */
static inline unsigned busy_alarm_after(const struct busy_alarm *alarm, unsigned usual_s)
{
	return alarm->never ? 0 : alarm->after_s ? alarm->after_s : usual_s;
}
