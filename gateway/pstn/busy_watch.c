/* The alarm of a trunk all of whose channels have been busy for long. Channels that are out of service do not make it
 * full, calls on the others do; those reserved for emergency calls are no other call's. A trunk that is one of a group has none unless it says so: where calls hunt in
 * order, its first trunk is full for hours, and nothing is wrong. */
#include "pstn/trunk_table.h"

#include "call/trunk_groups.h"
#include "pstn/maintenance.h"

static bool is_in_service(const struct trunk *trunk)
{
	return maintenance_get(trunk->env->maintenance, trunk->config.name) == UNLOCKED &&
	       !trunk->upkeep.off_duty && target_works(&trunk->target);
}

static void look(struct trunk *trunk)
{
	const char *name = trunk->config.name;
	const struct trunk_load load = target_load(&trunk->target);
	const bool is_member = *trunk_group_of(trunk->env->hub, name);
	const bool full = trunk_load_is_full(&load, trunk->config.limits.reserved_emergency);

	alarm_watch_look(&trunk->upkeep.full, full && is_in_service(trunk),
			 busy_alarm_after(&trunk->config.busy_alarm, is_member ? 0 : BUSY_ALARM_S),
			 ALARM_TRUNK_BUSY, name);
}

void busy_watch_tick(struct trunks *trunks)
{
	struct trunk *trunk;

	llist_for_each_entry (trunk, &trunks->list, entry)
		look(trunk);
}
