/* What a termination's statistics are now and were in the end. */
#pragma once

#include "tests/unit/mg/rig.h"

/* The last statistics of a termination: a tick takes what has come, the next one subtracts. */
static inline struct mg_stats rig_end(struct rig *rig, const struct party *party)
{
	rig_tick(rig);
	ck_assert_int_eq(mg_subtract(rig->mg, party->id), 0);
	rig_tick(rig);
	ck_assert_uint_eq(party->told[MG_EV_SUBTRACTED], 1);
	return party->last.stats;
}

struct rig_wanted {
	uint32_t term;
	bool found;
	struct mg_status status;
};

static inline bool rig_is_wanted(void *data, const struct mg_status *status)
{
	struct rig_wanted *wanted = data;

	wanted->found = status->id == wanted->term;
	if (wanted->found)
		wanted->status = *status;
	return !wanted->found;
}

static inline struct mg_status rig_status(const struct rig *rig, const struct party *party)
{
	struct rig_wanted wanted = { .term = party->id };

	mg_each(rig->mg, 0, rig_is_wanted, &wanted);
	ck_assert(wanted.found);
	return wanted.status;
}

/* Those of a report that comes after now: within a second. */
static inline struct mg_stats rig_stats(struct rig *rig, const struct party *party)
{
	uint64_t before;

	rig_tick(rig);
	before = rig_status(rig, party).reported_us;
	for (unsigned i = 0; rig_status(rig, party).reported_us == before; i++) {
		ck_assert_uint_lt(i, 100);
		rig_tick(rig);
	}
	return rig_status(rig, party).stats;
}
