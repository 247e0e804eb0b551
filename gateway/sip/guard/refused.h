/* INVITEs that were refused without a transaction. One that comes again, because it waited in a queue while we
 * answered, is refused again: let in, it would be a call that nobody holds any more. Fixed memory. Pure but for the
 * hash. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { REFUSED_PLACES = 65536, REFUSED_WAYS = 4, REFUSED_S = 32 /* Timer B */ };

struct refused_place {
	uint32_t check; /* of the hash; 0: free */
	uint32_t until_s;
};

struct refused {
	struct refused_place places[REFUSED_PLACES];
};

/* hash: of what makes it that INVITE and no other. */
void refused_note(struct refused *refused, uint64_t hash, uint64_t now_us);
bool refused_has(const struct refused *refused, uint64_t hash, uint64_t now_us);
