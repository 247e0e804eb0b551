/* Lock and unlock: administrative states (X.731 7.1) of trunks and channels carried to their protocols. A
 * protocol hears of a channel that goes out of service once no call is left there, so that what it tells the
 * line can never cost a call; that new calls keep away holds at once, by trunk_allows(). */
#include "pstn/trunk_table.h"

#include <errno.h>
#include <string.h>

#include <osmocom/core/talloc.h>
#include <osmocom/core/utils.h>

#include "base/alarm.h"
#include "base/clock.h"
#include "base/log.h"
#include "call/cause.h"
#include "pstn/maintenance.h"

enum { US_PER_S = 1000000 };

/* Something that shuts down and is given a limit. */
struct grace {
	struct llist_head entry;
	uint64_t end_us;
	char what[MAINTENANCE_NAME_MAX];
};

/* What a name stands for. */
struct object {
	struct trunk *trunk; /* NULL: nothing */
	unsigned channel;    /* 0: the whole trunk */
};

/* Names */

static struct object find_channel(const struct trunks *trunks, const char *name)
{
	struct object object;

	llist_for_each_entry (object.trunk, &trunks->list, entry) {
		object.channel = trunk_channel_named(object.trunk, name);
		if (object.channel)
			return object;
	}
	return (struct object){ NULL, 0 };
}

static struct object find(const struct trunks *trunks, const char *what)
{
	struct object object = { trunks_find(trunks, what), 0 };

	return object.trunk ? object : find_channel(trunks, what);
}

/* The channels of an object, one behind the other; 0 at the end. */
static unsigned next_of(const struct object *object, unsigned channel)
{
	if (object->channel)
		return channel ? 0 : object->channel;
	return trunk_next_channel(object->trunk, channel);
}

static unsigned calls_on(const struct object *object)
{
	unsigned n = 0;

	for (unsigned c = next_of(object, 0); c; c = next_of(object, c))
		n += trunk_channel_is_busy(object->trunk, c);
	return n;
}

/* Q.850 41, temporary failure, to both sides: it is not the line, nor who is called, and another channel may
 * serve at once. */
static void clear_calls(const struct object *object)
{
	for (unsigned c = next_of(object, 0); c; c = next_of(object, c)) {
		if (trunk_channel_is_busy(object->trunk, c))
			object->trunk->protocol->clear(object->trunk, c, CAUSE_TEMPORARY_FAILURE);
	}
	if (!object->channel)
		object->trunk->protocol->clear(object->trunk, 0, CAUSE_TEMPORARY_FAILURE);
}

/* States */

static void find_barred(struct trunk *trunk)
{
	const struct maintenance *maintenance = trunk->env->maintenance;
	char name[MAINTENANCE_NAME_MAX];

	for (unsigned c = trunk_next_channel(trunk, 0); c; c = trunk_next_channel(trunk, c)) {
		trunk_channel_name(trunk, c, name, sizeof(name));
		trunk_set_put(trunk->upkeep.barred, c,
			      trunk->upkeep.off_duty || trunk->upkeep.leaving ||
				      !maintenance_allows(maintenance, trunk->config.name, name));
		trunk_set_put(trunk->upkeep.closed, c,
			      !maintenance_admits_emergency(maintenance, trunk->config.name, name));
	}
}

void trunk_tell_service(struct trunk *trunk)
{
	find_barred(trunk);
	trunk->upkeep.waiting = false;
	for (unsigned c = trunk_next_channel(trunk, 0); c; c = trunk_next_channel(trunk, c)) {
		bool in_service = trunk_allows(trunk, c);

		if (in_service == !trunk_set_has(trunk->upkeep.out, c))
			continue;
		if (!in_service && trunk_channel_is_busy(trunk, c)) {
			trunk->upkeep.waiting = true;
			continue;
		}
		trunk_set_put(trunk->upkeep.out, c, !in_service);
		trunk->protocol->service(trunk, c, in_service);
	}
}

static void show_alarm(const struct trunk *trunk)
{
	enum maintenance_state state = maintenance_get(trunk->env->maintenance, trunk->config.name);

	if (state == UNLOCKED)
		alarm_clear(ALARM_TRUNK_LOCKED, trunk->config.name);
	else
		alarm_raise(ALARM_TRUNK_LOCKED, trunk->config.name, "",
			    maintenance_state_name(state));
}

/* err: of the change, which holds unless there was no memory. */
static int carry(const struct object *object, const char *what, int err)
{
	const struct maintenance *maintenance = object->trunk->env->maintenance;

	if (err == -ENOMEM)
		return err;
	LOGABOUT(DISDN, LOGL_NOTICE,
		 LOG_ABOUT(.trunk = { object->trunk->config.name },
			   .channel = { object->channel ? what : NULL }),
		 "%s %s is %s\n", object->channel ? "channel" : "trunk", what,
		 maintenance_state_name(maintenance_get(maintenance, what)));
	if (!object->channel)
		show_alarm(object->trunk);
	trunk_tell_service(object->trunk);
	return err == -ENOENT ? -ENOTDIR : err;
}

static int set_state(const struct object *object, const char *what, enum maintenance_state state)
{
	return carry(object, what, maintenance_set(object->trunk->env->maintenance, what, state));
}

/* It is idle, and has shut down. */
static int close_idle(const struct object *object, const char *what)
{
	return carry(object, what, maintenance_close(object->trunk->env->maintenance, what));
}

/* Shutting down */

