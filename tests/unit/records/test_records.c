/* Stores as configuration sets them up, and the alarms about them. */
#include "records/records.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <osmocom/core/talloc.h>
#include <sqlite3.h>

#include "base/alarm.h"
#include "base/clock.h"
#include "records/journal_format.h"
#include "records/worker.h"
#include "tests/mock/mock_log.c"
#include "tests/unit/unit.h"

enum { S = 1000000 };

static char dir[] = "/tmp/stores-XXXXXX";
static struct records *records;
static struct records_setup setup;

static void add_file(const char *suffix, const char *id)
{
	char name[STORE_AT_MAX + 8];
	FILE *file;

	snprintf(name, sizeof(name), "%s%s", setup.journal, suffix);
	file = fopen(name, "a");
	ck_assert_ptr_nonnull(file);
	fprintf(file, JOURNAL_HEAD "%s\"," JOURNAL_RELEASED "\n", id);
	fclose(file);
}

static void begin(void)
{
	mock_log_start(DALARM);
	clock_use_virtual(1 * S);
	alarms_reset();
	ck_assert_ptr_nonnull(mkdtemp(dir));
	setup = (struct records_setup){ .limits = { 3600, 1 << 20 } };
	snprintf(setup.journal, sizeof(setup.journal), "%s/calls.jsonl", dir);
	snprintf(setup.sqlite, sizeof(setup.sqlite), "%s/records.db", dir);
	records = records_new(NULL, dir);
	ck_assert_ptr_nonnull(records);
}

static void end(void)
{
	static const char *const names[] = { "calls.jsonl", "calls.jsonl.1",  "b.jsonl",
					     "records.db",  "records.db-wal", "records.db-shm",
					     "records-left" };
	char name[STORE_AT_MAX];

	records_free(records);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(name, sizeof(name), "%s/%s", dir, names[i]);
		unlink(name);
	}
	ck_assert_int_eq(rmdir(dir), 0);
	alarms_reset();
}

static void remove_all(const char *folder)
{
	static const char *const names[] = { "records.db", "records.db-wal", "records.db-shm" };
	char name[STORE_AT_MAX + 20];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(name, sizeof(name), "%s/%s", folder, names[i]);
		unlink(name);
	}
	ck_assert_int_eq(rmdir(folder), 0);
}

static struct worker_status status(void)
{
	struct worker_status now;

	ck_assert(records_status(records, &now));
	return now;
}

