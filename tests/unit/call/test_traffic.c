/* What trunks and peers carried over time: rings of minutes, quarters of an hour and days. */
#include "call/traffic.h"

#include <errno.h>
#include <unistd.h>

#include <osmocom/core/select.h>

#include "call/quality.h"
#include "call/traffic_keep.h"
#include "call/traffic_store.h"
#include "call/hub.h"
#include "tests/unit/call/rig.h"

/* 2026-11-29 12:44:00 UTC, a minute before a quarter of an hour */
static const int64_t NOON = 1795952640 + 60 * 60;
enum { MINUTE = 60, QUARTER = 900, DAY = 86400, ROWS = 256 };

static struct quality_counts sums;
static struct traffic *traffic;
static struct traffic_figures row[ROWS];

static bool keep(void *data, const struct traffic_figures *figures)
{
	unsigned *n = data;

	row[(*n)++] = *figures;
	return *n < ROWS;
}

static unsigned look(enum traffic_period period)
{
	unsigned n = 0;

	traffic_each(traffic, period, keep, &n);
	return n;
}

static void begin(void)
{
	sums = (struct quality_counts){ .looks = 7, .overflow = 9 }; /* of before */
	traffic = traffic_new(NULL, &sums);
}

static void end(void)
{
	talloc_free(traffic);
}

static void second(int64_t wall_s, unsigned in_use)
{
	traffic_turn(traffic, wall_s);
	sums.looks++;
	sums.in_use_s += in_use;
	traffic_use(traffic, in_use);
}

/* With so many in use; returns when it ended. */
static int64_t run(int64_t from_s, int64_t seconds, unsigned in_use)
{
	for (int64_t s = 0; s < seconds; s++)
		second(from_s + s, in_use);
	return from_s + seconds;
}

START_TEST(nothing_before_the_first_look)
{
	struct traffic_figures hour;

	begin();
	ck_assert_uint_eq(look(TRAFFIC_MINUTES), 0);
	ck_assert_uint_eq(look(TRAFFIC_DAYS), 0);
	ck_assert(!traffic_hour(traffic, &hour));
	end();
}
END_TEST

START_TEST(a_minute_has_what_the_sums_grew_in_it)
{
	begin();
	run(NOON, MINUTE, 2);
	sums.way[QUALITY_IN] = (typeof(sums.way[0])){ 3, 2, 2, 90000, 4 };
	sums.way[QUALITY_OUT] = (typeof(sums.way[0])){ 2, 1, 2, 30000, 5 };
	sums.delays = 2;
	sums.delay_ms = 3000;
	sums.overflow = 11;
	sums.causes[CAUSE_NORMAL] = 3;
	sums.causes[CAUSE_NO_CIRCUIT] = 2;
	sums.full_s = 12;
	second(NOON + MINUTE, 5);
	second(NOON + MINUTE + 1, 0);
	ck_assert_uint_eq(look(TRAFFIC_MINUTES), 2);
	ck_assert_int_eq(row[0].from_s, NOON + MINUTE);
	ck_assert_uint_eq(row[0].seconds, 2);
	ck_assert_uint_eq(row[0].in_use_s, 5);
	ck_assert_uint_eq(row[0].peak, 5);
	ck_assert_uint_eq(row[0].ended, 0);
	ck_assert_int_eq(row[1].from_s, NOON);
	ck_assert_uint_eq(row[1].seconds, 60);
	ck_assert_uint_eq(row[1].in_use_s, 120);
	ck_assert_uint_eq(row[1].peak, 2);
	ck_assert_uint_eq(row[1].full_s, 12);
	ck_assert_uint_eq(row[1].offered_in, 4);
	ck_assert_uint_eq(row[1].offered_out, 5);
	ck_assert_uint_eq(row[1].overflow, 2);
	ck_assert_uint_eq(row[1].ended, 5);
	ck_assert_uint_eq(row[1].answered, 3);
	ck_assert_uint_eq(row[1].effective, 4);
	ck_assert_uint_eq(row[1].talk_ms, 120000);
	ck_assert_uint_eq(row[1].delays, 2);
	ck_assert_uint_eq(row[1].delay_ms, 3000);
	ck_assert_uint_eq(row[1].classes[1], 3);
	ck_assert_uint_eq(row[1].classes[2], 2);
	end();
}
END_TEST

