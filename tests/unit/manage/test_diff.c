/* Diffs: shortest, readable, and true: applied to the first text they give the second. */
#include "manage/config/diff.h"

#include <stdio.h>
#include <string.h>

#include <osmocom/core/talloc.h>

#include "tests/unit/unit.h"

static void check_diff(const char *from, const char *to, const char *expected)
{
	char *diff = diff_text(NULL, from, to);

	ck_assert_str_eq(diff, expected);
	talloc_free(diff);
}

START_TEST(equal_texts_have_no_diff)
{
	check_diff("", "", "");
	check_diff("a\nb\n", "a\nb\n", "");
}
END_TEST

START_TEST(lines_come_and_go)
{
	check_diff("", "a\n", "@@ -0,0 +1,1 @@\n+a\n");
	check_diff("a\n", "", "@@ -1,1 +0,0 @@\n-a\n");
	check_diff("a\nb\nc\n", "a\nx\nc\n", "@@ -1,3 +1,3 @@\n a\n-b\n+x\n c\n");
	check_diff("a\nb\nc\n", "a\nc\n", "@@ -1,3 +1,2 @@\n a\n-b\n c\n");
	check_diff("a\nc\n", "a\nb\nc\n", "@@ -1,2 +1,3 @@\n a\n+b\n c\n");
}
END_TEST

START_TEST(a_hunk_names_its_section)
{
	check_diff("trunk t\n a\n b\n c\n d\n e\n", "trunk t\n a\n b\n c\n d\n f\n",
		   "@@ -3,4 +3,4 @@ trunk t\n  b\n  c\n  d\n- e\n+ f\n");
}
END_TEST

START_TEST(changes_far_apart_are_hunks_of_their_own)
{
	check_diff("1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n", "x\n2\n3\n4\n5\n6\n7\n8\n9\ny\n",
		   "@@ -1,4 +1,4 @@\n-1\n+x\n 2\n 3\n 4\n"
		   "@@ -7,4 +7,4 @@ 6\n 7\n 8\n 9\n-10\n+y\n");
	check_diff("1\n2\n3\n4\n5\n6\n7\n8\n", "x\n2\n3\n4\n5\n6\n7\ny\n",
		   "@@ -1,8 +1,8 @@\n-1\n+x\n 2\n 3\n 4\n 5\n 6\n 7\n-8\n+y\n");
}
END_TEST

/* Applies a diff whose every line is context or change, checking the lines that stay or go. */
static void check_applies(const char *from, const char *to)
{
	void *ctx = talloc_new(NULL);
	char *diff = diff_text(ctx, from, to), *out = talloc_strdup(ctx, ""), *save = NULL;
	int a, skipped = 1; /* the line of from that comes next */

	for (char *line = strtok_r(diff, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		size_t len = strcspn(from, "\n");

		if (sscanf(line, "@@ -%d,", &a) == 1) {
			for (; skipped < a; skipped++) {
				len = strcspn(from, "\n") + 1;
				out = talloc_asprintf_append(out, "%.*s", (int)len, from);
				from += len;
			}
			continue;
		}
		if (*line == '+') {
			out = talloc_asprintf_append(out, "%s\n", line + 1);
			continue;
		}
		ck_assert_int_eq(strncmp(from, line + 1, len), 0);
		if (*line == ' ')
			out = talloc_asprintf_append(out, "%s\n", line + 1);
		from += len + 1;
		skipped++;
	}
	out = talloc_asprintf_append(out, "%s", from);
	ck_assert_str_eq(out, to);
	talloc_free(ctx);
}

static char *random_text(void *ctx, unsigned *seed, int lines, int kinds)
{
	char *text = talloc_strdup(ctx, "");

	for (int i = 0; i < lines; i++)
		text = talloc_asprintf_append(text, "l%d\n", rand_r(seed) % kinds);
	return text;
}

START_TEST(a_diff_applied_gives_the_other_text)
{
	unsigned seed = 4711;

	for (int i = 0; i < 2000; i++) {
		void *ctx = talloc_new(NULL);
		char *from = random_text(ctx, &seed, rand_r(&seed) % 30 + 1, 6);
		char *to = random_text(ctx, &seed, rand_r(&seed) % 30 + 1, 6);

		check_applies(from, to);
		talloc_free(ctx);
	}
}
END_TEST

START_TEST(texts_that_share_little_are_still_told_truly)
{
	unsigned seed = 42;
	void *ctx = talloc_new(NULL);
	char *from = random_text(ctx, &seed, 3000, 100000),
	     *to = random_text(ctx, &seed, 3000, 100000);

	check_applies(from, to);
	talloc_free(ctx);
}
END_TEST

/* The number of changed lines is the least that there can be, as the textbook's table says. */
static int least_edits(const char *a, const char *b)
{
	int n = (int)strlen(a), m = (int)strlen(b);
	int row[64];

	for (int j = 0; j <= m; j++)
		row[j] = j;
	for (int i = 1; i <= n; i++) {
		int diagonal = row[0];

		row[0] = i;
		for (int j = 1; j <= m; j++) {
			int keep = a[i - 1] == b[j - 1] ? diagonal : n + m;
			int change = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;

			diagonal = row[j];
			row[j] = keep < change ? keep : change;
		}
	}
	return row[m];
}

START_TEST(a_diff_is_the_shortest)
{
	unsigned seed = 7;

	for (int i = 0; i < 2000; i++) {
		char a[21], b[21], from[41] = "", to[41] = "", *diff;
		int n = rand_r(&seed) % 20, m = rand_r(&seed) % 20, changes = 0;

		for (int j = 0; j < n; j++)
			sprintf(from + 2 * j, "%c\n", a[j] = (char)('a' + rand_r(&seed) % 3));
		for (int j = 0; j < m; j++)
			sprintf(to + 2 * j, "%c\n", b[j] = (char)('a' + rand_r(&seed) % 3));
		a[n] = b[m] = '\0';
		diff = diff_text(NULL, from, to);
		for (const char *p = diff; *p; p += strcspn(p, "\n") + 1)
			changes += *p == '-' || *p == '+';
		ck_assert_int_eq(changes, least_edits(a, b));
		talloc_free(diff);
	}
}
END_TEST

UNIT_MAIN("diff", equal_texts_have_no_diff, lines_come_and_go, a_hunk_names_its_section,
	  changes_far_apart_are_hunks_of_their_own, a_diff_applied_gives_the_other_text,
	  texts_that_share_little_are_still_told_truly, a_diff_is_the_shortest)
