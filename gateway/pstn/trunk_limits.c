/* How much of a trunk calls may take. */
#include "pstn/trunk_limits.h"

#include <stdbool.h>
#include <stddef.h>

#include "call/cause.h"
#include "pstn/trunk_config.h"

static bool is_full(unsigned calls, unsigned limit)
{
	return limit && calls >= limit;
}

const char *trunk_limits_in(const struct trunk_limits *limits, const struct trunk_load *load,
			    unsigned *cause)
{
	*cause = CAUSE_NO_CIRCUIT;
	if (is_full(load->in + load->out, limits->calls))
		return "as many calls as its limit lets";
	if (is_full(load->in, limits->calls_in))
		return "as many calls from the line as its limit lets";
	return NULL;
}

const char *trunk_limits_out(const struct trunk_limits *limits, const struct trunk_load *load,
			     uint64_t *full_us, uint64_t now_us, unsigned *cause)
{
	*cause = CAUSE_NO_CIRCUIT;
	if (is_full(load->in + load->out, limits->calls))
		return "as many calls as its limit lets";
	if (is_full(load->out, limits->calls_out))
		return "as many calls to the line as its limit lets";
	if (limits->reserved && load->free <= limits->reserved)
		return "its free channels are reserved";
	*cause = CAUSE_CONGESTION;
	return bucket_take(full_us, &limits->rate, now_us) ? NULL : "too many new calls a second";
}