/* A quarter of an hour begins when the clock says so, not when the gateway began. */
START_TEST(quarters_and_days_are_cut_by_the_clock)
{
	const int64_t midnight = NOON - NOON % DAY + DAY;

	begin();
	run(midnight - 20 * MINUTE, 20 * MINUTE, 1);
	run(midnight, 16 * MINUTE, 3);
	ck_assert_uint_eq(look(TRAFFIC_QUARTERS), 4);
	ck_assert_int_eq(row[0].from_s, midnight + QUARTER);
	ck_assert_uint_eq(row[0].seconds, 60);
	ck_assert_int_eq(row[1].from_s, midnight);
	ck_assert_uint_eq(row[1].in_use_s, 3 * QUARTER);
	ck_assert_int_eq(row[2].from_s, midnight - QUARTER);
	ck_assert_uint_eq(row[2].seconds, QUARTER);
	ck_assert_int_eq(row[3].from_s, midnight - 2 * QUARTER);
	ck_assert_uint_eq(row[3].seconds, 5 * MINUTE);
	ck_assert_uint_eq(look(TRAFFIC_DAYS), 2);
	ck_assert_int_eq(row[0].from_s, midnight);
	ck_assert_uint_eq(row[0].seconds, 16 * MINUTE);
	ck_assert_uint_eq(row[0].peak, 3);
	ck_assert_int_eq(row[1].from_s, midnight - DAY);
	ck_assert_uint_eq(row[1].seconds, 20 * MINUTE);
	end();
}
END_TEST

/* Three hours, a day and 32 days, and the one under way. */
START_TEST(the_oldest_go)
{
	int64_t at = NOON;

	begin();
	for (unsigned minute = 0; minute < 40 * 24 * 60; minute++, at += MINUTE)
		second(at, 1);
	ck_assert_uint_eq(look(TRAFFIC_MINUTES), 181);
	ck_assert_int_eq(row[180].from_s, row[0].from_s - 180 * MINUTE);
	ck_assert_uint_eq(look(TRAFFIC_QUARTERS), 97);
	ck_assert_int_eq(row[96].from_s, row[0].from_s - 96 * QUARTER);
	ck_assert_uint_eq(row[96].seconds, 15);
	ck_assert_uint_eq(look(TRAFFIC_DAYS), 33);
	ck_assert_int_eq(row[32].from_s, row[0].from_s - 32 * DAY);
	ck_assert_uint_eq(row[32].seconds, 24 * 60);
	end();
}
END_TEST

/* Each look is in one minute alone, and none is lost. */
START_TEST(a_step_of_the_clock_loses_and_doubles_nothing)
{
	static const int64_t steps[] = { -3600, -61, -1, 1, 59, 7200, -86400, 400 * DAY };

	for (unsigned i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		begin();
		int64_t at = run(NOON, 130, 1);
		run(at + steps[i], 130, 3);
		for (unsigned period = 0; period < TRAFFIC_PERIODS; period++) {
			unsigned n = look(period), seconds = 0, in_use_s = 0;
			for (unsigned r = 0; r < n; r++) {
				seconds += row[r].seconds;
				in_use_s += row[r].in_use_s;
				ck_assert_int_eq(row[r].from_s % MINUTE, 0);
			}
			ck_assert_msg(seconds == 260 && in_use_s == 520,
				      "step %lld, period %u: %u looks, %u in use",
				      (long long)steps[i], period, seconds, in_use_s);
			ck_assert_int_le(row[0].from_s, at + steps[i] + 130);
		}
		end();
	}
}
END_TEST

