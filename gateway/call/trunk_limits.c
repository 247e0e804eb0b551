#include "call/trunk_limits.h"

#include <stdbool.h>
#include <stddef.h>

#include "call/cause.h"

static bool is_full(unsigned calls, unsigned limit)
{
	return limit && calls >= limit;
}

static bool are_kept(const struct trunk_load *load, unsigned channels)
{
	return channels && load->free <= channels;
}

const char *trunk_limits_in(const struct trunk_limits *limits, const struct trunk_load *load,
			    unsigned *cause)
{
	*cause = CAUSE_NO_CIRCUIT;
	if (is_full(load->in + load->out, limits->at_once.calls))
		return "as many calls as its limit lets";
	if (is_full(load->in, limits->at_once.calls_in))
		return "as many calls from the line as its limit lets";
	if (are_kept(load, limits->reserved_emergency))
		return "its free channels are reserved for emergency calls";
	return NULL;
}

const char *trunk_limits_out(const struct trunk_limits *limits, const struct trunk_load *load,
			     uint64_t *full_us, uint64_t now_us, unsigned *cause)
{
	*cause = CAUSE_NO_CIRCUIT;
	if (is_full(load->in + load->out, limits->at_once.calls))
		return "as many calls as its limit lets";
	if (is_full(load->out, limits->at_once.calls_out))
		return "as many calls to the line as its limit lets";
	if (are_kept(load, limits->reserved + limits->reserved_emergency))
		return "its free channels are reserved";
	*cause = CAUSE_CONGESTION;
	return bucket_take(full_us, &limits->rate, now_us) ? NULL : "too many new calls a second";
}
