/* Numbers are compared from their end: the centre may have been shown 030 1234 100, calls it as +49 30 1234 100,
 * and what arrives here are its last digits. */
#include "call/call_back.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "call/emergency_plan.h"
#include "call/hub.h"

enum { SAME_DIGITS_MIN = 3 };
static const uint64_t US_PER_MIN = 60 * 1000000;

/* Does the shorter one end the longer one? National and international prefixes do not count. */
static bool is_same_number(const char *a, const char *b)
{
	size_t len_a, len_b;

	a += strspn(a, "0");
	b += strspn(b, "0");
	len_a = strlen(a);
	len_b = strlen(b);
	if (len_a < SAME_DIGITS_MIN || len_b < SAME_DIGITS_MIN)
		return len_a && strcmp(a, b) == 0;
	return len_a < len_b ? strcmp(a, b + len_b - len_a) == 0
			     : strcmp(b, a + len_a - len_b) == 0;
}

static bool is_open(const struct call_back *back)
{
	return clock_now_us() < back->until_us;
}

/* That caller's own place, one that is free, or the one that is over first. */
static struct call_back *place_for(struct emergency *emergency, const struct call_back *wanted)
{
	struct call_back *best = &emergency->call_backs[0];

	for (size_t i = 0; i < CALL_BACKS_MAX; i++) {
		struct call_back *back = &emergency->call_backs[i];

		if (is_open(back) && back->caller.kind == wanted->caller.kind &&
		    strcmp(back->caller.name, wanted->caller.name) == 0 &&
		    strcmp(back->number, wanted->number) == 0)
			return back;
		if (back->until_us < best->until_us)
			best = back;
	}
	return best;
}

void call_back_open(const struct call *call)
{
	struct emergency *emergency = call->hub->emergency;
	const struct call_slot *from = &call->slots[SLOT_CALLER];
	uint64_t window_us = emergency->config.call_back_min * US_PER_MIN;
	struct call_back back = { .until_us = clock_now_us() + window_us };

	if (!window_us || !*call->setup.calling.digits)
		return;
	back.caller.kind = from->kind;
	snprintf(back.caller.name, sizeof(back.caller.name), "%s", from->via);
	snprintf(back.number, sizeof(back.number), "%s", call->setup.calling.digits);
	snprintf(back.shown, sizeof(back.shown), "%s",
		 *call->route.calling ? call->route.calling : back.number);
	*place_for(emergency, &back) = back;
}

const struct call_back *call_back_find(const struct emergency *emergency, enum target_kind kind,
				       const char *from, const char *called)
{
	const struct call_back *best = NULL;

	if (!emergency_is_way(emergency, kind, from))
		return NULL;
	for (size_t i = 0; i < CALL_BACKS_MAX; i++) {
		const struct call_back *back = &emergency->call_backs[i];

		if (is_open(back) &&
		    (is_same_number(called, back->shown) || is_same_number(called, back->number)) &&
		    (!best || back->until_us > best->until_us))
			best = back;
	}
	return best;
}
