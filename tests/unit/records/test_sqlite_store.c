/* Call records in SQLite: taken once, with their place; asked for; schema up and down; retention. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <sqlite3.h>

#include "records/query.h"
#include "records/schema.h"
#include "records/store.h"
#include "tests/unit/oom.h"
#include "tests/unit/unit.h"

static char dir[] = "/tmp/store-XXXXXX", path[64];
static struct store *store;
static struct spool_place place;

static void begin(void)
{
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/records.db", dir);
	store = sqlite_store_new(path);
	strcpy(store->spool, "here:/calls.jsonl");
	ck_assert_msg(store->ops->open(store, &place) == 0, "%s", store->error);
}

static void end(void)
{
	char name[80];

	store->ops->close(store);
	free(store);
	unlink(path);
	snprintf(name, sizeof(name), "%s-wal", path);
	unlink(name);
	snprintf(name, sizeof(name), "%s-shm", path);
	unlink(name);
	ck_assert_int_eq(rmdir(dir), 0);
}

static void reopen(void)
{
	store->ops->close(store);
	ck_assert_msg(store->ops->open(store, &place) == 0, "%s", store->error);
}

static int put(const char *line, int64_t offset)
{
	struct schema_row *row;
	const struct spool_place after = { .first = "1", .offset = offset };
	int rc;

	ck_assert_int_eq(schema_row(line, strlen(line), &row), 0);
	rc = store->ops->put(store, &row, 1, &after);
	schema_row_free(row);
	return rc;
}

/* A record as the journal has it, of that id, set-up and cause. */
static void put_call(const char *id, const char *setup, int cause)
{
	char line[1024];

	snprintf(line, sizeof(line),
		 "{\"id\":\"%s\",\"v\":1,\"call\":%d,\"setup\":\"%s\",\"alert\":null,\"calling\":"
		 "\"100\","
		 "\"called\":\"0600\",\"called_out\":\"600\",\"talk_ms\":5000,\"from\":{\"name\":"
		 "\"phones\","
		 "\"kind\":\"peer\",\"media\":{\"codec\":\"PCMA\",\"lost\":3,\"mos\":4.32}},\"to\":"
		 "null,"
		 "\"cause\":%d,\"why\":\"it's \\\"so\\\"\",\"end\":\"released\"}",
		 id, atoi(id), setup, cause);
	ck_assert_msg(put(line, 100 * atoi(id)) == 0, "%s", store->error);
}

static char answer[256];

static int on_row(void *data, int n, char **values, char **names)
{
	(void)data, (void)names;
	for (int i = 0; i < n; i++) {
		strcat(answer, values[i] ? values[i] : "null");
		strcat(answer, i + 1 < n ? "|" : "\n");
	}
	return 0;
}

static const char *ask(const char *sql)
{
	char *error = NULL;
	sqlite3 *db;

	answer[0] = '\0';
	ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
	sqlite3_exec(db, sql, on_row, NULL, &error);
	ck_assert_msg(!error, "%s", error);
	sqlite3_close(db);
	return answer;
}

START_TEST(record_is_taken_once_with_its_place)
{
	begin();
	ck_assert_int_eq(place.offset, 0);
	put_call("1", "2026-11-30T08:00:00.000Z", 16);
	put_call("1", "2026-11-30T08:00:00.000Z", 16);
	put_call("2", "2026-11-30T08:00:01.000Z", 17);
	reopen();
	ck_assert_str_eq(place.first, "1");
	ck_assert_int_eq(place.offset, 200);
	ck_assert_str_eq(
		ask("SELECT id, call, setup, alert, calling, called_out, typeof(talk_ms), talk_ms,"
		    " from_name, to_name, cause, why, ended, from_codec, from_lost, from_mos, "
		    "to_lost"
		    " FROM call_records WHERE id='1'"),
		"1|1|2026-11-30T08:00:00.000Z|null|100|600|integer|5000|phones|null|16|"
		"it's \"so\"|released|PCMA|3|4.32|null\n");
	ck_assert_str_eq(ask("SELECT count(*), json_extract(record,'$.cause') FROM call_records"),
			 "2|16\n");
	end();
}
END_TEST

