/* Tests spans without the gateway, for `make qualify`: what one end sends must come to the other. With a loopback plug
 * both ends are one span.
 *
 *   line-test SPAN [FAR-SPAN] [SECONDS]      the kernel's numbers; no call may be up there
 *
 * Closes with one line of JSON and exits with 0 when nothing is wrong. Reconfigures the span's channels. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <dahdi/user.h>

#include "line.h"

enum {
	FRAMES = 50,
	FRAME_OCTETS = 64,
	FCS = 2,
	FRAME_WAIT_MS = 200,
	WARM_UP_S = 1,
	CLEAR_S = 15,
};

struct result {
	unsigned frames_sent, frames_back, frames_wrong;
	unsigned channels, silent; /* silent: nothing of the pattern came back */
	uint64_t octets, errors;
	unsigned slips;
	double delay_ms, longest_ms;
};

static double now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int dchannel_of(const struct line_span *span)
{
	return span->base + (span->channels > 24 ? 16 : span->channels) - 1;
}

/* Alarms take their time to clear (G.775). */
static void start(struct line_span *near, const struct line_span *far)
{
	const double until = now_s() + CLEAR_S;

	line_start(near, 0);
	if (far->number != near->number)
		line_start(far, 0);
	while (line_find(near->number, near) && near->alarms && now_s() < until)
		poll(NULL, 0, 100);
}

/* HDLC */

/* The frame's octets, 0 after FRAME_WAIT_MS. */
static ssize_t next_frame(int fd, uint8_t *frame, size_t size)
{
	struct pollfd at = { .fd = fd, .events = POLLIN | POLLPRI };

	while (poll(&at, 1, FRAME_WAIT_MS) > 0) {
		ssize_t n = read(fd, frame, size);

		if (n > 0)
			return n;
		if (errno == ELAST)
			line_event(fd);
		else if (errno != EAGAIN)
			line_die("reading the D channel");
	}
	return 0;
}

static void test_frame(unsigned i, int out, int in, struct result *result)
{
	uint8_t frame[FRAME_OCTETS + FCS] = { 0 }, back[FRAME_OCTETS * 2];
	ssize_t n;

	for (unsigned octet = 0; octet < FRAME_OCTETS; octet++)
		frame[octet] = (uint8_t)(octet * 7 + i);
	while (write(out, frame, sizeof(frame)) < 0 && errno == ELAST && line_event(out))
		;
	n = next_frame(in, back, sizeof(back));
	result->frames_sent++;
	if (n == (ssize_t)sizeof(frame) && memcmp(frame, back, FRAME_OCTETS) == 0)
		result->frames_back++;
	else if (n > 0)
		result->frames_wrong++;
}

static void test_frames(const struct line_span *near, const struct line_span *far,
			struct result *result)
{
	bool plug = near->number == far->number;
	int out, in;

	line_configure(dchannel_of(near), true);
	out = line_open_dchannel(dchannel_of(near));
	if (!plug)
		line_configure(dchannel_of(far), true);
	in = plug ? out : line_open_dchannel(dchannel_of(far));
	test_frame(0, out, in, result); /* the first after opening may be lost: it tells nothing */
	memset(result, 0, sizeof(*result));
	for (unsigned i = 1; i <= FRAMES; i++)
		test_frame(i, out, in, result);
	close(out);
	if (!plug)
		close(in);
	line_configure(dchannel_of(near), false);
	line_configure(dchannel_of(far), false);
}

/* Sound */

struct way {
	int out, in;
	struct line_pattern pattern;
};

static void open_way(struct way *way, const struct line_span *near, const struct line_span *far,
		     int timeslot)
{
	way->out = line_open_bchannel(near->base + timeslot - 1);
	way->in = near->number == far->number ? way->out
					      : line_open_bchannel(far->base + timeslot - 1);
	line_pattern_begin(&way->pattern, way->out);
}

static void run(struct way *ways, unsigned n, double seconds)
{
	const double until = now_s() + seconds;
	struct pollfd at = { .fd = ways[0].in, .events = POLLIN | POLLPRI };

	while (now_s() < until) {
		poll(&at, 1, 10);
		for (unsigned i = 0; i < n; i++)
			line_pattern_run(&ways[i].pattern, ways[i].out, ways[i].in);
	}
}

static void count(const struct line_pattern *pattern, struct result *result)
{
	double delay_ms = line_pattern_delay_ms(pattern);

	result->channels++;
	if (!pattern->compared) {
		result->silent++;
		return;
	}
	result->octets += pattern->compared;
	result->errors += pattern->errors;
	result->slips += pattern->slips;
	result->delay_ms += delay_ms;
	if (delay_ms > result->longest_ms)
		result->longest_ms = delay_ms;
}

/* All timeslots at once, the D channel's among them. What is heard while they are opened one after another is not
 * counted. */
static void test_sound(const struct line_span *near, const struct line_span *far, double seconds,
		       struct result *result)
{
	struct way ways[31];
	const unsigned n = (unsigned)near->channels;

	for (unsigned i = 0; i < n; i++)
		open_way(&ways[i], near, far, (int)i + 1);
	run(ways, n, WARM_UP_S);
	for (unsigned i = 0; i < n; i++)
		line_pattern_reset(&ways[i].pattern);
	run(ways, n, seconds);
	for (unsigned i = 0; i < n; i++) {
		count(&ways[i].pattern, result);
		close(ways[i].out);
		if (ways[i].in != ways[i].out)
			close(ways[i].in);
	}
}

/* Delay is of the way there alone: from the card's end of our queue to the card's end of the far one. */
static bool report(const struct line_span *near, const struct result *r)
{
	const unsigned heard = r->channels - r->silent;
	bool good =
		!near->alarms && r->frames_back == FRAMES && !r->silent && !r->errors && !r->slips;

	printf("{\"span\": %d, \"alarms\": %d, \"frames\": %u, \"frames_back\": %u, "
	       "\"frames_wrong\": %u, \"channels\": %u, \"silent\": %u, \"octets\": %llu, "
	       "\"bit_errors\": %llu, \"slips\": %u, \"delay_ms\": %.1f, \"longest_delay_ms\": "
	       "%.1f, "
	       "\"good\": %s}\n",
	       near->number, near->alarms, r->frames_sent, r->frames_back, r->frames_wrong,
	       r->channels, r->silent, (unsigned long long)r->octets, (unsigned long long)r->errors,
	       r->slips, heard ? r->delay_ms / heard : 0, r->longest_ms, good ? "true" : "false");
	return good;
}

int main(int argc, char **argv)
{
	struct line_span near, far;
	struct result result = { 0 };
	int number = argc > 1 ? atoi(argv[1]) : 0;

	if (!number) {
		fprintf(stderr, "usage: line-test SPAN [FAR-SPAN] [SECONDS]\n");
		return 2;
	}
	if (!line_find(number, &near))
		line_die("there is no span %d", number);
	if (!line_find(argc > 2 ? atoi(argv[2]) : number, &far))
		line_die("there is no span %s", argv[2]);
	errno = EINVAL;
	if (near.channels > 31 || far.channels != near.channels)
		line_die("spans of %d and %d channels are no E1s or T1s of one kind", near.channels,
			 far.channels);
	start(&near, &far);
	test_frames(&near, &far, &result);
	test_sound(&near, &far, argc > 3 ? atof(argv[3]) : 10, &result);
	line_find(number, &near); /* its alarms as they are now */
	return report(&near, &result) ? 0 : 1;
}
