/* Calls over an ISDN trunk: its user side against its network side, on a virtual E1. */
#include "tests/unit/unit.h"

#include <pcap/pcap.h>
#include <unistd.h>

#include "call/cause.h"
#include "pstn/isdn/dchannel.h"
#include "tests/mock/mock_leg.c"
#include "tests/unit/pstn/isdn/world.c"

static struct leg_setup setup_from(enum leg_presentation presentation)
{
	struct leg_setup setup = {
		.called = { .digits = "200", .type = LEG_TON_SUBSCRIBER, .plan = 1 },
		.calling = {
			.digits = "49301234",
			.type = LEG_TON_INTERNATIONAL,
			.plan = 1,
			.presentation = presentation,
			.screening = 1,
		},
		.calling_name = "Operator",
		.bearer = LEG_AUDIO_3K1,
	};

	return setup;
}

START_TEST(link_comes_up_on_both_sides)
{
	world_prepare();
	ck_assert_int_eq(world_apply(2), 0);
	ck_assert_str_eq(trunk_status("user").layer2, "down");
	run_ms(1500);
	ck_assert_str_eq(trunk_status("user").layer2, "up");
	ck_assert_str_eq(trunk_status("net").layer2, "up");
	ck_assert_str_eq(trunk_status("net").layer1, "active");
	ck_assert_uint_eq(trunk_status("net").idle, 30);
	world_close();
}
END_TEST

START_TEST(call_from_user_to_network_and_back_to_idle)
{
	world_open();
	a_calls("200");
	ck_assert_str_eq(w.b.leg.told[0].setup.called.digits, "200");
	ck_assert_str_eq(w.b.leg.told[0].setup.calling.digits, "4711");
	ck_assert_uint_eq(busy_channels(), 2);
	says(&w.b, LEG_ALERTING, 0, false);
	ck_assert(mock_leg_told(&w.a.leg, LEG_ALERTING)->inband); /* the network's own tone */
	ck_assert_uint_eq(mock_leg_told(&w.a.leg, LEG_ALERTING)->law, LEG_LAW_ALAW);
	says(&w.b, LEG_CONNECT, 0, false);
	ck_assert(was_told(&w.a, LEG_CONNECT));
	says(&w.a, LEG_RELEASE, 16, false);
	ck_assert_uint_eq(told_cause(&w.b, LEG_RELEASE), 16);
	ck_assert_uint_eq(trunk_status("user").calls_out, 1);
	ck_assert_uint_eq(trunk_status("net").calls_in, 1);
	world_close();
}
END_TEST

START_TEST(call_from_network_to_user_cleared_by_called)
{
	world_open();
	b_calls("300");
	ck_assert_str_eq(w.a.leg.told[0].setup.called.digits, "300");
	says(&w.a, LEG_ALERTING, 0, false);
	ck_assert(!mock_leg_told(&w.b.leg, LEG_ALERTING)->inband); /* the user gives no tone */
	says(&w.a, LEG_CONNECT, 0, false);
	ck_assert(was_told(&w.b, LEG_CONNECT));
	says(&w.a, LEG_RELEASE, 31, false);
	ck_assert_uint_eq(told_cause(&w.b, LEG_RELEASE), 31);
	world_close();
}
END_TEST

/* Rows: presentation as it is sent and as it arrives, and whether the name does */
START_TEST(numbers_cross_whole)
{
	static const enum leg_presentation rows[] = { LEG_PRES_ALLOWED, LEG_PRES_RESTRICTED };

	world_open();
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct leg_msg msg = { .verb = LEG_SETUP, .setup = setup_from(rows[i]) };

		mock_leg_open(&w.b.leg, w.hub, TARGET_PEER, "b");
		call_hears(w.hub, w.b.leg.leg, &msg);
		run_ms(100);
		const struct leg_setup *got = &w.a.leg.told[0].setup;
		ck_assert_str_eq(got->calling.digits, "49301234");
		ck_assert_uint_eq(got->calling.type, LEG_TON_INTERNATIONAL);
		ck_assert_uint_eq(got->calling.plan, 1);
		ck_assert_uint_eq(got->calling.presentation, rows[i]);
		ck_assert_uint_eq(got->calling.screening, 1);
		ck_assert_str_eq(got->called.digits, "200");
		ck_assert_uint_eq(got->called.type, LEG_TON_SUBSCRIBER);
		ck_assert_uint_eq(got->bearer, LEG_AUDIO_3K1);
		if (rows[i] == LEG_PRES_ALLOWED)
			ck_assert_str_eq(got->calling_name, "Operator");
		says(&w.b, LEG_RELEASE, 16, false);
	}
	world_close();
}
END_TEST

