/* Show commands: one tree as a table and as JSON, over real layers that stand still. */
#include <jansson.h>

#include "call/call.h"
#include "drivers/tdm.h"
#include "manage/table.h"
#include "mg/mg.h"
#include "pstn/trunk.h"
#include "sip/sip.h"
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
		 session_free_port());
	gateway.running = session_config(gateway.owner, text);
	gateway.mg = mg_new(gateway.owner, config_get(gateway.running, &media_section));
	gateway.hub = call_hub_new(gateway.owner, gateway.mg);
	gateway.trunks = trunks_new(gateway.owner, gateway.hub, gateway.mg);
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

UNIT_MAIN("show", every_listing_comes_as_text_and_as_json, every_record_comes_as_text_and_as_json,
	  familiar_names_answer, actions_explain_what_is_wrong, columns_line_up,
	  an_empty_table_says_so, control_characters_do_not_reach_the_terminal, records_nest,
	  json_rows_take_a_line_each)
