/* Sources and their tables: sets of eight places each, chosen by hash, the least recently used given up. */
#include "sip/guard/source.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include <osmocom/core/talloc.h>
#include <osmocom/core/utils.h>

struct source source_of(const struct sockaddr_storage *from)
{
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)from;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)from;
	struct source source = { .family = from->ss_family };

	if (from->ss_family == AF_INET)
		source.low = ntohl(v4->sin_addr.s_addr);
	else if (from->ss_family == AF_INET6)
		for (unsigned i = 0; i < 8; i++)
			source.high = source.high << 8 | v6->sin6_addr.s6_addr[i];
	return source;
}

bool source_same(const struct source *a, const struct source *b)
{
	return a->family == b->family && a->low == b->low && a->high == b->high;
}

void source_text(const struct source *source, char out[static SOURCE_TEXT_MAX])
{
	const struct in_addr v4 = { htonl(source->low) };
	struct in6_addr v6 = { 0 };
	char host[INET6_ADDRSTRLEN] = "";

	if (source->family == AF_INET6) {
		for (unsigned i = 0; i < 8; i++)
			v6.s6_addr[i] = (uint8_t)(source->high >> (56 - 8 * i));
		inet_ntop(AF_INET6, &v6, host, sizeof(host));
		snprintf(out, SOURCE_TEXT_MAX, "%s/64", host);
		return;
	}
	inet_ntop(AF_INET, &v4, host, sizeof(host));
	snprintf(out, SOURCE_TEXT_MAX, "%s", host);
}

static uint64_t secret(void)
{
	static uint64_t value;

	if (!value && getrandom(&value, sizeof(value), 0) != sizeof(value))
		value = 0x9e3779b97f4a7c15;
	value |= 1;
	return value;
}

/* One round of a multiplication's both halves. */
static uint64_t mix(uint64_t hash, uint64_t word)
{
	const unsigned __int128 product = (unsigned __int128)(hash ^ word ^ secret()) *
					  (0xd6e8feb86659fd93 ^ (secret() << 1));

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

uint64_t source_hash(const struct source *source)
{
	return mix(mix(source->family, source->high), source->low);
}

uint64_t source_hash_text(uint64_t hash, const char *text)
{
	uint64_t word = 0;
	size_t n = 0;

	for (; text && text[n]; n++) {
		word = word << 8 | (unsigned char)text[n];
		if (n % 8 == 7) {
			hash = mix(hash, word);
			word = 0;
		}
	}
	return mix(mix(hash, word), n);
}

/* Tables */

static struct source_entry *place(const struct source_table *table, unsigned i)
{
	return (struct source_entry *)((char *)table->places + i * table->size);
}

static unsigned set_of(const struct source_table *table, const struct source *source)
{
	return (unsigned)(source_hash(source) & (table->n / SOURCE_WAYS - 1)) * SOURCE_WAYS;
}

bool source_table_init(struct source_table *table, void *talloc_ctx, unsigned n, size_t size)
{
	*table = (struct source_table){ .size = size, .n = n };
	table->places = talloc_zero_size(talloc_ctx, n * size);
	return table->places;
}

void *source_table_find(const struct source_table *table, const struct source *source)
{
	const unsigned set = set_of(table, source);

	for (unsigned i = set; table->used && i < set + SOURCE_WAYS; i++) {
		if (source_same(&place(table, i)->source, source))
			return place(table, i);
	}
	return NULL;
}

void *source_table_get(struct source_table *table, const struct source *source, uint64_t now_us)
{
	const unsigned set = set_of(table, source);
	struct source_entry *entry = source_table_find(table, source);
	struct source_entry *oldest = place(table, set);

	for (unsigned i = set + 1; !entry && i < set + SOURCE_WAYS; i++) {
		struct source_entry *here = place(table, i);

		if (!here->source.family ||
		    (oldest->source.family && here->used_us < oldest->used_us))
			oldest = here;
	}
	if (!entry) {
		entry = oldest;
		table->used += !entry->source.family;
		memset(entry, 0, table->size);
		entry->source = *source;
	}
	entry->used_us = now_us;
	return entry;
}

void source_table_drop(struct source_table *table, struct source_entry *entry)
{
	memset(entry, 0, table->size);
	table->used--;
}

void *source_table_next(const struct source_table *table, const void *after)
{
	unsigned i =
		after ? (unsigned)(((const char *)after - (char *)table->places) / table->size) + 1
		      : 0;

	for (; i < table->n; i++) {
		if (place(table, i)->source.family)
			return place(table, i);
	}
	return NULL;
}
