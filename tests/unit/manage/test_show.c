/* Show commands: one tree as a table and as JSON, over real layers that stand still. */
#include <jansson.h>

#include <osmocom/core/select.h>

#include "base/clock.h"
#include "call/call.h"
#include "drivers/tdm.h"
#include "manage/cli/table.h"
#include "mg/mg.h"
#include "pstn/trunk.h"
#include "sip/sip.h"
#include "tests/mock/mock_leg.c"
#include "tests/unit/manage/session.h"

#include <osmocom/vty/buffer.h>

static struct gateway gateway;
static struct tdm_span *spans[2];

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
}

static void stop(void)
{
	manage_stop();
	sip_free(gateway.sip);
	trunks_free(gateway.trunks);
	call_hub_free(gateway.hub);
	mg_free(gateway.mg);
	for (int i = 0; i < 2; i++)
		tdm_close(spans[i]);
	talloc_free(gateway.owner);
}

/* The JSON between the echo of what was typed and the prompt. */
static json_t *typed_json(struct session_end *end, const char *line)
{
	const char *heard = session_type(end, line) + strlen(line);
	json_t *tree = json_loads(heard, JSON_DISABLE_EOF_CHECK, NULL);

	ck_assert_msg(tree, "typed \"%s\", heard \"%s\"", line, heard);
	return tree;
}

START_TEST(every_listing_comes_as_text_and_as_json)
{
	static const struct {
		const char *command, *text;
		size_t rows;
	} cases[] = {
		{ "show spans", "SPAN  DRIVER   TYPE", 2 }, { "show trunks", "No trunks.", 0 },
		{ "show channels", "No channels.", 0 },     { "show calls", "No calls.", 0 },
		{ "show peers", "No peers.", 0 },
	};
	struct session_end end;

	start();
	end = session_open();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char line[64];
		json_t *tree;

		CHECK_SAYS(&end, cases[i].command, cases[i].text);
		snprintf(line, sizeof(line), "%s json", cases[i].command);
		tree = typed_json(&end, line);
		ck_assert(json_is_array(tree));
		ck_assert_uint_eq(json_array_size(tree), cases[i].rows);
		json_decref(tree);
	}
	session_close(&end);
	stop();
}
END_TEST

START_TEST(each_type_of_span_has_its_name)
{
	static const char *const types[] = {
		[SPAN_E1] = "e1", [SPAN_T1] = "t1", [SPAN_BRI] = "bri"
	};
	struct session_end end;

	start();
	end = session_open();
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		const struct span_config config = { .name = "c", .driver = "virtual", .type = i };
		struct tdm_span *span = tdm_open(gateway.owner, &config);
		json_t *rows = typed_json(&end, "show spans json");
		const json_t *type = json_object_get(json_array_get(rows, 2), "type");

		ck_assert_str_eq(json_string_value(type), types[i]);
		json_decref(rows);
		tdm_close(span);
	}
	session_close(&end);
	stop();
}
END_TEST

START_TEST(every_record_comes_as_text_and_as_json)
{
	struct session_end end;
	json_t *tree;

	start();
	end = session_open();
	CHECK_SAYS(&end, "show version", "version        1.2.3");
	tree = typed_json(&end, "show version json");
	ck_assert_str_eq(json_string_value(json_object_get(tree, "version")), "1.2.3");
	json_decref(tree);
	CHECK_SAYS(&end, "show media", "contexts           0");
	tree = typed_json(&end, "show media json");
	ck_assert_int_eq(json_integer_value(json_object_get(tree, "ports_total")), 5000);
	json_decref(tree);
	CHECK_SAYS(&end, "show call 1", "% there is no call 1");
	CHECK_SAYS(&end, "show call 1 json", "% there is no call 1");
	session_close(&end);
	stop();
}
END_TEST

static void on_event(void *data, const struct mg_event *event)
{
	(void)data, (void)event;
}

static void add_term(uint32_t context, const struct mg_term *term)
{
	ck_assert_int_gt(mg_add(gateway.mg, context, term, on_event, NULL), 0);
}

