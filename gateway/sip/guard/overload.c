/* Overload control: additive increase, multiplicative decrease. */
#include "sip/guard/overload.h"

enum { GROWS_BY = OVERLOAD_ALL / 20, LEAST = OVERLOAD_ALL / 100 };

bool overload_is_due(const struct overload *overload, uint64_t now_us)
{
	return !overload->looked_us || now_us - overload->looked_us >= OVERLOAD_LOOK_US;
}

void overload_see(struct overload *overload, bool backlog, bool full, uint64_t now_us)
{
	const uint64_t looks =
		overload->looked_us ? (now_us - overload->looked_us) / OVERLOAD_LOOK_US : 0;
	uint64_t share = overload->share;

	if (backlog)
		share = share * 3 / 4 > LEAST ? share * 3 / 4 : LEAST;
	else
		share += looks < OVERLOAD_ALL ? looks * GROWS_BY : OVERLOAD_ALL;
	overload->share = share < OVERLOAD_ALL ? (unsigned)share : OVERLOAD_ALL;
	overload->full = full;
	overload->looked_us = now_us;
}

bool overload_admits(struct overload *overload)
{
	if (overload->full)
		return false;
	overload->credit += overload->share;
	if (overload->credit < OVERLOAD_ALL)
		return false;
	overload->credit -= OVERLOAD_ALL;
	return true;
}
