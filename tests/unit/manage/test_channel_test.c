/* Tests of channels by command: on spans that no trunk has, over real layers that stand still. */
#include <errno.h>

#include <jansson.h>

#include <osmocom/core/select.h>
#include <osmocom/core/timer.h>

#include "base/alarm.h"
#include "base/clock.h"
#include "call/call.h"
#include "drivers/tdm.h"
#include "mg/mg.h"
#include "pstn/trunk.h"
#include "sip/sip.h"
#include "tests/unit/manage/session.h"

static struct gateway gateway;
static struct tdm_span *spans[2];
static struct session_end end;

static int no_apply(struct gateway *g, const struct config *to, struct config_report *report)
{
	(void)g, (void)to, (void)report;
	return 0;
}

static void start(void)
{
	char text[160];
	const struct spans_config *config;

	session_init();
	clock_use_virtual(1000000000);
	memset(&gateway, 0, sizeof(gateway));
	gateway.owner = talloc_new(NULL);
	gateway.config_file = "test.cfg";
	gateway.apply = no_apply;
	snprintf(text, sizeof(text),
		 "cli\n listen 127.0.0.1 %u\nspan a\n driver virtual\n far-end b\n"
		 "span b\n driver virtual\n far-end a\n",
		 ports_free(1));
	gateway.running = session_config(gateway.owner, text);
	gateway.mg = mg_new(gateway.owner, config_get(gateway.running, &media_section));
	gateway.hub = call_hub_new(gateway.owner, gateway.mg);
	gateway.trunks = trunks_new(gateway.owner, gateway.hub, gateway.mg, NULL);
	gateway.sip = sip_new(gateway.owner, gateway.hub, gateway.mg);
	ck_assert(gateway.mg && gateway.hub && gateway.trunks && gateway.sip);
	config = config_get(gateway.running, &spans_section);
	for (int i = 0; i < 2; i++)
		spans[i] = tdm_open(gateway.owner, &config->spans[i]);
	ck_assert_int_eq(manage_start(&gateway), 0);
	end = session_open();
}

static void stop(void)
{
	session_close(&end);
	manage_stop();
	sip_free(gateway.sip);
	trunks_free(gateway.trunks);
	call_hub_free(gateway.hub);
	mg_free(gateway.mg);
	for (int i = 0; i < 2; i++)
		tdm_close(spans[i]);
	talloc_free(gateway.owner);
	alarms_reset();
}

static void run_ticks(unsigned n)
{
	while (n--) {
		clock_advance(TICK_MS * 1000);
		mg_tick(gateway.mg);
		osmo_select_main_ctx(1);
	}
}

/* What `show tests` says of a channel; the caller's. */
static json_t *test_of(const char *channel)
{
	const char *line = "show tests json";
	json_t *rows =
		json_loads(session_type(&end, line) + strlen(line), JSON_DISABLE_EOF_CHECK, NULL);
	json_t *found = NULL, *row;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		if (!strcmp(json_string_value(json_object_get(row, "channel")), channel))
			found = json_incref(row);
	}
	json_decref(rows);
	ck_assert_msg(found, "channel %s is not listed", channel);
	return found;
}

static void check_test(const char *channel, const char *state, bool locked, long long bits_min)
{
	json_t *test = test_of(channel);

	ck_assert_str_eq(json_string_value(json_object_get(test, "state")), state);
	ck_assert_int_eq(json_is_true(json_object_get(test, "locked")), locked);
	ck_assert_int_ge(json_integer_value(json_object_get(test, "bits")), bits_min);
	ck_assert_int_eq(json_integer_value(json_object_get(test, "errors")), 0);
	json_decref(test);
}

