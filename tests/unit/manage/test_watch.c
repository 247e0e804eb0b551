/* The media thread's lateness as an alarm. */
#include "base/alarm.h"
#include "base/clock.h"
#include "manage/manage.h"
#include "mg/mg.h"
#include "tests/unit/unit.h"

static struct mg_totals totals; /* what the media gateway says */

void mg_totals(const struct mg *mg, struct mg_totals *out)
{
	(void)mg;
	*out = totals;
}

static void begin(void)
{
	const struct gateway gateway = { 0 };

	clock_use_virtual(1000000);
	alarms_reset();
	totals = (struct mg_totals){ 0 };
	watch_start(&gateway);
}

static void end(void)
{
	watch_stop();
	alarms_reset();
}

/* So many periods of five seconds, 500 ticks, so many of them late. */
static void pass(unsigned periods, unsigned late)
{
	while (periods--) {
		totals.ticks += 500;
		totals.late_ticks += late;
		clock_advance(5000000);
	}
}

START_TEST(one_tick_of_a_hundred_is_too_late)
{
	begin();
	pass(1, 0);
	pass(3, 4);
	ck_assert_uint_eq(alarms_count(ALARM_WARNING), 0);
	pass(1, 5);
	ck_assert_uint_eq(alarms_count(ALARM_MAJOR), 1);
	end();
}
END_TEST

START_TEST(a_calm_minute_clears)
{
	begin();
	pass(1, 0);
	pass(1, 50);
	pass(11, 0);
	ck_assert_uint_eq(alarms_count(ALARM_MAJOR), 1);
	pass(1, 50);
	pass(11, 0);
	ck_assert_uint_eq(alarms_count(ALARM_MAJOR), 1);
	pass(1, 0);
	ck_assert_uint_eq(alarms_count(ALARM_WARNING), 0);
	end();
}
END_TEST

START_TEST(what_was_late_at_the_start_is_no_alarm)
{
	begin();
	pass(1, 400);
	pass(1, 0);
	ck_assert_uint_eq(alarms_count(ALARM_WARNING), 0);
	end();
}
END_TEST

UNIT_MAIN("watch", one_tick_of_a_hundred_is_too_late, a_calm_minute_clears,
	  what_was_late_at_the_start_is_no_alarm)
