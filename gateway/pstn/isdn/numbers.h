/* The numbers and the bearer of a SETUP, between libpri's form and a leg's. Control thread, no state. */
#pragma once

#include <libpri.h>

#include "base/law.h"
#include "call/leg.h"

/* 0, or the cause to refuse the call with. */
unsigned numbers_of_ring(const pri_event_ring *ring, struct leg_setup *setup);

/* A SETUP on that channel, for pri_sr_free. 0 and *out, or the cause why there can be none. */
unsigned numbers_to_setup(const struct leg_setup *setup, enum law law, int channel, bool exclusive,
			  struct pri_sr **out);
