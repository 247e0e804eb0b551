/* Pings to peers. */
#include "sip/peer/ping.h"

#include <stdlib.h>

#include "sip/peer/peer.h"

enum { SPREAD_PERCENT = 20, US_PER_PERCENT_OF_S = 10000, US_PER_S = 1000000 };

/* RFC 5626 4.4: between 80 and 100 % of what was set, by chance, so that not all are sent at once. */
static void schedule(struct peer *peer)
{
	unsigned percent = 100 - (unsigned)random() % (SPREAD_PERCENT + 1);
	uint64_t us = (uint64_t)peer->config.path.keepalive_s * percent * US_PER_PERCENT_OF_S;

	osmo_timer_schedule(&peer->ping, (int)(us / US_PER_S), (int)(us % US_PER_S));
}

static void on_ping(void *data)
{
	struct peer *peer = data;
	const struct hop_list *list = &peer->hops.list;

	for (size_t i = 0; i < list->n; i++)
		agent_ping(peer->peers->agent, peer->config.path.local, &list->hops[i]);
	schedule(peer);
}

void ping_start(struct peer *peer)
{
	osmo_timer_setup(&peer->ping, on_ping, peer);
	if (peer->config.path.keepalive_s)
		schedule(peer);
	else
		ping_stop(peer);
}

void ping_stop(struct peer *peer)
{
	osmo_timer_del(&peer->ping);
}
