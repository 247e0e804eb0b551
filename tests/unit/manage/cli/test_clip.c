/* Lines cut to a terminal's columns. */
#include "manage/cli/clip.h"

#include <string.h>

#include <osmocom/core/utils.h>

#include "tests/unit/unit.h"

static const char *clipped(const char *text, unsigned left, unsigned width, bool plain)
{
	static char out[256];

	clip(text, &(const struct clip_how){ left, width, plain }, out, sizeof(out));
	return out;
}

START_TEST(columns_are_counted_without_colours)
{
	ck_assert_str_eq(clipped("abcdef", 0, 4, false), "abcd");
	ck_assert_str_eq(clipped("abcdef", 2, 3, false), "cde");
	ck_assert_str_eq(clipped("ab", 5, 3, false), "");
	ck_assert_str_eq(clipped("\033[1;31mab\033[0mcd", 0, 3, false), "\033[1;31mab\033[0mc");
	ck_assert_str_eq(clipped("\033[1;31mab\033[0mcd", 0, 3, true), "abc");
}
END_TEST

START_TEST(cut_line_ends_without_colour)
{
	ck_assert_str_eq(clipped("\033[31mabcd\033[0m", 0, 2, false), "\033[31mab\033[0m");
	ck_assert_str_eq(clipped("\033[31mabcd\033[0m", 1, 2, false), "\033[31mbc\033[0m");
}
END_TEST

START_TEST(what_a_stranger_sent_moves_no_cursor)
{
	ck_assert_str_eq(clipped("a\033[2Jb\033]0;x\007\r\n", 0, 40, false), "a?[2Jb?]0;x???");
	ck_assert_str_eq(clipped("\033[31", 0, 40, false), "?[31");
	ck_assert_str_eq(clipped("\x9b"
				 "2J\xc2\x9b"
				 "2J\x7f",
				 0, 40, false),
			 "?2J??2J?");
}
END_TEST

START_TEST(letters_of_utf_8_are_whole)
{
	static const char *const wrong[] = {
		"\xc3",         "\xc0\xaf",         "\xe0\x80\xaf",
		"\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80"
	};

	ck_assert_str_eq(clipped("\u00fcber\u20ac\U0001F600x", 0, 6, false),
			 "\u00fcber\u20ac\U0001F600");
	ck_assert_str_eq(clipped("\u00fcber", 1, 2, false), "be");
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		const char *out = clipped(wrong[i], 0, 40, false);

		ck_assert_uint_eq(strspn(out, "?"), strlen(wrong[i]));
	}
}
END_TEST

START_TEST(small_buffer_is_not_overrun)
{
	char out[12];
	const struct clip_how how = { .width = 100 };

	clip("\033[31m0123456789\033[0m", &how, out, sizeof(out));
	ck_assert_uint_lt(strlen(out), sizeof(out));
	ck_assert_str_eq(out, "\033[31m01\033[0m");
}
END_TEST

UNIT_MAIN("clip", columns_are_counted_without_colours, cut_line_ends_without_colour,
	  what_a_stranger_sent_moves_no_cursor, letters_of_utf_8_are_whole,
	  small_buffer_is_not_overrun)
