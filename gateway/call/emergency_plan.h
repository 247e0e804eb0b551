/* What the hub knows of emergency calls besides its configuration, for the files of this folder alone. One for
 * each hub, its talloc child, from its beginning on. */
#pragma once

#include <stdbool.h>

#include "call/emergency_config.h"
#include "call/leg.h"

enum { CALL_BACKS_MAX = 256 }; /* the oldest gives way */

/* A caller of an emergency call, for as long as the centre may call back. */
struct call_back {
	uint64_t until_us;               /* 0: no caller */
	struct route_target caller;      /* where he is */
	char number[LEG_DIGITS_MAX + 1]; /* his own there */
	char shown[LEG_DIGITS_MAX + 1];  /* the one that the centre was told */
};

struct emergency {
	struct emergency_config config;
	struct route_target ways[EMERGENCY_WAYS_MAX];
	size_t n_ways;
	unsigned generation; /* of the ways: changes when they do */
	struct call_back call_backs[CALL_BACKS_MAX];
};

struct emergency *emergency_new(void *talloc_ctx);
bool emergency_is_way(const struct emergency *emergency, enum target_kind kind, const char *name);
/* Is a call from there to that number an emergency call? */
bool emergency_applies(const struct emergency *emergency, enum target_kind kind, const char *from,
		       const char *called);
/* May it become one as more is dialled? */
bool emergency_begins(const struct emergency *emergency, enum target_kind kind, const char *from,
		      const char *called);
/* What is sent for the emergency number, "": as it is. */
const char *emergency_sent(const struct emergency *emergency, const char *called);
/* The number to show for callers from there; "": their own. */
const char *emergency_calling(const struct emergency *emergency, enum target_kind kind,
			      const char *from);
