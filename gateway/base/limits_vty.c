#include "base/limits_vty.h"

#include <osmocom/vty/vty.h>

#include "base/bucket.h"
#include "base/config.h"
#include "base/limits.h"

void limits_check_calls(const struct call_limits *limits, const char *whose, int line,
			struct config_report *report)
{
	if (limits->calls &&
	    (limits->calls_in > limits->calls || limits->calls_out > limits->calls))
		config_fault_option(report, line, "limit",
				    "%s: `limit calls %u` is for both directions, and less "
				    "than one of them; the limit of a direction is the smaller one",
				    whose, limits->calls);
}

void limits_write_calls(const struct call_limits *limits, struct vty *vty)
{
	if (limits->calls)
		vty_out(vty, " limit calls %u\n", limits->calls);
	if (limits->calls_in)
		vty_out(vty, " limit calls in %u\n", limits->calls_in);
	if (limits->calls_out)
		vty_out(vty, " limit calls out %u\n", limits->calls_out);
}

void limits_write_rate(const char *name, const struct rate *rate, const struct rate *usual,
		       struct vty *vty)
{
	if (rate->per_s == usual->per_s && rate->burst == usual->burst)
		return;
	if (!rate->per_s)
		vty_out(vty, " no limit %s\n", name);
	else if (rate->burst)
		vty_out(vty, " limit %s %u burst %u\n", name, rate->per_s, rate->burst);
	else
		vty_out(vty, " limit %s %u\n", name, rate->per_s);
}