/* Progress indicator 3 comes and goes with who calls (Q.931 4.5.23). */
START_TEST(caller_in_the_isdn_is_told_from_others)
{
	world_open();
	for (unsigned all_isdn = 0; all_isdn < 2; all_isdn++) {
		struct leg_msg msg = { .verb = LEG_SETUP, .setup = setup_from(LEG_PRES_ALLOWED) };

		msg.setup.all_isdn = all_isdn;
		mock_leg_open(&w.b.leg, w.hub, TARGET_PEER, "b");
		call_hears(w.hub, w.b.leg.leg, &msg);
		run_ms(100);
		ck_assert_uint_eq(w.a.leg.told[0].setup.all_isdn, all_isdn);
		says(&w.b, LEG_RELEASE, 16, false);
	}
	world_close();
}
END_TEST

START_TEST(caller_without_a_number_is_unavailable)
{
	world_open();
	mock_leg_open(&w.a.leg, w.hub, TARGET_PEER, "a");
	mock_leg_setup(&w.a.leg, "", "200");
	run_ms(100);
	ck_assert_str_eq(w.b.leg.told[0].setup.calling.digits, "");
	ck_assert_uint_eq(w.b.leg.told[0].setup.calling.presentation, LEG_PRES_UNAVAILABLE);
	says(&w.a, LEG_RELEASE, 16, false);
	world_close();
}
END_TEST

static void b_refuses(unsigned cause, unsigned location, bool after_alerting)
{
	const struct leg_msg msg = {
		.verb = LEG_RELEASE,
		.cause = (uint8_t)cause,
		.location = (uint8_t)location,
	};

	a_calls("200");
	if (after_alerting)
		says(&w.b, LEG_ALERTING, 0, false);
	call_hears(w.hub, w.b.leg.leg, &msg);
	run_ms(200);
}

/* Every cause that Q.850 defines goes through as it is, before and after alerting, but those with a meaning
 * between neighbours only. */
START_TEST(refusal_crosses_with_cause_and_location)
{
	static const uint8_t locations[] = { LOC_USER, LOC_PUBLIC_REMOTE, LOC_BEYOND_INTERWORKING };

	world_open();
	for (unsigned cause = 1; cause < 128; cause++) {
		unsigned location = locations[cause % 3];
		bool local = cause == 6 || cause == 7 || cause == 26 || cause == 81;

		b_refuses(cause, location, cause & 1);
		ck_assert_uint_eq(told_cause(&w.a, LEG_RELEASE), local ? 31 : cause);
		ck_assert_uint_eq(mock_leg_told(&w.a.leg, LEG_RELEASE)->location, location);
		ck_assert_uint_eq(busy_channels(), 0);
	}
	world_close();
}
END_TEST

START_TEST(refusal_without_a_route_keeps_its_cause)
{
	world_open();
	a_calls("604");
	ck_assert_uint_eq(told_cause(&w.a, LEG_RELEASE), 34);
	world_close();
}
END_TEST

START_TEST(caller_gives_up_in_every_state)
{
	world_open();
	for (unsigned step = 0; step < 4; step++) {
		mock_leg_open(&w.a.leg, w.hub, TARGET_PEER, "a");
		mock_leg_setup(&w.a.leg, "4711", "200");
		if (step > 0)
			run_ms(100);
		if (step > 1)
			says(&w.b, LEG_ALERTING, 0, false);
		if (step > 2)
			says(&w.b, LEG_CONNECT, 0, false);
		says(&w.a, LEG_RELEASE, 16, false);
		run_ms(200);
		ck_assert_ptr_null(w.a.leg.leg);
		ck_assert_ptr_null(w.b.leg.leg);
		ck_assert_uint_eq(busy_channels(), 0);
	}
	world_close();
}
END_TEST

