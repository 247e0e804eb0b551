/* The registry of targets: by kind and name, hashed, as every call asks it. */
#include "call/target.h"

#include <stdio.h>
#include <string.h>

#include "call/emergency.h"
#include "call/hub.h"
#include "call/quality.h"

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
