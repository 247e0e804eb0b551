/* libpri's events about calls, on their way to the legs that they concern, and what the messages of those legs
 * are edited with. Control thread. */
#pragma once

#include <libpri.h>

#include "pstn/isdn/instance.h"
#include "pstn/isdn/q931.h"

/* Events that are about no call are of no use here. heard: what the frame said besides; NULL: a timer was it. */
void events_hear(struct isdn *isdn, const pri_event *event, const struct q931_heard *heard);

/* A message of which libpri makes no event. */
void events_hear_message(struct isdn *isdn, const struct q931_heard *heard);

/* A message of that type and reference goes out, perhaps again. */
void events_edit(const struct isdn *isdn, uint16_t reference, uint8_t type, struct q931_edit *edit);