START_TEST(a_looped_channel_is_without_errors)
{
	struct mg_totals totals;

	start();
	CHECK_SAYS(&end, "test channel a/5 bert prbs15", "Channel a/5: bert prbs15; ");
	CHECK_SAYS(&end, "test channel b/5 loopback", "Channel b/5: loopback; ");
	CHECK_SAYS(&end, "test channel a/6 bert", "bert prbs11"); /* nobody answers there */
	run_ticks(320);
	check_test("a/5", "running", true, 2 * 64000);
	check_test("a/6", "running", false, 0);
	CHECK_SAYS(&end, "show tests", "CHANNEL  TEST");
	CHECK_SAYS(&end, "show tests", "0.0e+00");
	CHECK_SAYS(&end, "test channel a/6 off", "is over");
	run_ticks(100); /* one span, another test */
	check_test("a/5", "running", true, 3 * 64000);
	CHECK_SAYS(&end, "test channel a/5 off", "is over");
	CHECK_SAYS(&end, "test channel b/5 off", "is over");
	CHECK_SAYS(&end, "show tests", "No channel is under test.");
	run_ticks(2);
	mg_totals(gateway.mg, &totals);
	ck_assert_uint_eq(totals.terminations + totals.contexts, 0);
	ck_assert_int_eq(mg_attach(gateway.mg, spans[0]), 0); /* it was let go */
	stop();
}
END_TEST

START_TEST(a_test_ends_by_itself_and_keeps_its_result)
{
	osmo_gettimeofday_override = true;
	start();
	CHECK_SAYS(&end, "test channel b/5 loopback", "; ");
	CHECK_SAYS(&end, "test channel a/5 bert prbs9 2", "; ");
	for (unsigned i = 0; i < 4; i++) {
		run_ticks(100);
		osmo_gettimeofday_override_add(1, 0);
		osmo_select_main_ctx(1);
	}
	check_test("a/5", "done", true, 64000);
	CHECK_SAYS(&end, "test channel a/5 bert 1", "bert prbs11"); /* in its place */
	check_test("a/5", "running", false, 0);
	stop();
	osmo_gettimeofday_override = false;
}
END_TEST

START_TEST(what_cannot_be_tested_is_refused_with_the_reason)
{
	start();
	CHECK_SAYS(&end, "test channel c/5 bert", "% there is no channel c/5");
	CHECK_SAYS(&end, "test channel a/32 bert", "% there is no channel a/32");
	CHECK_SAYS(&end, "test channel a/0 bert", "% there is no channel a/0");
	CHECK_SAYS(&end, "test channel a/5x loopback", "% there is no channel a/5x");
	CHECK_SAYS(&end, "test channel a bert", "% there is no channel a;");
	CHECK_SAYS(&end, "test channel a/5 off", "% channel a/5 is not under test");
	CHECK_SAYS(&end, "test channel a/5 bert", "bert prbs11");
	CHECK_SAYS(&end, "test channel a/5 loopback", "% channel a/5 is under test");
	CHECK_SAYS(&end, "test channel a/5 bert prbs23", "% Unknown command");
	stop(); /* while it runs */
}
END_TEST

static enum tdm_loopback looped;

static int loopback(struct tdm_span *span, enum tdm_loopback loop)
{
	ck_assert_ptr_eq(span, spans[0]);
	looped = loop;
	return loop == TDM_LOOP_REMOTE ? -EIO : 0;
}

START_TEST(a_span_is_looped_by_its_driver)
{
	struct tdm_driver driver;

	start();
	driver = *spans[0]->driver;
	driver.loopback = NULL;
	spans[0]->driver = &driver;
	CHECK_SAYS(&end, "test span a loopback local", "% span a: its driver cannot loop it");
	driver.loopback = loopback;
	CHECK_SAYS(&end, "test span a loopback local", "Span a: loopback local.");
	ck_assert_int_eq(looped, TDM_LOOP_LOCAL);
	CHECK_SAYS(&end, "test span a loopback remote", "% span a: ");
	CHECK_SAYS(&end, "test span a loopback off", "Span a: loopback off.");
	ck_assert_int_eq(looped, TDM_LOOP_NONE);
	CHECK_SAYS(&end, "test span c loopback off", "% there is no span c");
	stop();
}
END_TEST

UNIT_MAIN("channel_test", a_looped_channel_is_without_errors,
	  a_test_ends_by_itself_and_keeps_its_result,
	  what_cannot_be_tested_is_refused_with_the_reason, a_span_is_looped_by_its_driver)
