/* Which channel the next call takes. Control thread. */
#pragma once

struct isdn;

/* A channel that is free and may be used, in the order of the configuration; 0: none. */
unsigned selection_hunt(struct isdn *isdn);
