/* An independent far end for one trunk of the gateway: libpri on the D channel of a span of its own, and a pattern
 * on a B channel.
 *
 *   peer ADDRESS e1|t1 user|network answer              answers what comes, until SIGTERM
 *   peer ADDRESS e1|t1 user|network calls NUMBER N      one after another
 *   peer ADDRESS e1|t1 user|network pattern NUMBER S    one call; for S seconds what is sent must come back
 *
 * ADDRESS is that of the dynamic span, as 5:1. Says "up" when the D channel is, and closes with one line of JSON. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <libpri.h>

#include "line.h"

enum {
	STEP_MS = 10,
	SETTLE_MS =
		1500, /* the first frame after opening may be lost, and SABME come again after T200 */
	PATIENCE_MS = 15000, /* for the D channel to come up, and for each call */
};

enum verb { ANSWER, CALLS, PATTERN };

static struct peer {
	struct line_span span;
	int dchannel;
	int fd, bearer; /* bearer: -1 while there is none */
	struct pri *pri;
	enum verb verb;
	const char *number;
	unsigned wanted; /* calls, or seconds */
	bool up, said;
	q931_call *call;   /* ours */
	q931_call *on[32]; /* that came, by channel */
	double begun_ms, answered_ms, up_since_ms;
	unsigned answered, failed, taken, downs;
	int cause;
	double sum_ms, max_ms;
	struct line_pattern pattern;
} peer;

static volatile sig_atomic_t stopped;

static void on_signal(int number)
{
	(void)number;
	stopped = 1;
}

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void on_text(struct pri *pri, char *text)
{
	(void)pri;
	fputs(text, stderr);
}

/* One call */

static void call_out(void)
{
	struct pri_sr *sr = pri_sr_new();

	peer.call = pri_new_call(peer.pri);
	pri_sr_set_channel(sr, 1, 0, 0);
	pri_sr_set_bearer(sr, PRI_TRANS_CAP_SPEECH,
			  peer.span.channels > 24 ? PRI_LAYER_1_ALAW : PRI_LAYER_1_ULAW);
	pri_sr_set_called(sr, (char *)peer.number, PRI_UNKNOWN, 1);
	peer.begun_ms = now_ms();
	peer.answered_ms = 0;
	pri_setup(peer.pri, peer.call, sr);
	pri_sr_free(sr);
}

static void close_bearer(void)
{
	if (peer.bearer >= 0)
		close(peer.bearer);
	peer.bearer = -1;
}

static void on_answer(const pri_event_answer *answer)
{
	double took_ms = now_ms() - peer.begun_ms;

	peer.answered++;
	peer.answered_ms = now_ms();
	peer.sum_ms += took_ms;
	if (took_ms > peer.max_ms)
		peer.max_ms = took_ms;
	if (peer.verb != PATTERN) {
		pri_hangup(peer.pri, answer->call, PRI_CAUSE_NORMAL_CLEARING);
		return;
	}
	peer.bearer = line_open_bchannel(peer.span.base + (answer->channel & 0xff) - 1);
	line_pattern_begin(&peer.pattern, peer.bearer);
}

static void forget(const q931_call *call)
{
	for (unsigned i = 0; i < 32; i++)
		if (peer.on[i] == call)
			peer.on[i] = NULL;
}

static void on_end(q931_call *call, int cause)
{
	forget(call);
	pri_hangup(peer.pri, call, cause);
	if (call != peer.call)
		return;
	close_bearer();
	if (!peer.answered_ms)
		peer.failed++;
	peer.cause = cause;
	peer.call = NULL;
}

static void on_ring(const pri_event_ring *ring)
{
	peer.taken++;
	peer.on[ring->channel & 0x1f] = ring->call;
	pri_acknowledge(peer.pri, ring->call, ring->channel, 0);
	pri_answer(peer.pri, ring->call, ring->channel, 0);
}

/* Q.931 5.5.2: the call on the channel is gone; libpri acknowledges, and leaves the call to us. -1: all channels. */
static void on_restart(int channel)
{
	for (int i = 0; i < 32; i++) {
		if (!peer.on[i] || (channel >= 0 && i != (channel & 0x1f)))
			continue;
		pri_destroycall(peer.pri, peer.on[i]);
		peer.on[i] = NULL;
	}
}

static void on_event(const pri_event *event)
{
	if (!event)
		return;
	switch (event->e) {
	case PRI_EVENT_DCHAN_UP:
		peer.up = true;
		break;
	case PRI_EVENT_DCHAN_DOWN:
		peer.up = false;
		peer.downs++;
		break;
	case PRI_EVENT_RESTART:
		on_restart(event->restart.channel);
		break;
	case PRI_EVENT_RING:
		on_ring(&event->ring);
		break;
	case PRI_EVENT_ANSWER:
		on_answer(&event->answer);
		break;
	case PRI_EVENT_HANGUP:
	case PRI_EVENT_HANGUP_REQ:
		on_end(event->hangup.call, event->hangup.cause);
		break;
	case PRI_EVENT_HANGUP_ACK:
		if (event->hangup.call == peer.call)
			peer.call = NULL;
		break;
	default:
		break;
	}
}

