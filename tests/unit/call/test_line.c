/* Test lines, each called by a mock leg through an ordinary route, or calling a mock target. */
#include "call/line.h"

#include <errno.h>
#include <osmocom/core/talloc.h>
#include <string.h>

#include "base/clock.h"
#include "call/cause.h"
#include "tests/mock/mock_leg.c"
#include "tests/mock/mock_log.c"
#include "tests/mock/mock_mg.c"
#include "tests/unit/unit.h"

enum { MS = 1000 };

static struct mg *mg;
static struct call_hub *hub;
static struct mock_leg caller;
static size_t idle_blocks;

/* One line that every number reaches; the caller has dialled it. */
static void dial(const struct line_config *config, uint8_t law)
{
	struct line_config line = *config;
	struct route_config route = { .name = "all",
				      .from_any = true,
				      .targets = { { TARGET_LINE, "test" } },
				      .n_targets = 1 };
	const struct routes_config routes = {
		.routes = &route, .n_routes = 1, .lines = &line, .n_lines = 1
	};
	struct leg_msg setup = { .verb = LEG_SETUP, .law = law };

	mock_log_start(DCALL);
	clock_use_virtual(1000000);
	mg = mock_mg_new();
	hub = call_hub_new(NULL, mg);
	strcpy(line.name, "test");
	ck_assert_int_eq(call_hub_apply(hub, &routes), 0);
	idle_blocks = talloc_total_blocks(hub);
	strcpy(setup.setup.called.digits, "600");
	mock_leg_open(&caller, hub, TARGET_PEER, "phones");
	call_hears(hub, caller.leg, &setup);
}

/* Nothing of the call is left. */
static void stop(void)
{
	ck_assert_uint_eq(mock_log_count("not permitted"), 0);
	ck_assert_uint_eq(mock_mg_count(mg), 0);
	ck_assert_uint_eq(talloc_total_blocks(hub), idle_blocks);
	ck_assert_ptr_null(caller.leg);
	call_hub_free(hub);
	mock_mg_free(mg);
}

static struct mock_term *party(void)
{
	return mock_mg_find(mg, mg->last_context, MG_LOCAL);
}

static void hang_up(void)
{
	mock_leg_say(&caller, LEG_RELEASE, CAUSE_NORMAL, false);
	mock_mg_run(mg);
	stop();
}

static const struct leg_msg *heard(uint8_t verb)
{
	return mock_leg_told(&caller, verb);
}

static void key(const char *digits)
{
	for (; *digits; digits++)
		mock_mg_event(mg, party()->id, MG_EV_DIGIT, *digits);
}

START_TEST(echo_answers_when_its_termination_is_there)
{
	dial(&(struct line_config){ .kind = LINE_ECHO }, LEG_LAW_MULAW);
	ck_assert_ptr_null(heard(LEG_CONNECT));
	ck_assert_uint_eq(mock_mg_count(mg), 1);
	ck_assert(party()->what.local.echo);
	ck_assert_int_eq(party()->what.local.law, LAW_MULAW);
	mock_mg_run(mg);
	ck_assert_ptr_nonnull(heard(LEG_CONNECT));
	ck_assert_uint_eq(heard(LEG_CONNECT)->law, LEG_LAW_MULAW);
	ck_assert_ptr_null(heard(LEG_ALERTING));
	hang_up();
}
END_TEST

START_TEST(tone_and_quiet_answer_in_a_law_without_hint)
{
	dial(&(struct line_config){ .kind = LINE_TONE, .tone = TONE_MILLIWATT }, LEG_LAW_ANY);
	mock_mg_run(mg);
	ck_assert_ptr_nonnull(heard(LEG_CONNECT));
	ck_assert(!party()->what.local.echo);
	ck_assert_int_eq(party()->what.local.law, LAW_ALAW);
	ck_assert_int_eq(party()->signal.kind, MG_SIGNAL_TONE);
	ck_assert_int_eq(party()->signal.tone, TONE_MILLIWATT);
	hang_up();
	dial(&(struct line_config){ .kind = LINE_QUIET }, LEG_LAW_ALAW);
	mock_mg_run(mg);
	ck_assert_ptr_nonnull(heard(LEG_CONNECT));
	ck_assert_int_eq(party()->signal.kind, MG_SIGNAL_STOP);
	hang_up();
}
END_TEST

