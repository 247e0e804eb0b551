/* Basic rate, several terminals on a virtual S bus: the exchange's NT and three TEs, each with a trunk of the user's
 * side. Calls to the NT come from peer "b"; those of the TEs go to peers "t0" to "t2". */
#include "tests/unit/unit.h"

#include "call/cause.h"
#include "tests/mock/mock_leg.c"
#include "tests/unit/pstn/isdn/world.c"

enum { TES = 3 };

static struct side tes[TES];

static struct tdm_span *open_span(const char *name, const char *far)
{
	struct span_config config = { .driver = "sbus", .type = SPAN_BRI };

	snprintf(config.name, sizeof(config.name), "%s", name);
	snprintf(config.far_end, sizeof(config.far_end), "%s", far);
	return tdm_open(w.root, &config);
}

static void route_all(void)
{
	struct route_config routes[2 + 2 * TES];
	const struct routes_config config = { .routes = routes, .n_routes = 2 + 2 * TES };

	set_route(&routes[0], TARGET_PEER, "b", "", TARGET_TRUNK, "nt");
	set_route(&routes[1], TARGET_TRUNK, "nt", "", TARGET_PEER, "b");
	for (unsigned i = 0; i < TES; i++) {
		char trunk[] = "te0", peer[] = "t0";

		trunk[2] = peer[1] = (char)('0' + i);
		set_route(&routes[2 + i], TARGET_TRUNK, trunk, "", TARGET_PEER, peer);
		set_route(&routes[2 + TES + i], TARGET_PEER, peer, "", TARGET_TRUNK, trunk);
	}
	ck_assert_int_eq(call_hub_apply(w.hub, &config), 0);
}

static struct trunk_config trunks[TES + 1];

static void bus_prepare(void)
{
	world_prepare();
	w.more[TES] = open_span("s-nt", "");
	trunks[TES] = world_trunk("nt", "s-nt", TRUNK_NETWORK, SPAN_BRI);
	for (unsigned i = 0; i < TES; i++) {
		char name[] = "s-te0", trunk[] = "te0", peer[] = "t0";

		name[4] = trunk[2] = peer[1] = (char)('0' + i);
		w.more[i] = open_span(name, "s-nt");
		trunks[i] = world_trunk(trunk, name, TRUNK_USER, SPAN_BRI);
		open_side(&tes[i], peer);
	}
	for (unsigned i = 0; i <= TES; i++)
		trunks[i].multipoint = true;
	route_all();
}

static void bus_apply(size_t n)
{
	const struct trunks_config config = { .trunks = trunks, .n = n };

	ck_assert_int_eq(trunks_apply(w.trunks, &config), 0);
}

static void bus_open(void)
{
	bus_prepare();
	bus_apply(TES + 1);
	run_ms(3000);
}

static void bus_close(void)
{
	for (unsigned i = 0; i < TES; i++)
		mock_leg_close(&tes[i].leg);
	world_close();
}

static void all_idle(void)
{
	run_ms(500);
	ck_assert_uint_eq(busy_channels(), 0);
	ck_assert_uint_eq(call_figures().active, 0);
}

START_TEST(incoming_call_rings_every_terminal_and_the_first_wins)
{
	bus_open();
	b_calls("300");
	run_ms(500);
	for (unsigned i = 0; i < TES; i++) {
		ck_assert_msg(was_told(&tes[i], LEG_SETUP), "te %u", i);
		says(&tes[i], LEG_ALERTING, 0, false);
	}
	ck_assert(was_told(&w.b, LEG_ALERTING));
	mock_leg_say(&tes[1].leg, LEG_CONNECT, 0, false);
	mock_leg_say(&tes[2].leg, LEG_CONNECT, 0, false); /* a moment too late */
	run_ms(1000);
	ck_assert(was_told(&w.b, LEG_CONNECT));
	unsigned won = was_told(&tes[1], LEG_RELEASE) ? 2 : 1;
	ck_assert(!was_told(&tes[won], LEG_RELEASE));
	for (unsigned i = 0; i < TES; i++) {
		if (i != won)
			ck_assert_msg(told_cause(&tes[i], LEG_RELEASE) == 26, "te %u", i);
	}
	says(&w.b, LEG_RELEASE, CAUSE_NORMAL, false);
	run_ms(500);
	ck_assert_uint_eq(told_cause(&tes[won], LEG_RELEASE), CAUSE_NORMAL);
	all_idle();
	bus_close();
}
END_TEST

