/* What a call keeps for its record alone, and when the record is written. For the files of this folder. */
#pragma once

#include <osmocom/core/timer.h>

#include "call/leg.h"

struct call;

struct call_keep {
	int64_t setup_ms, alert_ms, answer_ms; /* wall clock, since 1970; 0: not yet */
	int journal_slot;                      /* or JOURNAL_NO_SLOT */
	unsigned interims;                     /* records of it as a call that goes on */
	struct osmo_timer_list interim;        /* the next one */
};

/* Of one leg. */
struct slot_keep {
	uint64_t
		setup_us; /* clock_now_us: it said SETUP, or was told; 0: it came from another call */
	char calling[LEG_DIGITS_MAX + 1]; /* of the SETUP that it was told */
	uint8_t cause_in, cause_out;      /* the first that it said, and was told; 0: none */
	struct leg_media media;
};

void call_journal_begin(struct call *call); /* what its caller said is known */
void call_journal_keep(struct call *call);  /* something has changed that the record says */
void call_journal_end(struct call *call);
/* The slot's leg says a message, or is told it. */
void call_journal_said(struct call *call, unsigned slot, const struct leg_msg *msg);
void call_journal_told(struct call *call, unsigned slot, const struct leg_msg *msg);