START_TEST(alerts_for_the_time_configured)
{
	dial(&(struct line_config){ .kind = LINE_QUIET, .answer_ms = 3000 }, LEG_LAW_ANY);
	ck_assert_ptr_nonnull(heard(LEG_ALERTING));
	ck_assert(!heard(LEG_ALERTING)->inband);
	clock_advance(2999 * MS);
	mock_mg_run(mg);
	ck_assert_ptr_null(heard(LEG_CONNECT));
	clock_advance(1 * MS);
	mock_mg_run(mg);
	ck_assert_ptr_nonnull(heard(LEG_CONNECT));
	hang_up();
}
END_TEST

START_TEST(ring_never_answers_and_needs_no_sound)
{
	dial(&(struct line_config){ .kind = LINE_RING, .answer_ms = 10 }, LEG_LAW_ANY);
	clock_advance(3600000ull * MS);
	mock_mg_run(mg);
	ck_assert_ptr_nonnull(heard(LEG_ALERTING));
	ck_assert_ptr_null(heard(LEG_CONNECT));
	ck_assert_uint_eq(mock_mg_count(mg), 0);
	hang_up();
}
END_TEST

START_TEST(reject_without_tone_releases_at_once)
{
	dial(&(struct line_config){ .kind = LINE_REJECT, .cause = CAUSE_NO_CIRCUIT }, LEG_LAW_ANY);
	ck_assert_uint_eq(heard(LEG_RELEASE)->cause, CAUSE_NO_CIRCUIT);
	ck_assert_uint_eq(heard(LEG_RELEASE)->location, LOC_PUBLIC_LOCAL);
	stop();
	dial(&(struct line_config){ .kind = LINE_REJECT, .cause = CAUSE_REJECTED, .answer_ms = 5 },
	     LEG_LAW_ANY);
	ck_assert_ptr_nonnull(heard(LEG_ALERTING));
	clock_advance(5 * MS);
	ck_assert_uint_eq(heard(LEG_RELEASE)->cause, CAUSE_REJECTED);
	ck_assert_uint_eq(heard(LEG_RELEASE)->location, LOC_USER);
	stop();
}
END_TEST

static const struct line_config busy = {
	.kind = LINE_REJECT,
	.cause = CAUSE_USER_BUSY,
	.tone = TONE_BUSY,
	.clear_ms = 5000,
};

START_TEST(reject_with_tone_disconnects_inband_then_releases)
{
	dial(&busy, LEG_LAW_ANY);
	ck_assert_ptr_null(heard(LEG_DISCONNECT));
	mock_mg_run(mg);
	ck_assert_uint_eq(heard(LEG_DISCONNECT)->cause, CAUSE_USER_BUSY);
	ck_assert_uint_eq(heard(LEG_DISCONNECT)->location, LOC_USER);
	ck_assert(heard(LEG_DISCONNECT)->inband);
	ck_assert_int_eq(party()->signal.tone, TONE_BUSY);
	clock_advance(4999 * MS);
	ck_assert_ptr_null(heard(LEG_RELEASE));
	clock_advance(1 * MS);
	ck_assert_uint_eq(heard(LEG_RELEASE)->cause, CAUSE_USER_BUSY);
	mock_mg_run(mg);
	stop();
}
END_TEST

START_TEST(reject_rejects_even_without_media)
{
	for (unsigned round = 0; round < 3; round++) {
		dial(&busy, LEG_LAW_ANY);
		if (round == 0)
			mg->events[0].kind = MG_EV_FAILED;
		else if (round == 1)
			mg->refuse_signal = -ENOBUFS;
		else
			mock_mg_event(mg, party()->id, MG_EV_FAILED, 0);
		mock_mg_run(mg);
		ck_assert_ptr_null(heard(LEG_DISCONNECT));
		ck_assert_uint_eq(heard(LEG_RELEASE)->cause, CAUSE_USER_BUSY);
		mock_mg_run(mg);
		stop();
	}
}
END_TEST

