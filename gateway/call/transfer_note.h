/* The last wish to have a party of a call put through, and what became of it: for the call's record, and for who watches it.
 * A value. */
#pragma once

#include <stdint.h>

#include "call/leg_setup.h"

enum transfer_outcome {
	TRANSFER_NONE, /* nobody wished it */
	TRANSFER_ASKED,
	TRANSFER_DONE,
	TRANSFER_FAILED,    /* cause */
	TRANSFER_ABANDONED, /* the call ended first */
};

enum transfer_way {
	TRANSFER_BY_US,
	TRANSFER_BY_PARTY, /* the side of the party that is put through was asked to do it itself */
};

struct transfer_note {
	uint8_t outcome;             /* enum transfer_outcome */
	uint8_t way;                 /* enum transfer_way */
	uint8_t by;                  /* the slot of who wished it; SLOT_GATEWAY: an operator */
	uint8_t cause;               /* Q.850 */
	uint32_t with;               /* the call that it was to be joined with; 0: to a number */
	char to[LEG_DIGITS_MAX + 1]; /* "" when to another call */
};