/* A call through a target that plays along; in its context a timeslot, a stream, and our party's tone. */
static uint32_t start_call(struct mock_target *target, struct mock_leg *leg)
{
	const struct originate what = { .kind = TARGET_TRUNK, .through = "t", .called = "600" };
	struct mg_term tdm = {
		.kind = MG_TDM,
		.tdm = { .span = spans[0]->index, .timeslot = 17, .echo_tail_ms = 64 }
	};
	struct mg_term rtp = { .kind = MG_RTP,
			       .rtp = { .codec = CODEC_PCMA,
					.pt = 8,
					.ptime_ms = 20,
					.send = true,
					.receive = true } };
	struct sockaddr_in *remote = (struct sockaddr_in *)&rtp.rtp.remote;
	struct call_status call;
	const char *why;
	uint32_t id;

	mock_target_open(target, gateway.hub, TARGET_TRUNK, "t", leg);
	id = call_originate(gateway.hub, &what, NULL, NULL, &why);
	ck_assert_msg(id, "%s", why);
	ck_assert(call_get(gateway.hub, id, &call));
	remote->sin_family = AF_INET;
	remote->sin_port = htons(9);
	remote->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	add_term(call.context, &tdm);
	add_term(call.context, &rtp);
	add_term(call.context + 1, &rtp); /* somebody else's */
	return id;
}

static void run_ticks(unsigned n)
{
	while (n--) {
		clock_advance(TICK_MS * 1000);
		mg_tick(gateway.mg);
		osmo_select_main_ctx(1);
	}
}

static const json_t *find_kind(const json_t *call, const char *kind)
{
	const json_t *rows = json_object_get(call, "terminations");

	for (size_t i = 0; i < json_array_size(rows); i++) {
		const json_t *row = json_array_get(rows, i);
		if (!strcmp(json_string_value(json_object_get(row, "kind")), kind))
			return row;
	}
	ck_abort_msg("there is no termination of kind %s", kind);
	return NULL;
}

START_TEST(a_call_is_shown_with_its_terminations_and_how_they_do)
{
	struct mock_target target;
	struct mock_leg leg = { 0 };
	struct session_end end;
	char line[40];
	json_t *tree;
	uint32_t id;

	clock_use_virtual(1000000000);
	start();
	id = start_call(&target, &leg);
	run_ticks(200);
	end = session_open();
	snprintf(line, sizeof(line), "show call %u", id);
	CHECK_SAYS(&end, line, "called ");
	CHECK_SAYS(&end, line, "TERMINATION");
	CHECK_SAYS(&end, line, "a/17 ");
	CHECK_SAYS(&end, line, " -> 127.0.0.1:9 ");
	snprintf(line, sizeof(line), "show call %u json", id);
	tree = typed_json(&end, line);
	ck_assert_uint_ge(json_array_size(json_object_get(tree, "terminations")), 2);
	ck_assert_str_eq(json_string_value(json_object_get(find_kind(tree, "tdm"), "name")),
			 "a/17");
	ck_assert_str_eq(json_string_value(json_object_get(find_kind(tree, "tdm"), "echo")), "on");
	ck_assert(json_is_null(json_object_get(find_kind(tree, "tdm"), "erl_db")));
	ck_assert_str_eq(json_string_value(json_object_get(find_kind(tree, "rtp"), "codec")),
			 "PCMA");
	ck_assert_int_ge(json_integer_value(json_object_get(find_kind(tree, "rtp"), "packets_out")),
			 50);
	ck_assert_int_eq(json_integer_value(json_object_get(find_kind(tree, "rtp"), "packets_in")),
			 0);
	ck_assert_int_lt(
		json_integer_value(json_object_get(find_kind(tree, "rtp"), "peak_in_dbm0")), -60);
	json_decref(tree);
	session_close(&end);
	mock_leg_say(&leg, LEG_RELEASE_COMPLETE, 16, false);
	run_ticks(3);
	target_unregister(&target.target);
	stop();
}
END_TEST

START_TEST(familiar_names_answer)
{
	struct session_end end;

	start();
	end = session_open();
	CHECK_SAYS(&end, "show dahdi status", "a (virtual to b)                         OK");
	CHECK_SAYS(&end, "show controllers e1", "E1 a is up.");
	session_type(&end, "show isdn status");
	ck_assert_ptr_null(strstr(end.heard, "Unknown"));
	CHECK_SAYS(&end, "test span a cut", "Span a is cut.");
	CHECK_SAYS(&end, "test span a restore", "Span a is restored.");
	CHECK_SAYS(&end, "test span c cut", "% there is no span c");
	session_close(&end);
	stop();
}
END_TEST

