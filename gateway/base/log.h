/* Log categories, one per folder that logs, and the log itself: one line per event, wall time in front.
 * Control thread only. */
#pragma once

#include <osmocom/core/logging.h>

#include "base/log_about.h"

enum log_subsystem {
	DTDM,    /* drivers/ */
	DMG,     /* mg/ */
	DCALL,   /* call/ */
	DSIP,    /* sip/ */
	DISDN,   /* pstn/ */
	DMANAGE, /* manage/ */
	DALARM,  /* alarms raised and cleared */
};

#define LOG_ABOUT(...) (&(const struct log_about){ __VA_ARGS__ })
#define LOGABOUT(subsys, level, about, format, ...)                                                \
	do {                                                                                       \
		log_about(about);                                                                  \
		LOGP(subsys, level, format, ##__VA_ARGS__);                                        \
		log_about(NULL);                                                                   \
	} while (0)
/* The next lines are about that; NULL: about nothing. It is not copied. */
void log_about(const struct log_about *about);

/* Sets libosmocore's logging up on stderr. Call once, before any thread starts. */
void log_setup(void *talloc_ctx);

extern const struct log_info log_categories;
