/* User-to-User as hexadecimal digits. */
#include "sip/text/uui.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include <osmocom/core/utils.h>

#include "sip/text/unknown.h"

/* One value of the header's list, cut into its data and parameters. */
struct value {
	const char *data;
	size_t len;
	const char *params, *end;
};

/* To the end of a token or quoted string. */
static const char *skip_text(const char *at)
{
	if (*at != '"')
		return at + strcspn(at, ";, \t");
	for (at++; *at && *at != '"'; at++)
		at += *at == '\\' && at[1];
	return at + (*at == '"');
}

static const char *skip_params(const char *at)
{
	while (*at && *at != ',')
		at = *at == '"' ? skip_text(at) : at + 1;
	return at;
}

static bool next_value(const char **at, struct value *out)
{
	const char *data = *at + strspn(*at, ", \t");

	if (!*data)
		return false;
	const char *end = skip_text(data);
	out->data = data + (*data == '"');
	out->len = (size_t)(end - out->data) - (*data == '"' && end[-1] == '"' && end - data > 1);
	out->params = end;
	out->end = skip_params(end);
	*at = out->end;
	return true;
}

/* To the next parameter, never beyond this value: a header may have thousands. */
static const char *to_next(const char *at, const char *end)
{
	const char *semicolon = memchr(at, ';', (size_t)(end - at));

	return semicolon ? semicolon : end;
}

/* The parameter is absent, or says that. */
static bool says(const struct value *value, const char *name, const char *word)
{
	size_t name_len = strlen(name), word_len = strlen(word);

	for (const char *at = value->params; at < value->end; at = to_next(at, value->end)) {
		at += strspn(at, "; \t");
		if (at >= value->end || strncasecmp(at, name, name_len) != 0)
			continue;
		at += name_len;
		at += strspn(at, " \t");
		if (*at != '=')
			continue;
		at++;
		at += strspn(at, " \t\"");
		return !strncasecmp(at, word, word_len) && !isalnum((unsigned char)at[word_len]) &&
		       at[word_len] != '-';
	}
	return true;
}

static int hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, tolower((unsigned char)c)) : NULL;

	return at ? (int)(at - digits) : -1;
}

static bool put_octets(const struct value *value, struct leg_uui *out)
{
	struct leg_uui uui = { .len = (uint8_t)(value->len / 2) };

	if (!value->len || value->len % 2 || value->len / 2 > LEG_UUI_MAX)
		return false;
	for (size_t i = 0; i < uui.len; i++) {
		int high = hex_digit(value->data[2 * i]), low = hex_digit(value->data[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		uui.octets[i] = (uint8_t)(high << 4 | low);
	}
	*out = uui;
	return true;
}

bool uui_read(const sip_t *sip, struct leg_uui *out)
{
	const sip_unknown_t *header = NULL;
	struct value value;

	while ((header = unknown_next(sip, "User-to-User", header))) {
		for (const char *at = header->un_value; next_value(&at, &value);) {
			if (says(&value, "purpose", "isdn-uui") &&
			    says(&value, "content", "isdn-uui") &&
			    says(&value, "encoding", "hex") && put_octets(&value, out))
				return true;
		}
	}
	return false;
}

void uui_write(const struct leg_uui *uui, char out[static UUI_TEXT_MAX])
{
	struct osmo_strbuf text = { .buf = out, .len = UUI_TEXT_MAX };

	*out = '\0';
	if (!uui->len || uui->len > LEG_UUI_MAX)
		return;
	OSMO_STRBUF_PRINTF(text, "User-to-User: ");
	for (size_t i = 0; i < uui->len; i++)
		OSMO_STRBUF_PRINTF(text, "%02x", uui->octets[i]);
	OSMO_STRBUF_PRINTF(text, ";encoding=hex;purpose=isdn-uui;content=isdn-uui\r\n");
}
