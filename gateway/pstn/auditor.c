/* The auditor: every few seconds, do call, signalling, context and driver say the same of every channel? What does not
 * fit together in two audits, one after the other, is repaired with the gentlest message that is legal; once
 * may be a matter of timing. One pass over channels, one over calls, one over terminations. What concerns a
 * protocol's inside alone is its own audit's. */
#include "pstn/trunk_table.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <osmocom/core/talloc.h>

#include "base/alarm.h"
#include "base/log.h"
#include "call/call.h"
#include "call/cause.h"
#include "mg/mg.h"
#include "pstn/maintenance.h"

enum {
	AUDIT_S = 5,
	CLEAN_AUDITS = 12, /* without a repair: the alarm is over, a minute later */
};

enum finding {
	FINDING_NONE,
	FINDING_LEG,         /* a leg whose call is not there; named by the call that it says */
	FINDING_CALL,        /* a call whose leg is not there; by its id */
	FINDING_TERMINATION, /* a termination that is no leg's; by its number */
	FINDING_DRIVER,      /* a channel that is open at its card for no termination */
};

/* What is known of one channel. */
struct channel_facts {
	struct trunk *trunk; /* NULL: no B channel of a trunk */
	unsigned channel;
	uint32_t call, term; /* that say that they have it; 0: none */
	uint8_t finding;     /* of the last audit, */
	uint32_t about;      /* and about what */
};

struct auditor {
	struct trunks *trunks;
	struct osmo_timer_list timer;
	struct channel_facts *channels; /* by span index and timeslot */
	size_t n;
	struct audit_status status;
};

static struct channel_facts *facts_of(const struct auditor *auditor, unsigned span,
				      unsigned timeslot)
{
	size_t i = (size_t)span * TRUNK_TIMESLOTS + timeslot;

	return timeslot && timeslot < TRUNK_TIMESLOTS && i < auditor->n ? &auditor->channels[i]
									: NULL;
}

int auditor_make_room(struct auditor *auditor)
{
	size_t n = (size_t)tdm_count() * TRUNK_TIMESLOTS;
	struct channel_facts *channels;

	if (n <= auditor->n)
		return 0;
	channels = talloc_realloc(auditor, auditor->channels, struct channel_facts, n);
	if (!channels)
		return -ENOMEM;
	memset(channels + auditor->n, 0, (n - auditor->n) * sizeof(*channels));
	auditor->channels = channels;
	auditor->n = n;
	return 0;
}

/* Gathering */

static void gather_channels(struct auditor *auditor)
{
	struct trunk *trunk;

	for (size_t i = 0; i < auditor->n; i++) {
		auditor->channels[i].trunk = NULL;
		auditor->channels[i].call = auditor->channels[i].term = 0;
	}
	llist_for_each_entry (trunk, &auditor->trunks->list, entry) {
		for (unsigned c = trunk_next_channel(trunk, 0); c;
		     c = trunk_next_channel(trunk, c)) {
			struct channel_facts *facts =
				facts_of(auditor, trunk->spans[trunk_channel_member(c)]->index,
					 trunk_channel_timeslot(c));

			if (!facts)
				continue;
			facts->trunk = trunk;
			facts->channel = c;
		}
	}
}

static void add_leg(struct auditor *auditor, const char *via, const char *channel, uint32_t call)
{
	struct target *target = target_find(auditor->trunks->env.hub, TARGET_TRUNK, via);
	struct trunk *trunk = target ? target->data : NULL;
	unsigned number = trunk ? trunk_channel_named(trunk, channel) : 0;
	struct channel_facts *facts =
		number ? facts_of(auditor, trunk->spans[trunk_channel_member(number)]->index,
				  trunk_channel_timeslot(number))
		       : NULL;

	if (facts)
		facts->call = call;
}

static bool gather_call(void *data, const struct call_status *call)
{
	for (int i = 0; i < 2; i++) {
		if (call->leg[i].present && call->leg[i].kind == TARGET_TRUNK)
			add_leg(data, call->leg[i].via, call->leg[i].channel, call->id);
	}
	return true;
}

static bool gather_termination(void *data, const struct mg_status *term)
{
	struct channel_facts *facts = NULL;

	if (term->term.kind == MG_TDM)
		facts = facts_of(data, term->term.tdm.span, term->term.tdm.timeslot);
	if (facts)
		facts->term = term->id;
	return true;
}

/* Comparing */

static struct tdm_span *span_of(const struct channel_facts *facts)
{
	return facts->trunk->spans[trunk_channel_member(facts->channel)];
}

static bool is_open(const struct channel_facts *facts)
{
	const struct tdm_span *span = span_of(facts);

	return span->driver->channel_is_open &&
	       span->driver->channel_is_open(span, trunk_channel_timeslot(facts->channel));
}

/* A leg that clears may have said its last word to the call, and its termination may be on its way out: how
 * long that takes is the protocol's to judge. A channel that is locked may be under test: no leg's, but
 * somebody's. */
static enum finding compare(const struct channel_facts *facts, uint32_t *about)
{
	struct channel_status said = { 0 };
	enum channel_state state;
	bool has_leg;

	trunk_channel_name(facts->trunk, facts->channel, said.name, sizeof(said.name));
	state = facts->trunk->protocol->channel(facts->trunk, facts->channel, &said);
	has_leg = state != CHANNEL_IDLE && state != CHANNEL_DOWN;
	*about = said.call;
	if (has_leg && state != CHANNEL_CLEARING && (!said.call || said.call != facts->call))
		return FINDING_LEG;
	*about = facts->call;
	if (!has_leg && facts->call)
		return FINDING_CALL;
	*about = facts->term;
	if (!has_leg && facts->term && trunk_allows(facts->trunk, facts->channel))
		return FINDING_TERMINATION;
	*about = 0;
	return !has_leg && !facts->term && is_open(facts) ? FINDING_DRIVER : FINDING_NONE;
}

