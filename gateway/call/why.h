/* Why a call ended, or where it is, in plain words: what its time line and its last state say, what the end means, and what
 * to look at. Control thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct call_hub;

enum { WHY_STEPS = 24, WHY_TEXT_MAX = 320 };

struct why {
	unsigned n_steps;
	char steps[WHY_STEPS][WHY_TEXT_MAX]; /* sentences, in order */
	char meaning[WHY_TEXT_MAX];          /* of its end; "" while it is up */
	char advice[WHY_TEXT_MAX];           /* "": none */
};

/* False: the call is not known (any more). */
bool call_why(const struct call_hub *hub, uint32_t id, struct why *out);
