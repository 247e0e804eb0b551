/* A condition that counts as changed only after it has held for a while. */
#include "pstn/hysteresis.h"

enum { US_PER_S = 1000000 };

bool hysteresis_look(struct hysteresis *hysteresis, bool bad, uint64_t now_us)
{
	uint64_t wanted_s = bad ? hysteresis->bad_s : hysteresis->good_s;

	if (bad == hysteresis->bad) {
		hysteresis->turned_us = 0;
		return false;
	}
	if (!hysteresis->turned_us)
		hysteresis->turned_us = now_us;
	if (now_us - hysteresis->turned_us < wanted_s * US_PER_S)
		return false;
	hysteresis->bad = bad;
	hysteresis->turned_us = 0;
	return true;
}
