/* The audit of an ISDN trunk. Each doubt must stand in two audits before it is acted on. In order of gentleness:
 * a leg is put back into its channel; a call is cleared as any other (DISCONNECT); the far end is asked about one that
 * clears beyond every timer (STATUS ENQUIRY), which ends it if it is over there; if not, it is ended here, and its
 * channel restarted (Q.931 5.5), so that the far end is idle there too. */
#include "pstn/isdn/isdn_audit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "call/cause.h"
#include "mg/mg.h"
#include "pstn/isdn/dchannel.h"
#include "pstn/isdn/enquiry.h"
#include "pstn/isdn/isdn_clear.h"
#include "pstn/isdn/isdn_leg.h"
#include "pstn/isdn/restart.h"

enum {
	AUDIT_S = 5, /* what lies between two audits, at least */
	/* T305 once and T308 twice at their defaults make 38 s. */
	T305_S = 30,
	T308_S = 4,
	BEYOND_S = 20,
	MEDIA_S = 10, /* for the last word of a termination */
};

enum doubt {
	DOUBT_NONE,
	DOUBT_PLACE,    /* its channel is not its own */
	DOUBT_CALL,     /* it belongs to no call */
	DOUBT_LIBPRI,   /* libpri does not know it */
	DOUBT_CLEARING, /* it clears, and does not come to an end */
	DOUBT_MEDIA,    /* the line is clear, its termination never goes */
};

static const char *const doubts[] = {
	[DOUBT_PLACE] = "is not on its channel",
	[DOUBT_CALL] = "belongs to no call",
	[DOUBT_LIBPRI] = "is unknown to libpri",
	[DOUBT_CLEARING] = "does not end clearing",
	[DOUBT_MEDIA] = "has a termination that does not go",
};

static struct isdn *isdn_of(const struct trunk *trunk)
{
	return (struct isdn *)trunk;
}

/* Legs */

/* libpri walks all its calls for this. */
static bool libpri_knows(const struct isdn *isdn, q931_call *call)
{
	int mode;

	return pri_get_crv(dchannel_pri(isdn->dchannel), call, &mode) >= 0;
}

static unsigned clearing_limit_s(const struct isdn *isdn)
{
	const struct trunk_timers *set = &isdn->trunk.config.timers;
	unsigned t305 = set->t305 ? set->t305 : T305_S, t308 = set->t308 ? set->t308 : T308_S;

	return t305 + 2 * t308 + BEYOND_S;
}

/* A call is there for the hub from SETUP on. */
static bool wants_call(const struct isdn_leg *leg)
{
	enum isdn_state state = isdn_leg_state(leg);

	return state > ST_NULL && state < ST_RELEASE_REQUEST;
}

static enum doubt doubt_state(const struct isdn_leg *leg)
{
	unsigned seconds = leg->audit.audits * AUDIT_S;

	switch (isdn_leg_state(leg)) {
	case ST_RELEASE_REQUEST:
		return seconds > clearing_limit_s(leg->isdn) ? DOUBT_CLEARING : DOUBT_NONE;
	case ST_CLEARED:
		return seconds > MEDIA_S ? DOUBT_MEDIA : DOUBT_NONE;
	default:
		return wants_call(leg) && !leg->leg.call ? DOUBT_CALL : DOUBT_NONE;
	}
}

static enum doubt doubt_of(const struct isdn_leg *leg, bool count_calls)
{
	enum doubt doubt = doubt_state(leg);
	bool there = isdn_leg_state(leg) < ST_GONE;

	if (doubt)
		return doubt;
	if (there && leg->channel && leg->isdn->channels[leg->channel] != leg)
		return DOUBT_PLACE;
	if (there && count_calls && leg->q931 && !libpri_knows(leg->isdn, leg->q931))
		return DOUBT_LIBPRI;
	return DOUBT_NONE;
}

/* The line's part is over; whoever still waits for it hears so. */
static void end_here(struct isdn_leg *leg, enum isdn_event event)
{
	const struct isdn_line_msg why = { .cause = CAUSE_TEMPORARY_FAILURE,
					   .location = LOC_PRIVATE_LOCAL };
	unsigned channel = leg->channel;
	struct isdn *isdn = leg->isdn;

	isdn_leg_dispatch(leg, event, &why);
	if (channel)
		isdn->audit.unsure[trunk_channel_member(channel)] |=
			1u << trunk_channel_timeslot(channel);
}

static void repair_leg(struct isdn_leg *leg, enum doubt doubt)
{
	struct isdn *isdn = leg->isdn;

	LOGLEG(leg, LOGL_NOTICE, "audit: it %s\n", doubts[doubt]);
	switch (doubt) {
	case DOUBT_PLACE:
		if (!isdn->channels[leg->channel]) {
			instance_move(isdn, leg, 0, leg->channel);
			break;
		}
		leg->channel = 0; /* who has it keeps it */
		isdn_leg_take(leg, 0);
		break;
	case DOUBT_CALL:
		isdn_clear_both(leg, CAUSE_TEMPORARY_FAILURE, CAUSE_TEMPORARY_FAILURE);
		break;
	case DOUBT_LIBPRI:
		leg->q931 = NULL;
		end_here(leg, LINE_CLEARED);
		break;
	case DOUBT_CLEARING:
		end_here(leg, LINE_ABORT);
		break;
	case DOUBT_MEDIA:
		mg_forget(isdn->trunk.env->mg, leg->term);
		leg->media = MEDIA_NONE;
		leg->term = 0;
		isdn_leg_dispatch(leg, MEDIA_GONE, NULL);
		break;
	case DOUBT_NONE:
		break;
	}
}

