#include "call/call_step.h"

#include <string.h>

#include "call/call_attempt.h"
#include "call/hub.h"
#include "call/trunk_groups.h"

static struct trunk_group *group_of(const struct call *call, const struct route_target *to)
{
	return to->kind == TARGET_TRUNK_GROUP ? trunk_group_find(call->hub, to->name) : NULL;
}

static bool is_at_end(const struct call *call)
{
	return call->walk.at >= call->route.n_targets;
}

static void go_behind(struct call_walk *walk)
{
	*walk = (struct call_walk){ .at = walk->at + 1 };
}

/* Members may change in mid-call: what was tried holds no more, but for the one just tried. */
static uint32_t tried_of(const struct call *call, const struct trunk_group *group)
{
	const struct call_walk *walk = &call->walk;
	const struct call_slot *last = &call->slots[call->attempts];
	int member = -1;

	if (!walk->tried || walk->generation == trunk_groups_generation(call->hub->groups))
		return walk->tried;
	if (call->attempts && last->kind == TARGET_TRUNK)
		member = trunk_group_member(group, last->via);
	return member < 0 ? 0 : 1U << member;
}

bool call_step_next(struct call *call, struct call_step *out)
{
	for (; !is_at_end(call); go_behind(&call->walk)) {
		const struct route_target *to = &call->route.targets[call->walk.at];
		struct trunk_group *group = group_of(call, to);
		int member = group ? trunk_group_next(group, tried_of(call, group)) : 0;

		if (member < 0) {
			trunk_group_overflows(group);
			continue;
		}
		*out = (struct call_step){ .to = *to, .group = group, .member = (unsigned)member };
		if (group) {
			out->to.kind = TARGET_TRUNK;
			memcpy(out->to.name, trunk_group_config(group)->members[member],
			       sizeof(out->to.name));
		}
		out->target = target_find(call->hub, out->to.kind, out->to.name);
		return true;
	}
	return false;
}

const char *call_step_group(const struct call_step *step)
{
	return step->group ? trunk_group_config(step->group)->name : "";
}

unsigned call_step_try(struct call *call, const struct call_step *step)
{
	struct call_walk *walk = &call->walk;
	const char *why = "refused";
	unsigned cause;

	if (!step->group) {
		go_behind(walk);
		return 0;
	}
	if (!walk->entered) {
		cause = trunk_group_admits(step->group, call->setup.precedence, &why);
		if (cause) {
			trunk_group_overflows(step->group);
			call_attempt_why(call, TARGET_TRUNK_GROUP, call_step_group(step), why);
			go_behind(walk);
			return cause;
		}
	}
	walk->entered = true;
	walk->tried = tried_of(call, step->group) | 1U << step->member;
	walk->generation = trunk_groups_generation(call->hub->groups);
	return 0;
}

void call_step_taken(const struct call_step *step)
{
	if (step->group)
		trunk_group_taken(step->group, step->member);
}

void call_step_refused(const struct call_step *step)
{
	if (step->group)
		trunk_group_refused(step->group, step->member);
}

void call_step_left(const struct call *call)
{
	const struct call_slot *slot = &call->slots[call->current];
	struct trunk_group *group = *slot->group ? trunk_group_find(call->hub, slot->group) : NULL;
	int member = group ? trunk_group_member(group, slot->via) : -1;

	if (member >= 0)
		trunk_group_refused(group, (unsigned)member);
}

void call_step_left_last(struct call *call)
{
	struct trunk_group *group =
		is_at_end(call) ? NULL : group_of(call, &call->route.targets[call->walk.at]);

	call_step_left(call);
	if (!group)
		return;
	trunk_group_overflows(group);
	go_behind(&call->walk);
}

bool call_step_has_more(const struct call *call)
{
	const struct trunk_group *group;

	if (is_at_end(call))
		return false;
	if (call->walk.at + 1U < call->route.n_targets || !call->walk.entered)
		return true;
	group = group_of(call, &call->route.targets[call->walk.at]);
	return group && trunk_group_next(group, tried_of(call, group)) >= 0;
}