START_TEST(both_clear_at_once)
{
	world_open();
	a_calls("200");
	says(&w.b, LEG_CONNECT, 0, false);
	mock_leg_say(&w.a.leg, LEG_RELEASE, 16, false);
	mock_leg_say(&w.b.leg, LEG_RELEASE, 16, false);
	run_ms(300);
	ck_assert_uint_eq(busy_channels(), 0);
	world_close();
}
END_TEST

/* Busy is better said than heard; an announcement is let through until RELEASE. */
START_TEST(busy_tone_is_not_waited_for)
{
	world_open();
	a_calls("603");
	ck_assert_uint_eq(told_cause(&w.a, LEG_RELEASE), 17);
	ck_assert(!was_told(&w.a, LEG_DISCONNECT));
	world_close();
}
END_TEST

START_TEST(announcement_is_heard_until_release)
{
	world_open();
	a_calls("609");
	ck_assert_uint_eq(told_cause(&w.a, LEG_DISCONNECT), 1);
	ck_assert(mock_leg_told(&w.a.leg, LEG_DISCONNECT)->inband);
	run_ms(4500);
	ck_assert(!was_told(&w.a, LEG_RELEASE));
	run_ms(1000);
	ck_assert_uint_eq(told_cause(&w.a, LEG_RELEASE), 1);
	world_close();
}
END_TEST

START_TEST(caller_may_hang_up_on_an_announcement)
{
	world_open();
	a_calls("609");
	ck_assert(was_told(&w.a, LEG_DISCONNECT));
	says(&w.a, LEG_RELEASE, 16, false);
	ck_assert_uint_eq(busy_channels(), 0);
	world_close();
}
END_TEST

START_TEST(policy_decides_about_announcements)
{
	world_prepare();
	w.trunk[0].inband = INBAND_NEVER;
	world_start();
	a_calls("609");
	ck_assert_uint_eq(told_cause(&w.a, LEG_RELEASE), 1);
	w.trunk[0].inband = INBAND_ALWAYS;
	world_start();
	a_calls("603");
	ck_assert(mock_leg_told(&w.a.leg, LEG_DISCONNECT)->inband);
	says(&w.a, LEG_RELEASE, 16, false);
	world_close();
}
END_TEST

START_TEST(t306_ends_an_announcement)
{
	world_prepare();
	w.trunk[0].timers.t306 = 10;
	world_start();
	a_calls("200");
	says(&w.b, LEG_DISCONNECT, 22, true);
	ck_assert_uint_eq(told_cause(&w.a, LEG_DISCONNECT), 22);
	run_ms(9500);
	ck_assert(!was_told(&w.a, LEG_RELEASE));
	run_ms(700);
	ck_assert(was_told(&w.a, LEG_RELEASE));
	ck_assert(was_told(&w.b, LEG_RELEASE));
	world_close();
}
END_TEST

/* The network's T306, when the user does not clear: here the user's policy and T306 are longer. */
START_TEST(t306_of_the_network_sends_release)
{
	world_prepare();
	w.trunk[0].timers.t306 = 25;
	w.trunk[1].timers.t306 = 5;
	world_start();
	a_calls("200");
	says(&w.b, LEG_DISCONNECT, 22, true);
	run_ms(4500);
	ck_assert(!was_told(&w.a, LEG_RELEASE));
	run_ms(700);
	ck_assert_uint_eq(told_cause(&w.a, LEG_RELEASE), 22);
	world_close();
}
END_TEST

/* In who placed the call, and in the network for the call that it serves (Q.931 9.1, 9.2) */
START_TEST(t301_ends_a_call_that_nobody_answers)
{
	for (unsigned runs_in = 0; runs_in < 2; runs_in++) {
		world_prepare();
		w.trunk[runs_in].timers.t301 = 20;
		world_start();
		a_calls("200");
		says(&w.b, LEG_ALERTING, 0, false);
		run_ms(19500);
		ck_assert(!was_told(&w.a, LEG_RELEASE));
		run_ms(700);
		ck_assert_uint_eq(told_cause(&w.a, LEG_RELEASE), 19);
		ck_assert_uint_eq(told_cause(&w.b, LEG_RELEASE), runs_in ? 19 : 102);
		world_close();
	}
}
END_TEST

