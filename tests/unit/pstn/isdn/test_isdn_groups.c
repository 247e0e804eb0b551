/* Several spans with one D channel and another for backup (NFAS, ANSI T1.607): three T1s on each side, e1-1, u2, u3
 * and e1-2, n2, n3. The first two have D channels, the last has 24 B channels. */
#include "tests/unit/unit.h"

#include "base/alarm.h"
#include "call/cause.h"
#include "tests/mock/mock_leg.c"
#include "tests/unit/pstn/isdn/world.c"

static struct tdm_span *open_more(const char *name, const char *far)
{
	struct span_config config = { .driver = "virtual", .type = SPAN_T1, .law = LAW_MULAW };

	snprintf(config.name, sizeof(config.name), "%s", name);
	snprintf(config.far_end, sizeof(config.far_end), "%s", far);
	return tdm_open(w.root, &config);
}

static void add_spans(struct trunk_config *trunk, const char *second, const char *third)
{
	trunk->spans[1] = world_span(second, SPAN_T1);
	trunk->spans[2] = world_span(third, SPAN_T1);
	trunk->spans[2].d_timeslot = 0;
	trunk->spans[2].channels |= 1 << 24;
	trunk->spans[1].interface = 1;
	trunk->spans[2].interface = 2;
	trunk->n_spans = 3;
}

static void group_prepare(void)
{
	world_prepare_on(SPAN_T1);
	w.more[0] = open_more("u2", "n2");
	w.more[1] = open_more("n2", "u2");
	w.more[2] = open_more("u3", "n3");
	w.more[3] = open_more("n3", "u3");
	add_spans(&w.trunk[0], "u2", "u3");
	add_spans(&w.trunk[1], "n2", "n3");
}

static void group_open(void)
{
	group_prepare();
	world_start();
}

static void cut(struct tdm_span *span, bool on)
{
	span->driver->inject(span, on ? TDM_FAULT_CUT : TDM_FAULT_NONE);
}

static bool get_busy(void *data, const struct channel_status *status)
{
	char *names = data;

	if (strcmp(status->state, "idle") != 0 && strcmp(status->state, "down") != 0) {
		strcat(names, status->name);
		strcat(names, " ");
	}
	return true;
}

/* Names of busy channels, the user's first */
static const char *busy_names(void)
{
	static char names[200];

	names[0] = '\0';
	channels_each(w.trunks, get_busy, names);
	return names;
}

/* An answered call on the span that hunting from that end finds. */
static void call_up(enum trunk_hunt hunt)
{
	w.trunk[0].hunt = hunt;
	ck_assert_int_eq(world_apply(2), 0);
	a_calls("200");
	says(&w.b, LEG_ALERTING, 0, false);
	says(&w.b, LEG_CONNECT, 0, false);
	ck_assert(was_told(&w.a, LEG_CONNECT));
}

static void call_clears(struct side *by, struct side *at)
{
	ck_assert(!was_told(at, LEG_RELEASE));
	says(by, LEG_RELEASE, CAUSE_NORMAL, false);
	ck_assert_uint_eq(told_cause(at, LEG_RELEASE), CAUSE_NORMAL);
	run_ms(200);
	ck_assert_uint_eq(busy_channels(), 0);
}

static unsigned active_alarms(void)
{
	return alarms_count(ALARM_WARNING);
}

START_TEST(one_d_channel_serves_all_spans)
{
	group_open();
	ck_assert_uint_eq(trunk_status("user").channels, 23 + 23 + 24);
	ck_assert_str_eq(trunk_status("user").d_channel, "e1-1/24");
	call_up(HUNT_DESCENDING);
	ck_assert_str_eq(busy_names(), "u3/24 n3/24 ");
	call_clears(&w.a, &w.b);
	call_up(HUNT_ASCENDING);
	ck_assert_str_eq(busy_names(), "e1-1/1 e1-2/1 ");
	call_clears(&w.b, &w.a);
	b_calls("300"); /* hunts downwards */
	says(&w.a, LEG_CONNECT, 0, false);
	ck_assert_str_eq(busy_names(), "u3/24 n3/24 ");
	call_clears(&w.b, &w.a);
	world_close();
}
END_TEST

