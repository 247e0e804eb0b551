/* `show traffic`: what trunks and peers carried, by minutes, quarters of an hour and days (ITU-T E.411, E.425, E.500). */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <jansson.h>

#include <osmocom/core/utils.h>
#include <osmocom/vty/command.h>
#include <osmocom/vty/vty.h>

#include "base/config_vty.h"
#include "call/quality.h"
#include "manage/cli/cli.h"
#include "manage/cli/table.h"
#include "manage/manage.h"
#include "manage/show/views.h"

enum { SHOWN = 24 }; /* intervals, to people */

/* Q.850 2.2.5: what the class of a cause says. Both first ones are normal events. */
/* clang-format off */
static const char *const class_names[TRAFFIC_CLASSES] = {
	"normal",
	"normal",
	"no_resource",
	"not_available",
	"not_offered",
	"invalid_message",
	"protocol_error",
	"interworking",
};
/* clang-format on */

static json_t *causes(const struct traffic_figures *figures)
{
	json_t *object = json_object();

	for (unsigned i = 1; i < TRAFFIC_CLASSES; i++) {
		const uint32_t n = figures->classes[i] + (i == 1 ? figures->classes[0] : 0);

		if (n)
			json_object_set_new(object, class_names[i], json_integer(n));
	}
	return object;
}

static json_t *time_text(int64_t from_s)
{
	const time_t when = (time_t)from_s;
	char text[32];
	struct tm tm;

	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&when, &tm));
	return json_string(text);
}

static json_t *row(const struct traffic_figures *f)
{
	return json_pack(
		"{s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:I, s:I, "
		"s:I, s:o, s:o}",
		"from", time_text(f->from_s), "seconds", (json_int_t)f->seconds, "offered_in",
		(json_int_t)f->offered_in, "offered_out", (json_int_t)f->offered_out, "overflow",
		(json_int_t)f->overflow, "ended", (json_int_t)f->ended, "answered",
		(json_int_t)f->answered, "asr_percent", view_share(f->answered, f->ended, 100),
		"ner_percent", view_share(f->effective, f->ended, 100), "acd_s",
		view_share(f->talk_ms, f->answered, 1e-3), "pdd_s",
		view_share(f->delay_ms, f->delays, 1e-3), "erlangs",
		view_share(f->in_use_s, f->seconds, 1), "peak", (json_int_t)f->peak, "full_s",
		(json_int_t)f->full_s, "down_s", (json_int_t)f->down_s, "lost_percent",
		view_share(f->lost, f->packets + f->lost, 100), "causes", causes(f));
}

static bool add_row(void *rows, const struct traffic_figures *figures)
{
	json_array_append_new(rows, row(figures));
	return true;
}

json_t *view_traffic_of(struct gateway *gateway, enum target_kind kind, const char *name,
			enum traffic_period period)
{
	const struct traffic *traffic = quality_traffic(gateway->hub, kind, name);
	json_t *rows;

	if (!traffic)
		return NULL;
	rows = json_array();
	traffic_each(traffic, period, add_row, rows);
	return rows;
}

static bool add_place(void *data, enum target_kind kind, const char *name,
		      const struct traffic *traffic)
{
	struct traffic_figures hour;
	json_t *object;

	if (!traffic_hour(traffic, &hour))
		return true;
	object = json_pack("{s:s, s:s}", "kind", target_kind_name(kind), "name", name);
	json_object_update_new(object, row(&hour));
	json_array_append_new(data, object);
	return true;
}

json_t *view_traffic(struct gateway *gateway)
{
	json_t *rows = json_array();

	quality_each_traffic(gateway->hub, add_place, rows);
	return rows;
}

static const struct table_column columns[] = {
	{ "kind", "OF" },           { "name", "NAME" },       { "from", "FROM" },
	{ "offered_in", "IN" },     { "offered_out", "OUT" }, { "overflow", "OVFL" },
	{ "ended", "ENDED" },       { "answered", "ANSW" },   { "asr_percent", "ASR %" },
	{ "ner_percent", "NER %" }, { "acd_s", "ACD S" },     { "pdd_s", "PDD S" },
	{ "erlangs", "ERL" },       { "peak", "PEAK" },       { "full_s", "FULL S" },
	{ "down_s", "DOWN S" },
};
enum { OF_ALL = 2 /* columns that rows of one have not */ };

DEFUN(show_traffic, show_traffic_cmd, "show traffic [json]",
      SHOW_STR "What trunks and peers carried in the last hour\n"
	       "As JSON, for programs, with causes by class\n")
{
	json_t *rows;

	if (!cli_gateway())
		return CMD_WARNING;
	rows = view_traffic(cli_gateway());
	if (argc > 0)
		json_out(vty, rows);
	else
		table_out(vty, rows, columns, ARRAY_SIZE(columns), "No trunks or peers.");
	json_decref(rows);
	return CMD_SUCCESS;
}

static void shorten(json_t *rows)
{
	while (json_array_size(rows) > SHOWN)
		json_array_remove(rows, json_array_size(rows) - 1);
}

static enum traffic_period period_of(const char *word)
{
	return *word == 'm' ? TRAFFIC_MINUTES : *word == 'q' ? TRAFFIC_QUARTERS : TRAFFIC_DAYS;
}

static int show_one(struct vty *vty, const char *kind, const char *name, enum traffic_period period,
		    bool as_json)
{
	json_t *rows;

	if (!cli_gateway())
		return CMD_WARNING;
	rows = view_traffic_of(cli_gateway(), *kind == 't' ? TARGET_TRUNK : TARGET_PEER, name,
			       period);
	if (!rows)
		return config_reject(vty, "there is no %s %s; `show traffic` lists them", kind,
				     name);
	if (as_json) {
		json_out(vty, rows);
	} else {
		shorten(rows);
		table_out(vty, rows, columns + OF_ALL, ARRAY_SIZE(columns) - OF_ALL,
			  "Nothing yet.");
	}
	json_decref(rows);
	return CMD_SUCCESS;
}

#define OF_STR                                                                                     \
	SHOW_STR "What trunks and peers carried in the last hour\n"                                \
		 "One trunk\nOne peer\nIts name\n"
#define JSON_STR "As JSON, for programs, with all that is kept\n"

DEFUN(show_traffic_of, show_traffic_of_cmd, "show traffic (trunk|peer) NAME [json]",
      OF_STR JSON_STR)
{
	return show_one(vty, argv[0], argv[1], TRAFFIC_QUARTERS, argc > 2);
}

DEFUN(show_traffic_by, show_traffic_by_cmd,
      "show traffic (trunk|peer) NAME (minutes|quarters|days) [json]",
      OF_STR "The last three hours\nThe last day, by quarters of an hour\n"
	     "The last month\n" JSON_STR)
{
	return show_one(vty, argv[0], argv[1], period_of(argv[2]), argc > 3);
}

void show_traffic_install(void)
{
	cli_install(&show_traffic_cmd);
	cli_install(&show_traffic_of_cmd);
	cli_install(&show_traffic_by_cmd);
}
