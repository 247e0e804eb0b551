/* Ranges of internet addresses: literals only. */
#include "sip/text/netprefix.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BITS_V4 = 32, BITS_V6 = 128 };

/* Are the first len bits the same? */
static bool same_bits(const uint8_t *a, const uint8_t *b, unsigned len)
{
	const unsigned whole = len / 8, rest = len % 8;

	if (memcmp(a, b, whole) != 0)
		return false;
	return !rest || !((a[whole] ^ b[whole]) >> (8 - rest));
}

/* Nothing set after the first len bits. */
static bool ends_after(const uint8_t *octets, unsigned len, unsigned bits)
{
	for (unsigned bit = len; bit < bits; bit++) {
		if (octets[bit / 8] & (0x80 >> bit % 8))
			return false;
	}
	return true;
}

/* The length behind the slash, or all bits; -1: neither. */
static int parse_len(const char *slash, int bits)
{
	char *end;

	if (!slash)
		return bits;
	if (slash[1] < '0' || slash[1] > '9')
		return -1;
	long len = strtol(slash + 1, &end, 10);
	return *end || len > bits ? -1 : (int)len;
}

bool netprefix_parse(const char *text, struct netprefix *out)
{
	struct netprefix prefix = { 0 };
	const char *slash = strchr(text, '/');
	char host[INET6_ADDRSTRLEN];
	size_t len = slash ? (size_t)(slash - text) : strlen(text);

	if (len >= sizeof(host))
		return false;
	memcpy(host, text, len);
	host[len] = '\0';
	if (inet_pton(AF_INET, host, prefix.octets) == 1)
		prefix.family = AF_INET;
	else if (inet_pton(AF_INET6, host, prefix.octets) == 1)
		prefix.family = AF_INET6;
	else
		return false;
	const int bits = prefix.family == AF_INET ? BITS_V4 : BITS_V6;
	const int bits_said = parse_len(slash, bits);
	if (bits_said < 0 || !ends_after(prefix.octets, (unsigned)bits_said, (unsigned)bits))
		return false;
	prefix.len = (uint8_t)bits_said;
	*out = prefix;
	return true;
}

void netprefix_text(const struct netprefix *prefix, char out[static NETPREFIX_TEXT_MAX])
{
	const unsigned bits = prefix->family == AF_INET ? BITS_V4 : BITS_V6;
	char host[INET6_ADDRSTRLEN] = "";

	inet_ntop(prefix->family, prefix->octets, host, sizeof(host));
	if (prefix->len == bits)
		snprintf(out, NETPREFIX_TEXT_MAX, "%s", host);
	else
		snprintf(out, NETPREFIX_TEXT_MAX, "%s/%u", host, prefix->len);
}

bool netprefix_has(const struct netprefix *prefix, const struct sockaddr_storage *address)
{
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)address;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)address;
	const void *octets = &v4->sin_addr;

	if (address->ss_family != prefix->family)
		return false;
	if (prefix->family == AF_INET6)
		octets = &v6->sin6_addr;
	return same_bits(prefix->octets, octets, prefix->len);
}

bool netprefix_same(const struct netprefix *a, const struct netprefix *b)
{
	return a->family == b->family && a->len == b->len &&
	       !memcmp(a->octets, b->octets, sizeof(a->octets));
}

bool netprefixes_have(const struct netprefixes *list, const struct sockaddr_storage *address)
{
	for (size_t i = 0; i < list->n; i++) {
		if (netprefix_has(&list->list[i], address))
			return true;
	}
	return false;
}
