/* Q.931 messages in words. */
#include <string.h>

#include "pstn/isdn/words.h"
#include "tests/unit/unit.h"

static const char *words(const uint8_t *message, size_t len)
{
	static char out[128];
	uint8_t frame[64] = { 0x02, 0x01, 0x00, 0x00 }; /* an I frame */

	memcpy(frame + 4, message, len);
	words_of_message(frame, len + 4, out, sizeof(out));
	return out;
}

#define WORDS(...)                                                                                 \
	words((const uint8_t[]){ 0x08, 0x02, 0x00, 0x01, __VA_ARGS__ },                            \
	      sizeof((const uint8_t[]){ 0x08, 0x02, 0x00, 0x01, __VA_ARGS__ }))

START_TEST(numbers_are_named)
{
	ck_assert_str_eq(
		WORDS(0x05, 0x6c, 0x05, 0x00, 0x80, '1', '0', '0', 0x70, 0x04, 0x81, '6', '0', '0'),
		"SETUP from 100 to 600");
	ck_assert_str_eq(WORDS(0x05, 0x70, 0x03, 0x81, 0x07, '0'), "SETUP to ?0");
	ck_assert_str_eq(WORDS(0x05), "SETUP");
}
END_TEST

/* Q.931 4.5.12; octet 3a says a recommendation. */
START_TEST(cause_and_location_are_named)
{
	ck_assert_str_eq(WORDS(0x45, 0x08, 0x02, 0x80, 0x91),
			 "DISCONNECT cause 17 user busy (user)");
	ck_assert_str_eq(WORDS(0x45, 0x08, 0x03, 0x00, 0x80, 0x91),
			 "DISCONNECT cause 17 user busy (user)");
	ck_assert_str_eq(WORDS(0x5a, 0x08, 0x01, 0x80), "RELEASE COMPLETE");
}
END_TEST

START_TEST(progress_is_named)
{
	ck_assert_str_eq(WORDS(0x03, 0x1e, 0x02, 0x82, 0x88), "PROGRESS, sound in band");
	ck_assert_str_eq(WORDS(0x03, 0x1e, 0x02, 0x82, 0xff), "PROGRESS");
}
END_TEST

START_TEST(unknown_type_is_a_number)
{
	ck_assert_str_eq(WORDS(0x7f), "message 0x7f");
	ck_assert_str_eq(words((const uint8_t[]){ 0x09, 0x02 }, 2), "?");
}
END_TEST

UNIT_MAIN("words", numbers_are_named, cause_and_location_are_named, progress_is_named,
	  unknown_type_is_a_number)
