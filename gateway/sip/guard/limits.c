/* Limits of a peer. */
#include "sip/guard/limits.h"

#include <string.h>

static enum limit count(struct limits *limits, enum limit limit)
{
	if (limit)
		limits->refused[limit]++;
	return limit;
}

enum limit limits_request(struct limits *limits, const struct guard_peer_config *config,
			  uint64_t now_us)
{
	if (bucket_take(&limits->requests_full_us, &config->requests, now_us))
		return LIMIT_NONE;
	return count(limits, LIMIT_REQUESTS);
}

/* Without a list all numbers are allowed; with an allowed one in it, only those. */
static bool number_is_allowed(const struct guard_peer_config *config, const char *called)
{
	const struct guard_number *best = NULL;
	bool some_allowed = false;

	for (unsigned i = 0; i < config->n_numbers; i++) {
		const struct guard_number *number = &config->numbers[i];
		const size_t len = strlen(number->digits);

		some_allowed |= number->allow;
		if (!strncmp(called, number->digits, len) && (!best || len > strlen(best->digits)))
			best = number;
	}
	return best ? best->allow : !some_allowed;
}

static bool is_full(unsigned now, unsigned max)
{
	return max && now >= max;
}

enum limit limits_call_in(struct limits *limits, const struct guard_peer_config *config,
			  const char *called, uint64_t now_us)
{
	if (!number_is_allowed(config, called))
		return count(limits, LIMIT_DESTINATION);
	if (is_full(limits->in, config->at_once.calls_in) ||
	    is_full(limits->in + limits->out, config->at_once.calls))
		return count(limits, LIMIT_CALLS);
	if (!bucket_take(&limits->calls_full_us, &config->calls, now_us))
		return count(limits, LIMIT_CALLS_RATE);
	return LIMIT_NONE;
}

enum limit limits_number(struct limits *limits, const struct guard_peer_config *config,
			 const char *called)
{
	return count(limits, number_is_allowed(config, called) ? LIMIT_NONE : LIMIT_DESTINATION);
}

bool limits_number_may_grow(const struct guard_peer_config *config, const char *called)
{
	for (unsigned i = 0; i < config->n_numbers; i++) {
		const struct guard_number *number = &config->numbers[i];

		if (number->allow && strlen(number->digits) > strlen(called) &&
		    !strncmp(number->digits, called, strlen(called)))
			return true;
	}
	return false;
}

enum limit limits_call_out(struct limits *limits, const struct guard_peer_config *config)
{
	if (is_full(limits->out, config->at_once.calls_out) ||
	    is_full(limits->in + limits->out, config->at_once.calls))
		return count(limits, LIMIT_CALLS);
	return LIMIT_NONE;
}

const char *limit_name(enum limit limit)
{
	static const char *const names[] = {
		[LIMIT_NONE] = "none",
		[LIMIT_REQUESTS] = "requests a second",
		[LIMIT_CALLS_RATE] = "calls a second",
		[LIMIT_CALLS] = "calls at a time",
		[LIMIT_DESTINATION] = "number not allowed",
		[LIMIT_TRANSPORT] = "not secure",
	};

	return names[limit];
}
