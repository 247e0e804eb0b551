/* Where a call is among the targets of its route. call_step.c's. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct call_walk {
	uint8_t at;          /* the target of the route; those before it are through */
	bool entered;        /* it is a trunk group, whose limits have let the call in */
	unsigned generation; /* of the groups, that the bits stand for */
	uint32_t tried;      /* members of the group there */
};
