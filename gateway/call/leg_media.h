/* How a leg's RTP stream went, as its termination counted: what goes into the call's record. */
#pragma once

#include <stdbool.h>

#include "mg/mg_types.h"

struct leg_media {
	bool known; /* the leg has or had such a stream; else the rest says nothing */
	uint8_t ptime_ms;
	enum codec_id codec;
	struct mg_stats stats;
};