/* Nobody looks: the target is gone. What is there stays, and empty minutes are no rows. */
START_TEST(what_is_not_looked_at_has_no_rows)
{
	begin();
	int64_t at = run(NOON, 120, 1);
	for (unsigned s = 0; s < 600; s++)
		traffic_turn(traffic, at++);
	second(at, 1);
	ck_assert_uint_eq(look(TRAFFIC_MINUTES), 3);
	ck_assert_int_eq(row[1].from_s, NOON + MINUTE);
	ck_assert_int_eq(row[0].from_s, NOON + 12 * MINUTE);
	end();
}
END_TEST

START_TEST(the_last_hour_is_sixty_minutes)
{
	struct traffic_figures hour;

	begin();
	int64_t at = run(NOON, 3600, 7);
	run(at, 3599, 2);
	ck_assert(traffic_hour(traffic, &hour));
	ck_assert_uint_eq(hour.seconds, 3599);
	ck_assert_uint_eq(hour.in_use_s, 2 * 3599);
	ck_assert_uint_eq(hour.peak, 2);
	ck_assert_int_eq(hour.from_s, at);
	end();
}
END_TEST

START_TEST(what_is_older_is_not_of_the_last_hour)
{
	struct traffic_figures hour;

	begin();
	run(NOON, 2 * MINUTE, 1);
	run(NOON + 60 * MINUTE, MINUTE, 1); /* away for 58 minutes */
	ck_assert(traffic_hour(traffic, &hour));
	ck_assert_uint_eq(hour.seconds, 2 * MINUTE);
	ck_assert_int_eq(hour.from_s, NOON + MINUTE);
	end();
}
END_TEST

/* Minutes from before the start are of it, though the first one after it has no date yet. */
START_TEST(minute_without_a_date_ends_no_hour)
{
	struct traffic_figures hour;

	begin();
	run(NOON, 3 * MINUTE, 1);
	second(0, 1);
	second(MINUTE, 1);
	second(NOON + 5 * MINUTE, 1);
	ck_assert(traffic_hour(traffic, &hour));
	ck_assert_int_eq(hour.from_s, NOON);
	ck_assert_uint_ge(hour.seconds, 3 * MINUTE);
	ck_assert_uint_lt(hour.seconds, 4 * MINUTE);
	end();
}
END_TEST

/* Through the hub */

static const struct traffic *of_b(void)
{
	return quality_traffic(hub, TARGET_TRUNK, "b");
}

static unsigned busy(const void *data)
{
	return ((const struct mock_target *)data)->leg->leg ? 1 : 0;
}

static void look_for(unsigned seconds)
{
	for (unsigned s = 0; s < seconds; s++)
		clock_advance(1 * S);
}

static void over(struct mock_leg *leg)
{
	if (leg->leg)
		mock_leg_say(leg, LEG_RELEASE_COMPLETE, CAUSE_NORMAL, false);
}

START_TEST(a_target_is_looked_at_each_second)
{
	struct traffic_figures hour;
	struct mock_leg second = { 0 };

	start();
	ck_assert_ptr_null(of_b()); /* it says not what is in use */
	target_unregister(&to_b.target);
	to_b.target.in_use = busy;
	target_register(hub, &to_b.target);
	look_for(3);
	dial("700");
	look_for(5);
	to_b.cause = CAUSE_NO_CIRCUIT; /* there is one channel */
	mock_leg_open(&second, hub, TARGET_PEER, "phones");
	mock_leg_setup(&second, "100", "700");
	over(&second);
	look_for(2);
	over(&b);
	over(&a);
	look_for(4);                   /* empty, it is locked */
	to_b.cause = CAUSE_CONGESTION; /* as many new calls a second as its rate lets */
	look_for(3);
	to_b.cause = CAUSE_DESTINATION_OUT_OF_ORDER;
	look_for(1);
	ck_assert(traffic_hour(of_b(), &hour));
	ck_assert_uint_eq(hour.seconds, 18);
	ck_assert_uint_eq(hour.in_use_s, 7);
	ck_assert_uint_eq(hour.peak, 1);
	ck_assert_uint_eq(hour.full_s, 2 + 3);
	ck_assert_uint_eq(hour.down_s, 4 + 1);
	ck_assert_uint_eq(hour.offered_out, 2);
	ck_assert_uint_eq(hour.overflow, 1);
	target_unregister(&to_b.target);
	look_for(2);
	traffic_hour(of_b(), &hour);
	ck_assert_uint_eq(hour.seconds, 18);
	call_hub_free(hub);
	mock_mg_free(mg);
}
END_TEST