START_TEST(t301_does_not_run_in_the_called_user)
{
	world_prepare();
	w.trunk[0].timers.t301 = 5;
	world_start();
	b_calls("300");
	says(&w.a, LEG_ALERTING, 0, false);
	run_ms(6000);
	ck_assert(!was_told(&w.a, LEG_RELEASE));
	says(&w.a, LEG_CONNECT, 0, false);
	ck_assert(was_told(&w.b, LEG_CONNECT));
	says(&w.b, LEG_RELEASE, 16, false);
	world_close();
}
END_TEST

/* Rows: which side calls, its T310 as set, and as it is (ETSI EN 300 403-1 9), and
 * what the caller hears: of a network that no user responds (Q.931 5.2.5.3) */
START_TEST(t310_ends_a_call_that_does_not_proceed)
{
	static const struct {
		unsigned side, set_s, runs_s, cause;
	} rows[] = { { 0, 10, 10, 102 }, { 1, 10, 10, 18 }, { 0, 0, 60, 102 }, { 1, 0, 35, 18 } };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		world_prepare();
		w.trunk[rows[i].side].timers.t310 = rows[i].set_s;
		world_start();
		if (rows[i].side)
			b_calls("300");
		else
			a_calls("200");
		run_ms(rows[i].runs_s * 1000 - 500);
		ck_assert(!was_told(&w.a, LEG_RELEASE));
		run_ms(700);
		struct side *caller = rows[i].side ? &w.b : &w.a;
		struct side *called = rows[i].side ? &w.a : &w.b;
		ck_assert_uint_eq(told_cause(caller, LEG_RELEASE), rows[i].cause);
		ck_assert_uint_eq(told_cause(called, LEG_RELEASE), 102);
		world_close();
	}
}
END_TEST

START_TEST(progress_with_sound_stops_t310)
{
	world_prepare();
	w.trunk[0].timers.t310 = 10;
	world_start();
	a_calls("200");
	says(&w.b, LEG_PROGRESS, 0, true);
	ck_assert(mock_leg_told(&w.a.leg, LEG_PROGRESS)->inband);
	run_ms(12000);
	ck_assert(!was_told(&w.a, LEG_RELEASE));
	says(&w.b, LEG_ALERTING, 0, true);
	says(&w.b, LEG_CONNECT, 0, false);
	ck_assert(was_told(&w.a, LEG_CONNECT));
	says(&w.b, LEG_RELEASE, 16, false);
	world_close();
}
END_TEST

static uint32_t originate(const char *called, const char **why)
{
	struct originate what = { .kind = TARGET_TRUNK, .through = "user", .calling = "1" };

	snprintf(what.called, sizeof(what.called), "%s", called);
	return call_originate(w.hub, &what, NULL, NULL, why);
}

START_TEST(thirty_calls_and_no_more)
{
	uint32_t ids[30];
	const char *why = "";

	world_open();
	for (unsigned i = 0; i < 30; i++)
		ids[i] = originate("600", &why);
	run_ms(500);
	ck_assert_uint_eq(call_figures().answered, 60); /* each is one call on both sides */
	ck_assert_uint_eq(busy_channels(), 60);
	a_calls("600");
	ck_assert_uint_eq(told_cause(&w.a, LEG_RELEASE), 34);
	ck_assert_uint_eq(trunk_status("user").busy, 30);
	for (unsigned i = 0; i < 30; i++)
		ck_assert(call_clear(w.hub, ids[i]));
	run_ms(500);
	world_close();
}
END_TEST

START_TEST(no_call_without_d_channel)
{
	world_prepare();
	ck_assert_int_eq(world_apply(1), 0); /* nobody at the far end */
	run_ms(500);
	a_calls("200");
	ck_assert_uint_eq(told_cause(&w.a, LEG_RELEASE), 27);
	world_close();
}
END_TEST

/* Both hunt upward, so both take channel 1 in the same moment: Q.931 5.7. */
START_TEST(glare_costs_no_call)
{
	world_prepare();
	w.trunk[1].hunt = HUNT_ASCENDING;
	world_start();
	mock_leg_open(&w.a.leg, w.hub, TARGET_PEER, "a");
	mock_leg_open(&w.b.leg, w.hub, TARGET_PEER, "b");
	w.a.target.leg = &(struct mock_leg){ 0 };
	w.b.target.leg = &(struct mock_leg){ 0 };
	mock_leg_setup(&w.a.leg, "4711", "200");
	mock_leg_setup(&w.b.leg, "555", "300");
	run_ms(300);
	ck_assert_uint_eq(busy_channels(), 4);
	mock_leg_say(w.a.target.leg, LEG_CONNECT, 0, false);
	mock_leg_say(w.b.target.leg, LEG_CONNECT, 0, false);
	run_ms(300);
	ck_assert(was_told(&w.a, LEG_CONNECT));
	ck_assert(was_told(&w.b, LEG_CONNECT));
	says(&w.a, LEG_RELEASE, 16, false);
	says(&w.b, LEG_RELEASE, 16, false);
	world_close();
}
END_TEST

