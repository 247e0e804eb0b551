#include "base/alarm_watch.h"
#include "base/log.h"
#include "tests/unit/unit.h"

static struct alarm_watch watch;

static void seconds(unsigned n, bool holds, unsigned after_s)
{
	while (n--)
		alarm_watch_look(&watch, holds, after_s, ALARM_TRUNK_BUSY, "t");
}

static void begin(void)
{
	log_setup(NULL);
	alarms_reset();
	watch = (struct alarm_watch){ 0 };
}

static void end(void)
{
	alarms_reset();
	log_fini();
}

START_TEST(it_is_raised_once_it_has_held_on_end)
{
	begin();
	seconds(4, true, 5);
	seconds(1, false, 5);
	seconds(4, true, 5);
	ck_assert_uint_eq(alarms_count(ALARM_WARNING), 0);
	seconds(1, true, 5);
	ck_assert_uint_eq(alarms_count(ALARM_WARNING), 1);
	seconds(100, true, 5);
	ck_assert_uint_eq(alarms_count(ALARM_WARNING), 1);
	seconds(1, false, 5);
	ck_assert_uint_eq(alarms_count(ALARM_WARNING), 0);
	end();
}
END_TEST

START_TEST(how_long_may_change_meanwhile)
{
	begin();
	seconds(10, true, 0);
	ck_assert_uint_eq(alarms_count(ALARM_WARNING), 0);
	seconds(1, true, 5);
	ck_assert_uint_eq(alarms_count(ALARM_WARNING), 1);
	seconds(1, true, 60);
	ck_assert_uint_eq(alarms_count(ALARM_WARNING), 0);
	seconds(1, true, 12);
	ck_assert_uint_eq(alarms_count(ALARM_WARNING), 1);
	seconds(1, true, 0);
	ck_assert_uint_eq(alarms_count(ALARM_WARNING), 0);
	end();
}
END_TEST

UNIT_MAIN("alarm_watch", it_is_raised_once_it_has_held_on_end, how_long_may_change_meanwhile)
