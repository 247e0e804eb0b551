/* Tells why a route was taken and others were not: for the files of this folder. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct pattern;
struct route_caller;
struct route_config;
struct route_question;
struct time_range_config;

/* The compiled ones of a route; NULL: it has none. */
struct route_patterns {
	const struct pattern *called, *calling;
};

/* Of the routes that are open to the caller and take the called number: which fit, and why it is best that takes the
 * call (one of them; NULL: none). Told to question->explain.
 * times: of each route, the range that it names; NULL: none. */
void route_explain(const struct route_config *routes, const struct time_range_config *const times[],
		   const struct route_patterns patterns[], size_t n,
		   const struct route_question *question, const struct route_caller *caller,
		   const struct route_config *best);
