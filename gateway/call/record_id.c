/* When the program first needed one, chance, and the call's number. */
#include "call/record_id.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/random.h>

#include "base/clock.h"

enum { MS_PER_S = 1000, RANDOM_BITS = 16 };

void record_id(uint32_t call, char out[static RECORD_ID_MAX])
{
	static uint64_t run;

	if (!run) {
		const struct timespec now = clock_wall();
		uint16_t chance = 0;

		(void)!getrandom(&chance, sizeof(chance), 0);
		run = ((uint64_t)now.tv_sec * MS_PER_S + now.tv_nsec / 1000000) << RANDOM_BITS |
		      chance;
	}
	snprintf(out, RECORD_ID_MAX, "%" PRIx64 "-%" PRIu32, run, call);
}