START_TEST(clear_clears_after_its_time)
{
	dial(&(struct line_config){ .kind = LINE_CLEAR, .cause = CAUSE_NORMAL, .clear_ms = 5000 },
	     LEG_LAW_ANY);
	mock_mg_run(mg);
	ck_assert_ptr_nonnull(heard(LEG_CONNECT));
	clock_advance(4999 * MS);
	ck_assert_ptr_null(heard(LEG_RELEASE));
	clock_advance(1 * MS);
	ck_assert_uint_eq(heard(LEG_RELEASE)->cause, CAUSE_NORMAL);
	mock_mg_run(mg);
	stop();
}
END_TEST

START_TEST(clear_without_a_time_clears_at_once)
{
	dial(&(struct line_config){ .kind = LINE_CLEAR, .cause = CAUSE_NETWORK_OUT_OF_ORDER },
	     LEG_LAW_ANY);
	mock_mg_run(mg);
	ck_assert_ptr_nonnull(heard(LEG_CONNECT));
	clock_advance(1 * MS);
	ck_assert_uint_eq(heard(LEG_RELEASE)->cause, CAUSE_NETWORK_OUT_OF_ORDER);
	mock_mg_run(mg);
	stop();
}
END_TEST

START_TEST(readback_says_digits_after_hash_or_pause_and_listens_again)
{
	dial(&(struct line_config){ .kind = LINE_READBACK }, LEG_LAW_ANY);
	mock_mg_run(mg);
	key("#");
	ck_assert_int_eq(party()->signal.kind, MG_SIGNAL_STOP);
	key("12*#");
	ck_assert_int_eq(party()->signal.kind, MG_SIGNAL_DIGITS);
	ck_assert_str_eq(party()->signal.digits, "12*");
	key("99");
	clock_advance(2000 * MS);
	ck_assert_str_eq(party()->signal.digits, "12*");
	mock_mg_run(mg);
	key("4");
	clock_advance(1999 * MS);
	key("5");
	clock_advance(1999 * MS);
	ck_assert_str_eq(party()->signal.digits, "12*");
	clock_advance(1 * MS);
	ck_assert_str_eq(party()->signal.digits, "45");
	hang_up();
}
END_TEST

START_TEST(readback_says_what_fits_when_digits_never_end)
{
	dial(&(struct line_config){ .kind = LINE_READBACK }, LEG_LAW_ANY);
	mock_mg_run(mg);
	key("1234567890123456789012345678901");
	ck_assert_int_eq(party()->signal.kind, MG_SIGNAL_STOP);
	key("2A");
	ck_assert_str_eq(party()->signal.digits, "12345678901234567890123456789012");
	hang_up();
}
END_TEST

START_TEST(other_lines_do_not_mind_digits)
{
	dial(&(struct line_config){ .kind = LINE_ECHO }, LEG_LAW_ANY);
	key("1");
	mock_mg_run(mg);
	key("12#");
	clock_advance(2000 * MS);
	ck_assert_int_eq(party()->signal.kind, MG_SIGNAL_STOP);
	hang_up();
}
END_TEST

START_TEST(no_termination_is_cause_47)
{
	const struct line_config echo = { .kind = LINE_ECHO, .answer_ms = 1 };

	dial(&echo, LEG_LAW_ANY);
	mg->refuse_add = -EMFILE;
	clock_advance(1 * MS);
	ck_assert_uint_eq(heard(LEG_RELEASE)->cause, CAUSE_RESOURCE_UNAVAILABLE);
	stop();
	dial(&echo, LEG_LAW_ANY);
	mg->fail_add = ENOMEM;
	clock_advance(1 * MS);
	mock_mg_run(mg);
	ck_assert_ptr_null(heard(LEG_CONNECT));
	ck_assert_uint_eq(heard(LEG_RELEASE)->cause, CAUSE_RESOURCE_UNAVAILABLE);
	stop();
}
END_TEST

