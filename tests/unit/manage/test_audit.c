/* The audit log: what is noted is read again, over a restart and a torn line, and never grows without end. */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "manage/audit.h"
#include "tests/unit/unit.h"

static char dir[] = "/tmp/crosspoint-audit-XXXXXX";
static char file[sizeof(dir) + 16], before[sizeof(file) + 2];

static void start(void)
{
	clock_use_virtual(0);
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(file, sizeof(file), "%s/changes.log", dir);
	snprintf(before, sizeof(before), "%s.1", file);
	audit_open(dir);
}

static void stop(void)
{
	audit_close();
	unlink(before);
	unlink(file);
	rmdir(dir);
}

static const char *member(json_t *rows, size_t i, const char *key)
{
	return json_string_value(json_object_get(json_array_get(rows, i), key));
}

START_TEST(what_is_noted_is_read_again)
{
	json_t *rows;

	start();
	audit_note("cli 127.0.0.1:5", "commit", "+line \"m\"\n");
	audit_note("gateway", "return", "");
	audit_close();
	audit_open(dir);
	rows = audit_read(10);
	ck_assert_uint_eq(json_array_size(rows), 2);
	ck_assert_str_eq(member(rows, 0, "who"), "cli 127.0.0.1:5");
	ck_assert_str_eq(member(rows, 0, "did"), "commit");
	ck_assert_str_eq(member(rows, 0, "detail"), "+line \"m\"\n");
	ck_assert_uint_eq(strlen(member(rows, 0, "time")), strlen("2026-01-01T00:00:00Z"));
	json_decref(rows);
	rows = audit_read(1); /* the last one */
	ck_assert_uint_eq(json_array_size(rows), 1);
	ck_assert_str_eq(member(rows, 0, "did"), "return");
	json_decref(rows);
	stop();
}
END_TEST

/* A file of the version before has another name; one of this version is never lost to it. */
START_TEST(what_was_kept_under_the_old_name_is_read)
{
	char old[sizeof(dir) + 16];
	json_t *rows;

	start();
	audit_note("gateway", "first", "");
	audit_close();
	snprintf(old, sizeof(old), "%s/audit.log", dir);
	ck_assert_int_eq(rename(file, old), 0);
	audit_open(dir);
	audit_note("gateway", "second", "");
	rows = audit_read(10);
	ck_assert_uint_eq(json_array_size(rows), 2);
	ck_assert_str_eq(member(rows, 0, "did"), "first");
	json_decref(rows);
	close(creat(old, 0600));
	audit_close();
	audit_open(dir);
	rows = audit_read(10);
	ck_assert_uint_eq(json_array_size(rows), 2);
	json_decref(rows);
	unlink(old);
	stop();
}
END_TEST

START_TEST(a_torn_line_harms_no_other)
{
	json_t *rows;
	FILE *out;

	start();
	audit_note("a", "one", "");
	out = fopen(file, "a");
	fputs("{\"time\":\"20\n", out);
	fclose(out);
	audit_note("a", "two", "");
	rows = audit_read(10);
	ck_assert_uint_eq(json_array_size(rows), 2);
	ck_assert_str_eq(member(rows, 1, "did"), "two");
	json_decref(rows);
	stop();
}
END_TEST

START_TEST(it_does_not_grow_without_end)
{
	char detail[4096];
	struct stat_size {
		long now, before;
	} size = { 0 };
	json_t *rows;
	FILE *in;

	memset(detail, 'x', sizeof(detail) - 1);
	detail[sizeof(detail) - 1] = '\0';
	start();
	for (unsigned i = 0; i < 3 * (AUDIT_MAX / sizeof(detail)); i++)
		audit_note("a", "command", detail);
	in = fopen(file, "r");
	fseek(in, 0, SEEK_END);
	size.now = ftell(in);
	fclose(in);
	in = fopen(before, "r");
	fseek(in, 0, SEEK_END);
	size.before = ftell(in);
	fclose(in);
	ck_assert(size.now <= AUDIT_MAX + 8192 && size.before <= AUDIT_MAX + 8192);
	rows = audit_read(1000);
	ck_assert_uint_gt(json_array_size(rows), 256); /* of both files */
	json_decref(rows);
	stop();
}
END_TEST

START_TEST(text_that_is_no_utf8_and_a_directory_that_is_not_there)
{
	json_t *rows;

	start();
	audit_note("a", "command", "\xff\xfe.pcap");
	audit_note("a", "after", "");
	rows = audit_read(10);
	ck_assert_str_eq(member(rows, 0, "detail"), "??.pcap");
	ck_assert_str_eq(member(rows, 1, "did"), "after");
	json_decref(rows);
	audit_open("/nonexistent/dir");
	audit_note("a", "command", ""); /* told in the log alone */
	rows = audit_read(10);
	ck_assert_uint_eq(json_array_size(rows), 0);
	json_decref(rows);
	audit_open(NULL);
	audit_note("a", "command", "");
	stop();
}
END_TEST

UNIT_MAIN("audit", what_is_noted_is_read_again, what_was_kept_under_the_old_name_is_read,
	  a_torn_line_harms_no_other, it_does_not_grow_without_end,
	  text_that_is_no_utf8_and_a_directory_that_is_not_there)
