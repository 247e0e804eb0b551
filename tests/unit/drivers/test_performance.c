/* Drivers' counters as seconds, and the alarm of a poor line. */
#include "drivers/performance.h"

#include <osmocom/core/talloc.h>

#include "base/alarm.h"
#include "base/clock.h"
#include "drivers/tdm.h"
#include "tests/unit/unit.h"

enum { US_PER_S = 1000000 };

static struct tdm_errors errors; /* what the card says */

static void card_errors(const struct tdm_span *span, struct tdm_errors *out)
{
	(void)span;
	*out = errors;
}

static struct tdm_driver driver; /* the virtual one, with line errors */
static struct tdm_span *span;

static void begin(void)
{
	const struct span_config config = {
		.name = "e1-1", .driver = "virtual", .far_end = "e1-2", .dahdi.crc4 = true
	};

	clock_use_virtual(US_PER_S);
	alarms_reset();
	errors = (struct tdm_errors){ 0 };
	span = tdm_open(NULL, &config);
	ck_assert_ptr_nonnull(span);
	tdm_report_alarms(span, 0);
	driver = *span->driver;
	driver.errors = card_errors;
	span->driver = &driver;
}

static void end(void)
{
	performance_stop();
	tdm_close(span);
	alarms_reset();
}

static void pass(unsigned seconds)
{
	while (seconds--) {
		clock_advance(US_PER_S);
		performance_tick();
	}
}

/* Into the next interval */
static void pass_interval(void)
{
	uint64_t before;

	pass(1);
	before = performance_of("e1-1")->now;
	while (performance_of("e1-1")->now == before)
		pass(1);
}

START_TEST(differences_of_counters_are_counted)
{
	begin();
	ck_assert_ptr_null(performance_of("e1-1"));
	pass_interval();
	errors.crc += 3;
	errors.e_bit += 1;
	errors.code_violation += 4;
	span->counters.slips += 2;
	pass(2);
	const struct g826_counts *counts = g826_interval(performance_of("e1-1"), 0);
	ck_assert_uint_eq(counts->es, 1);
	ck_assert_uint_eq(counts->path, 3);
	ck_assert_uint_eq(counts->line, 4);
	ck_assert_uint_eq(counts->far_es, 1);
	ck_assert_uint_eq(counts->slips, 2);
	errors.crc = 1; /* the card was set up anew */
	pass(1);
	ck_assert_uint_eq(counts->path, 4);
	end();
}
END_TEST

START_TEST(loss_of_signal_is_a_defect)
{
	begin();
	pass_interval();
	tdm_report_alarms(span, TDM_ALARM_RED);
	pass(9);
	ck_assert_uint_eq(g826_interval(performance_of("e1-1"), 0)->ses, 9);
	pass(1);
	ck_assert_uint_eq(g826_interval(performance_of("e1-1"), 0)->uas, 10);
	tdm_report_alarms(span, TDM_ALARM_YELLOW); /* the far end's trouble */
	pass(10);
	ck_assert(!performance_of("e1-1")->unavailable);
	end();
}
END_TEST

START_TEST(poor_quarter_raises_and_a_good_one_clears)
{
	begin();
	pass_interval();
	for (unsigned i = 1; i < PERFORMANCE_ES; i++) {
		errors.crc++;
		pass(1);
	}
	ck_assert_uint_eq(alarms_count(ALARM_WARNING), 0);
	errors.crc++;
	pass(1);
	ck_assert_uint_eq(alarms_count(ALARM_WARNING), 1);
	pass_interval();
	ck_assert_uint_eq(alarms_count(ALARM_WARNING), 1);
	pass_interval();
	ck_assert_uint_eq(alarms_count(ALARM_WARNING), 0);
	end();
}
END_TEST

START_TEST(slips_raise_it_too)
{
	begin();
	pass_interval();
	for (unsigned i = 0; i < PERFORMANCE_CSS; i++) {
		span->counters.slips++;
		pass(1);
	}
	ck_assert_uint_eq(alarms_count(ALARM_MINOR), 1);
	end();
}
END_TEST

START_TEST(closed_span_is_forgotten)
{
	begin();
	pass(1);
	ck_assert_ptr_nonnull(performance_of("e1-1"));
	tdm_close(span);
	performance_tick();
	ck_assert_ptr_null(performance_of("e1-1"));
	performance_stop();
	alarms_reset();
}
END_TEST

UNIT_MAIN("performance", differences_of_counters_are_counted, loss_of_signal_is_a_defect,
	  poor_quarter_raises_and_a_good_one_clears, slips_raise_it_too, closed_span_is_forgotten)
