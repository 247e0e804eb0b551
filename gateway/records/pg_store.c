/* Call records in a database of PostgreSQL. Its socket is waited for here, so that neither a server that is gone nor
 * one that hangs holds the worker up for longer than WAIT_MS, and less once the program is to end. */
#include "records/store.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <libpq-fe.h>

#include "records/schema.h"

enum { WAIT_MS = 5000, HURRY_MS = 500, SLICE_MS = 50, PASSWORD_MAX = 128 };

/* Of gateways that bring one schema up at the same time; any number that is nobody else's. */
#define LOCK "SELECT pg_advisory_xact_lock(7236427365);"

struct pg_store {
	struct store store; /* first */
	char conninfo[STORE_AT_MAX], password[PASSWORD_MAX];
	PGconn *pg; /* NULL: closed */
	char insert[SCHEMA_SQL_MAX];
};

/* Its words, on one line. */
static int fail(struct pg_store *s, const char *words)
{
	size_t len;

	if (strncmp(words, "ERROR:", 6) == 0)
		words += 6 + strspn(words + 6, " ");
	len = strcspn(words, "\n");
	snprintf(s->store.error, sizeof(s->store.error), "%.*s", (int)len, words);
	return -EIO;
}

/* Waiting */

/* 0, or -errno: it took too long. waited_ms: of this wait and those before it. */
static int wait_for(struct pg_store *s, short what, int *waited_ms)
{
	while (*waited_ms < (atomic_load(&s->store.hurry) ? HURRY_MS : WAIT_MS)) {
		struct pollfd fd = { .fd = PQsocket(s->pg), .events = what };
		int n = poll(&fd, 1, SLICE_MS);

		if (n > 0)
			return 0;
		if (n < 0 && errno != EINTR)
			return fail(s, strerror(errno));
		*waited_ms += SLICE_MS;
	}
	return fail(s, "the server does not answer");
}

static int connect_it(struct pg_store *s)
{
	const char *const keys[] = { "dbname", "password", "fallback_application_name",
				     "client_encoding", NULL };
	const char *const values[] = { s->conninfo, *s->password ? s->password : NULL, "crosspoint",
				       "UTF8", NULL };
	PostgresPollingStatusType status = PGRES_POLLING_WRITING;
	int waited_ms = 0, rc = 0;

	s->pg = PQconnectStartParams(keys, values, 1);
	if (!s->pg)
		return fail(s, "out of memory");
	while (rc == 0 && PQstatus(s->pg) != CONNECTION_BAD && status != PGRES_POLLING_OK &&
	       status != PGRES_POLLING_FAILED) {
		rc = wait_for(s, status == PGRES_POLLING_READING ? POLLIN : POLLOUT, &waited_ms);
		if (rc == 0)
			status = PQconnectPoll(s->pg);
	}
	if (rc == 0 && status != PGRES_POLLING_OK)
		rc = fail(s, PQerrorMessage(s->pg));
	return rc;
}

static int flush_out(struct pg_store *s, int *waited_ms)
{
	int left, rc = 0;

	while (rc == 0 && (left = PQflush(s->pg)) != 0) {
		if (left < 0)
			return fail(s, PQerrorMessage(s->pg));
		rc = wait_for(s, POLLIN | POLLOUT, waited_ms);
		if (rc == 0 && !PQconsumeInput(s->pg))
			return fail(s, PQerrorMessage(s->pg));
	}
	return rc;
}

/* The next result of what was sent; NULL with rc 0: there are no more. */
static int next_result(struct pg_store *s, PGresult **out, int *waited_ms)
{
	int rc = 0;

	while (rc == 0 && PQisBusy(s->pg)) {
		rc = wait_for(s, POLLIN, waited_ms);
		if (rc == 0 && !PQconsumeInput(s->pg))
			rc = fail(s, PQerrorMessage(s->pg));
	}
	*out = rc == 0 ? PQgetResult(s->pg) : NULL;
	return rc;
}

/* All results of what was sent; number: the first field of the last row of any, or NULL. */
static int finish(struct pg_store *s, int sent, long long *number)
{
	int waited_ms = 0, rc = sent ? flush_out(s, &waited_ms) : fail(s, PQerrorMessage(s->pg));
	PGresult *result = NULL;

	while (rc == 0 && (rc = next_result(s, &result, &waited_ms)) == 0 && result) {
		const ExecStatusType status = PQresultStatus(result);

		if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
			rc = fail(s, PQresultErrorMessage(result));
		else if (number && PQntuples(result) && PQnfields(result))
			*number = atoll(PQgetvalue(result, PQntuples(result) - 1, 0));
		PQclear(result);
	}
	return rc;
}

static int run(struct pg_store *s, const char *sql, long long *number)
{
	return finish(s, PQsendQuery(s->pg, sql), number);
}

/* The schema */

static int bring_up_within(struct pg_store *s)
{
	char sql[SCHEMA_SQL_MAX];
	long long version = 0;
	int rc = run(s, LOCK "SET LOCAL client_min_messages=warning;", NULL);

	if (rc == 0)
		rc = run(s, schema_tables(), NULL);
	if (rc == 0)
		rc = run(s, SCHEMA_READ_VERSION, &version);
	for (; rc == 0 && version < SCHEMA_VERSION; version++) {
		schema_up(SCHEMA_POSTGRESQL, (int)version, sql);
		rc = run(s, sql, NULL);
	}
	if (rc == 0 && version > SCHEMA_VERSION) {
		snprintf(s->store.error, sizeof(s->store.error),
			 "its schema is %lld, ours %d: take it back with the newer program",
			 version, SCHEMA_VERSION);
		rc = -EPROTO;
	}
	return rc;
}

