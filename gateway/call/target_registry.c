/* The registry of targets: by kind and name, hashed, as every call asks it. */
#include "call/target.h"

#include <stdio.h>
#include <string.h>

#include "call/cause.h"
#include "call/emergency.h"
#include "call/hub.h"
#include "call/leg.h"
#include "call/quality.h"
#include "call/trunk_limits.h"

static const char *const kind_names[TARGET_KINDS] = {
	[TARGET_TRUNK] = "trunk",
	[TARGET_PEER] = "peer",
	[TARGET_LINE] = "line",
	[TARGET_USER] = "user",
	[TARGET_TRUNK_GROUP] = "trunk-group",
};

/* FNV-1a */
uint32_t target_hash(enum target_kind kind, const char *name)
{
	uint32_t hash = (2166136261u ^ kind) * 16777619u;

	for (; *name; name++)
		hash = (hash ^ (unsigned char)*name) * 16777619u;
	return hash;
}

static struct llist_head *bucket(struct call_hub *hub, enum target_kind kind, const char *name)
{
	return &hub->targets[target_hash(kind, name) % HUB_TARGET_BUCKETS];
}

void target_register(struct call_hub *hub, struct target *target)
{
	llist_add_tail(&target->entry, bucket(hub, target->kind, target->name));
	if (target->kind == TARGET_TRUNK || target->kind == TARGET_PEER)
		quality_know(hub->quality, target);
	target->hub = hub;
}

void target_unregister(struct target *target)
{
	if (target->hub && target->in_use)
		quality_goes(target->hub->quality, target);
	target->hub = NULL;
	llist_del_init(&target->entry);
}

struct target *target_find(struct call_hub *hub, enum target_kind kind, const char *name)
{
	struct target *target;

	llist_for_each_entry (target, bucket(hub, kind, name), entry) {
		if (target->kind == kind && strcmp(target->name, name) == 0)
			return target;
	}
	return NULL;
}

bool target_may_call(struct call_hub *hub, enum target_kind kind, const char *name,
		     const char *called)
{
	const struct target *target = target_find(hub, kind, name);

	if (call_is_emergency(hub, called))
		return true;
	if (!target)
		return kind != TARGET_PEER && kind != TARGET_USER;
	return !target->may_call || target->may_call(target->data, called);
}

struct trunk_load target_load(const struct target *target)
{
	struct trunk_load load = { 0 };

	if (target && target->load)
		target->load(target->data, &load);
	return load;
}

unsigned target_refusal(const struct target *target, const char **state)
{
	const struct leg_setup setup = { .bearer = LEG_SPEECH };
	char channel[TARGET_CHANNEL_MAX];
	unsigned cause;

	*state = "does not exist";
	if (!target)
		return CAUSE_DESTINATION_OUT_OF_ORDER;
	*state = "busy";
	cause = target->probe ? target->probe(target->data, &setup, channel, state) : 0;
	if (!cause)
		*state = "free";
	return cause;
}

bool target_works(const struct target *target)
{
	const struct trunk_load load = target_load(target);
	const char *state;
	const unsigned cause = target_refusal(target, &state);

	return !cause ||
	       ((cause == CAUSE_NO_CIRCUIT || cause == CAUSE_CONGESTION) && load.in + load.out);
}

const char *target_kind_name(enum target_kind kind)
{
	return (unsigned)kind < TARGET_KINDS ? kind_names[kind] : "unknown";
}

const char *target_text(enum target_kind kind, const char *name, char out[static TARGET_TEXT_MAX])
{
	if (kind == TARGET_USER && !*name)
		snprintf(out, TARGET_TEXT_MAX, "registrar");
	else
		snprintf(out, TARGET_TEXT_MAX, "%s %s", target_kind_name(kind), name);
	return out;
}
