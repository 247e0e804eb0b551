/* Emergency calls, as the layers above see them: which they are, where they go, who may be called back. The hub
 * makes a call to an emergency number one of LEG_EMERGENCY, tries every way in turn, and for some time
 * after it takes calls to the number that it showed to that caller (LEG_CALL_BACK). Control thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "call/leg.h"
#include "call/route_config.h"

struct call_hub;
struct emergency_config;

/* Holds for calls that come from now on, with the trunk groups that there are then. trunks: the ways where config names none. Calls back stay possible. */
void call_hub_emergency(struct call_hub *hub, const struct emergency_config *config,
			const struct route_target *trunks, size_t n_trunks);
/* Is it an emergency number, whole? */
bool call_is_emergency(const struct call_hub *hub, const char *called);
/* May it become one, dialled there, with more digits? */
bool call_begins_emergency(const struct call_hub *hub, enum target_kind kind, const char *from,
			   const char *called);
/* The number for what follows urn:service:sos (RFC 5031 4.2): "", ".police", ".police.municipal"; NULL: there
 * are no emergency numbers. */
const char *call_emergency_number(const struct call_hub *hub, const char *service);
/* What stands now, for people and programs. It lives until the next call_hub_emergency. */
struct emergency_status {
	const struct emergency_config *config;
	const struct route_target *ways;
	size_t n_ways;
};
void call_emergency_status(const struct call_hub *hub, struct emergency_status *out);

/* A caller who may be called back. */
struct call_back_status {
	enum target_kind kind; /* where he is */
	char name[TARGET_NAME_MAX];
	char number[LEG_DIGITS_MAX + 1]; /* his own there */
	char shown[LEG_DIGITS_MAX + 1];  /* the one that the centre was told */
	unsigned left_s;
};
/* fn is called for each until it returns false. */
void call_backs_each(const struct call_hub *hub,
		     bool (*fn)(void *data, const struct call_back_status *status), void *data);
/* What a call from there to that number is; enum leg_precedence. */
uint8_t call_precedence(const struct call_hub *hub, enum target_kind kind, const char *from,
			const char *called);
