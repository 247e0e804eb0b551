/* Log categories, one per folder that logs, and the log itself: one line per event, wall time in front.
 * Control thread only. */
#pragma once

#include <osmocom/core/logging.h>

enum log_subsystem {
	DTDM,    /* drivers/ */
	DMG,     /* mg/ */
	DCALL,   /* call/ */
	DSIP,    /* sip/ */
	DISDN,   /* pstn/ */
	DMANAGE, /* manage/ */
	DALARM,  /* alarms raised and cleared */
};

/* Sets libosmocore's logging up on stderr. Call once, before any thread starts. */
void log_setup(void *talloc_ctx);

extern const struct log_info log_categories;