/* Repairing */

static void repair(struct auditor *auditor, const struct channel_facts *facts)
{
	const struct trunk *trunk = facts->trunk;
	char name[MAINTENANCE_NAME_MAX];

	trunk_channel_name(trunk, facts->channel, name, sizeof(name));
	switch (facts->finding) {
	case FINDING_LEG:
		LOGABOUT(DISDN, LOGL_NOTICE,
			 LOG_ABOUT(.trunk = { trunk->config.name }, .channel = { name }),
			 "audit: %s %s is in use for no call: cleared\n", trunk->config.name, name);
		auditor->status.legs++;
		trunk->protocol->clear(facts->trunk, facts->channel, CAUSE_TEMPORARY_FAILURE);
		break;
	case FINDING_CALL:
		LOGABOUT(DISDN, LOGL_NOTICE,
			 LOG_ABOUT(.trunk = { trunk->config.name }, .channel = { name }),
			 "audit: %s %s is idle, call %u has it: cleared\n", trunk->config.name,
			 name, facts->about);
		auditor->status.calls++;
		call_clear(trunk->env->hub, facts->about);
		break;
	case FINDING_TERMINATION:
		LOGABOUT(DISDN, LOGL_NOTICE,
			 LOG_ABOUT(.trunk = { trunk->config.name }, .channel = { name }),
			 "audit: %s %s is idle, termination %u is left: removed\n",
			 trunk->config.name, name, facts->about);
		auditor->status.terminations++;
		mg_forget(trunk->env->mg, facts->about);
		break;
	case FINDING_DRIVER:
		LOGABOUT(DISDN, LOGL_NOTICE,
			 LOG_ABOUT(.trunk = { trunk->config.name }, .channel = { name }),
			 "audit: %s %s is open at its card for nobody: closed\n",
			 trunk->config.name, name);
		auditor->status.open++;
		span_of(facts)->driver->channel_close(span_of(facts),
						      trunk_channel_timeslot(facts->channel));
		break;
	}
}

/* True when it had to be repaired. */
static bool audit_channel(struct auditor *auditor, struct channel_facts *facts)
{
	uint32_t about = 0;
	enum finding finding = facts->trunk ? compare(facts, &about) : FINDING_NONE;
	bool stands = finding && finding == facts->finding && about == facts->about;

	facts->finding = (uint8_t)finding;
	facts->about = about;
	if (!stands)
		return false;
	repair(auditor, facts);
	facts->finding = FINDING_NONE; /* two audits more, should that not have helped */
	return true;
}

static void compare_trunk(struct auditor *auditor, struct trunk *trunk)
{
	for (unsigned c = trunk_next_channel(trunk, 0); c; c = trunk_next_channel(trunk, c)) {
		struct channel_facts *facts =
			facts_of(auditor, trunk->spans[trunk_channel_member(c)]->index,
				 trunk_channel_timeslot(c));

		trunk->upkeep.repaired += facts && audit_channel(auditor, facts);
	}
}

/* The trunk's alarm: raised with each repair, over after a while without. */
static void end_audit_of(struct trunk *trunk)
{
	unsigned repaired = trunk->upkeep.repaired;
	char text[48];

	trunk->upkeep.repairs += repaired;
	trunk->upkeep.clean_audits = repaired ? 0 : trunk->upkeep.clean_audits + 1;
	if (repaired) {
		snprintf(text, sizeof(text), "%u repaired", repaired);
		alarm_raise(ALARM_CHANNELS_STUCK, trunk->config.name, "", text);
	} else if (trunk->upkeep.clean_audits == CLEAN_AUDITS) {
		alarm_clear(ALARM_CHANNELS_STUCK, trunk->config.name);
	}
}

/* Protocols first: what they say of their channels is then in order. */
static void audit(void *data)
{
	struct auditor *auditor = data;
	struct trunks *trunks = auditor->trunks;
	struct trunk *trunk;

	osmo_timer_schedule(&auditor->timer, AUDIT_S, 0);
	llist_for_each_entry (trunk, &trunks->list, entry) {
		trunk->upkeep.repaired = trunk->protocol->audit(trunk);
		auditor->status.inside += trunk->upkeep.repaired;
	}
	gather_channels(auditor);
	calls_each(trunks->env.hub, gather_call, auditor);
	mg_each(trunks->env.mg, 0, gather_termination, auditor);
	llist_for_each_entry (trunk, &trunks->list, entry) {
		compare_trunk(auditor, trunk);
		end_audit_of(trunk);
	}
	auditor->status.audits++;
}

struct auditor *auditor_new(struct trunks *trunks)
{
	struct auditor *auditor = talloc_zero(trunks, struct auditor);

	if (!auditor)
		return NULL;
	auditor->trunks = trunks;
	osmo_timer_setup(&auditor->timer, audit, auditor);
	osmo_timer_schedule(&auditor->timer, AUDIT_S, 0);
	return auditor;
}

void auditor_free(struct auditor *auditor)
{
	osmo_timer_del(&auditor->timer);
	talloc_free(auditor);
}

void trunks_audit_status(const struct trunks *trunks, struct audit_status *out)
{
	*out = trunks->auditor->status;
}
