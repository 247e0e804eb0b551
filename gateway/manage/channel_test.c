/* Tests of channels and spans: bit error tests and loopbacks of single channels that are out of service, and the
 * loops of a span. A channel test is two terminations in a context of its own: the timeslot as clear data, and a
 * party that says a sequence and checks it, or says back what it hears. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include <osmocom/core/linuxlist.h>
#include <osmocom/core/talloc.h>
#include <osmocom/core/timer.h>
#include <osmocom/core/utils.h>
#include <osmocom/vty/command.h>
#include <osmocom/vty/vty.h>

#include "base/clock.h"
#include "base/config_vty.h"
#include "drivers/tdm.h"
#include "manage/cli/cli.h"
#include "manage/manage.h"
#include "manage/cli/table.h"
#include "mg/mg.h"
#include "pstn/trunk.h"

struct channel_test {
	struct llist_head entry;
	char name[24]; /* "e1-1/17" */
	struct tdm_span *span;
	unsigned timeslot;
	enum mg_bert bert; /* MG_BERT_NONE: a loopback */
	const char *state; /* "running", or why it is over */
	uint64_t started_us, ended_us;
	unsigned seconds; /* 0: until it is ended */
	uint32_t context, line, party;
	bool attached; /* the span, by this test */
	struct mg_stats result;
};

static LLIST_HEAD(tests);
static struct osmo_timer_list second;

static const char *const bert_names[] = {
	[MG_BERT_NONE] = "loopback",
	[MG_BERT_PRBS_9] = "bert prbs9",
	[MG_BERT_PRBS_11] = "bert prbs11",
	[MG_BERT_PRBS_15] = "bert prbs15",
};

static bool is_running(const struct channel_test *test)
{
	return test->line;
}

static struct channel_test *find_test(const char *name)
{
	struct channel_test *test;

	llist_for_each_entry (test, &tests, entry)
		if (strcmp(test->name, name) == 0)
			return test;
	return NULL;
}

/* Which channels may be tested */

struct search {
	const char *name;
	bool found;
	const char *why; /* it may not be tested; NULL: it may */
};

static bool look(void *data, const struct channel_status *channel)
{
	struct search *search = data;

	if (strcmp(channel->name, search->name) != 0)
		return true;
	search->found = true;
	if (strcmp(channel->administrative, "unlocked") == 0)
		search->why = "is in service; lock it first";
	else if (strcmp(channel->administrative, "locked") != 0)
		search->why = "still carries a call; try again once that has ended";
	return false;
}

/* NULL: it may be; else why not, and what helps. */
static const char *refusal(const struct tdm_span *span, const char *name)
{
	struct search search = { .name = name };

	channels_each(cli_gateway()->trunks, look, &search);
	if (!search.found && span->listener)
		return "is no channel for calls";
	return search.why;
}

/* "e1-1/17" */
static struct tdm_span *parse_channel(const char *name, unsigned *timeslot)
{
	const char *slash = strrchr(name, '/');
	char text[TDM_NAME_MAX] = "", *end;
	struct tdm_span *span;
	unsigned long number;

	if (!slash || (size_t)(slash - name) >= sizeof(text) || slash[1] < '1' || slash[1] > '9')
		return NULL;
	memcpy(text, name, slash - name);
	span = tdm_find(text);
	number = strtoul(slash + 1, &end, 10);
	if (!span || *end || number > span->timeslots)
		return NULL;
	*timeslot = (unsigned)number;
	return span;
}

/* Their beginning and end */

static bool span_is_used(const struct tdm_span *span, const struct channel_test *but)
{
	const struct channel_test *test;

	llist_for_each_entry (test, &tests, entry)
		if (test != but && test->span == span && test->attached && is_running(test))
			return true;
	return false;
}

/* A span without trunk is ticked for its tests alone. */
static int hold_span(struct channel_test *test)
{
	test->attached = !test->span->listener;
	if (!test->attached || span_is_used(test->span, test))
		return 0;
	return mg_attach(cli_gateway()->mg, test->span);
}

static void leave_span(struct channel_test *test)
{
	if (test->attached && !span_is_used(test->span, test))
		mg_detach(cli_gateway()->mg, test->span);
}

static bool take_result(void *data, const struct mg_status *status)
{
	struct channel_test *test = data;

	if (status->id != test->party)
		return true;
	test->result = status->stats;
	return false;
}

static void refresh(struct channel_test *test)
{
	if (is_running(test))
		mg_each(cli_gateway()->mg, test->context, take_result, test);
}

static void on_event(void *data, const struct mg_event *event)
{
	struct channel_test *test = data;

	if (event->kind == MG_EV_SUBTRACTED && event->term == test->party) {
		test->result = event->stats;
		test->party = 0;
	}
}

/* The party's last word is still awaited; until then its result is that of this moment. */
static void end_test(struct channel_test *test, const char *state)
{
	if (!is_running(test))
		return;
	refresh(test);
	mg_subtract(cli_gateway()->mg, test->party);
	mg_forget(cli_gateway()->mg, test->line);
	leave_span(test);
	test->line = 0;
	test->state = state;
	test->ended_us = clock_now_us();
}