/* What is done when nothing comes. False when all is done. */
static bool go_on(void)
{
	const double now = now_ms();

	if (peer.up && !peer.said) {
		puts("up");
		fflush(stdout);
		peer.said = true;
		peer.up_since_ms = now;
	}
	if (!peer.said || peer.verb == ANSWER)
		return !stopped;
	if (peer.call && peer.verb == PATTERN && peer.answered_ms &&
	    now - peer.answered_ms >= peer.wanted * 1e3 && peer.bearer >= 0) {
		close_bearer();
		pri_hangup(peer.pri, peer.call, PRI_CAUSE_NORMAL_CLEARING);
	}
	if (!peer.call && peer.answered + peer.failed == (peer.verb == CALLS ? peer.wanted : 1))
		return false;
	if (!peer.call && now - peer.up_since_ms > SETTLE_MS)
		call_out();
	return !stopped && (!peer.call || peer.answered_ms || now - peer.begun_ms < PATIENCE_MS);
}

static int wait_ms(void)
{
	struct timeval *next = pri_schedule_next(peer.pri), now;
	long ms;

	if (!next)
		return STEP_MS;
	gettimeofday(&now, NULL);
	ms = (next->tv_sec - now.tv_sec) * 1000 + (next->tv_usec - now.tv_usec) / 1000;
	return ms < 0 ? 0 : ms < STEP_MS ? (int)ms : STEP_MS;
}

static void read_frames(void)
{
	struct pollfd more = { .fd = peer.fd, .events = POLLIN };

	do
		on_event(pri_check_event(peer.pri));
	while (poll(&more, 1, 0) > 0 && more.revents & POLLIN);
}

static void turn(void)
{
	struct pollfd at[] = { { .fd = peer.fd, .events = POLLIN | POLLPRI },
			       { .fd = peer.bearer, .events = POLLIN } };

	poll(at, 2, wait_ms());
	if (at[0].revents & POLLPRI)
		line_event(peer.fd);
	if (at[0].revents & POLLIN)
		read_frames();
	on_event(pri_schedule_run(peer.pri));
	if (peer.bearer >= 0)
		line_pattern_run(&peer.pattern, peer.bearer, peer.bearer);
}

static void report(void)
{
	const struct line_pattern *p = &peer.pattern;

	printf("{\"answered\": %u, \"failed\": %u, \"taken\": %u, \"downs\": %u, \"cause\": %d, "
	       "\"mean_ms\": %.1f, \"max_ms\": %.1f, \"octets\": %llu, \"bit_errors\": %llu, "
	       "\"slips\": %u, \"delay_ms\": %.1f}\n",
	       peer.answered, peer.failed, peer.taken, peer.downs, peer.cause,
	       peer.answered ? peer.sum_ms / peer.answered : 0, peer.max_ms,
	       (unsigned long long)p->compared, (unsigned long long)p->errors, p->slips,
	       line_pattern_delay_ms(p));
}

static void open_all(const char *address, bool e1, bool network)
{
	peer.dchannel = e1 ? 16 : 24;
	line_make(address, e1 ? 31 : 24, &peer.span);
	line_start(&peer.span, peer.dchannel);
	peer.fd = line_open_dchannel(peer.span.base + peer.dchannel - 1);
	pri_set_message(on_text);
	pri_set_error(on_text);
	peer.pri = pri_new(peer.fd, network ? PRI_NETWORK : PRI_CPE,
			   e1 ? PRI_SWITCH_EUROISDN_E1 : PRI_SWITCH_NI2);
	pri_hangup_fix_enable(peer.pri, 1);
}

int main(int argc, char **argv)
{
	const struct sigaction action = { .sa_handler = on_signal };
	double begun;

	if (argc < 5 || (strcmp(argv[4], "answer") != 0 && argc < 7)) {
		fprintf(stderr, "usage: peer ADDRESS e1|t1 user|network answer | calls NUMBER N | "
				"pattern NUMBER SECONDS\n");
		return 2;
	}
	sigaction(SIGTERM, &action, NULL);
	peer.verb = argv[4][0] == 'a' ? ANSWER : argv[4][0] == 'c' ? CALLS : PATTERN;
	peer.number = argc > 5 ? argv[5] : "";
	peer.wanted = argc > 6 ? (unsigned)strtoul(argv[6], NULL, 10) : 0;
	peer.bearer = -1;
	open_all(argv[1], argv[2][0] == 'e', argv[3][0] == 'n');
	begun = now_ms();
	while (go_on() && (peer.said || peer.verb == ANSWER || now_ms() - begun < PATIENCE_MS))
		turn();
	report();
	return 0;
}
