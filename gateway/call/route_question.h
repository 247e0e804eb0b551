/* What a route is looked up by. */
#pragma once

#include <time.h>

#include "call/leg.h"

struct explain;

/* A call that wants a way. */
struct route_question {
	enum target_kind from_kind;
	const char *from_name;
	const struct leg_setup *setup; /* as the caller says it; called may still be growing */
	const struct tm *at;           /* local time */
	const struct explain
		*explain; /* told which routes do not fit, and which does; NULL: nobody is */
};
