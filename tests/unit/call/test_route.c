/* Which route a number takes, and what becomes of the number. */
#include "call/route.h"

#include <osmocom/core/talloc.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "call/trunk_group_config.h"
#include "tests/unit/oom.h"
#include "tests/unit/unit.h"

#define ANY(route, digits)                                                                         \
	{                                                                                          \
		.name = route, .from_any = true, .called = digits                                  \
	}
#define ANY_EXACT(route, digits)                                                                   \
	{                                                                                          \
		.name = route, .from_any = true, .called = digits, .called_exact = true            \
	}
#define FROM(route, k, n, digits)                                                                  \
	{                                                                                          \
		.name = route, .from = { k, n }, .called = digits                                  \
	}

static struct route_config mixed[] = {
	ANY("six", "6"),
	ANY("six again", "6"),
	ANY("sixty", "60"),
	ANY_EXACT("600 alone", "600"),
	ANY("600 on", "600"),
	FROM("pstn 60", TARGET_TRUNK, "pstn", "60"),
	FROM("peer pstn", TARGET_PEER, "pstn", ""),
	FROM("pstn 700", TARGET_TRUNK, "pstn", "700"),
	ANY("7001", "7001"),
	ANY("star", "*#A"),
	ANY("never", "6x"),
	FROM("other 600", TARGET_TRUNK, "other", "600"),
};

static struct route_table *table_of(struct route_config *routes, size_t n)
{
	const struct routes_config config = { .routes = routes, .n_routes = n };

	return route_table_new(NULL, &config);
}

static const char *chosen(const struct route_table *table, enum target_kind kind, const char *name,
			  const char *called)
{
	const struct route_config *route;
	struct leg_setup setup = { 0 };
	const struct route_question question = { kind, name, &setup, NULL, NULL };

	strcpy(setup.called.digits, called);
	route = route_find(table, &question);
	return route ? route->name : "none";
}

START_TEST(longest_prefix_then_named_from_then_file_order)
{
	static const struct {
		enum target_kind kind;
		const char *from, *called, *route;
	} rows[] = {
		{ TARGET_PEER, "x", "6", "six" },
		{ TARGET_PEER, "x", "61", "six" },
		{ TARGET_PEER, "x", "60", "sixty" },
		{ TARGET_PEER, "x", "601", "sixty" },
		{ TARGET_PEER, "x", "600", "600 alone" },
		{ TARGET_PEER, "x", "6000", "600 on" },
		{ TARGET_TRUNK, "pstn", "60", "pstn 60" },
		{ TARGET_TRUNK, "pstn", "6099", "pstn 60" },
		{ TARGET_TRUNK, "pstn", "6", "six" },
		{ TARGET_TRUNK, "pstn", "600", "600 alone" },
		{ TARGET_TRUNK, "other", "600", "600 alone" },
		{ TARGET_TRUNK, "other", "6000", "other 600" },
		{ TARGET_TRUNK, "pstn", "7000", "pstn 700" },
		{ TARGET_TRUNK, "pstn", "70012", "7001" },
		{ TARGET_PEER, "x", "7000", "none" },
		{ TARGET_PEER, "pstn", "123", "peer pstn" },
		{ TARGET_PEER, "pstn", "", "peer pstn" },
		{ TARGET_PEER, "pstn", "61", "six" },
		{ TARGET_LINE, "pstn", "123", "none" },
		{ TARGET_PEER, "x", "*#AD", "star" },
		{ TARGET_PEER, "x", "*#", "none" },
		{ TARGET_PEER, "x", "", "none" },
		{ TARGET_PEER, "x", "6x", "six" },
		{ TARGET_PEER, "x", "x6", "none" },
	};
	struct route_table *table = table_of(mixed, sizeof(mixed) / sizeof(mixed[0]));

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_str_eq(chosen(table, rows[i].kind, rows[i].from, rows[i].called),
				 rows[i].route);
	talloc_free(table);
}
END_TEST

START_TEST(exact_matches_the_whole_number_alone)
{
	struct route_config routes[] = { ANY_EXACT("600", "600"), ANY_EXACT("none dialled", "") };
	struct route_table *table = table_of(routes, 2);

	ck_assert_str_eq(chosen(table, TARGET_PEER, "x", "600"), "600");
	ck_assert_str_eq(chosen(table, TARGET_PEER, "x", "60"), "none");
	ck_assert_str_eq(chosen(table, TARGET_PEER, "x", "6000"), "none");
	ck_assert_str_eq(chosen(table, TARGET_PEER, "x", ""), "none dialled");
	talloc_free(table);
}
END_TEST

