/* Parameters of telephone numbers. */
#include "sip/text/telephone.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include <osmocom/core/utils.h>

/* Of an NSAP: what follows is a local address in decimal, or in IA5 (X.213 A.5.3). */
enum { AFI_DECIMAL = 0x48, AFI_IA5 = 0x50, NSAP = 0 };
enum { VALUE_MAX = 128 };

static const char hex[] = "0123456789abcdef";

/* ";name=value" of a number, its value unescaped. */
struct param {
	const char *name, *value;
};

/* Cuts the next one off *at, which is changed. False at the end. */
static bool next_param(char **at, struct param *out)
{
	char *name = *at + strspn(*at, ";");
	char *end = name + strcspn(name, ";");

	if (!*name)
		return false;
	*at = *end ? end + 1 : end;
	*end = '\0';
	char *value = strchr(name, '=');
	if (value) {
		*value++ = '\0';
		url_unescape(value, value);
	}
	out->name = name;
	out->value = value ? value : "";
	return true;
}

/* Subaddresses */

static int hex_digit(char c)
{
	const char *at = c ? strchr(hex, tolower((unsigned char)c)) : NULL;

	return at ? (int)(at - hex) : -1;
}

/* Pairs of hexadecimal digits; an odd last one is filled up with 0xf (X.213 A.7). */
static bool put_pairs(const char *text, struct leg_subaddress *out)
{
	for (; *text; text++) {
		int high = hex_digit(*text), low = text[1] ? hex_digit(*++text) : 0xf;

		if (high < 0 || low < 0 || out->len == LEG_SUBADDRESS_MAX)
			return false;
		out->octets[out->len++] = (uint8_t)(high << 4 | low);
	}
	return true;
}

static bool put_ia5(const char *text, struct leg_subaddress *out)
{
	for (; *text; text++) {
		if ((unsigned char)*text < ' ' || (unsigned char)*text > '~' ||
		    out->len == LEG_SUBADDRESS_MAX)
			return false;
		out->octets[out->len++] = (uint8_t)*text;
	}
	return true;
}

/* RFC 4715 4: without isub-encoding it is nsap-ia5. */
static void read_subaddress(const char *isub, const char *encoding, struct leg_subaddress *out)
{
	struct leg_subaddress read = { .type = NSAP };
	bool good;

	if (!*isub)
		return;
	if (!strcasecmp(encoding, "nsap")) {
		good = put_pairs(isub, &read);
	} else if (!strcasecmp(encoding, "nsap-bcd")) {
		read.octets[read.len++] = AFI_DECIMAL;
		good = isub[strspn(isub, "0123456789")] == '\0' && put_pairs(isub, &read);
	} else {
		read.octets[read.len++] = AFI_IA5;
		good = put_ia5(isub, &read);
	}
	if (good)
		*out = read;
}

/* Without what ends a parameter or a user part: the others are those of RFC 3966's uric. */
static bool is_plain(uint8_t octet)
{
	return octet < 0x7f && (isalnum(octet) || (octet && strchr("-_.!~*'()", octet)));
}

static void write_ia5(const uint8_t *octets, size_t n, struct osmo_strbuf *text)
{
	for (size_t i = 0; i < n; i++) {
		if (is_plain(octets[i]))
			OSMO_STRBUF_PRINTF(*text, "%c", octets[i]);
		else
			OSMO_STRBUF_PRINTF(*text, "%%%02X", octets[i]);
	}
}

/* Letters that can be said as such. */
static bool is_ia5(const struct leg_subaddress *from)
{
	if (from->octets[0] != AFI_IA5 || from->len < 2)
		return false;
	for (size_t i = 1; i < from->len; i++) {
		if (from->octets[i] < ' ' || from->octets[i] > '~')
			return false;
	}
	return true;
}

/* A user specified subaddress has no encoding in RFC 4715: it is not told. */
static void write_subaddress(const struct leg_subaddress *from, struct osmo_strbuf *text)
{
	if (!from->len || from->type != NSAP)
		return;
	OSMO_STRBUF_PRINTF(*text, ";isub=");
	if (is_ia5(from)) {
		write_ia5(from->octets + 1, from->len - 1U, text);
		OSMO_STRBUF_PRINTF(*text, ";isub-encoding=nsap-ia5");
		return;
	}
	for (size_t i = 0; i < from->len; i++)
		OSMO_STRBUF_PRINTF(*text, "%c%c", hex[from->octets[i] >> 4],
				   hex[from->octets[i] & 0xf]);
	OSMO_STRBUF_PRINTF(*text, ";isub-encoding=nsap");
}

/* The rest */

