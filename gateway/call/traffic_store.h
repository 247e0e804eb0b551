/* What trunks and peers carried, kept over a restart in a file: minutes, quarters of an hour and days, one a line. */
#pragma once

#include <stdint.h>

#include "call/traffic.h"

struct call_hub;

/* All that is to be kept of the periods from this one up, apart from the hub. NULL without memory. Control thread. */
struct traffic_copy;
struct traffic_copy *traffic_copy(void *talloc_ctx, const struct call_hub *hub,
				  enum traffic_period from);
/* 0 or -errno; the file is the old one or the new one, whatever happens meanwhile. Any thread. */
int traffic_write(const struct traffic_copy *copy, const char *path);
/* Both, of all periods. */
int traffic_save(const struct call_hub *hub, const char *path);
/* For trunks and peers that are there. Lines that are none, or are too old, are left out; how many were taken. What is of
 * the future stays: the clock may not be set yet, and the next traffic_save would lose it. */
unsigned traffic_restore(const struct call_hub *hub, const char *path, int64_t wall_s);
