/* Keeps the file of traffic_store.h up to date, so that an end without warning loses what was carried in the last seconds
 * alone, and minutes: what is copied, on the control thread, holds calls up. It is written beside it. Control thread. */
#pragma once

struct call_hub;
struct traffic_keep;

enum { TRAFFIC_KEEP_S = 30 }; /* between two writings */

/* What the file has is taken first. It is written each TRAFFIC_KEEP_S; what goes wrong is logged once, until it goes right.
 * NULL without memory. */
struct traffic_keep *traffic_keep_start(void *talloc_ctx, const struct call_hub *hub,
					const char *path);
/* Writes it once more, with minutes, waits for that, and frees it. NULL does nothing. */
void traffic_keep_end(struct traffic_keep *keep);
