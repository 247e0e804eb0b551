/* Bindings in SQLite. Times are of the wall clock there, as ours begins anew with each start. */
#include "sip/registrar/location.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <osmocom/core/talloc.h>
#include <osmocom/core/utils.h>
#include <sqlite3.h>

#include "base/alarm.h"
#include "base/clock.h"
#include "base/log.h"
#include "sip/text/netaddr.h"

enum { US_PER_S = 1000000, PATH_LEN = 512, BUSY_MS = 100 };

struct location {
	char path[PATH_LEN];
	sqlite3 *db; /* NULL: nothing is kept */
	sqlite3_stmt *forget, *keep;
	bool failed; /* in this transaction */
};

static const char schema[] =
	"PRAGMA journal_mode=WAL;"
	"PRAGMA synchronous=NORMAL;"
	"CREATE TABLE IF NOT EXISTS locations (user TEXT NOT NULL, uri TEXT NOT NULL,"
	" path TEXT NOT NULL, instance TEXT NOT NULL, reg_id INTEGER NOT NULL,"
	" call_id TEXT NOT NULL, cseq INTEGER NOT NULL, q INTEGER NOT NULL,"
	" until INTEGER NOT NULL, host TEXT NOT NULL, port INTEGER NOT NULL,"
	" transport TEXT NOT NULL);"
	"CREATE INDEX IF NOT EXISTS locations_user ON locations (user);";

static void complain(const struct location *location, const char *what)
{
	char text[ALARM_TEXT_MAX];

	snprintf(text, sizeof(text), "%s", what);
	LOGP(DSIP, LOGL_ERROR, "registrations in %s: %s\n", location->path, what);
	alarm_raise(ALARM_LOCATIONS, "", "", text);
}

static void shut(struct location *location)
{
	sqlite3_finalize(location->forget);
	sqlite3_finalize(location->keep);
	sqlite3_close(location->db);
	location->forget = location->keep = NULL;
	location->db = NULL;
}

/* PRAGMA quick_check answers one row, "ok". */
static int on_check(void *data, int n, char **values, char **names)
{
	(void)names;
	*(bool *)data = n == 1 && values[0] && !strcmp(values[0], "ok");
	return 0;
}

static bool try_open(struct location *location)
{
	bool sound = false;

	if (sqlite3_open_v2(location->path, &location->db,
			    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
			    NULL) != SQLITE_OK)
		return false;
	sqlite3_busy_timeout(location->db, BUSY_MS);
	return sqlite3_exec(location->db, "PRAGMA quick_check(1)", on_check, &sound, NULL) ==
		       SQLITE_OK &&
	       sound && sqlite3_exec(location->db, schema, NULL, NULL, NULL) == SQLITE_OK &&
	       sqlite3_prepare_v2(location->db, "DELETE FROM locations WHERE user=?", -1,
				  &location->forget, NULL) == SQLITE_OK &&
	       sqlite3_prepare_v2(location->db,
				  "INSERT INTO locations VALUES (?,?,?,?,?,?,?,?,?,?,?,?)", -1,
				  &location->keep, NULL) == SQLITE_OK;
}

static bool is_damage(const struct location *location)
{
	int code = location->db ? sqlite3_errcode(location->db) : SQLITE_OK;

	return code != SQLITE_CANTOPEN && code != SQLITE_READONLY && code != SQLITE_FULL &&
	       code != SQLITE_PERM && code != SQLITE_IOERR && code != SQLITE_BUSY &&
	       code != SQLITE_LOCKED;
}

/* With its log, which belongs to it alone. */
static bool set_aside(const struct location *location)
{
	static const char *const suffixes[] = { "", "-wal", "-shm" };
	char from[PATH_LEN + 8], to[PATH_LEN + 32];
	bool moved = false;

	for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++) {
		snprintf(from, sizeof(from), "%s%s", location->path, suffixes[i]);
		snprintf(to, sizeof(to), "%s.damaged%s", location->path, suffixes[i]);
		if (rename(from, to) == 0)
			moved = moved || i == 0;
	}
	return moved;
}

struct location *location_open(void *talloc_ctx, const char *path)
{
	struct location *location = talloc_zero(talloc_ctx, struct location);

	if (!location)
		return NULL;
	osmo_strlcpy(location->path, path, sizeof(location->path));
	if (try_open(location)) {
		alarm_clear(ALARM_LOCATIONS, "");
		return location;
	}
	bool damaged = is_damage(location);
	shut(location);
	if (damaged && set_aside(location) && try_open(location)) {
		complain(location, "damaged: set aside as FILE.damaged, begun anew");
		return location;
	}
	shut(location);
	complain(location, "cannot be opened: a restart will forget them");
	return location;
}

