/* A single-producer, single-consumer ring of plain structs: the only thing that two threads share.
 * One thread may put, one other may get; neither blocks, allocates or locks. The memory belongs to
 * whoever called ring_new and is released when both threads are done with it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct ring;

/* A ring of n items (rounded up to a power of two) of item_size octets each, or NULL. */
struct ring *ring_new(void *talloc_ctx, size_t item_size, size_t n);
void ring_free(struct ring *ring);

/* Copies one item in. False when the ring is full; nothing is changed then. */
bool ring_put(struct ring *ring, const void *item);

/* Copies the oldest item out. False when the ring is empty; *item is unchanged then. */
bool ring_get(struct ring *ring, void *item);
