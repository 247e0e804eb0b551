/* A condition that counts as changed only after it has held for a while, so that nothing flaps. Pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct hysteresis {
	bool bad;               /* as it counts now */
	uint64_t turned_us;     /* since when what was seen differs from that; 0: it does not */
	unsigned bad_s, good_s; /* how long it is to be bad, or good, before it counts */
};

/* What is seen now. True when what counts has changed. */
bool hysteresis_look(struct hysteresis *hysteresis, bool bad, uint64_t now_us);
