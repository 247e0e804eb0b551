/* A call as people see it; for the files of this folder. */
#pragma once

#include "call/call.h"

struct call_slot;

struct call *call_find(const struct call_hub *hub, uint32_t id); /* NULL: there is none such */
uint32_t call_new_id(struct call_hub *hub);                      /* that no call has; never 0 */
/* The called slot that tells most: the one in charge, else the last tried; NULL: none was. */
const struct call_slot *call_called_slot(const struct call *call);
void call_record(struct call *call); /* the log line of an ended call, and its record */
void call_picture(const struct call *call, struct call_status *out);
/* Notes progress in the journal, and tells the watcher, if any; or that the call has ended. */
void call_notify(struct call *call, const char *text);
void call_notify_end(const struct call *call);
const char *call_ended_by_name(const struct call *call); /* "the caller"; "nobody" while none has */
