/* What a line of the log is about, besides what its text says. A log that can keep that apart does (log_journal.h). Each may be 0,
 * NULL or "". */
#pragma once

#include <stdint.h>

struct log_about {
	uint32_t call;                  /* "call 7" */
	const char *record;             /* the id of its record */
	const char *trunk[2], *peer[2]; /* names; of a call's two ends */
	const char *channel[2];         /* "e1-1/17" */
	const char *alarm;              /* its kind, "span-red" */
	const char *alarm_state;        /* "raised", "cleared" */
	const char *object;             /* what an alarm is about */
};
