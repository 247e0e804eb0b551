/* Packet loss concealment by SpanDSP (G.711 appendix I in spirit). State in the caller's memory. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct plc;

struct plc *plc_new(void *talloc_ctx);
void plc_free(struct plc *plc);
/* n good samples pass; they may be changed at the seam after a loss. */
void plc_good(struct plc *plc, int16_t *samples, size_t n);
/* n samples are missing: fills them in. */
void plc_fill(struct plc *plc, int16_t *samples, size_t n);
