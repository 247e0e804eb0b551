/* The auditor: each kind of what does not fit together, made on purpose. */
#include <osmocom/core/select.h>

#include "call/route_config.h"
#include "tests/mock/mock_leg.c"
#include "tests/unit/pstn/rig.c"

enum { AUDIT_US = 5 * S };

static struct mock_leg caller;
static unsigned events; /* of the termination that is left over */

/* The media gateway does what it was told, and its word arrives. */
static void settle(void)
{
	mg_tick(mg);
	osmo_select_main_ctx(1);
}

static void audits(unsigned n)
{
	clock_advance((uint64_t)n * AUDIT_US);
	settle();
}

static void on_event(void *data, const struct mg_event *event)
{
	(void)data, (void)event;
	events++;
}

static void up(void)
{
	static struct route_config route = {
		.name = "ring",
		.from_any = true,
		.targets = { { TARGET_LINE, "ring" } },
		.n_targets = 1,
	};
	static struct line_config line = { .name = "ring", .kind = LINE_RING };
	const struct routes_config routes = {
		.routes = &route, .n_routes = 1, .lines = &line, .n_lines = 1
	};

	rig_up(NULL);
	ck_assert_int_eq(call_hub_apply(hub, &routes), 0);
}

/* A call from e1-1/1; its id. */
static uint32_t call_from_line(void)
{
	uint32_t id;

	memset(&caller, 0, sizeof(caller));
	mock_leg_open(&caller, hub, TARGET_TRUNK, "a");
	strcpy(caller.leg->channel, "e1-1/1");
	mock_leg_setup(&caller, "1", "2");
	ck_assert_ptr_nonnull(caller.leg->call);
	id = call_id(caller.leg->call);
	*channel_of("a", 1) = (struct fake_channel){ .state = CHANNEL_ALERTING, .call = id };
	return id;
}

static void down(void)
{
	if (caller.leg && caller.leg->call)
		mock_leg_say(&caller, LEG_RELEASE_COMPLETE, 16, false);
	mock_leg_close(&caller);
	audits(1);
	rig_down();
}

static uint32_t add_termination(void)
{
	const struct mg_term term = {
		.kind = MG_TDM, .tdm = { .span = (uint16_t)tdm_find("e1-1")->index, .timeslot = 2 }
	};
	int64_t id = mg_add(mg, mg_context(mg), &term, on_event, NULL);

	ck_assert_int_gt(id, 0);
	settle();
	ck_assert_uint_eq(events, 1); /* it is there */
	events = 0;
	return (uint32_t)id;
}

static unsigned terminations(void)
{
	struct mg_totals totals;

	mg_totals(mg, &totals);
	return totals.terminations;
}

static uint64_t repairs(void)
{
	struct audit_status status;

	trunks_audit_status(trunks, &status);
	return status.legs + status.calls + status.terminations + status.open + status.inside;
}

START_TEST(call_whose_leg_says_so_is_left_alone)
{
	up();
	call_from_line();
	audits(20);
	ck_assert_uint_eq(repairs(), 0);
	ck_assert_str_eq(channel_of("a", 1)->told, "");
	ck_assert_uint_eq(fake_of("a")->audits, 20);
	down();
}
END_TEST

START_TEST(leg_without_a_call_is_cleared_by_the_second_audit)
{
	static const uint32_t says[] = { 0, 999 }; /* none, or one that is not there */

	up();
	for (size_t i = 0; i < 2; i++) {
		*channel_of("a", 3) =
			(struct fake_channel){ .state = CHANNEL_ACTIVE, .call = says[i] };
		audits(1);
		ck_assert_str_eq(channel_of("a", 3)->told, "");
		audits(1);
		ck_assert_str_eq(channel_of("a", 3)->told, "c");
		ck_assert_uint_eq(channel_of("a", 3)->cause, CAUSE_TEMPORARY_FAILURE);
		channel_of("a", 3)->state = CHANNEL_IDLE;
		audits(1);
	}
	ck_assert_uint_eq(repairs(), 2);
	down();
}
END_TEST

START_TEST(leg_of_a_call_that_is_elsewhere_is_cleared)
{
	uint32_t id;

	up();
	id = call_from_line();
	*channel_of("a", 2) = (struct fake_channel){ .state = CHANNEL_ACTIVE, .call = id };
	audits(2);
	ck_assert_str_eq(channel_of("a", 2)->told, "c");
	ck_assert_str_eq(channel_of("a", 1)->told, "");
	down();
}
END_TEST

START_TEST(call_whose_leg_is_gone_is_released)
{
	struct call_status status;
	uint32_t id;

	up();
	id = call_from_line();
	*channel_of("a", 1) = (struct fake_channel){ .state = CHANNEL_IDLE };
	audits(1);
	ck_assert(caller.leg != NULL);
	audits(1);
	ck_assert_uint_eq(mock_leg_count(&caller, LEG_RELEASE), 1);
	ck_assert(!call_get(hub, id, &status));
	ck_assert_uint_eq(repairs(), 1);
	down();
}
END_TEST

