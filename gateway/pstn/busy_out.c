/* Busy-out. A trunk with `busy-out` is off duty while no peer that its routes lead to is alive: a call from the
 * line is refused there, where the network can still send it another way. And the other way round: is any trunk
 * able to carry a call, for peers that ask? Both changes are slow, so that neither side flaps.
 *
 * The two must not hold each other down: a trunk that is off duty counts as able, for it waits for nothing but
 * the peers that ask. */
#include "pstn/trunk_table.h"

#include <string.h>

#include "base/alarm.h"
#include "base/clock.h"
#include "base/log.h"
#include "pstn/maintenance.h"

/* Seconds. Out: longer than a lost OPTIONS or a D channel that is set up anew; back: a peer that restarts has
 * come to rest. */
enum {
	TRUNK_OUT_S = 5,   /* no peer alive, and the trunk is off duty */
	TRUNK_BACK_S = 10, /* a peer alive, and it is back */
	ALL_OUT_S = 5,     /* no trunk able, and peers are told */
	ALL_BACK_S = 5,    /* one able, and they are told */
};

void trunks_survey(struct trunks *trunks, void (*survey)(void *data, struct trunks *trunks),
		   void *data)
{
	trunks->survey = survey;
	trunks->survey_data = data;
}

static void add_way(struct trunk *trunk, bool alive)
{
	trunk->upkeep.has_way = true;
	trunk->upkeep.way_open |= alive;
}

void trunks_way(struct trunks *trunks, const char *name, bool alive)
{
	struct target *target = name ? target_find(trunks->env.hub, TARGET_TRUNK, name) : NULL;
	struct trunk *trunk;

	if (target)
		add_way(target->data, alive);
	if (name)
		return;
	llist_for_each_entry (trunk, &trunks->list, entry)
		add_way(trunk, alive);
}

static void set_off_duty(struct trunk *trunk, bool off_duty)
{
	const char *name = trunk->config.name;

	if (trunk->upkeep.off_duty == off_duty)
		return;
	trunk->upkeep.off_duty = off_duty;
	LOGABOUT(DISDN, LOGL_NOTICE, LOG_ABOUT(.trunk = { name }), "trunk %s is %s\n", name,
		 off_duty ? "off duty: no peer that its routes lead to is alive" : "on duty again");
	if (off_duty)
		alarm_raise(ALARM_TRUNK_BUSY_OUT, name, "", "no peer that its routes lead to");
	else
		alarm_clear(ALARM_TRUNK_BUSY_OUT, name);
	trunk_tell_service(trunk);
}

static void look_at_peers(struct trunks *trunks)
{
	struct trunk *trunk;
	bool any = false;

	llist_for_each_entry (trunk, &trunks->list, entry) {
		trunk->upkeep.has_way = trunk->upkeep.way_open = false;
		any |= trunk->config.busy_out;
	}
	if (!any || !trunks->survey)
		return;
	trunks->survey(trunks->survey_data, trunks);
	llist_for_each_entry (trunk, &trunks->list, entry) {
		bool cut_off = trunk->upkeep.has_way && !trunk->upkeep.way_open;

		if (!trunk->config.busy_out)
			continue;
		hysteresis_look(&trunk->upkeep.reach, cut_off, clock_now_us());
		set_off_duty(trunk, trunk->upkeep.reach.bad);
	}
}

/* Is any channel there that calls may use now or, being in use, next? */
static bool is_able(const struct trunk *trunk)
{
	const struct maintenance *maintenance = trunk->env->maintenance;

	if (maintenance_get(maintenance, trunk->config.name) != UNLOCKED)
		return false;
	for (unsigned c = trunk_next_channel(trunk, 0); c; c = trunk_next_channel(trunk, c)) {
		struct channel_status status = { 0 };

		trunk_channel_name(trunk, c, status.name, sizeof(status.name));
		if (trunk->protocol->channel(trunk, c, &status) != CHANNEL_DOWN &&
		    !status.remote_blocked && maintenance_get(maintenance, status.name) == UNLOCKED)
			return true;
	}
	return false;
}

void busy_out_tick(struct trunks *trunks)
{
	struct trunk *trunk;
	bool able = false;

	look_at_peers(trunks);
	llist_for_each_entry (trunk, &trunks->list, entry) {
		able = is_able(trunk);
		if (able)
			break;
	}
	trunks->out.bad_s = ALL_OUT_S;
	trunks->out.good_s = ALL_BACK_S;
	if (hysteresis_look(&trunks->out, !able, clock_now_us()))
		LOGP(DISDN, LOGL_NOTICE, "%s\n",
		     able ? "a trunk can carry calls again" : "no trunk can carry a call");
}

bool trunks_any_in_service(const struct trunks *trunks)
{
	return !llist_empty(&trunks->list) && !trunks->out.bad;
}

void busy_out_open(struct trunk *trunk)
{
	trunk->upkeep.reach = (struct hysteresis){ .bad_s = TRUNK_OUT_S, .good_s = TRUNK_BACK_S };
}

void busy_out_retune(struct trunk *trunk)
{
	if (trunk->config.busy_out)
		return;
	busy_out_open(trunk);
	set_off_duty(trunk, false);
}
