/* Which trunks and channels people have taken out of service: administrative states of X.731 7.1, kept in a
 * file over restarts, whatever the protocol. It knows names alone; trunks_lock.c carries its word to trunks and
 * protocols. Control thread. */
#pragma once

#include <stdbool.h>

enum maintenance_state { UNLOCKED, SHUTTING_DOWN, LOCKED };

enum { MAINTENANCE_NAME_MAX = 64 };

struct maintenance;

/* Reads what was kept in state_dir (NULL: nothing is kept). A file that cannot be read is logged and set aside;
 * NULL: no memory. What was shutting down is locked: no call outlives a restart. */
struct maintenance *maintenance_new(void *talloc_ctx, const char *state_dir);
/* Of a trunk "pstn" or a channel "e1-1/17". 0 or -errno: then it holds, but is not kept; -ENOMEM: it does not
 * hold. */
int maintenance_set(struct maintenance *maintenance, const char *what,
		    enum maintenance_state state);
/* The same as LOCKED, of what has shut down: emergency calls may still use it. */
int maintenance_close(struct maintenance *maintenance, const char *what);
enum maintenance_state maintenance_get(const struct maintenance *maintenance, const char *what);
const char *maintenance_state_name(enum maintenance_state state); /* "unlocked", ... */
/* Is the channel unlocked, and the trunk that it belongs to? */
bool maintenance_allows(const struct maintenance *maintenance, const char *trunk,
			const char *channel);
/* Is neither locked outright? What shuts down, or has, waits for calls to end; nobody works on the line. */
bool maintenance_admits_emergency(const struct maintenance *maintenance, const char *trunk,
				  const char *channel);
