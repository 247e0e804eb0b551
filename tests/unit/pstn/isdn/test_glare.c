/* Both ends take the same channel at the same moment (Q.931 5.7), and channels that cannot be had: 44 (5.1.2, 5.2.3). */
#include "tests/unit/unit.h"

#include "call/cause.h"
#include "tests/mock/mock_leg.c"
#include "tests/unit/pstn/isdn/world.c"

enum { ONE = 1 << 1, TWO = 1 << 1 | 1 << 2 };

/* Both trunks hunt upward, so both take channel 1. */
static void open_for(enum trunk_negotiation user, enum trunk_negotiation net, uint32_t channels)
{
	world_prepare();
	w.trunk[0].negotiation = user;
	w.trunk[1].negotiation = net;
	w.trunk[1].hunt = HUNT_ASCENDING;
	w.trunk[0].spans[0].channels = w.trunk[1].spans[0].channels = channels;
	world_start();
}

/* a and b call; answered by other mocks. */
static struct mock_leg answers[2];

static void both_call(void)
{
	memset(answers, 0, sizeof(answers));
	mock_leg_teach(&answers[0], LEG_SETUP, LEG_CONNECT, 0, false);
	mock_leg_teach(&answers[1], LEG_SETUP, LEG_CONNECT, 0, false);
	w.a.target.leg = &answers[0];
	w.b.target.leg = &answers[1];
	mock_leg_open(&w.a.leg, w.hub, TARGET_PEER, "a");
	mock_leg_open(&w.b.leg, w.hub, TARGET_PEER, "b");
	mock_leg_setup(&w.a.leg, "4711", "200");
	mock_leg_setup(&w.b.leg, "555", "300");
	run_ms(1000);
}

struct wanted {
	const char *name;
	bool found;
};

static bool match(void *data, const struct channel_status *status)
{
	struct wanted *wanted = data;

	wanted->found |= !strcmp(status->name, wanted->name) && !strcmp(status->direction, "out");
	return true;
}

/* The network's own call has it. */
static bool is_the_networks(const char *name)
{
	struct wanted wanted = { name, false };

	channels_each(w.trunks, match, &wanted);
	return wanted.found;
}

static void both_end(void)
{
	for (size_t i = 0; i < 2; i++) {
		struct side *side = i ? &w.b : &w.a;

		if (side->leg.leg && side->leg.leg->call)
			mock_leg_say(&side->leg, LEG_RELEASE, 16, false);
	}
	run_ms(500);
}

/* Rows: what each side's SETUP says of its channel, which channels there are, and what a's call comes to, which is
 * the user's: 0 is an answer, on the other channel. The network's call is answered whatever it is. */
START_TEST(network_keeps_the_channel)
{
	static const struct {
		enum trunk_negotiation user, net;
		uint32_t channels;
		unsigned cause;
	} rows[] = {
		{ CHANNEL_BY_SIDE, CHANNEL_BY_SIDE, TWO, 0 },
		{ CHANNEL_PREFERRED, CHANNEL_EXCLUSIVE, TWO, 0 },
		{ CHANNEL_PREFERRED, CHANNEL_PREFERRED, TWO, 0 },
		{ CHANNEL_EXCLUSIVE, CHANNEL_EXCLUSIVE, TWO, 44 },
		{ CHANNEL_EXCLUSIVE, CHANNEL_PREFERRED, TWO, 44 },
		{ CHANNEL_BY_SIDE, CHANNEL_BY_SIDE, ONE, 34 },
		{ CHANNEL_PREFERRED, CHANNEL_EXCLUSIVE, ONE, 34 },
		{ CHANNEL_PREFERRED, CHANNEL_PREFERRED, ONE, 34 },
		{ CHANNEL_EXCLUSIVE, CHANNEL_EXCLUSIVE, ONE, 44 },
		{ CHANNEL_EXCLUSIVE, CHANNEL_PREFERRED, ONE, 44 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		open_for(rows[i].user, rows[i].net, rows[i].channels);
		both_call();
		ck_assert_msg(was_told(&w.b, LEG_CONNECT), "row %zu", i);
		ck_assert_msg(is_the_networks("e1-2/1"), "row %zu", i);
		ck_assert_msg(was_told(&w.a, LEG_CONNECT) == !rows[i].cause, "row %zu", i);
		if (rows[i].cause)
			ck_assert_uint_eq(told_cause(&w.a, LEG_RELEASE), rows[i].cause);
		ck_assert_uint_eq(busy_channels(), rows[i].cause ? 2 : 4);
		both_end();
		world_close();
	}
}
END_TEST

/* Cause 44 lets the hub go on to the next target of the route, which may be the same trunk. */
START_TEST(exclusive_call_that_lost_goes_its_next_way)
{
	struct route_config routes[4];
	const struct routes_config config = { .routes = routes, .n_routes = ARRAY_SIZE(routes) };

	open_for(CHANNEL_EXCLUSIVE, CHANNEL_EXCLUSIVE, TWO);
	set_route(&routes[0], TARGET_PEER, "a", "", TARGET_TRUNK, "user");
	routes[0].targets[1] = routes[0].targets[0];
	routes[0].n_targets = 2;
	set_route(&routes[1], TARGET_PEER, "b", "", TARGET_TRUNK, "net");
	set_route(&routes[2], TARGET_TRUNK, "user", "", TARGET_PEER, "a");
	set_route(&routes[3], TARGET_TRUNK, "net", "", TARGET_PEER, "b");
	ck_assert_int_eq(call_hub_apply(w.hub, &config), 0);
	both_call();
	ck_assert(was_told(&w.a, LEG_CONNECT));
	ck_assert(was_told(&w.b, LEG_CONNECT));
	ck_assert_uint_eq(busy_channels(), 4);
	both_end();
	world_close();
}
END_TEST

UNIT_MAIN("glare", network_keeps_the_channel, exclusive_call_that_lost_goes_its_next_way)
