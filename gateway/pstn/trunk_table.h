/* The inside of the table of trunks, for trunks.c, trunks_lock.c, busy_out.c, busy_watch.c, preempt.c and auditor.c alone.
 * Control thread; trunks and auditor are talloc children of the table. */
#pragma once

#include <osmocom/core/timer.h>

#include "pstn/hysteresis.h"
#include "pstn/trunk_protocol.h"

struct auditor;

struct trunks {
	struct trunk_env env;
	struct llist_head list;        /* of struct trunk, in the order of the configuration */
	struct llist_head grace;       /* of what is shutting down with a limit */
	struct osmo_timer_list second; /* maintenance and busy-out are looked at */
	struct hysteresis out;         /* is every trunk out of service? */
	void (*survey)(void *data, struct trunks *trunks); /* trunks_survey */
	void *survey_data;
	struct auditor *auditor;
};

/* trunks.c */

/* The trunk's next channel behind this one (0: the first); 0 when there is none. */
unsigned trunk_next_channel(const struct trunk *trunk, unsigned channel);
const char *trunk_channel_name(const struct trunk *trunk, unsigned channel, char *out, size_t size);
/* The trunk's B channel of that name, "e1-1/17"; 0: it has none such. */
unsigned trunk_channel_named(const struct trunk *trunk, const char *name);
/* A call is on the channel, in whatever state. */
bool trunk_channel_is_busy(const struct trunk *trunk, unsigned channel);
struct trunk *trunks_find(const struct trunks *trunks, const char *name);

/* trunks_lock.c */

/* A trunk has been opened: what was locked before is locked. */
void trunk_enter_service(struct trunk *trunk);
/* Once a second: what was shutting down and is idle is locked, and the protocols hear of channels that have
 * become idle. */
void trunks_lock_tick(struct trunks *trunks);
/* What bars channels has changed: from now on trunk_allows() says so, and the protocol is told of every channel
 * that may carry calls now and might not before, or the other way. */
void trunk_tell_service(struct trunk *trunk);
/* The states of X.731; name and remote_blocked are there already. */
void trunk_describe_service(const struct trunk *trunk, enum channel_state state,
			    struct channel_status *out);

/* busy_out.c */

/* Once a second. */
void busy_out_tick(struct trunks *trunks);
/* A trunk has been opened; may have lost its `busy-out`. */
void busy_out_open(struct trunk *trunk);
void busy_out_retune(struct trunk *trunk);

/* busy_watch.c */

/* Once a second. */
void busy_watch_tick(struct trunks *trunks);

/* preempt.c */

/* target.preempt, with a struct trunk as data. */
bool trunk_preempt(void *data);

/* auditor.c */

struct auditor *auditor_new(struct trunks *trunks); /* NULL: no memory */
/* For every span that is open now; what the last audit found is kept. 0 or -ENOMEM. */
int auditor_make_room(struct auditor *auditor);
void auditor_free(struct auditor *auditor);
