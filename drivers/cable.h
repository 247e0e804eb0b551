/* The cable between two virtual spans: what one end sends in a round, the other hears in the next.
 *
 * Both ends are ticked by one thread, each once a round and in any order: the first to tick opens the round,
 * the other joins it. A cable lives while either of its ends is plugged in; so an end may be pulled out and
 * plugged in again while the other is ticked. Control plugs, pulls and cuts; the rest is the media thread's,
 * and the two share atomics only. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "drivers/tdm.h"

/* What one end sends in one round. */
struct cable_load {
	uint64_t round;
	uint8_t octets[TDM_MAX_TIMESLOTS][TICK_OCTETS];
	uint8_t abcd[TDM_MAX_TIMESLOTS];
};

struct cable;

struct cable_end {
	struct cable *cable;
	struct cable_end *far;
	char name[TDM_NAME_MAX];
	void *owner;                /* control's: who is plugged in, NULL: nobody */
	atomic_bool plugged;        /* the same for the media thread */
	uint64_t round;             /* media's, from here on: the last that this end took part in */
	struct cable_load loads[2]; /* of an even and an odd round */
};

/* The end called name of the cable between name and far; two that name each other share one. NULL: no
 * memory. Pulled out by cable_pull. */
struct cable_end *cable_plug(const char *name, const char *far, void *owner);
void cable_pull(struct cable_end *end);
void cable_cut(struct cable_end *end, bool cut);

/* Both ends are plugged in and the cable is whole. Any thread. */
bool cable_signal(const struct cable_end *end);

/* Opens or joins a round. */
void cable_take_turn(struct cable_end *end);

/* True when the far end is a round ahead although this end has been ticked: it was plugged in while the
 * far end was ticked, and took its first round for the one before. It has another turn to take. */
bool cable_behind(const struct cable_end *end);

/* What arrives in this round; NULL when nothing does. */
const struct cable_load *cable_arriving(const struct cable_end *end);

/* What leaves in this round: the end's own to write. */
struct cable_load *cable_leaving(struct cable_end *end);
