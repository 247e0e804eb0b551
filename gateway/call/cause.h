/* Q.850 causes and locations: numbers and names. Pure tables. */
#pragma once

#include <stdint.h>

/* Those that our own code gives or tests for; any 1..127 may come from a line. */
enum cause {
	CAUSE_UNALLOCATED = 1,
	CAUSE_NO_ROUTE = 3,
	CAUSE_CHANNEL_UNACCEPTABLE = 6,
	CAUSE_PREEMPTION = 8,
	CAUSE_PREEMPTION_REUSE = 9, /* the channel is kept for somebody else */
	CAUSE_NORMAL = 16,
	CAUSE_USER_BUSY = 17,
	CAUSE_NO_USER_RESPONSE = 18,
	CAUSE_NO_ANSWER = 19,
	CAUSE_REJECTED = 21,
	CAUSE_NUMBER_CHANGED = 22,
	CAUSE_DESTINATION_OUT_OF_ORDER = 27,
	CAUSE_INVALID_NUMBER = 28,
	CAUSE_NORMAL_UNSPECIFIED = 31,
	CAUSE_NO_CIRCUIT = 34,
	CAUSE_NETWORK_OUT_OF_ORDER = 38,
	CAUSE_TEMPORARY_FAILURE = 41,
	CAUSE_CONGESTION = 42,
	CAUSE_CHANNEL_NOT_AVAILABLE = 44,
	CAUSE_RESOURCE_UNAVAILABLE = 47,
	CAUSE_BEARER_NOT_IMPLEMENTED = 65,
	CAUSE_NO_SUCH_CHANNEL = 82,
	CAUSE_INCOMPATIBLE = 88,
	CAUSE_WRONG_CALL_STATE = 101,
	CAUSE_RECOVERY_ON_TIMER = 102,
	CAUSE_PROTOCOL_ERROR = 111,
};

/* Q.850 2.2.3 */
enum cause_location {
	LOC_USER = 0,
	LOC_PRIVATE_LOCAL = 1,
	LOC_PUBLIC_LOCAL = 2,
	LOC_TRANSIT = 3,
	LOC_PUBLIC_REMOTE = 4,
	LOC_PRIVATE_REMOTE = 5,
	LOC_INTERNATIONAL = 7,
	LOC_BEYOND_INTERWORKING = 10,
};

const char *cause_name(unsigned cause); /* "user busy"; "unknown" when Q.850 has none */
const char *cause_location_name(unsigned location);
