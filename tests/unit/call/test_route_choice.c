/* The table against the rule read out plainly: every route looked at, for tables and calls made at random. */
#include "call/route.h"

#include <osmocom/core/talloc.h>
#include <stdio.h>
#include <string.h>

#include "call/route_when.h"
#include "call/trunk_group_config.h"
#include "tests/unit/unit.h"

enum { TABLES = 1000, ROUTES_MAX = 24, CALLS = 40, LENGTH_MAX = 4 };

static const struct route_target froms[] = {
	{ TARGET_TRUNK, "a" }, { TARGET_TRUNK, "b" },       { TARGET_USER, "u" },
	{ TARGET_USER, "" },   { TARGET_TRUNK_GROUP, "g" }, { TARGET_TRUNK_GROUP, "h" },
};
enum { CALLERS = 3, FROMS = sizeof(froms) / sizeof(froms[0]) };

static struct trunk_group_config groups[] = {
	{ .name = "h", .members = { "b", "c" }, .n_members = 2 },
	{ .name = "unnamed", .members = { "a" }, .n_members = 1 },
	{ .name = "g", .members = { "b", "a" }, .n_members = 2 },
};
enum { GROUPS = sizeof(groups) / sizeof(groups[0]) };

static uint64_t seed;

static unsigned below(unsigned n)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (unsigned)(seed >> 33) % n;
}

static void some_digits(char *out)
{
	unsigned n = below(LENGTH_MAX + 1);

	for (unsigned i = 0; i < n; i++)
		*out++ = (char)('0' + below(2));
	*out = '\0';
}

static void some_route(struct route_config *route, unsigned i)
{
	*route = (struct route_config){ .from_any = below(2) };
	snprintf(route->name, sizeof(route->name), "%u", i);
	if (!route->from_any)
		route->from = froms[below(FROMS)];
	some_digits(route->called);
	route->called_exact = below(3) == 0;
	if (below(2))
		return;
	some_digits(route->when.calling.digits);
	route->when.calling.exact = below(3) == 0;
	if (below(3) == 0)
		some_digits(route->when.redirecting.digits);
	route->when.bearer = (uint8_t)below(3);
	route->when.presentation = (uint8_t)below(3);
}

static void some_call(struct leg_setup *setup)
{
	*setup = (struct leg_setup){ .bearer = (uint8_t)below(2) };
	some_digits(setup->called.digits);
	some_digits(setup->calling.digits);
	some_digits(setup->redirecting.from.number.digits);
	setup->calling.presentation = (uint8_t)below(2);
}

static bool is_in_group(const struct route_question *question, const char *name)
{
	for (size_t i = 0; i < GROUPS; i++) {
		for (size_t j = 0; strcmp(groups[i].name, name) == 0 && j < groups[i].n_members;
		     j++) {
			if (question->from_kind == TARGET_TRUNK &&
			    strcmp(groups[i].members[j], question->from_name) == 0)
				return true;
		}
	}
	return false;
}

static bool comes_from(const struct route_target *from, const struct route_question *question)
{
	if (from->kind == TARGET_TRUNK_GROUP)
		return is_in_group(question, from->name);
	return from->kind == question->from_kind &&
	       (!*from->name || strcmp(from->name, question->from_name) == 0);
}

/* How well a route fits; 0: not at all. */
static unsigned fit(const struct route_config *route, const struct route_question *question)
{
	const struct number_match called = { .exact = route->called_exact };
	struct number_match match = called;
	unsigned from = route->from_any                          ? 1
			: !*route->from.name                     ? 2
			: route->from.kind == TARGET_TRUNK_GROUP ? 2
								 : 3;

	strcpy(match.digits, route->called);
	if (!number_matches(&match, question->setup->called.digits) ||
	    route_when_check(&route->when, NULL, question) != WHEN_HOLDS)
		return 0;
	if (!route->from_any && !comes_from(&route->from, question))
		return 0;
	return (unsigned)(2 * strlen(route->called) + route->called_exact) * 4 + from;
}

static const struct route_config *plainly(const struct routes_config *config,
					  const struct route_question *question)
{
	const struct route_config *best = NULL;

	for (size_t i = 0; i < config->n_routes; i++) {
		unsigned fits = fit(&config->routes[i], question);

		if (fits && (!best || fits > fit(best, question)))
			best = &config->routes[i];
	}
	return best;
}

/* What may come of a number that grows. */
struct future {
	const struct route_config *first; /* of the routes that it may take, one */
	bool other;                       /* and another one */
	bool none;                        /* a number on the way that no route takes */
};

/* With up to so many digits more; 2 stands for all that no route names. */
static void look_ahead(const struct routes_config *config, const struct route_question *question,
		       struct leg_setup *setup, unsigned more, struct future *future)
{
	char *called = setup->called.digits;
	size_t len = strlen(called);
	const struct route_config *now = plainly(config, question);

	if (!now)
		future->none = true;
	else if (future->first && future->first != now)
		future->other = true;
	else
		future->first = now;
	for (char digit = '0'; more && digit <= '2'; digit++) {
		called[len] = digit;
		called[len + 1] = '\0';
		look_ahead(config, question, setup, more - 1, future);
	}
	called[len] = '\0';
}

