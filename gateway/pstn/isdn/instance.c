/* The channels of an ISDN trunk. */
#include "pstn/isdn/instance.h"

#include "pstn/hunt.h"

bool instance_has(const struct isdn *isdn, unsigned timeslot)
{
	return timeslot > 0 && timeslot < TDM_MAX_TIMESLOTS &&
	       isdn->trunk.config.channels >> timeslot & 1;
}

unsigned instance_hunt(struct isdn *isdn)
{
	uint32_t free = isdn->trunk.config.channels;

	for (unsigned t = 1; t < TDM_MAX_TIMESLOTS; t++) {
		if (isdn->channels[t])
			free &= ~(1U << t);
	}
	unsigned timeslot = hunt_pick(isdn->trunk.config.hunt, free, isdn->last);
	if (timeslot)
		isdn->last = timeslot;
	return timeslot;
}

void instance_move(struct isdn *isdn, struct isdn_leg *leg, unsigned from, unsigned to)
{
	if (from)
		isdn->channels[from] = NULL;
	if (to)
		isdn->channels[to] = leg;
}
