/* What a span in memory hears, on its way from the media thread to control: HDLC frames and changes of ABCD.
 * Control makes it, frees it and is called back through the span's listener; the media thread puts. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct postbox;
struct tdm_span;

/* A talloc child of the span; NULL without memory or descriptor. */
struct postbox *postbox_new(struct tdm_span *span);
void postbox_free(struct postbox *postbox);

/* Media thread. A frame that finds no room is counted as dropped. */
void postbox_put_frame(struct postbox *postbox, unsigned timeslot, const uint8_t *octets,
		       size_t len);
/* False when there is no room. */
bool postbox_put_cas(struct postbox *postbox, unsigned timeslot, uint8_t abcd);
/* Once a tick, after the last put: wakes control if there is something. */
void postbox_flush(struct postbox *postbox);
