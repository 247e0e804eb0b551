/* A gateway's SIP side on a loopback socket, with a mock media gateway behind it, a mock leg at the far end of
 * its calls, and a peer that the test plays by hand, word for word. Time stands still until the test moves it. */
#pragma once

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <osmocom/core/select.h>
#include <osmocom/core/talloc.h>

#include "base/clock.h"
#include "base/log.h"
#include "call/route_config.h"
#include "sip/text/netaddr.h"
#include "sip/text/offer.h"
#include "sip/sip.h"
#include "tests/mock/mock_leg.c"
#include "tests/mock/mock_mg.c"
#include "tests/unit/ports.h"
#include "tests/unit/unit.h"

enum { RIG_TEXT = 4096, RIG_TIMER_B_MS = 8000, RIG_NO_ANSWER_S = 60, RIG_TURNS = 20 };

struct rig {
	void *talloc_ctx;
	struct mg *mg;
	struct call_hub *hub;
	struct sip *sip;
	struct peer_config peer;
	struct sip_config config;
	struct mock_leg line; /* what calls from the peer reach, and calls to it come from */
	struct mock_target target;
	int fd;               /* the peer */
	char heard[RIG_TEXT]; /* the last message that it got */
};

/* A socket on that address; nobody has its port once it is closed. */
static inline int rig_socket(const char *host, uint16_t *port)
{
	struct sockaddr_storage address;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	*port = ports_free(1);
	ck_assert(netaddr_parse(host, *port, &address));
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, netaddr_len(&address)), 0);
	return fd;
}

/* A port for the gateway, which listens by UDP and TCP. */
static inline uint16_t rig_free_port(void)
{
	return ports_free(1);
}

static inline void rig_routes(struct rig *rig)
{
	static struct route_config routes[2] = {
		{ .name = "in",
		  .from = { TARGET_PEER, "phone" },
		  .n_targets = 1,
		  .targets = { { TARGET_TRUNK, "line" } } },
		{ .name = "out",
		  .from = { TARGET_TRUNK, "line" },
		  .n_targets = 1,
		  .targets = { { TARGET_PEER, "phone" } } },
	};
	const struct routes_config config = { .routes = routes, .n_routes = 2 };

	ck_assert_int_eq(call_hub_apply(rig->hub, &config), 0);
}

static inline void rig_open(struct rig *rig)
{
	memset(rig, 0, sizeof(*rig));
	clock_use_virtual(1000000000);
	rig->talloc_ctx = talloc_named_const(NULL, 0, "rig");
	if (!osmo_log_info)
		log_init(&log_categories, NULL);
	rig->mg = mock_mg_new();
	ck_assert(netaddr_parse("127.0.0.1", 20000, &rig->mg->local));
	rig->hub = call_hub_new(rig->talloc_ctx, rig->mg);
	rig_routes(rig);
	mock_target_open(&rig->target, rig->hub, TARGET_TRUNK, "line", &rig->line);
	rig->sip = sip_new(rig->talloc_ctx, rig->hub, rig->mg);
	ck_assert_ptr_nonnull(rig->sip);
	rig->peer = (struct peer_config){
		.name = "phone",
		.address = "127.0.0.1",
		.any_port = true,
		.trusted = true,
		.media = {
			.telephone_event = true,
			.codecs = { CODEC_PCMA, CODEC_PCMU },
			.n_codecs = 2,
			.ptime_ms = 20,
		},
	};
	rig->fd = rig_socket("127.0.0.1", &rig->peer.port);
	rig->config = (struct sip_config){
		.address = "127.0.0.1",
		.timer_b_ms = RIG_TIMER_B_MS,
		.no_answer_s = RIG_NO_ANSWER_S,
		.peers = &rig->peer,
		.n_peers = 1,
	};
	rig->config.port = rig_free_port();
	ck_assert_int_eq(sip_apply(rig->sip, &rig->config), 0);
}

/* Lets everything happen that can happen without time passing. */
static inline void rig_settle(struct rig *rig)
{
	for (int i = 0; i < RIG_TURNS; i++) {
		osmo_select_main(1);
		mock_mg_run(rig->mg);
	}
}

/* Time passes, in steps that let the other side's packets in. */
static inline void rig_pass(struct rig *rig, unsigned ms)
{
	for (; ms; ms -= ms < 50 ? ms : 50) {
		clock_advance((ms < 50 ? ms : 50) * 1000);
		rig_settle(rig);
	}
}

static inline void rig_close(struct rig *rig)
{
	sip_free(rig->sip);
	rig_settle(rig);
	mock_leg_close(&rig->line);
	call_hub_free(rig->hub);
	mock_mg_free(rig->mg);
	close(rig->fd);
	ck_assert_uint_eq(talloc_total_blocks(rig->talloc_ctx), 1);
	talloc_free(rig->talloc_ctx);
}

/* Nothing is left of any call: sessions, terminations; transactions may wait for stragglers. */
static inline void rig_assert_idle(struct rig *rig)
{
	struct sip_totals sip;
	struct call_totals calls;

	rig_pass(rig, 50);
	sip_totals(rig->sip, &sip);
	call_totals(rig->hub, &calls);
	ck_assert_uint_eq(sip.sessions, 0);
	ck_assert_uint_eq(calls.active, 0);
	ck_assert_uint_eq(mock_mg_count(rig->mg), 0);
}
