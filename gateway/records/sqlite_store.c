/* Call records in a file of SQLite. */
#include "records/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sqlite3.h>

#include "records/schema.h"

enum { BUSY_MS = 2000, PRUNE_ROWS = 1000 };

struct sqlite_store {
	struct store store; /* first */
	char path[STORE_AT_MAX];
	sqlite3 *db; /* NULL: closed */
	sqlite3_stmt *insert, *move, *forget;
};

static int fail(struct sqlite_store *s)
{
	snprintf(s->store.error, sizeof(s->store.error), "%s",
		 s->db ? sqlite3_errmsg(s->db) : "out of memory");
	return -EIO;
}

static int run(struct sqlite_store *s, const char *sql)
{
	return sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : fail(s);
}

static int on_number(void *data, int n, char **values, char **names)
{
	(void)names;
	*(long long *)data = n && values[0] ? atoll(values[0]) : 0;
	return 0;
}

static int ask(struct sqlite_store *s, const char *sql, long long *out)
{
	return sqlite3_exec(s->db, sql, on_number, out, NULL) == SQLITE_OK ? 0 : fail(s);
}

/* In one transaction, or not at all. */
static int run_whole(struct sqlite_store *s, const char *sql)
{
	int rc = run(s, "BEGIN IMMEDIATE");

	if (rc == 0)
		rc = run(s, sql);
	if (rc == 0)
		rc = run(s, "COMMIT");
	if (rc < 0)
		sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	return rc;
}

/* The schema */

static int step_up(struct sqlite_store *s, long long version)
{
	char sql[SCHEMA_SQL_MAX];

	schema_up(SCHEMA_SQLITE, (int)version, sql);
	return run_whole(s, sql);
}

static int bring_up(struct sqlite_store *s)
{
	long long version = 0;
	int rc = run_whole(s, schema_tables());

	if (rc == 0)
		rc = ask(s, SCHEMA_READ_VERSION, &version);
	for (; rc == 0 && version < SCHEMA_VERSION; version++)
		rc = step_up(s, version);
	if (rc == 0 && version > SCHEMA_VERSION) {
		snprintf(s->store.error, sizeof(s->store.error),
			 "its schema is %lld, ours %d: take it back with the newer program",
			 version, SCHEMA_VERSION);
		rc = -EPROTO;
	}
	return rc;
}

static int prepare(struct sqlite_store *s)
{
	static const char move[] = "INSERT INTO call_records_spool VALUES (?1,?2,?3)"
				   " ON CONFLICT (spool) DO UPDATE SET first=?2, octets=?3";
	static const char forget[] = "DELETE FROM call_records WHERE id IN"
				     " (SELECT id FROM call_records WHERE setup < ?1"
				     " ORDER BY setup LIMIT ?2)";
	char insert[SCHEMA_SQL_MAX];

	schema_insert(insert);
	return sqlite3_prepare_v2(s->db, insert, -1, &s->insert, NULL) == SQLITE_OK &&
			       sqlite3_prepare_v2(s->db, move, -1, &s->move, NULL) == SQLITE_OK &&
			       sqlite3_prepare_v2(s->db, forget, -1, &s->forget, NULL) == SQLITE_OK
		       ? 0
		       : fail(s);
}

static int find_place(struct sqlite_store *s, struct spool_place *place)
{
	sqlite3_stmt *stmt = NULL;
	int rc;

	*place = (struct spool_place){ .offset = 0 };
	if (sqlite3_prepare_v2(s->db, "SELECT first, octets FROM call_records_spool WHERE spool=?",
			       -1, &stmt, NULL) != SQLITE_OK)
		return fail(s);
	sqlite3_bind_text(stmt, 1, s->store.spool, -1, SQLITE_STATIC);
	rc = sqlite3_step(stmt);
	if (rc == SQLITE_ROW) {
		snprintf(place->first, sizeof(place->first), "%s",
			 (const char *)sqlite3_column_text(stmt, 0));
		place->offset = sqlite3_column_int64(stmt, 1);
	}
	sqlite3_finalize(stmt);
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? 0 : fail(s);
}

static void close_store(struct store *store)
{
	struct sqlite_store *s = (struct sqlite_store *)store;

	sqlite3_finalize(s->insert);
	sqlite3_finalize(s->move);
	sqlite3_finalize(s->forget);
	sqlite3_close(s->db);
	s->insert = s->move = s->forget = NULL;
	s->db = NULL;
}

/* Who called whom is nobody else's business: SQLite's own files are for all to read. The files that it makes beside
 * this one get the same rights. */
static int make_file(struct sqlite_store *s)
{
	int fd = open(s->path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);

	if (fd < 0) {
		snprintf(s->store.error, sizeof(s->store.error), "%s", strerror(errno));
		return -errno;
	}
	close(fd);
	return 0;
}

