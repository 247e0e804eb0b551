/* The thread that carries records from the journal into stores. It reads the journal's files and writes its stores, no
 * more: it calls nothing of the control thread's, which wakes it, asks how it goes, and stops it. What a store does
 * not take stays in the journal and is tried again. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "records/store.h"

enum { WORKER_STORES_MAX = 4 };
enum { WORKER_RETRY_MIN_S = 1, WORKER_RETRY_MAX_S = 30, WORKER_PRUNE_S = 600 };

struct worker;

struct worker_setup {
	const char *path; /* the journal */
	struct store *stores[WORKER_STORES_MAX];
	size_t n_stores;
	struct store_limits
		limits; /* of the journal's rotated files, and of the stores that prune */
};

/* Takes the stores over, whatever comes of it. NULL: no memory or no thread. */
struct worker *worker_start(const struct worker_setup *setup);
void worker_wake(struct worker *worker);
/* It is to end, by itself: once more what stores that work can take, for a second; or, to_the_end, when every store has
 * all that is in the journal, however long one is away, unless it is told otherwise meanwhile. */
void worker_leave(struct worker *worker, bool to_the_end);
bool worker_has_left(struct worker *worker); /* worker_stop does not wait */
/* Waits for its end, a second for what stores that work can take included, and frees it. Octets of the journal that
 * some store has not taken. */
uint64_t worker_stop(struct worker *worker);

struct store_status {
	const char *name;
	bool works;                  /* open, and the last attempt went well */
	char error[STORE_ERROR_MAX]; /* while it does not */
	uint64_t taken;   /* records, since the start; those that it had already included */
	uint64_t skipped; /* lines that are no record */
	uint64_t behind;  /* octets of the journal that it has not taken */
};
struct worker_status {
	struct store_status stores[WORKER_STORES_MAX];
	size_t n_stores;
	uint64_t octets; /* of the journal's files */
	uint64_t unread; /* files taken away, for want of room, that a store had not read */
};
void worker_read_status(struct worker *worker, struct worker_status *out);
