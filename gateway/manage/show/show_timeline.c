/* `show call N timeline` and `show calls recent`: what happened to a call, and the calls that have ended. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <jansson.h>

#include <osmocom/vty/command.h>
#include <osmocom/vty/vty.h>

#include "base/config_vty.h"
#include "call/call.h"
#include "call/cause.h"
#include "call/timeline.h"
#include "manage/cli/cli.h"
#include "manage/manage.h"
#include "manage/cli/table.h"
#include "manage/show/views.h"

#define JSON_STR "As JSON, for programs\n"

/* RFC 3339, UTC. */
static json_t *wall_text(int64_t wall_us)
{
	const time_t when = wall_us / 1000000;
	char second[32];
	struct tm tm;

	strftime(second, sizeof(second), "%Y-%m-%dT%H:%M:%S", gmtime_r(&when, &tm));
	return json_sprintf("%s.%06dZ", second, (int)(wall_us % 1000000));
}

struct gathering {
	json_t *entries;
	const struct timelines *timelines;
	uint64_t first_us;
};

static const char *kept(const struct gathering *into, const struct timeline_entry *entry)
{
	struct message message;

	if (!entry->message)
		return "none";
	return timelines_message(into->timelines, entry->message, &message) ? "kept" : "gone";
}

static bool add_entry(void *data, const struct timeline_entry *entry)
{
	static const char *const kinds[] = { "sip", "isdn", "call", "media" };
	static const char *const ways[] = { "", "in", "out" };
	struct gathering *into = data;

	if (!into->first_us)
		into->first_us = entry->us;
	json_array_append_new(into->entries,
			      json_pack("{s:o, s:f, s:s, s:s, s:s, s:o, s:s}", "at",
					wall_text(entry->wall_us), "after_ms",
					(double)(int64_t)(entry->us - into->first_us) / 1000.0,
					"party", entry->party, "way", ways[entry->way], "kind",
					kinds[entry->kind], "text", wire_text(entry->text),
					"octets", kept(into, entry)));
	return true;
}

json_t *view_timeline(struct gateway *gateway, uint32_t call)
{
	struct gathering into = {
		.entries = json_array(),
		.timelines = call_timelines(gateway->hub),
	};
	unsigned left_out = 0;

	if (!timeline_each(into.timelines, call, add_entry, &into, &left_out)) {
		json_decref(into.entries);
		return NULL;
	}
	return json_pack("{s:I, s:i, s:o}", "call", (json_int_t)call, "left_out", (int)left_out,
			 "entries", into.entries);
}

/* One line an entry, like those of a chart of messages: the gateway is in the middle. */
static void write_entry(struct vty *vty, const json_t *entry)
{
	const char *way = json_string_value(json_object_get(entry, "way"));
	const char *party = json_string_value(json_object_get(entry, "party"));

	vty_out(vty, "%10.3f  %-22s %s  %-5s  %s%s",
		json_real_value(json_object_get(entry, "after_ms")) / 1000.0,
		*party ? party : "gateway",
		*way == 'i'   ? "->"
		: *way == 'o' ? "<-"
			      : "  ",
		json_string_value(json_object_get(entry, "kind")),
		json_string_value(json_object_get(entry, "text")), VTY_NEWLINE);
}

static void write_timeline(struct vty *vty, const json_t *timeline)
{
	const json_t *entries = json_object_get(timeline, "entries");
	int left_out = (int)json_integer_value(json_object_get(timeline, "left_out"));

	vty_out(vty, "     AFTER  %-22s     KIND   WHAT%s", "PARTY", VTY_NEWLINE);
	for (size_t i = 0; i < json_array_size(entries); i++)
		write_entry(vty, json_array_get(entries, i));
	if (left_out)
		vty_out(vty, "%d entries of its middle had no room.%s", left_out, VTY_NEWLINE);
}

DEFUN(show_timeline, show_timeline_cmd, "show call <1-4294967295> timeline [json]",
      SHOW_STR "One call and the sound on its terminations\n"
	       "Its number, as in `show calls` or `show calls recent`\n"
	       "What happened: messages of both legs, and what the gateway did\n" JSON_STR)
{
	json_t *timeline;

	if (!cli_gateway())
		return CMD_WARNING;
	timeline = view_timeline(cli_gateway(), strtoul(argv[0], NULL, 10));
	if (!timeline)
		return config_reject(vty,
				     "there is no call %s, nor is it among the last ones; `show "
				     "calls` and `show calls recent` list them",
				     argv[0]);
	if (argc > 1)
		json_out(vty, timeline);
	else
		write_timeline(vty, timeline);
	json_decref(timeline);
	return CMD_SUCCESS;
}

/* Calls that have ended */

static json_t *party_text(const struct call_status *call, int i)
{
	const char *channel = call->leg[i].channel;

	if (!*call->leg[i].via)
		return json_null();
	return json_sprintf("%s %s%s%s", target_kind_name(call->leg[i].kind), call->leg[i].via,
			    *channel ? " " : "", channel);
}

static json_t *ended_row(const struct call_status *call)
{
	return json_pack(
		"{s:I, s:o, s:o, s:o, s:o, s:o, s:s, s:o, s:o}", "id", (json_int_t)call->id,
		"began", wall_text(call->setup_wall_ms * 1000), "calling", wire_text(call->calling),
		"called", wire_text(call->called), "from", party_text(call, 0), "to",
		party_text(call, 1), "route", call->route, "talk_s",
		call->answer_us ? json_integer((call->ended_us - call->answer_us) / 1000000)
				: json_null(),
		"cause", json_sprintf("%u %s", call->cause, cause_name(call->cause)));
}

struct ended_list {
	json_t *rows;
	size_t max;
};

static bool add_ended(void *data, const struct call_status *call)
{
	struct ended_list *list = data;

	json_array_append_new(list->rows, ended_row(call));
	return json_array_size(list->rows) < list->max;
}

static const struct table_column ended_columns[] = {
	{ "id", "CALL" },   { "began", "BEGAN" }, { "calling", "CALLING" }, { "called", "CALLED" },
	{ "from", "FROM" }, { "to", "TO" },       { "talk_s", "TALK (S)" }, { "cause", "CAUSE" },
};

json_t *view_calls_recent(struct gateway *gateway, size_t max)
{
	struct ended_list list = { json_array(), max };

	timelines_each_ended(call_timelines(gateway->hub), add_ended, &list);
	return list.rows;
}

json_t *view_call_recent(struct gateway *gateway, uint32_t id)
{
	const struct call_status *last = timeline_last(call_timelines(gateway->hub), id);

	return last ? ended_row(last) : NULL;
}

DEFUN(show_recent, show_recent_cmd, "show calls recent [json]",
      SHOW_STR "Calls in progress\nCalls that have ended, the last first\n" JSON_STR)
{
	json_t *rows;

	if (!cli_gateway())
		return CMD_WARNING;
	rows = view_calls_recent(cli_gateway(), SIZE_MAX);
	if (argc > 0)
		json_out(vty, rows);
	else
		table_out(vty, rows, ended_columns, ARRAY_SIZE(ended_columns),
			  "No call has ended.");
	json_decref(rows);
	return CMD_SUCCESS;
}

void show_timeline_install(void)
{
	cli_install(&show_timeline_cmd);
	cli_install(&show_recent_cmd);
}