static int open_file(struct sqlite_store *s)
{
	if (make_file(s) < 0)
		return -EIO;
	if (sqlite3_open_v2(s->path, &s->db,
			    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
			    NULL) != SQLITE_OK)
		return fail(s);
	sqlite3_busy_timeout(s->db, BUSY_MS);
	return run(s, "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
		      "PRAGMA journal_size_limit=16777216; PRAGMA cache_size=-512;");
}

static int open_store(struct store *store, struct spool_place *place)
{
	struct sqlite_store *s = (struct sqlite_store *)store;
	int rc = open_file(s);

	if (rc == 0)
		rc = bring_up(s);
	if (rc == 0)
		rc = prepare(s);
	if (rc == 0)
		rc = find_place(s, place);
	if (rc < 0)
		close_store(store);
	return rc;
}

/* Records */

static int finish(struct sqlite_store *s, sqlite3_stmt *stmt)
{
	int rc = sqlite3_step(stmt) == SQLITE_DONE ? 0 : fail(s);

	sqlite3_reset(stmt);
	sqlite3_clear_bindings(stmt);
	return rc;
}

/* A column's type makes a number of the text (SQLite 3.1). */
static int insert(struct sqlite_store *s, const struct schema_row *row)
{
	for (size_t i = 0; i < schema_columns(); i++)
		sqlite3_bind_text(s->insert, (int)i + 1, schema_value(row, i), -1, SQLITE_STATIC);
	return finish(s, s->insert);
}

static int put_all(struct sqlite_store *s, struct schema_row *const *rows, size_t n,
		   const struct spool_place *after)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = insert(s, rows[i]);
	if (rc < 0)
		return rc;
	sqlite3_bind_text(s->move, 1, s->store.spool, -1, SQLITE_STATIC);
	sqlite3_bind_text(s->move, 2, after->first, -1, SQLITE_STATIC);
	sqlite3_bind_int64(s->move, 3, after->offset);
	return finish(s, s->move);
}

static int put(struct store *store, struct schema_row *const *rows, size_t n,
	       const struct spool_place *after)
{
	struct sqlite_store *s = (struct sqlite_store *)store;
	int rc = run(s, "BEGIN IMMEDIATE");

	if (rc == 0)
		rc = put_all(s, rows, n, after);
	if (rc == 0)
		rc = run(s, "COMMIT");
	if (rc < 0)
		sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	return rc;
}

/* Retention: rows that are too old, or the oldest while the pages in use are too many; SQLite uses the pages that
 * this frees again. */
static int prune(struct store *store, const struct store_limits *limits)
{
	struct sqlite_store *s = (struct sqlite_store *)store;
	time_t until = time(NULL) - limits->max_age_s;
	long long pages = 0, unused = 0, size = 0;
	char before[32] = "9999"; /* the year */
	struct tm tm;
	int rc = ask(s, "PRAGMA page_count", &pages);

	if (rc == 0)
		rc = ask(s, "PRAGMA freelist_count", &unused);
	if (rc == 0)
		rc = ask(s, "PRAGMA page_size", &size);
	if (rc < 0)
		return rc;
	if ((uint64_t)((pages - unused) * size) <= limits->max_octets)
		strftime(before, sizeof(before), "%Y-%m-%dT%H:%M:%S", gmtime_r(&until, &tm));
	sqlite3_bind_text(s->forget, 1, before, -1, SQLITE_STATIC);
	sqlite3_bind_int(s->forget, 2, PRUNE_ROWS);
	rc = finish(s, s->forget);
	return rc < 0 ? rc : sqlite3_changes(s->db) > 0;
}

static const struct store_ops ops = {
	.name = "sqlite",
	.open = open_store,
	.put = put,
	.prune = prune,
	.close = close_store,
};

struct store *sqlite_store_new(const char *path)
{
	struct sqlite_store *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->store.ops = &ops;
	snprintf(s->path, sizeof(s->path), "%s", path);
	return &s->store;
}

/* Back */

static int step_down(struct sqlite_store *s, int *to)
{
	long long version = 0;
	char sql[SCHEMA_SQL_MAX];
	int rc = ask(s, SCHEMA_READ_VERSION, &version);

	if (rc < 0)
		return rc;
	if (version < 2 || version > SCHEMA_VERSION) {
		snprintf(s->store.error, sizeof(s->store.error),
			 "from schema %lld this program knows no way back", version);
		return -EPROTO;
	}
	schema_down((int)version, sql);
	*to = (int)version - 1;
	return run_whole(s, sql);
}

int sqlite_store_downgrade(const char *path, int *to, char error[STORE_ERROR_MAX])
{
	struct sqlite_store s = { 0 };
	int rc;

	if (sqlite3_open_v2(path, &s.db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) !=
	    SQLITE_OK) {
		rc = fail(&s);
	} else {
		sqlite3_busy_timeout(s.db, BUSY_MS);
		rc = step_down(&s, to);
	}
	snprintf(error, STORE_ERROR_MAX, "%s", s.store.error);
	sqlite3_close(s.db);
	return rc;
}
