/* Call records on disk: what is found after a kill at any instant, full disks, rotation. */
#include "records/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>
#include <osmocom/core/talloc.h>

#include "base/alarm.h"
#include "base/clock.h"
#include "tests/unit/oom.h"
#include "tests/unit/unit.h"

#define OPEN(id) JOURNAL_HEAD id "\"," JOURNAL_OPEN
#define RELEASED(id) JOURNAL_HEAD id "\"," JOURNAL_RELEASED
#define INTERRUPTED(id) JOURNAL_HEAD id "\"," JOURNAL_INTERRUPTED

static char dir[] = "/tmp/journal-XXXXXX";
static char path[64], slots_path[80], moved_path[80];

static void begin(void)
{
	clock_use_virtual(1000000);
	alarms_reset();
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/calls.jsonl", dir);
	snprintf(slots_path, sizeof(slots_path), "%s.open", path);
	snprintf(moved_path, sizeof(moved_path), "%s.1", path);
}

static void end(void)
{
	unlink(path);
	unlink(slots_path);
	unlink(moved_path);
	ck_assert_int_eq(rmdir(dir), 0);
	alarms_reset();
}

static struct journal *open_one(void)
{
	int err = 1;
	struct journal *journal = journal_open(NULL, path, &err);

	ck_assert_ptr_nonnull(journal);
	ck_assert_int_eq(err, 0);
	return journal;
}

/* As a kill does it: nothing is written any more. */
static void kill_it(struct journal *journal)
{
	talloc_free(journal);
}

static void put_file(const char *name, const char *text, size_t len)
{
	FILE *file = fopen(name, "w");

	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(text, 1, len, file), len);
	fclose(file);
}

static void expect_file(const char *name, const char *expected)
{
	char text[4096];
	FILE *file = fopen(name, "r");

	ck_assert_ptr_nonnull(file);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	ck_assert_str_eq(text, expected);
}

static struct journal_status status_of(const struct journal *journal)
{
	struct journal_status status;

	journal_read_status(journal, &status);
	return status;
}

START_TEST(ended_call_leaves_one_line)
{
	begin();
	struct journal *journal = open_one();
	int slot = journal_take(journal);
	journal_keep(journal, slot, OPEN("1"));
	journal_keep(journal, slot, OPEN("1"));
	journal_put(journal, slot, RELEASED("1"));
	journal_put(journal, JOURNAL_NO_SLOT, RELEASED("2"));
	expect_file(path, RELEASED("1") "\n" RELEASED("2") "\n");
	ck_assert_int_eq(journal_take(journal), slot); /* given back */
	journal_drop(journal, slot);
	journal_close(journal);
	expect_file(slots_path, "");
	journal_close(open_one());
	expect_file(path, RELEASED("1") "\n" RELEASED("2") "\n");
	end();
}
END_TEST

START_TEST(calls_open_at_a_kill_are_interrupted_at_the_next_start)
{
	begin();
	struct journal *journal = open_one();
	int one = journal_take(journal), two = journal_take(journal), three = journal_take(journal);
	journal_keep(journal, one, OPEN("1"));
	journal_keep(journal, two, OPEN("2"));
	journal_keep(journal, three, OPEN("3"));
	journal_put(journal, two, RELEASED("2"));
	kill_it(journal);
	journal = open_one();
	expect_file(path, RELEASED("2") "\n" INTERRUPTED("1") "\n" INTERRUPTED("3") "\n");
	ck_assert_uint_eq(status_of(journal).interrupted, 2);
	kill_it(journal);
	journal_close(open_one());
	expect_file(path, RELEASED("2") "\n" INTERRUPTED("1") "\n" INTERRUPTED("3") "\n");
	end();
}
END_TEST

/* The instants of journal_put: the slot has the record; the file has a part of it; the file has it and the slot has
 * it still. */
START_TEST(record_killed_at_any_instant_is_neither_lost_nor_doubled)
{
	static const char line[] = RELEASED("7");
	char part[sizeof(line) + 64];

	for (size_t n = 0; n <= sizeof(line); n++) {
		strcpy(dir, "/tmp/journal-XXXXXX");
		begin();
		struct journal *journal = open_one();
		journal_put(journal, JOURNAL_NO_SLOT, RELEASED("6"));
		journal_keep(journal, journal_take(journal), line);
		kill_it(journal);
		int len = snprintf(part, sizeof(part), "%s\n%.*s%s", RELEASED("6"), (int)n, line,
				   n == sizeof(line) ? "\n" : "");
		put_file(path, part, (size_t)len);
		journal_close(open_one());
		expect_file(path, RELEASED("6") "\n" RELEASED("7") "\n");
		end();
	}
}
END_TEST

