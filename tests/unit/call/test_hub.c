/* The hub: draining, status, thousands of calls, calls of our own, lack of memory. */
#include "tests/unit/call/rig.h"
#include "tests/unit/oom.h"
#include "tests/unit/unit.h"

static unsigned emptied;

static void on_empty(void *data)
{
	ck_assert_ptr_eq(data, &emptied);
	emptied++;
}

START_TEST(draining_clears_all_and_refuses_new_calls)
{
	start();
	emptied = 0;
	b.lingers = true;
	bring_to("active");
	call_hub_drain(hub, on_empty, &emptied);
	ck_assert_uint_eq(mock_leg_told(&a, LEG_RELEASE)->cause, CAUSE_TEMPORARY_FAILURE);
	ck_assert_uint_eq(mock_leg_told(&b, LEG_RELEASE)->cause, CAUSE_TEMPORARY_FAILURE);
	dial("600");
	ck_assert_uint_eq(mock_leg_told(&a, LEG_RELEASE)->cause, CAUSE_TEMPORARY_FAILURE);
	ck_assert_ptr_nonnull(mock_log_find("the gateway is stopping"));
	clock_advance(1 * MS);
	ck_assert_uint_eq(emptied, 0);
	mock_leg_say(&b, LEG_RELEASE_COMPLETE, 0, false);
	ck_assert_uint_eq(emptied, 0); /* not from inside the leg */
	clock_advance(1 * MS);
	ck_assert_uint_eq(emptied, 1);
	dial("600");
	clock_advance(1 * MS);
	ck_assert_uint_eq(emptied, 1);
	stop();
}
END_TEST

START_TEST(draining_an_empty_hub_is_done_at_once)
{
	start();
	emptied = 0;
	call_hub_drain(hub, on_empty, &emptied);
	clock_advance(1 * MS);
	ck_assert_uint_eq(emptied, 1);
	stop();
}
END_TEST

START_TEST(a_hub_freed_lets_its_legs_go)
{
	start();
	emptied = 0;
	bring_to("alerting");
	call_hub_free(hub);
	ck_assert_ptr_null(a.leg->call);
	ck_assert_ptr_null(b.leg->call);
	ck_assert_ptr_nonnull(mock_log_find("failed, cause 41"));
	clock_advance(100 * S);
	mock_leg_close(&a);
	mock_leg_close(&b);
	mock_mg_free(mg);
}
END_TEST

START_TEST(routes_that_change_leave_a_call_its_own)
{
	start();
	dial("600");
	ck_assert_int_eq(call_hub_apply(hub, &(struct routes_config){ 0 }), 0);
	mock_leg_say(&b, LEG_RELEASE, CAUSE_NO_CIRCUIT, false);
	ck_assert_ptr_nonnull(mock_leg_told(&c, LEG_SETUP));
	mock_leg_say(&a, LEG_RELEASE, CAUSE_NORMAL, false);
	ck_assert_int_eq(call_hub_apply(hub, &config), 0);
	stop();
}
END_TEST

START_TEST(picture_of_a_call)
{
	struct call_status status;

	start();
	dial("7100");
	clock_advance(3 * MS);
	mock_leg_say(&b, LEG_ALERTING, 0, false);
	ck_assert(!call_get(hub, 2, &status));
	ck_assert(call_get(hub, 1, &status));
	ck_assert_uint_eq(status.id, 1);
	ck_assert_uint_eq(status.context, call_context(a.leg->call));
	ck_assert_str_eq(status.state, "alerting");
	ck_assert_str_eq(status.route, "one");
	ck_assert_str_eq(status.calling, "100");
	ck_assert_str_eq(status.called, "7100");
	ck_assert_str_eq(status.called_out, "00100");
	ck_assert(status.leg[0].present && status.leg[1].present);
	ck_assert_int_eq(status.leg[0].kind, TARGET_PEER);
	ck_assert_str_eq(status.leg[0].via, "phones");
	ck_assert_int_eq(status.leg[1].kind, TARGET_TRUNK);
	ck_assert_str_eq(status.leg[1].channel, "mock/1");
	ck_assert_str_eq(status.leg[1].about, "mock b");
	ck_assert_uint_eq(status.setup_us, 1 * S);
	ck_assert_uint_eq(status.alert_us, 1 * S + 3 * MS);
	ck_assert_uint_eq(status.answer_us, 0);
	a.lingers = true;
	mock_leg_say(&b, LEG_RELEASE, CAUSE_USER_BUSY, false);
	ck_assert(call_get(hub, 1, &status));
	ck_assert_str_eq(status.state, "clearing");
	ck_assert_uint_eq(status.cause, CAUSE_USER_BUSY);
	ck_assert(status.leg[0].present && !status.leg[1].present);
	ck_assert_str_eq(status.leg[1].channel, "mock/1");
	mock_leg_say(&a, LEG_RELEASE_COMPLETE, 0, false);
	stop();
}
END_TEST

