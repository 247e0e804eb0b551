/* What one peer may do: how many calls, how many a second, and to which numbers. Pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "sip/guard/guard_config.h"

enum limit {
	LIMIT_NONE,
	LIMIT_REQUESTS,    /* a second */
	LIMIT_CALLS_RATE,  /* a second */
	LIMIT_CALLS,       /* at a time, in that direction or both */
	LIMIT_DESTINATION, /* the number is not allowed */
	LIMIT_TRANSPORT,   /* TLS is required */
	LIMIT_KINDS
};

struct limits {
	uint64_t requests_full_us, calls_full_us; /* buckets */
	unsigned in, out;                         /* calls now */
	uint64_t refused[LIMIT_KINDS];
};

/* Each counts what it refuses. */
enum limit limits_request(struct limits *limits, const struct guard_peer_config *config,
			  uint64_t now_us);
/* A call from the peer to that number. */
enum limit limits_call_in(struct limits *limits, const struct guard_peer_config *config,
			  const char *called, uint64_t now_us);
/* The same of the number alone, for a call that goes on elsewhere. */
enum limit limits_number(struct limits *limits, const struct guard_peer_config *config,
			 const char *called);
/* Do numbers that begin like this one have a word of their own in the list? */
bool limits_number_may_grow(const struct guard_peer_config *config, const char *called);
/* One to the peer. */
enum limit limits_call_out(struct limits *limits, const struct guard_peer_config *config);
const char *limit_name(enum limit limit);
