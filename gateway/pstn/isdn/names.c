/* Reading and writing UTF-8 by code points; iconv knows the parts of ISO 8859 that are not Latin-1. */
#include "pstn/isdn/names.h"

#include <iconv.h>
#include <stdint.h>
#include <string.h>

#include <osmocom/core/utils.h>

enum {
	OCTETS_MAX = 50, /* what libpri has room for */
	NO_CHAR = -1,
};

/* The code point at *at, which moves behind it; NO_CHAR for an octet that begins none (RFC 3629 4). */
static int32_t next_char(const char **at)
{
	static const int32_t least[] = { 0, 0x80, 0x800, 0x10000 };
	const uint8_t *c = (const uint8_t *)*at;
	int more = *c < 0x80 ? 0 : *c >= 0xf0 ? 3 : *c >= 0xe0 ? 2 : 1;
	int32_t code = more ? *c & (0x3f >> more) : *c;

	++*at;
	if (more && (*c < 0xc2 || *c > 0xf4))
		return NO_CHAR;
	for (int i = 1; i <= more; i++) {
		if ((c[i] & 0xc0) != 0x80)
			return NO_CHAR;
		code = code << 6 | (c[i] & 0x3f);
	}
	if (code < least[more] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		return NO_CHAR;
	*at += more;
	return code;
}

static bool is_utf8(const char *name)
{
	while (*name) {
		if (next_char(&name) == NO_CHAR)
			return false;
	}
	return true;
}

static bool is_control(int32_t code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0);
}

/* Octets of a code point */
static size_t put_utf8(int32_t code, char out[4])
{
	static const uint8_t lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	size_t n = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;

	for (size_t i = n - 1; i > 0; i--, code >>= 6)
		out[i] = (char)(0x80 | (code & 0x3f));
	out[0] = (char)(lead[n] | code);
	return n;
}

/* Without control characters, no longer than fits. */
static void copy_utf8(const char *from, char *out, size_t size)
{
	size_t n = 0;

	while (*from) {
		char octets[4];
		int32_t code = next_char(&from);
		if (code == NO_CHAR || is_control(code))
			continue;
		size_t len = put_utf8(code, octets);
		if (n + len >= size)
			break;
		memcpy(out + n, octets, len);
		n += len;
	}
	out[n] = '\0';
}

/* Hearing */

static void copy_latin1(const char *from, char out[LEG_NAME_MAX])
{
	size_t n = 0;

	for (; *from; from++) {
		int32_t code = (uint8_t)*from;
		if (is_control(code))
			continue;
		if (n + 2 >= LEG_NAME_MAX)
			break;
		n += put_utf8(code, out + n);
	}
	out[n] = '\0';
}

static void copy_by_iconv(const char *from, const char *charset, char out[LEG_NAME_MAX])
{
	char utf8[4 * sizeof(((struct pri_party_name *)0)->str)] = "";
	char *in = (char *)from, *to = utf8;
	size_t left = strlen(from), room = sizeof(utf8) - 1;
	iconv_t iconv_cd = iconv_open("UTF-8", charset);

	if (iconv_cd == (iconv_t)-1) {
		copy_latin1(from, out);
		return;
	}
	/* An octet that the set has not is left out. */
	while (left && iconv(iconv_cd, &in, &left, &to, &room) == (size_t)-1 && room > 4 && left) {
		in++;
		left--;
	}
	iconv_close(iconv_cd);
	*to = '\0';
	copy_utf8(utf8, out, LEG_NAME_MAX);
}

void names_hear(const char *name, int char_set, char out[LEG_NAME_MAX])
{
	switch (char_set) {
	case PRI_CHAR_SET_ISO8859_2:
		copy_by_iconv(name, "ISO-8859-2", out);
		break;
	case PRI_CHAR_SET_ISO8859_3:
		copy_by_iconv(name, "ISO-8859-3", out);
		break;
	case PRI_CHAR_SET_ISO8859_4:
		copy_by_iconv(name, "ISO-8859-4", out);
		break;
	case PRI_CHAR_SET_ISO8859_5:
		copy_by_iconv(name, "ISO-8859-5", out);
		break;
	case PRI_CHAR_SET_ISO8859_7:
		copy_by_iconv(name, "ISO-8859-7", out);
		break;
	case PRI_CHAR_SET_ISO10646_UTF_8STRING:
		copy_utf8(name, out, LEG_NAME_MAX);
		break;
	case PRI_CHAR_SET_ISO10646_BMPSTRING: /* libpri ends it at its first zero octet */
		out[0] = '\0';
		break;
	default:
		/* Many say Latin-1, or nothing, of UTF-8; what reads as UTF-8 is hardly ever Latin-1. */
		if (is_utf8(name))
			copy_utf8(name, out, LEG_NAME_MAX);
		else
			copy_latin1(name, out);
	}
}

/* Saying */

/* The letter or two that stand for it in IA5; "": nothing does. */
static void ia5_of(int32_t code, char out[3])
{
	static const char latin1[][3] = {
		"A", "A", "A", "A", "A", "A", "AE", "C", "E", "E", "E", "E", "I", "I", "I",  "I",
		"D", "N", "O", "O", "O", "O", "O",  "x", "O", "U", "U", "U", "U", "Y", "Th", "ss",
		"a", "a", "a", "a", "a", "a", "ae", "c", "e", "e", "e", "e", "i", "i", "i",  "i",
		"d", "n", "o", "o", "o", "o", "o",  ":", "o", "u", "u", "u", "u", "y", "th", "y",
	};
	static const char extended_a[] = "AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGg"
					 "GgGgHhHhIiIiIiIiIiIiJjKkkLlLlLlL"
					 "lLlNnNnNnnNnOoOoOoOoRrRrRrSsSsSs"
					 "SsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs";

	memset(out, 0, 3);
	if (code >= 0x20 && code < 0x7f)
		out[0] = (char)code;
	else if (code == 0xa0) /* no-break space */
		out[0] = ' ';
	else if (code >= 0xc0 && code <= 0xff)
		memcpy(out, latin1[code - 0xc0], sizeof(latin1[0]));
	else if (code >= 0x100 && code <= 0x17f)
		out[0] = extended_a[code - 0x100];
	else if (code == 0x2019) /* apostrophe */
		out[0] = '\'';
	else if (code == 0x2013 || code == 0x2014) /* dashes */
		out[0] = '-';
}

static void say_ia5(const char *utf8, char *out)
{
	size_t n = 0;

	while (*utf8) {
		char letters[3];
		ia5_of(next_char(&utf8), letters);
		size_t len = strlen(letters);
		if (n + len > OCTETS_MAX)
			break;
		memcpy(out + n, letters, len);
		n += len;
	}
	out[n] = '\0';
}

/* False when there are letters that Latin-1 has not. */
static bool say_latin1(const char *utf8, char *out)
{
	size_t n = 0;

	while (*utf8 && n < OCTETS_MAX) {
		int32_t code = next_char(&utf8);
		if (code > 0xff)
			return false;
		if (code != NO_CHAR && !is_control(code))
			out[n++] = (char)code;
	}
	out[n] = '\0';
	return true;
}

void names_say(const char *utf8, bool any_letter, struct pri_party_name *out)
{
	out->char_set = PRI_CHAR_SET_ISO8859_1;
	if (!any_letter) {
		say_ia5(utf8, out->str);
	} else if (!say_latin1(utf8, out->str)) {
		out->char_set = PRI_CHAR_SET_ISO10646_UTF_8STRING;
		copy_utf8(utf8, out->str, OCTETS_MAX + 1);
	}
	out->valid = out->str[strspn(out->str, " ")] != '\0';
}