enum { MANY = 3000 };
static struct mock_leg crowd[2][MANY];
static struct mock_target crowd_target;
static unsigned crowd_next;

static unsigned seize_one(void *data, const struct leg_setup *setup, struct leg **leg,
			  const char **why)
{
	(void)setup;
	(void)data, (void)why;
	mock_leg_open(&crowd[1][crowd_next], hub, TARGET_TRUNK, "crowd");
	*leg = crowd[1][crowd_next++].leg;
	return 0;
}

/* Clears each third call, and the one behind it, while the list is walked. */
static bool walk(void *data, const struct call_status *status)
{
	uint32_t *last = data;

	ck_assert_uint_gt(status->id, *last);
	*last = status->id;
	if (status->id % 3 == 0) {
		ck_assert(call_clear(hub, status->id));
		call_clear(hub, status->id + 1);
	}
	return true;
}

static bool walk_two(void *data, const struct call_status *status)
{
	(void)status;
	return ++*(unsigned *)data < 2;
}

START_TEST(thousands_of_calls_are_kept_in_order)
{
	static struct route_config route = { .from_any = true,
					     .targets = { { TARGET_TRUNK, "crowd" } },
					     .n_targets = 1 };
	uint32_t last = 0;
	unsigned n = 0;

	start();
	ck_assert_int_eq(call_hub_apply(hub, &(struct routes_config){ .routes = &route,
								      .n_routes = 1,
								      .lines = lines,
								      .n_lines = 4 }),
			 0);
	idle_blocks = talloc_total_blocks(hub);
	mock_target_open(&crowd_target, hub, TARGET_TRUNK, "crowd", NULL);
	crowd_target.target.seize = seize_one;
	for (unsigned i = 0; i < MANY; i++) {
		mock_leg_open(&crowd[0][i], hub, TARGET_PEER, "phones");
		mock_leg_setup(&crowd[0][i], "1", "2");
	}
	ck_assert_uint_eq(active(), MANY);
	calls_each(hub, walk_two, &n);
	ck_assert_uint_eq(n, 2);
	calls_each(hub, walk, &last);
	ck_assert_uint_eq(last, MANY); /* 3000 goes, 3001 does not exist */
	ck_assert_uint_eq(active(), MANY - MANY / 3 - (MANY / 3 - 1));
	call_hub_drain(hub, on_empty, &emptied);
	for (unsigned i = 0; i < MANY; i++)
		ck_assert(!crowd[0][i].leg && !crowd[1][i].leg);
	stop();
}
END_TEST

START_TEST(totals_tell_answered_from_failed)
{
	struct call_totals totals;

	start();
	bring_to("active");
	mock_leg_say(&a, LEG_RELEASE, CAUSE_NORMAL, false);
	bring_to("alerting");
	mock_leg_say(&a, LEG_RELEASE, CAUSE_NORMAL, false);
	dial("1");
	bring_to("active");
	call_totals(hub, &totals);
	ck_assert_uint_eq(totals.offered, 4);
	ck_assert_uint_eq(totals.answered, 2);
	ck_assert_uint_eq(totals.failed, 2);
	ck_assert_uint_eq(totals.active, 1);
	mock_leg_say(&a, LEG_RELEASE, CAUSE_NORMAL, false);
	stop();
}
END_TEST

/* Originate */

static char progress[1024];
static unsigned ends;

static void on_progress(void *data, uint32_t id, const char *text, bool ended)
{
	size_t len = strlen(progress);

	ck_assert_ptr_eq(data, &ends);
	ck_assert_uint_eq(id, 1);
	ends += ended;
	snprintf(progress + len, sizeof(progress) - len, "%s|", text);
}

static uint32_t originate(const char *line, unsigned hold_ms)
{
	struct originate what = {
		.kind = TARGET_TRUNK, .through = "b", .called = "600", .calling = "55"
	};
	const char *why = "";
	uint32_t id;

	progress[0] = '\0';
	ends = 0;
	snprintf(what.line, sizeof(what.line), "%s", line);
	what.hold_ms = hold_ms;
	id = call_originate(hub, &what, on_progress, &ends, &why);
	ck_assert_str_eq(progress, "");
	ck_assert((id == 0) == (why != NULL));
	return id;
}

