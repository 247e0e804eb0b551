/* `show options`: every option that the grammar has, with its class, its default and how often it is said. */
#include <string.h>

#include <jansson.h>
#include <osmocom/core/talloc.h>
#include <osmocom/core/utils.h>

#include "base/config_vty.h"
#include "manage/cli/change_class.h"
#include "tests/unit/manage/session.h"
#include "tests/unit/unit.h"

static struct gateway gateway;

static int no_apply(struct gateway *g, const struct config *to, struct config_report *report)
{
	(void)g, (void)to, (void)report;
	return 0;
}

static const char said[] =
	"span a\n driver virtual\n far-end b\n"
	"span b\n driver virtual\n far-end a\n"
	"trunk pstn\n protocol isdn\n span a\n d-channel 16\n channels 1-15\n hunt descending\n"
	" no restart\n limit calls in 5\n timer t301 9\n timer t302 8\n"
	"trunk-group pstns\n member pstn\n"
	"peer pbx\n address 127.0.0.2\n codecs pcmu\n no telephone-event\n"
	"peer other\n address 127.0.0.3\n codecs pcmu\n limit calls 5\n";

static json_t *ask(const char *command)
{
	struct session_end end = session_open();
	json_t *rows = json_loads(session_type(&end, command) + strlen(command),
				  JSON_DISABLE_EOF_CHECK, NULL);

	ck_assert_msg(rows, "typed \"%s\", heard \"%s\"", command, end.heard);
	session_close(&end);
	return rows;
}

static void start(void)
{
	char text[sizeof(said) + 64];

	session_init();
	gateway = (struct gateway){ .owner = talloc_new(NULL), .apply = no_apply };
	snprintf(text, sizeof(text), "cli\n listen 127.0.0.1 %u\n%s", ports_free(1), said);
	gateway.running = session_config(gateway.owner, text);
	ck_assert_int_eq(manage_start(&gateway), 0);
}

static void stop(void)
{
	manage_stop();
	talloc_free(gateway.owner);
}

static const char *text_of(const json_t *row, const char *key)
{
	return json_string_value(json_object_get(row, key));
}

static json_t *row_of(json_t *rows, const char *section, const char *option)
{
	json_t *row;
	size_t i;

	json_array_foreach(rows, i, row) if (!strcmp(text_of(row, "section"), section) &&
					     !strcmp(text_of(row, "option"), option)) return row;
	ck_abort_msg("no row: %s %s", section, option);
	return NULL;
}

START_TEST(default_and_class_are_told)
{
	static const struct {
		const char *section, *option, *holds, *by_default;
		int set;
	} expected[] = {
		{ "trunk", "side (user|network)", "once the trunk has no calls", "user", 1 },
		{ "trunk", "limit calls (in|out) <1-100000>", "for new calls and connections",
		  "no limit by default", 1 },
		{ "trunk", "restart", "at once", "restart", 1 },
		{ "trunk", "d-channel <1-31>", "once the trunk has no calls", "", 1 },
		{ "trunk-group", "member NAME", "for new calls and connections", "", 1 },
		{ "peer", "codecs (pcma|pcmu)", "for new calls and connections",
		  "pcma pcmu by default", 2 },
		{ "peer", "telephone-event", "for new calls and connections", "telephone-event",
		  1 },
		{ "peer", "limit calls <1-100000>", "for new calls and connections",
		  "no limit by default", 1 },
		{ "cli", "listen ADDRESS [<1-65535>]", "from the next start",
		  "A loopback address, 127.0.0.1 by default; Port, 4262 by default", 1 },
		{ "history", "calls <0-100000>", "at once", "1000 by default", 0 },
	};
	json_t *rows;

	start();
	rows = ask("show options json");
	for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
		const json_t *row = row_of(rows, expected[i].section, expected[i].option);

		ck_assert_str_eq(text_of(row, "holds"), expected[i].holds);
		ck_assert_msg(strstr(text_of(row, "default"), expected[i].by_default), "%s: %s",
			      expected[i].option, text_of(row, "default"));
		ck_assert_msg(json_integer_value(json_object_get(row, "set")) == expected[i].set,
			      "%s", expected[i].option);
	}
	json_decref(rows);
	stop();
}
END_TEST

static bool is_listed(json_t *rows, const struct cmd_node *node, const char *command)
{
	const size_t no = !strncmp(command, "no ", 3) ? 3 : 0;
	const size_t len = strcspn(command + no, " ");
	json_t *row;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		const char *option = text_of(row, "option");

		if (!strcmp(text_of(row, "section"), node->name) &&
		    (no ? !strncmp(option, command + no, len) || !strcmp(option, command)
			: !strcmp(option, command)))
			return true;
	}
	return false;
}

START_TEST(every_option_is_listed_once)
{
	json_t *rows;
	unsigned n = 0;

	start();
	rows = ask("show options json");
	for (unsigned i = NODE_CLI; i < NODES_END; i++) {
		const struct cmd_node *node = vector_lookup(cmdvec, i);

		for (unsigned k = 0; node && k < vector_active(node->cmd_vector); k++) {
			const struct cmd_element *element = vector_slot(node->cmd_vector, k);

			if (element->attr & CONFIG_TERMINAL_ONLY)
				continue;
			ck_assert_msg(is_listed(rows, node, element->string), "%s: %s", node->name,
				      element->string);
			n += strncmp(element->string, "no ", 3) != 0;
		}
	}
	ck_assert_uint_ge(json_array_size(rows), n);
	ck_assert_uint_lt(json_array_size(rows), n + 10);
	json_decref(rows);
	stop();
}
END_TEST

START_TEST(section_alone_can_be_asked)
{
	struct session_end end;
	json_t *rows, *row;
	size_t i;

	start();
	rows = ask("show options in trunk json");
	ck_assert_uint_gt(json_array_size(rows), 20);
	json_array_foreach(rows, i, row) ck_assert_str_eq(text_of(row, "section"), "trunk");
	json_decref(rows);
	end = session_open();
	CHECK_SAYS(&end, "show options in nowhere", "No section is called so");
	CHECK_SAYS(&end, "show options in history", "calls <0-100000>");
	session_close(&end);
	stop();
}
END_TEST

UNIT_MAIN("show-options", default_and_class_are_told, every_option_is_listed_once,
	  section_alone_can_be_asked)
