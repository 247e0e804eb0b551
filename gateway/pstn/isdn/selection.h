/* Which channel the next call takes. Control thread. */
#pragma once

#include <stdint.h>

struct isdn;

/* A channel that is free and may be used by a call that matters so much (enum leg_precedence), in the order of the
 * configuration; 0: none. */
unsigned selection_hunt(struct isdn *isdn, uint8_t precedence);
