/* The hub itself: calls by id, configuration, draining, totals. */
#include "call/call_record.h"
#include "call/call_timeline.h"
#include "call/hub.h"

#include <errno.h>
#include <stdio.h>
#include <osmocom/core/talloc.h>

#include "base/clock.h"
#include "call/emergency_plan.h"
#include "call/emergency_way.h"
#include "call/hep.h"
#include "call/history_config.h"
#include "call/lines.h"
#include "call/lookups.h"
#include "call/quality.h"
#include "call/trunk_groups.h"
#include "mg/mg.h"

/* osmo_fsm_inst_alloc does not survive a lack of memory: instance and names come from the call's pool. */
enum { FSM_OBJECTS = 3, FSM_OCTETS = sizeof(struct osmo_fsm_inst) + 64 };

/* Calls by id */

static struct call *entry(struct rb_node *node)
{
	return node ? rb_entry(node, struct call, node) : NULL;
}

/* The call with the smallest id not below. */
static struct call *find_from(const struct call_hub *hub, uint32_t id)
{
	struct rb_node *node = hub->calls.rb_node, *best = NULL;

	while (node) {
		if (entry(node)->id >= id) {
			best = node;
			node = node->rb_left;
		} else {
			node = node->rb_right;
		}
	}
	return entry(best);
}

struct call *call_find(const struct call_hub *hub, uint32_t id)
{
	struct call *call = find_from(hub, id);

	return call && call->id == id ? call : NULL;
}

/* The one after id; calls may come and go between two steps. */
static struct call *next_after(const struct call_hub *hub, uint32_t id)
{
	return id == UINT32_MAX ? NULL : find_from(hub, id + 1);
}

static void insert(struct call_hub *hub, struct call *call)
{
	struct rb_node **link = &hub->calls.rb_node, *parent = NULL;

	while (*link) {
		parent = *link;
		link = call->id < entry(parent)->id ? &parent->rb_left : &parent->rb_right;
	}
	rb_link_node(&call->node, parent, link);
	rb_insert_color(&call->node, &hub->calls);
}

uint32_t call_new_id(struct call_hub *hub)
{
	do {
		hub->last_id++;
	} while (hub->last_id == 0 || call_find(hub, hub->last_id));
	return hub->last_id;
}

/* Birth and death of a call */

static int call_destructor(struct call *call)
{
	osmo_timer_del(&call->begin);
	if (call->fi)
		osmo_fsm_inst_free(call->fi);
	return 0;
}

struct call *call_new(struct call_hub *hub, struct leg *leg, const struct leg_setup *setup)
{
	struct call *call = talloc_pooled_object(hub, struct call, FSM_OBJECTS, FSM_OCTETS);
	char id[12];

	if (!call)
		return NULL;
	*call = (struct call){ .hub = hub, .id = call_new_id(hub), .setup = *setup };
	leg_setup_tidy(&call->setup);
	call->setup.precedence = LEG_ROUTINE;
	snprintf(id, sizeof(id), "%u", call->id);
	call->fi = osmo_fsm_inst_alloc(&call_fsm, call, call, LOGL_DEBUG, id);
	if (!call->fi) {
		talloc_free(call);
		return NULL;
	}
	talloc_set_destructor(call, call_destructor);
	call->timeline = timeline_begin(hub->timelines, call->id);
	call->context = mg_context(hub->mg);
	call->setup_us = clock_now_us();
	if (leg)
		call_attach(call, SLOT_CALLER, leg);
	insert(hub, call);
	call_journal_begin(call);
	hub->totals.offered++;
	hub->totals.active++;
	return call;
}

static void check_drained(struct call_hub *hub)
{
	if (hub->on_empty && !hub->calls.rb_node)
		osmo_timer_schedule(&hub->drained, 0, 0);
}

static void end_timeline(const struct call *call)
{
	struct call_status last;

	call_picture(call, &last);
	last.state = "ended";
	last.ended_us = clock_now_us();
	timeline_end(call->timeline, &last);
}

void call_end(struct call *call)
{
	struct call_hub *hub = call->hub;

	rb_erase(&call->node, &hub->calls);
	hub->totals.active--;
	if (!call->answer_us)
		hub->totals.failed++;
	call_record(call);
	quality_note(hub->quality, call);
	end_timeline(call);
	fraud_ended(hub->fraud, &call->fraud);
	emergency_way_end(call);
	if (call->on_progress)
		llist_del(&call->watch_entry);
	call_notify_end(call);
	talloc_free(call);
	check_drained(hub);
}

uint32_t call_context(const struct call *call)
{
	return call->context;
}

uint32_t call_id(const struct call *call)
{
	return call->id;
}

/* The hub */

static void on_drained(void *data)
{
	struct call_hub *hub = data;
	void (*on_empty)(void *) = hub->on_empty;

	hub->on_empty = NULL;
	on_empty(hub->on_empty_data);
}

