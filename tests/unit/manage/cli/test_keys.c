/* Keys out of a terminal's octets. */
#include "manage/cli/keys.h"

#include <string.h>

#include <osmocom/core/utils.h>

#include "tests/unit/unit.h"

enum { MAX = 32 };

/* The keys of a text with octets of 0 in it. */
static unsigned keys_of(struct keys *keys, const char *octets, size_t n, int found[static MAX])
{
	unsigned n_found = 0;

	for (size_t i = 0; i < n; i++) {
		const int key = keys_put(keys, (uint8_t)octets[i]);

		if (key != KEY_NONE)
			found[n_found++] = key;
	}
	return n_found;
}

#define FIND(keys, octets, found) keys_of(keys, octets, sizeof(octets) - 1, found)

START_TEST(sequences_are_keys)
{
	static const struct {
		const char *octets;
		int key;
	} table[] = {
		{ "q", 'q' },
		{ "\033[A", KEY_UP },
		{ "\033[B", KEY_DOWN },
		{ "\033[C", KEY_RIGHT },
		{ "\033[D", KEY_LEFT },
		{ "\033OA", KEY_UP },
		{ "\033[H", KEY_HOME },
		{ "\033[F", KEY_END },
		{ "\033[1~", KEY_HOME },
		{ "\033[4~", KEY_END },
		{ "\033[5~", KEY_PAGE_UP },
		{ "\033[6~", KEY_PAGE_DOWN },
		{ "\033[1;5A", KEY_UP }, /* with Control */
		{ "\033\033[A", KEY_UP },
	};
	int found[MAX];

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		struct keys keys = { 0 };

		ck_assert_uint_eq(keys_of(&keys, table[i].octets, strlen(table[i].octets), found),
				  1);
		ck_assert_int_eq(found[0], table[i].key);
	}
}
END_TEST

START_TEST(unknown_sequences_are_no_keys)
{
	struct keys keys = { 0 };
	int found[MAX];

	ck_assert_uint_eq(FIND(&keys, "\033[99~\033[M\033Oq\033x\033[3~", found), 0);
	ck_assert_uint_eq(FIND(&keys, "q", found), 1);
}
END_TEST

/* RFC 1073: IAC SB NAWS 0 100 0 40 IAC SE; RFC 854: other commands and options are passed over. */
START_TEST(telnet_tells_the_size_of_the_window)
{
	struct keys keys = { 0 };
	int found[MAX];

	ck_assert_uint_eq(FIND(&keys,
			       "\377\375\003\377\371a\377\372\037\0\144\0\050\377\360"
			       "b",
			       found),
			  3);
	ck_assert_int_eq(found[0], 'a');
	ck_assert_int_eq(found[1], KEY_WINDOW);
	ck_assert_int_eq(found[2], 'b');
	ck_assert_uint_eq(keys.width, 100);
	ck_assert_uint_eq(keys.height, 40);
}
END_TEST

START_TEST(size_with_255_is_sent_twice)
{
	struct keys keys = { 0 };
	int found[MAX];

	ck_assert_uint_eq(FIND(&keys, "\377\372\037\1\377\377\0\050\377\360", found), 1);
	ck_assert_uint_eq(keys.width, 511);
	ck_assert_uint_eq(keys.height, 40);
}
END_TEST

START_TEST(other_parameters_are_no_size)
{
	struct keys keys = { 0 };
	int found[MAX];

	ck_assert_uint_eq(FIND(&keys, "\377\372\030\0xterm-256color\377\360", found), 0);
	ck_assert_uint_eq(FIND(&keys, "\377\372\037\0\144\0\377\360", found), 0);
	ck_assert_uint_eq(FIND(&keys, "\377\372\037\0\144\0\050\0\377\360", found), 0);
	ck_assert_uint_eq(keys.width, 0);
	ck_assert_uint_eq(FIND(&keys, "q", found), 1);
}
END_TEST

UNIT_MAIN("keys", sequences_are_keys, unknown_sequences_are_no_keys,
	  telnet_tells_the_size_of_the_window, size_with_255_is_sent_twice,
	  other_parameters_are_no_size)
