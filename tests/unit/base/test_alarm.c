/* The alarm list: what counts, what explains what, damping, history. */
#include "base/alarm.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "tests/unit/oom.h"
#include "tests/unit/unit.h"

enum { MANY = 5000, US_PER_S = 1000000 };

struct seen {
	unsigned n;
	struct alarm_status first;
};

static bool note(void *data, const struct alarm_status *status)
{
	struct seen *seen = data;

	if (!seen->n++)
		seen->first = *status;
	return true;
}

static struct seen look(bool active)
{
	struct seen seen = { 0 };

	alarms_each(active, note, &seen);
	return seen;
}

static void begin(void)
{
	clock_use_virtual(1000 * US_PER_S);
	alarms_reset();
}

static void wait_s(unsigned seconds)
{
	clock_advance((uint64_t)seconds * US_PER_S);
}

START_TEST(raised_alarm_is_listed_once_and_moves_to_the_history)
{
	begin();
	alarm_raise(ALARM_SPAN_RED, "e1-1", "", "no signal");
	alarm_raise(ALARM_SPAN_RED, "e1-1", "", "no framing");
	struct seen seen = look(true);
	ck_assert_uint_eq(seen.n, 1);
	ck_assert_str_eq(seen.first.object, "e1-1");
	ck_assert_str_eq(seen.first.text, "no framing");
	ck_assert_str_eq(seen.first.info->name, "span-red");
	ck_assert_int_ne(seen.first.raised_s, 0);
	ck_assert_int_eq(seen.first.cleared_s, 0);
	ck_assert_uint_eq(look(false).n, 0);
	alarm_clear(ALARM_SPAN_RED, "e1-1");
	alarm_clear(ALARM_SPAN_RED, "e1-1");
	ck_assert_uint_eq(look(true).n, 0);
	seen = look(false);
	ck_assert_uint_eq(seen.n, 1);
	ck_assert_int_ne(seen.first.cleared_s, 0);
	alarms_reset();
	ck_assert_uint_eq(look(false).n, 0);
}
END_TEST

START_TEST(kinds_and_objects_are_apart)
{
	begin();
	alarm_raise(ALARM_SPAN_RED, "a", "", "");
	alarm_raise(ALARM_SPAN_YELLOW, "a", "", "");
	alarm_raise(ALARM_SPAN_RED, "b", "", "");
	alarm_clear(ALARM_SPAN_RED, "c");
	alarm_clear(ALARM_SPAN_BLUE, "a");
	ck_assert_uint_eq(alarms_count(ALARM_WARNING), 3);
	alarm_clear(ALARM_SPAN_RED, "a");
	struct seen seen = look(true);
	ck_assert_uint_eq(seen.n, 2);
	ck_assert_str_eq(seen.first.object, "b"); /* newest first */
	alarms_reset();
}
END_TEST

START_TEST(alarm_with_a_standing_root_is_not_counted)
{
	begin();
	alarm_raise(ALARM_SPAN_RED, "e1-1", "", "");
	uint32_t span = look(true).first.id;
	alarm_raise(ALARM_D_CHANNEL_DOWN, "pstn", "e1-1", "");
	ck_assert_uint_eq(look(true).first.beneath, span);
	ck_assert_uint_eq(alarms_count(ALARM_WARNING), 1);
	alarm_clear(ALARM_SPAN_RED, "e1-1");
	ck_assert_uint_eq(look(true).first.beneath, 0);
	ck_assert_uint_eq(alarms_count(ALARM_WARNING), 1);
	alarm_clear(ALARM_D_CHANNEL_DOWN, "pstn");
	ck_assert_uint_eq(alarms_count(ALARM_WARNING), 0);
	alarms_reset();
}
END_TEST

START_TEST(lesser_alarm_explains_no_graver_one)
{
	begin();
	alarm_raise(ALARM_SPAN_ERRORS, "e1-1", "", "");
	alarm_raise(ALARM_D_CHANNEL_DOWN, "pstn", "e1-1", "");
	ck_assert_uint_eq(alarms_count(ALARM_CRITICAL), 1);
	ck_assert_uint_eq(alarms_count(ALARM_WARNING), 2);
	alarms_reset();
}
END_TEST

START_TEST(root_is_of_a_class_further_down)
{
	begin();
	/* A trunk and a peer of one name, and a ring of roots. */
	alarm_raise(ALARM_PEER_DOWN, "pbx", "", "");
	alarm_raise(ALARM_TRUNK_BUSY_OUT, "pbx", "pbx", "");
	alarm_raise(ALARM_D_CHANNEL_DOWN, "a", "b", "");
	alarm_raise(ALARM_D_CHANNEL_DOWN, "b", "a", "");
	ck_assert_uint_eq(alarms_count(ALARM_WARNING), 4);
	alarms_reset();
}
END_TEST

