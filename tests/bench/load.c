/* A load of calls for the benches: a small SIP caller with RTP, one thread, everything measured in it.
 *
 *   load hold  PORT NUMBER CALLS SECONDS   holds CALLS calls with 20 ms G.711 A-law packets both ways
 *   load calls PORT NUMBER CALLS AT_ONCE   sets up and clears CALLS calls, AT_ONCE at a time
 *   load delay PORT NUMBER SECONDS         one call to an echo: delay of marked octets, and whether all came back
 *
 * Calls go to NUMBER and one more digit that counts, so that routes may spread them. Prints one JSON object. The gateway listens on 127.0.0.1 PORT. Exit status 1 when a call failed. */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
	OCTETS = 160,
	PACKET = 12 + OCTETS,
	MAX_CALLS = 4096,
	SIP_MAX = 4096,
	PATIENCE_US = 10000000
};

enum state { FREE, INVITED, UP, CLEARING };

struct call {
	enum state state;
	unsigned id, cseq;
	int rtp;
	char contact[256], to[256];
	struct sockaddr_in media;
	uint16_t seq;
	uint32_t timestamp;
	uint64_t began_us, sent, received;
};

static struct call calls[MAX_CALLS];
static int sip_fd;
static uint16_t sip_port;
static unsigned next_id, ok, failed;
static double *setup_ms;
static const char *number;

static uint64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int udp_socket(uint16_t *port)
{
	struct sockaddr_in here = { .sin_family = AF_INET,
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(here);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0), room = 4 << 20;

	if (fd < 0 || bind(fd, (struct sockaddr *)&here, sizeof(here)) < 0) {
		perror("socket");
		exit(2);
	}
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	getsockname(fd, (struct sockaddr *)&here, &len);
	*port = ntohs(here.sin_port);
	return fd;
}

static void request(const struct call *call, const char *method, unsigned cseq, const char *body)
{
	char text[SIP_MAX], target[256];
	int len;

	snprintf(target, sizeof(target), "sip:%s%u@127.0.0.1", number, call->id % 10);
	len = snprintf(
		text, sizeof(text),
		"%s %s SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bK%u-%u-%s\r\n"
		"Max-Forwards: 70\r\nFrom: <sip:100@127.0.0.1:%u>;tag=l%u\r\nTo: %s%s%s%s\r\n"
		"Call-ID: load-%d-%u\r\nCSeq: %u %s\r\nContact: <sip:100@127.0.0.1:%u>\r\n%s"
		"Content-Length: %zu\r\n\r\n%s",
		method, call->contact[0] ? call->contact : target, sip_port, call->id, cseq, method,
		sip_port, call->id, call->to[0] ? "" : "<", call->to[0] ? call->to : target,
		call->to[0] ? "" : ">", "", getpid(), call->id, cseq, method, sip_port,
		body[0] ? "Content-Type: application/sdp\r\n" : "", strlen(body), body);
	if (send(sip_fd, text, len, 0) < 0)
		perror("send");
}

static void invite(struct call *call)
{
	char sdp[512];
	uint16_t port;
	int fd = call->rtp;

	if (call->id == 0 && fd == 0)
		fd = -1;
	*call = (struct call){ .state = INVITED, .id = ++next_id, .cseq = 1, .began_us = now_us() };
	if (fd > 0)
		close(fd);
	call->rtp = udp_socket(&port);
	snprintf(sdp, sizeof(sdp),
		 "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
		 "m=audio %u RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\na=ptime:20\r\n",
		 port);
	request(call, "INVITE", call->cseq, sdp);
}

/* Copies the value of a header's line; short headers of ours are not compacted by any peer we call. */
static bool header(const char *text, const char *name, char *out, size_t size)
{
	size_t n = strlen(name);

	for (const char *line = text; line;
	     line = strstr(line, "\r\n") ? strstr(line, "\r\n") + 2 : NULL) {
		if (strncasecmp(line, name, n) != 0 || line[n] != ':')
			continue;
		line += n + 1 + strspn(line + n + 1, " ");
		n = strcspn(line, "\r");
		snprintf(out, size, "%.*s", (int)(n < size ? n : size - 1), line);
		return true;
	}
	return false;
}

