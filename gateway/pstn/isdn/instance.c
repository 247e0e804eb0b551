/* The channels of an ISDN trunk. */
#include "pstn/isdn/instance.h"

struct tdm_span *instance_span(const struct isdn *isdn, unsigned channel)
{
	return isdn->trunk.spans[trunk_channel_member(channel)];
}

const char *instance_channel_name(const struct isdn *isdn, unsigned channel, char *out, size_t size)
{
	return tdm_channel_name(instance_span(isdn, channel), trunk_channel_timeslot(channel), out,
				size);
}

void instance_move(struct isdn *isdn, struct isdn_leg *leg, unsigned from, unsigned to)
{
	if (from)
		isdn->channels[from] = NULL;
	if (!to)
		return;
	isdn->channels[to] = leg;
	isdn->uses[to]++;
}
