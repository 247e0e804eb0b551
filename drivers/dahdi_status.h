/* What the card says of a span, in our words: alarms held against flutter, errors as sums since the span was
 * opened. Time is the caller's. Control thread. */
#pragma once

#include <stdint.h>

#include "drivers/tdm.h"

struct dahdi_spaninfo;

enum {
	DAHDI_RAISE_US = 100000, /* an alarm is one when it has stood so long */
	DAHDI_CLEAR_US = 500000, /* and over when it has been gone so long */
};

struct dahdi_status {
	struct {
		uint64_t changed_us; /* since when the card says other than we */
		bool differs;
	} held[8];       /* one for each bit of enum tdm_alarm */
	unsigned alarms; /* as we say */
	struct tdm_errors errors;
	struct tdm_errors last; /* the card's counts, as last read */
	bool counted;           /* last is something */
};

/* From now on the card says alarms, without any delay. Error sums go on, from what the card counts next. */
void dahdi_status_reset(struct dahdi_status *status, unsigned alarms);
/* The card's alarms (DAHDI_ALARM_*) as bits of enum tdm_alarm. */
unsigned dahdi_status_alarms(int card_alarms);
/* One more look at the card. The alarms that now stand. */
unsigned dahdi_status_feed(struct dahdi_status *status, const struct dahdi_spaninfo *info,
			   uint64_t now_us);
