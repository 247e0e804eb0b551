/* The step of a call's way between its route and the first target: what the route's look-up knows. For the files of this
 * folder. */
#pragma once

#include <stddef.h>

struct call;
struct call_hub;
struct explain;
struct lookup_answer;
struct route_config;
struct route_question;

/* The route is found: asks (ASKING, or COLLECTING while the number is not whole), or goes on to its targets at once. */
void call_lookup_begin(struct call *call);
/* ASKING is over: on to the targets, or the end. */
void call_lookup_answered(struct call *call);
/* Nobody waits for it any more, and what it said is forgotten. */
void call_lookup_drop(struct call *call);

/* The route as the answer has it. 0, or the cause of the refusal with why, a few words. */
unsigned call_lookup_route(const struct call_hub *hub, const struct lookup_answer *answer,
			   struct route_config *route, char *why, size_t size);