/* The last channel taken from both ends: the network's call lives, the user's hears 44 or 34. */
START_TEST(glare_on_the_last_channel_goes_to_the_network)
{
	world_prepare();
	w.trunk[0].spans[0].channels = w.trunk[1].spans[0].channels = 1 << 7;
	world_start();
	mock_leg_open(&w.a.leg, w.hub, TARGET_PEER, "a");
	mock_leg_open(&w.b.leg, w.hub, TARGET_PEER, "b");
	w.a.target.leg = &(struct mock_leg){ 0 };
	mock_leg_setup(&w.a.leg, "4711", "200");
	mock_leg_setup(&w.b.leg, "555", "300");
	run_ms(300);
	ck_assert_uint_eq(told_cause(&w.a, LEG_RELEASE), 34);
	mock_leg_say(w.a.target.leg, LEG_CONNECT, 0, false);
	run_ms(300);
	ck_assert(was_told(&w.b, LEG_CONNECT));
	says(&w.b, LEG_RELEASE, 16, false);
	world_close();
}
END_TEST

static void inject(enum tdm_fault fault)
{
	w.e1->driver->inject(w.e1, fault);
}

static void a_good_call(void)
{
	a_calls("200");
	says(&w.b, LEG_ALERTING, 0, false);
	says(&w.b, LEG_CONNECT, 0, false);
	ck_assert(was_told(&w.a, LEG_CONNECT));
	says(&w.a, LEG_RELEASE, 16, false);
	run_ms(200);
	ck_assert_uint_eq(busy_channels(), 0);
}

/* Cut in call set-up (0), alerting (1), active (2) */
static void cut_in(unsigned step, unsigned cut_ms)
{
	a_calls("200");
	if (step > 0)
		says(&w.b, LEG_ALERTING, 0, false);
	if (step > 1)
		says(&w.b, LEG_CONNECT, 0, false);
	inject(TDM_FAULT_CUT);
	run_ms(100);
	ck_assert_str_eq(trunk_status("user").layer1, "red");
	ck_assert_str_eq(trunk_status("net").layer1, "red");
	run_ms(cut_ms);
	ck_assert_uint_eq(told_cause(&w.a, LEG_RELEASE), 27);
	ck_assert_uint_eq(told_cause(&w.b, LEG_RELEASE), 27);
	ck_assert_uint_eq(busy_channels(), 0);
	ck_assert_uint_eq(trunk_status("user").down, 30);
	a_calls("200");
	ck_assert_uint_eq(told_cause(&w.a, LEG_RELEASE), 27); /* refused at once */
	inject(TDM_FAULT_NONE);
	run_ms(2500);
}

START_TEST(cut_clears_calls_and_the_next_is_good)
{
	world_open();
	for (unsigned step = 0; step < 3; step++) {
		cut_in(step, 3000);
		a_good_call();
	}
	world_close();
}
END_TEST

START_TEST(long_cut_takes_the_link_down_and_it_comes_back)
{
	world_open();
	cut_in(2, 60000);
	ck_assert_uint_eq(trunk_status("user").flaps, 1);
	ck_assert_str_eq(trunk_status("user").layer2, "up");
	a_good_call();
	world_close();
}
END_TEST

START_TEST(short_cut_keeps_the_call)
{
	world_open();
	a_calls("200");
	says(&w.b, LEG_CONNECT, 0, false);
	inject(TDM_FAULT_CUT);
	run_ms(400);
	inject(TDM_FAULT_NONE);
	run_ms(5000);
	ck_assert(!was_told(&w.a, LEG_RELEASE));
	says(&w.b, LEG_RELEASE, 16, false);
	ck_assert_uint_eq(told_cause(&w.a, LEG_RELEASE), 16);
	world_close();
}
END_TEST

