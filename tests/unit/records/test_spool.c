/* The journal's files, read from any place on and pruned. */
#include "records/spool.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>

#include "records/journal.h"
#include "tests/unit/unit.h"

#define LINE(id) JOURNAL_HEAD id "\"," JOURNAL_RELEASED "\n"

static char dir[] = "/tmp/spool-XXXXXX", path[64];
static const struct spool_place start = { .offset = 0 };
static struct spool spool;
static char chunk[SPOOL_CHUNK];

static const char *name_of(unsigned number)
{
	static char name[SPOOL_NAME_MAX];

	spool_name(path, number, name);
	return name;
}

static void add(unsigned number, const char *text)
{
	FILE *file = fopen(name_of(number), "a");

	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	fclose(file);
}

static void begin(void)
{
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/calls.jsonl", dir);
	spool_begin(&spool, path, &start);
}

static void end(void)
{
	spool_end(&spool);
	for (unsigned i = 0; i < 30; i++)
		unlink(name_of(i));
	ck_assert_int_eq(rmdir(dir), 0);
}

static void expect(const char *text)
{
	int len = spool_read(&spool, chunk);

	ck_assert_int_eq(len, (int)strlen(text));
	ck_assert_int_eq(memcmp(chunk, text, strlen(text)), 0);
}

START_TEST(files_are_read_in_their_order)
{
	begin();
	expect("");
	add(9, LINE("1"));
	add(10, LINE("2") LINE("3"));
	add(0, LINE("4"));
	expect(LINE("1"));
	expect(LINE("2") LINE("3"));
	expect(LINE("4"));
	expect("");
	ck_assert_str_eq(spool.place.first, "4");
	end();
}
END_TEST

START_TEST(line_without_its_end_is_left_for_later)
{
	begin();
	add(0, LINE("1") "{\"id\":\"2");
	expect(LINE("1"));
	expect("");
	add(0, "\"}\n");
	expect("{\"id\":\"2\"}\n");
	end();
}
END_TEST

START_TEST(rotation_under_the_reader_loses_nothing)
{
	begin();
	add(0, LINE("1"));
	expect(LINE("1"));
	add(0, LINE("2"));
	ck_assert_int_eq(rename(path, name_of(1)), 0);
	add(0, LINE("3"));
	expect(LINE("2"));
	expect(LINE("3"));
	expect("");
	end();
}
END_TEST

/* By somebody else, to where we do not look; what is older is not read again. */
START_TEST(file_moved_away_is_read_to_its_end)
{
	char away[80];

	begin();
	add(1, LINE("1"));
	add(0, LINE("2"));
	expect(LINE("1"));
	expect(LINE("2"));
	add(0, LINE("3"));
	snprintf(away, sizeof(away), "%s/away", dir);
	ck_assert_int_eq(rename(path, away), 0);
	expect(LINE("3"));
	expect("");
	add(0, LINE("4"));
	expect(LINE("4"));
	expect("");
	unlink(away);
	end();
}
END_TEST

START_TEST(place_outlives_rotation_and_restart)
{
	begin();
	add(0, LINE("1") LINE("2"));
	expect(LINE("1") LINE("2"));
	struct spool_place place = spool.place;
	spool_end(&spool);
	add(0, LINE("3"));
	ck_assert_int_eq(rename(path, name_of(1)), 0);
	add(0, LINE("4"));
	spool_begin(&spool, path, &place);
	expect(LINE("3"));
	expect(LINE("4"));
	end();
}
END_TEST

START_TEST(place_that_is_gone_means_from_the_start)
{
	const struct spool_place gone = { .first = "x", .offset = 7 };
	const struct spool_place beyond = { .first = "1", .offset = 9999 };

	begin();
	add(1, LINE("1"));
	add(0, LINE("2"));
	spool_begin(&spool, path, &gone);
	expect(LINE("1"));
	spool_end(&spool);
	spool_begin(&spool, path, &beyond); /* power failed, and the file is shorter than it was */
	expect(LINE("1"));
	end();
}
END_TEST

START_TEST(long_files_come_in_whole_lines)
{
	size_t octets = 0;
	int len;

	begin();
	for (unsigned i = 0; i < 10000; i++)
		add(0, "{\"id\":\"1\",\"end\":\"released\",\"a\":\"1234567890\"}\n");
	ck_assert_uint_eq(spool_behind(&spool), 10000 * 45);
	while ((len = spool_read(&spool, chunk)) > 0) {
		ck_assert_int_eq(chunk[0], '{');
		ck_assert_int_eq(chunk[len - 1], '\n');
		octets += (size_t)len;
		ck_assert_uint_eq(spool_behind(&spool), 10000 * 45 - octets);
	}
	ck_assert_int_eq(len, 0);
	ck_assert_uint_eq(octets, 10000 * 45);
	end();
}
END_TEST

START_TEST(endless_line_is_an_error)
{
	static char endless[SPOOL_CHUNK + 1];

	begin();
	memset(endless, 'x', SPOOL_CHUNK);
	add(0, endless);
	ck_assert_int_lt(spool_read(&spool, chunk), 0);
	end();
}
END_TEST

static bool there(unsigned number)
{
	return access(name_of(number), F_OK) == 0;
}

static struct spool_pruned prune(int64_t max_age_s, uint64_t max_octets)
{
	const struct spool *readers[] = { &spool };
	struct spool_pruned pruned;

	ck_assert_int_eq(spool_prune(path, readers, 1, max_age_s, max_octets, &pruned), 0);
	return pruned;
}

START_TEST(old_files_go_once_they_are_read)
{
	const struct utimbuf long_ago = { 1000, 1000 };

	begin();
	add(1, LINE("1"));
	add(2, LINE("2"));
	add(3, LINE("3"));
	add(0, LINE("4"));
	for (unsigned i = 1; i <= 2; i++)
		utime(name_of(i), &long_ago);
	ck_assert_uint_eq(prune(3600, 1 << 20).unread, 0); /* nothing is read yet */
	ck_assert(there(1));
	expect(LINE("1"));
	expect(LINE("2")); /* the reader is at its end, and still there */
	ck_assert_uint_eq(prune(3600, 1 << 20).unread, 0);
	ck_assert(!there(1) && there(2) && there(3));
	expect(LINE("3"));
	expect(LINE("4"));
	prune(3600, 1 << 20);
	ck_assert(!there(2) && there(3) && there(0));
	end();
}
END_TEST

START_TEST(room_is_bounded_whatever_was_read)
{
	const uint64_t line = strlen(LINE("1"));
	struct spool_pruned pruned;

	begin();
	add(1, LINE("1"));
	add(2, LINE("2"));
	add(3, LINE("3"));
	add(0, LINE("4"));
	expect(LINE("1"));
	expect(LINE("2"));
	pruned = prune(3600, 3 * line);
	ck_assert_uint_eq(pruned.unread, 0);
	ck_assert_uint_eq(pruned.octets, 3 * line);
	ck_assert(!there(1) && there(2));
	pruned = prune(3600, line);
	ck_assert_uint_eq(pruned.unread, 2); /* the reader is in 2 */
	ck_assert(!there(2) && !there(3) && there(0));
	expect(LINE("4"));
	end();
}
END_TEST

UNIT_MAIN("spool", files_are_read_in_their_order, line_without_its_end_is_left_for_later,
	  rotation_under_the_reader_loses_nothing, file_moved_away_is_read_to_its_end,
	  place_outlives_rotation_and_restart, place_that_is_gone_means_from_the_start,
	  long_files_come_in_whole_lines, endless_line_is_an_error, old_files_go_once_they_are_read,
	  room_is_bounded_whatever_was_read)
