/* Echo canceller of a line (G.168): takes out of what comes from the line what comes back of what was sent
 * to it. Made and freed on the control thread, run by whichever thread owns it: it allocates nothing then.
 * By speexdsp, in blocks of 10 ms: they converge as fast as the 20 ms that it is mostly used with, cost a
 * sixth more, and need no sound to be held back. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { ECHO_TAIL_MAX_MS = 128, ECHO_BLOCK_MS = 10 };

struct echo;

/* NULL without memory. The tail is from what is sent to the end of its echo, delays on the way included. */
struct echo *echo_new(void *talloc_ctx, unsigned tail_ms, unsigned rate);
void echo_free(struct echo *echo);
void echo_reset(struct echo *echo); /* forgets the line */

/* One block: far was sent to the line, near came from it, out is near without echo. False: nothing was sent
 * that could echo, and out is near as it is. */
bool echo_run(struct echo *echo, const int16_t *far, const int16_t *near, int16_t *out);

/* Tenths of a dB, of the last second or so in which the far end spoke: G.168's echo return loss of the
 * line, and the enhancement that the canceller adds. 0: not yet known. */
int16_t echo_erl_ddb(const struct echo *echo);
int16_t echo_erle_ddb(const struct echo *echo);
