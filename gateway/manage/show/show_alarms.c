/* The commands for alarms: what is wrong, what was, what each means and what helps, and that somebody has seen it. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jansson.h>

#include <osmocom/core/utils.h>
#include <osmocom/vty/command.h>
#include <osmocom/vty/vty.h>

#include "base/alarm.h"
#include "base/config_vty.h"
#include "manage/cli/cli.h"
#include "manage/cli/table.h"
#include "manage/show/views.h"

#define JSON_STR "As JSON, for programs\n"
#define ALARM_STR "One alarm\n"

/* Wall time as people here read it, or in UTC for programs; null for never. */
static json_t *time_text(int64_t when_s, bool for_programs)
{
	time_t when = when_s;
	struct tm tm;
	char text[32];

	if (!when_s)
		return json_null();
	if (for_programs)
		strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&when, &tm));
	else
		strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", localtime_r(&when, &tm));
	return json_string(text);
}

/* What is not UTF-8, cut in the middle of a character perhaps, is not shown. */
static json_t *words(const char *text)
{
	json_t *string = json_string(text);

	return string ? string : json_string("?");
}

static json_t *about_text(const struct alarm_status *alarm)
{
	char text[ALARM_OBJECT_MAX + 16];

	snprintf(text, sizeof(text), "%s%s%s", alarm_class_name(alarm->info->of),
		 *alarm->object ? " " : "", alarm->object);
	return words(text);
}

static json_t *alarm_row(const struct alarm_status *alarm, bool for_programs)
{
	return json_pack("{s:i, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:i, s:b}", "id",
			 (int)alarm->id, "severity", alarm_severity_name(alarm->info->severity),
			 "alarm", alarm->info->name, "about", about_text(alarm), "raised",
			 time_text(alarm->raised_s, for_programs), "cleared",
			 time_text(alarm->cleared_s, for_programs), "acknowledged",
			 time_text(alarm->acknowledged_s, for_programs), "beneath",
			 alarm->beneath ? json_integer(alarm->beneath) : json_null(), "root",
			 words(alarm->root), "text", words(alarm->text), "times", (int)alarm->times,
			 "held", alarm->damped);
}

/* Rows as they come; those beneath another are put aside under its id. */
struct gathering {
	bool for_programs;
	json_t *top;     /* array */
	json_t *beneath; /* object: id to array */
};

static const char *id_key(const json_t *id, char *out, size_t size)
{
	snprintf(out, size, "%" JSON_INTEGER_FORMAT, json_integer_value(id));
	return out;
}

static bool gather(void *data, const struct alarm_status *alarm)
{
	struct gathering *gathering = data;
	json_t *row = alarm_row(alarm, gathering->for_programs);
	json_t *above = json_object_get(row, "beneath");
	char key[24];

	if (!json_is_integer(above)) {
		json_array_append_new(gathering->top, row);
		return true;
	}
	id_key(above, key, sizeof(key));
	if (!json_object_get(gathering->beneath, key))
		json_object_set_new(gathering->beneath, key, json_array());
	json_array_append_new(json_object_get(gathering->beneath, key), row);
	return true;
}

/* A row, and under it those that it explains; depth is bounded by the classes of objects. For people the name is
 * moved to the right. */
static void put_row(const struct gathering *gathering, json_t *rows, json_t *row, unsigned depth)
{
	char key[24];
	json_t *under;

	if (!gathering->for_programs)
		json_object_set_new(row, "alarm",
				    json_sprintf("%*s%s", (int)depth * 2, "",
						 json_string_value(json_object_get(row, "alarm"))));
	json_array_append(rows, row);
	under = json_object_get(gathering->beneath,
				id_key(json_object_get(row, "id"), key, sizeof(key)));
	for (size_t i = 0; i < json_array_size(under); i++)
		put_row(gathering, rows, json_array_get(under, i), depth + 1);
}

static json_t *gather_alarms(bool active, bool for_programs)
{
	struct gathering gathering = {
		.for_programs = for_programs,
		.top = json_array(),
		.beneath = json_object(),
	};
	json_t *rows = json_array();

	alarms_each(active, gather, &gathering);
	for (size_t i = 0; i < json_array_size(gathering.top); i++)
		put_row(&gathering, rows, json_array_get(gathering.top, i), 0);
	json_decref(gathering.top);
	json_decref(gathering.beneath);
	return rows;
}

json_t *view_alarms(struct gateway *gateway)
{
	(void)gateway;
	return gather_alarms(true, true);
}

json_t *view_alarm_history(struct gateway *gateway)
{
	(void)gateway;
	return gather_alarms(false, true);
}

static json_t *alarm_record(uint32_t id, bool for_programs)
{
	struct alarm_status alarm;
	json_t *record;

	if (!alarm_get(id, &alarm))
		return NULL;
	record = alarm_row(&alarm, for_programs);
	json_object_set_new(record, "meaning", json_string(alarm.info->meaning));
	json_object_set_new(record, "advice", json_string(alarm.info->advice));
	return record;
}

