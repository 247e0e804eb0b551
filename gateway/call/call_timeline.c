/* The hub's part in a call's time line, and the way for protocols to theirs. */
#include "call/call_timeline.h"

#include <stdarg.h>
#include <stdio.h>

#include "call/hub.h"

struct timelines *call_timelines(const struct call_hub *hub)
{
	return hub->timelines;
}

void call_note(struct call *call, const char *format, ...)
{
	char text[TIMELINE_TEXT_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	timeline_note(call->timeline, TIMELINE_GATEWAY, TIMELINE_CALL, TIMELINE_WITHIN, "%s", text);
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
	char text[TIMELINE_TEXT_MAX];
	va_list args;

	if (!leg->call)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	timeline_note(leg->call->timeline, slot_of(leg->call, leg), TIMELINE_MEDIA, TIMELINE_WITHIN,
		      "%s", text);
}