static void open_b(void)
{
	target_unregister(&to_b.target);
	to_b.target.in_use = busy;
	target_register(hub, &to_b.target);
}

static bool count(void *data, enum target_kind kind, const char *name, const struct traffic *of)
{
	unsigned *steps = data;

	ck_assert_int_eq(kind, TARGET_TRUNK);
	ck_assert_str_eq(name, "b");
	ck_assert_ptr_eq(of, of_b());
	(*steps)++;
	return true;
}

/* Each half minute and at each show: users without a history cost nothing but to be passed. */
START_TEST(four_thousand_users_are_no_step_of_a_walk_over_histories)
{
	char name[TARGET_NAME_MAX];
	unsigned steps = 0;

	start();
	for (unsigned i = 0; i < 4000; i++) {
		snprintf(name, sizeof(name), "user%u", i);
		quality_offered(hub->quality, TARGET_USER, name, QUALITY_IN, 0);
	}
	open_b();
	quality_each_traffic(hub, count, &steps);
	ck_assert_uint_eq(steps, 1);
	stop();
}
END_TEST

/* Over a restart */

static const char *path_of_test(void)
{
	static char path[64];

	snprintf(path, sizeof(path), "/tmp/crosspoint-traffic-%d", (int)getpid());
	return path;
}

START_TEST(all_periods_outlive_the_gateway)
{
	struct traffic_figures before[ROWS], minutes[ROWS];
	unsigned n;

	start();
	open_b();
	dial("700");
	for (unsigned minute = 0; minute < 40; minute++)
		quality_look(hub->quality, NOON + minute * MINUTE);
	over(&b);
	over(&a);
	traffic = quality_traffic(hub, TARGET_TRUNK, "b");
	n = look(TRAFFIC_QUARTERS);
	ck_assert_uint_eq(n, 4);
	memcpy(before, row, sizeof(before));
	ck_assert_uint_eq(look(TRAFFIC_MINUTES), 40);
	memcpy(minutes, row, sizeof(minutes));
	ck_assert_int_eq(traffic_save(hub, path_of_test()), 0);
	call_hub_free(hub);
	mock_mg_free(mg);

	start();
	open_b();
	ck_assert_uint_eq(traffic_restore(hub, path_of_test(), NOON + 41 * MINUTE), 40 + 4 + 1);
	traffic = quality_traffic(hub, TARGET_TRUNK, "b");
	quality_look(hub->quality, NOON + 41 * MINUTE); /* the same quarter goes on */
	ck_assert_uint_eq(look(TRAFFIC_QUARTERS), n);
	ck_assert_uint_eq(row[0].seconds, before[0].seconds + 1);
	for (unsigned r = 1; r < n; r++)
		ck_assert_mem_eq(&row[r], &before[r], sizeof(row[r]));
	ck_assert_uint_eq(row[n - 1].offered_out, 1);
	ck_assert_uint_eq(row[n - 2].in_use_s, 15);
	ck_assert_uint_eq(look(TRAFFIC_DAYS), 1);
	ck_assert_uint_eq(row[0].seconds, 41);
	ck_assert_uint_eq(look(TRAFFIC_MINUTES), 1 + 40);
	ck_assert_mem_eq(&row[1], minutes, 40 * sizeof(row[0]));
	unlink(path_of_test());
	call_hub_free(hub);
	mock_mg_free(mg);
}
END_TEST

