/* The spans of an ISDN trunk. Calls go by the first D channel whose data link and span are well. In a group of
 * spans with a second one, both data links are up; when the one is lost, active calls go on over the other, and
 * when both are, T309 runs here (libpri leaves it to its user in groups). A lost span takes its own channels down
 * and no others. */
#include "pstn/isdn/members.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <osmocom/core/talloc.h>
#include <osmocom/core/utils.h>

#include "base/alarm.h"
#include "call/cause.h"
#include "mg/mg.h"
#include "pstn/isdn/enquiry.h"
#include "pstn/isdn/variant.h"

enum {
	/* An alarm shorter than this does no harm but to the sound; a longer one clears the calls. Q.921
	 * alone would notice after T203 and four times T200, 14 s. */
	ALARM_PERSISTS_US = 500000,
	/* A D channel that is down for longer is an alarm: starting takes a moment. */
	DOWN_PERSISTS_S = 5,
	T309_S = 90,
};

static const struct trunk_span *config_of(const struct isdn_member *member)
{
	return &member->isdn->trunk.config.spans[member->number];
}

static struct tdm_span *span_of(const struct isdn_member *member)
{
	return member->isdn->trunk.spans[member->number];
}

/* Calls */

void members_end_all(struct isdn *isdn, enum isdn_event verb, uint8_t cause)
{
	const struct isdn_line_msg msg = { .cause = cause, .location = LOC_PRIVATE_LOCAL };
	struct isdn_leg *leg;

	llist_for_each_entry (leg, &isdn->legs, entry)
		isdn_leg_dispatch(leg, verb, &msg);
}

static void cut(struct isdn_leg *leg)
{
	const struct isdn_line_msg msg = { .cause = CAUSE_DESTINATION_OUT_OF_ORDER,
					   .location = LOC_PRIVATE_LOCAL };

	isdn_leg_dispatch(leg, LINE_CUT, &msg);
}

/* The calls on a lost span; and those still being set up when nothing is left to signal them by. */
static void cut_member(const struct isdn_member *member)
{
	struct isdn *isdn = member->isdn;
	bool alone = isdn->trunk.config.n_spans == 1;
	bool mute = !members_link_up(isdn);
	struct isdn_leg *leg;

	llist_for_each_entry (leg, &isdn->legs, entry) {
		if (alone ||
		    (leg->channel && trunk_channel_member(leg->channel) == member->number) ||
		    (mute && isdn_leg_state(leg) != ST_ACTIVE))
			cut(leg);
	}
}

static void cut_all(struct isdn *isdn)
{
	struct isdn_leg *leg;

	llist_for_each_entry (leg, &isdn->legs, entry)
		cut(leg);
}

/* The D channel in use */

static bool is_well(const struct isdn_member *member)
{
	return member->dchannel && !member->alarms && dchannel_is_up(member->dchannel);
}

const struct isdn_member *members_in_use(const struct isdn *isdn)
{
	const struct isdn_member *member = isdn->members;

	while (member->dchannel != isdn->dchannel)
		member++;
	return member;
}

bool members_link_up(const struct isdn *isdn)
{
	return is_well(members_in_use(isdn));
}

unsigned members_alarms(const struct isdn *isdn)
{
	unsigned alarms = 0;

	for (size_t i = 0; i < isdn->trunk.config.n_spans; i++)
		alarms |= isdn->members[i].alarms;
	return alarms;
}

/* The first that is well, or NULL. */
static const struct isdn_member *best_member(const struct isdn *isdn)
{
	for (size_t i = 0; i < isdn->trunk.config.n_spans; i++) {
		if (is_well(&isdn->members[i]))
			return &isdn->members[i];
	}
	return NULL;
}

static bool is_group(const struct isdn *isdn)
{
	unsigned n = 0;

	for (size_t i = 0; i < isdn->trunk.config.n_spans; i++)
		n += isdn->members[i].dchannel != NULL;
	return n > 1;
}

static void adopt_calls(struct isdn *isdn)
{
	struct isdn_leg *leg;

	llist_for_each_entry (leg, &isdn->legs, entry) {
		if (leg->q931 && isdn_leg_state(leg) == ST_ACTIVE)
			dchannel_adopt(isdn->dchannel, leg->reference);
	}
}

