/* The memory of refused INVITEs: sets of four places, the one that ends first gives way. */
#include "sip/guard/refused.h"

enum { US_PER_S = 1000000 };

static unsigned set_of(uint64_t hash)
{
	return (unsigned)(hash % (REFUSED_PLACES / REFUSED_WAYS)) * REFUSED_WAYS;
}

static uint32_t check_of(uint64_t hash)
{
	return (uint32_t)(hash >> 32) | 1;
}

void refused_note(struct refused *refused, uint64_t hash, uint64_t now_us)
{
	struct refused_place *set = &refused->places[set_of(hash)], *to = set;

	for (unsigned i = 0; i < REFUSED_WAYS; i++) {
		if (set[i].check == check_of(hash)) {
			to = &set[i];
			break;
		}
		if (set[i].until_s < to->until_s)
			to = &set[i];
	}
	*to = (struct refused_place){
		.check = check_of(hash),
		.until_s = (uint32_t)(now_us / US_PER_S) + REFUSED_S,
	};
}

bool refused_has(const struct refused *refused, uint64_t hash, uint64_t now_us)
{
	const struct refused_place *set = &refused->places[set_of(hash)];

	for (unsigned i = 0; i < REFUSED_WAYS; i++) {
		if (set[i].check == check_of(hash) && set[i].until_s > now_us / US_PER_S)
			return true;
	}
	return false;
}
