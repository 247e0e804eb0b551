/* Host names whose resolution had no end in its time. The resolver's thread that was left to itself lives on for some
 * time (getaddrinfo cannot be given up), and where the name servers are dead, each question would leave another. So a
 * name that has left some is asked for no more until they may be gone. Control thread. */
#pragma once

#include <stdbool.h>

enum { UNRESOLVED_MAX = 16, UNRESOLVED_S = 30 };

/* False: UNRESOLVED_MAX resolutions of that host have been left within the last UNRESOLVED_S seconds. */
bool unresolved_may_ask(const char *host);
/* A resolution of that host goes on, and nobody waits for it. */
void unresolved_leave(const char *host);
/* All are forgotten, at stop. */
void unresolved_stop(void);