START_TEST(clearing_that_meets_a_cut_ends)
{
	world_open();
	a_calls("200");
	says(&w.b, LEG_CONNECT, 0, false);
	inject(TDM_FAULT_CUT);
	run_ms(200);
	mock_leg_say(&w.a.leg, LEG_RELEASE, 16, false);
	run_ms(3000);
	inject(TDM_FAULT_NONE);
	run_ms(2500);
	ck_assert_uint_eq(busy_channels(), 0);
	a_good_call();
	world_close();
}
END_TEST

START_TEST(removed_trunk_clears_its_calls_and_may_come_back)
{
	world_open();
	a_calls("200");
	says(&w.b, LEG_CONNECT, 0, false);
	ck_assert_int_eq(world_apply(0), 0);
	run_ms(100);
	ck_assert_uint_eq(told_cause(&w.a, LEG_RELEASE), 41);
	ck_assert_uint_eq(told_cause(&w.b, LEG_RELEASE), 41);
	world_start();
	a_good_call();
	world_close();
}
END_TEST

START_TEST(timers_change_under_a_call)
{
	world_open();
	a_calls("200");
	says(&w.b, LEG_ALERTING, 0, false);
	says(&w.b, LEG_CONNECT, 0, false);
	w.trunk[0].timers.t301 = 100;
	ck_assert_int_eq(world_apply(2), 0);
	run_ms(15000);
	ck_assert(!was_told(&w.a, LEG_RELEASE));
	says(&w.a, LEG_RELEASE, CAUSE_NORMAL, false);
	world_close();
}
END_TEST

START_TEST(one_side_rebuilt_frees_the_other)
{
	world_open();
	a_calls("200");
	says(&w.b, LEG_CONNECT, 0, false);
	w.trunk[0].spans[0].channels &= ~(1u << 31);
	ck_assert_int_eq(world_apply(2), 0);
	run_ms(15000);
	ck_assert_uint_eq(told_cause(&w.a, LEG_RELEASE), 41);
	ck_assert(was_told(&w.b, LEG_RELEASE));
	ck_assert_uint_eq(busy_channels(), 0);
	a_good_call();
	world_close();
}
END_TEST

static void on_nothing(void *data, const struct mg_event *event)
{
	(void)data, (void)event;
}

/* Somebody else's termination is in the channel's way. */
START_TEST(call_without_a_termination_is_cleared_with_47)
{
	const struct mg_term term = { .kind = MG_TDM, .tdm = { .span = 0, .timeslot = 31 } };

	world_open();
	int64_t id = mg_add(w.mg, mg_context(w.mg), &term, on_nothing, NULL);
	ck_assert_int_gt(id, 0);
	b_calls("300"); /* the network hunts downward */
	ck_assert_uint_eq(told_cause(&w.b, LEG_RELEASE), 47);
	ck_assert_int_eq(mg_subtract(w.mg, (uint32_t)id), 0);
	world_close();
}
END_TEST

START_TEST(three_hundred_calls_leave_nothing)
{
	size_t blocks = 0;
	const char *why;

	world_open();
	for (unsigned i = 0; i < 300; i++) {
		uint32_t id = originate("600", &why);
		run_ms(60);
		ck_assert(call_clear(w.hub, id));
		run_ms(60);
		ck_assert_uint_eq(busy_channels(), 0);
		if (i == 20)
			blocks = talloc_total_blocks(w.root);
	}
	ck_assert_uint_eq(call_figures().answered, 600);
	ck_assert_uint_eq(talloc_total_blocks(w.root), blocks);
	world_close();
}
END_TEST

static const char *nameless(void *data)
{
	(void)data;
	return "test";
}

/* libpri's own account of a D channel that no trunk has at the moment */
static bool libpri_has_no_call(struct tdm_span *span, int node)
{
	static const struct dchannel_user user = { .name = nameless };
	const struct dchannel_place place = {
		.span = span,
		.timeslot = 16,
		.node = node,
		.switch_type = PRI_SWITCH_EUROISDN_E1,
	};
	struct dchannel *dchannel = dchannel_open(&place, &user, NULL);
	ck_assert_ptr_nonnull(dchannel);
	char *info = pri_dump_info_str(dchannel_pri(dchannel));
	bool none = strstr(info, "Total active-calls:0");

	free(info);
	dchannel_close(dchannel);
	return none;
}

