/* A token bucket, as one instant: when it will be full again (ITU-T I.371's virtual scheduling). Pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct rate {
	unsigned per_s; /* 0: no limit */
	unsigned burst; /* so many at once; 0: as many as per_s */
};

/* Takes one token at now_us, if there is one. *full_us: the bucket, 0 at first. */
static inline bool bucket_take(uint64_t *full_us, const struct rate *rate, uint64_t now_us)
{
	const uint64_t gap_us = rate->per_s ? 1000000 / rate->per_s : 0;
	const uint64_t burst = rate->burst ? rate->burst : rate->per_s;
	uint64_t from_us = *full_us > now_us ? *full_us : now_us;

	if (!rate->per_s)
		return true;
	if (from_us - now_us > (burst - 1) * gap_us)
		return false;
	*full_us = from_us + gap_us;
	return true;
}