static void read_routing(const char *value, struct leg_number *out)
{
	struct leg_number number;

	if (!number_from_text(value, &number))
		*out = number;
}

/* Digits with "+" before those that begin with a country; whole, or not at all. */
static void read_digits(const char *value, char *out, size_t size)
{
	struct leg_number number;

	if (number_from_text(value, &number) || strpbrk(number.digits, "*#") ||
	    strlen(number.digits) + 1 >= size)
		return;
	out[0] = '+';
	bool plus = number.type == LEG_TON_INTERNATIONAL;
	osmo_strlcpy(out + plus, number.digits, size - plus);
}

/* Whole, or not at all. */
static void read_word(const char *value, char *out, size_t size)
{
	/* RFC 4904 5 without "[]:/&$", which no name of ours has and a user part cannot say bare. */
	static const char allowed[] = "-_.!~*'()+";
	size_t len = strlen(value);

	for (const char *c = value; *c; c++) {
		if ((unsigned char)*c >= 0x7f ||
		    (!isalnum((unsigned char)*c) && !strchr(allowed, *c)))
			return;
	}
	if (len < size)
		memcpy(out, value, len + 1);
}

/* The context of a country may be written with separators: "+1-914". */
static void read_context(const char *value, char out[static TELEPHONE_CONTEXT_MAX])
{
	if (*value == '+')
		read_digits(value, out, TELEPHONE_CONTEXT_MAX);
	else
		read_word(value, out, TELEPHONE_CONTEXT_MAX);
}

static void read_params(char *params, struct telephone *out)
{
	const char *isub = "", *encoding = "";
	struct param param;

	while (next_param(&params, &param)) {
		if (!strcasecmp(param.name, "phone-context"))
			read_context(param.value, out->context);
		else if (!strcasecmp(param.name, "isub"))
			isub = param.value;
		else if (!strcasecmp(param.name, "isub-encoding"))
			encoding = param.value;
		else if (!strcasecmp(param.name, "rn"))
			read_routing(param.value, &out->transit.routing);
		else if (!strcasecmp(param.name, "npdi"))
			out->transit.ported_asked = true;
		else if (!strcasecmp(param.name, "cic"))
			read_digits(param.value, out->transit.carrier,
				    sizeof(out->transit.carrier));
		else if (!strcasecmp(param.name, "tgrp"))
			read_word(param.value, out->transit.trunk_group, TARGET_NAME_MAX);
		else if (!strcasecmp(param.name, "trunk-context"))
			read_word(param.value, out->trunk_context, TELEPHONE_CONTEXT_MAX);
	}
	read_subaddress(isub, encoding, &out->subaddress);
}

int telephone_read(const url_t *url, struct telephone *out)
{
	struct telephone telephone = { 0 };
	const char *params = url->url_params;
	char copy[VALUE_MAX * 4];
	int rc = number_from_url(url, &telephone.number);

	if (rc)
		return rc;
	if (url->url_type != url_tel)
		params = strchr(url->url_user, ';');
	if (params && strlen(params) < sizeof(copy)) {
		osmo_strlcpy(copy, params, sizeof(copy));
		read_params(copy, &telephone);
	}
	*out = telephone;
	return 0;
}

static void write_transit(const struct leg_transit *transit, struct osmo_strbuf *text)
{
	char user[NUMBER_USER_MAX];

	number_user(&transit->routing, user);
	if (*user)
		OSMO_STRBUF_PRINTF(*text, ";rn=%s", user);
	if (transit->ported_asked)
		OSMO_STRBUF_PRINTF(*text, ";npdi");
	if (*transit->carrier && !strpbrk(transit->carrier, "*#"))
		OSMO_STRBUF_PRINTF(*text, ";cic=%s", transit->carrier);
}

void telephone_write(const struct telephone *telephone, char out[static TELEPHONE_USER_MAX])
{
	struct osmo_strbuf text = { .buf = out, .len = TELEPHONE_USER_MAX };
	char user[NUMBER_USER_MAX];

	number_user(&telephone->number, user);
	*out = '\0';
	if (!*user)
		return;
	OSMO_STRBUF_PRINTF(text, "%s", user);
	if (*telephone->context && *user != '+')
		OSMO_STRBUF_PRINTF(text, ";phone-context=%s", telephone->context);
	write_subaddress(&telephone->subaddress, &text);
	write_transit(&telephone->transit, &text);
	if (*telephone->transit.trunk_group && *telephone->trunk_context)
		OSMO_STRBUF_PRINTF(text, ";tgrp=%s;trunk-context=%s",
				   telephone->transit.trunk_group, telephone->trunk_context);
}
