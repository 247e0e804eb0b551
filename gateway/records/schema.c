#include "records/schema.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

/* clang-format off */
static const struct schema_column columns[] = {
	{ "id", SCHEMA_TEXT, 1, { "id" } },
	{ "v", SCHEMA_INTEGER, 1, { "v" } },
	{ "call", SCHEMA_INTEGER, 1, { "call" } },
	{ "setup", SCHEMA_TEXT, 1, { "setup" } },
	{ "alert", SCHEMA_TEXT, 1, { "alert" } },
	{ "answer", SCHEMA_TEXT, 1, { "answer" } },
	{ "release", SCHEMA_TEXT, 1, { "release" } },
	{ "alert_after_ms", SCHEMA_INTEGER, 1, { "alert_after_ms" } },
	{ "answer_after_ms", SCHEMA_INTEGER, 1, { "answer_after_ms" } },
	{ "talk_ms", SCHEMA_INTEGER, 1, { "talk_ms" } },
	{ "total_ms", SCHEMA_INTEGER, 1, { "total_ms" } },
	{ "answer_method", SCHEMA_TEXT, 1, { "answer_method" } },
	{ "calling", SCHEMA_TEXT, 1, { "calling" } },
	{ "called", SCHEMA_TEXT, 1, { "called" } },
	{ "calling_out", SCHEMA_TEXT, 1, { "calling_out" } },
	{ "called_out", SCHEMA_TEXT, 1, { "called_out" } },
	{ "route", SCHEMA_TEXT, 1, { "route" } },
	{ "from_kind", SCHEMA_TEXT, 1, { "from", "kind" } },
	{ "from_name", SCHEMA_TEXT, 1, { "from", "name" } },
	{ "from_channel", SCHEMA_TEXT, 1, { "from", "channel" } },
	{ "to_kind", SCHEMA_TEXT, 1, { "to", "kind" } },
	{ "to_name", SCHEMA_TEXT, 1, { "to", "name" } },
	{ "to_channel", SCHEMA_TEXT, 1, { "to", "channel" } },
	{ "cause", SCHEMA_INTEGER, 1, { "cause" } },
	{ "location", SCHEMA_TEXT, 1, { "location" } },
	{ "released_by", SCHEMA_TEXT, 1, { "released_by" } },
	{ "why", SCHEMA_TEXT, 1, { "why" } },
	{ "ended", SCHEMA_TEXT, 1, { "end" } },
	{ "record", SCHEMA_TEXT, 1, { NULL } },
	{ "from_codec", SCHEMA_TEXT, 2, { "from", "media", "codec" } },
	{ "from_lost", SCHEMA_INTEGER, 2, { "from", "media", "lost" } },
	{ "from_mos", SCHEMA_REAL, 2, { "from", "media", "mos" } },
	{ "to_codec", SCHEMA_TEXT, 2, { "to", "media", "codec" } },
	{ "to_lost", SCHEMA_INTEGER, 2, { "to", "media", "lost" } },
	{ "to_mos", SCHEMA_REAL, 2, { "to", "media", "mos" } },
};
/* clang-format on */

enum { COLUMNS = sizeof(columns) / sizeof(columns[0]), VALUE_MAX = 32 };
_Static_assert(sizeof(columns) / sizeof(columns[0]) <= (size_t)SCHEMA_COLUMNS_MAX,
	       "room for the columns");

size_t schema_columns(void)
{
	return COLUMNS;
}

const struct schema_column *schema_column(size_t i)
{
	return &columns[i];
}

/* SQL */