START_TEST(actions_explain_what_is_wrong)
{
	struct session_end end;

	start();
	end = session_open();
	CHECK_SAYS(&end, "originate trunk t 12x", "% number \"12x\" is no number");
	CHECK_SAYS(&end, "originate trunk t 600", "% no call: ");
	CHECK_SAYS(&end, "originate trunk t 600 hold", "% \"hold\" is incomplete");
	CHECK_SAYS(&end, "originate trunk t 600 hold 0", "% hold \"0\" is wrong");
	CHECK_SAYS(&end, "originate trunk t 600 caller x", "% caller \"x\" is no number");
	CHECK_SAYS(&end, "originate trunk t 600 speed 3", "% \"speed\" is unknown here");
	CHECK_SAYS(&end, "originate", "% Command incomplete.");
	CHECK_SAYS(&end, "clear call 9", "% there is no call 9");
	CHECK_SAYS(&end, "capture dchannel /nowhere/x.pcap", "% cannot capture to /nowhere/x.pcap");
	CHECK_SAYS(&end, "capture dchannel off", "Capture stopped.");
	CHECK_SAYS(&end, "no such command", "% Unknown command.");
	session_close(&end);
	stop();
}
END_TEST

/* What a vty that is no terminal was told. */
static char *told(struct vty *vty)
{
	char *text = buffer_getstr(vty->obuf);

	talloc_free(vty);
	return text;
}

static struct vty *paper(void)
{
	struct vty *vty;

	session_init();
	vty = vty_new();
	vty->type = VTY_FILE;
	return vty;
}

static const struct table_column columns[] = {
	{ "name", "NAME" },
	{ "n", "COUNT" },
	{ "x", "X" },
};

START_TEST(columns_line_up)
{
	json_t *rows = json_pack("[{s:s, s:i, s:b}, {s:s, s:i, s:n}]", "name", "Müller", "n", 7,
				 "x", 1, "name", "e1-1/17", "n", 123456, "x");
	struct vty *vty = paper();
	char *text;

	table_out(vty, rows, columns, 3, "none");
	text = told(vty);
	ck_assert_str_eq(text, "NAME      COUNT  X\n"
			       "Müller        7  yes\n"
			       "e1-1/17  123456  -\n");
	talloc_free(text);
	json_decref(rows);
}
END_TEST

START_TEST(a_column_of_numbers_may_have_gaps)
{
	json_t *rows = json_pack("[{s:s}, {s:s, s:i}, {s:s, s:n}]", "name", "a", "name", "b", "n",
				 7, "name", "c", "n");
	struct vty *vty = paper();
	char *text;

	table_out(vty, rows, columns, 2, "none");
	text = told(vty);
	ck_assert_str_eq(text, "NAME  COUNT\n"
			       "a         -\n"
			       "b         7\n"
			       "c         -\n");
	talloc_free(text);
	json_decref(rows);
}
END_TEST

START_TEST(an_empty_table_says_so)
{
	json_t *rows = json_array();
	struct vty *vty = paper();
	char *text;

	table_out(vty, rows, columns, 3, "No rows.");
	text = told(vty);
	ck_assert_str_eq(text, "No rows.\n");
	talloc_free(text);
	json_decref(rows);
}
END_TEST

START_TEST(control_characters_do_not_reach_the_terminal)
{
	json_t *record = json_pack("{s:s}", "called", "6\x1b[2J0");
	struct vty *vty = paper();
	char *text;

	record_out(vty, record);
	text = told(vty);
	ck_assert_str_eq(text, "called  6?[2J0\n");
	talloc_free(text);
	json_decref(record);
}
END_TEST

START_TEST(records_nest)
{
	json_t *record = json_pack("{s:i, s:{s:s}, s:[{s:i}, {s:i}]}", "id", 1, "from_leg", "via",
				   "trunk", "part", "a", 1, "a", 2);
	struct vty *vty = paper();
	char *text;

	record_out(vty, record);
	text = told(vty);
	ck_assert_str_eq(text, "id        1\n"
			       "from leg\n"
			       "  via  trunk\n"
			       "part\n  a  1\npart\n  a  2\n");
	talloc_free(text);
	json_decref(record);
}
END_TEST

START_TEST(json_rows_take_a_line_each)
{
	json_t *rows = json_pack("[{s:i}, {s:i}]", "a", 1, "a", 2);
	struct vty *vty = paper();
	char *text;

	json_out(vty, rows);
	text = told(vty);
	ck_assert_str_eq(text, "[\n {\"a\": 1},\n {\"a\": 2}\n]\n");
	talloc_free(text);
	json_decref(rows);
}
END_TEST

UNIT_MAIN("show", every_listing_comes_as_text_and_as_json, each_type_of_span_has_its_name,
	  every_record_comes_as_text_and_as_json,
	  a_call_is_shown_with_its_terminations_and_how_they_do, familiar_names_answer,
	  actions_explain_what_is_wrong, columns_line_up, a_column_of_numbers_may_have_gaps,
	  an_empty_table_says_so, control_characters_do_not_reach_the_terminal, records_nest,
	  json_rows_take_a_line_each)
