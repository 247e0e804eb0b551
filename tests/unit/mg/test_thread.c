/* The media thread's tick: the line's while it comes, the monotonic clock's while it does not. Nothing here
 * waits for a time, only for ticks to be done. */
#include <stdatomic.h>
#include <stdlib.h>

#include "tests/unit/mg/rig.h"

/* A span whose clock is turned by hand. */
static struct {
	atomic_uint given;  /* ticks that came; the media thread takes them */
	atomic_bool steady; /* comes as soon as it is waited for, if timeout_ms lets it wait */
	atomic_uint ticked, flushed, asked;
} line;

static bool take(void)
{
	unsigned given = atomic_load(&line.given);

	return given && atomic_compare_exchange_strong(&line.given, &given, given - 1);
}

static bool line_wait_tick(struct tdm_span *span, unsigned timeout_ms)
{
	(void)span;
	atomic_fetch_add(&line.asked, 1);
	return take() || (timeout_ms && atomic_load(&line.steady));
}

static void line_tick(struct tdm_span *span)
{
	(void)span;
	atomic_fetch_add(&line.ticked, 1);
}

static void line_flush(struct tdm_span *span)
{
	(void)span;
	atomic_fetch_add(&line.flushed, 1);
}

static const struct tdm_driver line_driver = {
	.name = "line",
	.wait_tick = line_wait_tick,
	.tick = line_tick,
	.flush = line_flush,
};

static struct tdm_span span = { .driver = &line_driver, .name = "e1-1" };
static struct mg *mg;

static void start(bool steady)
{
	const struct mg_config config = rig_config();

	if (!osmo_log_info)
		log_init(&log_categories, NULL);
	alarms_reset();
	memset(&line, 0, sizeof(line));
	line.steady = steady;
	mg = mg_new(NULL, &config);
	ck_assert_ptr_nonnull(mg);
	ck_assert_int_eq(mg_start(mg), 0);
	ck_assert_int_eq(mg_attach(mg, &span), 0);
}

static void stop(void)
{
	ck_assert_int_eq(mg_detach(mg, &span), 0);
	mg_free(mg);
}

static void wait_for_ticks(unsigned n)
{
	const unsigned from = atomic_load(&line.ticked);

	while (atomic_load(&line.ticked) - from < n)
		osmo_select_main(1);
}

static bool count_fallback(void *n, const struct alarm_status *status)
{
	*(unsigned *)n += status->kind == ALARM_CLOCK_FALLBACK;
	return true;
}

static unsigned fallbacks(void)
{
	unsigned n = 0;

	alarms_each(true, count_fallback, &n);
	return n;
}

START_TEST(line_that_comes_is_the_tick)
{
	struct mg_totals totals;

	start(true);
	wait_for_ticks(5000); /* 50 s of line in far less of ours */
	ck_assert_uint_eq(fallbacks(), 0);
	mg_totals(mg, &totals);
	ck_assert_uint_ge(totals.ticks, 5000);
	ck_assert_uint_ge(atomic_load(&line.flushed) + 1, 5000);
	stop();
}
END_TEST

START_TEST(line_that_does_not_come_is_an_alarm_and_ticks_go_on)
{
	start(false);
	wait_for_ticks(5);
	while (!fallbacks())
		osmo_select_main(0);
	wait_for_ticks(5);
	stop();
	ck_assert_uint_eq(fallbacks(), 0); /* nobody is left to have it */
	alarms_reset();
}
END_TEST

START_TEST(line_that_comes_again_for_a_second_is_the_tick_again)
{
	start(false);
	while (!fallbacks())
		osmo_select_main(0);
	for (unsigned seen = atomic_load(&line.ticked); fallbacks(); osmo_select_main(1)) {
		unsigned now = atomic_load(&line.ticked);

		atomic_fetch_add(&line.given, now - seen); /* one for each of the monotonic clock */
		seen = now;
		atomic_store(&line.steady, true);
	}
	wait_for_ticks(2000);
	ck_assert_uint_eq(fallbacks(), 0);
	stop();
	alarms_reset();
}
END_TEST

UNIT_MAIN("thread", line_that_comes_is_the_tick,
	  line_that_does_not_come_is_an_alarm_and_ticks_go_on,
	  line_that_comes_again_for_a_second_is_the_tick_again)
