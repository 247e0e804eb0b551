/* The table of open spans. */
#include "drivers/tdm.h"

#include <stdio.h>
#include <string.h>

#include "base/alarm.h"
#include "base/log.h"
#include "drivers/span_config.h"
#include "tests/unit/unit.h"

static struct tdm_span *open_span(const char *name, const char *driver)
{
	struct span_config config = { .type = SPAN_E1, .law = LAW_ALAW };
	if (!osmo_log_info)
		log_init(&log_categories, NULL); /* no target: silent */
	strncpy(config.name, name, sizeof(config.name) - 1);
	strncpy(config.driver, driver, sizeof(config.driver) - 1);
	strncpy(config.far_end, "nobody", sizeof(config.far_end) - 1);
	return tdm_open(NULL, &config);
}

START_TEST(span_is_found_by_name_and_index)
{
	struct tdm_span *one = open_span("e1-1", "virtual"), *two = open_span("e1-2", "virtual");
	ck_assert_ptr_eq(tdm_find("e1-2"), two);
	ck_assert_ptr_eq(tdm_by_index(one->index), one);
	ck_assert_ptr_null(tdm_find("e1-3"));
	ck_assert_ptr_null(tdm_by_index(2));
	ck_assert_ptr_null(tdm_by_index(~0u));
	ck_assert_uint_eq(tdm_count(), 2);
	ck_assert_uint_eq(one->timeslots, 31);
	ck_assert_str_eq(one->driver->name, "virtual");
	tdm_close(one);
	tdm_close(two);
}
END_TEST

START_TEST(index_stays_when_another_span_is_closed_and_is_used_again)
{
	struct tdm_span *one = open_span("e1-1", "virtual"), *two = open_span("e1-2", "virtual");
	tdm_close(one);
	ck_assert_uint_eq(two->index, 1);
	ck_assert_ptr_null(tdm_by_index(0));
	ck_assert_uint_eq(tdm_count(), 2);
	one = open_span("e1-3", "virtual");
	ck_assert_uint_eq(one->index, 0);
	tdm_close(two);
	ck_assert_uint_eq(tdm_count(), 1);
	tdm_close(one);
	ck_assert_uint_eq(tdm_count(), 0);
	tdm_close(NULL);
}
END_TEST

START_TEST(unknown_driver_and_used_name_are_refused)
{
	struct tdm_span *one = open_span("e1-1", "virtual");
	ck_assert_ptr_null(open_span("e1-2", "gold"));
	ck_assert_ptr_null(open_span("e1-1", "virtual"));
	ck_assert_uint_eq(tdm_count(), 1);
	tdm_close(one);
}
END_TEST

START_TEST(table_is_bounded)
{
	char name[TDM_NAME_MAX];
	unsigned n = 0;
	do
		snprintf(name, sizeof(name), "e1-%u", n);
	while (open_span(name, "virtual") && ++n < 1000);
	ck_assert_uint_eq(n, 256);
	ck_assert_uint_eq(tdm_count(), 256);
	while (n)
		tdm_close(tdm_by_index(--n));
}
END_TEST

static void on_alarm(void *data, unsigned alarms)
{
	unsigned *told = data;
	told[0]++;
	told[1] = alarms;
}

START_TEST(listener_is_told_the_present_alarms_at_once_and_changes_once)
{
	static const struct tdm_listener listener = { .on_alarm = on_alarm };
	struct tdm_span *span = open_span("e1-1", "virtual");
	unsigned told[2] = { 0 };
	tdm_listen(span, &listener, told);
	ck_assert_uint_eq(told[0], 1);
	ck_assert_uint_eq(told[1], TDM_ALARM_RED);
	tdm_report_alarms(span, TDM_ALARM_RED);
	ck_assert_uint_eq(told[0], 1);
	tdm_report_alarms(span, TDM_ALARM_YELLOW | TDM_ALARM_BLUE);
	ck_assert_uint_eq(told[0], 2);
	ck_assert_uint_eq(told[1], TDM_ALARM_YELLOW | TDM_ALARM_BLUE);
	tdm_listen(span, NULL, NULL);
	tdm_report_alarms(span, 0);
	ck_assert_uint_eq(told[0], 2);
	ck_assert_uint_eq(span->alarms, 0);
	tdm_close(span);
}
END_TEST

START_TEST(each_alarm_of_a_span_is_in_the_list_until_it_is_closed)
{
	struct tdm_span *span = open_span("e1-1", "virtual");

	alarms_reset();
	tdm_report_alarms(span, TDM_ALARM_RED | TDM_ALARM_YELLOW | TDM_ALARM_BLUE |
					TDM_ALARM_ABSENT | TDM_ALARM_LOOPBACK);
	ck_assert_uint_eq(alarms_count(ALARM_CRITICAL), 5);
	tdm_report_alarms(span, TDM_ALARM_ABSENT);
	ck_assert_uint_eq(alarms_count(ALARM_CRITICAL), 1);
	tdm_close(span);
	ck_assert_uint_eq(alarms_count(ALARM_WARNING), 0);
	alarms_reset();
}
END_TEST

START_TEST(channel_is_named_span_slash_timeslot)
{
	char name[24], small[5];
	struct tdm_span *span = open_span("e1-1", "virtual");
	ck_assert_str_eq(tdm_channel_name(span, 17, name, sizeof(name)), "e1-1/17");
	ck_assert_str_eq(tdm_channel_name(span, 17, small, sizeof(small)), "e1-1");
	tdm_close(span);
}
END_TEST

UNIT_MAIN("tdm", span_is_found_by_name_and_index,
	  index_stays_when_another_span_is_closed_and_is_used_again,
	  unknown_driver_and_used_name_are_refused, table_is_bounded,
	  listener_is_told_the_present_alarms_at_once_and_changes_once,
	  each_alarm_of_a_span_is_in_the_list_until_it_is_closed,
	  channel_is_named_span_slash_timeslot)
