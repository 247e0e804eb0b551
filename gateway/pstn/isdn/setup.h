/* What of SETUP is a leg's affair, between libpri's form and a leg's. Control thread, no state. */
#pragma once

#include <libpri.h>

#include "base/law.h"
#include "call/leg.h"

/* 0, or the cause to refuse the call with. */
unsigned setup_of_ring(const pri_event_ring *ring, struct leg_setup *setup);

/* The line that a SETUP is for. */
struct setup_line {
	enum law law;
	int switch_type; /* PRI_SWITCH_ */
	int channel;     /* as libpri encodes it */
	bool exclusive;
	bool network; /* we are its network side */
};

/* A SETUP for pri_sr_free; whole must outlive it. What is too much for one message is left out. 0 and *out, or the cause why there can be none. */
unsigned setup_to_line(const struct leg_setup *whole, const struct setup_line *line,
		       struct pri_sr **out);