START_TEST(id_that_begins_alike_is_another)
{
	begin();
	struct journal *journal = open_one();
	journal_put(journal, JOURNAL_NO_SLOT, RELEASED("1"));
	journal_keep(journal, journal_take(journal), OPEN("12"));
	kill_it(journal);
	journal_close(open_one());
	expect_file(path, RELEASED("1") "\n" INTERRUPTED("12") "\n");
	end();
}
END_TEST

START_TEST(file_of_something_else_is_left_as_it_is)
{
	static const char *const others[] = { "root:x:0:0\n", "root:x:0:0", "{\"a\":1}\n", "\n" };
	int err = 0;

	begin();
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		put_file(path, others[i], strlen(others[i]));
		ck_assert_ptr_null(journal_open(NULL, path, &err));
		ck_assert_int_eq(err, -EINVAL);
		expect_file(path, others[i]);
	}
	ck_assert_ptr_null(journal_open(NULL, "/nowhere/calls.jsonl", &err));
	ck_assert_int_eq(err, -ENOENT);
	ck_assert_ptr_null(journal_open(NULL, dir, &err));
	unlink(path);
	unlink(slots_path);
	for (size_t i = 0; i < 2; i++) {
		const char *pipe = i ? path : slots_path;

		ck_assert_int_eq(mkfifo(pipe, 0600), 0);
		ck_assert_ptr_null(journal_open(NULL, path, &err));
		ck_assert_int_eq(err, -EINVAL);
		unlink(pipe);
	}
	snprintf(moved_path, sizeof(moved_path), "%s.open", dir);
	unlink(moved_path);
	end();
}
END_TEST

START_TEST(zeros_that_a_power_failure_left_are_cut_off)
{
	static const char *const before[] = { "", RELEASED("1") "\n", RELEASED("1") "\n{\"id\":" };
	static char text[3 * JOURNAL_LINE_MAX];

	begin();
	for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++) {
		memset(text, 0, sizeof(text));
		memcpy(text, before[i], strlen(before[i]));
		put_file(path, text, sizeof(text));
		journal_close(open_one());
		expect_file(path, i ? before[1] : "");
	}
	end();
}
END_TEST

START_TEST(two_gateways_do_not_share_a_file)
{
	int err = 0;

	begin();
	struct journal *journal = open_one();
	ck_assert_ptr_null(journal_open(NULL, path, &err));
	ck_assert_int_eq(err, -EBUSY);
	journal_close(journal);
	journal_close(open_one());
	end();
}
END_TEST

START_TEST(damaged_slots_are_left_out)
{
	char slots[4 * JOURNAL_LINE_MAX + 100];

	begin();
	memset(slots, ' ', sizeof(slots));
	memcpy(slots, "{\"id\":\"1\",", 10);                                  /* torn */
	memcpy(slots + JOURNAL_LINE_MAX, "\0\0\0\0", 4);                      /* a hole */
	memcpy(slots + JOURNAL_LINE_MAX * 2, OPEN("3"), strlen(OPEN("3")));   /* whole */
	memcpy(slots + JOURNAL_LINE_MAX * 3, "{\"id\":\"4\",\n\"a\":1}", 17); /* lines */
	put_file(slots_path, slots, sizeof(slots));
	journal_close(open_one());
	expect_file(path, INTERRUPTED("3") "\n");
	end();
}
END_TEST

