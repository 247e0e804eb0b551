#include "records/query.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <sqlite3.h>

enum { STEPS = 1000 /* of SQLite's machine between two looks at the clock */, SQL_MAX = 512 };
enum { BUSY_MS = 20 /* for who has the file alone, which is rare in WAL */ };

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int on_steps(void *data)
{
	return now_ms() > *(const int64_t *)data;
}

static const char *condition(enum query_by by)
{
	switch (by) {
	case QUERY_NUMBER:
		return "(calling=?1 OR called=?1 OR calling_out=?1 OR called_out=?1)";
	case QUERY_ID:
		return "(id=?1 OR (id > ?1||'.' AND id < ?1||'/'))"; /* and its interim ones */
	case QUERY_CALL:
		return "call=?1";
	case QUERY_CAUSE:
		return "cause=?1";
	default:
		return "1";
	}
}

static sqlite3_stmt *prepare(sqlite3 *db, const struct records_query *query)
{
	sqlite3_stmt *stmt = NULL;
	char sql[SQL_MAX];

	snprintf(sql, sizeof(sql),
		 "SELECT record FROM call_records WHERE %s AND setup >= ?2 AND setup < ?3"
		 " ORDER BY setup %s, id %s LIMIT ?4",
		 condition(query->by), query->limit ? "DESC" : "ASC",
		 query->limit ? "DESC" : "ASC");
	if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK)
		return NULL;
	if (query->by == QUERY_CAUSE || query->by == QUERY_CALL)
		sqlite3_bind_int64(stmt, 1, query->value);
	else if (query->by != QUERY_ALL)
		sqlite3_bind_text(stmt, 1, query->text, -1, SQLITE_STATIC);
	sqlite3_bind_text(stmt, 2, query->from ? query->from : "", -1, SQLITE_STATIC);
	sqlite3_bind_text(stmt, 3, query->until ? query->until : "~", -1, SQLITE_STATIC);
	sqlite3_bind_int64(stmt, 4, query->limit ? (sqlite3_int64)query->limit : -1);
	return stmt;
}

/* until_ms: 0: however long it takes. */
static int read_all(sqlite3_stmt *stmt, int64_t until_ms,
		    bool (*fn)(void *data, const char *record), void *data)
{
	int rc;

	while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		const char *record = (const char *)sqlite3_column_text(stmt, 0);

		if (record && !fn(data, record))
			return SQLITE_DONE;
		if (until_ms && on_steps(&until_ms)) /* what fn does takes time as well */
			return SQLITE_INTERRUPT;
	}
	return rc;
}

int records_ask(const char *path, const struct records_query *query,
		bool (*fn)(void *data, const char *record), void *data, char error[STORE_ERROR_MAX])
{
	int64_t until_ms = query->patience_ms ? now_ms() + query->patience_ms : 0;
	sqlite3 *db = NULL;
	sqlite3_stmt *stmt = NULL;
	int rc = sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL);

	if (rc == SQLITE_OK) {
		sqlite3_busy_timeout(db, BUSY_MS);
		if (until_ms)
			sqlite3_progress_handler(db, STEPS, on_steps, &until_ms);
		stmt = prepare(db, query);
		rc = stmt ? read_all(stmt, until_ms, fn, data) : sqlite3_errcode(db);
	}
	snprintf(error, STORE_ERROR_MAX, "%s",
		 rc == SQLITE_INTERRUPT ? "it takes too long; ask for less" : sqlite3_errmsg(db));
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return rc == SQLITE_DONE ? 0 : rc == SQLITE_INTERRUPT ? -ETIME : -EIO;
}
