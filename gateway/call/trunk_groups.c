#include "call/trunk_groups.h"

#include <string.h>

#include <osmocom/core/talloc.h>

#include "base/alarm.h"
#include "base/alarm_watch.h"
#include "base/clock.h"
#include "call/hub.h"

struct trunk_group {
	struct trunk_group_config config;
	struct call_hub *hub;
	int last;              /* the member that was taken last; -1: none yet */
	uint64_t rate_full_us; /* bucket of its limits */
	unsigned peak;
	uint64_t overflows, limited, busy_s;
	struct alarm_watch full, down;
	struct {
		uint64_t taken, refused;
	} members[TRUNK_GROUP_MEMBERS];
};

struct trunk_groups {
	struct trunk_group *groups;
	size_t n;
	unsigned generation;
	struct osmo_timer_list second;
};

/* What the trunks say */

static const struct target *member_target(const struct trunk_group *group, size_t i)
{
	return target_find(group->hub, TARGET_TRUNK, group->config.members[i]);
}

static struct trunk_load load_of_member(const struct trunk_group *group, size_t i)
{
	return target_load(member_target(group, i));
}

static struct trunk_load load_of(const struct trunk_group *group)
{
	struct trunk_load sum = { 0 };

	for (size_t i = 0; i < group->config.n_members; i++) {
		const struct trunk_load load = load_of_member(group, i);

		sum.in += load.in;
		sum.out += load.out;
		sum.channels += load.channels;
		sum.free += load.free;
	}
	return sum;
}

static void note_peak(struct trunk_group *group, const struct trunk_load *load)
{
	if (load->in + load->out > group->peak)
		group->peak = load->in + load->out;
}

/* Alarms */

enum { DOWN_ALARM_S = 10 };

static bool is_down(const struct trunk_group *group)
{
	for (size_t i = 0; i < group->config.n_members; i++) {
		if (target_works(member_target(group, i)))
			return false;
	}
	return true;
}

static void look(struct trunk_group *group, const struct trunk_load *load)
{
	const unsigned reserved = group->config.limits.reserved_emergency;
	const bool down = is_down(group), busy = !down && trunk_load_is_full(load, reserved);
	const char *name = group->config.name;

	group->busy_s += !down && trunk_load_is_full(load, 0);
	alarm_watch_look(&group->down, down, DOWN_ALARM_S, ALARM_GROUP_DOWN, name);
	alarm_watch_look(&group->full, busy,
			 busy_alarm_after(&group->config.busy_alarm, BUSY_ALARM_S),
			 ALARM_GROUP_BUSY, name);
}

static void on_second(void *data)
{
	struct trunk_groups *groups = data;

	osmo_timer_schedule(&groups->second, 1, 0);
	for (size_t i = 0; i < groups->n; i++) {
		const struct trunk_load load = load_of(&groups->groups[i]);

		note_peak(&groups->groups[i], &load);
		look(&groups->groups[i], &load);
	}
}

/* From one configuration to the next */

struct trunk_groups *trunk_groups_new(struct call_hub *hub, const struct routes_config *config)
{
	struct trunk_groups *groups = talloc_zero(hub, struct trunk_groups);

	if (!groups)
		return NULL;
	groups->n = config->n_trunk_groups;
	groups->groups = talloc_zero_array(groups, struct trunk_group, groups->n + 1);
	if (!groups->groups) {
		talloc_free(groups);
		return NULL;
	}
	for (size_t i = 0; i < groups->n; i++) {
		groups->groups[i].config = config->trunk_groups[i];
		groups->groups[i].hub = hub;
		groups->groups[i].last = -1;
	}
	osmo_timer_setup(&groups->second, on_second, groups);
	return groups;
}

static struct trunk_group *find(const struct trunk_groups *groups, const char *name)
{
	for (size_t i = 0; groups && i < groups->n; i++) {
		if (strcmp(groups->groups[i].config.name, name) == 0)
			return &groups->groups[i];
	}
	return NULL;
}