/* While digits may follow. */
START_TEST(a_route_is_certain_when_nothing_that_follows_can_change_it)
{
	static struct route_config routes[] = {
		ANY("6", "6"),
		ANY("601", "601"),
		ANY_EXACT("600", "600"),
		ANY_EXACT("70", "70"),
		ANY_EXACT("701", "701"),
		ANY_EXACT("80", "80"),
		ANY("80 on", "80"),
		FROM("pstn 612", TARGET_TRUNK, "pstn", "612"),
		FROM("pstn 70", TARGET_TRUNK, "pstn", "70"),
	};
	static const struct {
		const char *from, *called;
		enum route_answer answer;
		const char *route;
	} rows[] = {
		{ "x", "", ROUTE_WAIT, NULL },
		{ "x", "6", ROUTE_WAIT, NULL },
		{ "x", "61", ROUTE_FOUND, "6" },
		{ "x", "60", ROUTE_WAIT, NULL },
		{ "x", "601", ROUTE_FOUND, "601" },
		{ "x", "6012", ROUTE_FOUND, "601" },
		{ "x", "600", ROUTE_WAIT, NULL },
		{ "x", "6001", ROUTE_FOUND, "6" },
		{ "x", "7", ROUTE_WAIT, NULL },
		{ "x", "70", ROUTE_WAIT, NULL },
		{ "x", "701", ROUTE_WHOLE, "701" },
		{ "x", "7012", ROUTE_NEVER, NULL },
		{ "x", "71", ROUTE_NEVER, NULL },
		{ "x", "80", ROUTE_WAIT, NULL },
		{ "x", "801", ROUTE_FOUND, "80 on" },
		{ "x", "1", ROUTE_NEVER, NULL },
		{ "x", "6x", ROUTE_FOUND, "6" },
		{ "pstn", "61", ROUTE_WAIT, NULL },
		{ "pstn", "612", ROUTE_FOUND, "pstn 612" },
		{ "pstn", "701", ROUTE_WAIT, NULL },
		{ "pstn", "7012", ROUTE_FOUND, "pstn 70" },
		{ "pstn", "70", ROUTE_WAIT, NULL },
	};
	struct route_table *table = table_of(routes, sizeof(routes) / sizeof(routes[0]));

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct route_config *route = NULL;
		struct leg_setup setup = { 0 };
		const struct route_question question = { TARGET_TRUNK, rows[i].from, &setup, NULL,
							 NULL };
		enum route_answer answer;

		strcpy(setup.called.digits, rows[i].called);
		answer = route_find_early(table, &question, &route);

		ck_assert_msg(answer == rows[i].answer, "%s %s", rows[i].from, rows[i].called);
		ck_assert_pstr_eq(route ? route->name : NULL, rows[i].route);
	}
	talloc_free(table);
}
END_TEST

START_TEST(a_trunk_group_is_where_calls_of_its_trunks_come_from)
{
	struct route_config routes[] = {
		ANY("any", "6"),
		FROM("first", TARGET_TRUNK_GROUP, "h", "6"),
		FROM("second", TARGET_TRUNK_GROUP, "g", "6"),
		FROM("named", TARGET_TRUNK, "b", "61"),
		FROM("group 61", TARGET_TRUNK_GROUP, "g", "61"),
		FROM("group 7", TARGET_TRUNK_GROUP, "g", "7"),
		ANY("any 612", "612"),
		{ .name = "pattern", .from = { TARGET_TRUNK_GROUP, "h" }, .called_regex = "8\\d" },
	};
	struct trunk_group_config groups[] = {
		{ .name = "g", .members = { "b", "a" }, .n_members = 2 },
		{ .name = "h", .members = { "c", "b" }, .n_members = 2 },
		{ .name = "idle", .members = { "d" }, .n_members = 1 },
	};
	static const struct {
		enum target_kind kind;
		const char *name, *called, *route;
	} rows[] = {
		{ TARGET_TRUNK, "a", "60", "second" },   { TARGET_TRUNK, "b", "60", "first" },
		{ TARGET_TRUNK, "a", "61", "group 61" }, { TARGET_TRUNK, "b", "61", "named" },
		{ TARGET_TRUNK, "a", "612", "any 612" }, { TARGET_TRUNK, "c", "61", "first" },
		{ TARGET_TRUNK, "a", "7", "group 7" },   { TARGET_TRUNK, "c", "7", "none" },
		{ TARGET_TRUNK, "c", "80", "pattern" },  { TARGET_TRUNK, "a", "80", "none" },
		{ TARGET_TRUNK, "d", "7", "none" },      { TARGET_TRUNK, "d", "6", "any" },
		{ TARGET_TRUNK, "g", "7", "none" },      { TARGET_PEER, "a", "7", "none" },
		{ TARGET_TRUNK, "", "7", "none" },
	};
	const struct routes_config config = {
		.routes = routes, .n_routes = 8, .trunk_groups = groups, .n_trunk_groups = 3
	};
	struct routes_config without = config;
	struct route_table *table = route_table_new(NULL, &config), *served;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_msg(!strcmp(chosen(table, rows[i].kind, rows[i].name, rows[i].called),
				      rows[i].route),
			      "%zu: %s", i,
			      chosen(table, rows[i].kind, rows[i].name, rows[i].called));
	without.routes = &routes[5];
	without.n_routes = 1;
	served = route_table_new(NULL, &without);
	ck_assert(route_serves(served, TARGET_TRUNK, "a"));
	ck_assert(!route_serves(served, TARGET_TRUNK, "c"));
	ck_assert(!route_serves(served, TARGET_PEER, "a"));
	talloc_free(served);
	talloc_free(table);
}
END_TEST