START_TEST(nothing_is_left_in_libpri)
{
	world_open();
	a_calls("200");
	says(&w.b, LEG_CONNECT, 0, false);
	inject(TDM_FAULT_CUT);
	run_ms(3000);
	inject(TDM_FAULT_NONE);
	run_ms(2000);
	a_calls("200");
	says(&w.b, LEG_CONNECT, 0, false);
	ck_assert_int_eq(world_apply(0), 0);
	ck_assert(libpri_has_no_call(w.e1, PRI_CPE));
	ck_assert(libpri_has_no_call(w.e2, PRI_NETWORK));
	world_close();
}
END_TEST

static void on_party(void *data, const struct mg_event *event)
{
	(void)data, (void)event;
}

/* A party in the context of call id: says tone, hears what the line brings. */
static uint32_t add_party(uint32_t id, enum tone_id tone)
{
	const struct mg_term term = { .kind = MG_LOCAL, .local = { .law = LAW_ALAW } };
	const struct mg_signal signal = { .kind = MG_SIGNAL_TONE, .tone = tone };
	struct call_status call;

	ck_assert(call_get(w.hub, id, &call));
	int64_t party = mg_add(w.mg, call.context, &term, on_party, NULL);
	ck_assert_int_gt(party, 0);
	if (tone != TONE_NONE)
		ck_assert_int_eq(mg_signal(w.mg, (uint32_t)party, &signal), 0);
	return (uint32_t)party;
}

struct heard {
	uint32_t party;
	int16_t peak;
};

static bool find_peak(void *data, const struct mg_status *status)
{
	struct heard *heard = data;

	if (status->id == heard->party)
		heard->peak = status->stats.out_peak;
	return status->id != heard->party;
}

/* The loudest sample of the last second or two before the last report, which is at most one second old */
static int16_t hears(uint32_t party)
{
	struct heard heard = { .party = party, .peak = -1 };

	run_ms(3200);
	mg_each(w.mg, 0, find_peak, &heard);
	ck_assert_int_ge(heard.peak, 0);
	return heard.peak;
}

START_TEST(ringing_tone_is_heard_and_then_the_party)
{
	world_open();
	a_calls("200"); /* call 1 from peer a, call 2 to peer b */
	uint32_t caller = add_party(1, TONE_NONE);
	ck_assert_int_lt(hears(caller), 100);
	mock_leg_say(&w.b.leg, LEG_ALERTING, 0, false);
	run_ms(3300); /* 1 s on, 4 s off; then on again */
	ck_assert_int_gt(hears(caller), 1000);
	mock_leg_say(&w.b.leg, LEG_CONNECT, 0, false);
	ck_assert_int_lt(hears(caller), 100);
	uint32_t called = add_party(2, TONE_MILLIWATT);
	ck_assert_int_gt(hears(caller), 15000);
	ck_assert_int_lt(hears(called), 100);
	mg_subtract(w.mg, caller);
	mg_subtract(w.mg, called);
	says(&w.a, LEG_RELEASE, 16, false);
	world_close();
}
END_TEST

/* Who is called gives the tone: the network keeps its own. */
START_TEST(ringing_tone_of_the_party_is_left_alone)
{
	world_open();
	a_calls("200");
	uint32_t caller = add_party(1, TONE_NONE);
	mock_leg_say(&w.b.leg, LEG_ALERTING, 0, true);
	for (unsigned s = 0; s < 5; s += 2)
		ck_assert_int_lt(hears(caller), 100);
	mg_subtract(w.mg, caller);
	says(&w.a, LEG_RELEASE, 16, false);
	world_close();
}
END_TEST

/* Q.931 messages in the capture as seen by the user's trunk (e1-1), upper case when the network sent them */
struct captured {
	char types[64];
	bool inband_disconnect;
};

static char type_letter(uint8_t type)
{
	static const struct {
		uint8_t type;
		char letter;
	} letters[] = { { 0x05, 's' }, { 0x02, 'p' }, { 0x01, 'a' }, { 0x07, 'c' }, { 0x0f, 'k' },
			{ 0x03, 'g' }, { 0x45, 'd' }, { 0x4d, 'r' }, { 0x5a, 'x' } };

	for (size_t i = 0; i < ARRAY_SIZE(letters); i++) {
		if (letters[i].type == type)
			return letters[i].letter;
	}
	return '?';
}

