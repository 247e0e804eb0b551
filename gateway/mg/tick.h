/* One tick of a media side. The media thread; or in tests, before there is one, whoever has the gateway. */
#pragma once

#include <stdint.h>

struct media;

/* line_us is its time on the line's clock, now_us the clock's time as it begins; wall_us is CLOCK_REALTIME
 * then, or 0 to take all packets as just arrived. */
void tick_all(struct media *media, uint64_t line_us, uint64_t now_us, uint64_t wall_us);
/* What waits in the ring of commands, up to some; at the start of each tick. */
void tick_commands(struct media *media);
/* The request for a span, if there is one; likewise. */
void tick_spans(struct media *media);
/* The work of one tick took so long. */
void tick_busy(struct media *media, uint32_t us);
