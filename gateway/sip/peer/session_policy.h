/* How sessions with a peer are run, by configuration. */
#pragma once

#include <stdbool.h>

enum { /* s, RFC 4028 5 */
       SESSION_TIMER_DEFAULT = 1800,
       SESSION_TIMER_MIN = 90,
       SESSION_TIMER_MAX = 86400,
};

/* Reliable provisional responses (RFC 3262), by their own option tag. */
enum session_rel100 { REL100_OFF, REL100_SUPPORTED, REL100_REQUIRED };

enum { OVERLAP_RECEIVING_S = 5, OVERLAP_RECEIVING_MAX_S = 30 };

struct session_policy {
	enum session_rel100 rel100;
	unsigned timer_s; /* Session-Expires that we ask for; 0: no session timers (RFC 4028) */
	/* RFC 3578: numbers go to it digit by digit, as they are dialled. And they come so: the number is whole after so
	 * many seconds without another digit; 0: it always is. */
	bool overlap;
	unsigned receiving_s;
	unsigned timer_min_s; /* the least that we bear, Min-SE; 0: SESSION_TIMER_MIN */
};
