/* `route test` for the CLI and the API: what is asked, in words, and what is answered. Control thread. */
#pragma once

#include <time.h>

#include <jansson.h>

#include "call/leg.h"
#include "call/target.h"

struct call_hub;
struct route_test;

/* What is asked. */
struct route_ask {
	enum target_kind kind;
	char name[TARGET_NAME_MAX];
	char group[TARGET_NAME_MAX]; /* a trunk group, of which it is the first trunk; "": none */
	struct leg_setup setup;
	struct tm at; /* local time */
};

/* Of a word that is wrong. */
struct route_ask_fault {
	char what[160], right[128];
};

/* Begins with the number called, and where the call comes from: kind "trunk", "trunk-group", "peer" or "user", and its
 * name. NULL, or the word that is at fault: "number", "from" or "name". */
const char *route_ask_begin(struct route_ask *ask, struct call_hub *hub, const char *number,
			    const char *kind, const char *name, struct route_ask_fault *fault);
/* More of it: calling, redirecting, bearer, called-type, calling-type, presentation, at. NULL, or the word. */
const char *route_ask_set(struct route_ask *ask, const char *word, const char *value,
			  struct route_ask_fault *fault);
/* From a trunk group: as from its first trunk; a step at the end for each other trunk tells whether its calls go alike.
 * {"steps": [...], "route", then "cause", "cause_name", "why" or "to", "channel", "called", "calling"}; *test: the
 * same as a value. A new reference. */
json_t *route_ask_answer(const struct route_ask *ask, struct call_hub *hub,
			 struct route_test *test);