START_TEST(table_keeps_its_own_copy)
{
	struct route_config routes[] = { ANY("a", "1") };
	struct route_table *table = table_of(routes, 1);

	memset(routes, 0, sizeof(routes));
	ck_assert_str_eq(chosen(table, TARGET_PEER, "x", "12"), "a");
	talloc_free(table);
}
END_TEST

START_TEST(regular_expressions_come_first_in_file_order)
{
	struct route_config routes[] = {
		ANY_EXACT("600", "600"),
		{ .name = "pstn", .from = { TARGET_TRUNK, "pstn" }, .called_regex = "6" },
		{ .name = "two",
		  .from_any = true,
		  .called_regex = "60[0-4]",
		  .when.calling_regex = "2+$" },
		{ .name = "five", .from_any = true, .called_regex = "60\\d{3}$" },
		ANY("rest", "6"),
	};
	static const struct {
		const char *called, *calling, *route;
		enum target_kind from;
		enum route_answer early;
	} rows[] = {
		{ "600", "", "600", TARGET_PEER, ROUTE_WAIT },
		{ "600", "22", "two", TARGET_PEER, ROUTE_FOUND },
		{ "600", "23", "600", TARGET_PEER, ROUTE_WAIT },
		{ "600", "22", "pstn", TARGET_TRUNK, ROUTE_FOUND },
		{ "60500", "", "five", TARGET_PEER, ROUTE_WAIT },
		{ "605000", "", "rest", TARGET_PEER, ROUTE_FOUND },
		{ "60", "", "rest", TARGET_PEER, ROUTE_WAIT },
		{ "61", "", "rest", TARGET_PEER, ROUTE_FOUND },
		{ "7", "", "none", TARGET_PEER, ROUTE_NEVER },
		{ "", "", "none", TARGET_PEER, ROUTE_WAIT },
	};
	struct route_table *table = table_of(routes, 5);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct route_config *found, *early = NULL;
		struct leg_setup setup = { 0 };
		const struct route_question question = { rows[i].from, "pstn", &setup, NULL, NULL };

		strcpy(setup.called.digits, rows[i].called);
		strcpy(setup.calling.digits, rows[i].calling);
		found = route_find(table, &question);
		ck_assert_str_eq(found ? found->name : "none", rows[i].route);
		ck_assert_msg(route_find_early(table, &question, &early) == rows[i].early, "%zu",
			      i);
		ck_assert(rows[i].early != ROUTE_FOUND || early == found);
	}
	talloc_free(table);
}
END_TEST

START_TEST(time_of_day_counts)
{
	struct route_config routes[] = { ANY("day", "1"), ANY("never", "12"), ANY("else", "") };
	struct time_range_config ranges[] = {
		{ .name = "noon", .periods = { { TIME_ALL_DAYS, 720, 780 } }, .n_periods = 1 }
	};
	const struct routes_config config = {
		.routes = routes, .n_routes = 3, .time_ranges = ranges, .n_time_ranges = 1
	};
	const struct leg_setup setup = { .called.digits = "12" };
	struct tm at = { .tm_hour = 12 };
	const struct route_question question = { TARGET_PEER, "x", &setup, &at, NULL };
	struct route_table *table;

	strcpy(routes[0].when.time, "noon");
	strcpy(routes[1].when.time, "no such");
	table = route_table_new(NULL, &config);
	ck_assert_str_eq(route_find(table, &question)->name, "day");
	at.tm_hour = 13;
	ck_assert_str_eq(route_find(table, &question)->name, "else");
	talloc_free(table);
}
END_TEST