void location_close(struct location *location)
{
	if (!location)
		return;
	shut(location);
	talloc_free(location);
}

/* Reading: whatever is in the file was ours once, and is looked at as if it came from a stranger. */

static bool column(sqlite3_stmt *row, int i, char *out, size_t size)
{
	const char *text = (const char *)sqlite3_column_text(row, i);

	if (!text || strlen(text) >= size)
		return false;
	osmo_strlcpy(out, text, size);
	return true;
}

static bool read_row(sqlite3_stmt *row, struct binding *out)
{
	int64_t left_s = sqlite3_column_int64(row, 8) - clock_wall().tv_sec;
	char host[NETADDR_TEXT_MAX];

	*out = (struct binding){
		.reg_id = (uint32_t)sqlite3_column_int64(row, 4),
		.cseq = (uint32_t)sqlite3_column_int64(row, 6),
		.q = (uint16_t)OSMO_MIN(sqlite3_column_int64(row, 7), BINDING_Q_MAX),
	};
	if (left_s <= 0 || left_s > INT32_MAX)
		return false;
	out->until_us = clock_now_us() + (uint64_t)left_s * US_PER_S;
	return column(row, 1, out->uri, sizeof(out->uri)) &&
	       column(row, 2, out->path, sizeof(out->path)) &&
	       column(row, 3, out->instance, sizeof(out->instance)) &&
	       column(row, 5, out->call_id, sizeof(out->call_id)) &&
	       column(row, 9, host, sizeof(host)) &&
	       column(row, 11, out->flow.transport, sizeof(out->flow.transport)) &&
	       netaddr_parse(host, (uint16_t)sqlite3_column_int(row, 10), &out->flow.address);
}

void location_load(struct location *location,
		   void (*fn)(void *data, const char *user, const struct binding *binding),
		   void *data)
{
	sqlite3_stmt *rows = NULL;
	struct binding binding;

	if (!location->db ||
	    sqlite3_prepare_v2(location->db, "SELECT * FROM locations ORDER BY rowid DESC", -1,
			       &rows, NULL) != SQLITE_OK)
		return;
	while (sqlite3_step(rows) == SQLITE_ROW) {
		const char *user = (const char *)sqlite3_column_text(rows, 0);

		if (user && read_row(rows, &binding))
			fn(data, user, &binding);
	}
	sqlite3_finalize(rows);
}

/* Writing */

void location_begin(struct location *location)
{
	location->failed = !location->db || sqlite3_exec(location->db, "BEGIN IMMEDIATE", NULL,
							 NULL, NULL) != SQLITE_OK;
}

static void run(struct location *location, sqlite3_stmt *statement)
{
	if (sqlite3_step(statement) != SQLITE_DONE)
		location->failed = true;
	sqlite3_reset(statement);
}

void location_forget(struct location *location, const char *user)
{
	if (location->failed)
		return;
	sqlite3_bind_text(location->forget, 1, user, -1, SQLITE_TRANSIENT);
	run(location, location->forget);
}

void location_keep(struct location *location, const char *user, const struct binding *binding)
{
	sqlite3_stmt *keep = location->keep;
	char host[NETADDR_TEXT_MAX];

	if (location->failed)
		return;
	netaddr_host(&binding->flow.address, host, sizeof(host));
	sqlite3_bind_text(keep, 1, user, -1, SQLITE_TRANSIENT);
	sqlite3_bind_text(keep, 2, binding->uri, -1, SQLITE_TRANSIENT);
	sqlite3_bind_text(keep, 3, binding->path, -1, SQLITE_TRANSIENT);
	sqlite3_bind_text(keep, 4, binding->instance, -1, SQLITE_TRANSIENT);
	sqlite3_bind_int64(keep, 5, binding->reg_id);
	sqlite3_bind_text(keep, 6, binding->call_id, -1, SQLITE_TRANSIENT);
	sqlite3_bind_int64(keep, 7, binding->cseq);
	sqlite3_bind_int64(keep, 8, binding->q);
	sqlite3_bind_int64(keep, 9, clock_wall().tv_sec + binding_left_s(binding));
	sqlite3_bind_text(keep, 10, host, -1, SQLITE_TRANSIENT);
	sqlite3_bind_int64(keep, 11, netaddr_port(&binding->flow.address));
	sqlite3_bind_text(keep, 12, binding->flow.transport, -1, SQLITE_TRANSIENT);
	run(location, keep);
}

bool location_commit(struct location *location)
{
	if (!location->db)
		return false;
	if (!location->failed &&
	    sqlite3_exec(location->db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK) {
		alarm_clear(ALARM_LOCATIONS, "");
		return true;
	}
	complain(location, sqlite3_errmsg(location->db));
	sqlite3_exec(location->db, "ROLLBACK", NULL, NULL, NULL);
	return false;
}