static void go_on(struct trunk_group *group, const struct trunk_group *old)
{
	group->rate_full_us = old->rate_full_us;
	group->peak = old->peak;
	group->overflows = old->overflows;
	group->limited = old->limited;
	group->busy_s = old->busy_s;
	group->full = old->full;
	group->down = old->down;
	if (old->last >= 0)
		group->last = trunk_group_member(group, old->config.members[old->last]);
	for (size_t i = 0; i < group->config.n_members; i++) {
		int before = trunk_group_member(old, group->config.members[i]);

		if (before >= 0)
			group->members[i] = old->members[before];
	}
}

static bool are_alike(const struct trunk_groups *a, const struct trunk_groups *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++) {
		const struct trunk_group_config *x = &a->groups[i].config,
						*y = &b->groups[i].config;

		if (strcmp(x->name, y->name) != 0 || x->n_members != y->n_members ||
		    memcmp(x->members, y->members, x->n_members * sizeof(x->members[0])) != 0)
			return false;
	}
	return true;
}

void trunk_groups_replace(struct trunk_groups *groups, struct trunk_groups *old)
{
	if (old) {
		groups->generation = old->generation + !are_alike(groups, old);
		for (size_t i = 0; i < groups->n; i++) {
			const struct trunk_group *before = find(old, groups->groups[i].config.name);

			if (before)
				go_on(&groups->groups[i], before);
		}
		for (size_t i = 0; i < old->n; i++) {
			if (!find(groups, old->groups[i].config.name))
				alarm_forget(ALARM_OF_TRUNK_GROUP, old->groups[i].config.name);
		}
		trunk_groups_free(old);
	}
	if (groups->n)
		osmo_timer_schedule(&groups->second, 1, 0);
}

void trunk_groups_free(struct trunk_groups *groups)
{
	if (groups)
		osmo_timer_del(&groups->second);
	talloc_free(groups);
}

unsigned trunk_groups_generation(const struct trunk_groups *groups)
{
	return groups ? groups->generation : 0;
}

struct trunk_group *trunk_group_find(const struct call_hub *hub, const char *name)
{
	return find(hub->groups, name);
}

const struct trunk_group_config *trunk_group_config(const struct trunk_group *group)
{
	return &group->config;
}

int trunk_group_member(const struct trunk_group *group, const char *trunk)
{
	for (size_t i = 0; i < group->config.n_members; i++) {
		if (strcmp(group->config.members[i], trunk) == 0)
			return (int)i;
	}
	return -1;
}

const char *trunk_group_of(const struct call_hub *hub, const char *trunk)
{
	for (size_t i = 0; hub->groups && i < hub->groups->n; i++) {
		const struct trunk_group *group = &hub->groups->groups[i];

		if (trunk_group_member(group, trunk) >= 0)
			return group->config.name;
	}
	return "";
}

/* Hunting */

static int next_behind(const struct trunk_group *group, uint32_t tried, int last)
{
	const int n = (int)group->config.n_members;

	for (int i = 1; i <= n; i++) {
		int at = (last + i) % n;

		if (!(tried >> at & 1))
			return at;
	}
	return -1;
}

static int highest(const struct trunk_group *group, uint32_t tried)
{
	int at = (int)group->config.n_members - 1;

	while (at >= 0 && tried >> at & 1)
		at--;
	return at;
}

static int least_used(const struct trunk_group *group, uint32_t tried)
{
	unsigned most = 0;
	int best = -1;

	for (size_t i = 0; i < group->config.n_members; i++) {
		if (tried >> i & 1)
			continue;
		const struct trunk_load load = load_of_member(group, i);

		if (best >= 0 && load.free <= most)
			continue;
		best = (int)i;
		most = load.free;
	}
	return best;
}

