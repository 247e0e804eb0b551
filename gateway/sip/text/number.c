/* Numbers and names between SIP headers and leg.h. */
#include "sip/text/number.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { PLAN_E164 = 1 };
enum { SCREENING_NONE = 0, SCREENING_PASSED = 1, SCREENING_NETWORK = 3 }; /* Q.931 4.5.10 */
enum { USER_TEXT_MAX = 128 };

static bool is_separator(char c)
{
	return c == '-' || c == '.' || c == '(' || c == ')'; /* RFC 3966 3: visual-separator */
}

static bool is_digit(char c)
{
	return (c >= '0' && c <= '9') || c == '*' || c == '#' || (c >= 'A' && c <= 'D');
}

/* Digits alone, at least one and no more than fit. */
static int put_digits(const char *text, char *out, size_t size)
{
	size_t n = 0;

	for (; *text; text++) {
		char c = (char)toupper((unsigned char)*text);

		if (is_separator(c))
			continue;
		if (!is_digit(c))
			return -EINVAL;
		if (n < size)
			out[n++] = c;
	}
	if (n == size)
		return -EMSGSIZE;
	out[n] = '\0';
	return n ? 0 : -EINVAL;
}

int number_from_text(const char *text, struct leg_number *out)
{
	struct leg_number number = { .type = LEG_TON_UNKNOWN, .plan = PLAN_E164 };

	if (*text == '+') {
		number.type = LEG_TON_INTERNATIONAL;
		text++;
	}
	int rc = put_digits(text, number.digits, sizeof(number.digits));
	if (!rc)
		*out = number;
	return rc;
}

int number_from_url(const url_t *url, struct leg_number *out)
{
	char user[USER_TEXT_MAX];

	if (url->url_type != url_sip && url->url_type != url_sips && url->url_type != url_tel)
		return -EINVAL;
	const char *source = url->url_user;
	if (!source || strstr(source, "%00"))
		return -EINVAL;
	/* What follows are parameters of the number: npdi, rn, phone-context. */
	size_t len = strcspn(source, ";");
	if (len >= sizeof(user))
		return strspn(source, "+" LEG_DIGITS) == len ? -EMSGSIZE : -EINVAL;
	snprintf(user, sizeof(user), "%.*s", (int)len, source);
	url_unescape(user, user);
	user[strcspn(user, ";")] = '\0';
	return number_from_text(user, out);
}

/* The length of the UTF-8 character that begins here, 0 when it is none (RFC 3629). */
static size_t utf8_len(const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t len = s[0] < 0x80 ? 1 : s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;

	if (s[0] >= 0xf5)
		return 0;
	for (size_t i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	}
	return len;
}

/* Unquotes; drops control characters and what is no UTF-8; cuts between characters. */
void number_name(const char *display, char out[static LEG_NAME_MAX])
{
	bool quoted = *display == '"';
	size_t n = 0;

	for (display += quoted; *display && !(quoted && *display == '"');) {
		if (quoted && *display == '\\' && display[1])
			display++;
		size_t len = utf8_len(display);
		if (n + len >= LEG_NAME_MAX)
			break;
		if (len && !iscntrl((unsigned char)*display)) {
			memcpy(out + n, display, len);
			n += len;
		}
		display += len ? len : 1;
	}
	while (n && out[n - 1] == ' ')
		n--;
	out[n] = '\0';
}

bool number_is_verified(const struct leg_number *calling)
{
	return calling->screening == SCREENING_PASSED || calling->screening == SCREENING_NETWORK;
}

void number_user(const struct leg_number *number, char out[static NUMBER_USER_MAX])
{
	char *end = out;

	if (number->type == LEG_TON_INTERNATIONAL && number->digits[0] && number->digits[0] != '+')
		*end++ = '+';
	for (const char *digit = number->digits; *digit; digit++) {
		if (*digit == '#') /* not allowed bare in a URI: RFC 3261 25.1 */
			end = stpcpy(end, "%23");
		else
			*end++ = *digit;
	}
	*end = '\0';
}

void number_display(const char *name, char out[static NUMBER_NAME_MAX])
{
	char *end = out;

	*out = '\0';
	if (!*name)
		return;
	*end++ = '"';
	for (; *name; name++) {
		if (iscntrl((unsigned char)*name))
			continue;
		if (*name == '"' || *name == '\\')
			*end++ = '\\';
		*end++ = *name;
	}
	stpcpy(end, "\" ");
}