START_TEST(originated_call_is_held_then_cleared)
{
	start();
	mock_leg_teach(&b, LEG_SETUP, LEG_PROCEEDING, 0, false);
	mock_leg_teach(&b, LEG_SETUP, LEG_ALERTING, 0, false);
	ck_assert_uint_eq(originate("echo", 700), 1);
	clock_advance(1 * MS);
	ck_assert_str_eq(mock_leg_told(&b, LEG_SETUP)->setup.called.digits, "600");
	ck_assert_str_eq(mock_leg_told(&b, LEG_SETUP)->setup.calling.digits, "55");
	call_hears(hub, b.leg, &(struct leg_msg){ .verb = LEG_CONNECT, .law = LEG_LAW_MULAW });
	ck_assert(mock_mg_find(mg, mg->last_context, MG_LOCAL)->what.local.echo);
	ck_assert_int_eq(mock_mg_find(mg, mg->last_context, MG_LOCAL)->what.local.law, LAW_MULAW);
	mock_mg_run(mg);
	ck_assert_uint_eq(mock_leg_told(&b, LEG_SETUP)->setup.context, mg->last_context);
	clock_advance(699 * MS);
	ck_assert_ptr_null(mock_leg_told(&b, LEG_RELEASE));
	clock_advance(1 * MS);
	ck_assert_uint_eq(mock_leg_told(&b, LEG_RELEASE)->cause, CAUSE_NORMAL);
	mock_mg_run(mg);
	ck_assert_str_eq(progress,
			 "proceeding|alerting|answered|ended: cause 16 normal call clearing"
			 " (user), by the caller|");
	ck_assert_uint_eq(ends, 1);
	ck_assert_ptr_nonnull(mock_log_find("from line echo 55 to trunk b 600 mock/1: answered"));
	stop();
}
END_TEST

START_TEST(originated_call_takes_its_line_as_it_is)
{
	start();
	mock_leg_teach(&b, LEG_SETUP, LEG_CONNECT, 0, false);
	ck_assert_uint_eq(originate("brief", 0), 1);
	clock_advance(1 * MS);
	mock_mg_run(mg);
	clock_advance(499 * MS);
	ck_assert_uint_eq(ends, 0);
	clock_advance(1 * MS);
	mock_mg_run(mg);
	ck_assert_uint_eq(ends, 1);
	stop();
}
END_TEST

START_TEST(originated_call_hangs_up_on_announcements)
{
	start();
	mock_leg_teach(&b, LEG_SETUP, LEG_DISCONNECT, CAUSE_USER_BUSY, true);
	ck_assert_uint_eq(originate("", 0), 1);
	clock_advance(1 * MS);
	ck_assert_str_eq(progress,
			 "disconnecting|ended: cause 17 user busy (user), by the called party|");
	stop();
}
END_TEST

START_TEST(originated_call_that_finds_no_channel_says_so)
{
	start();
	to_b.cause = CAUSE_NO_CIRCUIT;
	ck_assert_uint_eq(originate("", 0), 1);
	clock_advance(1 * MS);
	ck_assert_str_eq(progress,
			 "ended: cause 34 no circuit/channel available (private network "
			 "serving the local user), by the gateway: trunk b: mock refuses|");
	stop();
}
END_TEST

START_TEST(originated_call_outlives_who_watched)
{
	start();
	mock_leg_teach(&b, LEG_SETUP, LEG_CONNECT, 0, false);
	ck_assert_uint_eq(originate("", 0), 1);
	call_unwatch(hub, on_progress, NULL);
	clock_advance(1 * MS);
	ck_assert_str_eq(progress, "answered|");
	call_unwatch(hub, on_progress, &ends);
	call_unwatch(hub, on_progress, &ends);
	ck_assert_uint_eq(active(), 1);
	ck_assert(call_clear(hub, 1));
	mock_mg_run(mg);
	ck_assert_str_eq(progress, "answered|");
	stop();
}
END_TEST

START_TEST(originated_call_cleared_before_it_began)
{
	start();
	ck_assert_uint_eq(originate("", 0), 1);
	ck_assert(call_clear(hub, 1));
	ck_assert_uint_eq(ends, 1);
	clock_advance(1 * MS);
	ck_assert_uint_eq(to_b.asked, 0);
	stop();
}
END_TEST

