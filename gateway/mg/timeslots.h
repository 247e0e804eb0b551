/* The timeslots of attached spans: whose they are, and their time at the driver. One is free for the next
 * owner as soon as the command to subtract its termination is on its way, for who comes next comes behind;
 * but its channel is closed only when the media thread has given back the last termination that used it.
 * Control thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "drivers/tdm.h"
#include "mg/media.h"
#include "mg/mg_types.h"

struct timeslot {
	uint16_t users; /* terminations that the media thread has not given back */
	bool owned;     /* by one that is not being subtracted */
	bool open;      /* at the driver, if that has a channel_open */
	struct tdm_channel how;
};

struct timeslots {
	struct tdm_span *spans[MEDIA_SPANS]; /* attached */
	struct timeslot of[MEDIA_SPANS][TDM_MAX_TIMESLOTS];
};

/* 0, 1 (the card cancels echo there), -EBUSY, or as the driver says. */
int timeslots_seize(struct timeslots *timeslots, const struct mg_tdm *tdm);
/* Its termination is being subtracted; and then: was given back. */
void timeslots_release(struct timeslots *timeslots, const struct mg_tdm *tdm);
void timeslots_returned(struct timeslots *timeslots, const struct mg_tdm *tdm);

/* Before the media thread gets the span, after it has lost it. */
void timeslots_attach(struct timeslots *timeslots, struct tdm_span *span);
void timeslots_detach(struct timeslots *timeslots, struct tdm_span *span);