START_TEST(call_that_nobody_answers_ends_everywhere)
{
	bus_open();
	b_calls("300");
	run_ms(500);
	for (unsigned i = 0; i < TES; i++)
		says(&tes[i], LEG_ALERTING, 0, false);
	says(&w.b, LEG_RELEASE, CAUSE_NORMAL, false);
	run_ms(1000);
	for (unsigned i = 0; i < TES; i++)
		ck_assert(was_told(&tes[i], LEG_RELEASE));
	run_ms(10000); /* T312 */
	all_idle();
	bus_close();
}
END_TEST

START_TEST(one_that_is_busy_leaves_the_call_to_the_others)
{
	bus_open();
	b_calls("300");
	run_ms(500);
	says(&tes[0], LEG_RELEASE, 17, false);
	ck_assert(!was_told(&w.b, LEG_RELEASE));
	says(&tes[1], LEG_ALERTING, 0, false);
	says(&tes[1], LEG_CONNECT, 0, false);
	run_ms(500);
	ck_assert(was_told(&w.b, LEG_CONNECT));
	says(&tes[1], LEG_RELEASE, CAUSE_NORMAL, false);
	run_ms(500);
	ck_assert_uint_eq(told_cause(&w.b, LEG_RELEASE), CAUSE_NORMAL);
	run_ms(5000);
	all_idle();
	bus_close();
}
END_TEST

START_TEST(all_are_busy)
{
	bus_open();
	b_calls("300");
	run_ms(500);
	for (unsigned i = 0; i < TES; i++)
		says(&tes[i], LEG_RELEASE, 17, false);
	run_ms(10000);
	ck_assert_uint_eq(told_cause(&w.b, LEG_RELEASE), 17);
	all_idle();
	bus_close();
}
END_TEST

START_TEST(nobody_is_there)
{
	bus_prepare();
	trunks[0] = trunks[TES];
	bus_apply(1); /* the NT alone; the TEs are plugged in, and dead */
	run_ms(1000);
	b_calls("300");
	run_ms(15000);
	ck_assert_uint_eq(told_cause(&w.b, LEG_RELEASE), 18);
	all_idle();
	bus_close();
}
END_TEST

START_TEST(each_terminal_can_call)
{
	bus_open();
	for (unsigned i = 0; i < TES; i++) {
		mock_leg_open(&tes[i].leg, w.hub, TARGET_PEER, tes[i].target.target.name);
		mock_leg_setup(&tes[i].leg, "4711", "200");
		run_ms(1000);
		ck_assert(was_told(&w.b, LEG_SETUP));
		says(&w.b, LEG_ALERTING, 0, false);
		says(&w.b, LEG_CONNECT, 0, false);
		run_ms(500);
		ck_assert(was_told(&tes[i], LEG_CONNECT));
		says(&tes[i], LEG_RELEASE, CAUSE_NORMAL, false);
		run_ms(500);
		ck_assert_uint_eq(told_cause(&w.b, LEG_RELEASE), CAUSE_NORMAL);
		all_idle();
	}
	bus_close();
}
END_TEST

/* Its cord is pulled out in a call; the others go on, and so does it when it is back. */
START_TEST(terminal_that_vanishes_ends_its_call)
{
	bus_prepare();
	trunks[TES].timers.t309 = 10;
	bus_apply(TES + 1);
	run_ms(3000);
	b_calls("300");
	run_ms(500);
	says(&tes[1], LEG_CONNECT, 0, false);
	run_ms(500);
	ck_assert(was_told(&w.b, LEG_CONNECT));
	w.more[1]->driver->inject(w.more[1], TDM_FAULT_CUT);
	run_ms(60000); /* T203, T200, T309 */
	ck_assert_uint_eq(told_cause(&tes[1], LEG_RELEASE), CAUSE_DESTINATION_OUT_OF_ORDER);
	ck_assert_uint_eq(told_cause(&w.b, LEG_RELEASE), CAUSE_DESTINATION_OUT_OF_ORDER);
	all_idle();
	w.more[1]->driver->inject(w.more[1], TDM_FAULT_NONE);
	run_ms(5000);
	b_calls("300");
	run_ms(2000);
	for (unsigned i = 0; i < TES; i++)
		ck_assert_msg(was_told(&tes[i], LEG_SETUP), "te %u", i);
	says(&w.b, LEG_RELEASE, CAUSE_NORMAL, false);
	run_ms(10000);
	all_idle();
	bus_close();
}
END_TEST

static unsigned terminations(void)
{
	struct mg_totals media;

	mg_totals(w.mg, &media);
	return media.terminations;
}

START_TEST(terminals_that_ring_are_silent)
{
	bus_open();
	b_calls("300");
	run_ms(500);
	for (unsigned i = 0; i < TES; i++)
		says(&tes[i], LEG_ALERTING, 0, false);
	ck_assert_uint_le(terminations(), 1); /* the exchange's */
	says(&tes[2], LEG_CONNECT, 0, false);
	run_ms(500);
	ck_assert_uint_eq(terminations(), 2);
	says(&w.b, LEG_RELEASE, CAUSE_NORMAL, false);
	all_idle();
	bus_close();
}
END_TEST

