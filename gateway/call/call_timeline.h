/* What the hub itself puts on a call's time line; for the files of this folder. */
#pragma once

#include "call/leg.h"
#include "call/timeline.h"

struct call;

void call_note(struct call *call, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A line's leg has no messages of its own: what it says (TIMELINE_IN) and is told stands for them. */
void call_note_verb(struct call *call, unsigned slot, enum timeline_way way,
		    const struct leg_msg *msg);