START_TEST(interfaces_are_matched_by_their_numbers)
{
	group_prepare();
	w.trunk[0].spans[1].interface = 9;
	w.trunk[0].spans[2].interface = 4;
	w.trunk[0].spans[2].channels = 0x00fffffe;
	w.trunk[1].spans[1].interface = 4; /* whatever the cables say */
	w.trunk[1].spans[2].interface = 9;
	world_start();
	call_up(HUNT_DESCENDING);
	ck_assert_str_eq(busy_names(), "u3/23 n2/23 ");
	call_clears(&w.a, &w.b);
	world_close();
}
END_TEST

START_TEST(calls_go_on_over_the_backup_and_back)
{
	group_open();
	call_up(HUNT_DESCENDING);
	cut(w.e1, true);
	run_ms(100);
	ck_assert_str_eq(trunk_status("user").d_channel, "u2/24");
	ck_assert_str_eq(trunk_status("net").d_channel, "n2/24");
	ck_assert_str_eq(trunk_status("user").layer2, "up");
	run_ms(60000); /* libpri has given up the primary */
	call_clears(&w.a, &w.b);
	call_up(HUNT_DESCENDING);
	cut(w.e1, false);
	run_ms(5000);
	ck_assert_str_eq(trunk_status("user").d_channel, "e1-1/24");
	ck_assert_str_eq(trunk_status("net").d_channel, "e1-2/24");
	ck_assert_uint_eq(active_alarms(), 0);
	cut(w.more[0], true); /* what the call was set up over */
	run_ms(60000);
	call_clears(&w.b, &w.a);
	call_up(HUNT_DESCENDING);
	call_clears(&w.a, &w.b);
	cut(w.more[0], false);
	run_ms(2000);
	world_close();
}
END_TEST

/* The D channels alone fail: no alarm tells, Q.921 does. */
START_TEST(silent_d_channel_is_replaced)
{
	group_open();
	call_up(HUNT_ASCENDING);
	w.e2->driver->hdlc_enable(w.e2, 24, false);
	run_ms(30000);
	ck_assert_str_eq(trunk_status("user").d_channel, "u2/24");
	ck_assert_uint_gt(active_alarms(), 0);
	ck_assert_str_eq(busy_names(), "e1-1/1 e1-2/1 ");
	call_clears(&w.b, &w.a);
	call_up(HUNT_ASCENDING);
	call_clears(&w.a, &w.b);
	w.e2->driver->hdlc_enable(w.e2, 24, true);
	run_ms(10000);
	ck_assert_str_eq(trunk_status("user").d_channel, "e1-1/24");
	ck_assert_uint_eq(active_alarms(), 0);
	world_close();
}
END_TEST

START_TEST(lost_span_takes_its_own_calls)
{
	group_open();
	call_up(HUNT_DESCENDING);
	cut(w.more[2], true);
	run_ms(400);
	ck_assert(!was_told(&w.a, LEG_RELEASE)); /* it may come back */
	run_ms(1500);
	ck_assert_uint_eq(told_cause(&w.a, LEG_RELEASE), CAUSE_DESTINATION_OUT_OF_ORDER);
	ck_assert_uint_eq(told_cause(&w.b, LEG_RELEASE), CAUSE_DESTINATION_OUT_OF_ORDER);
	ck_assert_uint_eq(trunk_status("user").down, 24);
	ck_assert_str_eq(trunk_status("user").layer2, "up");
	run_ms(500);
	call_up(HUNT_DESCENDING); /* on what is left */
	ck_assert_str_eq(busy_names(), "u2/23 n2/23 ");
	cut(w.more[2], false);
	run_ms(3000);
	call_clears(&w.a, &w.b);
	ck_assert_uint_eq(trunk_status("user").down, 0);
	world_close();
}
END_TEST