START_TEST(empty_table_serves_nobody)
{
	struct route_table *table = table_of(NULL, 0);

	ck_assert_str_eq(chosen(table, TARGET_PEER, "x", "1"), "none");
	ck_assert(!route_serves(table, TARGET_PEER, "x"));
	talloc_free(table);
}
END_TEST

START_TEST(serves_whom_it_names_and_all_with_any)
{
	struct route_config routes[] = { FROM("a", TARGET_TRUNK, "pstn", "1"), ANY("b", "2") };
	struct route_table *named = table_of(routes, 1), *both = table_of(routes, 2);

	ck_assert(route_serves(named, TARGET_TRUNK, "pstn"));
	ck_assert(!route_serves(named, TARGET_PEER, "pstn"));
	ck_assert(!route_serves(named, TARGET_TRUNK, "a-name-longer-than-any-trunk-may-ever-have"));
	ck_assert(route_serves(both, TARGET_PEER, "x"));
	talloc_free(named);
	talloc_free(both);
}
END_TEST

/* Ten thousand routes over a thousand callers. */
static struct route_config *many(size_t n)
{
	struct route_config *routes = calloc(n, sizeof(*routes));

	for (size_t i = 0; i < n; i++) {
		snprintf(routes[i].name, sizeof(routes[i].name), "%zu", i);
		snprintf(routes[i].called, sizeof(routes[i].called), "%05zu", i);
		snprintf(routes[i].from.name, sizeof(routes[i].from.name), "t%zu", i % 1000);
		routes[i].from_any = i % 2;
	}
	return routes;
}

enum { MANY = 10000, LOOKUPS = 1000 };

static const char dialled[] = "09999777"; /* the last one's */

static unsigned look_up(const struct route_table *table)
{
	const struct leg_setup setup = { .called.digits = "09999777" };
	const struct route_question question = { TARGET_TRUNK, "t999", &setup, NULL, NULL };

	return route_find(table, &question) != NULL;
}

/* As a list of them would be looked through. */
static unsigned look_through(const struct route_config *routes)
{
	unsigned found = 0;

	for (size_t i = 0; i < MANY; i++)
		found += strncmp(routes[i].called, dialled, strlen(routes[i].called)) == 0;
	return found;
}

static double processor_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

START_TEST(ten_thousand_routes_are_each_found)
{
	struct route_config *routes = many(10000);
	struct route_table *table = table_of(routes, 10000);
	char called[16];

	for (size_t i = 0; i < 10000; i++) {
		snprintf(called, sizeof(called), "%s99", routes[i].called);
		ck_assert_str_eq(chosen(table, TARGET_TRUNK, routes[i].from.name, called),
				 routes[i].name);
	}
	talloc_free(table);
	free(routes);
}
END_TEST

/* It would cost some five hundred times as much. */
START_TEST(ten_thousand_routes_are_not_looked_through)
{
	struct route_config *routes = many(MANY);
	struct route_table *table = table_of(routes, MANY);
	unsigned found = 0, through = 0;
	double begun = processor_s();

	for (unsigned i = 0; i < LOOKUPS; i++)
		found += look_up(table);
	const double by_table = processor_s() - begun;

	begun = processor_s();
	for (unsigned i = 0; i < LOOKUPS; i++)
		through += look_through(routes);
	const double by_list = processor_s() - begun;

	ck_assert_uint_eq(found, LOOKUPS);
	ck_assert_uint_eq(through, LOOKUPS);
	ck_assert_msg(by_table < by_list / 5, "%g s against %g s", by_table, by_list);
	talloc_free(table);
	free(routes);
}
END_TEST

START_TEST(lack_of_memory_gives_no_table_and_leaks_nothing)
{
	struct route_config *routes = many(100);
	const struct routes_config config = { .routes = routes, .n_routes = 100 };

	OOM_EACH(done)
	{
		struct route_table *table = route_table_new(NULL, &config);

		oom_off();
		done = table != NULL;
		talloc_free(table);
	}
	free(routes);
}
END_TEST

UNIT_MAIN("route", longest_prefix_then_named_from_then_file_order,
	  exact_matches_the_whole_number_alone,
	  a_route_is_certain_when_nothing_that_follows_can_change_it,
	  a_trunk_group_is_where_calls_of_its_trunks_come_from, table_keeps_its_own_copy,
	  time_of_day_counts, regular_expressions_come_first_in_file_order,
	  empty_table_serves_nobody, serves_whom_it_names_and_all_with_any,
	  ten_thousand_routes_are_each_found, ten_thousand_routes_are_not_looked_through,
	  lack_of_memory_gives_no_table_and_leaks_nothing)