static void on_packet(u_char *data, const struct pcap_pkthdr *header, const u_char *packet)
{
	struct captured *out = (struct captured *)data;
	const u_char *frame = packet + 16;
	size_t len = header->caplen - 16;
	bool user = packet[6] == 0, sent = packet[1] == 4;

	if (!user || len < 9 || frame[2] & 1)
		return;
	char letter = type_letter(frame[8]);
	size_t n = strlen(out->types);
	ck_assert_uint_lt(n, sizeof(out->types) - 1);
	out->types[n] = sent ? letter : (char)(letter - 'a' + 'A');
	if (frame[8] == 0x45)
		out->inband_disconnect = memmem(frame + 9, len - 9, "\x1e\x02\x82\x88", 4);
}

static struct captured capture_of(void (*scene)(void))
{
	char path[] = "/tmp/isdn-XXXXXX", error[PCAP_ERRBUF_SIZE];
	struct captured out = { "", false };

	close(mkstemp(path));
	world_open();
	const struct trunks_capture what = { .path = path };
	ck_assert_int_eq(trunks_capture(w.trunks, &what), 0);
	scene();
	world_close();
	pcap_t *pcap = pcap_open_offline(path, error);
	ck_assert_ptr_nonnull(pcap);
	ck_assert_int_eq(pcap_datalink(pcap), DLT_LINUX_LAPD);
	ck_assert_int_eq(pcap_loop(pcap, -1, on_packet, (u_char *)&out), 0);
	pcap_close(pcap);
	unlink(path);
	return out;
}

static void busy_scene(void)
{
	a_calls("603");
}

static void announcement_scene(void)
{
	a_calls("609");
	run_ms(6000);
}

static void answered_scene(void)
{
	a_calls("600");
	run_ms(500);
	says(&w.a, LEG_RELEASE, 16, false);
}

static void no_circuit_scene(void)
{
	a_calls("604");
}

/* What is on the line, message by message (Q.931 5.1, 5.3, 5.4) */
START_TEST(line_carries_the_right_messages)
{
	struct captured c = capture_of(answered_scene);
	ck_assert_str_eq(c.types, "sPCkdRx");
	c = capture_of(busy_scene);
	ck_assert_str_eq(c.types, "sPDrX");
	ck_assert(c.inband_disconnect);
	c = capture_of(announcement_scene);
	ck_assert_str_eq(c.types, "sPDRx");
	ck_assert(c.inband_disconnect);
	c = capture_of(no_circuit_scene);
	ck_assert_str_eq(c.types, "sPDrX");
	ck_assert(!c.inband_disconnect);
}
END_TEST

UNIT_MAIN("isdn", link_comes_up_on_both_sides, call_from_user_to_network_and_back_to_idle,
	  call_from_network_to_user_cleared_by_called, numbers_cross_whole,
	  caller_in_the_isdn_is_told_from_others, caller_without_a_number_is_unavailable,
	  refusal_crosses_with_cause_and_location, refusal_without_a_route_keeps_its_cause,
	  caller_gives_up_in_every_state, both_clear_at_once, busy_tone_is_not_waited_for,
	  announcement_is_heard_until_release, caller_may_hang_up_on_an_announcement,
	  policy_decides_about_announcements, t306_ends_an_announcement,
	  t306_of_the_network_sends_release, t301_ends_a_call_that_nobody_answers,
	  t301_does_not_run_in_the_called_user, t310_ends_a_call_that_does_not_proceed,
	  progress_with_sound_stops_t310, thirty_calls_and_no_more, no_call_without_d_channel,
	  glare_costs_no_call, glare_on_the_last_channel_goes_to_the_network,
	  cut_clears_calls_and_the_next_is_good, long_cut_takes_the_link_down_and_it_comes_back,
	  short_cut_keeps_the_call, clearing_that_meets_a_cut_ends,
	  removed_trunk_clears_its_calls_and_may_come_back, timers_change_under_a_call,
	  one_side_rebuilt_frees_the_other, call_without_a_termination_is_cleared_with_47,
	  three_hundred_calls_leave_nothing, nothing_is_left_in_libpri,
	  ringing_tone_is_heard_and_then_the_party, ringing_tone_of_the_party_is_left_alone,
	  line_carries_the_right_messages)
