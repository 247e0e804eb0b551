/* The configuration of look-ups, as a value: a part of routes_config. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "call/target.h"

enum { LOOKUP_URL_MAX = 256, LOOKUP_TOKEN_MAX = 128, LOOKUPS_MAX = 64 };

/* Where a call's way is looked up, before the first target of its route is tried. */
struct lookup_config {
	char name[TARGET_NAME_MAX];
	char url[LOOKUP_URL_MAX];     /* of an HTTP server */
	char token[LOOKUP_TOKEN_MAX]; /* sent along, as a bearer's; "": none */
	unsigned timeout_ms;          /* for an answer */
	unsigned cache;               /* answers kept; 0: none */
	unsigned cache_s, negative_s; /* for so long: answers; that nothing is known */
	uint8_t fail_cause; /* Q.850, of calls without an answer; 0: they go on by their route */
	int line;
};
