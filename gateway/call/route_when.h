/* The conditions of a route besides from and called. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct route_question;
struct route_when;
struct time_range_config;

/* Is there no condition? */
bool route_when_is_any(const struct route_when *when);
bool route_when_equals(const struct route_when *a, const struct route_when *b);
/* The first condition that does not hold. */
enum route_when_part {
	WHEN_HOLDS, /* all hold */
	WHEN_CALLING,
	WHEN_REDIRECTING,
	WHEN_BEARER,
	WHEN_CALLED_TYPE,
	WHEN_CALLING_TYPE,
	WHEN_PRESENTATION,
	WHEN_TIME,
};
/* range: the one that when names; NULL: there is none. */
enum route_when_part route_when_check(const struct route_when *when,
				      const struct time_range_config *range,
				      const struct route_question *question);
/* "bearer is not speech" */
void route_when_describe(const struct route_when *when, enum route_when_part part, char *out,
			 size_t size);