static void use(struct isdn *isdn, const struct isdn_member *member)
{
	if (isdn->dchannel == member->dchannel)
		return;
	isdn->dchannel = member->dchannel;
	LOGISDN(isdn, LOGL_NOTICE, "the D channel of %s is in use now\n", span_of(member)->name);
	if (member->number == 0)
		alarm_clear(ALARM_D_CHANNEL_BACKUP, isdn->trunk.config.name);
	else
		alarm_raise(ALARM_D_CHANNEL_BACKUP, isdn->trunk.config.name,
			    isdn->members[0].alarms ? isdn->trunk.spans[0]->name : "",
			    span_of(member)->name);
}

static void start_t309(struct isdn *isdn)
{
	unsigned t309 = isdn->trunk.config.timers.t309;

	if (is_group(isdn) && !osmo_timer_pending(&isdn->t309_timer))
		osmo_timer_schedule(&isdn->t309_timer, (int)(t309 ? t309 : T309_S), 0);
}

/* A D channel has come (or its span), or was lost. */
static void choose(struct isdn *isdn, bool lost)
{
	const struct isdn_member *best = best_member(isdn);

	if (!best) {
		start_t309(isdn);
		if (!osmo_timer_pending(&isdn->down_timer))
			osmo_timer_schedule(&isdn->down_timer, DOWN_PERSISTS_S, 0);
		return;
	}
	bool was_mute = osmo_timer_pending(&isdn->t309_timer);
	osmo_timer_del(&isdn->t309_timer);
	osmo_timer_del(&isdn->down_timer);
	alarm_clear(ALARM_D_CHANNEL_DOWN, isdn->trunk.config.name);
	bool moved = isdn->dchannel != best->dchannel;
	use(isdn, best);
	if (is_group(isdn) && (lost || was_mute))
		adopt_calls(isdn);
	if (moved)
		enquiry_ask_all(isdn);
}

void members_on_link(struct isdn_member *member, bool up)
{
	struct isdn *isdn = member->isdn;

	LOGISDN(isdn, LOGL_NOTICE, "D channel of %s %s\n", span_of(member)->name,
		up ? "up" : "down");
	isdn->flaps += !up;
	choose(isdn, !up);
	if (!members_link_up(isdn))
		enquiry_stop(isdn);
	else if (up && members_in_use(isdn) == member)
		enquiry_ask_all(isdn);
}

static void on_t309(void *data)
{
	struct isdn *isdn = data;

	LOGISDN(isdn, LOGL_NOTICE, "T309 expired: calls are cleared\n");
	cut_all(isdn);
}

static void on_down_persists(void *data)
{
	const struct isdn *isdn = data;
	const struct isdn_member *member = members_in_use(isdn);

	alarm_raise(ALARM_D_CHANNEL_DOWN, isdn->trunk.config.name,
		    member->alarms ? span_of(member)->name : "", span_of(member)->name);
}

/* The spans */

static void on_frame(void *data, unsigned timeslot, const uint8_t *frame, size_t len)
{
	const struct isdn_member *member = data;

	if (member->dchannel && timeslot == config_of(member)->d_timeslot)
		dchannel_receive(member->dchannel, frame, len);
}

static void on_alarm(void *data, unsigned alarms)
{
	struct isdn_member *member = data;
	struct isdn *isdn = member->isdn;
	bool changed = !alarms != !member->alarms;

	if (alarms != member->alarms)
		LOGISDN(isdn, LOGL_NOTICE, "span %s %s\n", span_of(member)->name,
			alarms ? "in alarm" : "restored");
	member->alarms = alarms;
	if (!changed)
		return;
	if (alarms)
		osmo_timer_schedule(&member->alarm_timer, 0, ALARM_PERSISTS_US);
	else
		osmo_timer_del(&member->alarm_timer);
	if (member->dchannel)
		choose(isdn, alarms);
}

static const struct tdm_listener listener = {
	.on_frame = on_frame,
	.on_alarm = on_alarm,
};

/* Q.931 5.8.9 clears with 27 when the data link does not come back; a dead span says so sooner. */
static void on_alarm_persists(void *data)
{
	const struct isdn_member *member = data;

	if (!llist_empty(&member->isdn->legs))
		LOGISDN(member->isdn, LOGL_NOTICE, "the alarm of %s persists: calls are cleared\n",
			span_of(member)->name);
	cut_member(member);
}

