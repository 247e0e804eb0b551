/* Keys of encrypted sound in session descriptions. */
#include "sip/text/keying.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { TAG_DIGITS = 9, BITS_OF_CHAR = 6, BITS_OF_OCTET = 8 };

/* RFC 4568 6.2, RFC 6188 3, RFC 7714 14.2 */
static const struct {
	const char *name;
	size_t len;
} suites[KEYING_SUITES] = {
	[KEYING_AES_CM_128_80] = { "AES_CM_128_HMAC_SHA1_80", 30 },
	[KEYING_AES_CM_128_32] = { "AES_CM_128_HMAC_SHA1_32", 30 },
	[KEYING_AES_CM_192_80] = { "AES_192_CM_HMAC_SHA1_80", 38 },
	[KEYING_AES_CM_192_32] = { "AES_192_CM_HMAC_SHA1_32", 38 },
	[KEYING_AES_CM_256_80] = { "AES_256_CM_HMAC_SHA1_80", 46 },
	[KEYING_AES_CM_256_32] = { "AES_256_CM_HMAC_SHA1_32", 46 },
	[KEYING_AES_GCM_128] = { "AEAD_AES_128_GCM", 28 },
	[KEYING_AES_GCM_256] = { "AEAD_AES_256_GCM", 44 },
};

static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

size_t keying_key_len(enum keying_suite suite)
{
	return suites[suite].len;
}

static enum keying_suite suite_of(const char *name, size_t len)
{
	for (enum keying_suite suite = KEYING_NONE + 1; suite < KEYING_SUITES; suite++) {
		if (strlen(suites[suite].name) == len && !strncmp(suites[suite].name, name, len))
			return suite;
	}
	return KEYING_NONE;
}

/* Exactly n octets of base64 (RFC 4648 4), with or without the padding. Returns what follows, or NULL. */
static const char *read_base64(const char *text, uint8_t *out, size_t n)
{
	uint32_t bits = 0;
	unsigned have = 0;
	size_t got = 0;

	for (; *text && strchr(base64, *text); text++) {
		bits = bits << BITS_OF_CHAR | (uint32_t)(strchr(base64, *text) - base64);
		have += BITS_OF_CHAR;
		if (have < BITS_OF_OCTET)
			continue;
		have -= BITS_OF_OCTET;
		if (got == n)
			return NULL;
		out[got++] = (uint8_t)(bits >> have);
	}
	return got == n ? text + strspn(text, "=") : NULL;
}

/* RFC 4568 6.1: inline:KEY[|LIFETIME][|MKI:LENGTH]. What a lifetime limits is out of reach of a call; a key
 * identifier would have to be in each packet. */
static const char *read_key(const char *text, struct keying_crypto *out)
{
	static const char method[] = "inline:";

	if (strncasecmp(text, method, strlen(method)) != 0)
		return NULL;
	text = read_base64(text + strlen(method), out->key, suites[out->suite].len);
	if (text && *text == '|') {
		text++;
		text += strspn(text, "0123456789^");
	}
	return text && (!*text || *text == ' ') ? text : NULL;
}

/* RFC 4568 6.3.7: parameters with a hyphen in front may be ignored, others not. */
static bool params_known(const char *text)
{
	for (text += strspn(text, " "); *text; text += strspn(text, " ")) {
		if (*text != '-')
			return false;
		text += strcspn(text, " ");
	}
	return true;
}

bool keying_read_crypto(const char *value, struct keying_crypto *out)
{
	struct keying_crypto crypto = { 0 };
	size_t n = strspn(value, "0123456789");

	if (!n || n > TAG_DIGITS || *value == '0' || value[n] != ' ')
		return false;
	for (size_t i = 0; i < n; i++)
		crypto.tag = crypto.tag * 10 + (uint32_t)(value[i] - '0');
	value += n + strspn(value + n, " ");
	n = strcspn(value, " ");
	crypto.suite = (uint8_t)suite_of(value, n);
	if (!crypto.suite)
		return false;
	value += n + strspn(value + n, " ");
	value = read_key(value, &crypto);
	if (!value || !params_known(value))
		return false;
	*out = crypto;
	return true;
}

void keying_write_crypto(const struct keying_crypto *crypto, char out[static KEYING_TEXT_MAX])
{
	const size_t len = suites[crypto->suite].len;
	int n = snprintf(out, KEYING_TEXT_MAX, "%u %s inline:", (unsigned)crypto->tag,
			 suites[crypto->suite].name);
	char *end = out + n;
	uint32_t bits = 0;
	unsigned have = 0;

	for (size_t i = 0; i < len; i++) {
		bits = bits << BITS_OF_OCTET | crypto->key[i];
		for (have += BITS_OF_OCTET; have >= BITS_OF_CHAR; have -= BITS_OF_CHAR)
			*end++ = base64[bits >> (have - BITS_OF_CHAR) & 63];
	}
	if (have)
		*end++ = base64[bits << (BITS_OF_CHAR - have) & 63];
	while ((end - out - n) % 4)
		*end++ = '=';
	*end = '\0';
}

static int nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* RFC 8122 5: hash, blank, octets in hexadecimal with colons between. */
bool keying_read_fingerprint(const char *value, struct keying_fingerprint *out)
{
	static const struct {
		const char *name;
		size_t len;
	} hashes[] = { { "sha-256", 32 }, { "sha-384", 48 }, { "sha-512", 64 } };
	struct keying_fingerprint found = { 0 };
	size_t n = strcspn(value, " "), want = 0;

	for (size_t i = 0; i < sizeof(hashes) / sizeof(hashes[0]); i++) {
		if (strlen(hashes[i].name) == n && !strncasecmp(value, hashes[i].name, n)) {
			snprintf(found.hash, sizeof(found.hash), "%s", hashes[i].name);
			want = hashes[i].len;
		}
	}
	value += n + strspn(value + n, " ");
	for (; found.len < want; value += value[2] ? 3 : 2) {
		int high = nibble(value[0]), low = high < 0 ? -1 : nibble(value[1]);

		if (low < 0 || (found.len + 1u < want && value[2] != ':') ||
		    (found.len + 1u == want && value[2]))
			return false;
		found.octets[found.len++] = (uint8_t)(high << 4 | low);
	}
	if (!want)
		return false;
	*out = found;
	return true;
}

enum keying_setup keying_read_setup(const char *value)
{
	static const char *const names[] = {
		[KEYING_ACTPASS] = "actpass",
		[KEYING_ACTIVE] = "active",
		[KEYING_PASSIVE] = "passive",
	};

	for (enum keying_setup setup = KEYING_ACTPASS; setup <= KEYING_PASSIVE; setup++) {
		if (!strcasecmp(value, names[setup]))
			return setup;
	}
	return KEYING_SETUP_NONE;
}
