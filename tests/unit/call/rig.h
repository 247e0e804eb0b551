/* What tests of calls share: a hub with routes and lines, a caller, two targets, and the look back at the
 * end that nothing is left of any call. */
#pragma once

#include "call/call.h"

#include <osmocom/core/talloc.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "call/cause.h"
#include "call/route_config.h"
#include "tests/mock/mock_leg.c"
#include "tests/mock/mock_log.c"
#include "tests/mock/mock_mg.c"
#include "tests/unit/unit.h"

enum { MS = 1000, S = 1000000 };

static struct mg *mg;
static struct call_hub *hub;
static struct mock_leg a, b, c; /* the caller, and those behind the targets b and c */
static struct mock_target to_b, to_c;
static size_t idle_blocks;

static struct route_config routes[] = {
	{ .name = "both",
	  .from_any = true,
	  .called = "6",
	  .targets = { { TARGET_TRUNK, "b" }, { TARGET_PEER, "c" } },
	  .n_targets = 2 },
	{ .name = "one",
	  .from_any = true,
	  .called = "7",
	  .strip = 1,
	  .prepend = "00",
	  .targets = { { TARGET_TRUNK, "b" } },
	  .n_targets = 1 },
	{ .name = "lost",
	  .from_any = true,
	  .called = "8",
	  .targets = { { TARGET_TRUNK, "x" }, { TARGET_LINE, "y" } },
	  .n_targets = 2 },
	{ .name = "lost then b",
	  .from_any = true,
	  .called = "9",
	  .targets = { { TARGET_TRUNK, "x" }, { TARGET_TRUNK, "b" }, { TARGET_LINE, "y" } },
	  .n_targets = 3 },
	{ .name = "line",
	  .from_any = true,
	  .called = "4",
	  .targets = { { TARGET_LINE, "echo" } },
	  .n_targets = 1 },
	{ .name = "loop",
	  .from_any = true,
	  .called = "5",
	  .targets = { { TARGET_TRUNK, "b" },
		       { TARGET_TRUNK, "b" },
		       { TARGET_TRUNK, "b" },
		       { TARGET_TRUNK, "b" },
		       { TARGET_TRUNK, "b" },
		       { TARGET_TRUNK, "b" },
		       { TARGET_TRUNK, "b" },
		       { TARGET_TRUNK, "b" } },
	  .n_targets = 8 },
};

static struct line_config lines[] = {
	{ .name = "echo", .kind = LINE_ECHO },
	{ .name = "brief", .kind = LINE_CLEAR, .cause = CAUSE_NORMAL, .clear_ms = 500 },
	{ .name = "ring", .kind = LINE_RING },
	{ .name = "busy", .kind = LINE_REJECT, .cause = CAUSE_USER_BUSY, .tone = TONE_BUSY },
};

static const struct routes_config config = { .routes = routes,
					     .n_routes = sizeof(routes) / sizeof(routes[0]),
					     .lines = lines,
					     .n_lines = sizeof(lines) / sizeof(lines[0]) };

static inline void start(void)
{
	mock_log_start(DCALL);
	clock_use_virtual(1 * S);
	mg = mock_mg_new();
	hub = call_hub_new(NULL, mg);
	ck_assert_int_eq(call_hub_apply(hub, &config), 0);
	idle_blocks = talloc_total_blocks(hub);
	a = b = c = (struct mock_leg){ 0 };
	mock_target_open(&to_b, hub, TARGET_TRUNK, "b", &b);
	mock_target_open(&to_c, hub, TARGET_PEER, "c", &c);
}

static inline unsigned active(void)
{
	struct call_totals totals;

	call_totals(hub, &totals);
	return totals.active;
}

/* Nothing is left of any call. */
static inline void stop(void)
{
	ck_assert_uint_eq(active(), 0);
	ck_assert_uint_eq(mock_mg_count(mg), 0);
	ck_assert_uint_eq(talloc_total_blocks(hub), idle_blocks);
	ck_assert_uint_eq(mock_log_count("not permitted"), 0);
	ck_assert_ptr_null(a.leg);
	ck_assert_ptr_null(b.leg);
	ck_assert_ptr_null(c.leg);
	call_hub_free(hub);
	mock_mg_free(mg);
}

static inline void dial(const char *called)
{
	mock_leg_open(&a, hub, TARGET_PEER, "phones");
	mock_leg_setup(&a, "100", called);
}

static inline const char *state(void)
{
	static struct call_status status;

	return call_get(hub, call_id(a.leg->call), &status) ? status.state : "none";
}

static inline void bring_to(const char *to)
{
	dial("700");
	if (strcmp(to, "proceeding") == 0)
		mock_leg_say(&b, LEG_PROCEEDING, 0, false);
	if (strcmp(to, "alerting") == 0)
		mock_leg_say(&b, LEG_ALERTING, 0, false);
	if (strcmp(to, "active") == 0)
		mock_leg_say(&b, LEG_CONNECT, 0, false);
	if (strcmp(to, "disconnecting") == 0)
		mock_leg_say(&b, LEG_DISCONNECT, CAUSE_REJECTED, true);
	ck_assert_str_eq(state(), to);
}

static const char *const states[] = { "routing", "proceeding", "alerting", "active",
				      "disconnecting" };
