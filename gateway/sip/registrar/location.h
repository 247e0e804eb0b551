/* Bindings kept over a restart: one SQLite file. Written in one transaction at a time, with a write-ahead log, so
 * nothing waits for the disk but a checkpoint now and then. A file that is damaged is set aside, one that cannot be
 * had leaves the registrar without memory of the last start: both raise an alarm, neither stops anything. Control
 * thread. */
#pragma once

#include <stdbool.h>

#include "sip/registrar/binding.h"

struct location;

/* NULL only without memory. */
struct location *location_open(void *talloc_ctx, const char *path);
void location_close(struct location *location);
/* Each binding that is not over yet. */
void location_load(struct location *location,
		   void (*fn)(void *data, const char *user, const struct binding *binding),
		   void *data);
/* One transaction: of each user named, all that is kept is what keep says after its forget. False from commit: nothing
 * of it was written. */
void location_begin(struct location *location);
void location_forget(struct location *location, const char *user);
void location_keep(struct location *location, const char *user, const struct binding *binding);
bool location_commit(struct location *location);
