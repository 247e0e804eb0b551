/* The log's lines, as they come out on stderr. */
#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <osmocom/core/talloc.h>

#include "base/clock.h"
#include "tests/unit/unit.h"

static FILE *caught;
static void *ctx;

/* Every test runs in a process of its own (Check forks), so stderr is its own to take. */
static void begin(void)
{
	caught = tmpfile();
	ck_assert_ptr_nonnull(caught);
	ck_assert_int_ge(dup2(fileno(caught), STDERR_FILENO), 0);
	ctx = talloc_new(NULL);
	log_setup(ctx);
}

static const char *finish(void)
{
	static char text[8192];
	rewind(caught);
	text[fread(text, 1, sizeof(text) - 1, caught)] = '\0';
	fclose(caught);
	log_fini();
	talloc_free(ctx);
	return text;
}

START_TEST(line_has_wall_time_level_category_and_text)
{
	struct tm tm = { .tm_isdst = -1 };
	clock_use_virtual(5000000);
	begin();
	LOGP(DCALL, LOGL_NOTICE, "call %d ended\n", 7);
	const char *line = finish();
	const char *rest = strptime(line, "%Y-%m-%d %H:%M:%S", &tm);
	ck_assert_ptr_nonnull(rest);
	ck_assert_int_le(labs(mktime(&tm) - time(NULL)), 60);
	ck_assert_int_eq(strspn(rest, ".0123456789"), 4);
	ck_assert_str_eq(rest + 4, " NOTICE call: call 7 ended\n");
}
END_TEST

START_TEST(stranger_cannot_begin_a_line_or_color_it)
{
	begin();
	LOGP(DSIP, LOGL_ERROR, "from \"%s\"\n", "x\r\n2026 NOTICE \033[1m");
	const char *line = finish();
	ck_assert_ptr_eq(strchr(line, '\n'), line + strlen(line) - 1);
	ck_assert_ptr_nonnull(strstr(line, "from \"x??2026 NOTICE ?[1m\"\n"));
}
END_TEST

START_TEST(overlong_text_is_cut_to_one_line)
{
	char text[5000];
	begin();
	memset(text, 'a', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	LOGP(DTDM, LOGL_ERROR, "%s\n", text);
	const char *line = finish();
	size_t len = strlen(line);
	ck_assert_uint_gt(len, 1000);
	ck_assert_uint_lt(len, 2100);
	ck_assert_ptr_eq(strchr(line, '\n'), line + len - 1);
}
END_TEST

START_TEST(line_without_newline_gets_one)
{
	begin();
	LOGP(DMANAGE, LOGL_ERROR, "one");
	LOGP(DLGLOBAL, LOGL_ERROR, "two");
	const char *lines = finish();
	ck_assert_ptr_nonnull(strstr(lines, " ERROR manage: one\n"));
	ck_assert_ptr_nonnull(strstr(lines, " ERROR global: two\n"));
}
END_TEST

START_TEST(level_below_notice_is_off_by_default)
{
	begin();
	LOGP(DMG, LOGL_INFO, "quiet\n");
	LOGP(DMG, LOGL_DEBUG, "quiet\n");
	ck_assert_str_eq(finish(), "");
}
END_TEST

UNIT_MAIN("log", line_has_wall_time_level_category_and_text,
	  stranger_cannot_begin_a_line_or_color_it, overlong_text_is_cut_to_one_line,
	  line_without_newline_gets_one, level_below_notice_is_off_by_default)
