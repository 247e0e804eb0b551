/* An elastic buffer between two clocks (G.823): octets come in blocks by the one and go out in ticks by the
 * other. While both clocks are one, whatever their jitter, nothing is lost or added and the delay stays; when
 * they differ, octets are dropped or the reader goes without, and each time is a slip to be counted.
 * The caller's memory; any one thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	ELASTIC_SIZE = 4096, /* octets: half a second */
	ELASTIC_WINDOW = 100 /* ticks over which a level is watched: 1 s */
};

/* How far a level that jitters strays from where it is to be. Judged once a window: it is too high when even its
 * lowest value is, and too low when even its highest is. */
struct elastic_level {
	int target, above, below; /* octets: the level, and how far from it is too far */
	int lowest, highest;
	unsigned ticks;
};

void elastic_level_init(struct elastic_level *level, int target, int above, int below);
/* The level after a tick. Octets too many (above 0) or too few, once a window; else 0. */
int elastic_level_watch(struct elastic_level *level, int now);

struct elastic {
	uint8_t octets[ELASTIC_SIZE];
	size_t first, n; /* of those held */
	struct elastic_level level;
	bool running; /* false until there is enough to begin with */
};

/* The reader starts when, besides what it takes at once, margin octets are there. */
void elastic_init(struct elastic *elastic, size_t margin);
/* False when the oldest had to be dropped for want of room: a slip. */
bool elastic_put(struct elastic *elastic, const uint8_t *octets, size_t n);
enum elastic_result {
	ELASTIC_GOT,     /* n octets in out */
	ELASTIC_FILLING, /* nothing yet, as at the start */
	ELASTIC_STARVED, /* nothing: a slip, then it fills again */
	ELASTIC_DROPPED, /* n octets in out, and some were dropped before them: a slip */
};
enum elastic_result elastic_get(struct elastic *elastic, uint8_t *out, size_t n);