static void forget_grace(struct trunks *trunks, const char *what)
{
	struct grace *grace, *next;

	llist_for_each_entry_safe (grace, next, &trunks->grace, entry) {
		if (strcmp(grace->what, what) != 0)
			continue;
		llist_del(&grace->entry);
		talloc_free(grace);
	}
}

static int add_grace(struct trunks *trunks, const char *what, unsigned grace_s)
{
	struct grace *grace = talloc_zero(trunks, struct grace);

	if (!grace)
		return -ENOMEM;
	grace->end_us = clock_now_us() + (uint64_t)grace_s * US_PER_S;
	osmo_strlcpy(grace->what, what, sizeof(grace->what));
	llist_add_tail(&grace->entry, &trunks->grace);
	return 0;
}

/* The trunk's own state, and each of its channels'. */
static void lock_what_is_idle(struct trunk *trunk)
{
	const struct maintenance *maintenance = trunk->env->maintenance;
	struct object object = { trunk, 0 };
	char name[MAINTENANCE_NAME_MAX];

	if (maintenance_get(maintenance, trunk->config.name) == SHUTTING_DOWN && !calls_on(&object))
		close_idle(&object, trunk->config.name);
	for (unsigned c = trunk_next_channel(trunk, 0); c; c = trunk_next_channel(trunk, c)) {
		object.channel = c;
		trunk_channel_name(trunk, c, name, sizeof(name));
		if (maintenance_get(maintenance, name) == SHUTTING_DOWN &&
		    !trunk_channel_is_busy(trunk, c))
			close_idle(&object, name);
	}
}

static void end_of_grace(struct trunks *trunks, struct grace *grace)
{
	struct object object = find(trunks, grace->what);

	llist_del(&grace->entry);
	if (object.trunk &&
	    maintenance_get(trunks->env.maintenance, grace->what) == SHUTTING_DOWN) {
		unsigned calls = calls_on(&object);

		if (calls)
			LOGP(DISDN, LOGL_NOTICE, "%s: its time is over; calls being cleared: %u\n",
			     grace->what, calls);
		clear_calls(&object);
		set_state(&object, grace->what, LOCKED);
	}
	talloc_free(grace);
}

void trunks_lock_tick(struct trunks *trunks)
{
	struct grace *grace, *next;
	struct trunk *trunk;

	llist_for_each_entry_safe (grace, next, &trunks->grace, entry) {
		if (clock_now_us() >= grace->end_us)
			end_of_grace(trunks, grace);
	}
	llist_for_each_entry (trunk, &trunks->list, entry) {
		if (!trunk->upkeep.waiting)
			continue;
		lock_what_is_idle(trunk);
		trunk_tell_service(trunk);
	}
}

/* Commands */

static int shut_down(struct trunks *trunks, const struct object *object, const char *what,
		     unsigned grace_s)
{
	if (!calls_on(object))
		return close_idle(object, what);
	if (grace_s && add_grace(trunks, what, grace_s))
		return -ENOMEM;
	return set_state(object, what, SHUTTING_DOWN);
}

int trunks_lock(struct trunks *trunks, const char *what, enum trunks_lock lock, unsigned grace_s)
{
	struct object object = find(trunks, what);
	int err;

	if (!object.trunk)
		return -ENOENT;
	forget_grace(trunks, what);
	if (lock == LOCK_NOT)
		return set_state(&object, what, UNLOCKED);
	if (lock == LOCK_GRACEFUL)
		return shut_down(trunks, &object, what, grace_s);
	err = set_state(&object, what, LOCKED);
	if (err != -ENOMEM)
		clear_calls(&object);
	return err;
}

void trunk_enter_service(struct trunk *trunk)
{
	show_alarm(trunk);
	lock_what_is_idle(trunk);
	trunk_tell_service(trunk);
}

/* Status */

/* Of a channel and its trunk what bars it more is said. */
static enum maintenance_state administrative(const struct trunk *trunk, const char *channel)
{
	enum maintenance_state of_trunk =
		maintenance_get(trunk->env->maintenance, trunk->config.name);
	enum maintenance_state of_channel = maintenance_get(trunk->env->maintenance, channel);

	return of_trunk > of_channel ? of_trunk : of_channel;
}

void trunk_describe_service(const struct trunk *trunk, enum channel_state state,
			    struct channel_status *out)
{
	out->administrative = maintenance_state_name(administrative(trunk, out->name));
	out->operational = state == CHANNEL_DOWN ? "disabled" : "enabled";
	out->usage = state == CHANNEL_IDLE || state == CHANNEL_DOWN ? "idle" : "busy";
	out->availability = "";
	if (state == CHANNEL_DOWN)
		out->availability = "failed";
	else if (out->remote_blocked)
		out->availability = "remote-blocked";
	else if (trunk->upkeep.off_duty)
		out->availability = "off-duty";
}

bool trunks_has(const struct trunks *trunks, const char *name)
{
	return trunks_find(trunks, name);
}

unsigned trunks_calls(const struct trunks *trunks, const char *name)
{
	const struct object object = { trunks_find(trunks, name), 0 };

	return object.trunk ? calls_on(&object) : 0;
}

void trunks_leave(struct trunks *trunks, const char *name, bool leaves)
{
	struct trunk *trunk = trunks_find(trunks, name);

	if (!trunk || trunk->upkeep.leaving == leaves)
		return;
	trunk->upkeep.leaving = leaves;
	trunk_tell_service(trunk);
}