static bool audit_leg(struct isdn_leg *leg, bool count_calls)
{
	enum isdn_state state = isdn_leg_state(leg);
	enum doubt doubt;
	bool stands;

	leg->audit.audits = state == leg->audit.state ? leg->audit.audits + 1 : 0;
	leg->audit.state = (uint8_t)state;
	doubt = doubt_of(leg, count_calls);
	stands = doubt && doubt == leg->audit.doubt;
	leg->audit.doubt = stands ? DOUBT_NONE : (uint8_t)doubt;
	if (stands)
		repair_leg(leg, doubt);
	else if (doubt == DOUBT_CLEARING && leg->q931)
		enquiry_send(leg);
	return stands;
}

/* Channels */

/* RESTART for those whose far end may not be idle, now that ours is: the last audit ended a call there. */
static void restart_unsure(struct isdn *isdn)
{
	for (unsigned c = 1; c < ISDN_CHANNELS; c++) {
		if (isdn->audit.unsure[trunk_channel_member(c)] >> trunk_channel_timeslot(c) & 1)
			restart_channel(isdn->restart, c);
	}
	memset(isdn->audit.unsure, 0, sizeof(isdn->audit.unsure));
}

/* Those that point to a leg which the trunk does not have: the pointer leads nowhere. */
static unsigned audit_channels(struct isdn *isdn)
{
	uint32_t owned[TRUNK_SPANS_MAX] = { 0 };
	const struct isdn_leg *leg;
	unsigned repairs = 0;
	char name[TDM_NAME_MAX + 4];

	llist_for_each_entry (leg, &isdn->legs, entry) {
		if (leg->channel && isdn->channels[leg->channel] == leg)
			owned[trunk_channel_member(leg->channel)] |=
				1u << trunk_channel_timeslot(leg->channel);
	}
	for (unsigned c = 1; c < ISDN_CHANNELS; c++) {
		uint32_t bit = 1u << trunk_channel_timeslot(c);
		uint32_t *dangling = &isdn->audit.dangling[trunk_channel_member(c)];
		bool now = isdn->channels[c] && !(owned[trunk_channel_member(c)] & bit);
		bool before = *dangling & bit;

		*dangling = now && !before ? *dangling | bit : *dangling & ~bit;
		if (!now || !before)
			continue;
		LOGISDN(isdn, LOGL_NOTICE, "audit: %s is in use for no call: RESTART\n",
			instance_channel_name(isdn, c, name, sizeof(name)));
		isdn->channels[c] = NULL;
		restart_channel(isdn->restart, c);
		repairs++;
	}
	return repairs;
}

/* libpri's calls */

/* How many libpri has, by its own account; -1: it does not say. */
static int count_libpri(const struct isdn *isdn)
{
	static const char label[] = "Total active-calls:";
	char *text = pri_dump_info_str(dchannel_pri(isdn->dchannel));
	const char *at = text ? strstr(text, label) : NULL;
	int n = at ? atoi(at + sizeof(label) - 1) : -1;

	free(text);
	return n;
}

static int count_legs(const struct isdn *isdn)
{
	const struct isdn_leg *leg;
	int n = 0;

	llist_for_each_entry (leg, &isdn->legs, entry)
		n += leg->q931 != NULL;
	return n;
}

static bool is_a_legs(const struct isdn *isdn, const q931_call *call)
{
	const struct isdn_leg *leg;

	llist_for_each_entry (leg, &isdn->legs, entry) {
		if (leg->q931 == call)
			return true;
	}
	return false;
}

/* Of the calls that were let go of, those that libpri still has are ended; the far end hears RELEASE, if it may. */
static unsigned end_strays(struct isdn *isdn)
{
	struct pri *pri = dchannel_pri(isdn->dchannel);
	unsigned repairs = 0;

	for (size_t i = 0; i < ISDN_LET_GO; i++) {
		q931_call *call = isdn->audit.let_go[i];

		isdn->audit.let_go[i] = NULL;
		if (!call || is_a_legs(isdn, call) || !libpri_knows(isdn, call))
			continue;
		LOGISDN(isdn, LOGL_NOTICE, "audit: libpri has a call that is nobody's: ended\n");
		pri_hangup(pri, call, CAUSE_TEMPORARY_FAILURE);
		pri_destroycall(pri, call);
		dchannel_kick(isdn->dchannel);
		repairs++;
	}
	return repairs;
}

static unsigned audit_strays(struct isdn *isdn, int in_libpri)
{
	int strays = in_libpri - count_legs(isdn);
	bool stands = strays > 0 && isdn->audit.strays;

	isdn->audit.strays = strays > 0;
	return stands ? end_strays(isdn) : 0;
}

unsigned isdn_audit_run(struct trunk *trunk)
{
	struct isdn *isdn = isdn_of(trunk);
	struct isdn_leg *leg, *next;
	/* The calls of a group are in the books of two D channels, those of a bus in parts. */
	bool alone = trunk->config.n_spans == 1 && !trunk->config.multipoint;
	int in_libpri = alone ? count_libpri(isdn) : -1;
	bool fewer = in_libpri >= 0 && in_libpri < count_legs(isdn);
	unsigned repairs;

	restart_unsure(isdn);
	repairs = audit_channels(isdn);
	llist_for_each_entry_safe (leg, next, &isdn->legs, entry)
		repairs += audit_leg(leg, fewer);
	if (in_libpri >= 0)
		repairs += audit_strays(isdn, in_libpri);
	return repairs;
}
