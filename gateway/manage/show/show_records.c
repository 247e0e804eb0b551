/* `show records`: how the writing of call records goes, and those that the store in SQLite has. */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include <osmocom/core/talloc.h>
#include <osmocom/core/utils.h>
#include <osmocom/vty/command.h>
#include <osmocom/vty/vty.h>

#include "call/call.h"
#include "manage/cli/cli.h"
#include "manage/cli/later.h"
#include "manage/manage.h"
#include "manage/cli/table.h"
#include "records/journal.h"
#include "records/query.h"
#include "records/records.h"
#include "records/worker.h"

#define RECORDS_STR "Call records: how their writing goes, and the latest of those in SQLite\n"
#define JSON_STR "As JSON, for programs\n"

enum { FOUND_MAX = 100, PATIENCE_MS = 5000 /* of somebody at a terminal */ };

/* How it goes */

static json_t *store_row(const struct store_status *store)
{
	return json_pack("{s:s, s:b, s:s*, s:I, s:I, s:I}", "store", store->name, "works",
			 store->works, "error", store->works ? NULL : store->error, "taken",
			 (json_int_t)store->taken, "skipped", (json_int_t)store->skipped,
			 "behind_octets", (json_int_t)store->behind);
}

static json_t *gather(const struct journal_status *journal)
{
	struct worker_status stores = { .n_stores = 0 };
	json_t *rows = json_array();

	records_status(cli_gateway()->records, &stores);
	for (size_t i = 0; i < stores.n_stores; i++)
		json_array_append_new(rows, store_row(&stores.stores[i]));
	return json_pack("{s:s, s:I, s:I, s:I, s:I, s:o}", "file", journal->path, "written",
			 (json_int_t)journal->written, "interrupted",
			 (json_int_t)journal->interrupted, "waiting", (json_int_t)journal->waiting,
			 "lost", (json_int_t)journal->lost, "stores", rows);
}

DEFUN(show_records, show_records_cmd, "show records [json]", SHOW_STR RECORDS_STR JSON_STR)
{
	struct journal_status status;
	json_t *record;

	if (!cli_gateway())
		return CMD_WARNING;
	if (!call_records_status(cli_gateway()->hub, &status)) {
		vty_out(vty, "%s%s",
			argc > 0 ? "null"
				 : "No records are kept; `records` / `file` "
				   "in the configuration names a file.",
			VTY_NEWLINE);
		return CMD_SUCCESS;
	}
	record = gather(&status);
	if (argc > 0)
		json_out(vty, record);
	else
		record_out(vty, record);
	json_decref(record);
	return CMD_SUCCESS;
}

/* Those in SQLite */

static bool on_record(void *data, const char *record)
{
	json_array_append_new(data, json_loads(record, 0, NULL));
	return true;
}

static json_t *side_text(const json_t *record, const char *side)
{
	const json_t *leg = json_object_get(record, side);
	const char *kind = json_string_value(json_object_get(leg, "kind"));
	const char *name = json_string_value(json_object_get(leg, "name"));

	return kind && name ? json_sprintf("%s %s", kind, name) : json_null();
}

static json_t *seconds(const json_t *record, const char *key)
{
	const json_t *ms = json_object_get(record, key);

	return json_is_integer(ms) ? json_sprintf("%.1f", (double)json_integer_value(ms) / 1000)
				   : json_null();
}

static json_t *picture(const json_t *record)
{
	return json_pack("{s:O?, s:O?, s:o, s:O?, s:o, s:O?, s:o, s:O?, s:O?}", "id",
			 json_object_get(record, "id"), "setup", json_object_get(record, "setup"),
			 "from", side_text(record, "from"), "calling",
			 json_object_get(record, "calling"), "to", side_text(record, "to"),
			 "called", json_object_get(record, "called"), "talk_s",
			 seconds(record, "talk_ms"), "cause", json_object_get(record, "cause"),
			 "end", json_object_get(record, "end"));
}

struct search {
	char path[STORE_AT_MAX];
	struct records_query query;
	bool as_json;
	int rc;
	char *text; /* of what was found; NULL: there was no memory for it */
	char error[STORE_ERROR_MAX];
};