START_TEST(originate_refuses_what_cannot_be)
{
	static const struct originate rows[] = {
		{ .kind = TARGET_PEER, .through = "b", .called = "6" },
		{ .kind = TARGET_TRUNK_GROUP, .through = "b", .called = "6" },
		{ .kind = TARGET_TRUNK, .through = "b", .called = "" },
		{ .kind = TARGET_TRUNK, .through = "b", .called = "x" },
		{ .kind = TARGET_TRUNK, .through = "b", .called = "6", .calling = "x" },
		{ .kind = TARGET_TRUNK, .through = "b", .called = "6", .line = "none" },
		{ .kind = TARGET_TRUNK, .through = "b", .called = "6", .line = "ring" },
		{ .kind = TARGET_TRUNK, .through = "b", .called = "6", .line = "busy" },
	};
	const char *why;

	start();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		why = NULL;
		ck_assert_uint_eq(call_originate(hub, &rows[i], NULL, NULL, &why), 0);
		ck_assert_ptr_nonnull(why);
	}
	call_hub_drain(hub, on_empty, &emptied);
	ck_assert_uint_eq(originate("", 0), 0);
	stop();
}
END_TEST

/* Memory */

START_TEST(a_call_without_memory_is_refused_with_47)
{
	start();
	mock_leg_teach(&b, LEG_SETUP, LEG_CONNECT, 0, false);
	OOM_EACH(done)
	{
		oom_off();
		mock_leg_open(&a, hub, TARGET_PEER, "phones");
		oom_allow(oom_n);
		mock_leg_setup(&a, "1", "600");
		oom_off();
		done = mock_leg_told(&a, LEG_CONNECT) != NULL;
		if (!done)
			ck_assert_uint_eq(mock_leg_told(&a, LEG_RELEASE)->cause,
					  CAUSE_RESOURCE_UNAVAILABLE);
		else
			mock_leg_say(&a, LEG_RELEASE, CAUSE_NORMAL, false);
		ck_assert_uint_eq(talloc_total_blocks(hub), idle_blocks);
	}
	stop();
}
END_TEST

START_TEST(a_line_without_memory_refuses_with_47)
{
	start();
	OOM_EACH(done)
	{
		oom_off();
		mock_leg_open(&a, hub, TARGET_PEER, "phones");
		oom_allow(oom_n);
		mock_leg_setup(&a, "1", "4");
		mock_mg_run(mg);
		oom_off();
		done = mock_leg_told(&a, LEG_CONNECT) != NULL;
		if (!done)
			ck_assert_uint_eq(mock_leg_told(&a, LEG_RELEASE)->cause,
					  CAUSE_RESOURCE_UNAVAILABLE);
		else
			mock_leg_say(&a, LEG_RELEASE, CAUSE_NORMAL, false);
		mock_mg_run(mg);
		ck_assert_uint_eq(talloc_total_blocks(hub), idle_blocks);
	}
	stop();
}
END_TEST

START_TEST(originating_without_memory_leaves_nothing)
{
	const struct originate what = { .kind = TARGET_TRUNK, .through = "b", .called = "6" };

	start();
	OOM_EACH(done)
	{
		const char *why = NULL;
		uint32_t id = call_originate(hub, &what, NULL, NULL, &why);

		oom_off();
		done = id != 0;
		ck_assert(done == (why == NULL));
		if (done)
			call_clear(hub, id);
		ck_assert_uint_eq(talloc_total_blocks(hub), idle_blocks);
	}
	stop();
}
END_TEST

START_TEST(hub_and_routes_survive_a_lack_of_memory)
{
	start();
	OOM_EACH(done)
	{
		int rc = call_hub_apply(hub, &config);

		oom_off();
		done = rc == 0;
		ck_assert_uint_eq(talloc_total_blocks(hub), idle_blocks);
		dial("700"); /* old or new, they work */
		ck_assert_ptr_nonnull(b.leg);
		mock_leg_say(&a, LEG_RELEASE, CAUSE_NORMAL, false);
	}
	stop();
}
END_TEST

UNIT_MAIN("hub", draining_clears_all_and_refuses_new_calls, draining_an_empty_hub_is_done_at_once,
	  a_hub_freed_lets_its_legs_go, routes_that_change_leave_a_call_its_own, picture_of_a_call,
	  thousands_of_calls_are_kept_in_order, totals_tell_answered_from_failed,
	  originated_call_is_held_then_cleared, originated_call_takes_its_line_as_it_is,
	  originated_call_hangs_up_on_announcements, originated_call_that_finds_no_channel_says_so,
	  originated_call_outlives_who_watched, originated_call_cleared_before_it_began,
	  originate_refuses_what_cannot_be, a_call_without_memory_is_refused_with_47,
	  a_line_without_memory_refuses_with_47, originating_without_memory_leaves_nothing,
	  hub_and_routes_survive_a_lack_of_memory)