/* Each numbers its calls from 1: the exchange tells them apart by who says it. */
START_TEST(calls_of_two_terminals_are_told_apart)
{
	struct mock_leg second = { 0 };

	bus_open();
	for (unsigned i = 0; i < 2; i++) {
		if (i)
			w.b.target.leg = &second;
		mock_leg_open(&tes[i].leg, w.hub, TARGET_PEER, tes[i].target.target.name);
		mock_leg_setup(&tes[i].leg, "4711", "200");
		run_ms(1000);
	}
	mock_leg_say(&w.b.leg, LEG_CONNECT, 0, false);
	mock_leg_say(&second, LEG_CONNECT, 0, false);
	run_ms(1000);
	ck_assert(was_told(&tes[0], LEG_CONNECT) && was_told(&tes[1], LEG_CONNECT));
	ck_assert_uint_eq(busy_channels(), 4);
	mock_leg_open(&tes[2].leg, w.hub, TARGET_PEER, "t2"); /* no channel is left */
	mock_leg_setup(&tes[2].leg, "4711", "200");
	run_ms(1000);
	ck_assert_uint_eq(told_cause(&tes[2], LEG_RELEASE), CAUSE_NO_CIRCUIT);
	mock_leg_say(&second, LEG_RELEASE, 21, false);
	run_ms(500);
	ck_assert_uint_eq(told_cause(&tes[1], LEG_RELEASE), 21);
	ck_assert(!was_told(&tes[0], LEG_RELEASE));
	ck_assert_uint_eq(busy_channels(), 2);
	says(&tes[0], LEG_RELEASE, CAUSE_NORMAL, false);
	all_idle();
	mock_leg_close(&second);
	bus_close();
}
END_TEST

/* Frames of hostile terminals, or of a hostile exchange: of TEI management, of layer 2 and of Q.931. */
static size_t make_noise(uint8_t frame[static 64], unsigned i)
{
	static const uint8_t management[] = { 0xfc, 0xff, 0x03, 0x0f, 0x12, 0x34, 0x01, 0xff };
	static const uint8_t setup[] = { 0x00, 0x81, 0x00, 0x00, 0x08, 0x01, 0x01, 0x05,
					 0x04, 0x03, 0x80, 0x90, 0xa3, 0x18, 0x01, 0x81,
					 0x70, 0x04, 0xc1, '2',  '0',  '0' };
	size_t len = 1 + (size_t)random() % 60;

	for (size_t k = 0; k < 64; k++)
		frame[k] = (uint8_t)random();
	if (i % 3 == 0) {
		memcpy(frame, management, len = sizeof(management));
		frame[random() % 2 ? 6 : 7] = (uint8_t)random();
	} else if (i % 3 == 1) {
		memcpy(frame, setup, len = sizeof(setup));
		frame[8 + random() % (long)(len - 8)] = (uint8_t)random();
	}
	if (i % 3) {
		frame[0] = random() % 2 ? 0x00 : 0x02;
		frame[1] = random() % 4 ? (uint8_t)(0x81 + 2 * (random() % 4)) : 0xff;
		if (random() % 4 == 0) /* SABME, DISC, UI */
			frame[2] = (uint8_t[]){ 0x7f, 0x53, 0x03 }[random() % 3];
	}
	return len;
}

static void noise_at(struct tdm_span *span)
{
	uint8_t frame[64];

	srandom(1);
	for (unsigned i = 0; i < 10000; i++) {
		size_t len = make_noise(frame, i);

		if (span->listener)
			span->listener->on_frame(span->listener_data, 3, frame, len);
		if (i % 64 == 0)
			run_ms(50);
	}
}

START_TEST(noise_does_the_exchange_no_harm)
{
	bus_open();
	noise_at(w.more[TES]);
	bus_apply(0);
	run_ms(200);
	bus_close();
}
END_TEST

START_TEST(noise_does_a_terminal_no_harm)
{
	bus_open();
	noise_at(w.more[0]);
	bus_apply(0);
	run_ms(200);
	bus_close();
}
END_TEST

UNIT_MAIN("isdn_bus", terminal_that_vanishes_ends_its_call, noise_does_the_exchange_no_harm,
	  noise_does_a_terminal_no_harm, terminals_that_ring_are_silent,
	  calls_of_two_terminals_are_told_apart,
	  incoming_call_rings_every_terminal_and_the_first_wins,
	  call_that_nobody_answers_ends_everywhere, one_that_is_busy_leaves_the_call_to_the_others,
	  all_are_busy, nobody_is_there, each_terminal_can_call)
