/* How good a stream of G.711 with concealment sounds, by the E-model of ITU-T G.107 with its default values: only
 * delay and loss are known here. Pure. */
#pragma once

#include <stdint.h>

struct emodel {
	uint64_t received, missing; /* packets; missing: lost, or too late to be heard */
	unsigned delay_ms;          /* one way, mouth to ear as far as it is known */
};

/* The estimated mean opinion score in hundredths, 100 to 441; 0: nothing was received. */
unsigned emodel_mos(const struct emodel *stream);
unsigned emodel_mos_of_rating(double r); /* G.107 annex B, in hundredths */
