/* The commands for alarms, and README's table of them. */
#include <jansson.h>

#include "base/alarm.h"
#include "base/clock.h"
#include "tests/unit/manage/session.h"

static struct session_end person;

static void begin(void)
{
	session_init();
	clock_use_virtual(1000000);
	alarms_reset();
	person = session_open();
}

static void end(void)
{
	session_close(&person);
	alarms_reset();
}

static json_t *typed_json(const char *line)
{
	const char *heard = session_type(&person, line) + strlen(line);
	json_t *tree = json_loads(heard, JSON_DISABLE_EOF_CHECK, NULL);

	ck_assert_msg(tree, "typed \"%s\", heard \"%s\"", line, heard);
	return tree;
}

static json_int_t id_at(const json_t *rows, size_t i)
{
	return json_integer_value(json_object_get(json_array_get(rows, i), "id"));
}

START_TEST(alarms_that_another_explains_are_below_it)
{
	begin();
	CHECK_SAYS(&person, "show alarms", "No alarms.");
	alarm_raise(ALARM_D_CHANNEL_DOWN, "pstn", "e1-1", "");
	alarm_raise(ALARM_CHANNEL_FAULTY, "e1-1/4", "pstn", "");
	alarm_raise(ALARM_SPAN_RED, "e1-1", "", "");
	alarm_raise(ALARM_PEER_DOWN, "pbx", "", "192.0.2.1 does not answer");
	CHECK_SAYS(&person, "show alarms", "  d-channel-down");
	CHECK_SAYS(&person, "show alarms", "    channel-faulty");
	CHECK_SAYS(&person, "show alarms", "To see to: 2;");
	CHECK_SAYS(&person, "show alarms active", "192.0.2.1 does not answer");
	json_t *rows = typed_json("show alarms json");
	ck_assert_uint_eq(json_array_size(rows), 4);
	ck_assert_int_eq(id_at(rows, 0), 4);
	ck_assert_int_eq(id_at(rows, 1), 3);
	ck_assert_int_eq(id_at(rows, 2), 1);
	ck_assert_int_eq(id_at(rows, 3), 2);
	json_t *third = json_array_get(rows, 2);
	ck_assert_int_eq(json_integer_value(json_object_get(third, "beneath")), 3);
	ck_assert_str_eq(json_string_value(json_object_get(third, "alarm")), "d-channel-down");
	json_decref(rows);
	end();
}
END_TEST

START_TEST(cleared_alarms_are_in_the_history)
{
	begin();
	CHECK_SAYS(&person, "show alarms history", "No alarms since the start.");
	alarm_raise(ALARM_SPAN_RED, "e1-1", "", "");
	alarm_clear(ALARM_SPAN_RED, "e1-1");
	json_t *rows = typed_json("show alarms history json");
	ck_assert_uint_eq(json_array_size(rows), 1);
	ck_assert(json_is_string(json_object_get(json_array_get(rows, 0), "cleared")));
	json_decref(rows);
	CHECK_SAYS(&person, "show alarms history", "span e1-1");
	end();
}
END_TEST

START_TEST(one_alarm_says_what_to_do)
{
	begin();
	alarm_raise(ALARM_SPAN_RED, "e1-1", "", "");
	CHECK_SAYS(&person, "show alarm 1", "Check the cable");
	CHECK_SAYS(&person, "show alarm 2", "% there is no alarm 2; `show alarms` lists them");
	json_t *record = typed_json("show alarm 1 json");
	ck_assert(json_is_string(json_object_get(record, "advice")));
	json_decref(record);
	end();
}
END_TEST

START_TEST(kinds_are_explained)
{
	begin();
	CHECK_SAYS(&person, "alarm explain span-red", "span-red (critical, of a span)");
	CHECK_SAYS(&person, "alarm explain span-rad", "% no alarm is called \"span-rad\"");
	for (unsigned kind = 0; kind < ALARM_KINDS; kind++)
		CHECK_SAYS(&person, "alarm explain all", alarm_info(kind)->advice);
	end();
}
END_TEST

START_TEST(alarm_is_acknowledged)
{
	begin();
	alarm_raise(ALARM_SPAN_RED, "e1-1", "", "");
	CHECK_SAYS(&person, "acknowledge alarm 7", "% no alarm 7 stands");
	json_t *rows = typed_json("show alarms json");
	ck_assert(json_is_null(json_object_get(json_array_get(rows, 0), "acknowledged")));
	json_decref(rows);
	session_type(&person, "acknowledge alarm 1");
	rows = typed_json("show alarms json");
	ck_assert(json_is_string(json_object_get(json_array_get(rows, 0), "acknowledged")));
	json_decref(rows);
	end();
}
END_TEST

START_TEST(text_that_is_no_utf8_is_shown_as_unknown)
{
	begin();
	alarm_raise(ALARM_PEER_DOWN, "\377", "\377", "\377");
	json_t *rows = typed_json("show alarms json");
	ck_assert_uint_eq(json_array_size(rows), 1);
	json_decref(rows);
	end();
}
END_TEST

/* README.md says of every kind just what the program says. */
START_TEST(readme_lists_every_kind)
{
	static char readme[1 << 18];
	FILE *file = fopen("README.md", "r");

	ck_assert_msg(file, "run from the top of the tree");
	readme[fread(readme, 1, sizeof(readme) - 1, file)] = '\0';
	fclose(file);
	for (unsigned kind = 0; kind < ALARM_KINDS; kind++) {
		const struct alarm_info *info = alarm_info(kind);
		char *row =
			talloc_asprintf(NULL, "| `%s` | %s | %s | %s | %s |\n", info->name,
					alarm_severity_name(info->severity),
					alarm_class_name(info->of), info->meaning, info->advice);

		ck_assert_msg(strstr(readme, row), "README.md lacks the line\n%s", row);
		talloc_free(row);
	}
}
END_TEST

UNIT_MAIN("show_alarms", alarms_that_another_explains_are_below_it,
	  cleared_alarms_are_in_the_history, one_alarm_says_what_to_do, kinds_are_explained,
	  alarm_is_acknowledged, text_that_is_no_utf8_is_shown_as_unknown, readme_lists_every_kind)
