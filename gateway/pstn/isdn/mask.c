/* Q.931 4.5.8 (called party number: the digits follow one octet) and 4.5.18 (keypad facility: nothing but
 * digits) in INFORMATION (3.1.7). */
#include "pstn/isdn/mask.h"

#include <string.h>

#include "pstn/isdn/q931.h"

enum { MSG_INFORMATION = 0x7b, IE_KEYPAD = 0x2c, IE_CALLED = 0x70 };

/* skip: octets of the contents before the digits */
static void mask_all(uint8_t *frame, size_t len, size_t from, uint8_t id, size_t skip)
{
	size_t at = q931_find(frame, len, from, id, skip + 1);

	for (; at; at = q931_find(frame, len, at + frame[at - 1], id, skip + 1))
		memset(frame + at + skip, '*', frame[at - 1] - skip);
}

void mask_digits(uint8_t *frame, size_t len)
{
	size_t type = q931_type_at(frame, len);

	if (!type || frame[type] != MSG_INFORMATION)
		return;
	mask_all(frame, len, type + 1, IE_KEYPAD, 0);
	mask_all(frame, len, type + 1, IE_CALLED, 1);
}