#define ZEROS(n) n " 0 0 0 0 900 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 "
START_TEST(what_is_no_line_is_left_out)
{
	/* NOON is 1795956240; the quarters before it begin at ...5400 and ...4500. */
	static const char *const kept[] = {
		"quarter trunk b " ZEROS("1795954500") "1\n",          /* good */
		"quarter trunk b " ZEROS("1795955400") "\n",           /* one too few */
		"quarter trunk b " ZEROS("1795955400") "1 1\n",        /* one too many */
		"quarter trunk b " ZEROS("1795955400") "4294967296\n", /* too large */
		"quarter trunk b " ZEROS("1795955400") "-1\n",
		"quarter trunk b " ZEROS("1795955401") "1\n",   /* not when one begins */
		"quarter trunk b " ZEROS("253402300800") "1\n", /* no time at all */
		"quarter trunk b " ZEROS("1795860000") "1\n",   /* too old */
		"quarter trunk none " ZEROS("1795955400") "1\n",
		"minute trunk b " ZEROS("1795944000") "1\n", /* too old */
		"minute trunk b " ZEROS("1795955430") "1\n", /* not when one begins */
		"hour trunk b " ZEROS("1795953600") "1\n",
		"\n",
		"quarter\n",
		"\xff\xfe quarter trunk\n",
		"quarter trunk b 1795955400 0 0 0", /* cut */
	};
	FILE *file = fopen(path_of_test(), "w");

	for (unsigned i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		fputs(kept[i], file);
	fclose(file);
	start();
	open_b();
	ck_assert_uint_eq(traffic_restore(hub, path_of_test(), NOON), 1);
	ck_assert_uint_eq(traffic_restore(hub, "/nowhere/traffic", NOON), 0);
	ck_assert_int_eq(traffic_save(hub, "/nowhere/traffic"), -ENOENT);
	traffic = quality_traffic(hub, TARGET_TRUNK, "b");
	quality_look(hub->quality, NOON);
	ck_assert_uint_eq(look(TRAFFIC_QUARTERS), 2);
	ck_assert_int_eq(row[1].from_s, 1795954500);
	ck_assert_uint_eq(row[1].seconds, 900);
	ck_assert_uint_eq(row[1].peak, 1);
	unlink(path_of_test());
	stop();
}
END_TEST

static const char *path_then(void)
{
	static char path[80];

	snprintf(path, sizeof(path), "%s-then", path_of_test());
	return path;
}

/* Quarters that a restored and not yet looked at gateway has, from when on. */
static unsigned restored(int64_t wall_s, unsigned rows)
{
	start();
	open_b();
	ck_assert_uint_eq(traffic_restore(hub, path_of_test(), wall_s), rows);
	traffic = quality_traffic(hub, TARGET_TRUNK, "b");
	return look(TRAFFIC_QUARTERS);
}

static void save_and_stop(void)
{
	ck_assert_int_eq(traffic_save(hub, path_of_test()), 0);
	call_hub_free(hub);
	mock_mg_free(mg);
}

START_TEST(a_stop_before_the_first_look_loses_nothing)
{
	struct traffic_figures hour;

	start();
	open_b();
	for (unsigned minute = 0; minute < 40; minute++)
		quality_look(hub->quality, NOON + minute * MINUTE);
	save_and_stop();
	for (unsigned again = 0; again < 2; again++) {
		ck_assert_uint_eq(restored(NOON + 41 * MINUTE, 40 + 4 + 1), 4);
		ck_assert_uint_eq(row[0].seconds, 9);
		ck_assert_uint_eq(row[1].seconds, 15);
		ck_assert_uint_eq(row[3].seconds, 1);
		ck_assert(traffic_hour(traffic, &hour));
		ck_assert_uint_eq(hour.seconds, 40);
		save_and_stop();
	}
	unlink(path_of_test());
}
END_TEST

/* A machine without a clock of its own begins long ago and learns the time later. */
START_TEST(a_clock_that_is_not_set_yet_loses_nothing)
{
	start();
	open_b();
	for (unsigned minute = 0; minute < 40; minute++)
		quality_look(hub->quality, NOON + minute * MINUTE);
	save_and_stop();
	restored(MINUTE, 40 + 4 + 1);
	quality_look(hub->quality, MINUTE);
	quality_look(hub->quality, 2 * MINUTE);
	save_and_stop();
	restored(MINUTE, 40 + 4 + 1 + 2 + 2);
	quality_look(hub->quality, NOON + 60 * MINUTE);
	ck_assert_uint_eq(look(TRAFFIC_QUARTERS), 1 + 1 + 4);
	ck_assert_int_eq(row[0].from_s, NOON + 60 * MINUTE - NOON % QUARTER);
	ck_assert_int_eq(row[1].from_s, 0);
	for (unsigned r = 2; r < 5; r++)
		ck_assert_int_eq(row[r].from_s, row[r + 1].from_s + QUARTER);
	save_and_stop();
	restored(NOON + 61 * MINUTE, 1 + 40 + 1 + 4 + 1 + 1); /* what was of 1970 is too old now */
	save_and_stop();
	unlink(path_of_test());
}
END_TEST

/* Of the quarter that begins then; the timer's looks, at the time of the day, are others. */
static unsigned seconds_of(int64_t from_s)
{
	traffic = quality_traffic(hub, TARGET_TRUNK, "b");
	for (unsigned n = look(TRAFFIC_QUARTERS); n > 0; n--)
		if (row[n - 1].from_s == from_s)
			return row[n - 1].seconds;
	return 0;
}

/* Nothing tells the gateway that it ends. */
START_TEST(a_kill_loses_the_last_half_minute_alone)
{
	struct traffic_keep *kept;
	unsigned rounds = 0;

	start();
	open_b();
	kept = traffic_keep_start(NULL, hub, path_of_test());
	for (unsigned minute = 0; minute < 40; minute++)
		quality_look(hub->quality, NOON + minute * MINUTE);
	for (unsigned written = 0; written < 2; written++) {
		unlink(path_of_test());
		look_for(TRAFFIC_KEEP_S - 1);
		osmo_select_main(1);
		ck_assert_int_ne(access(path_of_test(), F_OK), 0);
		look_for(1);
		while (!osmo_select_main(0)) /* a timer's round: it is still being written */
			ck_assert_uint_lt(rounds++, 200);
		ck_assert_int_eq(access(path_of_test(), F_OK), 0);
	}
	ck_assert_int_eq(link(path_of_test(), path_then()), 0);
	traffic_keep_end(kept);
	call_hub_free(hub);
	mock_mg_free(mg);
	rename(path_then(), path_of_test());
	start();
	open_b();
	traffic_restore(hub, path_of_test(), NOON + 41 * MINUTE);
	ck_assert_uint_eq(seconds_of(NOON + MINUTE), 15);
	ck_assert_uint_eq(seconds_of(NOON + MINUTE + QUARTER), 15);
	ck_assert_uint_eq(look(TRAFFIC_MINUTES), 0); /* for them the end is to be orderly */
	unlink(path_of_test());
	stop();
}
END_TEST

UNIT_MAIN("traffic", nothing_before_the_first_look, a_minute_has_what_the_sums_grew_in_it,
	  quarters_and_days_are_cut_by_the_clock, the_oldest_go,
	  a_step_of_the_clock_loses_and_doubles_nothing, what_is_not_looked_at_has_no_rows,
	  the_last_hour_is_sixty_minutes, what_is_older_is_not_of_the_last_hour,
	  minute_without_a_date_ends_no_hour, a_kill_loses_the_last_half_minute_alone,
	  a_target_is_looked_at_each_second,
	  four_thousand_users_are_no_step_of_a_walk_over_histories, all_periods_outlive_the_gateway,
	  what_is_no_line_is_left_out, a_stop_before_the_first_look_loses_nothing,
	  a_clock_that_is_not_set_yet_loses_nothing)