int trunk_group_next(const struct trunk_group *group, uint32_t tried)
{
	switch (group->config.hunt) {
	case GROUP_DESCENDING:
		return highest(group, tried);
	case GROUP_ROUND_ROBIN:
		return next_behind(group, tried, group->last);
	case GROUP_LEAST_USED:
		return least_used(group, tried);
	case GROUP_ASCENDING:
		break;
	}
	return next_behind(group, tried, -1);
}

/* Limits */

static unsigned limit_out(const struct trunk_group *group, uint8_t precedence, uint64_t *full_us,
			  const char **why)
{
	const struct trunk_load load = load_of(group);
	const char *refusal;
	unsigned cause;

	if (precedence != LEG_ROUTINE)
		return 0;
	refusal = trunk_limits_out(&group->config.limits, &load, full_us, clock_now_us(), &cause);
	if (!refusal)
		return 0;
	*why = refusal;
	return cause;
}

unsigned trunk_group_admits(struct trunk_group *group, uint8_t precedence, const char **why)
{
	unsigned cause = limit_out(group, precedence, &group->rate_full_us, why);

	group->limited += cause != 0;
	return cause;
}

unsigned trunk_group_would_admit(const struct trunk_group *group, uint8_t precedence,
				 const char **why)
{
	uint64_t full_us = group->rate_full_us;

	return limit_out(group, precedence, &full_us, why);
}

/* The call is among those that its trunk counts, with its channel. */
static unsigned limit_in(struct trunk_group *group, const char **why)
{
	struct trunk_load load = load_of(group);
	unsigned cause;

	note_peak(group, &load);
	load.in -= load.in > 0;
	load.free++;
	*why = trunk_limits_in(&group->config.limits, &load, &cause);
	if (!*why)
		return 0;
	group->limited++;
	return cause;
}

unsigned trunk_groups_refuse_in(struct call_hub *hub, const char *trunk, const char **group,
				const char **why)
{
	for (size_t i = 0; hub->groups && i < hub->groups->n; i++) {
		struct trunk_group *it = &hub->groups->groups[i];
		unsigned cause = trunk_group_member(it, trunk) < 0 ? 0 : limit_in(it, why);

		*group = it->config.name;
		if (cause)
			return cause;
	}
	return 0;
}

/* What is counted */

void trunk_group_taken(struct trunk_group *group, unsigned member)
{
	const struct trunk_load load = load_of(group);

	group->last = (int)member;
	group->members[member].taken++;
	note_peak(group, &load);
}

void trunk_group_refused(struct trunk_group *group, unsigned member)
{
	group->members[member].refused++;
}

void trunk_group_overflows(struct trunk_group *group)
{
	group->overflows++;
}

/* Pictures */

static void picture(const struct trunk_group *group, struct trunk_group_status *out)
{
	bool is_free = false, down = is_down(group);
	const char *why;

	*out = (struct trunk_group_status){
		.config = &group->config,
		.load = load_of(group),
		.peak = group->peak,
		.overflows = group->overflows,
		.limited = group->limited,
		.busy_s = group->busy_s,
	};
	for (size_t i = 0; i < group->config.n_members; i++) {
		const struct target *target = member_target(group, i);

		out->members[i].exists = target;
		is_free |= !target_refusal(target, &out->members[i].state);
		out->members[i].load = load_of_member(group, i);
		out->members[i].taken = group->members[i].taken;
		out->members[i].refused = group->members[i].refused;
	}
	if (is_free)
		out->state = trunk_group_would_admit(group, LEG_ROUTINE, &why) ? "limit reached"
									       : "free";
	else
		out->state = !down && trunk_load_is_full(&out->load, 0) ? "all trunks busy"
									: "out of service";
}

void trunk_groups_each(const struct call_hub *hub,
		       bool (*fn)(void *data, const struct trunk_group_status *status), void *data)
{
	struct trunk_group_status status;

	for (size_t i = 0; hub->groups && i < hub->groups->n; i++) {
		picture(&hub->groups->groups[i], &status);
		if (!fn(data, &status))
			return;
	}
}
