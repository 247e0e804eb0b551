/* What the jitter buffer knows of the path: transit is a packet's arrival less its timestamp, in
 * timestamp units with an arbitrary origin. The least transit of the last 128 to 256 packets is the
 * path without jitter; what 98 % of the last 256 packets took beyond it is the delay that an
 * adaptive buffer aims at, up at once and down by 4 ms a second. Fixed mode aims at the initial
 * delay for good. One thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { TRANSIT_WINDOW = 128, TRANSIT_HISTORY = 256, TRANSIT_BINS = 256 };

struct transit {
	unsigned rate;          /* Hz */
	int64_t floor, ceiling; /* of target, units */
	int64_t target;         /* units over the least transit */
	int64_t decay;          /* units of sound since the target sank */
	/* Least and greatest of this half of the window and of the half before. */
	int64_t least[2], most[2];
	unsigned n; /* packets in this half */
	bool whole; /* the half before is full */
	/* Histogram of transit over the least, in bins of 2 ms. */
	uint8_t bin[TRANSIT_HISTORY];
	uint16_t count[TRANSIT_BINS];
	unsigned filled, next;
};

/* The target starts at initial_ms and stays within min_ms and max_ms: all equal, it is fixed. */
void transit_init(struct transit *transit, unsigned rate, unsigned min_ms, unsigned max_ms,
		  unsigned initial_ms);
/* The path is another from now on; what was learned of jitter stays. */
void transit_rebase(struct transit *transit, int64_t value);
/* A packet of that transit and duration. */
void transit_add(struct transit *transit, int64_t value, uint32_t duration);
int64_t transit_least(const struct transit *transit);
int64_t transit_most(const struct transit *transit);
