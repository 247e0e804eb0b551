/* Tone disabler of an echo canceller (G.168 7): modems that cancel echo themselves, or need the line as it is,
 * say so by 2100 Hz whose phase is reversed every 450 ms (V.25, V.8's ANSam). The canceller then stays off
 * until the line is quiet in both directions. Plain 2100 Hz does not disable it. State in the caller's memory;
 * time is the number of blocks. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/law.h"

enum { DISABLER_BLOCK = TICK_OCTETS };

/* One direction: 2100 Hz as it is followed from block to block. */
struct disabler_tone {
	unsigned blocks;  /* heard, 0: none */
	unsigned missing; /* in a row that were not it: a reversal spoils one */
	float phase,
		step; /* of the last block, and from one to the next: how far off 2100 Hz it is, rad */
	unsigned reversed; /* blocks since the last reversal, 0: none yet */
};

struct disabler {
	struct disabler_tone far, near;
	bool disabled;
	unsigned quiet_blocks; /* in a row, both directions */
};

void disabler_init(struct disabler *disabler);
/* A block of each direction. True: the canceller must be off. */
bool disabler_feed(struct disabler *disabler, const int16_t far[static DISABLER_BLOCK],
		   const int16_t near[static DISABLER_BLOCK]);