static enum route_answer early_plainly(const struct routes_config *config,
				       const struct route_question *question,
				       struct leg_setup *setup, const struct route_config **out)
{
	const struct route_config *now = plainly(config, question);
	struct future future = { 0 };

	look_ahead(config, question, setup, LENGTH_MAX + 1 - (unsigned)strlen(setup->called.digits),
		   &future);
	if (!future.first)
		return ROUTE_NEVER;
	if (!now || future.other || (future.none && !now->called_exact))
		return ROUTE_WAIT;
	*out = now;
	return now->called_exact ? ROUTE_WHOLE : ROUTE_FOUND;
}

static const char *name_of(const struct route_config *route)
{
	return route ? route->name : "none";
}

static void check_call(const struct routes_config *config, const struct route_table *table,
		       unsigned round)
{
	const struct route_config *early = NULL, *early_wanted = NULL;
	const struct route_target *from = &froms[below(CALLERS)];
	struct leg_setup setup;
	const struct route_question question = { from->kind, from->name, &setup, NULL, NULL };
	enum route_answer answer, wanted;

	some_call(&setup);
	ck_assert_msg(
		!strcmp(name_of(route_find(table, &question)), name_of(plainly(config, &question))),
		"table %u: %s", round, setup.called.digits);
	wanted = early_plainly(config, &question, &setup, &early_wanted);
	answer = route_find_early(table, &question, &early);
	ck_assert_msg(answer == wanted && !strcmp(name_of(early), name_of(early_wanted)),
		      "table %u: %s early: %d %s, wanted %d %s", round, setup.called.digits, answer,
		      name_of(early), wanted, name_of(early_wanted));
}

START_TEST(table_chooses_as_the_rule_says)
{
	for (unsigned round = 0; round < TABLES; round++) {
		struct route_config routes[ROUTES_MAX];
		const struct routes_config config = { .routes = routes,
						      .n_routes = below(ROUTES_MAX + 1),
						      .trunk_groups = groups,
						      .n_trunk_groups = GROUPS };
		struct route_table *table;

		for (unsigned i = 0; i < config.n_routes; i++)
			some_route(&routes[i], i);
		table = route_table_new(NULL, &config);
		for (unsigned i = 0; i < CALLS; i++)
			check_call(&config, table, round);
		talloc_free(table);
	}
}
END_TEST

static const struct time_range_config mondays = {
	.name = "mondays",
	.periods = { { 1 << 1, 0, 1440 } },
	.n_periods = 1,
};

/* Each condition, by a call of which it holds and one of which it does not. */
START_TEST(each_condition_is_asked)
{
	static const struct {
		struct route_when when;
		struct leg_setup holds, fails;
		const char *why;
	} rows[] = {
		{ .when.calling.digits = "49",
		  .holds.calling.digits = "4930",
		  .fails.calling.digits = "44",
		  .why = "calling number does not begin with 49" },
		{ .when.calling = { .digits = "49", .exact = true },
		  .holds.calling.digits = "49",
		  .fails.calling.digits = "490",
		  .why = "calling number is not 49" },
		{ .when.calling.exact = true,
		  .fails.calling.digits = "49",
		  .why = "there is a calling number" },
		{ .when.redirecting.digits = "7",
		  .holds.redirecting.from.number.digits = "7",
		  .why = "redirecting number does not begin with 7" },
		{ .when.bearer = LEG_UNRESTRICTED + 1,
		  .holds.bearer = LEG_UNRESTRICTED,
		  .why = "bearer is not unrestricted" },
		{ .when.called_type = LEG_TON_NATIONAL + 1,
		  .holds.called.type = LEG_TON_NATIONAL,
		  .why = "called type is not national" },
		{ .when.calling_type = LEG_TON_UNKNOWN + 1,
		  .fails.calling.type = LEG_TON_ABBREVIATED,
		  .why = "calling type is not unknown" },
		{ .when.time = "mondays", .why = "it is outside of time-range mondays" },
		{ .when.presentation = LEG_PRES_RESTRICTED + 1,
		  .holds.calling.presentation = LEG_PRES_RESTRICTED,
		  .why = "presentation is not restricted" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char why[80];
		const struct tm monday = { .tm_wday = 1 }, sunday = { 0 };
		const struct route_question holds = { .setup = &rows[i].holds, .at = &monday };
		const struct route_question fails = { .setup = &rows[i].fails, .at = &sunday };
		enum route_when_part part = route_when_check(&rows[i].when, &mondays, &fails);

		ck_assert_msg(route_when_check(&rows[i].when, &mondays, &holds) == WHEN_HOLDS,
			      "%zu", i);
		ck_assert_msg(part != WHEN_HOLDS, "%zu", i);
		route_when_describe(&rows[i].when, part, why, sizeof(why));
		ck_assert_str_eq(why, rows[i].why);
		ck_assert(!route_when_is_any(&rows[i].when));
		for (size_t j = 0; j < sizeof(rows) / sizeof(rows[0]); j++)
			ck_assert(route_when_equals(&rows[i].when, &rows[j].when) == (i == j));
	}
}
END_TEST

UNIT_MAIN("route_choice", table_chooses_as_the_rule_says, each_condition_is_asked)