static int bring_up(struct pg_store *s)
{
	int rc = run(s, "BEGIN", NULL);

	if (rc == 0)
		rc = bring_up_within(s);
	return rc < 0 ? rc : run(s, "COMMIT", NULL); /* closing rolls back */
}

static int find_place(struct pg_store *s, struct spool_place *place)
{
	const char *const values[] = { s->store.spool };
	PGresult *result = NULL;
	int waited_ms = 0, rc;

	*place = (struct spool_place){ .offset = 0 };
	if (!PQsendQueryParams(s->pg, "SELECT first, octets FROM call_records_spool WHERE spool=$1",
			       1, NULL, values, NULL, NULL, 0))
		return fail(s, PQerrorMessage(s->pg));
	rc = flush_out(s, &waited_ms);
	if (rc == 0)
		rc = next_result(s, &result, &waited_ms);
	if (rc == 0 && PQresultStatus(result) != PGRES_TUPLES_OK)
		rc = fail(s, PQresultErrorMessage(result));
	if (rc == 0 && PQntuples(result)) {
		snprintf(place->first, sizeof(place->first), "%s", PQgetvalue(result, 0, 0));
		place->offset = atoll(PQgetvalue(result, 0, 1));
	}
	PQclear(result);
	return rc < 0 ? rc : finish(s, 1, NULL);
}

static void close_store(struct store *store)
{
	struct pg_store *s = (struct pg_store *)store;

	PQfinish(s->pg);
	s->pg = NULL;
}

static int open_store(struct store *store, struct spool_place *place)
{
	struct pg_store *s = (struct pg_store *)store;
	int rc = connect_it(s);

	if (rc == 0 && PQsetnonblocking(s->pg, 1))
		rc = fail(s, PQerrorMessage(s->pg));
	if (rc == 0)
		rc = bring_up(s);
	if (rc == 0)
		rc = find_place(s, place);
	if (rc < 0)
		close_store(store);
	return rc;
}

/* Records */

/* The rows' values as an array of arrays; NULL without memory. */
static char *rows_text(struct schema_row *const *rows, size_t n)
{
	json_t *all = json_array();
	bool whole = all;
	char *text;

	for (size_t i = 0; whole && i < n; i++) {
		json_t *row = json_array();

		for (size_t c = 0; whole && c < schema_columns(); c++) {
			const char *value = schema_value(rows[i], c);

			whole = json_array_append_new(row, value ? json_string(value)
								 : json_null()) == 0;
		}
		whole = json_array_append_new(all, row) == 0 && whole;
	}
	text = whole ? json_dumps(all, JSON_COMPACT) : NULL;
	json_decref(all);
	return text;
}

/* One statement, so one transaction, and one way there and back for a batch. */
static int put(struct store *store, struct schema_row *const *rows, size_t n,
	       const struct spool_place *after)
{
	struct pg_store *s = (struct pg_store *)store;
	char offset[32], *text = rows_text(rows, n);
	const char *const values[] = { text, store->spool, after->first, offset };
	int rc;

	if (!text)
		return fail(s, "out of memory");
	snprintf(offset, sizeof(offset), "%lld", (long long)after->offset);
	rc = finish(s, PQsendQueryParams(s->pg, s->insert, 4, NULL, values, NULL, NULL, 0), NULL);
	free(text);
	return rc;
}

static const struct store_ops ops = {
	.name = "postgresql",
	.open = open_store,
	.put = put,
	.close = close_store,
};

struct store *pg_store_new(const char *conninfo, const char *password)
{
	struct pg_store *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->store.ops = &ops;
	snprintf(s->conninfo, sizeof(s->conninfo), "%s", conninfo);
	snprintf(s->password, sizeof(s->password), "%s", password);
	schema_insert_all(s->insert);
	return &s->store;
}

bool pg_store_check(const char *conninfo, char error[STORE_ERROR_MAX])
{
	char *words = NULL;
	PQconninfoOption *options = PQconninfoParse(conninfo, &words);

	snprintf(error, STORE_ERROR_MAX, "%.*s", words ? (int)strcspn(words, "\n") : 0,
		 words ? words : "");
	PQfreemem(words);
	PQconninfoFree(options);
	return options;
}

static bool has_value(const PQconninfoOption *options, const char *keyword)
{
	while (options && options->keyword && strcmp(options->keyword, keyword) != 0)
		options++;
	return options && options->keyword && options->val && *options->val;
}

const char *pg_store_secret(const char *conninfo)
{
	PQconninfoOption *options = PQconninfoParse(conninfo, NULL);
	const char *found = has_value(options, "password")      ? "password"
			    : has_value(options, "sslpassword") ? "sslpassword"
								: NULL;

	PQconninfoFree(options);
	return found;
}

int pg_store_downgrade(const char *conninfo, int *to, char error[STORE_ERROR_MAX])
{
	struct store *store = pg_store_new(conninfo, "");
	struct pg_store *s = (struct pg_store *)store;
	char sql[SCHEMA_SQL_MAX];
	long long version = 0;
	int rc = s ? connect_it(s) : -ENOMEM;

	if (rc == 0)
		rc = run(s, "BEGIN;" LOCK SCHEMA_READ_VERSION " FOR UPDATE", &version);
	if (rc == 0 && (version < 2 || version > SCHEMA_VERSION)) {
		snprintf(store->error, sizeof(store->error),
			 "from schema %lld this program knows no way back", version);
		rc = -EPROTO;
	}
	if (rc == 0) {
		schema_down((int)version, sql);
		rc = run(s, sql, NULL);
	}
	if (rc == 0)
		rc = run(s, "COMMIT", NULL);
	*to = (int)version - 1;
	snprintf(error, STORE_ERROR_MAX, "%s", s ? store->error : "out of memory");
	if (s)
		close_store(store);
	free(s);
	return rc;
}
