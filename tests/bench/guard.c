/* What the guard costs a request: CPU time of each question, from many sources in turn. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <osmocom/core/talloc.h>

#include "base/log.h"
#include "sip/guard/guard.h"
#include "sip/guard/limits.h"

enum { TURNS = 1000000, SOURCES = 100000 };

static double cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return now.tv_sec * 1e9 + now.tv_nsec;
}

static struct sockaddr_storage source(unsigned i)
{
	struct sockaddr_storage out = { .ss_family = AF_INET };

	((struct sockaddr_in *)&out)->sin_addr.s_addr = htonl(0x0a000000 + i % SOURCES);
	return out;
}

int main(void)
{
	void *ctx = talloc_named_const(NULL, 0, "bench");
	struct guard_peer_config config = { .calls = { .per_s = 1000000000 } };
	struct limits limits = { 0 };
	struct guard *guard;
	double start, welcome, request, call;
	unsigned n = 0;

	log_init(&log_categories, NULL);
	guard = guard_new(ctx);
	guard->config.calls = (struct rate){ .per_s = 10 };
	for (unsigned i = 0; i < 1000; i++) { /* a full house of bans */
		const struct sockaddr_storage from = source(i * 97);

		for (unsigned k = 0; k < guard->config.ban.after; k++)
			guard_failed(guard, &from, BAN_AUTHENTICATION, false);
	}
	start = cpu_ns();
	for (unsigned i = 0; i < TURNS; i++) {
		const struct sockaddr_storage from = source(i);

		n += guard_welcomes(guard, &from, "OPTIONS sip:600@127.0.0.1 SIP/2.0");
	}
	welcome = (cpu_ns() - start) / TURNS;
	start = cpu_ns();
	for (unsigned i = 0; i < TURNS; i++) {
		const struct sockaddr_storage from = source(i);

		n += (unsigned)guard_request(guard, &from, false).status;
	}
	request = (cpu_ns() - start) / TURNS;
	start = cpu_ns();
	for (unsigned i = 0; i < TURNS; i++) {
		const struct sockaddr_storage from = source(i);
		const struct guard_call what = { .from = &from,
						 .of_peer = true,
						 .hash = i * 0x9e3779b97f4a7c15 };

		n += (unsigned)guard_call(guard, &what).status;
		n += limits_call_in(&limits, &config, "0041123", i + 1);
	}
	call = (cpu_ns() - start) / TURNS;
	printf("{\"welcome_ns\": %.0f, \"request_ns\": %.0f, \"call_ns\": %.0f, \"turns\": %u}\n",
	       welcome, request, call, n);
	guard_free(guard);
	talloc_free(ctx);
	return 0;
}
