/* Which channel the next call takes. */
#include "pstn/isdn/selection.h"

#include "pstn/hunt.h"
#include "pstn/isdn/instance.h"
#include "pstn/isdn/restart.h"
#include "pstn/isdn/service.h"

static bool is_free(const struct isdn *isdn, unsigned channel, uint8_t precedence)
{
	return !isdn->channels[channel] && !isdn->members[trunk_channel_member(channel)].alarms &&
	       !restart_blocks(isdn->restart, channel) && !service_remote_blocked(isdn, channel) &&
	       trunk_admits(&isdn->trunk, channel, precedence);
}

unsigned selection_hunt(struct isdn *isdn, uint8_t precedence)
{
	const struct trunk_config *config = &isdn->trunk.config;
	uint32_t free[TRUNK_SPANS_MAX];

	for (size_t m = 0; m < config->n_spans; m++) {
		free[m] = config->spans[m].channels;
		for (unsigned t = 1; t < TRUNK_TIMESLOTS; t++) {
			if (free[m] >> t & 1 && !is_free(isdn, trunk_channel(m, t), precedence))
				free[m] &= ~(1U << t);
		}
	}
	unsigned channel = hunt_pick(config->hunt, free, config->n_spans, isdn->last);
	if (channel)
		isdn->last = channel;
	return channel;
}