/* 5.8.9: both D channels are gone, the call's own span is not. */
static void lose_both(unsigned for_ms)
{
	group_prepare();
	w.trunk[0].timers.t309 = w.trunk[1].timers.t309 = 30;
	world_start();
	call_up(HUNT_DESCENDING);
	cut(w.e1, true);
	cut(w.more[0], true);
	run_ms(for_ms);
}

static bool count_down(void *data, const struct alarm_status *status)
{
	*(unsigned *)data += status->kind == ALARM_D_CHANNEL_DOWN;
	return true;
}

/* Of the two trunks */
static unsigned d_channel_alarms(void)
{
	unsigned n = 0;

	alarms_each(true, count_down, &n);
	return n;
}

START_TEST(t309_ends_calls_without_any_d_channel)
{
	lose_both(25000);
	ck_assert_uint_eq(d_channel_alarms(), 2);
	ck_assert(!was_told(&w.a, LEG_RELEASE));
	ck_assert_str_eq(trunk_status("user").layer2, "down");
	run_ms(6000);
	ck_assert_uint_eq(told_cause(&w.a, LEG_RELEASE), CAUSE_DESTINATION_OUT_OF_ORDER);
	ck_assert_uint_eq(told_cause(&w.b, LEG_RELEASE), CAUSE_DESTINATION_OUT_OF_ORDER);
	cut(w.e1, false);
	cut(w.more[0], false);
	run_ms(10000);
	ck_assert_uint_eq(d_channel_alarms(), 0);
	call_up(HUNT_DESCENDING);
	call_clears(&w.b, &w.a);
	world_close();
}
END_TEST

START_TEST(either_d_channel_in_time_saves_the_call)
{
	lose_both(25000);
	cut(w.more[0], false);
	run_ms(20000);
	ck_assert_str_eq(trunk_status("user").d_channel, "u2/24");
	call_clears(&w.a, &w.b);
	cut(w.e1, false);
	run_ms(10000);
	world_close();
}
END_TEST

START_TEST(call_in_set_up_does_not_outlive_its_d_channel)
{
	group_open();
	w.trunk[0].hunt = HUNT_DESCENDING;
	ck_assert_int_eq(world_apply(2), 0);
	a_calls("200");
	says(&w.b, LEG_ALERTING, 0, false);
	cut(w.e1, true);
	run_ms(60000);
	ck_assert(was_told(&w.a, LEG_RELEASE));
	ck_assert(was_told(&w.b, LEG_RELEASE));
	ck_assert_uint_eq(busy_channels(), 0);
	cut(w.e1, false);
	run_ms(5000);
	world_close();
}
END_TEST

/* libpri's instances are kept, and joined only once. */
START_TEST(group_may_go_and_come_back)
{
	group_open();
	call_up(HUNT_DESCENDING);
	ck_assert_int_eq(world_apply(0), 0);
	run_ms(200);
	ck_assert_uint_eq(told_cause(&w.a, LEG_RELEASE), CAUSE_TEMPORARY_FAILURE);
	world_start();
	call_up(HUNT_DESCENDING);
	cut(w.e1, true);
	run_ms(30000);
	call_clears(&w.a, &w.b);
	cut(w.e1, false);
	run_ms(5000);
	/* Without a backup the same D channel is another one. */
	w.trunk[0].spans[1].d_timeslot = w.trunk[1].spans[1].d_timeslot = 0;
	world_start();
	call_up(HUNT_DESCENDING);
	cut(w.e1, true);
	run_ms(1000);
	ck_assert_str_eq(trunk_status("user").layer2, "down");
	cut(w.e1, false);
	run_ms(5000);
	call_clears(&w.b, &w.a);
	world_close();
}
END_TEST

UNIT_MAIN("isdn_groups", group_may_go_and_come_back, one_d_channel_serves_all_spans,
	  interfaces_are_matched_by_their_numbers, calls_go_on_over_the_backup_and_back,
	  silent_d_channel_is_replaced, lost_span_takes_its_own_calls,
	  t309_ends_calls_without_any_d_channel, either_d_channel_in_time_saves_the_call,
	  call_in_set_up_does_not_outlive_its_d_channel)