static void free_test(struct channel_test *test)
{
	end_test(test, "");
	if (test->party)
		mg_forget(cli_gateway()->mg, test->party);
	llist_del(&test->entry);
	talloc_free(test);
}

static int add_terminations(struct channel_test *test)
{
	const struct mg_term line = { .kind = MG_TDM,
				      .tdm = { .span = (uint16_t)test->span->index,
					       .timeslot = (uint8_t)test->timeslot,
					       .data = true } };
	const struct mg_term party = { .kind = MG_LOCAL,
				       .local = { .echo = !test->bert, .bert = test->bert } };
	struct mg *mg = cli_gateway()->mg;
	int64_t id;

	test->context = mg_context(mg);
	id = mg_add(mg, test->context, &line, on_event, test);
	if (id < 0)
		return (int)id;
	test->line = (uint32_t)id;
	id = mg_add(mg, test->context, &party, on_event, test);
	if (id < 0) {
		mg_forget(mg, test->line);
		test->line = 0;
		return (int)id;
	}
	test->party = (uint32_t)id;
	return 0;
}

/* 0 or -errno. */
static int begin_test(struct channel_test *test)
{
	int rc = hold_span(test);

	if (rc < 0)
		return rc;
	rc = add_terminations(test);
	if (rc < 0) {
		leave_span(test);
		return rc;
	}
	test->state = "running";
	test->started_us = clock_now_us();
	return 0;
}

static bool is_due(const struct channel_test *test)
{
	return test->seconds && clock_now_us() - test->started_us >= test->seconds * 1000000ull;
}

void channel_test_check(void)
{
	struct channel_test *test;

	llist_for_each_entry (test, &tests, entry)
		if (is_running(test) && refusal(test->span, test->name))
			end_test(test, "ended by unlock");
}

static void on_second(void *data)
{
	struct channel_test *test;

	(void)data;
	channel_test_check();
	llist_for_each_entry (test, &tests, entry)
		if (is_due(test))
			end_test(test, "done");
	if (!llist_empty(&tests))
		osmo_timer_schedule(&second, 1, 0);
}

void channel_test_end_all(void)
{
	struct channel_test *test, *next;

	llist_for_each_entry_safe (test, next, &tests, entry)
		free_test(test);
	osmo_timer_del(&second);
}

/* Commands */

static int start(struct vty *vty, const char *name, enum mg_bert bert, unsigned seconds)
{
	unsigned timeslot = 0;
	struct tdm_span *span = cli_gateway() ? parse_channel(name, &timeslot) : NULL;
	struct channel_test *test = find_test(name);
	const char *why;
	int rc;

	if (!span)
		return config_reject(vty, "there is no channel %s; `show channels` lists them",
				     name);
	if (test && is_running(test))
		return config_reject(vty, "channel %s is under test; `test channel %s off` ends it",
				     name, name);
	why = refusal(span, name);
	if (why)
		return config_reject(vty, "channel %s %s", name, why);
	if (test)
		free_test(test);
	test = talloc_zero(cli_gateway()->owner, struct channel_test);
	if (!test)
		return config_reject(vty, "channel %s: %s", name, strerror(ENOMEM));
	osmo_strlcpy(test->name, name, sizeof(test->name));
	test->span = span;
	test->timeslot = timeslot;
	test->bert = bert;
	test->seconds = seconds;
	rc = begin_test(test);
	if (rc < 0) {
		talloc_free(test);
		return config_reject(vty, "channel %s: %s", name, strerror(-rc));
	}
	llist_add_tail(&test->entry, &tests);
	osmo_timer_setup(&second, on_second, NULL);
	osmo_timer_schedule(&second, 1, 0);
	vty_out(vty, "Channel %s: %s; `show tests` tells how it does.%s", name, bert_names[bert],
		VTY_NEWLINE);
	return CMD_SUCCESS;
}

#define TEST_CHANNEL_STR                                                                           \
	TEST_STR                                                                                   \
	"A channel that is locked, or whose span has no trunk; a commit ends the test\n"           \
	"Its name, \"e1-1/17\"\n"
#define BERT_STR "Send a pseudo-random sequence and count errors in what comes back\n"
#define PRBS_STR                                                                                   \
	"2^9-1 bits (O.150)\n"                                                                     \
	"2^11-1 bits (O.152), the default\n"                                                       \
	"2^15-1 bits, inverted (O.151)\n"

DEFUN(test_bert, test_bert_cmd, "test channel NAME bert", TEST_CHANNEL_STR BERT_STR)
{
	return start(vty, argv[0], MG_BERT_PRBS_11, 0);
}

DEFUN(test_bert_for, test_bert_for_cmd, "test channel NAME bert <1-86400>",
      TEST_CHANNEL_STR BERT_STR "For so many seconds\n")
{
	return start(vty, argv[0], MG_BERT_PRBS_11, (unsigned)atoi(argv[1]));
}

static enum mg_bert bert_of(const char *word)
{
	return strcmp(word, "prbs9") == 0    ? MG_BERT_PRBS_9
	       : strcmp(word, "prbs11") == 0 ? MG_BERT_PRBS_11
					     : MG_BERT_PRBS_15;
}

