/* Wakes the control thread from a media thread: an eventfd in the libosmocore loop.
 * wake_kick may be called from any thread and never blocks; on_wake runs on the control thread. */
#pragma once

struct wake;

/* The descriptor is registered with the loop until wake_free. NULL when none can be had. */
struct wake *wake_new(void *talloc_ctx, void (*on_wake)(void *data), void *data);
void wake_free(struct wake *wake);
void wake_kick(struct wake *wake);