static char *text_of(const json_t *found, bool as_json)
{
	static const struct table_column columns[] = {
		{ "id", "id" },         { "setup", "set up (UTC)" },
		{ "from", "from" },     { "calling", "calling" },
		{ "to", "to" },         { "called", "called" },
		{ "talk_s", "talk s" }, { "cause", "cause" },
		{ "end", "end" },
	};
	json_t *rows;
	char *text;

	if (as_json)
		return rows_text(found);
	rows = json_array();
	for (size_t i = 0; i < json_array_size(found); i++)
		json_array_append_new(rows, picture(json_array_get(found, i)));
	text = table_text(rows, columns, ARRAY_SIZE(columns), "No such records.");
	json_decref(rows);
	return text;
}

static void search(void *data)
{
	struct search *search = data;
	json_t *found = json_array();

	search->rc = records_ask(search->path, &search->query, on_record, found, search->error);
	if (search->rc == 0)
		search->text = text_of(found, search->as_json);
	json_decref(found);
}

static void tell(void *data, struct vty *vty)
{
	const struct search *search = data;

	if (search->rc < 0)
		vty_out(vty, "%% %s: %s%s", search->path, search->error, VTY_NEWLINE);
	else if (!search->text)
		vty_out(vty, "%% there is no memory for it; ask for less%s", VTY_NEWLINE);
	else
		text_out(vty, search->text);
}

static void free_search(void *data)
{
	struct search *search = data;

	free(search->text);
	talloc_free(search);
}

static int find(struct vty *vty, const struct records_query *query, bool as_json)
{
	static const struct later later = { search, tell, free_search };
	const char *path = cli_gateway() ? records_sqlite(cli_gateway()->records) : "";
	struct search *search;

	if (!*path) {
		vty_out(vty,
			"%% No records are stored in SQLite; `records` / `store sqlite` in the "
			"configuration names a file.%s",
			VTY_NEWLINE);
		return CMD_WARNING;
	}
	search = talloc_zero(NULL, struct search);
	if (!search)
		return CMD_WARNING;
	OSMO_STRLCPY_ARRAY(search->path, path);
	search->query = *query;
	if (query->text)
		search->query.text = talloc_strdup(search, query->text);
	search->query.patience_ms = PATIENCE_MS;
	if (!query->limit)
		search->query.limit = FOUND_MAX;
	search->as_json = as_json;
	return later_ask(vty, &later, search);
}

DEFUN(show_records_last, show_records_last_cmd, "show records last <1-1000> [json]",
      SHOW_STR RECORDS_STR "The latest\nHow many\n" JSON_STR)
{
	const struct records_query query = { .by = QUERY_ALL, .limit = (unsigned)atoi(argv[0]) };

	return find(vty, &query, argc > 1);
}

DEFUN(show_records_number, show_records_number_cmd, "show records number NUMBER [json]",
      SHOW_STR RECORDS_STR
      "Of calls from or to a number, as it came or was sent on\nThe number\n" JSON_STR)
{
	const struct records_query query = { .by = QUERY_NUMBER, .text = argv[0] };

	return find(vty, &query, argc > 1);
}

DEFUN(show_records_call, show_records_call_cmd, "show records call ID [json]",
      SHOW_STR RECORDS_STR "Of one call\nIts number in the log, or a record's id\n" JSON_STR)
{
	char *end;
	struct records_query query = { .by = QUERY_CALL, .text = argv[0] };

	query.value = (unsigned)strtoul(argv[0], &end, 10);
	if (*end)
		query.by = QUERY_ID;
	return find(vty, &query, argc > 1);
}

DEFUN(show_records_cause, show_records_cause_cmd, "show records cause <1-127> [json]",
      SHOW_STR RECORDS_STR "Of calls that ended with a cause (Q.850)\nThe cause\n" JSON_STR)
{
	const struct records_query query = { .by = QUERY_CAUSE, .value = (unsigned)atoi(argv[0]) };

	return find(vty, &query, argc > 1);
}

void show_records_install(void)
{
	cli_install(&show_records_cmd);
	cli_install(&show_records_last_cmd);
	cli_install(&show_records_number_cmd);
	cli_install(&show_records_call_cmd);
	cli_install(&show_records_cause_cmd);
}
