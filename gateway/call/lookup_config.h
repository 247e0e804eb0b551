/* The configuration of look-ups, as a value: a part of routes_config. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "call/target.h"

enum { LOOKUP_URL_MAX = 256, LOOKUP_TOKEN_MAX = 128, LOOKUPS_MAX = 64 };
enum { LOOKUP_SUFFIX_MAX = 128, LOOKUP_HOST_MAX = 64, LOOKUP_DOMAINS_MAX = 8 };

/* Calls to addresses of that host go to that peer. */
struct lookup_domain {
	char host[LOOKUP_HOST_MAX]; /* "": any */
	char peer[TARGET_NAME_MAX];
};

/* Where a call's way is looked up, before the first target of its route is tried. */
struct lookup_config {
	char name[TARGET_NAME_MAX];
	char url[LOOKUP_URL_MAX];       /* of an HTTP server; "": it asks DNS */
	char token[LOOKUP_TOKEN_MAX];   /* sent along, as a bearer's; "": none */
	char suffix[LOOKUP_SUFFIX_MAX]; /* ENUM: of the names that numbers have in DNS */
	char server[46];                /* DNS; "": the system's */
	uint16_t port;
	struct lookup_domain domains[LOOKUP_DOMAINS_MAX]; /* the first that fits */
	unsigned n_domains;
	unsigned timeout_ms;          /* for an answer */
	unsigned cache;               /* answers kept; 0: none */
	unsigned cache_s, negative_s; /* for so long: answers; that nothing is known */
	uint8_t fail_cause; /* Q.850, of calls without an answer; 0: they go on by their route */
	int line;
};
