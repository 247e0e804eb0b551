/* The configuration of spans, as a value. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/law.h"
#include "drivers/dahdi_config.h"

struct config;
struct config_section;

enum { TDM_NAME_MAX = 16 };

enum span_type {
	SPAN_E1,  /* G.704 2.3: 32 timeslots, 0 for framing */
	SPAN_T1,  /* G.704 2.1: 24 timeslots */
	SPAN_BRI, /* I.430: B1, B2 and D */
};

struct span_config {
	char name[TDM_NAME_MAX];
	char driver[16]; /* "virtual", "sbus", "dahdi" */
	char far_end
		[TDM_NAME_MAX]; /* virtual: the span at the other end of the cable; sbus: a TE's NT */
	enum span_type type;
	enum law law;
	bool law_given;            /* else it follows the type */
	struct dahdi_config dahdi; /* of no other driver */
	int line;                  /* where the file says so, for messages */
};

/* The value of the section: an array owned by the section. */
struct spans_config {
	struct span_config *spans;
	size_t n;
};

extern const struct config_section spans_section;

/* The highest timeslot that can carry something. */
static inline unsigned span_timeslots(enum span_type type)
{
	return type == SPAN_BRI ? 3 : type == SPAN_T1 ? 24 : 31;
}

/* Whether a span opened with the one is as the other says; lines of the file are no matter. */
bool span_config_same(const struct span_config *a, const struct span_config *b);

/* NULL when there is no such span. */
const struct span_config *spans_config_find(const struct spans_config *spans, const char *name);
