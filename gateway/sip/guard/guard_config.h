/* What protects the SIP side, as a value: for all, and for one peer. */
#pragma once

#include <stdbool.h>

#include "base/bucket.h"
#include "base/limits.h"
#include "sip/text/netprefix.h"

/* When a source is banned: its requests are then dropped without an answer. */
struct ban_policy {
	unsigned after;    /* failed authentications; 0: nobody is banned */
	unsigned within_s; /* so many in that time */
	unsigned for_s;
	bool strangers; /* requests of strangers count as failures too */
	bool malformed; /* malformed messages too */
	bool peers;     /* peers are banned too, as others are */
};

struct guard_config {
	bool silence; /* strangers get no answer, else 403 */
	struct netprefixes deny;
	struct rate source_requests; /* of each source that is no peer */
	struct rate source_calls;
	struct rate requests; /* of all together; not those of calls that are up */
	struct rate calls;    /* new ones */
	unsigned max_calls;   /* sessions at a time; 0: no limit */
	unsigned max_transactions;
	unsigned max_backlog_ms; /* of input: beyond it new calls are refused */
	struct ban_policy ban;
};

/* The defaults that a zeroed one lacks. */
void guard_config_init(struct guard_config *config);

enum { GUARD_NUMBERS_MAX = 32, GUARD_NUMBER_MAX = 17 };

/* Called numbers that begin so; the longest that fits decides. */
struct guard_number {
	char digits[GUARD_NUMBER_MAX];
	bool allow;
};

/* What a peer may do. */
struct guard_peer_config {
	struct netprefixes allow, deny; /* its requests come from there too; never from there */
	struct rate requests, calls;    /* new calls: those from it */
	struct call_limits at_once;     /* in: from it */
	unsigned busy_status; /* what a call beyond these is told: 403, 480, 503 (default) */
	struct guard_number numbers[GUARD_NUMBERS_MAX];
	unsigned n_numbers;
	bool tls; /* required */
};
