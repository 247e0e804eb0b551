/* Stores of call records beside the journal, as the control thread sees them: they are set up by configuration, fed by
 * a thread of their own (worker.h), and an alarm tells when one fails or falls behind. */
#pragma once

#include <stdint.h>

#include "records/store.h"

struct records;
struct worker_status;

/* state_dir: where it is noted which journals are not all stored; NULL: nowhere. NULL without memory. */
struct records *records_new(void *talloc_ctx, const char *state_dir);
void records_free(struct records *records); /* NULL is let be */

struct records_setup {
	char journal[STORE_AT_MAX];                   /* "": nothing is stored */
	char sqlite[STORE_AT_MAX];                    /* "": no such store */
	char postgresql[STORE_AT_MAX], password[128]; /* as libpq describes it; "": no such store */
	struct radius_server radius;                  /* address "": no such store */
	struct store_limits limits;
};
/* What runs as it is to be goes on undisturbed. 0 or -errno: then nothing is stored, and the alarm stands. */
int records_apply(struct records *records, const struct records_setup *setup);
void records_wake(void *records); /* the journal has grown */
/* False: nothing is stored. */
bool records_status(const struct records *records, struct worker_status *out);
const char *records_sqlite(const struct records *records); /* the file; "": none */