/* Opening and closing. First every span is ready for frames, then the D channels open, then the media thread
 * gets the spans. */

static void close_member(struct isdn_member *member)
{
	struct tdm_span *span = span_of(member);
	unsigned d_timeslot = config_of(member)->d_timeslot;

	osmo_timer_del(&member->alarm_timer);
	if (member->dchannel)
		dchannel_close(member->dchannel);
	mg_detach(member->isdn->trunk.env->mg, span);
	tdm_listen(span, NULL, NULL);
	if (d_timeslot)
		span->driver->hdlc_enable(span, d_timeslot, false);
}

static int prepare_member(struct isdn_member *member)
{
	struct tdm_span *span = span_of(member);
	unsigned d_timeslot = config_of(member)->d_timeslot;
	int err = d_timeslot ? span->driver->hdlc_enable(span, d_timeslot, true) : 0;

	osmo_timer_setup(&member->alarm_timer, on_alarm_persists, member);
	if (err)
		LOGISDN(member->isdn, LOGL_ERROR, "no D channel on timeslot %u of %s: %s\n",
			d_timeslot, span->name, strerror(-err));
	else
		tdm_listen(span, &listener, member);
	return err;
}

/* The names of the two spans, so that a D channel is found again in the same group alone; NULL: no backup. */
static const char *group_name(const struct isdn *isdn, char *out, size_t size)
{
	const struct trunk_config *config = &isdn->trunk.config;

	for (size_t i = 1; i < config->n_spans; i++) {
		if (!config->spans[i].d_timeslot)
			continue;
		snprintf(out, size, "%s/%s", config->spans[0].span, config->spans[i].span);
		return out;
	}
	return NULL;
}

static int open_dchannel(struct isdn_member *member, const struct dchannel_user *user)
{
	struct isdn *isdn = member->isdn;
	const struct trunk_config *config = &isdn->trunk.config;
	char group[2 * TDM_NAME_MAX + 2];
	const struct dchannel_place place = {
		.span = span_of(member),
		.timeslot = config_of(member)->d_timeslot,
		.node = config->side == TRUNK_NETWORK ? PRI_NETWORK : PRI_CPE,
		.switch_type = variant_switch_type(config->variant, span_of(member)->type),
		.multipoint = config->multipoint,
		.group = group_name(isdn, group, sizeof(group)),
	};

	if (!place.timeslot)
		return 0;
	member->dchannel = dchannel_open(&place, user, member);
	if (!member->dchannel)
		return -ENOMEM;
	if (!isdn->dchannel)
		isdn->dchannel = member->dchannel;
	else
		dchannel_join(isdn->dchannel, member->dchannel);
	return 0;
}

static int open_prepared(struct isdn *isdn, const struct dchannel_user *user)
{
	size_t n = isdn->trunk.config.n_spans;
	int err = 0;

	for (size_t i = 0; i < n && !err; i++)
		err = open_dchannel(&isdn->members[i], user);
	if (!err && !isdn->dchannel)
		err = -EINVAL;
	for (size_t i = 0; i < n && !err; i++)
		err = mg_attach(isdn->trunk.env->mg, isdn->trunk.spans[i]);
	if (err)
		LOGISDN(isdn, LOGL_ERROR, "cannot start: %s\n", strerror(-err));
	return err;
}

int members_open(struct isdn *isdn, const struct dchannel_user *user)
{
	size_t n = 0;
	int err = 0;

	osmo_timer_setup(&isdn->t309_timer, on_t309, isdn);
	osmo_timer_setup(&isdn->down_timer, on_down_persists, isdn);
	for (; n < isdn->trunk.config.n_spans && !err; n++) {
		isdn->members[n] = (struct isdn_member){ .isdn = isdn, .number = n };
		err = prepare_member(&isdn->members[n]);
	}
	if (err)
		n--;
	else
		err = open_prepared(isdn, user);
	if (err) {
		while (n-- > 0)
			close_member(&isdn->members[n]);
		return err;
	}
	choose(isdn, false);
	return 0;
}

void members_close(struct isdn *isdn)
{
	osmo_timer_del(&isdn->t309_timer);
	osmo_timer_del(&isdn->down_timer);
	for (size_t i = 0; i < isdn->trunk.config.n_spans; i++)
		close_member(&isdn->members[i]);
	alarm_forget(ALARM_OF_TRUNK, isdn->trunk.config.name);
}
