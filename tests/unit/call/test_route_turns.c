/* The order of targets, and the causes that lead on. */
#include "call/route_turns.h"

#include <stdlib.h>
#include <string.h>

#include "call/route_config.h"
#include "tests/unit/unit.h"

enum { DRAWS = 20000 };

static unsigned by_chance(unsigned n)
{
	return (unsigned)random() % n;
}

static struct route_config route_with(size_t n, const uint16_t weights[])
{
	struct route_config route = { .n_targets = n };

	for (size_t i = 0; i < n; i++) {
		route.targets[i].name[0] = (char)('a' + i);
		route.weights[i] = weights[i];
	}
	return route;
}

static void order_of(const struct route_config *route, char *out)
{
	for (size_t i = 0; i < route->n_targets; i++)
		*out++ = route->targets[i].name[0];
	*out = '\0';
}

START_TEST(without_weights_file_order_stays)
{
	struct route_config route = route_with(4, (const uint16_t[]){ 0, 0, 0, 0 });
	char order[ROUTE_TARGETS + 1];

	route_draw(&route, by_chance);
	order_of(&route, order);
	ck_assert_str_eq(order, "abcd");
}
END_TEST

/* Each is first as often as its weight says, within its group; the next is drawn from those that are left. */
START_TEST(weights_are_shares)
{
	unsigned first[3] = { 0 }, after_c[2] = { 0 };

	srandom(1);
	for (unsigned i = 0; i < DRAWS; i++) {
		struct route_config route =
			route_with(6, (const uint16_t[]){ 0, 60, 30, 10, 0, 5 });
		char order[ROUTE_TARGETS + 1];

		route_draw(&route, by_chance);
		order_of(&route, order);
		ck_assert(order[0] == 'a' && order[4] == 'e' && order[5] == 'f');
		ck_assert(order[1] + order[2] + order[3] == 'b' + 'c' + 'd');
		first[order[1] - 'b']++;
		if (order[1] == 'c')
			after_c[order[2] == 'd']++;
	}
	ck_assert_msg(abs((int)first[0] - DRAWS * 60 / 100) < DRAWS / 50, "%u", first[0]);
	ck_assert_msg(abs((int)first[1] - DRAWS * 30 / 100) < DRAWS / 50, "%u", first[1]);
	ck_assert_msg(abs((int)first[2] - DRAWS * 10 / 100) < DRAWS / 50, "%u", first[2]);
	ck_assert_msg(abs((int)after_c[1] * 7 - (int)after_c[0] - (int)after_c[1]) < DRAWS / 20,
		      "%u %u", after_c[0], after_c[1]);
}
END_TEST

START_TEST(causes_lead_on_as_the_route_says)
{
	struct route_config route = { 0 };
	unsigned usual = 0;

	for (unsigned cause = 0; cause < 256; cause++)
		usual += route_reroutes(&route, cause);
	ck_assert_uint_eq(usual, 7);
	ck_assert(route_reroutes(&route, 34) && !route_reroutes(&route, 17));
	route.reroute.given = true;
	ck_assert(!route_reroutes(&route, 34));
	route.reroute.bits[2] = 1 << 1;
	ck_assert(route_reroutes(&route, 17) && !route_reroutes(&route, 16));
	ck_assert(!route_reroutes(&route, 17 + 128));
}
END_TEST

UNIT_MAIN("route_turns", without_weights_file_order_stays, weights_are_shares,
	  causes_lead_on_as_the_route_says)
