/* The targets of a call's route in turn; a trunk group's are its members. For the files of this folder. */
#pragma once

#include <stdbool.h>

#include "call/route_config.h"

struct call;
struct trunk_group;

/* One attempt. */
struct call_step {
	struct route_target to;    /* the trunk, where it is a group's */
	struct target *target;     /* NULL: it does not exist */
	struct trunk_group *group; /* NULL: none */
	unsigned member;           /* of the group */
};

/* What is to be tried next; nothing is tried by asking. False: the route is at its end. */
bool call_step_next(struct call *call, struct call_step *out);
/* It is being tried. 0, or the cause why a group's limits let nothing of it be tried, with why extended. */
unsigned call_step_try(struct call *call, const struct call_step *step);
/* The group's name; "": none. */
const char *call_step_group(const struct call_step *step);
/* The step's target has given a leg, or has not. */
void call_step_taken(const struct call_step *step);
void call_step_refused(const struct call_step *step);
/* The leg in charge clears early: its group hears of it. */
void call_step_left(const struct call *call);
/* The same, and nothing is left to be tried: the group overflows. */
void call_step_left_last(struct call *call);
/* Is anything left to be tried? */
bool call_step_has_more(const struct call *call);
