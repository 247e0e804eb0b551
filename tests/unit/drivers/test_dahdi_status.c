/* Alarms and errors of a card, as we tell them. */
#include "drivers/dahdi_status.h"

#include <dahdi/user.h>

#include "tests/unit/unit.h"

static struct dahdi_status status;

static unsigned feed(int alarms, uint64_t ms)
{
	struct dahdi_spaninfo info = { .alarms = alarms };

	return dahdi_status_feed(&status, &info, ms * 1000);
}

START_TEST(each_alarm_has_its_own)
{
	ck_assert_uint_eq(dahdi_status_alarms(DAHDI_ALARM_NONE), 0);
	ck_assert_uint_eq(dahdi_status_alarms(DAHDI_ALARM_RED), TDM_ALARM_RED);
	ck_assert_uint_eq(dahdi_status_alarms(DAHDI_ALARM_RED | DAHDI_ALARM_LOS), TDM_ALARM_RED);
	ck_assert_uint_eq(dahdi_status_alarms(DAHDI_ALARM_YELLOW), TDM_ALARM_YELLOW);
	ck_assert_uint_eq(dahdi_status_alarms(DAHDI_ALARM_BLUE | DAHDI_ALARM_YELLOW),
			  TDM_ALARM_BLUE | TDM_ALARM_YELLOW);
	ck_assert_uint_eq(dahdi_status_alarms(DAHDI_ALARM_LOOPBACK), TDM_ALARM_LOOPBACK);
	ck_assert_uint_eq(dahdi_status_alarms(DAHDI_ALARM_NOTOPEN), TDM_ALARM_RED);
}
END_TEST

START_TEST(recovering_card_is_red_still)
{
	ck_assert_uint_eq(dahdi_status_alarms(DAHDI_ALARM_RECOVER), TDM_ALARM_RED);
}
END_TEST

START_TEST(alarm_is_raised_when_it_stands_and_cleared_when_it_stays_away)
{
	dahdi_status_reset(&status, 0);
	ck_assert_uint_eq(feed(DAHDI_ALARM_RED, 1000), 0);
	ck_assert_uint_eq(feed(DAHDI_ALARM_RED, 1099), 0);
	ck_assert_uint_eq(feed(DAHDI_ALARM_RED, 1100), TDM_ALARM_RED);
	ck_assert_uint_eq(feed(0, 2000), TDM_ALARM_RED);
	ck_assert_uint_eq(feed(DAHDI_ALARM_RED, 2400), TDM_ALARM_RED);
	ck_assert_uint_eq(feed(0, 2450), TDM_ALARM_RED);
	ck_assert_uint_eq(feed(0, 2949), TDM_ALARM_RED);
	ck_assert_uint_eq(feed(0, 2950), 0);
}
END_TEST

START_TEST(flicker_raises_nothing)
{
	dahdi_status_reset(&status, 0);
	for (uint64_t ms = 0; ms < 10000; ms += 50)
		ck_assert_uint_eq(feed(ms / 50 % 2 ? DAHDI_ALARM_YELLOW : 0, ms), 0);
}
END_TEST

static void count(int crc, int e_bit, unsigned fe, unsigned cv, int bpv)
{
	struct dahdi_spaninfo info = {
		.crc4count = crc, .ebitcount = e_bit, .fecount = fe, .cvcount = cv, .bpvcount = bpv
	};

	dahdi_status_feed(&status, &info, 0);
}

START_TEST(errors_are_counted_since_open_over_resets_of_the_card)
{
	status = (struct dahdi_status){ 0 };
	count(1000, 50, 7, 3, 0); /* from before we came */
	ck_assert_uint_eq(status.errors.crc, 0);
	count(1010, 51, 8, 5, 0);
	ck_assert_uint_eq(status.errors.crc, 10);
	ck_assert_uint_eq(status.errors.e_bit, 1);
	ck_assert_uint_eq(status.errors.framing, 1);
	ck_assert_uint_eq(status.errors.code_violation, 2);
	count(4, 51, 8, 5, 0); /* the card's counter began anew */
	ck_assert_uint_eq(status.errors.crc, 14);
	dahdi_status_reset(&status, 0); /* another card */
	count(500000, 0, 0, 0, 9);
	count(500001, 0, 0, 0, 11);
	ck_assert_uint_eq(status.errors.crc, 15);
	ck_assert_uint_eq(status.errors.code_violation, 4); /* by the older name */
}
END_TEST

START_TEST(count_that_a_card_has_not_is_none)
{
	status = (struct dahdi_status){ 0 };
	count(-1, -1, 0, 0, -1);
	count(-1, -1, 0, 0, -1);
	ck_assert_uint_eq(status.errors.crc + status.errors.e_bit + status.errors.code_violation,
			  0);
}
END_TEST

UNIT_MAIN("dahdi_status", each_alarm_has_its_own, recovering_card_is_red_still,
	  alarm_is_raised_when_it_stands_and_cleared_when_it_stays_away, flicker_raises_nothing,
	  errors_are_counted_since_open_over_resets_of_the_card, count_that_a_card_has_not_is_none)
