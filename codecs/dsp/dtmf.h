/* DTMF detection (Q.24) as a read-only tap, by SpanDSP. dtmf_new on the control thread, the rest on
 * whichever thread owns it. It allocates nothing after dtmf_new. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct dtmf_rx;

struct dtmf_rx *dtmf_rx_new(void *talloc_ctx);
void dtmf_rx_reset(struct dtmf_rx *rx); /* forgets what it has heard */
void dtmf_rx_free(struct dtmf_rx *rx);
/* Listens to n samples. Returns the digit that is down at their end, or 0. */
char dtmf_rx_feed(struct dtmf_rx *rx, const int16_t *samples, size_t n);
