/* How far an emergency call has come among its ways; one bit for each. emergency_way.c's. */
#pragma once

#include <stdint.h>

struct call_search {
	unsigned generation;    /* of the ways that the bits stand for */
	uint8_t pass, next;     /* the way after the last one tried, in this pass */
	uint8_t way;            /* of the leg in charge, or the last one */
	uint64_t reached;       /* a leg of this round was told SETUP there */
	uint64_t full;          /* no room in this round */
	uint64_t settled;       /* the far end has given an answer of its own */
	uint64_t room_until_us; /* a channel that was made room for is awaited until then */
};
