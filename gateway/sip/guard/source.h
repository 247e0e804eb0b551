/* Who a message came from, as the guard counts: an IPv4 address, or the first 64 bits of an IPv6 one, which are one
 * customer's. And a table of what is known of sources: fixed memory, and the same time however full it is. Where
 * there is no room, the one not heard of for longest gives way. Control thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

struct source {
	uint64_t high; /* IPv6: the first 64 bits; IPv4: 0 */
	uint32_t low;  /* IPv4 alone */
	uint16_t family;
};

struct source source_of(const struct sockaddr_storage *from);
bool source_same(const struct source *a, const struct source *b);
enum { SOURCE_TEXT_MAX = 56 };
/* "192.0.2.1", "2001:db8:1:2::/64". */
void source_text(const struct source *source, char out[static SOURCE_TEXT_MAX]);
/* Keyed at the start of the program, so that nobody outside can make sources share a place. */
uint64_t source_hash(const struct source *source);
/* The same for text, to go on from hash. */
uint64_t source_hash_text(uint64_t hash, const char *text);

/* The head of what a table keeps. */
struct source_entry {
	struct source source; /* family 0: the place is free */
	uint64_t used_us;     /* when it was last asked for */
};

struct source_table {
	void *places;
	size_t size; /* of one, octets */
	unsigned n;  /* a power of two, times SOURCE_WAYS */
	unsigned used;
};
enum { SOURCE_WAYS = 8 };

/* False without memory. n: SOURCE_WAYS times a power of two. */
bool source_table_init(struct source_table *table, void *talloc_ctx, unsigned n, size_t size);
/* NULL when nothing is known of it. */
void *source_table_find(const struct source_table *table, const struct source *source);
/* Its entry, new and zeroed if there was none. */
void *source_table_get(struct source_table *table, const struct source *source, uint64_t now_us);
void source_table_drop(struct source_table *table, struct source_entry *entry);
/* The entry after that one (NULL: the first), in no order; NULL at the end. */
void *source_table_next(const struct source_table *table, const void *after);
