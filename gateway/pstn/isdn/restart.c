/* Q.931 5.5.1. Channels wait as bits, one set for each span. libpri keeps the state of the one RESTART under way at
 * the global call reference. */
#include "pstn/isdn/restart.h"

#include <libpri.h>

#include <osmocom/core/talloc.h>
#include <osmocom/core/utils.h>

#include "base/alarm.h"
#include "base/clock.h"
#include "pstn/isdn/channel.h"
#include "pstn/isdn/dchannel.h"
#include "pstn/isdn/instance.h"

enum {
	T316_S = 120, /* Q.931 table 9-1: 2 minutes */
	TRIES = 2,
	/* When the far end sets the data link up too, it discards what came before (Q.921 5.5.1): until the first
	 * acknowledgement nothing is known to have arrived, and the first RESTART is sent again sooner. */
	FIRST_S = 2,
	START_US = 10 *
		   1000000, /* what a far end that does not answer may hold calls up at the start */
	NAME_MAX_OCTETS = TDM_NAME_MAX + 4,
};

struct restart {
	struct isdn *isdn;
	uint32_t waiting[TRUNK_SPANS_MAX], faulty[TRUNK_SPANS_MAX]; /* bit t: timeslot t */
	unsigned current;  /* whose acknowledgement is awaited; 0: none */
	unsigned tries;    /* with current */
	bool heard;        /* one was acknowledged since layer 2 is up, or the first sent again */
	bool up;           /* layer 2 */
	bool starting;     /* the channels have not all had their turn since the trunk opened */
	uint64_t since_us; /* since when layer 2 is up, clock_now_us */
	struct osmo_timer_list t316;
};

/* The lowest that waits and has no call; 0: none. Those with a call wait no more: that call shows that both ends
 * agree. */
static unsigned take_next(struct restart *restart)
{
	for (size_t i = 0; i < restart->isdn->trunk.config.n_spans; i++) {
		while (restart->waiting[i]) {
			unsigned t = (unsigned)__builtin_ctz(restart->waiting[i]);
			unsigned channel = trunk_channel(i, t);

			trunk_set_put(restart->waiting, channel, false);
			if (!restart->isdn->channels[channel])
				return channel;
		}
	}
	return 0;
}

static void send_current(struct restart *restart)
{
	struct isdn *isdn = restart->isdn;
	unsigned t316_s = isdn->trunk.config.timers.t316;
	int wait_s = !restart->heard ? FIRST_S : t316_s ? (int)t316_s : T316_S;

	restart->tries++;
	pri_reset(dchannel_pri(isdn->dchannel), channel_to_pri(isdn, restart->current));
	osmo_timer_schedule(&restart->t316, wait_s, 0);
	dchannel_kick(isdn->dchannel);
}

static void go_on(struct restart *restart)
{
	if (restart->current || !restart->up)
		return;
	restart->current = take_next(restart);
	restart->tries = 0;
	if (restart->current)
		send_current(restart);
	else
		restart->starting = false;
}

static void tell_fault(struct restart *restart, unsigned channel)
{
	struct isdn *isdn = restart->isdn;
	char name[NAME_MAX_OCTETS];

	instance_channel_name(isdn, channel, name, sizeof(name));
	LOGISDN(isdn, LOGL_ERROR, "%s: RESTART is not acknowledged; no call is placed over it\n",
		name);
	alarm_raise(ALARM_CHANNEL_FAULTY, name, instance_span(isdn, channel)->name,
		    "RESTART is not acknowledged");
}

static void set_faulty(struct restart *restart, unsigned channel, bool faulty)
{
	char name[NAME_MAX_OCTETS];

	if (trunk_set_has(restart->faulty, channel) == faulty)
		return;
	trunk_set_put(restart->faulty, channel, faulty);
	if (faulty)
		tell_fault(restart, channel);
	else
		alarm_clear(ALARM_CHANNEL_FAULTY,
			    instance_channel_name(restart->isdn, channel, name, sizeof(name)));
}

/* Q.931 5.5.1.2 */
static void on_t316(void *data)
{
	struct restart *restart = data;
	unsigned channel = restart->current;

	bool used = restart->isdn->channels[channel];

	if (!restart->heard)
		restart->tries = 0;
	restart->heard = true;
	if (!used && restart->tries < TRIES) {
		send_current(restart);
		return;
	}
	restart->current = 0;
	set_faulty(restart, channel, !used);
	go_on(restart);
}

struct restart *restart_new(struct isdn *isdn)
{
	const struct trunk_config *config = &isdn->trunk.config;
	struct restart *restart = talloc_zero(isdn, struct restart);
	/* On a bus the channels are shared: a terminal would end the calls of others, and the NT has nobody to ask. */
	bool wanted = !config->no_restart && !config->multipoint;

	if (!restart)
		return NULL;
	restart->isdn = isdn;
	osmo_timer_setup(&restart->t316, on_t316, restart);
	restart->starting = wanted;
	for (size_t i = 0; i < config->n_spans && wanted; i++)
		restart->waiting[i] = config->spans[i].channels;
	return restart;
}

void restart_stop(struct restart *restart)
{
	const struct trunk_config *config = &restart->isdn->trunk.config;

	osmo_timer_del(&restart->t316);
	for (unsigned channel = 1; channel < ISDN_CHANNELS; channel++) {
		if (trunk_has_channel(config, channel))
			set_faulty(restart, channel, false);
	}
}

void restart_on_link(struct restart *restart, bool up)
{
	if (up && !restart->up)
		restart->since_us = clock_now_us();
	restart->up = up;
	restart->heard &= up;
	if (!up && restart->current) {
		osmo_timer_del(&restart->t316);
		trunk_set_put(restart->waiting, restart->current, true);
		restart->current = 0;
	}
	/* What was faulty gets its chance whenever the link is new. */
	for (size_t i = 0; i < TRUNK_SPANS_MAX && up; i++)
		restart->waiting[i] |= restart->faulty[i];
	go_on(restart);
}

void restart_channel(struct restart *restart, unsigned channel)
{
	if (channel == restart->current)
		return;
	trunk_set_put(restart->waiting, channel, true);
	go_on(restart);
}

void restart_on_ack(struct restart *restart, unsigned channel)
{
	restart->heard = true;
	trunk_set_put(restart->waiting, channel, false);
	set_faulty(restart, channel, false);
	if (channel != restart->current)
		return;
	osmo_timer_del(&restart->t316);
	restart->current = 0;
	go_on(restart);
}

bool restart_blocks(const struct restart *restart, unsigned channel)
{
	return (channel == restart->current && restart->tries > 1) ||
	       trunk_set_has(restart->faulty, channel);
}

bool restart_under_way(const struct restart *restart)
{
	return restart->starting && restart->up && clock_now_us() < restart->since_us + START_US;
}

bool restart_is_faulty(const struct restart *restart, unsigned channel)
{
	return trunk_set_has(restart->faulty, channel);
}
