/* Which channel the next call takes. */
#include "pstn/isdn/selection.h"

#include "base/clock.h"
#include "call/cause.h"
#include "call/emergency.h"
#include "call/trunk_limits.h"
#include "pstn/hunt.h"
#include "pstn/isdn/instance.h"
#include "pstn/isdn/isdn_leg.h"
#include "pstn/isdn/restart.h"
#include "pstn/isdn/service.h"

static bool is_free(const struct isdn *isdn, unsigned channel, uint8_t precedence)
{
	return !isdn->channels[channel] && !isdn->members[trunk_channel_member(channel)].alarms &&
	       !restart_blocks(isdn->restart, channel) && !service_remote_blocked(isdn, channel) &&
	       trunk_admits(&isdn->trunk, channel, precedence);
}

static void find_free(const struct isdn *isdn, uint8_t precedence, uint32_t free[])
{
	const struct trunk_config *config = &isdn->trunk.config;

	for (size_t m = 0; m < config->n_spans; m++) {
		free[m] = config->spans[m].channels;
		for (unsigned t = 1; t < TRUNK_TIMESLOTS; t++) {
			if (free[m] >> t & 1 && !is_free(isdn, trunk_channel(m, t), precedence))
				free[m] &= ~(1U << t);
		}
	}
}

void selection_load(const struct isdn *isdn, struct trunk_load *out)
{
	uint32_t free[TRUNK_SPANS_MAX];
	const struct isdn_leg *leg;

	*out = (struct trunk_load){ 0 };
	find_free(isdn, LEG_ROUTINE, free);
	for (size_t m = 0; m < isdn->trunk.config.n_spans; m++) {
		out->channels += (unsigned)__builtin_popcount(isdn->trunk.config.spans[m].channels);
		out->free += (unsigned)__builtin_popcount(free[m]);
	}
	llist_for_each_entry (leg, &isdn->legs, entry) {
		if (isdn_leg_state(leg) < ST_CLEARED)
			*(leg->incoming ? &out->in : &out->out) += 1;
	}
}

unsigned selection_next(const struct isdn *isdn, uint8_t precedence)
{
	const struct trunk_config *config = &isdn->trunk.config;
	const struct hunt hunt = { config->hunt, config->n_spans, isdn->last, isdn->uses };
	uint32_t free[TRUNK_SPANS_MAX];

	find_free(isdn, precedence, free);
	return hunt_pick(&hunt, free);
}

unsigned selection_hunt(struct isdn *isdn, uint8_t precedence)
{
	unsigned channel = selection_next(isdn, precedence);

	if (channel)
		isdn->last = channel;
	return channel;
}

static unsigned limit_out(const struct isdn *isdn, uint8_t precedence, uint64_t *rate_full_us,
			  const char **why)
{
	struct trunk_load load;
	const char *refusal;
	unsigned cause;

	if (precedence != LEG_ROUTINE)
		return 0;
	selection_load(isdn, &load);
	refusal = trunk_limits_out(&isdn->trunk.config.limits, &load, rate_full_us, clock_now_us(),
				   &cause);
	if (!refusal)
		return 0;
	*why = refusal;
	return cause;
}

unsigned selection_limit_out(struct isdn *isdn, uint8_t precedence, const char **why)
{
	struct trunk_upkeep *upkeep = &isdn->trunk.upkeep;
	unsigned cause = limit_out(isdn, precedence, &upkeep->rate_full_us, why);

	upkeep->limited += cause != 0;
	return cause;
}

unsigned selection_would_limit_out(const struct isdn *isdn, uint8_t precedence, const char **why)
{
	uint64_t rate_full_us = isdn->trunk.upkeep.rate_full_us;

	return limit_out(isdn, precedence, &rate_full_us, why);
}

uint8_t selection_precedence(const struct isdn *isdn, const char *called, bool incomplete)
{
	const struct call_hub *hub = isdn->trunk.env->hub;
	const char *name = isdn->trunk.config.name;

	if (incomplete && call_begins_emergency(hub, TARGET_TRUNK, name, called))
		return LEG_EMERGENCY;
	return call_precedence(hub, TARGET_TRUNK, name, called);
}

static unsigned limit_in(struct isdn *isdn, const struct trunk_load *load)
{
	unsigned cause;
	const char *refusal = trunk_limits_in(&isdn->trunk.config.limits, load, &cause);

	if (!refusal)
		return 0;
	LOGISDN(isdn, LOGL_NOTICE, "a call from the line finds %s\n", refusal);
	isdn->trunk.upkeep.limited++;
	return cause;
}

unsigned selection_limit_in(struct isdn *isdn, uint8_t precedence)
{
	struct trunk_load load;

	if (precedence != LEG_ROUTINE)
		return 0;
	selection_load(isdn, &load);
	return limit_in(isdn, &load);
}

unsigned selection_limit_begun(struct isdn *isdn, const struct isdn_leg *leg)
{
	struct trunk_load load;

	if (isdn->trunk.upkeep.off_duty || !trunk_admits(&isdn->trunk, leg->channel, LEG_ROUTINE))
		return CAUSE_NO_CIRCUIT;
	selection_load(isdn, &load);
	load.in -= load.in > 0; /* itself */
	load.free++;
	return limit_in(isdn, &load);
}