static void add(char out[SCHEMA_SQL_MAX], const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static void add(char out[SCHEMA_SQL_MAX], const char *format, ...)
{
	const size_t len = strlen(out);
	va_list args;

	va_start(args, format);
	vsnprintf(out + len, SCHEMA_SQL_MAX - len, format, args);
	va_end(args);
}

static const char *type_name(enum schema_type type)
{
	return type == SCHEMA_TEXT      ? "TEXT"
	       : type == SCHEMA_INTEGER ? "BIGINT"
					: "DOUBLE PRECISION";
}

const char *schema_tables(void)
{
	return "CREATE TABLE IF NOT EXISTS call_records_schema (version INTEGER NOT NULL);"
	       "CREATE TABLE IF NOT EXISTS call_records_spool"
	       " (spool TEXT PRIMARY KEY, first TEXT NOT NULL, octets BIGINT NOT NULL);"
	       "CREATE TABLE IF NOT EXISTS call_records (id TEXT PRIMARY KEY);"
	       "INSERT INTO call_records_schema SELECT 0"
	       " WHERE NOT EXISTS (SELECT 1 FROM call_records_schema);";
}

static void add_version(char out[SCHEMA_SQL_MAX], int version)
{
	add(out, "UPDATE call_records_schema SET version=%d;", version);
}

/* Rows that are there already get their value from the whole record. */
static void add_fill(enum schema_dialect dialect, const struct schema_column *column,
		     char out[SCHEMA_SQL_MAX])
{
	const char *const *path = column->path;

	add(out, "UPDATE call_records SET %s=", column->name);
	if (dialect == SCHEMA_SQLITE)
		add(out, "json_extract(record,'$.%s%s%s%s%s');", path[0], path[1] ? "." : "",
		    path[1] ? path[1] : "", path[2] ? "." : "", path[2] ? path[2] : "");
	else
		add(out, "(record::json #>> '{%s%s%s%s%s}')::%s;", path[0], path[1] ? "," : "",
		    path[1] ? path[1] : "", path[2] ? "," : "", path[2] ? path[2] : "",
		    type_name(column->type));
}

void schema_up(enum schema_dialect dialect, int from, char out[SCHEMA_SQL_MAX])
{
	out[0] = '\0';
	for (size_t i = 1; i < COLUMNS; i++) { /* id is there from the beginning */
		if (columns[i].since != from + 1)
			continue;
		add(out, "ALTER TABLE call_records ADD COLUMN %s %s;", columns[i].name,
		    type_name(columns[i].type));
		if (from > 0)
			add_fill(dialect, &columns[i], out);
	}
	if (from == 0)
		add(out, "CREATE INDEX call_records_setup ON call_records (setup);"
			 "CREATE INDEX call_records_calling ON call_records (calling);"
			 "CREATE INDEX call_records_called ON call_records (called);"
			 "CREATE INDEX call_records_calling_out ON call_records (calling_out);"
			 "CREATE INDEX call_records_called_out ON call_records (called_out);"
			 "CREATE INDEX call_records_call ON call_records (call);"
			 "CREATE INDEX call_records_cause ON call_records (cause, setup);");
	add_version(out, from + 1);
}

void schema_down(int from, char out[SCHEMA_SQL_MAX])
{
	out[0] = '\0';
	for (size_t i = 0; i < COLUMNS; i++) {
		if (columns[i].since == from)
			add(out, "ALTER TABLE call_records DROP COLUMN %s;", columns[i].name);
	}
	add_version(out, from - 1);
}

static void add_names(char out[SCHEMA_SQL_MAX])
{
	add(out, "INSERT INTO call_records (");
	for (size_t i = 0; i < COLUMNS; i++)
		add(out, "%s%s", i ? "," : "", columns[i].name);
	add(out, ")");
}

void schema_insert(char out[SCHEMA_SQL_MAX])
{
	out[0] = '\0';
	add_names(out);
	add(out, " VALUES (");
	for (size_t i = 0; i < COLUMNS; i++)
		add(out, "%s?%zu", i ? "," : "", i + 1);
	add(out, ") ON CONFLICT DO NOTHING");
}

void schema_insert_all(char out[SCHEMA_SQL_MAX])
{
	out[0] = '\0';
	add(out,
	    "WITH moved AS (INSERT INTO call_records_spool VALUES ($2,$3,$4::bigint)"
	    " ON CONFLICT (spool) DO UPDATE SET first=excluded.first, octets=excluded.octets) ");
	add_names(out);
	add(out, " SELECT ");
	for (size_t i = 0; i < COLUMNS; i++)
		add(out, "%s(r->>%zu)::%s", i ? "," : "", i, type_name(columns[i].type));
	add(out, " FROM json_array_elements($1::json) r ON CONFLICT DO NOTHING");
}

/* Rows */

struct schema_row {
	json_t *tree;
	char *line;
	const char *values[COLUMNS];
	char numbers[COLUMNS][VALUE_MAX];
};

static const char *value_of(struct schema_row *row, size_t column)
{
	const json_t *at = row->tree;

	if (!columns[column].path[0])
		return row->line;
	for (size_t i = 0; i < 3 && columns[column].path[i]; i++)
		at = json_object_get(at, columns[column].path[i]);
	if (json_is_string(at))
		return columns[column].type == SCHEMA_TEXT ? json_string_value(at) : NULL;
	if (columns[column].type == SCHEMA_TEXT || !json_is_number(at))
		return NULL;
	if (json_is_integer(at))
		snprintf(row->numbers[column], VALUE_MAX, "%lld",
			 (long long)json_integer_value(at));
	else if (columns[column].type == SCHEMA_REAL)
		snprintf(row->numbers[column], VALUE_MAX, "%.3f", json_real_value(at));
	else
		return NULL;
	return row->numbers[column];
}

int schema_row(const char *line, size_t len, struct schema_row **out)
{
	struct schema_row *row = calloc(1, sizeof(*row));
	int rc;

	if (!row)
		return -ENOMEM;
	errno = 0; /* where there is no memory, jansson may call the line invalid, but malloc sets it */
	row->tree = json_loadb(line, len, 0, NULL);
	row->line = row->tree ? strndup(line, len) : NULL;
	rc = row->line ? 0 : errno == ENOMEM ? -ENOMEM : -EBADMSG;
	for (size_t i = 0; rc == 0 && i < COLUMNS; i++)
		row->values[i] = value_of(row, i);
	if (rc == 0 && !row->values[0]) /* the id */
		rc = -EBADMSG;
	if (rc < 0)
		schema_row_free(row);
	else
		*out = row;
	return rc;
}

void schema_row_free(struct schema_row *row)
{
	if (!row)
		return;
	json_decref(row->tree);
	free(row->line);
	free(row);
}

const char *schema_value(const struct schema_row *row, size_t column)
{
	return row->values[column];
}
