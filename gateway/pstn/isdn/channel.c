/* Channels as libpri writes them. Without an interface identifier the span is meant whose D channel carries the
 * message. */
#include "pstn/isdn/channel.h"

#include "pstn/isdn/instance.h"

enum {
	EXPLICIT = 1 << 16,
	NO_TIMESLOT = 0xff, /* any channel */
};

int channel_to_pri(const struct isdn *isdn, unsigned channel)
{
	const struct trunk_config *config = &isdn->trunk.config;
	unsigned timeslot = trunk_channel_timeslot(channel);
	unsigned interface = config->spans[trunk_channel_member(channel)].interface;

	if (config->n_spans == 1 && !interface)
		return (int)timeslot;
	return (int)(EXPLICIT | interface << 8 | timeslot);
}

static int find_member(const struct isdn *isdn, unsigned interface)
{
	const struct trunk_config *config = &isdn->trunk.config;

	for (size_t i = 0; i < config->n_spans; i++) {
		if (config->spans[i].interface == interface)
			return (int)i;
	}
	return CHANNEL_UNKNOWN;
}

int channel_of_pri(const struct isdn *isdn, int channel)
{
	unsigned timeslot = (unsigned)channel & 0xff;
	int member = (int)isdn->carrier;

	if (channel < 0 || !timeslot || timeslot == NO_TIMESLOT)
		return CHANNEL_ANY;
	if (channel & EXPLICIT)
		member = find_member(isdn, (unsigned)channel >> 8 & 0xff);
	if (member < 0 || timeslot >= TRUNK_TIMESLOTS ||
	    !trunk_has_channel(&isdn->trunk.config, trunk_channel((size_t)member, timeslot)))
		return CHANNEL_UNKNOWN;
	return (int)trunk_channel((size_t)member, timeslot);
}
