/* The configuration of emergency calls, as a value. */
#pragma once

#include <stddef.h>

#include "call/route_config.h"

struct config_section;

enum {
	EMERGENCY_NUMBERS = 16,
	EMERGENCY_WAYS = 32,
	EMERGENCY_WAYS_MAX = 64, /* with the trunks of groups; one bit each in struct call */
	EMERGENCY_EXCEPTIONS = 32,
	EMERGENCY_CALLINGS = 128,
	EMERGENCY_CALL_BACK_MIN = 30, /* minutes, by default */
};

/* The kinds of help that RFC 5031 4.2 registers below sos. */
enum emergency_service {
	SERVICE_AMBULANCE,
	SERVICE_ANIMAL_CONTROL,
	SERVICE_FIRE,
	SERVICE_GAS,
	SERVICE_MARINE,
	SERVICE_MOUNTAIN,
	SERVICE_PHYSICIAN,
	SERVICE_POISON,
	SERVICE_POLICE,
	EMERGENCY_SERVICES
};

/* 0112 for those who dial 0 for a line; 112 is sent. */
struct emergency_number {
	char dialled[ROUTE_PATTERN_MAX]; /* whole */
	char sent[ROUTE_PATTERN_MAX];    /* "": as it is dialled */
};

/* The number that a place is known by at the emergency centre (ELIN), for calls from there. */
struct emergency_calling {
	struct route_target from;
	char digits[ROUTE_PATTERN_MAX];
};

struct emergency_config {
	struct emergency_number numbers[EMERGENCY_NUMBERS];
	size_t n_numbers;                                     /* 0: no call is an emergency call */
	char services[EMERGENCY_SERVICES][ROUTE_PATTERN_MAX]; /* "": the first number */
	struct route_target ways[EMERGENCY_WAYS]; /* in turn; none: every trunk on the user side */
	size_t n_ways;
	/* Calls from there are no emergency calls: they come from the public network. Nor does one go there. */
	struct route_target exceptions[EMERGENCY_EXCEPTIONS];
	size_t n_exceptions;
	char calling[ROUTE_PATTERN_MAX]; /* the number of all other places; "": the caller's own */
	struct emergency_calling callings[EMERGENCY_CALLINGS];
	size_t n_callings;
	unsigned call_back_min; /* 0: calls back are calls like all others */
	bool quiet;             /* no alarm while one lasts: the log and the records tell of it */
	int line;
};

extern const struct config_section emergency_section;
/* "police", as in urn:service:sos.police. */
const char *emergency_service_name(enum emergency_service service);
