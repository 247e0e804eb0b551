/* Which channel the next call takes. Control thread. */
#pragma once

#include <stdint.h>

struct isdn;
struct trunk_load;

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
/* The same for a call to the line that does not come: nothing is counted. */
unsigned selection_would_limit_out(const struct isdn *isdn, uint8_t precedence, const char **why);
