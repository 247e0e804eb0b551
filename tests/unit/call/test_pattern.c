/* Regular expressions on numbers, whole ones and such that grow. */
#include "call/pattern.h"

#include <osmocom/core/talloc.h>
#include <string.h>
#include <time.h>

#include "tests/unit/unit.h"

START_TEST(matches_from_the_beginning)
{
	static const struct {
		const char *text, *digits;
		enum pattern_answer whole, growing;
	} rows[] = {
		{ "6", "60", PATTERN_YES, PATTERN_YES },
		{ "6", "06", PATTERN_NO, PATTERN_NO },
		{ "6", "", PATTERN_NO, PATTERN_OPEN },
		{ "60$", "60", PATTERN_YES, PATTERN_OPEN },
		{ "60$", "601", PATTERN_NO, PATTERN_NO },
		{ "60[1-3]", "60", PATTERN_NO, PATTERN_OPEN },
		{ "60[1-3]", "602", PATTERN_YES, PATTERN_YES },
		{ "60[1-3]", "604", PATTERN_NO, PATTERN_NO },
		{ "6(?!0)", "6", PATTERN_YES, PATTERN_OPEN },
		{ "\\d{3}$", "12", PATTERN_NO, PATTERN_OPEN },
		{ "\\*1|22", "*1", PATTERN_YES, PATTERN_YES },
		{ "\\*1|22", "2", PATTERN_NO, PATTERN_OPEN },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char why[100];
		struct pattern *pattern = pattern_new(NULL, rows[i].text, why, sizeof(why));

		ck_assert_ptr_nonnull(pattern);
		ck_assert_msg(pattern_match(pattern, rows[i].digits, false) == rows[i].whole, "%zu",
			      i);
		ck_assert_msg(pattern_match(pattern, rows[i].digits, true) == rows[i].growing,
			      "%zu", i);
		talloc_free(pattern);
	}
}
END_TEST

START_TEST(what_is_no_pattern_is_explained)
{
	char why[100];

	ck_assert_ptr_null(pattern_new(NULL, "60(1", why, sizeof(why)));
	ck_assert_str_eq(why, "missing closing parenthesis, after 4 characters");
}
END_TEST

START_TEST(no_pattern_hangs)
{
	char why[100];
	struct pattern *pattern = pattern_new(NULL, "(?:1+)+(?:1+)+(?:1+)+2", why, sizeof(why));
	struct timespec a, b;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
	ck_assert_int_eq(pattern_match(pattern, "11111111111111111111111111111111", false),
			 PATTERN_NO);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
	ck_assert_int_lt(b.tv_sec - a.tv_sec, 2);
	talloc_free(pattern);
}
END_TEST

UNIT_MAIN("pattern", matches_from_the_beginning, what_is_no_pattern_is_explained, no_pattern_hangs)