START_TEST(release_complete_waits_for_the_subtraction)
{
	struct call_totals totals;

	dial(&(struct line_config){ .kind = LINE_ECHO }, LEG_LAW_ANY);
	mock_mg_run(mg);
	mock_leg_say(&caller, LEG_RELEASE, CAUSE_NORMAL, false);
	call_totals(hub, &totals);
	ck_assert_uint_eq(totals.active, 1);
	mock_mg_run(mg);
	call_totals(hub, &totals);
	ck_assert_uint_eq(totals.active, 0);
	stop();
}
END_TEST

START_TEST(released_in_every_state_it_leaves_nothing)
{
	static const enum line_kind kinds[] = { LINE_ECHO,  LINE_TONE,  LINE_REJECT,
						LINE_CLEAR, LINE_QUIET, LINE_READBACK };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const struct line_config line = {
			.kind = kinds[i], .tone = TONE_BUSY, .answer_ms = 7, .clear_ms = 7
		};

		dial(&line, LEG_LAW_ANY); /* alerting */
		hang_up();
		dial(&line, LEG_LAW_ANY); /* adding */
		clock_advance(7 * MS);
		ck_assert_uint_eq(mock_mg_count(mg), 1);
		hang_up();
		dial(&line, LEG_LAW_ANY); /* answered or disconnected */
		clock_advance(7 * MS);
		mock_mg_run(mg);
		hang_up();
	}
	dial(&(struct line_config){ .kind = LINE_READBACK }, LEG_LAW_ANY); /* saying */
	mock_mg_run(mg);
	key("1#");
	hang_up();
}
END_TEST

START_TEST(a_subtraction_refused_is_forgotten)
{
	dial(&(struct line_config){ .kind = LINE_ECHO }, LEG_LAW_ANY);
	mock_mg_run(mg);
	mg->refuse_subtract = -ENOBUFS;
	mock_leg_say(&caller, LEG_RELEASE, CAUSE_NORMAL, false);
	ck_assert_ptr_null(party()->on_event);
	ck_assert_uint_eq(talloc_total_blocks(hub), idle_blocks);
	call_hub_free(hub);
	mock_mg_free(mg);
}
END_TEST

START_TEST(a_hub_that_goes_takes_its_lines_along)
{
	dial(&(struct line_config){ .kind = LINE_CLEAR, .clear_ms = 7 }, LEG_LAW_ANY);
	mock_mg_run(mg);
	call_hub_free(hub);
	mock_mg_run(mg);
	clock_advance(7 * MS);
	ck_assert_uint_eq(mock_mg_count(mg), 0);
	mock_leg_close(&caller);
	mock_mg_free(mg);
}
END_TEST

START_TEST(a_line_removed_keeps_its_call)
{
	struct call_status status;

	dial(&(struct line_config){ .kind = LINE_CLEAR, .clear_ms = 9, .cause = 16 }, LEG_LAW_ANY);
	mock_mg_run(mg);
	ck_assert_int_eq(call_hub_apply(hub, &(struct routes_config){ 0 }), 0);
	ck_assert_ptr_null(target_find(hub, TARGET_LINE, "test"));
	ck_assert(call_get(hub, 1, &status));
	ck_assert_str_eq(status.leg[1].via, "test");
	ck_assert_str_eq(status.leg[1].about, "test line test, answered");
	clock_advance(9 * MS);
	mock_mg_run(mg);
	ck_assert_ptr_null(caller.leg);
	call_hub_free(hub);
	mock_mg_free(mg);
}
END_TEST

UNIT_MAIN("line", echo_answers_when_its_termination_is_there,
	  tone_and_quiet_answer_in_a_law_without_hint, alerts_for_the_time_configured,
	  ring_never_answers_and_needs_no_sound, reject_without_tone_releases_at_once,
	  reject_with_tone_disconnects_inband_then_releases, reject_rejects_even_without_media,
	  clear_clears_after_its_time, clear_without_a_time_clears_at_once,
	  readback_says_digits_after_hash_or_pause_and_listens_again,
	  readback_says_what_fits_when_digits_never_end, other_lines_do_not_mind_digits,
	  no_termination_is_cause_47, release_complete_waits_for_the_subtraction,
	  released_in_every_state_it_leaves_nothing, a_subtraction_refused_is_forgotten,
	  a_hub_that_goes_takes_its_lines_along, a_line_removed_keeps_its_call)
