/* The configuration of routes and test lines, as a value. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "call/lookup_config.h"
#include "call/number_match.h"
#include "call/target.h"
#include "call/time_range.h"
#include "call/translation.h"

struct config_section;
struct trunk_group_config;

enum {
	ROUTE_PATTERN_MAX = NUMBER_PATTERN_MAX,
	ROUTE_REGEX_MAX = 64,
	ROUTE_TARGETS = 8,
	ROUTE_NAME_MAX = 32
};

struct route_target {
	enum target_kind kind;
	char name[TARGET_NAME_MAX];
};

/* Which causes of a target have the next one tried; bit c % 8 of octet c / 8: cause c. */
struct route_causes {
	bool given; /* else 27, 34, 38, 41, 42, 44, 47 */
	uint8_t bits[16];
};

/* What a route wants of a call besides from and called. Bytes are Q.931's value plus one; 0: any. */
struct route_when {
	struct number_match calling;
	char calling_regex[ROUTE_REGEX_MAX]; /* besides; "": any */
	struct number_match redirecting;     /* who diverted the call last */
	uint8_t bearer;                      /* enum leg_bearer plus one */
	uint8_t called_type, calling_type, presentation;
	char time[TARGET_NAME_MAX]; /* the time range in which it holds; "": at any time */
};

/* Chosen among those whose conditions hold, in this order: the first whose called is a regular expression; the longest
 * called prefix (a whole number before the same digits as a prefix); then a from that is named before a trunk group
 * that it is in, and that before any; then file order. */
struct route_config {
	char name[ROUTE_NAME_MAX];
	bool from_any;
	struct route_target from;
	char called[ROUTE_PATTERN_MAX];     /* a prefix of digits, "" matches all */
	char called_regex[ROUTE_REGEX_MAX]; /* instead; "": none */
	bool called_exact;                  /* the whole number, not a prefix */
	struct route_when when;
	struct number_names translate;   /* before the rules that follow */
	unsigned strip;                  /* leading digits taken away before it is sent on */
	char prepend[ROUTE_PATTERN_MAX]; /* digits put in front then */
	char calling[ROUTE_PATTERN_MAX]; /* sent instead of the caller's number; "": as it came */
	/* What the numbers are said to be: Q.931's value plus one; 0: as they came. */
	uint8_t called_type, called_plan, calling_type, calling_plan, calling_presentation,
		calling_screening;
	struct route_target targets[ROUTE_TARGETS]; /* tried in turn while the cause lets */
	/* Of targets that follow each other with a weight, by chance the first is drawn, then the next; 0: in its place. */
	uint16_t weights[ROUTE_TARGETS];
	struct route_causes reroute;
	char lookup[TARGET_NAME_MAX]; /* asked before the first target is tried; "": none */
	size_t n_targets;
	int line;
};

enum line_kind {
	LINE_ECHO,  /* answers, says back what it hears */
	LINE_TONE,  /* answers, plays tone */
	LINE_QUIET, /* answers, silence */
	LINE_REJECT, /* DISCONNECT with cause; with tone: progress indicator 8 and the tone until released */
	LINE_RING,     /* alerts, never answers */
	LINE_CLEAR,    /* answers, clears with cause after clear_ms */
	LINE_READBACK, /* answers, says the digits back that it heard, after # or 2 s pause */
};

struct line_config {
	char name[TARGET_NAME_MAX];
	enum line_kind kind;
	int tone;           /* enum tone_id: LINE_TONE, LINE_REJECT (TONE_NONE: release at once) */
	unsigned cause;     /* LINE_REJECT, LINE_CLEAR */
	unsigned answer_ms; /* alerts that long before it answers or disconnects; 0: at once */
	unsigned
		clear_ms; /* LINE_CLEAR: after answer. LINE_REJECT with tone: released then (0: never) */
	int line;
};

struct routes_config {
	struct route_config *routes;
	size_t n_routes;
	struct line_config *lines;
	size_t n_lines;
	struct translation_config *translations;
	size_t n_translations;
	struct time_range_config *time_ranges;
	size_t n_time_ranges;
	struct lookup_config *lookups;
	size_t n_lookups;
	struct trunk_group_config *trunk_groups;
	size_t n_trunk_groups;
};

extern const struct config_section routes_section;
