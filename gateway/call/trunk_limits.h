/* How much of a trunk calls may take, or of a trunk group. Emergency calls, and calls back from them, are not asked.
 * Pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/bucket.h"
#include "base/limits.h"

/* 0: no limit. */
struct trunk_limits {
	struct call_limits at_once;  /* in: from the line */
	unsigned reserved;           /* channels that calls to the line leave to those from it */
	unsigned reserved_emergency; /* besides, channels that both leave to emergency calls */
	struct rate rate;            /* of new calls to the line */
};

struct trunk_load {
	unsigned in, out;  /* calls now, from and to the line */
	unsigned channels; /* in whatever state */
	unsigned free;     /* channels that another call may take */
};
/* It has calls, and no channel for another one; reserved: those that are kept from it. */
static inline bool trunk_load_is_full(const struct trunk_load *load, unsigned reserved)
{
	return load->free <= reserved && load->in + load->out;
}

/* NULL: one more call to the line may begin, and the bucket has given a token for it; else why not, and the Q.850
 * cause: 34, or 42 for too many at once. *full_us: the bucket (base/bucket.h). */
const char *trunk_limits_out(const struct trunk_limits *limits, const struct trunk_load *load,
			     uint64_t *full_us, uint64_t now_us, unsigned *cause);
/* The same of a call from the line, which no rate bounds: the exchange has its own. */
const char *trunk_limits_in(const struct trunk_limits *limits, const struct trunk_load *load,
			    unsigned *cause);