START_TEST(others_may_not_read_it)
{
	static const char *const suffixes[] = { "", "-wal", "-shm" };
	char name[80];
	struct stat there;

	begin();
	put_call("1", "2026-11-30T08:00:00.000Z", 16);
	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		snprintf(name, sizeof(name), "%s%s", path, suffixes[i]);
		ck_assert_int_eq(stat(name, &there), 0);
		ck_assert_uint_eq(there.st_mode & 07, 0);
	}
	end();
}
END_TEST

START_TEST(strange_lines_are_no_rows)
{
	static const char *const lines[] = {
		"", "x", "[]", "{}", "{\"id\":1}", "{\"id\":\"1\"", "{\"id\":null,\"v\":1}"
	};

	struct schema_row *row = NULL;

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		ck_assert_int_eq(schema_row(lines[i], strlen(lines[i]), &row), -EBADMSG);
	ck_assert_ptr_null(row);
	begin();
	/* of other types than ours */
	ck_assert_int_eq(put("{\"id\":\"1\",\"v\":\"x\",\"call\":1.5,\"setup\":7,\"from\":[],"
			     "\"to\":{\"media\":9}}",
			     1),
			 0);
	ck_assert_str_eq(ask("SELECT id, v, call, setup, from_name, to_lost FROM call_records"),
			 "1|null|null|null|null|null\n");
	end();
}
END_TEST

START_TEST(line_without_memory_is_not_called_strange)
{
	static const char line[] =
		"{\"id\":\"1\",\"v\":1,\"why\":\"a text\",\"to\":{\"media\":{}}}";

	OOM_EACH(done)
	{
		struct schema_row *row = NULL;
		int rc = schema_row(line, sizeof(line) - 1, &row);

		oom_off();
		done = rc == 0;
		ck_assert_int_eq(rc, done ? 0 : -ENOMEM);
		ck_assert(done ? row != NULL : row == NULL);
		schema_row_free(row);
	}
}
END_TEST

START_TEST(another_journal_has_its_own_place)
{
	begin();
	put_call("1", "2026-11-30T08:00:00.000Z", 16);
	strcpy(store->spool, "there:/calls.jsonl");
	reopen();
	ck_assert_int_eq(place.offset, 0);
	put_call("2", "2026-11-30T08:00:00.000Z", 16);
	strcpy(store->spool, "here:/calls.jsonl");
	reopen();
	ck_assert_int_eq(place.offset, 100);
	end();
}
END_TEST

START_TEST(schema_goes_back_one_step_and_up_again)
{
	char error[STORE_ERROR_MAX];
	int to = 0;

	begin();
	put_call("1", "2026-11-30T08:00:00.000Z", 16);
	store->ops->close(store);
	ck_assert_int_eq(sqlite_store_downgrade(path, &to, error), 0);
	ck_assert_int_eq(to, SCHEMA_VERSION - 1);
	ck_assert_str_eq(ask("SELECT version FROM call_records_schema"), "1\n");
	/* as the program of version 1 does, whose columns are all there and no others */
	ask("INSERT INTO call_records VALUES "
	    "('2',1,2,'2026-11-30T08:00:02.000Z',null,null,null,0,0,0,0,"
	    "null,'','','','','','','','','','','',16,'','','','released',"
	    "'{\"id\":\"2\",\"to\":{\"media\":{\"codec\":\"PCMU\",\"lost\":7,\"mos\":3.5}}}')");
	ck_assert_int_lt(sqlite_store_downgrade(path, &to, error), 0);
	ck_assert_ptr_nonnull(strstr(error, "no way back"));
	ck_assert_int_eq(store->ops->open(store, &place), 0);
	ck_assert_str_eq(ask("SELECT version FROM call_records_schema"), "2\n");
	ck_assert_str_eq(ask("SELECT id, from_codec, from_lost, from_mos, to_codec, to_lost, to_mos"
			     " FROM call_records ORDER BY id"),
			 "1|PCMA|3|4.32|null|null|null\n2|null|null|null|PCMU|7|3.5\n");
	ck_assert_int_eq(place.offset, 100);
	end();
}
END_TEST

