/* What finding a route costs, in a table of ten routes and in one of many: `route ROUTES`. Routes differ by what is
 * called, by who calls, by both, and by what is called from one of ten trunk groups. Prints JSON: nanoseconds a look-up. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <osmocom/core/talloc.h>

#include "call/route.h"
#include "call/trunk_group_config.h"

enum { FEW = 10, GROUPS = 10, LOOKUPS = 2000000, CALLS = 1024 };

enum differ { BY_CALLED, BY_CALLER, BY_BOTH, BY_GROUP, DIFFERS };
static const char *const names[] = { "called", "caller", "both", "group" };

static void write_number(char *out, size_t size, unsigned long i, bool counts)
{
	snprintf(out, size, "49%05lu", counts ? i : 0);
}

/* Of one trunk each. */
static void from_groups(struct routes_config *config, struct trunk_group_config groups[GROUPS])
{
	for (size_t i = 0; i < GROUPS; i++) {
		snprintf(groups[i].name, sizeof(groups[i].name), "group%zu", i);
		snprintf(groups[i].members[0], sizeof(groups[i].members[0]), "trunk%zu", i);
		groups[i].n_members = 1;
	}
	for (size_t i = 0; i < config->n_routes; i++) {
		struct route_target *from = &config->routes[i].from;

		config->routes[i].from_any = false;
		from->kind = TARGET_TRUNK_GROUP;
		memcpy(from->name, groups[i % GROUPS].name, sizeof(from->name));
	}
	config->trunk_groups = groups;
	config->n_trunk_groups = GROUPS;
}

static struct route_table *make(enum differ differ, size_t n)
{
	struct route_config *routes = calloc(n, sizeof(*routes));
	struct trunk_group_config *groups = calloc(GROUPS, sizeof(*groups));
	struct routes_config config = { .routes = routes, .n_routes = n };
	struct route_table *table;

	for (size_t i = 0; i < n; i++) {
		routes[i].from_any = true;
		write_number(routes[i].called, sizeof(routes[i].called), i, differ != BY_CALLER);
		if (differ != BY_CALLED && differ != BY_GROUP)
			write_number(routes[i].when.calling.digits,
				     sizeof(routes[i].when.calling.digits), i, true);
	}
	if (differ == BY_GROUP)
		from_groups(&config, groups);
	table = route_table_new(NULL, &config);
	free(groups);
	free(routes);
	return table;
}

/* Calls over the whole table, in no order that a cache could learn. */
static double measure(enum differ differ, size_t n)
{
	static struct leg_setup calls[CALLS];
	static char trunks[CALLS][TARGET_NAME_MAX];
	const enum target_kind kind = differ == BY_GROUP ? TARGET_TRUNK : TARGET_PEER;
	struct route_table *table = make(differ, n);
	struct timespec a, b;
	size_t found = 0;

	for (size_t i = 0; i < CALLS; i++) {
		unsigned long k = i * 7919 % n;

		write_number(calls[i].called.digits, LEG_DIGITS_MAX, k, differ != BY_CALLER);
		write_number(calls[i].calling.digits, LEG_DIGITS_MAX, k, differ != BY_CALLED);
		snprintf(trunks[i], sizeof(trunks[i]), "trunk%lu", k % GROUPS);
	}
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
	for (size_t i = 0; i < LOOKUPS; i++) {
		const struct route_question question = { kind, trunks[i % CALLS], &calls[i % CALLS],
							 NULL, NULL };

		found += route_find(table, &question) != NULL;
	}
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
	talloc_free(table);
	if (found != LOOKUPS)
		exit(1);
	return ((double)(b.tv_sec - a.tv_sec) * 1e9 + (double)(b.tv_nsec - a.tv_nsec)) / LOOKUPS;
}

int main(int argc, char **argv)
{
	size_t many = argc > 1 ? strtoul(argv[1], NULL, 10) : 10000;

	printf("{");
	for (int differ = 0; differ < DIFFERS; differ++)
		printf("%s\"%s\": [%.0f, %.0f]", differ ? ", " : "", names[differ],
		       measure(differ, FEW), measure(differ, many));
	printf("}\n");
	return 0;
}
