/* A world for ISDN tests: the user's trunk "user" on e1-1, cabled to the exchange's "net" on e1-2, one hub with
 * real test lines (600 echo, 603 busy with tone, 604 no circuit, 605 rings, 609 announcement for 5 s) behind
 * "net", a mock peer at each side, the real media gateway. Time is moved by the test. */
#include <osmocom/core/select.h>
#include <osmocom/core/talloc.h>
#include <osmocom/core/utils.h>
#include <stdio.h>
#include <string.h>

#include "base/alarm.h"
#include "base/clock.h"
#include "base/log.h"
#include "call/call.h"
#include "call/route_config.h"
#include "drivers/span_config.h"
#include "drivers/tdm.h"
#include "mg/mg.h"
#include "mg/mg_config.h"
#include "pstn/trunk.h"
#include "tests/mock/mock_leg.h"

struct side {
	struct mock_leg leg;
	struct mock_target target; /* what the trunk's calls go to */
};

static struct {
	void *root;
	struct mg *mg;
	struct call_hub *hub;
	struct trunks *trunks;
	struct tdm_span *e1, *e2;
	struct tdm_span *more[8];     /* the test's own, closed with the rest */
	struct trunk_config trunk[2]; /* user, net */
	struct side a, b;             /* on the user's side, on the exchange's */
} w;

static void set_route(struct route_config *route, enum target_kind from, const char *from_name,
		      const char *called, enum target_kind to, const char *to_name)
{
	*route = (struct route_config){ .from = { .kind = from }, .n_targets = 1 };
	route->targets[0].kind = to;
	snprintf(route->name, sizeof(route->name), "%.12s-%.3s", from_name, called);
	snprintf(route->from.name, sizeof(route->from.name), "%s", from_name);
	snprintf(route->called, sizeof(route->called), "%s", called);
	snprintf(route->targets[0].name, sizeof(route->targets[0].name), "%s", to_name);
}

static void world_routes(void)
{
	static struct line_config lines[] = {
		{ .name = "echo", .kind = LINE_ECHO },
		{ .name = "busy", .kind = LINE_REJECT, .tone = TONE_BUSY, .cause = 17 },
		{ .name = "none", .kind = LINE_REJECT, .cause = 34 },
		{ .name = "ring", .kind = LINE_RING },
		{ .name = "sit",
		  .kind = LINE_REJECT,
		  .tone = TONE_SIT,
		  .cause = 1,
		  .clear_ms = 5000 },
	};
	struct route_config routes[10];
	const struct routes_config config = { .routes = routes,
					      .n_routes = ARRAY_SIZE(routes),
					      .lines = lines,
					      .n_lines = ARRAY_SIZE(lines) };

	set_route(&routes[0], TARGET_PEER, "a", "", TARGET_TRUNK, "user");
	set_route(&routes[1], TARGET_PEER, "b", "", TARGET_TRUNK, "net");
	set_route(&routes[2], TARGET_TRUNK, "user", "", TARGET_PEER, "a");
	set_route(&routes[3], TARGET_TRUNK, "net", "", TARGET_PEER, "b");
	set_route(&routes[4], TARGET_TRUNK, "net", "600", TARGET_LINE, "echo");
	set_route(&routes[5], TARGET_TRUNK, "net", "603", TARGET_LINE, "busy");
	set_route(&routes[6], TARGET_TRUNK, "net", "604", TARGET_LINE, "none");
	set_route(&routes[7], TARGET_TRUNK, "net", "605", TARGET_LINE, "ring");
	set_route(&routes[8], TARGET_TRUNK, "net", "609", TARGET_LINE, "sit");
	set_route(&routes[9], TARGET_TRUNK, "user", "8", TARGET_TRUNK, "user");
	ck_assert_int_eq(call_hub_apply(w.hub, &config), 0);
}

static void open_side(struct side *side, const char *name)
{
	mock_target_open(&side->target, w.hub, TARGET_PEER, name, &side->leg);
}

static int world_apply(size_t n)
{
	const struct trunks_config config = { .trunks = w.trunk, .n = n };

	return trunks_apply(w.trunks, &config);
}

/* One tick of everything, and what control makes of it. */
static void tick(void)
{
	mg_tick(w.mg);
	while (osmo_select_main(1))
		;
	clock_advance(TICK_MS * 1000);
}

static void run_ms(unsigned ms)
{
	for (unsigned t = 0; t < ms; t += TICK_MS)
		tick();
}

/* All timeslots of a span but the D channel's */
static struct trunk_span world_span(const char *name, enum span_type type)
{
	static const struct trunk_span spans[] = {
		[SPAN_E1] = { .d_timeslot = 16, .channels = 0xfffefffe },
		[SPAN_T1] = { .d_timeslot = 24, .channels = 0x00fffffe },
		[SPAN_BRI] = { .d_timeslot = 3, .channels = 0x6 },
	};
	struct trunk_span span = spans[type];

	snprintf(span.span, sizeof(span.span), "%s", name);
	return span;
}

static struct trunk_config world_trunk(const char *name, const char *span, enum trunk_side side,
				       enum span_type type)
{
	struct trunk_config config = {
		.protocol = "isdn",
		.spans = { world_span(span, type) },
		.n_spans = 1,
		.side = side,
	};

	snprintf(config.name, sizeof(config.name), "%s", name);
	return config;
}

