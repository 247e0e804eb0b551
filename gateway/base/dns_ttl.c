/* Its sections one after the other, RFC 1035 4.1. */
#include "base/dns_ttl.h"

#include <limits.h>
#include <stdbool.h>

#include <arpa/nameser.h>

#include <osmocom/core/bit32gen.h>
#include <osmocom/core/bit16gen.h>
#include <osmocom/core/utils.h>

enum {
	HEAD = 12,
	QUESTIONS = 4, /* where their number is, and that of records */
	ANSWERS = 6,
	AUTHORITY = 8,
	QUESTION = 4, /* octets behind the name: type, class */
	RECORD = 10,  /* type, class, TTL, length of the data */
	SOA_MIN = 22, /* two names of one octet at least, and five times 32 bits */
};

struct record {
	unsigned type, ttl, len;
	const uint8_t *data;
};

/* Over a name, and the octets behind it; NULL: there are fewer. */
static const uint8_t *skip(const uint8_t *at, const uint8_t *end, size_t behind)
{
	if (ns_name_skip(&at, end) < 0 || behind > (size_t)(end - at))
		return NULL;
	return at + behind;
}

/* RFC 2181 8: one with the highest bit is none. */
static unsigned ttl_of(uint32_t said)
{
	return said > INT32_MAX ? 0 : said;
}

static const uint8_t *read_record(const uint8_t *at, const uint8_t *end, struct record *out)
{
	at = skip(at, end, RECORD);
	if (!at)
		return NULL;
	out->type = osmo_load16be(at - 10);
	out->ttl = ttl_of(osmo_load32be(at - 6));
	out->len = osmo_load16be(at - 2);
	out->data = at;
	return out->len > (size_t)(end - at) ? NULL : at + out->len;
}

/* The SOA's MINIMUM are its last octets. */
static unsigned record_ttl(const struct record *record, bool answers)
{
	if (answers)
		return record->ttl;
	if (record->type != ns_t_soa || record->len < SOA_MIN)
		return UINT_MAX;
	return OSMO_MIN(record->ttl, ttl_of(osmo_load32be(record->data + record->len - 4)));
}

unsigned dns_ttl(const uint8_t *octets, size_t len)
{
	const uint8_t *at = octets + HEAD, *end = octets + len;
	unsigned least = UINT_MAX, n;
	bool answers;

	if (len < HEAD)
		return 0;
	for (n = osmo_load16be(octets + QUESTIONS); at && n; n--)
		at = skip(at, end, QUESTION);
	n = osmo_load16be(octets + ANSWERS);
	answers = n;
	if (!answers)
		n = osmo_load16be(octets + AUTHORITY);
	while (at && n--) {
		struct record record;
		unsigned ttl;

		at = read_record(at, end, &record);
		ttl = at ? record_ttl(&record, answers) : 0;
		least = OSMO_MIN(least, ttl);
	}
	return at ? least : 0;
}
