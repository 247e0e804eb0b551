/* The table of call records in a database: its columns, the SQL that makes it, and the steps between its versions, in
 * what SQLite and PostgreSQL have in common. Pure; used by the worker's thread and at the command line. */
#pragma once

#include <stddef.h>

enum {
	SCHEMA_VERSION = 2,
	SCHEMA_SQL_MAX = 8192,
	SCHEMA_COLUMNS_MAX = 48,
};
enum schema_dialect { SCHEMA_SQLITE, SCHEMA_POSTGRESQL };

enum schema_type { SCHEMA_TEXT, SCHEMA_INTEGER, SCHEMA_REAL };
struct schema_column {
	const char *name;
	enum schema_type type;
	int since;           /* schema version */
	const char *path[3]; /* in the record's JSON; NULL: ends there; none: the whole record */
};
size_t schema_columns(void);
const struct schema_column *schema_column(size_t i);

/* The tables of version 1, unless they are there; version 0 is none at all. */
const char *schema_tables(void);
/* Statements from one version to the next, or back; the version itself is written with them. */
void schema_up(enum schema_dialect dialect, int from, char out[SCHEMA_SQL_MAX]);
void schema_down(int from, char out[SCHEMA_SQL_MAX]);
/* For SQLite, with a parameter for each column; a record that is there already is left as it is. */
void schema_insert(char out[SCHEMA_SQL_MAX]);
/* For PostgreSQL, of many records and the place behind them: $1 an array in JSON of arrays of the columns' values as
 * text, $2 to $4 the spool, the first id, the octets. */
void schema_insert_all(char out[SCHEMA_SQL_MAX]);

#define SCHEMA_READ_VERSION "SELECT version FROM call_records_schema"

/* A record's line, taken apart. */
struct schema_row;
/* 0 with *out; -EBADMSG: it is no record; -ENOMEM. line need not end. */
int schema_row(const char *line, size_t len, struct schema_row **out);
void schema_row_free(struct schema_row *row);
/* As text, NULL: it has none such; valid as long as the row. */
const char *schema_value(const struct schema_row *row, size_t column);
