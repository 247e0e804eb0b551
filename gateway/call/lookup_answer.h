/* What a look-up says of a call, as a value, and what an HTTP server says as one. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "call/leg_setup.h"
#include "call/route_config.h"

enum lookup_result {
	LOOKUP_NOTHING, /* nothing is known: the call goes on as it is */
	LOOKUP_FOUND,
	LOOKUP_REFUSED, /* with cause */
	LOOKUP_FAILED,  /* there is no answer; with cause unless calls go on */
};

enum { LOOKUP_WHY_MAX = 96 };

struct lookup_answer {
	enum lookup_result result;
	uint8_t cause;              /* Q.850 */
	char why[LOOKUP_WHY_MAX];   /* LOOKUP_FAILED: a few words */
	struct leg_number number;   /* called instead; no digits: as it is */
	char name[LEG_NAME_MAX];    /* the caller's; "": as it is */
	char route[ROUTE_NAME_MAX]; /* whose rules and targets hold instead; "": its own */
	bool has_to;
	struct leg_number
		to_number; /* what that target alone is told, whatever the route's rules; no digits: as others */
	struct route_target to; /* tried before the route's targets */
};

/* {"number": "+4930123", "name": "Anna", "to": "trunk pstn", "route": "out", "cause": 21}: any of them, and any others.
 * out->result is LOOKUP_FAILED, with why, when it is not such text. */
void lookup_answer_parse(const char *text, size_t len, struct lookup_answer *out);
/* The numbers of a call as the answer has them; before the route's rules. */
void lookup_answer_numbers(const struct lookup_answer *answer, struct leg_setup *setup);
/* The called number of a call to that target, after the route's rules. */
void lookup_answer_target(const struct lookup_answer *answer, enum target_kind kind,
			  const char *name, struct leg_setup *setup);
/* In words: "number +4930123, to trunk pstn", "nothing is known". */
void lookup_answer_text(const struct lookup_answer *answer, char *out, size_t size);
