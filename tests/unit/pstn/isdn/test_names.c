/* Names between UTF-8 and the character sets of lines. */
#include "tests/unit/unit.h"

#include <osmocom/core/utils.h>
#include <string.h>

#include "pstn/isdn/names.h"

START_TEST(name_from_the_line_is_utf8)
{
	static const struct {
		int char_set;
		const char *line, *utf8;
	} rows[] = {
		{ PRI_CHAR_SET_ISO8859_1, "Anna", "Anna" },
		{ PRI_CHAR_SET_ISO8859_1, "M\xfcller", "Müller" },
		{ PRI_CHAR_SET_UNKNOWN, "M\xfcller", "Müller" },
		/* said to be Latin-1, and is not */
		{ PRI_CHAR_SET_ISO8859_1, "Müller", "Müller" },
		{ PRI_CHAR_SET_ISO8859_2, "Wa\xb3\xeasa", "Wałęsa" },
		{ PRI_CHAR_SET_ISO8859_3, "\xa6", "Ĥ" },
		{ PRI_CHAR_SET_ISO8859_4, "\xb1", "ą" },
		{ PRI_CHAR_SET_ISO8859_5, "\xb0\xdd\xdd\xd0", "Анна" },
		{ PRI_CHAR_SET_ISO8859_7, "\xc1\xed\xed\xe1", "Αννα" },
		{ PRI_CHAR_SET_ISO10646_UTF_8STRING, "日本", "日本" },
		/* cut by libpri, or anything */
		{ PRI_CHAR_SET_ISO10646_UTF_8STRING, "a\xe6\x97", "a" },
		{ PRI_CHAR_SET_ISO10646_UTF_8STRING, "a\xc0\xaf\xed\xa0\x80\xf4\x90\x80\x80z",
		  "az" },
		{ PRI_CHAR_SET_ISO10646_BMPSTRING, "Anna", "" },
		{ PRI_CHAR_SET_WITHDRAWN, "Anna", "Anna" },
		{ 77, "M\xfcller", "Müller" },
		/* control characters */
		{ PRI_CHAR_SET_ISO8859_1, "A\x01\x1b[2Jn\x7f\x9bna\r\n", "A[2Jnna" },
		{ PRI_CHAR_SET_ISO10646_UTF_8STRING, "A\xc2\x9b\x07n", "An" },
		{ PRI_CHAR_SET_ISO8859_5, "\x9b\xb0\x02", "А" },
		{ PRI_CHAR_SET_ISO8859_1, "", "" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char out[LEG_NAME_MAX];

		names_hear(rows[i].line, rows[i].char_set, out);
		ck_assert_msg(!strcmp(out, rows[i].utf8), "row %zu: %s", i, out);
	}
}
END_TEST

/* The longest that libpri can hand over, of letters that grow. */
START_TEST(long_name_is_cut_between_letters)
{
	static const int char_sets[] = { PRI_CHAR_SET_ISO8859_1, PRI_CHAR_SET_ISO8859_5,
					 PRI_CHAR_SET_ISO8859_7 };
	struct pri_party_name name;
	char out[LEG_NAME_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(char_sets); i++) {
		memset(name.str, 0xe9, sizeof(name.str) - 1);
		name.str[sizeof(name.str) - 1] = '\0';
		names_hear(name.str, char_sets[i], out);
		ck_assert_uint_eq(strlen(out), LEG_NAME_MAX - 2);
	}
}
END_TEST

START_TEST(name_to_the_line_is_as_good_as_the_line_allows)
{
	static const struct {
		const char *utf8, *ia5, *any;
		int char_set;
	} rows[] = {
		{ "Anna Z.", "Anna Z.", "Anna Z.", PRI_CHAR_SET_ISO8859_1 },
		{ "Jürgen Groß", "Jurgen Gross", "J\xfcrgen Gro\xdf", PRI_CHAR_SET_ISO8859_1 },
		{ "Ærøskøbing", "AEroskobing",
		  "\xc6r\xf8sk\xf8"
		  "bing",
		  PRI_CHAR_SET_ISO8859_1 },
		{ "Wałęsa Žižková", "Walesa Zizkova", "Wałęsa Žižková",
		  PRI_CHAR_SET_ISO10646_UTF_8STRING },
		{ "O’Neill – Bar", "O'Neill - Bar", "O’Neill – Bar",
		  PRI_CHAR_SET_ISO10646_UTF_8STRING },
		{ "Анна 7", " 7", "Анна 7", PRI_CHAR_SET_ISO10646_UTF_8STRING },
		{ "Анна", "", "Анна", PRI_CHAR_SET_ISO10646_UTF_8STRING },
		{ "A\x01\xc2\x85\xff\xc3n", "An", "An", PRI_CHAR_SET_ISO8859_1 },
		{ "", "", "", PRI_CHAR_SET_ISO8859_1 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct pri_party_name name = { 0 };

		names_say(rows[i].utf8, false, &name);
		ck_assert_msg(!strcmp(name.str, rows[i].ia5), "row %zu: %s", i, name.str);
		ck_assert_int_eq(name.valid, *rows[i].ia5 != '\0');
		ck_assert_int_eq(name.char_set, PRI_CHAR_SET_ISO8859_1);
		names_say(rows[i].utf8, true, &name);
		ck_assert_msg(!strcmp(name.str, rows[i].any), "row %zu: %s", i, name.str);
		ck_assert_int_eq(name.valid, *rows[i].utf8 != '\0');
		ck_assert_int_eq(name.char_set, rows[i].char_set);
	}
}
END_TEST

/* libpri has room for 50 octets, and would cut a letter in two. */
START_TEST(no_more_is_said_than_libpri_holds)
{
	struct pri_party_name name;
	char utf8[LEG_NAME_MAX] = "";

	for (size_t i = 0; i + 3 < sizeof(utf8); i += 3)
		memcpy(utf8 + i, "日", 4);
	names_say(utf8, true, &name);
	ck_assert_uint_eq(strlen(name.str), 48);
	memset(utf8, 'x', sizeof(utf8) - 1);
	names_say(utf8, false, &name);
	ck_assert_uint_eq(strlen(name.str), 50);
	names_say(utf8, true, &name);
	ck_assert_uint_eq(strlen(name.str), 50);
}
END_TEST

UNIT_MAIN("names", name_from_the_line_is_utf8, long_name_is_cut_between_letters,
	  name_to_the_line_is_as_good_as_the_line_allows, no_more_is_said_than_libpri_holds)
