/* A kernel's DAHDI for tests, instead of drivers/dahdi_io.c: two E1 spans joined by a cable, moved on by hand. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FAKE_SPANS = 2, FAKE_CHANNELS = 31 };

struct fake_channel {
	int fd; /* an eventfd, so that the loop can hold it; -1: closed */
	int signalling, audio, taps, block, bits;
	bool held; /* by another program */
	bool events_wanted, dry;
	uint8_t to_line[8192], from_line[8192];
	size_t n_to_line, n_from_line;
	int events[16];
	unsigned n_events;
	uint8_t frame[512]; /* D: written last, or to be read next */
	size_t frame_len;
};

struct fake_span {
	bool there;
	int alarms, sync_source, crc, line, sync;
	bool started;
	struct fake_channel channels[FAKE_CHANNELS];
};

extern struct fake {
	struct fake_span spans[FAKE_SPANS];
	int node_error;    /* of every open, unless 0 */
	int refused_error; /* of the request, unless 0 */
	unsigned long refused;
	unsigned ticks; /* of the timer that wait */
	unsigned line_requests, channel_requests, opened;
	bool gains;
} fake;

void fake_reset(void);
/* Both spans' clock moves on by so many octets. */
void fake_move(unsigned octets);
void fake_event(struct fake_channel *channel, int event);
/* The first span's card is taken out, with what was open on it. */
void fake_remove(void);
