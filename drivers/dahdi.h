/* A span on a DAHDI card: what its parts share. Control thread, but what is marked. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <osmocom/core/timer.h>

#include "drivers/dahdi_channel.h"
#include "drivers/dahdi_dchannel.h"
#include "drivers/dahdi_setup.h"
#include "drivers/dahdi_status.h"
#include "drivers/span_config.h"
#include "drivers/tdm.h"

struct ring;
struct wake;

struct dahdi_span {
	struct tdm_span span; /* first: the drivers' common head */
	struct span_config config;
	struct dahdi_place place; /* .span is 0 while there is none: the alarm is ABSENT */
	struct dahdi_setup setup;
	struct dahdi_complaint complaint;
	struct dahdi_status status;
	struct osmo_timer_list look; /* at the card: alarms, or whether it is there */
	unsigned looks;              /* since it was absent */
	bool gone;                   /* as one of its channels saw */
	char location[40];           /* of its card */
	atomic_int timer; /* /dev/dahdi/timer, -1: not open; waited on by the media thread */
	uint32_t hdlc;    /* bits: timeslots that are D channels */
	struct dahdi_dchannel *dchannels[TDM_MAX_TIMESLOTS];
	struct wake *wake;
	struct ring *events;     /* of struct dahdi_cas, media to control */
	struct dahdi_span *next; /* of all open ones */
	/* See dahdi_channel.h for whose these are. */
	struct dahdi_channel channels[TDM_MAX_TIMESLOTS];
	struct dahdi_pace pace;       /* the media thread's */
	uint8_t nowhere[TICK_OCTETS]; /* the media thread's: for timeslots that are not open */
};

struct dahdi_cas {
	uint8_t timeslot, abcd;
};

static inline struct dahdi_span *dahdi_of(struct tdm_span *span)
{
	return (struct dahdi_span *)span;
}

static inline bool dahdi_is_hdlc(const struct dahdi_span *span, unsigned timeslot)
{
	return span->hdlc >> timeslot & 1;
}

/* B channels: control's side of them. Those that are wanted are open whenever the card is there. */
int dahdi_bearer_open(struct tdm_span *span, unsigned timeslot, const struct tdm_channel *how);
void dahdi_bearer_close(struct tdm_span *span, unsigned timeslot);
bool dahdi_bearer_is_open(const struct tdm_span *span, unsigned timeslot);
/* Takes back what the media thread has let go of, and opens what is wanted. */
void dahdi_bearer_collect(struct dahdi_span *span);
/* The card is gone: the media thread is asked to let go of everything. */
void dahdi_bearer_recall(struct dahdi_span *span);
/* Nobody ticks the span any more: closes everything. */
void dahdi_bearer_fini(struct dahdi_span *span);
