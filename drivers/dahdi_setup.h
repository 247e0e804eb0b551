/* Makes a span of the kernel ready: finds it or makes it, configures line and channels, starts it. What another
 * program set up as we need it is left as it is. Control thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "drivers/tdm.h"

struct span_config;

/* A span as the kernel numbers it. */
struct dahdi_place {
	int span;         /* from 1; 0: none */
	int base_channel; /* of timeslot 1; the others follow */
	bool made;        /* by us: a dynamic span */
	uint32_t cancels; /* bits: the timeslots that have an echo canceller of DAHDI's */
};

/* The last complaint, so that a retry every second says it once. */
struct dahdi_complaint {
	int error;
	char asked[96];
};
/* Logs that the request failed: of whom, what was asked, why, and what helps; not twice in a row. Returns
 * error, which is -errno. */
int dahdi_complain(struct dahdi_complaint *last, const char *who, const char *asked, int error);

struct dahdi_setup {
	int ctl; /* /dev/dahdi/ctl */
	const struct span_config *config;
	uint32_t hdlc; /* bits: the timeslots that are D channels */
	struct dahdi_complaint *complaint;
};

/* 0, or -ENODEV where there is no such span now, or another -errno; with the reason logged. */
int dahdi_setup_span(const struct dahdi_setup *setup, struct dahdi_place *out);
/* One channel, as a D channel or not; nothing when it is that already. 0 or -errno, logged. */
int dahdi_setup_channel(const struct dahdi_setup *setup, struct dahdi_place *place,
			unsigned timeslot);
/* Takes a dynamic span away that dahdi_setup_span made. */
void dahdi_setup_undo(const struct dahdi_setup *setup, struct dahdi_place *place);