json_t *view_alarm(struct gateway *gateway, uint32_t id)
{
	(void)gateway;
	return alarm_record(id, true);
}

static const struct table_column active_columns[] = {
	{ "id", "ID" },       { "severity", "SEVERITY" }, { "alarm", "ALARM" },
	{ "about", "ABOUT" }, { "raised", "RAISED" },     { "acknowledged", "ACKNOWLEDGED" },
	{ "text", "TEXT" },
};
static const struct table_column history_columns[] = {
	{ "id", "ID" },       { "severity", "SEVERITY" }, { "alarm", "ALARM" },
	{ "about", "ABOUT" }, { "raised", "RAISED" },     { "cleared", "CLEARED" },
	{ "times", "TIMES" }, { "text", "TEXT" },
};

static void show_active(struct vty *vty, json_t *rows)
{
	table_out(vty, rows, active_columns, ARRAY_SIZE(active_columns), "No alarms.");
	if (json_array_size(rows))
		vty_out(vty, "To see to: %u; what is moved to the right comes of it.%s",
			alarms_count(ALARM_WARNING), VTY_NEWLINE);
}

static int show_list(struct vty *vty, bool active, bool as_json)
{
	json_t *rows = gather_alarms(active, as_json);

	if (as_json)
		json_out(vty, rows);
	else if (active)
		show_active(vty, rows);
	else
		table_out(vty, rows, history_columns, ARRAY_SIZE(history_columns),
			  "No alarms since the start.");
	json_decref(rows);
	return CMD_SUCCESS;
}

DEFUN(show_alarms, show_alarms_cmd, "show alarms [json]",
      SHOW_STR
      "What is wrong; what another alarm explains is below it, moved to the right\n" JSON_STR)
{
	return show_list(vty, true, argc > 0);
}

DEFUN(show_alarms_of, show_alarms_of_cmd, "show alarms (active|history) [json]",
      SHOW_STR "What is wrong; what another alarm explains is below it, moved to the right\n"
	       "What is wrong now\n"
	       "What was wrong, the latest first\n" JSON_STR)
{
	return show_list(vty, argv[0][0] == 'a', argc > 1);
}

DEFUN(show_alarm, show_alarm_cmd, "show alarm <1-4294967295> [json]",
      SHOW_STR ALARM_STR "Its number, as in `show alarms`\n" JSON_STR)
{
	json_t *record = alarm_record(strtoul(argv[0], NULL, 10), argc > 1);

	if (!record)
		return config_reject(vty, "there is no alarm %s; `show alarms` lists them",
				     argv[0]);
	if (argc > 1)
		json_out(vty, record);
	else
		record_out(vty, record);
	json_decref(record);
	return CMD_SUCCESS;
}

static const struct alarm_info *info_named(const char *name)
{
	for (unsigned kind = 0; kind < ALARM_KINDS; kind++) {
		if (strcmp(alarm_info(kind)->name, name) == 0)
			return alarm_info(kind);
	}
	return NULL;
}

DEFUN(alarm_explain, alarm_explain_cmd, "alarm explain NAME",
      "What alarms mean\n"
      "What it means and what to do\n"
      "As in the column ALARM of `show alarms`, or `all`\n")
{
	const struct alarm_info *only = info_named(argv[0]);

	if (!only && strcmp(argv[0], "all") != 0)
		return config_reject(
			vty, "no alarm is called \"%s\"; `alarm explain all` names them", argv[0]);
	for (unsigned kind = 0; kind < ALARM_KINDS; kind++) {
		const struct alarm_info *info = alarm_info(kind);

		if (only && info != only)
			continue;
		vty_out(vty, "%s (%s, of a %s)%s", info->name, alarm_severity_name(info->severity),
			alarm_class_name(info->of), VTY_NEWLINE);
		vty_out(vty, "  %s%s  %s%s", info->meaning, VTY_NEWLINE, info->advice, VTY_NEWLINE);
	}
	return CMD_SUCCESS;
}

DEFUN(acknowledge_alarm, acknowledge_alarm_cmd, "acknowledge alarm <1-4294967295>",
      "Says that somebody has seen it\n" ALARM_STR "Its number, as in `show alarms`\n")
{
	if (alarm_acknowledge(strtoul(argv[0], NULL, 10)) < 0)
		return config_reject(vty, "no alarm %s stands; `show alarms` lists those that do",
				     argv[0]);
	return CMD_SUCCESS;
}

void show_alarms_install(void)
{
	cli_install(&show_alarms_cmd);
	cli_install(&show_alarms_of_cmd);
	cli_install(&show_alarm_cmd);
	cli_install(&alarm_explain_cmd);
	cli_install_action(&acknowledge_alarm_cmd);
}