START_TEST(object_taken_away_takes_its_alarms)
{
	begin();
	alarm_forget(ALARM_OF_SPAN, "e1-1");
	alarm_raise(ALARM_SPAN_RED, "x", "", "");
	alarm_raise(ALARM_SPAN_ERRORS, "x", "", "");
	alarm_raise(ALARM_PEER_DOWN, "x", "", "");
	alarm_forget(ALARM_OF_SPAN, "x");
	struct seen seen = look(true);
	ck_assert_uint_eq(seen.n, 1);
	ck_assert_int_eq(seen.first.kind, ALARM_PEER_DOWN);
	ck_assert_uint_eq(look(false).n, 2);
	alarms_reset();
}
END_TEST

static void flap(unsigned times, unsigned every_s)
{
	for (unsigned i = 0; i < times; i++) {
		alarm_raise(ALARM_PEER_DOWN, "pbx", "", "");
		alarm_clear(ALARM_PEER_DOWN, "pbx");
		wait_s(every_s);
	}
}

START_TEST(alarm_that_flaps_is_held_until_quiet)
{
	begin();
	flap(ALARM_DAMP_TIMES - 1, 10);
	ck_assert_uint_eq(look(true).n, 0);
	flap(3, 10);
	struct seen seen = look(true);
	ck_assert_uint_eq(seen.n, 1);
	ck_assert(seen.first.damped);
	ck_assert_uint_eq(seen.first.times, 3);
	ck_assert_uint_eq(look(false).n, ALARM_DAMP_TIMES - 1);
	wait_s(ALARM_DAMP_HOLD_S - 11);
	ck_assert_uint_eq(look(true).n, 1);
	wait_s(2);
	ck_assert_uint_eq(look(true).n, 0);
	seen = look(false);
	ck_assert_uint_eq(seen.n, ALARM_DAMP_TIMES);
	ck_assert_uint_eq(seen.first.times, 3);
	/* All is forgiven. */
	flap(1, 1);
	ck_assert_uint_eq(look(true).n, 0);
	alarms_reset();
}
END_TEST

START_TEST(held_alarm_that_stands_again_is_not_cleared_by_time)
{
	begin();
	flap(ALARM_DAMP_TIMES, 1);
	alarm_raise(ALARM_PEER_DOWN, "pbx", "", "");
	wait_s(10 * ALARM_DAMP_HOLD_S);
	ck_assert_uint_eq(look(true).n, 1);
	alarms_reset();
}
END_TEST

START_TEST(alarm_that_comes_seldom_is_not_damped)
{
	begin();
	flap(20, ALARM_DAMP_WINDOW_S / (ALARM_DAMP_TIMES - 1) + 1);
	ck_assert_uint_eq(look(true).n, 0);
	ck_assert_uint_eq(look(false).n, 20);
	alarms_reset();
}
END_TEST

START_TEST(acknowledged_alarm_stays_and_says_so)
{
	struct alarm_status status;

	begin();
	ck_assert_int_eq(alarm_acknowledge(1), -ENOENT);
	alarm_raise(ALARM_SPAN_RED, "e1-1", "", "");
	uint32_t id = look(true).first.id;
	ck_assert_int_eq(alarm_acknowledge(id), 0);
	ck_assert_int_eq(alarm_acknowledge(id + 1), -ENOENT);
	ck_assert(alarm_get(id, &status));
	ck_assert_int_ne(status.acknowledged_s, 0);
	ck_assert_uint_eq(alarms_count(ALARM_WARNING), 1);
	alarm_clear(ALARM_SPAN_RED, "e1-1");
	ck_assert(alarm_get(id, &status));
	ck_assert_int_ne(status.cleared_s, 0);
	ck_assert_int_eq(alarm_acknowledge(id), -ENOENT);
	/* Another time is another alarm. */
	alarm_raise(ALARM_SPAN_RED, "e1-1", "", "");
	ck_assert_uint_ne(look(true).first.id, id);
	ck_assert_int_eq(look(true).first.acknowledged_s, 0);
	alarms_reset();
}
END_TEST

START_TEST(history_keeps_the_latest)
{
	char object[16];

	begin();
	for (unsigned i = 0; i < ALARM_HISTORY + 50; i++) {
		snprintf(object, sizeof(object), "s%u", i);
		alarm_raise(ALARM_SPAN_RED, object, "", "");
		alarm_clear(ALARM_SPAN_RED, object);
	}
	struct seen seen = look(false);
	ck_assert_uint_eq(seen.n, ALARM_HISTORY);
	ck_assert_str_eq(seen.first.object, object);
	alarms_reset();
}
END_TEST

