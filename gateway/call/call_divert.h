/* Diversion of a call by its called leg; for the files of this folder. */
#pragma once

#include <stdbool.h>

struct call;
struct call_event;

/* The called leg in charge clears early: true when it names another number, and the call goes there or ends. */
bool call_divert(struct call *call, const struct call_event *event);
