/* One clock for the program and its libraries; the test owns it. */
#include "base/clock.h"

#include <sys/time.h>

#include <osmocom/core/select.h>
#include <osmocom/core/timer.h>

#include <libpri.h>

#include "tests/unit/unit.h"

enum { START_US = 1000 * 1000000 };

struct shot {
	struct osmo_timer_list timer;
	struct osmo_timer_list *arms; /* in 7 ms, when this one fires */
	uint64_t fired_us;
	unsigned times;
};

static void on_timer(void *data)
{
	struct shot *shot = data;
	shot->fired_us = clock_now_us();
	shot->times++;
	if (shot->arms)
		osmo_timer_schedule(shot->arms, 0, 7000);
}

static void shot_init(struct shot *shot, struct osmo_timer_list *arms)
{
	*shot = (struct shot){ .arms = arms };
	osmo_timer_setup(&shot->timer, on_timer, shot);
}

START_TEST(libosmocore_follows_the_virtual_clock)
{
	struct timeval now;
	clock_use_virtual(START_US);
	osmo_gettimeofday(&now, NULL);
	ck_assert_int_eq(now.tv_sec, 1000);
	ck_assert_int_eq(now.tv_usec, 0);
	clock_advance(1500001);
	osmo_gettimeofday(&now, NULL);
	ck_assert_int_eq(now.tv_sec, 1001);
	ck_assert_int_eq(now.tv_usec, 500001);
}
END_TEST

/* libosmocore would turn idly through the last millisecond before a timer falls due. */
START_TEST(a_timer_falls_due_at_the_end_of_one_wait)
{
	struct shot shot;
	unsigned turns = 0;

	shot_init(&shot, NULL);
	osmo_timer_schedule(&shot.timer, 0, 20000);
	for (; !shot.times; turns++)
		osmo_select_main(0);
	ck_assert_uint_le(turns, 3);
}
END_TEST

START_TEST(timers_see_whole_milliseconds_and_the_clock_more)
{
	struct timeval now;
	uint64_t odd = 0;

	for (int i = 0; i < 1000; i++) {
		odd |= clock_now_us() % 1000;
		gettimeofday(&now, NULL);
		ck_assert_int_eq(now.tv_usec % 1000, 0);
	}
	ck_assert_uint_gt(odd, 0);
}
END_TEST

static int line_io(struct pri *pri, void *buffer, int len)
{
	(void)pri, (void)buffer;
	return len;
}

START_TEST(libpri_follows_the_virtual_clock)
{
	static struct pri *pri; /* libpri has no destructor */
	clock_use_virtual(START_US);
	pri = pri_new_cb(0, PRI_NETWORK, PRI_SWITCH_EUROISDN_E1, line_io, line_io, NULL);
	ck_assert_ptr_nonnull(pri);
	const struct timeval *next = pri_schedule_next(pri); /* T200 of SABME */
	ck_assert_ptr_nonnull(next);
	ck_assert_int_ge(next->tv_sec, 1000);
	ck_assert_int_lt(next->tv_sec, 1060);
}
END_TEST

START_TEST(real_clock_is_monotonic_not_wall)
{
	struct timespec monotonic;
	struct timeval now;
	clock_gettime(CLOCK_MONOTONIC, &monotonic);
	ck_assert_int_eq(gettimeofday(&now, NULL), 0);
	ck_assert_int_ge(now.tv_sec, monotonic.tv_sec);
	ck_assert_int_le(now.tv_sec, monotonic.tv_sec + 10);
	uint64_t first = clock_now_us();
	ck_assert_uint_ge(clock_now_us(), first);
}
END_TEST

START_TEST(wall_clock_is_not_the_virtual_one)
{
	clock_use_virtual(START_US);
	ck_assert_int_ge(clock_wall().tv_sec, time(NULL) - 1);
}
END_TEST

START_TEST(timers_fire_in_order_at_their_own_time)
{
	struct shot early, late, beyond;
	clock_use_virtual(START_US);
	shot_init(&early, NULL);
	shot_init(&late, NULL);
	shot_init(&beyond, NULL);
	osmo_timer_schedule(&beyond.timer, 1, 1);
	osmo_timer_schedule(&late.timer, 0, 20500);
	osmo_timer_schedule(&early.timer, 0, 300);
	clock_advance(1000000);
	ck_assert_uint_eq(early.fired_us, START_US + 300);
	ck_assert_uint_eq(late.fired_us, START_US + 20500);
	ck_assert_uint_eq(beyond.times, 0);
	ck_assert_uint_eq(clock_now_us(), START_US + 1000000);
	clock_advance(1);
	ck_assert_uint_eq(beyond.times, 1);
}
END_TEST

START_TEST(timer_armed_by_a_timer_fires_on_the_way)
{
	struct shot first, second;
	clock_use_virtual(START_US);
	shot_init(&second, NULL);
	shot_init(&first, &second.timer);
	second.arms = &second.timer; /* every 7 ms from then on */
	osmo_timer_schedule(&first.timer, 0, 5000);
	clock_advance(40000);
	osmo_timer_del(&second.timer);
	ck_assert_uint_eq(first.fired_us, START_US + 5000);
	ck_assert_uint_eq(second.times, 5); /* 12 19 26 33 40 */
	ck_assert_uint_eq(second.fired_us, START_US + 40000);
}
END_TEST

START_TEST(timer_armed_for_now_at_the_end_still_fires)
{
	struct shot first, second;
	clock_use_virtual(START_US);
	shot_init(&second, NULL);
	shot_init(&first, &second.timer);
	osmo_timer_schedule(&first.timer, 0, 0);
	clock_advance(7000);
	ck_assert_uint_eq(second.fired_us, START_US + 7000);
}
END_TEST

UNIT_MAIN("clock", libosmocore_follows_the_virtual_clock, libpri_follows_the_virtual_clock,
	  real_clock_is_monotonic_not_wall, a_timer_falls_due_at_the_end_of_one_wait,
	  timers_see_whole_milliseconds_and_the_clock_more, wall_clock_is_not_the_virtual_one,
	  timers_fire_in_order_at_their_own_time, timer_armed_by_a_timer_fires_on_the_way,
	  timer_armed_for_now_at_the_end_still_fires)
