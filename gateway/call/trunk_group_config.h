/* The configuration of trunk groups, as a value. */
#pragma once

#include <stddef.h>

#include "call/busy_alarm.h"
#include "call/target.h"
#include "call/trunk_limits.h"

enum { TRUNK_GROUP_MEMBERS = 32 }; /* one bit each in a call */

enum trunk_group_hunt {
	GROUP_ASCENDING,  /* as they are listed */
	GROUP_DESCENDING, /* the last one first */
	GROUP_ROUND_ROBIN,
	GROUP_LEAST_USED, /* the one with the most free channels */
};

/* Trunks that lead to the same place, over whatever spans and protocols. A trunk may be in several. */
struct trunk_group_config {
	char name[TARGET_NAME_MAX];
	char members[TRUNK_GROUP_MEMBERS][TARGET_NAME_MAX];
	size_t n_members;
	enum trunk_group_hunt hunt;
	struct trunk_limits limits; /* of all its members together */
	struct busy_alarm busy_alarm;
	int line;
};