static void learn(struct call *call, const char *text)
{
	char value[256], *end;
	const char *media = strstr(text, "m=audio ");

	if (header(text, "To", value, sizeof(value)))
		memcpy(call->to, value, sizeof(call->to));
	if (header(text, "Contact", value, sizeof(value)) && value[0] == '<' &&
	    (end = strchr(value, '>'))) {
		*end = '\0';
		snprintf(call->contact, sizeof(call->contact), "%.250s", value + 1);
	}
	if (media)
		call->media = (struct sockaddr_in){ .sin_family = AF_INET,
						    .sin_port = htons((uint16_t)atoi(media + 8)),
						    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

static void hang_up(struct call *call)
{
	call->state = CLEARING;
	request(call, "BYE", ++call->cseq, "");
}

static void on_invite_status(struct call *call, int status, const char *text)
{
	if (status < 200)
		return;
	learn(call, text);
	request(call, "ACK", 1, "");
	if (call->state != INVITED)
		return;
	if (status >= 300) {
		fprintf(stderr, "call %u: %.60s\n", call->id, text);
		failed++;
		call->state = FREE;
		return;
	}
	setup_ms[ok++] = (double)(now_us() - call->began_us) / 1000;
	call->state = UP;
}

static struct call *find(const char *text)
{
	char id[256];
	unsigned n;

	if (!header(text, "Call-ID", id, sizeof(id)) || sscanf(id, "load-%*d-%u", &n) != 1)
		return NULL;
	for (unsigned i = 0; i < MAX_CALLS; i++)
		if (calls[i].state != FREE && calls[i].id == n)
			return &calls[i];
	return NULL;
}

static void sip_read(void)
{
	char text[SIP_MAX], cseq[64] = "";
	ssize_t len;

	while ((len = recv(sip_fd, text, sizeof(text) - 1, 0)) > 0) {
		struct call *call;

		text[len] = '\0';
		call = find(text);
		if (!call || strncmp(text, "SIP/2.0 ", 8) != 0 ||
		    !header(text, "CSeq", cseq, sizeof(cseq)))
			continue;
		if (strstr(cseq, "INVITE"))
			on_invite_status(call, atoi(text + 8), text);
		else if (call->state == CLEARING)
			call->state = FREE;
	}
}

/* Deals with SIP until no call is in the given state; false when patience ran out. */
static bool settle(enum state state)
{
	uint64_t until = now_us() + PATIENCE_US;

	while (now_us() < until) {
		struct pollfd p = { sip_fd, POLLIN, 0 };
		bool any = false;

		for (unsigned i = 0; i < MAX_CALLS; i++)
			any |= calls[i].state == state;
		if (!any)
			return true;
		poll(&p, 1, 10);
		sip_read();
	}
	return false;
}

static void rtp_send(struct call *call, const uint8_t *payload)
{
	uint8_t packet[PACKET] = { 0x80, 8 };
	uint16_t seq = htons(call->seq++);
	uint32_t timestamp = htonl(call->timestamp), ssrc = htonl(call->id);

	memcpy(packet + 2, &seq, 2);
	memcpy(packet + 4, &timestamp, 4);
	memcpy(packet + 8, &ssrc, 4);
	memcpy(packet + 12, payload, OCTETS);
	call->timestamp += OCTETS;
	if (sendto(call->rtp, packet, sizeof(packet), 0, (struct sockaddr *)&call->media,
		   sizeof(call->media)) > 0)
		call->sent++;
}

static void sleep_until(uint64_t when)
{
	struct timespec t = { when / 1000000, when % 1000000 * 1000 };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR)
		;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double percentile(double *values, size_t n, double part)
{
	if (n == 0)
		return 0;
	qsort(values, n, sizeof(values[0]), by_value);
	return values[(size_t)((double)(n - 1) * part + 0.5)];
}

static int hold(unsigned n, unsigned seconds)
{
	uint8_t payload[OCTETS], packet[PACKET + 64];
	uint64_t start, sent = 0, received = 0;

	for (unsigned i = 0; i < n; i++) {
		invite(&calls[i]);
		if (i % 8 == 7) /* a D channel carries 64 kbit/s */
			settle(INVITED);
	}
	if (!settle(INVITED))
		failed++;
	memset(payload, 0xd5, sizeof(payload));
	printf("up %u\n", ok);
	fflush(stdout);
	start = now_us();
	for (unsigned tick = 0; tick < seconds * 50; tick++) {
		for (unsigned i = 0; i < n; i++) {
			if (calls[i].state != UP)
				continue;
			rtp_send(&calls[i], payload);
			while (recv(calls[i].rtp, packet, sizeof(packet), 0) > 0)
				calls[i].received++;
		}
		sleep_until(start + (uint64_t)(tick + 1) * 20000);
	}
	for (unsigned i = 0; i < n; i++) {
		sent += calls[i].sent;
		received += calls[i].received;
		if (calls[i].state == UP)
			hang_up(&calls[i]);
	}
	settle(CLEARING);
	printf("{\"calls\": %u, \"failed\": %u, \"sent\": %llu, \"received\": %llu}\n", ok, failed,
	       (unsigned long long)sent, (unsigned long long)received);
	return failed || ok != n;
}

static int set_up_and_clear(unsigned n, unsigned at_once)
{
	uint64_t start = now_us(), patience = start + PATIENCE_US + (uint64_t)n * 100000;
	unsigned begun = 0;
	double seconds;

	while (ok + failed < n && now_us() < patience) {
		struct pollfd p = { sip_fd, POLLIN, 0 };

		for (unsigned i = 0; i < at_once; i++) {
			if (calls[i].state == FREE && begun < n) {
				invite(&calls[i]);
				begun++;
			} else if (calls[i].state == UP) {
				hang_up(&calls[i]);
			}
		}
		poll(&p, 1, 1);
		sip_read();
	}
	for (unsigned i = 0; i < at_once; i++)
		if (calls[i].state == UP)
			hang_up(&calls[i]);
	settle(CLEARING);
	seconds = (double)(now_us() - start) / 1e6;
	printf("{\"calls\": %u, \"failed\": %u, \"seconds\": %.2f, \"p50_ms\": %.1f, \"p99_ms\": "
	       "%.1f}\n",
	       ok, n - ok, seconds, percentile(setup_ms, ok, 0.5), percentile(setup_ms, ok, 0.99));
	return ok != n;
}

/* The mark sent in packet number i, at its first octet: never one of the filling. */
static uint8_t mark(unsigned i)
{
	return (uint8_t)(1 + i % 200);
}

/* Sends a counting pattern; what comes back must be the same octets in the same order. */
static int delay(unsigned seconds)
{
	struct call *call = &calls[0];
	unsigned packets = seconds * 50, marks = 0, wrong = 0;
	uint64_t *sent_at = calloc(packets, sizeof(*sent_at)), start;
	double *both_ms = calloc(packets, sizeof(*both_ms));
	uint8_t payload[OCTETS], packet[PACKET + 64];

	invite(call);
	if (!settle(INVITED) || call->state != UP)
		return 1;
	sleep_until(now_us() + 300000);
	start = now_us();
	for (unsigned i = 0; i < packets + 25; i++) {
		struct pollfd p = { call->rtp, POLLIN, 0 };
		uint64_t next = start + (uint64_t)(i + 1) * 20000, now;

		memset(payload, 0xd5, sizeof(payload));
		if (i < packets) {
			payload[0] = mark(i);
			sent_at[i] = now_us();
		}
		rtp_send(call, payload);
		while ((now = now_us()) < next) {
			struct timespec left = { 0, (long)(next - now) * 1000 };
			ssize_t len;

			if (ppoll(&p, 1, &left, NULL) <= 0 ||
			    (len = recv(call->rtp, packet, sizeof(packet), 0)) != PACKET)
				continue;
			for (unsigned k = 0; k < OCTETS; k++) {
				if (packet[12 + k] == 0xd5)
					continue;
				if (marks >= packets || packet[12 + k] != mark(marks)) {
					wrong++;
					continue;
				}
				/* what waits in the packet for its end is packetisation, not ours */
				both_ms[marks] = (double)(now_us() - sent_at[marks]) / 1000 -
						 (OCTETS - k) / 8.0;
				marks++;
			}
		}
	}
	hang_up(call);
	settle(CLEARING);
	printf("{\"marks\": %u, \"returned\": %u, \"wrong\": %u, \"both_ways_p50_ms\": %.2f, "
	       "\"both_ways_p99_ms\": %.2f}\n",
	       packets, marks, wrong, percentile(both_ms, marks, 0.5),
	       percentile(both_ms, marks, 0.99));
	free(sent_at);
	free(both_ms);
	return marks != packets || wrong;
}

int main(int argc, char **argv)
{
	unsigned a = argc > 4 ? (unsigned)atoi(argv[4]) : 0,
		 b = argc > 5 ? (unsigned)atoi(argv[5]) : 0;
	struct sockaddr_in gateway = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int rc = 2;

	if (argc < 5 || a == 0) {
		fprintf(stderr, "load hold|calls|delay PORT NUMBER COUNT [COUNT]\n");
		return 2;
	}
	number = argv[3];
	gateway.sin_port = htons((uint16_t)atoi(argv[2]));
	sip_fd = udp_socket(&sip_port);
	if (connect(sip_fd, (struct sockaddr *)&gateway, sizeof(gateway)) < 0)
		return 2;
	setup_ms = calloc(a + 1, sizeof(*setup_ms));
	if (!strcmp(argv[1], "hold") && b && a <= MAX_CALLS)
		rc = hold(a, b);
	else if (!strcmp(argv[1], "calls") && b && b <= MAX_CALLS)
		rc = set_up_and_clear(a, b);
	else if (!strcmp(argv[1], "delay"))
		rc = delay(a);
	free(setup_ms);
	return rc;
}
