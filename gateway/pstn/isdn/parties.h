/* Who takes part in a call: number, name and subaddress of somebody, and the diversions on the way, between
 * libpri's form and a leg's. Control thread, no state. */
#pragma once

#include <libpri.h>

#include "call/leg.h"

/* A subaddress that is longer than Q.931 4.5.9 allows counts as absent. */
void parties_hear_subaddress(const struct pri_party_subaddress *from, struct leg_subaddress *out);
void parties_say_subaddress(const struct leg_subaddress *from, struct pri_party_subaddress *out);

/* switch_type: PRI_SWITCH_. libpri sends a name only beside a number: one that is not available. */
void parties_hear(const struct pri_party_id *from, struct leg_party *out);
void parties_say(const struct leg_party *from, int switch_type, struct pri_party_id *out);
bool parties_is_empty(const struct leg_party *party);

void parties_hear_redirecting(const struct pri_party_redirecting *from,
			      struct leg_redirecting *out);
/* False when nobody diverted the call. */
bool parties_say_redirecting(const struct leg_redirecting *from, int switch_type,
			     struct pri_party_redirecting *out);
/* The call turns to somebody else, as its caller is to know. */
void parties_say_turn(const struct leg_party *to, int switch_type,
		      struct pri_party_redirecting *out);
