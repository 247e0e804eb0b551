/* Pre-emption (Q.955.3, Q.735.3): room for an emergency call on a trunk that is full. Least harm first: a channel
 * that is being cleared anyway; a call that nobody has answered; the call answered last. The channel is kept for
 * emergency calls until it is idle at both ends and one has taken it, or KEPT_S is over. */
#include "pstn/trunk_table.h"

#include "base/clock.h"
#include "base/log.h"
#include "call/call.h"
#include "call/cause.h"
#include "drivers/tdm.h"

enum { KEPT_S = 10 }; /* longer than T308 twice, Q.931 5.3.3 */

static bool is_kept(const struct trunk *trunk, unsigned channel)
{
	return trunk_set_has(trunk->upkeep.kept, channel) &&
	       clock_now_us() < trunk->upkeep.kept_until_us;
}

bool trunk_admits(const struct trunk *trunk, unsigned channel, uint8_t precedence)
{
	if (precedence == LEG_EMERGENCY)
		return !trunk_set_has(trunk->upkeep.closed, channel);
	if (is_kept(trunk, channel))
		return false;
	return precedence == LEG_CALL_BACK ? !trunk_set_has(trunk->upkeep.closed, channel)
					   : trunk_allows(trunk, channel);
}

void trunk_taken(struct trunk *trunk, unsigned channel)
{
	trunk_set_put(trunk->upkeep.kept, channel, false);
}

/* What is lost when the channel's call ends. */
enum loss { NOTHING, NO_ANSWER_YET, A_CALL, TOO_MUCH };

struct victim {
	unsigned channel; /* 0: none */
	uint32_t call;
	enum loss loss;
	uint64_t since_us; /* answer, or set-up */
};

static struct victim weigh_call(const struct trunk *trunk, unsigned channel, uint32_t id)
{
	struct victim victim = { .channel = channel, .call = id, .loss = TOO_MUCH };
	struct call_status call;

	if (!id || !call_get(trunk->env->hub, id, &call) || call.precedence != LEG_ROUTINE)
		return victim;
	victim.loss = call.answer_us ? A_CALL : NO_ANSWER_YET;
	victim.since_us = call.answer_us ? call.answer_us : call.setup_us;
	return victim;
}

static struct victim weigh(const struct trunk *trunk, unsigned channel)
{
	const struct victim none = { .channel = channel, .loss = TOO_MUCH };
	struct channel_status status = { 0 };
	enum channel_state state = trunk->protocol->channel(trunk, channel, &status);

	if (!trunk_admits(trunk, channel, LEG_EMERGENCY) || is_kept(trunk, channel) ||
	    status.remote_blocked || trunk->spans[trunk_channel_member(channel)]->alarms)
		return none;
	switch (state) {
	case CHANNEL_CLEARING:
		return (struct victim){ .channel = channel, .loss = NOTHING };
	case CHANNEL_SETUP:
	case CHANNEL_ALERTING:
	case CHANNEL_ACTIVE:
		return weigh_call(trunk, channel, status.call);
	default:
		return none;
	}
}

static bool is_better(const struct victim *a, const struct victim *b)
{
	return a->loss != b->loss ? a->loss < b->loss : a->since_us > b->since_us;
}

static void keep(struct trunk *trunk, unsigned channel)
{
	/* What was kept before and is over is not kept again. */
	if (clock_now_us() >= trunk->upkeep.kept_until_us) {
		for (size_t m = 0; m < TRUNK_SPANS_MAX; m++)
			trunk->upkeep.kept[m] = 0;
	}
	trunk_set_put(trunk->upkeep.kept, channel, true);
	trunk->upkeep.kept_until_us = clock_now_us() + (uint64_t)KEPT_S * 1000000;
}

bool trunk_preempt(void *data)
{
	struct trunk *trunk = data;
	struct victim best = { .loss = TOO_MUCH };
	char name[TDM_NAME_MAX + 4];

	for (unsigned c = trunk_next_channel(trunk, 0); c; c = trunk_next_channel(trunk, c)) {
		const struct victim victim = weigh(trunk, c);

		if (victim.loss < TOO_MUCH && is_better(&victim, &best))
			best = victim;
	}
	if (best.loss == TOO_MUCH)
		return false;
	keep(trunk, best.channel);
	LOGABOUT(DISDN, LOGL_NOTICE, LOG_ABOUT(.trunk = { trunk->config.name }),
		 "trunk %s: %s is kept for an emergency call%s\n", trunk->config.name,
		 trunk_channel_name(trunk, best.channel, name, sizeof(name)),
		 best.loss == NOTHING ? "" : ", its call is pre-empted");
	if (best.loss != NOTHING)
		trunk->protocol->clear(trunk, best.channel, CAUSE_PREEMPTION_REUSE);
	return true;
}

/* How near an emergency call is to the channel. */
enum nearness { IS_DOWN, IS_FULL, HAS_ROOM, IS_EXEMPT, IS_FREE };

static enum nearness nearness_of(const struct trunk *trunk, unsigned channel)
{
	struct channel_status status = { 0 };
	enum channel_state state = trunk->protocol->channel(trunk, channel, &status);

	if (state == CHANNEL_DOWN || status.remote_blocked ||
	    !trunk_admits(trunk, channel, LEG_EMERGENCY))
		return IS_DOWN;
	if (state == CHANNEL_IDLE)
		return trunk_admits(trunk, channel, LEG_ROUTINE) ? IS_FREE : IS_EXEMPT;
	return weigh(trunk, channel).loss < TOO_MUCH ? HAS_ROOM : IS_FULL;
}

const char *trunks_emergency(const struct trunks *trunks, const char *name)
{
	static const char *const names[] = {
		[IS_DOWN] = "down",
		[IS_FULL] = "full",
		[HAS_ROOM] = "room can be made",
		[IS_EXEMPT] = "free for them alone",
		[IS_FREE] = "free",
	};
	const struct trunk *trunk = trunks_find(trunks, name);
	enum nearness nearest = IS_DOWN;

	if (!trunk)
		return NULL;
	for (unsigned c = trunk_next_channel(trunk, 0); c; c = trunk_next_channel(trunk, c)) {
		enum nearness nearness = nearness_of(trunk, c);

		if (nearness > nearest)
			nearest = nearness;
	}
	return names[nearest];
}
