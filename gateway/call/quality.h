/* How well calls go, by trunk, peer, line and user: what ASR, NER, ACD and post-dial delay are made of (ITU-T E.411,
 * E.425), and why calls ended. Sums since the start, of calls that have ended. The hub owns it. Control thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "call/target.h"

struct call;
struct call_hub;
struct quality;

enum quality_direction {
	QUALITY_IN,  /* from there */
	QUALITY_OUT, /* to there */
	QUALITY_DIRECTIONS,
};

enum { QUALITY_CAUSES = 128 }; /* Q.850 */

struct quality_counts {
	struct {
		uint64_t seizures;
		uint64_t answers;
		uint64_t
			effective; /* answered, or the called party's own doing: busy, no answer, rejected */
		uint64_t talk_ms;
	} way[QUALITY_DIRECTIONS];
	uint64_t delays, delay_ms; /* out: from SETUP until it rang, or was answered */
	uint64_t causes[QUALITY_CAUSES];
	/* RTP that came from there. */
	uint64_t packets, lost, late;
};

struct quality *quality_new(void);
void quality_free(struct quality *quality);
/* It is listed from now on, with nothing counted. */
void quality_know(struct quality *quality, enum target_kind kind, const char *name);
/* A call has ended, and all its legs. */
void quality_note(struct quality *quality, const struct call *call);
/* An attempt of it that is over, before its slot is another's. */
void quality_note_slot(struct quality *quality, const struct call *call, unsigned slot);
/* Of the oldest first, until fn returns false. */
void quality_each(const struct call_hub *hub,
		  bool (*fn)(void *data, enum target_kind kind, const char *name,
			     const struct quality_counts *counts),
		  void *data);
