/* What is out of sight on the left still tells which colour the rest has. */
#include "manage/cli/clip.h"

#include <string.h>

#include <osmocom/core/utils.h>

#define NO_COLOUR "\033[0m"

/* Octets of the sequence there; 0: it is none. */
static size_t colour_len(const char *at)
{
	size_t n = 2;

	if (at[0] != '\033' || at[1] != '[')
		return 0;
	n += strspn(at + n, "0123456789;");
	return at[n] == 'm' ? n + 1 : 0;
}

/* Octets of the letter there; 0: it is none that may be shown. RFC 3629 4, without C1 controls. */
static size_t letter_len(const char *at)
{
	const unsigned char *c = (const unsigned char *)at;
	const size_t len = c[0] < 0x80   ? 1
			   : c[0] < 0xc2 ? 0
			   : c[0] < 0xe0 ? 2
			   : c[0] < 0xf0 ? 3
					 : 4;

	if (len == 1)
		return c[0] >= ' ' && c[0] != 0x7f;
	if (c[0] > 0xf4 || (c[0] == 0xc2 && c[1] < 0xa0) || (c[0] == 0xe0 && c[1] < 0xa0) ||
	    (c[0] == 0xed && c[1] > 0x9f) || (c[0] == 0xf0 && c[1] < 0x90) ||
	    (c[0] == 0xf4 && c[1] > 0x8f))
		return 0;
	for (size_t i = 1; i < len; i++) {
		if ((c[i] & 0xc0) != 0x80)
			return 0;
	}
	return len;
}

void clip(const char *text, const struct clip_how *how, char *out, size_t size)
{
	const size_t room = size - sizeof(NO_COLOUR);
	unsigned column = 0;
	size_t used = 0, n;
	bool coloured = false;

	while (*text && column < how->left + how->width) {
		const size_t colour = colour_len(text);
		const size_t letter = colour ? 0 : letter_len(text);
		const bool seen = colour ? !how->plain : column >= how->left;

		n = colour ? colour : OSMO_MAX(letter, (size_t)1);
		if (seen && used + n > room)
			break;
		if (seen) {
			memcpy(out + used, colour || letter ? text : "?", n);
			used += n;
		}
		if (colour)
			coloured = n != strlen(NO_COLOUR) || memcmp(text, NO_COLOUR, n) != 0;
		else
			column++;
		text += n;
	}
	if (coloured && !how->plain) {
		memcpy(out + used, NO_COLOUR, strlen(NO_COLOUR));
		used += strlen(NO_COLOUR);
	}
	out[used] = '\0';
}