START_TEST(newer_schema_is_left_alone)
{
	begin();
	ask("UPDATE call_records_schema SET version=3");
	store->ops->close(store);
	ck_assert_int_eq(store->ops->open(store, &place), -EPROTO);
	ck_assert_ptr_nonnull(strstr(store->error, "schema is 3"));
	ask("UPDATE call_records_schema SET version=2");
	ck_assert_int_eq(store->ops->open(store, &place), 0);
	end();
}
END_TEST

START_TEST(what_cannot_be_written_says_why)
{
	begin();
	ask("DROP TABLE call_records");
	ck_assert_int_lt(put("{\"id\":\"1\"}", 1), 0);
	ck_assert_ptr_nonnull(strstr(store->error, "no such table"));
	end();
}
END_TEST

START_TEST(file_of_something_else_is_an_error)
{
	FILE *file;

	begin();
	store->ops->close(store);
	ck_assert_int_eq(unlink(path), 0);
	file = fopen(path, "w");
	for (unsigned i = 0; i < 1000; i++)
		fputs("no database\n", file);
	fclose(file);
	ck_assert_int_lt(store->ops->open(store, &place), 0);
	ck_assert_ptr_nonnull(strstr(store->error, "not a database"));
	end();
}
END_TEST

static void prune(int64_t max_age_s, uint64_t max_octets)
{
	const struct store_limits limits = { max_age_s, max_octets };
	unsigned steps = 0;

	while (store->ops->prune(store, &limits) > 0)
		ck_assert_uint_lt(++steps, 100);
}

START_TEST(old_records_go)
{
	begin();
	put_call("1", "2020-11-30T08:00:00.000Z", 16);
	put_call("2", "2999-11-30T08:00:00.000Z", 16);
	prune(365 * 24 * 3600, 1 << 30);
	ck_assert_str_eq(ask("SELECT id FROM call_records"), "2\n");
	end();
}
END_TEST

START_TEST(size_is_bounded_and_the_oldest_go_first)
{
	char id[16], setup[32];

	begin();
	for (int i = 1; i <= 2500; i++) {
		snprintf(id, sizeof(id), "%d", i);
		snprintf(setup, sizeof(setup), "2990-01-01T00:%02d:%02d.000Z", i / 60, i % 60);
		put_call(id, setup, 16);
	}
	prune(365 * 24 * 3600, 1 << 20);
	ck_assert_str_eq(ask("SELECT min(call), max(call) FROM call_records"), "1001|2500\n");
	end();
}
END_TEST

/* Questions */

static unsigned found;

static bool on_record(void *data, const char *record)
{
	(void)data;
	found++;
	strncat(answer, record, 12);
	return true;
}

static const char *find(struct records_query query)
{
	char error[STORE_ERROR_MAX];

	answer[0] = '\0';
	ck_assert_msg(records_ask(path, &query, on_record, NULL, error) == 0, "%s", error);
	return answer;
}

START_TEST(records_are_found)
{
	char error[STORE_ERROR_MAX];

	begin();
	put_call("1", "2026-11-30T08:00:00.000Z", 16);
	put_call("2", "2026-11-30T09:00:00.000Z", 17);
	put_call("2.1", "2026-11-30T09:00:00.000Z", 16);
	put_call("3", "2026-12-01T09:00:00.000Z", 16);
	ck_assert_str_eq(find((struct records_query){ .limit = 2 }),
			 "{\"id\":\"3\",\"v{\"id\":\"2.1\",");
	ck_assert_str_eq(find((struct records_query){ .by = QUERY_CAUSE, .value = 17, .limit = 9 }),
			 "{\"id\":\"2\",\"v");
	ck_assert_str_eq(find((struct records_query){ .by = QUERY_ID, .text = "2" }),
			 "{\"id\":\"2\",\"v{\"id\":\"2.1\",");
	ck_assert_str_eq(find((struct records_query){ .by = QUERY_CALL, .value = 3, .limit = 9 }),
			 "{\"id\":\"3\",\"v");
	ck_assert_str_eq(
		find((struct records_query){ .from = "2026-11-30T09", .until = "2026-12" }),
		"{\"id\":\"2\",\"v{\"id\":\"2.1\",");
	found = 0;
	find((struct records_query){ .by = QUERY_NUMBER, .text = "600", .limit = 9 });
	ck_assert_uint_eq(found, 4);
	ck_assert_str_eq(
		find((struct records_query){ .by = QUERY_NUMBER, .text = "60", .limit = 9 }), "");
	ck_assert_int_lt(records_ask("/nowhere/x.db", &(struct records_query){ .limit = 1 },
				     on_record, NULL, error),
			 0);
	ck_assert_ptr_nonnull(strstr(error, "unable to open"));
	end();
}
END_TEST