DEFUN(test_prbs, test_prbs_cmd, "test channel NAME bert (prbs9|prbs11|prbs15)",
      TEST_CHANNEL_STR BERT_STR PRBS_STR)
{
	return start(vty, argv[0], bert_of(argv[1]), 0);
}

DEFUN(test_prbs_for, test_prbs_for_cmd, "test channel NAME bert (prbs9|prbs11|prbs15) <1-86400>",
      TEST_CHANNEL_STR BERT_STR PRBS_STR "For so many seconds\n")
{
	return start(vty, argv[0], bert_of(argv[1]), (unsigned)atoi(argv[2]));
}

DEFUN(test_loopback, test_loopback_cmd, "test channel NAME loopback",
      TEST_CHANNEL_STR "Send back every octet that comes from the line\n")
{
	return start(vty, argv[0], MG_BERT_NONE, 0);
}

DEFUN(test_off, test_off_cmd, "test channel NAME off",
      TEST_CHANNEL_STR "End its test, and forget the result\n")
{
	struct channel_test *test = find_test(argv[0]);

	if (!test)
		return config_reject(vty, "channel %s is not under test; `show tests` lists them",
				     argv[0]);
	free_test(test);
	vty_out(vty, "The test of channel %s is over.%s", argv[0], VTY_NEWLINE);
	return CMD_SUCCESS;
}

/* By its power of ten, "1.2e-06"; null without a bit counted. */
static json_t *rate_of(const struct mg_stats *stats)
{
	if (!stats->bert_bits)
		return json_null();
	return json_sprintf("%.1e", (double)stats->bert_errors / (double)stats->bert_bits);
}

static json_t *test_row(const struct channel_test *test)
{
	const uint64_t until = is_running(test) ? clock_now_us() : test->ended_us;
	json_t *row = json_pack("{s:s, s:s, s:s, s:I}", "channel", test->name, "test",
				bert_names[test->bert], "state", test->state, "seconds",
				(json_int_t)((until - test->started_us) / 1000000));

	if (test->bert)
		json_object_update_new(row,
				       json_pack("{s:b, s:I, s:I, s:I, s:o}", "locked",
						 (int)test->result.bert_locked, "bits",
						 (json_int_t)test->result.bert_bits, "errors",
						 (json_int_t)test->result.bert_errors, "losses",
						 (json_int_t)test->result.bert_losses, "rate",
						 rate_of(&test->result)));
	return row;
}

DEFUN(show_tests, show_tests_cmd, "show tests [json]",
      SHOW_STR "Tests of channels, those that run and the last results\n"
	       "As JSON, for programs\n")
{
	static const struct table_column columns[] = {
		{ "channel", "CHANNEL" }, { "test", "TEST" },     { "state", "STATE" },
		{ "seconds", "SECONDS" }, { "locked", "LOCK" },   { "bits", "BITS" },
		{ "errors", "ERRORS" },   { "losses", "LOSSES" }, { "rate", "RATE" },
	};
	json_t *rows = json_array();
	struct channel_test *test;

	llist_for_each_entry (test, &tests, entry) {
		refresh(test);
		json_array_append_new(rows, test_row(test));
	}
	if (argc > 0)
		json_out(vty, rows);
	else
		table_out(vty, rows, columns, ARRAY_SIZE(columns), "No channel is under test.");
	json_decref(rows);
	return CMD_SUCCESS;
}

DEFUN(test_span_loop, test_span_loop_cmd, "test span NAME loopback (local|remote|off)",
      TEST_STR "A span\n"
	       "Its name\n"
	       "Loop it as a whole: calls on it hear themselves\n"
	       "What we send comes back to us\n"
	       "What the far end sends goes back to it\n"
	       "As it is to be\n")
{
	struct tdm_span *span = tdm_find(argv[0]);
	enum tdm_loopback loop = strcmp(argv[1], "local") == 0    ? TDM_LOOP_LOCAL
				 : strcmp(argv[1], "remote") == 0 ? TDM_LOOP_REMOTE
								  : TDM_LOOP_NONE;
	int rc;

	if (!span)
		return config_reject(vty, "there is no span %s; `show spans` lists them", argv[0]);
	if (!span->driver->loopback)
		return config_reject(vty, "span %s: its driver cannot loop it", argv[0]);
	rc = span->driver->loopback(span, loop);
	if (rc < 0)
		return config_reject(vty, "span %s: %s", argv[0], strerror(-rc));
	vty_out(vty, "Span %s: loopback %s.%s", argv[0], argv[1], VTY_NEWLINE);
	return CMD_SUCCESS;
}

void channel_test_install(void)
{
	cli_install_action(&test_bert_cmd);
	cli_install_action(&test_bert_for_cmd);
	cli_install_action(&test_prbs_cmd);
	cli_install_action(&test_prbs_for_cmd);
	cli_install_action(&test_loopback_cmd);
	cli_install_action(&test_off_cmd);
	cli_install_action(&test_span_loop_cmd);
	cli_install(&show_tests_cmd);
}