/* Waits for the other thread, bounded. */
#define EVENTUALLY(condition)                                                                      \
	do {                                                                                       \
		const struct timespec moment = { .tv_nsec = 5000000 };                             \
		for (unsigned turns = 0; !(condition); turns++) {                                  \
			ck_assert_msg(turns < 24000, "never: " #condition);                        \
			nanosleep(&moment, NULL);                                                  \
		}                                                                                  \
	} while (0)

static bool note(void *data, const struct alarm_status *alarm)
{
	char *text = data;

	snprintf(text + strlen(text), 200 - strlen(text), "%s %s: %s\n", alarm->info->name,
		 alarm->object, alarm->text);
	return true;
}

static const char *standing(void)
{
	static char text[200];

	text[0] = '\0';
	alarms_each(true, note, text);
	return text;
}

/* What was applied runs, the worker of the setup before having ended. */
static bool begun(void)
{
	clock_advance(S / 10);
	return records_status(records, &(struct worker_status){ 0 });
}

START_TEST(records_are_stored_when_woken)
{
	begin();
	ck_assert_int_eq(records_apply(records, &setup), 0);
	ck_assert_str_eq(records_sqlite(records), setup.sqlite);
	EVENTUALLY(status().stores[0].works);
	add_file("", "1");
	records_wake(records);
	EVENTUALLY(status().stores[0].taken == 1);
	ck_assert_int_eq(records_apply(records, &setup), 0); /* the same: it goes on */
	ck_assert_uint_eq(status().stores[0].taken, 1);
	clock_advance(2 * S);
	ck_assert_str_eq(standing(), "");
	setup.limits.max_age_s = 7200; /* another: it begins anew, where it was */
	ck_assert_int_eq(records_apply(records, &setup), 0);
	EVENTUALLY(begun());
	ck_assert_uint_eq(status().stores[0].taken, 0);
	add_file("", "2");
	records_wake(records);
	EVENTUALLY(status().stores[0].taken == 1);
	end();
}
END_TEST

/* The same with another journal, in the same directory. */
static struct records_setup other(const char *name)
{
	struct records_setup to = setup;

	snprintf(to.journal, sizeof(to.journal), "%s/%s", dir, name);
	return to;
}

static void apply(const struct records_setup *to, const char *record)
{
	ck_assert_int_eq(records_apply(records, to), 0);
	if (record) { /* nobody wakes the worker */
		setup = *to;
		add_file("", record);
	}
}

static bool stored(const char *id)
{
	char sql[100];
	sqlite3 *db;
	sqlite3_stmt *found = NULL;

	snprintf(sql, sizeof(sql), "SELECT 1 FROM call_records WHERE id = '%s'", id);
	sqlite3_open_v2(setup.sqlite, &db, SQLITE_OPEN_READWRITE, NULL);
	sqlite3_prepare_v2(db, sql, -1, &found, NULL);
	bool is = sqlite3_step(found) == SQLITE_ROW;
	sqlite3_finalize(found);
	sqlite3_close(db);
	return is;
}

/* Time goes on. */
static bool stored_later(const char *id)
{
	clock_advance(S);
	return stored(id);
}

/* Setups that follow each other closely: the last one counts, and what waits in the journals before is stored. */
START_TEST(another_journal_leaves_nothing_behind)
{
	begin();
	const struct records_setup a = setup, b = other("b.jsonl");
	apply(&a, NULL);
	EVENTUALLY(status().stores[0].works);
	apply(&a, "1");
	apply(&b, "2");
	apply(&a, "3");
	EVENTUALLY(stored_later("1") && stored_later("2") && stored_later("3"));
	EVENTUALLY(begun());
	end();
}
END_TEST

/* One that could not even begin, as the one before read the same journal, does when that one has left (which it has
 * at once, rarely: then this shows less). */
START_TEST(setup_that_was_skipped_stores_its_journal)
{
	begin();
	const struct records_setup mended = setup, moved = other("b.jsonl");
	struct records_setup broken = setup;
	snprintf(broken.sqlite, sizeof(broken.sqlite), "%s/no/records.db", dir);
	apply(&broken, NULL);
	EVENTUALLY(!status().stores[0].works);
	apply(&mended, "1");
	apply(&moved, "2");
	EVENTUALLY(begun());
	EVENTUALLY(stored_later("1") && stored_later("2"));
	end();
}
END_TEST

/* What a journal given up still holds when the program ends is told. */
START_TEST(records_left_behind_are_told)
{
	begin();
	const struct records_setup moved = other("b.jsonl");
	struct records_setup broken = setup;
	mock_log_start(DCALL);
	snprintf(broken.sqlite, sizeof(broken.sqlite), "%s/no/records.db", dir);
	apply(&broken, "1");
	EVENTUALLY(!status().stores[0].works);
	apply(&moved, NULL);
	ck_assert(begun()); /* it does not wait for the store that is away */
	end();
	ck_assert_ptr_nonnull(mock_log_find("calls.jsonl, are not all stored"));
}
END_TEST

/* Time goes on, and a second's look is had. */
static bool stands(const char *text)
{
	clock_advance(S);
	return strcmp(standing(), text) == 0;
}

/* Its store has come back: the rest is taken, and the alarm is over. */
START_TEST(journal_before_that_cannot_be_stored_is_an_alarm)
{
	begin();
	const struct records_setup moved = other("b.jsonl");
	struct records_setup broken = setup;
	char sub[STORE_AT_MAX], text[200];
	snprintf(sub, sizeof(sub), "%s/no", dir);
	snprintf(broken.sqlite, sizeof(broken.sqlite), "%s/no/records.db", dir);
	apply(&broken, "1");
	EVENTUALLY(!status().stores[0].works);
	apply(&moved, NULL);
	snprintf(
		text, sizeof(text),
		"records-left %s/calls.jsonl: sqlite: %zu octets wait: No such file or directory\n",
		dir, strlen(JOURNAL_HEAD "1\"," JOURNAL_RELEASED "\n"));
	EVENTUALLY(stands(text));
	setup = broken;
	ck_assert_int_eq(mkdir(sub, 0700), 0);
	EVENTUALLY(stands(""));
	EVENTUALLY(stored("1"));
	remove_all(sub);
	setup = moved;
	end();
}
END_TEST

static void start_again(const struct records_setup *to)
{
	records_free(records);
	alarms_reset();
	records = records_new(NULL, dir);
	ck_assert_ptr_nonnull(records);
	ck_assert_int_eq(records_apply(records, to), 0);
}

static bool noted(void)
{
	char name[STORE_AT_MAX];

	snprintf(name, sizeof(name), "%s/records-left", dir);
	return access(name, F_OK) == 0;
}

/* The alarm of setup's journal after a start. */
static const char *text_of_left(void)
{
	static char text[200];

	snprintf(text, sizeof(text),
		 "records-left %s/calls.jsonl: since before the start; nobody stores it now\n",
		 dir);
	return text;
}

/* A journal given up with a record that its store does not take, in a directory that is not there. */
static void give_up_in(const struct records_setup *moved, const char *folder)
{
	struct records_setup broken = setup;

	snprintf(broken.sqlite, sizeof(broken.sqlite), "%s/%s/records.db", dir, folder);
	apply(&broken, "1");
	EVENTUALLY(!status().stores[0].works);
	apply(moved, NULL);
	EVENTUALLY(begun() && *standing());
	ck_assert(noted()); /* a kill loses it not */
}

/* Returns what its alarm is after a start. */
static const char *give_up(const struct records_setup *moved)
{
	give_up_in(moved, "no");
	return text_of_left();
}

START_TEST(journal_given_up_before_the_start_is_an_alarm_until_it_is_stored)
{
	begin();
	const struct records_setup mended = setup, moved = other("b.jsonl");
	const char *text = give_up(&moved);
	for (unsigned i = 0; i < 2; i++) {
		start_again(&moved);
		ck_assert_str_eq(standing(), text);
	}
	setup = mended;
	apply(&mended, NULL);
	ck_assert_str_eq(standing(), "");
	EVENTUALLY(stored_later("1"));
	EVENTUALLY(!status().stores[0].behind);
	apply(&moved, NULL);
	EVENTUALLY(begun() && !noted());
	start_again(&moved);
	ck_assert_str_eq(standing(), "");
	end();
}
END_TEST

START_TEST(journal_given_up_whose_files_are_gone_is_no_alarm)
{
	begin();
	const struct records_setup moved = other("b.jsonl");
	char rotated[STORE_AT_MAX + 8];
	const char *text = give_up(&moved);
	snprintf(rotated, sizeof(rotated), "%s.1", setup.journal);
	start_again(&moved);
	ck_assert_int_eq(rename(setup.journal, rotated), 0);
	clock_advance(10 * S);
	ck_assert_str_eq(standing(), text);
	unlink(rotated);
	clock_advance(10 * S);
	ck_assert_str_eq(standing(), "");
	ck_assert(!noted());
	end();
}
END_TEST

/* Another journal by the next start, in the file of the configuration. */
START_TEST(journal_exchanged_between_two_starts_is_an_alarm)
{
	begin();
	const struct records_setup moved = other("b.jsonl");
	struct records_setup broken = setup;
	snprintf(broken.sqlite, sizeof(broken.sqlite), "%s/no/records.db", dir);
	apply(&broken, "1");
	EVENTUALLY(!status().stores[0].works && status().stores[0].behind);
	start_again(&broken); /* it goes on there */
	ck_assert(noted());
	ck_assert_ptr_null(strstr(standing(), "records-left"));
	EVENTUALLY(!status().stores[0].works && status().stores[0].behind);
	start_again(&moved);
	ck_assert_str_eq(standing(), text_of_left());
	setup.sqlite[0] = '\0';
	end();
}
END_TEST

START_TEST(journal_given_up_whose_directory_is_gone_is_no_alarm)
{
	begin();
	const struct records_setup moved = other("b.jsonl");
	char sub[STORE_AT_MAX], first[STORE_AT_MAX];
	snprintf(sub, sizeof(sub), "%s/no", dir);
	ck_assert_int_eq(mkdir(sub, 0700), 0);
	snprintf(first, sizeof(first), "%s", setup.journal);
	snprintf(setup.journal, sizeof(setup.journal), "%s/no/calls.jsonl", dir);
	give_up_in(&moved, "gone");
	start_again(&moved);
	ck_assert_ptr_nonnull(strstr(standing(), "records-left"));
	ck_assert_int_eq(unlink(setup.journal), 0);
	ck_assert_int_eq(rmdir(sub), 0);
	clock_advance(10 * S);
	ck_assert_str_eq(standing(), "");
	ck_assert(!noted());
	snprintf(setup.journal, sizeof(setup.journal), "%s", first);
	end();
}
END_TEST

/* Neither its beginning nor its end is a journal. */
START_TEST(overlong_line_of_journals_given_up_is_none)
{
	begin();
	char name[STORE_AT_MAX];
	snprintf(name, sizeof(name), "%s/records-left", dir);
	FILE *file = fopen(name, "w");
	ck_assert_ptr_nonnull(file);
	fprintf(file, "%0*d\n", 2 * STORE_AT_MAX + 20, 0);
	fclose(file);
	start_again(&setup);
	clock_advance(1 * S);
	ck_assert_str_eq(standing(), "");
	unlink(name);
	end();
}
END_TEST

/* Who mends a password keeps the journal, and nothing is left: not even for the moment until the one before has gone. */
START_TEST(same_journal_with_other_stores_is_no_alarm)
{
	begin();
	struct records_setup changed = setup;
	snprintf(changed.sqlite, sizeof(changed.sqlite), "%s/no/records.db", dir);
	add_file("", "1");
	for (unsigned i = 0; i < 10; i++) {
		changed.limits.max_age_s++;
		ck_assert_int_eq(records_apply(records, &changed), 0);
		ck_assert_ptr_null(strstr(standing(), "records-left"));
		EVENTUALLY(begun());
		EVENTUALLY(!status().stores[0].works && status().stores[0].behind);
	}
	end();
}
END_TEST

START_TEST(store_that_fails_is_an_alarm_while_it_does)
{
	begin();
	snprintf(setup.sqlite, sizeof(setup.sqlite), "%s/no/records.db", dir);
	ck_assert_int_eq(records_apply(records, &setup), 0);
	EVENTUALLY(!status().stores[0].works);
	clock_advance(2 * S);
	ck_assert_str_eq(standing(), "records-store sqlite: No such file or directory\n");
	setup.sqlite[0] = '\0';
	ck_assert_int_eq(records_apply(records, &setup), 0);
	ck_assert_str_eq(standing(), "");
	EVENTUALLY(begun());
	ck_assert_uint_eq(status().n_stores, 0);
	end();
}
END_TEST

START_TEST(unread_records_that_go_are_an_alarm)
{
	begin();
	add_file(".1", "1");
	add_file("", "2");
	setup.limits.max_octets = 10;
	snprintf(setup.sqlite, sizeof(setup.sqlite), "%s/no/records.db", dir);
	ck_assert_int_eq(records_apply(records, &setup), 0);
	EVENTUALLY(status().unread == 1);
	clock_advance(2 * S);
	ck_assert_ptr_nonnull(strstr(standing(), "records-unread : files: 1\n"));
	end();
}
END_TEST

START_TEST(without_a_journal_nothing_is_stored)
{
	begin();
	setup.journal[0] = '\0';
	ck_assert_int_eq(records_apply(records, &setup), 0);
	ck_assert(!records_status(records, &(struct worker_status){ 0 }));
	records_wake(records);
	end();
}
END_TEST

UNIT_MAIN("records", records_are_stored_when_woken, another_journal_leaves_nothing_behind,
	  setup_that_was_skipped_stores_its_journal, records_left_behind_are_told,
	  journal_before_that_cannot_be_stored_is_an_alarm,
	  journal_given_up_before_the_start_is_an_alarm_until_it_is_stored,
	  journal_given_up_whose_files_are_gone_is_no_alarm,
	  journal_exchanged_between_two_starts_is_an_alarm,
	  journal_given_up_whose_directory_is_gone_is_no_alarm,
	  overlong_line_of_journals_given_up_is_none, same_journal_with_other_stores_is_no_alarm,
	  store_that_fails_is_an_alarm_while_it_does, unread_records_that_go_are_an_alarm,
	  without_a_journal_nothing_is_stored)
