/* A DAHDI span without the gateway: what an independent far end and the qualification of cards are made of.
 *
 * Failures end the program with what was asked and why: here is nothing to go on with. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	LINE_BLOCK = 40,       /* octets read and written at a time: 5 ms */
	LINE_PATTERN = 32767,  /* octets after which the pattern repeats */
	LINE_RESERVE = 8 * 40, /* octets written before the first is read, against late turns */
};

struct line_span {
	int number;
	int base; /* the channel of timeslot 1 */
	int channels;
	int alarms;
};

_Noreturn void line_die(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* False when the kernel has no span of this number. */
bool line_find(int number, struct line_span *out);
/* The dynamic span loc ADDRESS; made unless it is there. */
void line_make(const char *address, int channels, struct line_span *out);
/* Configures the line as is usual for an E1 or a T1, clocked by the card, its channels clear but the D channel (a timeslot;
 * 0: none), and starts it. */
void line_start(const struct line_span *span, int dchannel);
/* Makes the channel a D channel, or a clear one. */
void line_configure(int channel, bool dchannel);
/* A D channel: frames with FCS. */
int line_open_dchannel(int channel);
/* A B channel: blocks of LINE_BLOCK octets. */
int line_open_bchannel(int channel);
/* The event that waits; 0: none. */
int line_event(int fd);

/* A pseudo-random pattern on one channel, and what of it comes back on that or another one (O.151 2.1). */
struct line_pattern {
	uint64_t sent, heard;      /* octets */
	uint64_t compared, errors; /* octets, bits */
	unsigned slips;            /* how often the pattern was lost and found again */
	bool found, known;         /* now; ever */
	unsigned at;               /* position in the pattern of the next octet to come */
	/* Octets heard before the pattern's first: the delay of the way out and back, as both run on one clock. As
	 * it was when the pattern was found first. */
	int delay;
	unsigned wrong; /* octets in a row */
	uint8_t last[4];
};

void line_pattern_begin(struct line_pattern *pattern, int out);
/* Reads what there is and writes as much. */
void line_pattern_run(struct line_pattern *pattern, int out, int in);
/* What has been counted so far is forgotten; the pattern goes on. */
void line_pattern_reset(struct line_pattern *pattern);
double line_pattern_delay_ms(const struct line_pattern *pattern);
