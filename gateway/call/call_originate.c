/* Calls of our own: a line's leg as the caller, a target named by hand instead of by a route. They belong to
 * the hub; whoever watches may go away. */
#include <stdio.h>
#include <string.h>

#include "call/call_record.h"
#include "call/hub.h"
#include "call/line.h"
#include "call/lines.h"
#include "call/trunk_groups.h"

static void on_begin(void *data)
{
	const struct call_event place = { .kind = CALL_EV_PLACE, .slot = SLOT_GATEWAY };

	call_post(data, &place);
}

static void watch(struct call *call, call_progress_cb on_progress, void *data)
{
	if (!on_progress)
		return;
	call->on_progress = on_progress;
	call->on_progress_data = data;
	llist_add_tail(&call->watch_entry, &call->hub->watched);
}

static bool is_there(struct call_hub *hub, const struct originate *what)
{
	return what->kind == TARGET_TRUNK_GROUP
		       ? trunk_group_find(hub, what->through) != NULL
		       : target_find(hub, what->kind, what->through) != NULL;
}

/* Fills *line; NULL, or why the call cannot be. */
static const char *check(struct call_hub *hub, const struct originate *what,
			 struct line_config *line)
{
	const struct line_config *named = *what->line ? lines_find(hub->lines, what->line) : NULL;

	if (hub->draining || hub->closed)
		return "the gateway is stopping";
	if (!is_there(hub, what))
		return "no such trunk, trunk-group, peer or line to call through";
	if (!*what->called || !leg_is_number(what->called))
		return "the called number is no number";
	if (!leg_is_number(what->calling))
		return "the calling number is no number";
	if (*what->line && !named)
		return "no such line to call from";
	if (named && !line_can_call(named))
		return "that line never answers, so it cannot call";
	*line = named ? *named : (struct line_config){ .name = "quiet", .kind = LINE_QUIET };
	return NULL;
}

static struct leg_setup setup_of(const struct originate *what)
{
	struct leg_setup setup = { .bearer = LEG_SPEECH };

	setup.called.plan = 1;
	setup.calling.plan = 1;
	setup.calling.screening = 3;
	memcpy(setup.called.digits, what->called, sizeof(setup.called.digits));
	memcpy(setup.calling.digits, what->calling, sizeof(setup.calling.digits));
	return setup;
}

static void direct(struct call *call, const struct originate *what)
{
	struct route_config *route = &call->route;

	snprintf(route->name, sizeof(route->name), "originate");
	route->targets[0].kind = what->kind;
	memcpy(route->targets[0].name, what->through, sizeof(route->targets[0].name));
	route->n_targets = 1;
	memcpy(call->called_out, what->called, sizeof(call->called_out));
}

uint32_t call_originate(struct call_hub *hub, const struct originate *what,
			call_progress_cb on_progress, void *data, const char **why)
{
	const struct leg_setup setup = setup_of(what);
	struct line_config line;
	struct call *call;
	struct leg *leg;

	*why = check(hub, what, &line);
	if (*why)
		return 0;
	leg = line_caller(hub, &line, what->hold_ms);
	call = leg ? call_new(hub, leg, &setup) : NULL;
	if (!call) {
		*why = "out of memory";
		line_discard(leg);
		return 0;
	}
	direct(call, what);
	watch(call, on_progress, data);
	osmo_timer_setup(&call->begin, on_begin, call);
	osmo_timer_schedule(&call->begin, 0, 0);
	return call->id;
}

bool call_watch(struct call_hub *hub, uint32_t id, call_progress_cb on_progress, void *data)
{
	struct call *call = call_find(hub, id);

	if (!call || call->on_progress)
		return false;
	watch(call, on_progress, data);
	return true;
}

void call_unwatch(struct call_hub *hub, call_progress_cb on_progress, void *data)
{
	struct call *call, *next;

	llist_for_each_entry_safe (call, next, &hub->watched, watch_entry) {
		if (call->on_progress != on_progress || call->on_progress_data != data)
			continue;
		llist_del(&call->watch_entry);
		call->on_progress = NULL;
	}
}
