/* Faults of Sofia-SIP 1.12.11 that are mended from outside, and what it does not show. It calls some of its functions by
 * their exported names; those of mends.c come first, as clock.c's gettimeofday does, and call its own. The list of what each
 * is for, and of the test that shows it, stands at the head of mends.c. Of the process; control thread. */
#pragma once

#include <stdbool.h>

/* Before anything of Sofia-SIP runs: finds its own functions. False: one is missing, or would be called instead of ours. */
bool mends_install(void);
