/* What the media of one end costs: RTP and TDM terminations in contexts, by mg_tick, with real sockets, G.711 and
 * 20 ms packets both ways, sound that is never silent, and nobody at the far end of the line.
 *
 *   media CALLS SECONDS TELEPHONE_EVENT
 *
 * Ticks follow each other at once, the clock being a virtual one; what the peers cost is not counted. Prints one
 * JSON object. */
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <osmocom/core/select.h>
#include <osmocom/core/talloc.h>

#include "base/clock.h"
#include "drivers/tdm.h"
#include "mg/mg.h"
#include "mg/mg_config.h"

enum {
	MAX_CALLS = 1920,
	SPAN_CALLS = 30,
	OCTETS = 160,
	PACKET = 12 + OCTETS,
	TICK_US = TICK_MS * 1000,
	SETTLE_TICKS = 200,
	PT_EVENT = 101
};

struct peer {
	int fd;
	struct sockaddr_storage gateway;
	uint8_t packet[PACKET];
	uint16_t seq;
	uint64_t received;
};

static struct peer peers[MAX_CALLS];
static struct tdm_span *spans[MAX_CALLS / SPAN_CALLS][2];
static unsigned n_calls;

static void check(int64_t rc, const char *what)
{
	if (rc >= 0)
		return;
	fprintf(stderr, "%s: %lld\n", what, (long long)rc);
	exit(1);
}

static double cpu_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void on_event(void *data, const struct mg_event *event)
{
	if (event->kind == MG_EV_ADDED)
		((struct peer *)data)->gateway = event->local;
}

static void on_line_event(void *data, const struct mg_event *event)
{
	(void)data, (void)event;
}

static void open_span(struct mg *mg, unsigned i, unsigned end)
{
	struct span_config config = { .driver = "virtual", .type = SPAN_E1, .law = LAW_ALAW };

	snprintf(config.name, sizeof(config.name), "%s-%u", end ? "far" : "near", i);
	snprintf(config.far_end, sizeof(config.far_end), "%s-%u", end ? "near" : "far", i);
	spans[i][end] = tdm_open(NULL, &config);
	check(spans[i][end] ? mg_attach(mg, spans[i][end]) : -1, "span");
}

static void add_call(struct mg *mg, unsigned i, uint8_t tevent_pt)
{
	struct peer *peer = &peers[i];
	struct mg_term tdm = { .kind = MG_TDM }, rtp = { .kind = MG_RTP };
	struct sockaddr_in here = { .sin_family = AF_INET,
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(here);
	const uint32_t context = mg_context(mg), ssrc = htonl(i);

	peer->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	check(bind(peer->fd, (struct sockaddr *)&here, sizeof(here)), "bind");
	getsockname(peer->fd, (struct sockaddr *)&here, &len);
	for (unsigned k = 0; k < PACKET; k++)
		peer->packet[k] = (uint8_t)(rand() >> 8);
	memcpy(peer->packet, (uint8_t[12]){ 0x80, 8 }, 8);
	memcpy(peer->packet + 8, &ssrc, 4);
	tdm.tdm = (struct mg_tdm){ .span = (uint16_t)spans[i / SPAN_CALLS][0]->index,
				   .timeslot = (uint8_t)(1 + i % SPAN_CALLS),
				   .detect_dtmf = MG_DTMF_RELAYED };
	rtp.rtp = (struct mg_rtp){ .codec = CODEC_PCMA,
				   .pt = 8,
				   .ptime_ms = 20,
				   .tevent_pt = tevent_pt,
				   .send = true,
				   .receive = true };
	memcpy(&rtp.rtp.remote, &here, sizeof(here));
	check(mg_add(mg, context, &tdm, on_line_event, NULL), "tdm");
	check(mg_add(mg, context, &rtp, on_event, peer), "rtp");
}

static void send_packet(struct peer *peer)
{
	const uint16_t seq = htons(peer->seq);
	const uint32_t timestamp = htonl(peer->seq * OCTETS);

	memcpy(peer->packet + 2, &seq, 2);
	memcpy(peer->packet + 4, &timestamp, 4);
	peer->seq++;
	sendto(peer->fd, peer->packet, PACKET, 0, (struct sockaddr *)&peer->gateway,
	       sizeof(struct sockaddr_in));
}

/* The far end of every line hears the octets of its call's peer, somewhat later; here it says its own. */
static void say_on_lines(unsigned tick)
{
	for (unsigned i = 0; i < n_calls; i++) {
		struct tdm_span *far = spans[i / SPAN_CALLS][1];
		memcpy(far->driver->tx(far, 1 + i % SPAN_CALLS), peers[i].packet + 12 + tick % 80,
		       TICK_OCTETS);
	}
}

/* The CPU time of mg_tick. */
static double tick(struct mg *mg, unsigned n)
{
	uint8_t packet[PACKET];
	double before, spent;

	for (unsigned i = 0; i < n_calls; i++) {
		while (recv(peers[i].fd, packet, sizeof(packet), 0) > 0)
			peers[i].received++;
		if ((n + i) % 2)
			send_packet(&peers[i]);
	}
	clock_advance(TICK_US);
	before = cpu_us();
	mg_tick(mg);
	spent = cpu_us() - before;
	say_on_lines(n);
	osmo_select_main_ctx(1);
	return spent;
}

int main(int argc, char **argv)
{
	const struct mg_config config = { .address = "127.0.0.1",
					  .port_first = 30000,
					  .port_last = 34999,
					  .jitter = { .initial_ms = 20, .max_ms = 20 } };
	const unsigned ticks = argc == 4 ? (unsigned)atoi(argv[2]) * 100 : 0;
	uint64_t received = 0;
	double spent = 0;
	struct mg *mg;

	n_calls = argc == 4 ? (unsigned)atoi(argv[1]) : 0;
	if (!n_calls || n_calls > MAX_CALLS || !ticks) {
		fprintf(stderr, "media CALLS SECONDS TELEPHONE_EVENT\n");
		return 2;
	}
	clock_use_virtual(1000000000);
	mg = mg_new(NULL, &config);
	for (unsigned i = 0; i * SPAN_CALLS < n_calls; i++) {
		open_span(mg, i, 0);
		open_span(mg, i, 1);
	}
	for (unsigned i = 0; i < n_calls; i++)
		add_call(mg, i, atoi(argv[3]) ? PT_EVENT : 0);
	for (unsigned i = 0; i < SETTLE_TICKS; i++)
		tick(mg, i);
	for (unsigned i = 0; i < n_calls; i++)
		peers[i].received = 0;
	for (unsigned i = 0; i < ticks; i++)
		spent += tick(mg, i);
	for (unsigned i = 0; i < n_calls; i++)
		received += peers[i].received;
	printf("{\"calls\": %u, \"received\": %llu, \"us\": %.1f}\n", n_calls,
	       (unsigned long long)received, spent / n_calls / (ticks / 100.0));
	return 0;
}
