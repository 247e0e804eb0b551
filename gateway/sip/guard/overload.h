/* Overload control (RFC 6357 5): while input waits without a pause, or transactions fill the memory meant for them,
 * only a share of new calls is let in. The share falls by a quarter and grows again by a twentieth at each look, ten
 * a second. Pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { OVERLOAD_LOOK_US = 100000, OVERLOAD_ALL = 1000 };

struct overload {
	uint64_t looked_us;
	unsigned share;  /* of OVERLOAD_ALL; starts there */
	unsigned credit; /* a call takes OVERLOAD_ALL */
	bool full;       /* no room for transactions, as last seen */
};

/* Is it time to look again? */
bool overload_is_due(const struct overload *overload, uint64_t now_us);
/* How it looks. */
void overload_see(struct overload *overload, bool backlog, bool full, uint64_t now_us);
/* May this call come in? */
bool overload_admits(struct overload *overload);
