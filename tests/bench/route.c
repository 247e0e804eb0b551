/* What finding a route costs, in a table of ten routes and in one of many: `route ROUTES`. Routes differ by what is
 * called, by who calls, and by both. Prints JSON: nanoseconds a look-up. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <osmocom/core/talloc.h>

#include "call/route.h"

enum { FEW = 10, LOOKUPS = 2000000, CALLS = 1024 };

enum differ { BY_CALLED, BY_CALLER, BY_BOTH, DIFFERS };
static const char *const names[] = { "called", "caller", "both" };

static void write_number(char *out, size_t size, unsigned long i, bool counts)
{
	snprintf(out, size, "49%05lu", counts ? i : 0);
}

static struct route_table *make(enum differ differ, size_t n)
{
	struct route_config *routes = calloc(n, sizeof(*routes));
	const struct routes_config config = { .routes = routes, .n_routes = n };
	struct route_table *table;

	for (size_t i = 0; i < n; i++) {
		routes[i].from_any = true;
		write_number(routes[i].called, sizeof(routes[i].called), i, differ != BY_CALLER);
		if (differ != BY_CALLED)
			write_number(routes[i].when.calling.digits,
				     sizeof(routes[i].when.calling.digits), i, true);
	}
	table = route_table_new(NULL, &config);
	free(routes);
	return table;
}

/* Calls over the whole table, in no order that a cache could learn. */
static double measure(enum differ differ, size_t n)
{
	static struct leg_setup calls[CALLS];
	struct route_table *table = make(differ, n);
	struct timespec a, b;
	size_t found = 0;

	for (size_t i = 0; i < CALLS; i++) {
		unsigned long k = i * 7919 % n;

		write_number(calls[i].called.digits, LEG_DIGITS_MAX, k, differ != BY_CALLER);
		write_number(calls[i].calling.digits, LEG_DIGITS_MAX, k, differ != BY_CALLED);
	}
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
	for (size_t i = 0; i < LOOKUPS; i++) {
		const struct route_question question = { TARGET_PEER, "pbx", &calls[i % CALLS],
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
