/* The journal's files as a store reads them: FILE.1, FILE.2, ... (the older the smaller), and at last FILE itself. A
 * place in them is the id of the first record of a file, which is unique for ever, and an offset: it outlives renames,
 * and where the file is gone reading begins anew with the oldest, as stores take a record once however often they get
 * it. Touches files alone and uses no talloc: for the worker's thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	SPOOL_ID_MAX = 64,
	SPOOL_PATH_MAX = 512,
	SPOOL_NAME_MAX = SPOOL_PATH_MAX + 12, /* with a number */
	SPOOL_CHUNK = 256 * 1024,             /* octets read at once, many times a record */
};

struct spool_place {
	char first[SPOOL_ID_MAX]; /* "": before everything */
	int64_t offset;           /* where a record begins, or the end */
};

struct spool {
	char path[SPOOL_PATH_MAX];
	int fd;         /* of the file at hand; -1: none yet */
	unsigned after; /* it lies behind the rotated file of that number, or is that one */
	struct spool_place place; /* behind what was read */
};

void spool_begin(struct spool *spool, const char *path, const struct spool_place *from);
void spool_end(struct spool *spool);
int spool_seek(struct spool *spool); /* opens the place's file, as reading does; 0 or -errno */
/* Whole lines, each with its end, behind the place, which moves behind them. Their octets, 0 at the end of all, or
 * -errno. */
int spool_read(struct spool *spool, char out[SPOOL_CHUNK]);

/* The files, the oldest first; the last is FILE itself, whether it is there or not. */
struct spool_files {
	unsigned *numbers; /* of the rotated ones, ascending */
	size_t n;
};
int spool_list(const char *path,
	       struct spool_files *out); /* 0 or -errno; numbers are to be freed */
void spool_name(const char *path, unsigned number, char out[SPOOL_NAME_MAX]); /* 0: FILE itself */
uint64_t spool_behind(const struct spool *spool); /* octets that are not read yet */

/* What pruning did. */
struct spool_pruned {
	uint64_t octets; /* of all files that are left */
	unsigned unread; /* files taken away that some reader had not read */
};
/* Takes rotated files away that are older than max_age_s and that all n readers are behind of, and the oldest, read or
 * not, while all together have more than max_octets. */
int spool_prune(const char *path, const struct spool *const *readers, size_t n, int64_t max_age_s,
		uint64_t max_octets, struct spool_pruned *out);