struct call_hub *call_hub_new(void *talloc_ctx, struct mg *mg)
{
	struct call_hub *hub = talloc_zero(talloc_ctx, struct call_hub);

	if (hub)
		hub->emergency = emergency_new(hub);
	if (hub && hub->emergency)
		hub->fraud = fraud_new(hub, call_fraud_cut, hub);
	if (hub && hub->fraud)
		hub->quality = quality_new();
	if (hub && hub->quality)
		hub->lookups = lookups_new(hub);
	if (hub && hub->lookups)
		hub->timelines = timelines_new(HISTORY_CALLS, 0);
	if (!hub || !hub->timelines) {
		talloc_free(hub);
		return NULL;
	}
	hub->mg = mg;
	for (unsigned i = 0; i < HUB_TARGET_BUCKETS; i++)
		INIT_LLIST_HEAD(&hub->targets[i]);
	INIT_LLIST_HEAD(&hub->watched);
	osmo_timer_setup(&hub->drained, on_drained, hub);
	return hub;
}

void call_hub_free(struct call_hub *hub)
{
	struct target *target, *next;
	struct call *call;

	if (!hub)
		return;
	hub->on_empty = NULL;
	while ((call = find_from(hub, 0))) {
		call_drop(call);
		call_end(call);
	}
	for (unsigned i = 0; i < HUB_TARGET_BUCKETS; i++) {
		llist_for_each_entry_safe (target, next, &hub->targets[i], entry)
			target_unregister(target);
	}
	osmo_timer_del(&hub->drained);
	lookups_free(hub->lookups);
	trunk_groups_free(hub->groups);
	fraud_free(hub->fraud);
	quality_free(hub->quality);
	journal_close(hub->journal);
	hep_free(hub->hep);
	timelines_free(hub->timelines);
	talloc_free(hub);
}

int call_hub_apply(struct call_hub *hub, const struct routes_config *config)
{
	struct route_table *routes = route_table_new(hub, config);
	struct lines *lines = lines_new(hub, config);
	struct translations *translations =
		translations_new(hub, config->translations, config->n_translations);
	struct trunk_groups *groups = trunk_groups_new(hub, config);

	if (!routes || !lines || !translations || !groups ||
	    lookups_apply(hub->lookups, config->lookups, config->n_lookups) < 0) {
		trunk_groups_free(groups);
		talloc_free(routes);
		talloc_free(translations);
		lines_free(lines);
		return -ENOMEM;
	}
	talloc_free(hub->routes);
	talloc_free(hub->translations);
	hub->translations = translations;
	lines_free(hub->lines);
	hub->routes = routes;
	hub->lines = lines;
	lines_register(lines);
	trunk_groups_replace(groups, hub->groups);
	hub->groups = groups;
	return 0;
}

static void clear_call(struct call *call, enum cause cause)
{
	const struct call_event event = {
		.kind = CALL_EV_CLEAR,
		.slot = SLOT_GATEWAY,
		.cause = cause,
		.location = LOC_PRIVATE_LOCAL,
	};

	call_post(call, &event);
}

void call_hub_drain(struct call_hub *hub, void (*on_empty)(void *data), void *data)
{
	hub->draining = true;
	hub->on_empty = on_empty;
	hub->on_empty_data = data;
	for (struct call *call = find_from(hub, 0); call;) {
		uint32_t id = call->id;

		clear_call(call, CAUSE_TEMPORARY_FAILURE);
		call = next_after(hub, id);
	}
	check_drained(hub);
}

void call_hub_close(struct call_hub *hub, void (*on_empty)(void *data), void *data)
{
	hub->closed = on_empty;
	hub->on_empty = on_empty;
	hub->on_empty_data = data;
	check_drained(hub);
}

bool call_clear(struct call_hub *hub, uint32_t id)
{
	struct call *call = call_find(hub, id);

	if (call)
		clear_call(call, CAUSE_NORMAL);
	return call;
}

void calls_each(const struct call_hub *hub,
		bool (*fn)(void *data, const struct call_status *status), void *data)
{
	struct call_status status;

	for (struct call *call = find_from(hub, 0); call; call = next_after(hub, status.id)) {
		call_picture(call, &status);
		if (!fn(data, &status))
			return;
	}
}

bool call_get(const struct call_hub *hub, uint32_t id, struct call_status *out)
{
	const struct call *call = call_find(hub, id);

	if (call)
		call_picture(call, out);
	return call;
}

bool call_get_recent(const struct call_hub *hub, uint32_t id, struct call_status *out)
{
	const struct call_status *last = timeline_last(hub->timelines, id);

	if (call_get(hub, id, out))
		return true;
	if (last)
		*out = *last;
	return last;
}

void call_totals(const struct call_hub *hub, struct call_totals *out)
{
	*out = hub->totals;
}

const struct lookups *call_lookups(const struct call_hub *hub)
{
	return hub->lookups;
}