/* A card that holds timeslot 2 open. */
static bool held;

static bool is_held(const struct tdm_span *span, unsigned timeslot)
{
	(void)span;
	return held && timeslot == 2;
}

static void let_go(struct tdm_span *span, unsigned timeslot)
{
	(void)span;
	held &= timeslot != 2;
}

START_TEST(channel_open_at_its_card_for_nobody_is_closed)
{
	struct tdm_driver card;
	struct tdm_span *span;
	const struct tdm_driver *before;

	up();
	span = tdm_find("e1-1");
	before = span->driver;
	card = *before;
	card.channel_is_open = is_held;
	card.channel_close = let_go;
	span->driver = &card;
	held = true;
	audits(1);
	ck_assert(held);
	audits(1);
	ck_assert(!held);
	audits(4);
	ck_assert_uint_eq(repairs(), 1);
	span->driver = before;
	down();
}
END_TEST

START_TEST(termination_of_nobody_is_removed)
{
	up();
	add_termination();
	audits(1);
	ck_assert_uint_eq(terminations(), 1);
	audits(1);
	ck_assert_uint_eq(terminations(), 0);
	ck_assert_uint_eq(events, 0); /* its owner, if there ever was one, is not called */
	ck_assert_uint_eq(repairs(), 1);
	mg_forget(mg, add_termination()); /* the timeslot is free again */
	down();
}
END_TEST

START_TEST(termination_on_a_locked_channel_is_somebodys_test)
{
	up();
	add_termination();
	ck_assert_int_eq(trunks_lock(trunks, "e1-1/2", LOCK_NOW, 0), 0);
	audits(10);
	ck_assert_uint_eq(terminations(), 1);
	ck_assert_int_eq(trunks_lock(trunks, "e1-1/2", LOCK_NOT, 0), 0);
	audits(3);
	ck_assert_uint_eq(terminations(), 0);
	down();
}
END_TEST

START_TEST(what_stood_once_is_not_repaired)
{
	up();
	for (int i = 0; i < 10; i++) {
		channel_of("a", 1)->state = i & 1 ? CHANNEL_IDLE : CHANNEL_ACTIVE;
		audits(1);
	}
	/* another call each time: not the same finding */
	for (uint32_t i = 0; i < 10; i++) {
		*channel_of("a", 1) =
			(struct fake_channel){ .state = CHANNEL_ACTIVE, .call = 100 + i };
		audits(1);
	}
	ck_assert_uint_eq(repairs(), 0);
	ck_assert_str_eq(channel_of("a", 1)->told, "");
	down();
}
END_TEST

START_TEST(leg_that_clears_is_the_protocols)
{
	up();
	channel_of("a", 1)->state = CHANNEL_CLEARING;
	audits(10);
	ck_assert_uint_eq(repairs(), 0);
	down();
}
END_TEST

START_TEST(repairs_raise_an_alarm_that_ends_a_minute_after_the_last)
{
	up();
	fake_of("b")->to_repair = 3;
	audits(1);
	ck_assert_uint_eq(repairs(), 3);
	ck_assert(alarm_stands(ALARM_CHANNELS_STUCK, "b"));
	ck_assert(!alarm_stands(ALARM_CHANNELS_STUCK, "a"));
	audits(11);
	ck_assert(alarm_stands(ALARM_CHANNELS_STUCK, "b"));
	audits(20);
	ck_assert(!alarm_stands(ALARM_CHANNELS_STUCK, "b"));
	down();
}
END_TEST

START_TEST(trunks_may_come_and_go_between_audits)
{
	up();
	channel_of("a", 1)->state = CHANNEL_ACTIVE;
	audits(1);
	ck_assert_int_eq(apply(0), 0);
	audits(2);
	ck_assert_int_eq(apply(2), 0);
	audits(2);
	ck_assert_uint_eq(repairs(), 0);
	down();
}
END_TEST

UNIT_MAIN("auditor", call_whose_leg_says_so_is_left_alone,
	  leg_without_a_call_is_cleared_by_the_second_audit,
	  leg_of_a_call_that_is_elsewhere_is_cleared, call_whose_leg_is_gone_is_released,
	  termination_of_nobody_is_removed, channel_open_at_its_card_for_nobody_is_closed,
	  termination_on_a_locked_channel_is_somebodys_test, what_stood_once_is_not_repaired,
	  leg_that_clears_is_the_protocols,
	  repairs_raise_an_alarm_that_ends_a_minute_after_the_last,
	  trunks_may_come_and_go_between_audits)
