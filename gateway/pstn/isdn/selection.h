/* Which channel the next call takes. Control thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct isdn;
struct isdn_leg;
struct trunk_load;

/* How much a call from the line matters (enum leg_precedence): as an emergency call while its number, incomplete, may
 * become that of one. */
uint8_t selection_precedence(const struct isdn *isdn, const char *called, bool incomplete);

/* A channel that is free and may be used by a call that matters so much (enum leg_precedence), in the order of the
 * configuration; 0: none. */
unsigned selection_next(const struct isdn *isdn, uint8_t precedence);
/* The same, for a call that takes it: hunting goes on from there. */
unsigned selection_hunt(struct isdn *isdn, uint8_t precedence);
/* Its calls, and what is free for routine ones while its D channel is up. */
void selection_load(const struct isdn *isdn, struct trunk_load *out);
/* 0 when the trunk's limits let one more call begin that matters so much, to the line (*why: why not) or from it; else the
 * cause. */
unsigned selection_limit_out(struct isdn *isdn, uint8_t precedence, const char **why);
unsigned selection_limit_in(struct isdn *isdn, uint8_t precedence);
/* The same of a call from the line that has its channel already, as it might have been an emergency call, and is none:
 * 0, or the cause why it would not have been let in. */
unsigned selection_limit_begun(struct isdn *isdn, const struct isdn_leg *leg);
/* The same for a call to the line that does not come: nothing is counted. */
unsigned selection_would_limit_out(const struct isdn *isdn, uint8_t precedence, const char **why);
