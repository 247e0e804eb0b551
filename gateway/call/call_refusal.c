/* What is refused before it is a call leaves no record and counts in no total of calls: only a time line. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "call/call.h"
#include "call/call_record.h"
#include "call/cause.h"
#include "call/hub.h"
#include "call/timeline.h"

enum { MS_PER_S = 1000, NS_PER_MS = 1000000 };

/* Nobody has looked whether it is a number. */
static void copy_number(char out[static LEG_DIGITS_MAX + 1], const char *number)
{
	snprintf(out, LEG_DIGITS_MAX + 1, "%s", number);
	for (; *out; out++) {
		if (!isalnum((unsigned char)*out) && !strchr("+*#.-_", *out))
			*out = '?';
	}
}

static void picture(const struct call_refusal *refusal, uint32_t id, struct call_status *out)
{
	const struct timespec wall = clock_wall();

	*out = (struct call_status){
		.id = id,
		.state = "ended",
		.setup_us = clock_now_us(),
		.ended_us = clock_now_us(),
		.setup_wall_ms = (int64_t)wall.tv_sec * MS_PER_S + wall.tv_nsec / NS_PER_MS,
		.cause = refusal->cause,
		.location = LOC_PRIVATE_LOCAL,
		.ended_by = CALL_ENDED_BY_GATEWAY,
		.leg[0] = { .present = true, .kind = refusal->kind },
	};
	snprintf(out->leg[0].via, sizeof(out->leg[0].via), "%s", refusal->via);
	copy_number(out->calling, refusal->calling);
	copy_number(out->called, refusal->called);
	snprintf(out->why, sizeof(out->why), "refused before it was a call, %s", refusal->why);
}

uint32_t call_note_refusal(struct call_hub *hub, const struct call_refusal *refusal)
{
	struct timeline *timeline;
	struct call_status last;

	if (timeline_knows(hub->timelines, refusal->key))
		return 0;
	picture(refusal, call_new_id(hub), &last);
	timeline = timeline_begin(hub->timelines, last.id);
	timeline_party(timeline, 0, refusal->kind, refusal->via);
	timeline_bind(timeline, 0, refusal->key);
	timeline_note(timeline, TIMELINE_GATEWAY, TIMELINE_CALL, TIMELINE_WITHIN, "%s", last.why);
	timeline_end(timeline, &last);
	return last.id;
}