static bool on_record_slowly(void *data, const char *record)
{
	nanosleep(&(struct timespec){ .tv_nsec = 30000000 }, NULL);
	return on_record(data, record);
}

START_TEST(patience_is_for_the_taking_as_well)
{
	struct records_query query = { .limit = 9, .patience_ms = 20 };
	char error[STORE_ERROR_MAX];

	begin();
	for (int i = 1; i <= 3; i++)
		put_call((const char[]){ (char)('0' + i), '\0' }, "2026-11-30T08:00:00.000Z", 16);
	found = 0;
	ck_assert_int_eq(records_ask(path, &query, on_record_slowly, NULL, error), -ETIME);
	ck_assert_str_eq(error, "it takes too long; ask for less");
	ck_assert_uint_lt(found, 3);
	query.patience_ms = 0;
	ck_assert_int_eq(records_ask(path, &query, on_record_slowly, NULL, error), 0);
	end();
}
END_TEST

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

START_TEST(file_that_another_has_alone_is_not_waited_for)
{
	const struct records_query query = { .limit = 9, .patience_ms = 240000 };
	char error[STORE_ERROR_MAX];
	sqlite3 *other;

	begin();
	store->ops->close(store);
	ck_assert_int_eq(sqlite3_open(path, &other), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(other, "PRAGMA journal_mode=DELETE; BEGIN EXCLUSIVE", NULL,
				      NULL, NULL),
			 SQLITE_OK);
	const double before = now_s();

	ck_assert_int_eq(records_ask(path, &query, on_record, NULL, error), -EIO);
	ck_assert_str_eq(error, "database is locked");
	ck_assert(now_s() - before < 120);
	sqlite3_close(other);
	ck_assert_int_eq(store->ops->open(store, &place), 0);
	end();
}
END_TEST

/* Nor does it do the writer's work when it is the last to close, as after a kill. */
START_TEST(question_writes_nothing)
{
	char wal[80], kept[80], error[STORE_ERROR_MAX];

	begin();
	put_call("1", "2026-11-30T08:00:00.000Z", 16);
	snprintf(wal, sizeof(wal), "%s-wal", path);
	snprintf(kept, sizeof(kept), "%s-kept", path);
	ck_assert_int_eq(link(wal, kept), 0);
	store->ops->close(store);
	ck_assert_int_eq(rename(kept, wal), 0);
	ck_assert_int_eq(
		records_ask(path, &(struct records_query){ .limit = 9 }, on_record, NULL, error),
		0);
	ck_assert_int_eq(access(wal, F_OK), 0);
	ck_assert_int_eq(store->ops->open(store, &place), 0);
	end();
}
END_TEST

UNIT_MAIN("sqlite_store", record_is_taken_once_with_its_place, others_may_not_read_it,
	  strange_lines_are_no_rows, line_without_memory_is_not_called_strange,
	  another_journal_has_its_own_place, schema_goes_back_one_step_and_up_again,
	  newer_schema_is_left_alone, what_cannot_be_written_says_why,
	  file_of_something_else_is_an_error, old_records_go,
	  size_is_bounded_and_the_oldest_go_first, records_are_found,
	  patience_is_for_the_taking_as_well, file_that_another_has_alone_is_not_waited_for,
	  question_writes_nothing)
