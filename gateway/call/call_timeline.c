/* The hub's part in a call's time line, and the way for protocols to theirs. */
#include "call/call_timeline.h"

#include <stdarg.h>
#include <stdio.h>

#include "call/hep.h"
#include "call/history_config.h"
#include "call/hub.h"
#include "call/record_id.h"

static void on_message(void *data, uint32_t call, const char *party, const char *text,
		       const struct message *message)
{
	const struct call_hub *hub = data;
	char id[RECORD_ID_MAX];

	record_id(call, id);
	hep_send(hub->hep, id, party, text, message);
}

void call_hub_history(struct call_hub *hub, const struct history_config *config)
{
	timelines_keep(hub->timelines, config->calls, (size_t)config->messages_mib << 20);
	hep_free(hub->hep);
	hub->hep = *config->hep_address ? hep_new(hub, config->hep_address,
						  (uint16_t)config->hep_port, config->hep_agent)
					: NULL;
	timelines_watch(hub->timelines, hub->hep ? on_message : NULL, hub);
}

struct timelines *call_timelines(const struct call_hub *hub)
{
	return hub->timelines;
}

void call_note(struct call *call, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	timeline_vnote(call->timeline, TIMELINE_GATEWAY, TIMELINE_CALL, TIMELINE_WITHIN, format,
		       args);
	va_end(args);
}

void call_note_verb(struct call *call, unsigned slot, enum timeline_way way,
		    const struct leg_msg *msg)
{
	char cause[TIMELINE_TEXT_MAX] = "";

	if (call->slots[slot].kind != TARGET_LINE)
		return;
	if (msg->cause)
		snprintf(cause, sizeof(cause), " cause %u %s", msg->cause, cause_name(msg->cause));
	timeline_note(call->timeline, slot, TIMELINE_CALL, way, "%s%s", leg_verb_name(msg->verb),
		      cause);
}

static unsigned slot_of(const struct call *call, const struct leg *leg)
{
	unsigned slot = 0;

	while (call->slots[slot].leg != leg)
		slot++;
	return slot;
}

void call_names_messages(struct leg *leg, uint64_t key)
{
	leg->key = key;
	if (leg->call)
		timeline_bind(leg->call->timeline, slot_of(leg->call, leg), key);
}

void call_notes_media(struct leg *leg, const char *format, ...)
{
	va_list args;

	if (!leg->call)
		return;
	va_start(args, format);
	timeline_vnote(leg->call->timeline, slot_of(leg->call, leg), TIMELINE_MEDIA,
		       TIMELINE_WITHIN, format, args);
	va_end(args);
}
