/* What masking hides, and what it leaves. */
#include "tests/unit/unit.h"

#include <osmocom/core/utils.h>
#include <string.h>

#include "pstn/isdn/mask.h"

/* Address, control, discriminator, call reference 5; then type and elements */
#define HEAD 0x02, 0x01, 0x00, 0x00, 0x08, 0x02, 0x00, 0x05

enum { FRAME_MAX = 40 };

struct masking {
	const char *name;
	uint8_t frame[FRAME_MAX], masked[FRAME_MAX];
	size_t len;
};

static const struct masking maskings[] = {
	{ "keypad", { HEAD, 0x7b, 0x2c, 2, '4', '2' }, { HEAD, 0x7b, 0x2c, 2, '*', '*' }, 13 },
	{ "keypad of one digit", { HEAD, 0x7b, 0x2c, 1, '4' }, { HEAD, 0x7b, 0x2c, 1, '*' }, 12 },
	{ "called number keeps its type and plan",
	  { HEAD, 0x7b, 0x70, 3, 0xa1, '4', '2' },
	  { HEAD, 0x7b, 0x70, 3, 0xa1, '*', '*' },
	  14 },
	{ "two elements, one behind another kind",
	  { HEAD, 0x7b, 0x28, 1, 'x', 0x2c, 1, '1', 0x2c, 1, '2' },
	  { HEAD, 0x7b, 0x28, 1, 'x', 0x2c, 1, '*', 0x2c, 1, '*' },
	  18 },
	{ "a called number without digits",
	  { HEAD, 0x7b, 0x70, 1, 0xa1 },
	  { HEAD, 0x7b, 0x70, 1, 0xa1 },
	  12 },
	{ "an element that runs beyond the end",
	  { HEAD, 0x7b, 0x2c, 9, '4', '2' },
	  { HEAD, 0x7b, 0x2c, 9, '4', '2' },
	  13 },
	{ "SETUP", { HEAD, 0x05, 0x70, 2, 0xa1, '4' }, { HEAD, 0x05, 0x70, 2, 0xa1, '4' }, 13 },
	{ "a frame of layer 2 alone", { 0x02, 0x01, 0x01, 0x00 }, { 0x02, 0x01, 0x01, 0x00 }, 4 },
};

START_TEST(digits_of_information_are_hidden)
{
	for (size_t i = 0; i < ARRAY_SIZE(maskings); i++) {
		uint8_t frame[FRAME_MAX];

		memcpy(frame, maskings[i].frame, sizeof(frame));
		mask_digits(frame, maskings[i].len);
		ck_assert_msg(!memcmp(frame, maskings[i].masked, sizeof(frame)), "%s",
			      maskings[i].name);
	}
}
END_TEST

UNIT_MAIN("mask", digits_of_information_are_hidden)
