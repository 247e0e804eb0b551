/* RESTART as we send it (Q.931 5.5.1): when a trunk comes into service, for each of its channels, so that both
 * ends begin with the same idea of them; and to repair one. libpri has room for one at a time; T316 runs here.
 * A channel that stays unanswered twice is faulty: no call is placed over it. Control thread. */
#pragma once

#include <stdbool.h>

struct isdn;
struct restart;

/* Every channel waits for its turn from the start, unless the configuration says no restart. NULL: no memory. The
 * trunk's, whose talloc child it is. */
struct restart *restart_new(struct isdn *isdn);
void restart_stop(struct restart *restart); /* nothing runs any more */

/* Layer 2 came or went. */
void restart_on_link(struct restart *restart, bool up);
/* A channel waits for its turn (again); one with a call is left alone when that comes. */
void restart_channel(struct restart *restart, unsigned channel);
/* RESTART ACKNOWLEDGE, or another sign from the line that the far end knows the channel to work. */
void restart_on_ack(struct restart *restart, unsigned channel);
/* No call is to be placed over it: its RESTART was sent twice, or it is faulty. Behind the first one a SETUP may
 * follow: the far end takes them in turn. */
bool restart_blocks(const struct restart *restart, unsigned channel);
/* The trunk is new, and its channels have not all had their turn. The far end restarts them too at that time, and what
 * is called now would be cleared by it. Bounded to some seconds. */
bool restart_under_way(const struct restart *restart);
bool restart_is_faulty(const struct restart *restart, unsigned channel);
