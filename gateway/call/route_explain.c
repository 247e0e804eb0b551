#include "call/route_explain.h"

#include <stdio.h>
#include <string.h>

#include "call/explain.h"
#include "call/pattern.h"
#include "call/route_config.h"
#include "call/route_origins.h"
#include "call/route_question.h"
#include "call/route_when.h"

enum { TOLD_MAX = 50, WHY_MAX = 128 };

static bool takes_number(const struct route_config *route, const struct route_patterns *patterns,
			 const char *called)
{
	struct number_match match = { .exact = route->called_exact };

	if (patterns->called)
		return pattern_match(patterns->called, called, false) == PATTERN_YES;
	memcpy(match.digits, route->called, sizeof(match.digits));
	return number_matches(&match, called);
}

/* What best has over a route that fits too (route_config.h). */
static const char *lead(const struct route_config *best, const struct route_config *route)
{
	if (*best->called_regex)
		return *route->called_regex ? "stands before it" : "is a regular expression";
	if (strlen(best->called) != strlen(route->called))
		return "has more digits";
	if (best->called_exact != route->called_exact)
		return "is for this number alone";
	if (route_closeness(best) == route_closeness(route))
		return "stands before it";
	return route_closeness(route) == FROM_GROUP ? "names the trunk itself"
						    : "names where it comes from";
}

static void explain_one(const struct route_config *route, const struct time_range_config *range,
			const struct route_patterns *patterns,
			const struct route_question *question, const struct route_config *best)
{
	enum route_when_part part = route_when_check(&route->when, range, question);
	const char *exact = route->called_exact ? "exact " : *route->called_regex ? "regex " : "";
	const char *called = *route->called_regex ? route->called_regex
			     : *route->called     ? route->called
						  : "any";
	char why[WHY_MAX];

	if (part != WHEN_HOLDS)
		route_when_describe(&route->when, part, why, sizeof(why));
	else if (patterns->calling &&
		 pattern_match(patterns->calling, question->setup->calling.digits, false) !=
			 PATTERN_YES)
		snprintf(why, sizeof(why), "calling number does not match %s",
			 route->when.calling_regex);
	else if (route != best)
		snprintf(why, sizeof(why), "it fits, but route %s %s", best->name,
			 lead(best, route));
	if (route == best)
		explain_step(question->explain, "route %s (called %s%s) takes the call",
			     route->name, exact, called);
	else
		explain_step(question->explain, "route %s (called %s%s): no, %s", route->name,
			     exact, called, why);
}

void route_explain(const struct route_config *routes, const struct time_range_config *const times[],
		   const struct route_patterns patterns[], size_t n,
		   const struct route_question *question, const struct route_caller *caller,
		   const struct route_config *best)
{
	unsigned told = 0;

	for (size_t i = 0; i < n; i++) {
		const struct route_config *route = &routes[i];

		if (route == best || !route_is_from(route, caller) ||
		    !takes_number(route, &patterns[i], question->setup->called.digits))
			continue;
		if (++told > TOLD_MAX)
			continue;
		explain_one(route, times[i], &patterns[i], question, best);
	}
	if (told > TOLD_MAX)
		explain_step(question->explain, "and %u routes more do not fit, or not as well",
			     told - TOLD_MAX);
	if (best)
		explain_one(best, times[best - routes], &patterns[best - routes], question, best);
}