/* Everything but the trunks in service */
static void world_prepare_on(enum span_type type)
{
	const enum law law = type == SPAN_T1 ? LAW_MULAW : LAW_ALAW;
	const struct span_config spans[] = {
		{ .name = "e1-1",
		  .driver = "virtual",
		  .far_end = "e1-2",
		  .type = type,
		  .law = law },
		{ .name = "e1-2",
		  .driver = "virtual",
		  .far_end = "e1-1",
		  .type = type,
		  .law = law },
	};
	const struct mg_config media = { .port_first = 20000, .port_last = 20001 };

	memset(&w, 0, sizeof(w));
	clock_use_virtual(1000000);
	w.root = talloc_named_const(NULL, 0, "world");
	log_init(&log_categories, w.root);
	w.mg = mg_new(w.root, &media);
	w.hub = call_hub_new(w.root, w.mg);
	w.trunks = trunks_new(w.root, w.hub, w.mg, NULL);
	w.e1 = tdm_open(w.root, &spans[0]);
	w.e2 = tdm_open(w.root, &spans[1]);
	world_routes();
	open_side(&w.a, "a");
	open_side(&w.b, "b");
	w.trunk[0] = world_trunk("user", "e1-1", TRUNK_USER, type);
	w.trunk[1] = world_trunk("net", "e1-2", TRUNK_NETWORK, type);
	w.trunk[1].hunt = HUNT_DESCENDING;
}

static inline void world_prepare(void)
{
	world_prepare_on(SPAN_E1);
}

static bool get_trunk(void *data, const struct trunk_status *status)
{
	struct trunk_status *out = data;

	if (strcmp(status->name, out->name) != 0)
		return true;
	*out = *status;
	return false;
}

static inline struct trunk_status trunk_status(const char *name)
{
	struct trunk_status status = { .name = name };

	trunks_each(w.trunks, get_trunk, &status);
	return status;
}

static inline bool link_is_up(void)
{
	return !strcmp(trunk_status("user").layer2, "up") &&
	       !strcmp(trunk_status("net").layer2, "up");
}

/* A D channel that was up in another world takes longer than a new one. */
static void world_start(void)
{
	ck_assert_int_eq(world_apply(2), 0);
	run_ms(4000);
	for (unsigned ms = 0; ms < 20000 && !link_is_up(); ms += TICK_MS)
		tick();
}

static inline void world_open(void)
{
	world_prepare();
	world_start();
}

/* Both ends of another variant than EuroISDN */
static inline void world_open_as(enum trunk_variant variant)
{
	world_prepare();
	w.trunk[0].variant = variant;
	w.trunk[1].variant = variant;
	world_start();
}

static bool count_channel(void *data, const struct channel_status *status)
{
	*(unsigned *)data +=
		strcmp(status->state, "idle") != 0 && strcmp(status->state, "down") != 0;
	return true;
}

static unsigned busy_channels(void)
{
	unsigned n = 0;

	channels_each(w.trunks, count_channel, &n);
	return n;
}

static struct call_totals call_figures(void)
{
	struct call_totals totals;

	call_totals(w.hub, &totals);
	return totals;
}

/* Nothing may be left of any call: channel, termination, call, leg. */
static void world_close(void)
{
	struct mg_totals media;

	run_ms(200);
	ck_assert_uint_eq(busy_channels(), 0);
	ck_assert_uint_eq(call_figures().active, 0);
	mg_totals(w.mg, &media);
	ck_assert_uint_eq(media.terminations, 0);
	ck_assert_uint_eq(media.contexts, 0);
	trunks_free(w.trunks);
	mock_leg_close(&w.a.leg);
	mock_leg_close(&w.b.leg);
	call_hub_free(w.hub);
	mg_free(w.mg);
	tdm_close(w.e1);
	tdm_close(w.e2);
	for (size_t i = 0; i < ARRAY_SIZE(w.more); i++)
		tdm_close(w.more[i]);
	alarms_reset();
	log_fini();
	talloc_free(w.root);
}

/* a calls called through "user"; what happens at b is the test's. */
static inline void a_calls(const char *called)
{
	mock_leg_open(&w.a.leg, w.hub, TARGET_PEER, "a");
	mock_leg_setup(&w.a.leg, "4711", called);
	run_ms(100);
}

static inline void b_calls(const char *called)
{
	mock_leg_open(&w.b.leg, w.hub, TARGET_PEER, "b");
	mock_leg_setup(&w.b.leg, "555", called);
	run_ms(100);
}

static inline void says(struct side *side, uint8_t verb, uint8_t cause, bool inband)
{
	mock_leg_say(&side->leg, verb, cause, inband);
	run_ms(100);
}

/* A whole message; SETUP from a leg that is opened for it. */
static inline void says_whole(struct side *side, const struct leg_msg *msg)
{
	if (msg->verb == LEG_SETUP)
		mock_leg_open(&side->leg, w.hub, TARGET_PEER, side == &w.a ? "a" : "b");
	call_hears(w.hub, side->leg.leg, msg);
	run_ms(100);
}

static inline const struct leg_msg *told(const struct side *side, uint8_t verb)
{
	const struct leg_msg *msg = mock_leg_told(&side->leg, verb);

	ck_assert_ptr_nonnull(msg);
	return msg;
}

static inline bool was_told(const struct side *side, uint8_t verb)
{
	return mock_leg_told(&side->leg, verb);
}

static inline unsigned told_cause(const struct side *side, uint8_t verb)
{
	const struct leg_msg *msg = mock_leg_told(&side->leg, verb);

	ck_assert_ptr_nonnull(msg);
	return msg->cause;
}