/* Three slots as a program wrote them whose records were shorter; and then slots are as long as ours. */
START_TEST(slots_of_an_earlier_length_are_read)
{
	static char slots[3 * JOURNAL_LINE_EARLIER], line[JOURNAL_LINE_MAX];
	const size_t n = strlen("{\"id\":\"4\",\"a\":\"");

	begin();
	memset(slots, ' ', sizeof(slots));
	memcpy(slots, OPEN("1"), strlen(OPEN("1")));
	memcpy(slots + JOURNAL_LINE_EARLIER * 2, OPEN("3"), strlen(OPEN("3")));
	for (unsigned i = 1; i <= 3; i++)
		slots[JOURNAL_LINE_EARLIER * i - 1] = '\n';
	put_file(slots_path, slots, sizeof(slots));
	struct journal *journal = open_one();
	expect_file(path, INTERRUPTED("1") "\n" INTERRUPTED("3") "\n");
	memset(line, 'x', sizeof(line));
	memcpy(line, "{\"id\":\"4\",\"a\":\"", n);
	snprintf(line + JOURNAL_LINE_EARLIER * 3 / 2, 20, "\"," JOURNAL_OPEN);
	journal_keep(journal, journal_take(journal), line);
	kill_it(journal);
	journal = open_one();
	ck_assert_uint_eq(status_of(journal).interrupted, 1);
	journal_close(journal);
	end();
}
END_TEST

START_TEST(file_moved_away_is_begun_anew)
{
	begin();
	struct journal *journal = open_one();
	journal_put(journal, JOURNAL_NO_SLOT, RELEASED("1"));
	ck_assert_int_eq(rename(path, moved_path), 0);
	journal_put(journal, JOURNAL_NO_SLOT, RELEASED("2"));
	expect_file(moved_path, RELEASED("1") "\n");
	expect_file(path, RELEASED("2") "\n");
	ck_assert_int_eq(unlink(path), 0);
	journal_put(journal, JOURNAL_NO_SLOT, RELEASED("3"));
	expect_file(path, RELEASED("3") "\n");
	journal_close(journal);
	end();
}
END_TEST

