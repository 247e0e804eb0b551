/* How well calls go, by trunk, peer, line and user: what ASR, NER, ACD and post-dial delay are made of (ITU-T E.411,
 * E.425), and why calls ended; of trunks and peers also how much they carry. Sums since the start, of calls that have
 * ended, but for what says otherwise. The hub owns it. Control thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "call/quality_counts.h"
#include "call/target.h"

struct call;
struct call_hub;
struct quality;
struct traffic;

struct quality *quality_new(void);
void quality_free(struct quality *quality);
/* It is listed from now on, with nothing counted, and a trunk or peer is looked at each second until it goes. */
void quality_know(struct quality *quality, const struct target *target);
void quality_goes(struct quality *quality, const struct target *target);
/* That second's look, at what is known; the timer calls it. */
void quality_look(struct quality *quality, int64_t wall_s);
/* A call begins. Out: cause is what target.seize said. */
void quality_offered(struct quality *quality, enum target_kind kind, const char *name,
		     enum quality_direction way, unsigned cause);
/* A call has ended, and all its legs. */
void quality_note(struct quality *quality, const struct call *call);
/* An attempt of it that is over, before its slot is another's. */
void quality_note_slot(struct quality *quality, const struct call *call, unsigned slot);
/* Of the oldest first, until fn returns false. */
void quality_each(const struct call_hub *hub,
		  bool (*fn)(void *data, enum target_kind kind, const char *name,
			     const struct quality_counts *counts),
		  void *data);
/* Of those that have one, in one pass. */
void quality_each_traffic(const struct call_hub *hub,
			  bool (*fn)(void *data, enum target_kind kind, const char *name,
				     const struct traffic *traffic),
			  void *data);
/* What a trunk or peer has carried over time; NULL: there is none of that name, or no room for it. */
struct traffic *quality_traffic(const struct call_hub *hub, enum target_kind kind,
				const char *name);
