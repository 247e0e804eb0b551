/* Attempts to reach targets, whatever chose them. For the files of this folder. */
#pragma once

#include "call/leg.h"
#include "call/translation.h"

struct call;
struct route_target;

/* Tells a leg of the target (NULL: it does not exist) SETUP, as the call's route has it. precedence: what the target
 * is to take it for; group: the trunk group that it is tried for, "": none. 0, or the cause why it cannot be, with why extended. */
unsigned call_attempt(struct call *call, const struct route_target *to, struct target *target,
		      const char *group, uint8_t precedence);
/* The caller's setup as its translations, its route and those of a target (NULL: none yet) make it. */
enum translated call_attempt_numbers(const struct call *call, const struct target *target,
				     struct leg_setup *out);
/* A slot for one more called leg; 0: earlier ones are not over. */
unsigned call_attempt_slot(const struct call *call);
/* Why an attempt came to nothing, for the record. */
void call_attempt_why(struct call *call, enum target_kind kind, const char *name, const char *why);
/* The caller, how far its set-up is; once each. */
void call_attempt_tell(struct call *call, enum leg_verb verb);
/* More must be dialled. */
void call_attempt_collect(struct call *call);
/* Circuits or equipment are missing for now, and not the called party. */
bool call_attempt_congested(unsigned cause);