/* A limit on the size of files makes write(2) fall short, then fail, as a full disk does. */
static void limit_files(rlim_t octets)
{
	struct rlimit limit;

	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = octets == RLIM_INFINITY ? limit.rlim_max : octets;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

START_TEST(long_file_is_rotated)
{
	char name[80];

	begin();
	struct journal *journal = open_one();
	journal_rotate_at(journal, 2 * strlen(RELEASED("1") "\n"));
	put_file(moved_path, "of an earlier program", 21);
	for (unsigned i = 0; i < 5; i++)
		journal_put(journal, journal_take(journal), RELEASED("1"));
	journal_close(journal);
	expect_file(moved_path, "of an earlier program");
	snprintf(name, sizeof(name), "%s.2", path);
	expect_file(name, RELEASED("1") "\n" RELEASED("1") "\n");
	unlink(name);
	snprintf(name, sizeof(name), "%s.3", path);
	expect_file(name, RELEASED("1") "\n" RELEASED("1") "\n");
	unlink(name);
	expect_file(path, RELEASED("1") "\n");
	end();
}
END_TEST

/* The record that is in its slot and in the file is the last one in FILE itself: rotation comes before a record. */
START_TEST(kill_around_rotation_doubles_nothing)
{
	begin();
	struct journal *journal = open_one();
	journal_rotate_at(journal, 1);
	journal_put(journal, JOURNAL_NO_SLOT, RELEASED("1"));
	journal_put(journal, JOURNAL_NO_SLOT, RELEASED("2"));
	journal_keep(journal, journal_take(journal), RELEASED("2"));
	kill_it(journal);
	journal_close(open_one());
	expect_file(moved_path, RELEASED("1") "\n");
	expect_file(path, RELEASED("2") "\n");
	end();
}
END_TEST

START_TEST(full_disk_raises_an_alarm_and_records_wait)
{
	begin();
	struct journal *journal = open_one();
	journal_put(journal, JOURNAL_NO_SLOT, RELEASED("1"));
	limit_files(strlen(RELEASED("1")) + 10);
	journal_put(journal, JOURNAL_NO_SLOT, RELEASED("2"));
	journal_put(journal, journal_take(journal), RELEASED("3"));
	expect_file(path, RELEASED("1") "\n"); /* and no part of the second */
	ck_assert_uint_eq(status_of(journal).waiting, 2);
	ck_assert_uint_eq(alarms_count(ALARM_MAJOR), 1);
	clock_advance(3 * JOURNAL_RETRY_S * 1000000);
	ck_assert_uint_eq(status_of(journal).waiting, 2);
	limit_files(RLIM_INFINITY);
	clock_advance(JOURNAL_RETRY_S * 1000000);
	expect_file(path, RELEASED("1") "\n" RELEASED("2") "\n" RELEASED("3") "\n");
	ck_assert_uint_eq(status_of(journal).waiting, 0);
	ck_assert_uint_eq(status_of(journal).lost, 0);
	ck_assert_uint_eq(alarms_count(ALARM_WARNING), 0);
	journal_close(journal);
	end();
}
END_TEST

START_TEST(records_that_wait_are_bounded_and_counted)
{
	begin();
	struct journal *journal = open_one();
	limit_files(0);
	for (unsigned i = 0; i < JOURNAL_WAIT_MAX + 5; i++)
		journal_put(journal, JOURNAL_NO_SLOT, RELEASED("1"));
	ck_assert_uint_eq(status_of(journal).waiting, JOURNAL_WAIT_MAX);
	ck_assert_uint_eq(status_of(journal).lost, 5);
	limit_files(RLIM_INFINITY);
	journal_close(journal);
	end();
}
END_TEST

START_TEST(record_that_waits_at_the_end_is_in_its_slot_once_there_is_room)
{
	begin();
	struct journal *journal = open_one();
	limit_files(0);
	journal_put(journal, journal_take(journal), RELEASED("1"));
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	limit_files(RLIM_INFINITY);
	journal_close(journal);
	ck_assert_int_eq(rmdir(path), 0);
	journal_close(open_one());
	expect_file(path, RELEASED("1") "\n");
	end();
}
END_TEST

START_TEST(record_that_waits_outlives_a_kill_in_its_slot)
{
	begin();
	struct journal *journal = open_one();
	int slot = journal_take(journal);
	journal_keep(journal, slot, OPEN("1"));
	/* The file of records cannot be written any more, its slots can. */
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	journal_put(journal, slot, RELEASED("1"));
	ck_assert_uint_eq(status_of(journal).waiting, 1);
	kill_it(journal);
	ck_assert_int_eq(rmdir(path), 0);
	journal_close(open_one());
	expect_file(path, RELEASED("1") "\n");
	end();
}
END_TEST

START_TEST(overlong_record_harms_no_other)
{
	static char line[JOURNAL_LINE_MAX + 1];

	begin();
	memset(line, 'x', sizeof(line) - 1);
	struct journal *journal = open_one();
	int slot = journal_take(journal);
	journal_keep(journal, slot, line);
	journal_put(journal, slot, line);
	ck_assert_uint_eq(status_of(journal).lost, 1);
	journal_put(journal, journal_take(journal), RELEASED("1"));
	expect_file(path, RELEASED("1") "\n");
	journal_close(journal);
	end();
}
END_TEST

START_TEST(without_memory_a_record_is_written_all_the_same)
{
	begin();
	OOM_EACH(done)
	{
		int err = 0;
		struct journal *journal = journal_open(NULL, path, &err);
		int slot = journal ? journal_take(journal) : 0;

		if (journal)
			journal_put(journal, slot, RELEASED("1"));
		oom_off();
		done = journal && slot != JOURNAL_NO_SLOT;
		ck_assert(journal || err == -ENOMEM);
		if (journal)
			ck_assert_uint_eq(status_of(journal).written, 1);
		journal_close(journal);
	}
	end();
}
END_TEST

UNIT_MAIN("journal", ended_call_leaves_one_line,
	  calls_open_at_a_kill_are_interrupted_at_the_next_start,
	  record_killed_at_any_instant_is_neither_lost_nor_doubled, id_that_begins_alike_is_another,
	  file_of_something_else_is_left_as_it_is, zeros_that_a_power_failure_left_are_cut_off,
	  two_gateways_do_not_share_a_file, damaged_slots_are_left_out,
	  slots_of_an_earlier_length_are_read, file_moved_away_is_begun_anew, long_file_is_rotated,
	  kill_around_rotation_doubles_nothing, full_disk_raises_an_alarm_and_records_wait,
	  records_that_wait_are_bounded_and_counted,
	  record_that_waits_at_the_end_is_in_its_slot_once_there_is_room,
	  record_that_waits_outlives_a_kill_in_its_slot, overlong_record_harms_no_other,
	  without_memory_a_record_is_written_all_the_same)
