/* The sums that quality.h keeps of each place. */
#pragma once

#include <stdint.h>

enum quality_direction {
	QUALITY_IN,  /* from there */
	QUALITY_OUT, /* to there */
	QUALITY_DIRECTIONS,
};

enum { QUALITY_CAUSES = 128 }; /* Q.850 */

struct quality_counts {
	struct {
		uint64_t seizures;
		uint64_t answers;
		uint64_t
			effective; /* answered, or the called party's own doing: busy, no answer, rejected */
		uint64_t talk_ms;
		uint64_t
			offered; /* as they begin (E.411: bids); out: also those that overflow, or are refused else */
	} way[QUALITY_DIRECTIONS];
	uint64_t delays, delay_ms; /* out: from SETUP until it rang, or was answered */
	uint64_t causes[QUALITY_CAUSES];
	/* RTP that came from there. */
	uint64_t packets, lost, late;
	/* Of trunks and peers, as they happen. Looked at once a second: the sum of what was in use (Erlangs are this by
	 * looks), and at how many looks a call to there would have found no channel or a limit reached, or no way. */
	uint64_t looks, in_use_s, full_s, down_s;
	uint64_t overflow; /* of offered, out: no channel, or a limit reached */
};