START_TEST(long_names_are_cut_alike_everywhere)
{
	char object[2 * ALARM_OBJECT_MAX], text[2 * ALARM_TEXT_MAX];

	begin();
	memset(object, 'o', sizeof(object) - 1);
	memset(text, 't', sizeof(text) - 1);
	object[sizeof(object) - 1] = text[sizeof(text) - 1] = '\0';
	alarm_raise(ALARM_SPAN_RED, object, object, text);
	alarm_raise(ALARM_SPAN_RED, object, object, text);
	ck_assert_uint_eq(look(true).n, 1);
	alarm_clear(ALARM_SPAN_RED, object);
	ck_assert_uint_eq(look(true).n, 0);
	alarms_reset();
}
END_TEST

/* Quadratic work on so many would take minutes. */
START_TEST(thousands_of_objects_are_no_burden)
{
	char object[16];

	begin();
	for (unsigned round = 0; round < 3; round++) {
		for (unsigned i = 0; i < MANY; i++) {
			snprintf(object, sizeof(object), "e1-%u/%u", i / 31, i % 31);
			alarm_raise(ALARM_CHANNEL_FAULTY, object, "pstn", "");
		}
		ck_assert_uint_eq(alarms_count(ALARM_MINOR), MANY);
		for (unsigned i = 0; i < MANY; i++) {
			snprintf(object, sizeof(object), "e1-%u/%u", i / 31, i % 31);
			alarm_clear(ALARM_CHANNEL_FAULTY, object);
		}
		ck_assert_uint_eq(alarms_count(ALARM_WARNING), 0);
	}
	wait_s(2 * ALARM_DAMP_WINDOW_S);
	alarms_reset();
}
END_TEST

START_TEST(without_memory_nothing_is_listed_and_nothing_breaks)
{
	begin();
	OOM_EACH(done)
	{
		alarm_raise(ALARM_SPAN_RED, "e1-1", "", "");
		oom_off();
		done = look(true).n == 1;
		ck_assert_uint_eq(alarms_count(ALARM_WARNING), done);
		alarm_clear(ALARM_SPAN_RED, "e1-1");
		alarms_reset();
	}
}
END_TEST

START_TEST(every_kind_is_documented)
{
	for (unsigned kind = 0; kind < ALARM_KINDS; kind++) {
		const struct alarm_info *info = alarm_info(kind);

		ck_assert_msg(info->name && info->meaning && info->advice, "kind %u", kind);
		for (unsigned other = 0; other < kind; other++)
			ck_assert_str_ne(info->name, alarm_info(other)->name);
		ck_assert_ptr_nonnull(alarm_severity_name(info->severity));
		ck_assert_ptr_nonnull(alarm_class_name(info->of));
	}
}
END_TEST

static unsigned begun, ended;
static uint32_t heard_id;

static void hear(const struct alarm_status *alarm, bool raised)
{
	struct alarm_status same;

	ck_assert(alarm_get(alarm->id, &same));
	ck_assert_int_eq(same.cleared_s == 0, raised);
	heard_id = alarm->id;
	begun += raised;
	ended += !raised;
}

START_TEST(listener_hears_each_beginning_and_end_once)
{
	begin();
	alarms_listen(hear);
	alarm_raise(ALARM_SPAN_RED, "e1-1", "", "");
	alarm_raise(ALARM_SPAN_RED, "e1-1", "", "no news");
	ck_assert_uint_eq(begun, 1);
	ck_assert_uint_eq(heard_id, look(true).first.id);
	alarm_clear(ALARM_SPAN_RED, "e1-1");
	alarm_clear(ALARM_SPAN_RED, "e1-1");
	ck_assert_uint_eq(ended, 1);
	alarm_raise(ALARM_PEER_DOWN, "p", "", "");
	alarm_forget(ALARM_OF_PEER, "p");
	ck_assert_uint_eq(begun, 2);
	ck_assert_uint_eq(ended, 2);
	alarms_listen(NULL);
	alarm_raise(ALARM_SPAN_RED, "e1-2", "", "");
	ck_assert_uint_eq(begun, 2);
}
END_TEST

UNIT_MAIN("alarm", listener_hears_each_beginning_and_end_once,
	  raised_alarm_is_listed_once_and_moves_to_the_history, kinds_and_objects_are_apart,
	  alarm_with_a_standing_root_is_not_counted, lesser_alarm_explains_no_graver_one,
	  root_is_of_a_class_further_down, object_taken_away_takes_its_alarms,
	  alarm_that_flaps_is_held_until_quiet, held_alarm_that_stands_again_is_not_cleared_by_time,
	  alarm_that_comes_seldom_is_not_damped, acknowledged_alarm_stays_and_says_so,
	  history_keeps_the_latest, long_names_are_cut_alike_everywhere,
	  thousands_of_objects_are_no_burden, without_memory_nothing_is_listed_and_nothing_breaks,
	  every_kind_is_documented)
