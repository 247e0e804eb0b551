/* The ring: two indices that only ever grow. The producer alone writes tail, the consumer alone
 * writes head; tail - head is the number of items inside. Each side keeps the last value that it saw of
 * the other's index, so that most calls touch no cache line of the other thread. */
#include "base/ring.h"

#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

#include <osmocom/core/talloc.h>

/* Pads by whole lines, as talloc's memory is not aligned to one. */
enum { CACHE_LINE = 64 };

struct ring {
	size_t item_size;
	size_t mask;
	uint8_t pad_producer[CACHE_LINE];
	atomic_size_t tail;
	size_t head_seen; /* the producer's */
	uint8_t pad_consumer[CACHE_LINE];
	atomic_size_t head;
	size_t tail_seen; /* the consumer's */
	uint8_t pad_items[CACHE_LINE];
	uint8_t items[];
};

static size_t round_up(size_t n)
{
	size_t size = 1;
	while (size < n)
		size <<= 1;
	return size;
}

struct ring *ring_new(void *talloc_ctx, size_t item_size, size_t n)
{
	const size_t most = SIZE_MAX / 4;
	if (!item_size || !n || n > most || item_size > most / round_up(n))
		return NULL;
	size_t size = round_up(n);
	struct ring *ring = talloc_zero_size(talloc_ctx, sizeof(*ring) + size * item_size);
	if (!ring)
		return NULL;
	talloc_set_name_const(ring, "struct ring");
	ring->item_size = item_size;
	ring->mask = size - 1;
	atomic_init(&ring->tail, 0);
	atomic_init(&ring->head, 0);
	return ring;
}

void ring_free(struct ring *ring)
{
	talloc_free(ring);
}

bool ring_put(struct ring *ring, const void *item)
{
	size_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
	if (tail - ring->head_seen > ring->mask) {
		ring->head_seen = atomic_load_explicit(&ring->head, memory_order_acquire);
		if (tail - ring->head_seen > ring->mask)
			return false;
	}
	memcpy(&ring->items[(tail & ring->mask) * ring->item_size], item, ring->item_size);
	atomic_store_explicit(&ring->tail, tail + 1, memory_order_release);
	return true;
}

bool ring_get(struct ring *ring, void *item)
{
	size_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
	if (head == ring->tail_seen) {
		ring->tail_seen = atomic_load_explicit(&ring->tail, memory_order_acquire);
		if (head == ring->tail_seen)
			return false;
	}
	memcpy(item, &ring->items[(head & ring->mask) * ring->item_size], ring->item_size);
	atomic_store_explicit(&ring->head, head + 1, memory_order_release);
	return true;
}
