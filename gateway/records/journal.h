/* The file of call records, one JSON line each, and beside it FILE.open, which holds what is known so far of every
 * call in progress: a slot of fixed size each. A record is in its slot before it is appended, and leaves it after,
 * so that whatever moment the process is killed at, the next start finds it in one of the two, and tells by the id
 * in front whether it is in both. A file that is long enough becomes FILE.1, then FILE.2 and so on, and one that was
 * moved away by somebody else is begun anew at the next record; spool.h reads them all.
 * Nothing here waits or fails a call: what cannot be written stays in memory and is tried again. Control thread. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "records/journal_format.h"

enum {
	JOURNAL_LINE_MAX = 4096,     /* octets of a record with its line end: the size of a slot */
	JOURNAL_LINE_EARLIER = 2048, /* what it was until records had media and attempts */
	JOURNAL_WAIT_MAX = 10000,    /* records kept in memory */
	JOURNAL_RETRY_S = 5,
	JOURNAL_ROTATE = 64 * 1024 * 1024, /* octets */
};

struct journal;

/* Opens or makes both files, repairs a torn last line, and records what a killed process left open. NULL with *err
 * negative and the reason logged. */
struct journal *journal_open(void *talloc_ctx, const char *path, int *err);
void journal_close(struct journal *journal); /* NULL is let be */
const char *journal_path(const struct journal *journal);
void journal_rotate_at(struct journal *journal, size_t octets);
/* fn is called when a record has been appended, but not from journal_open. */
void journal_watch(struct journal *journal, void (*fn)(void *data), void *data);

enum { JOURNAL_NO_SLOT = -1 };             /* the record is written at its end alone */
int journal_take(struct journal *journal); /* a slot, or JOURNAL_NO_SLOT */
/* line: the record as it is so far, without a line end. */
void journal_keep(struct journal *journal, int slot, const char *line);
/* The record is complete; the slot is given back. */
void journal_put(struct journal *journal, int slot, const char *line);
/* The call goes on, but is recorded elsewhere. */
void journal_drop(struct journal *journal, int slot);

struct journal_status {
	const char *path;
	uint64_t written;     /* since the file was opened */
	uint64_t interrupted; /* of these, calls that a killed process left */
	uint64_t lost;        /* no room in memory and none on disk */
	size_t waiting;       /* in memory */
};
void journal_read_status(const struct journal *journal, struct journal_status *out);
