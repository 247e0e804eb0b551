/* How much of a trunk calls may take, or of a trunk group, in the words that peers have for it:
 *
 *   limit calls 20
 *   limit calls out 15
 *   limit calls-per-second 2
 *   reserve 1
 *   reserve emergency 1
 */
#include "call/trunk_limits_vty.h"

#include <stdlib.h>

#include <osmocom/core/utils.h>
#include <osmocom/vty/command.h>
#include <osmocom/vty/vty.h>

#include "base/config.h"
#include "base/config_vty.h"
#include "base/limits_vty.h"
#include "call/trunk_limits.h"

static size_t offsets[NODES_END]; /* by node: where its item has its limits */

static struct trunk_limits *edited(const struct vty *vty)
{
	return (struct trunk_limits *)((char *)vty->index + offsets[vty->node]);
}

#define LIMIT_STR "How much of it calls may take; emergency calls are exempt\n"
#define CALLS_STR "Calls at a time, in both directions; no limit by default\n"

DEFUN(trunk_limit_calls, trunk_limit_calls_cmd, "limit calls <1-100000>",
      LIMIT_STR CALLS_STR "How many\n")
{
	edited(vty)->at_once.calls = atoi(argv[0]);
	return CMD_SUCCESS;
}

DEFUN(trunk_limit_way, trunk_limit_way_cmd, "limit calls (in|out) <1-100000>",
      LIMIT_STR CALLS_STR "From the line: beyond it cause 34\n"
			  "To the line: beyond it the route's next target\n"
			  "How many\n")
{
	struct call_limits *limits = &edited(vty)->at_once;

	*(argv[0][0] == 'i' ? &limits->calls_in : &limits->calls_out) = atoi(argv[1]);
	return CMD_SUCCESS;
}

DEFUN(no_trunk_limit_calls, no_trunk_limit_calls_cmd, "no limit calls", NO_STR LIMIT_STR CALLS_STR)
{
	edited(vty)->at_once = (struct call_limits){ 0 };
	return CMD_SUCCESS;
}

#define RATE_STR                                                                                   \
	"New calls to the line a second: beyond it the route's next target; no limit by default\n"
#define BURST_STR "So many at once\nAs many as a second by default\n"

DEFUN(trunk_limit_rate, trunk_limit_rate_cmd, "limit calls-per-second <1-100000>",
      LIMIT_STR RATE_STR "How many\n")
{
	edited(vty)->rate = (struct rate){
		.per_s = atoi(argv[0]),
		.burst = argc > 1 ? atoi(argv[1]) : 0,
	};
	return CMD_SUCCESS;
}

ALIAS(trunk_limit_rate, trunk_limit_rate_burst_cmd,
      "limit calls-per-second <1-100000> burst <1-100000>",
      LIMIT_STR RATE_STR "How many\n" BURST_STR)

DEFUN(no_trunk_limit_rate, no_trunk_limit_rate_cmd, "no limit calls-per-second",
      NO_STR LIMIT_STR RATE_STR)
{
	edited(vty)->rate = (struct rate){ 0 };
	return CMD_SUCCESS;
}

#define RESERVE_STR                                                                                \
	"Channels that calls to the line leave free, for calls from it and emergency calls\n"
#define EMERGENCY_STR                                                                              \
	"Channels that calls in both directions leave free, besides those, for emergency calls\n"

DEFUN(trunk_reserve, trunk_reserve_cmd, "reserve <1-10000>",
      RESERVE_STR "How many; none by default\n")
{
	edited(vty)->reserved = atoi(argv[0]);
	return CMD_SUCCESS;
}

DEFUN(no_trunk_reserve, no_trunk_reserve_cmd, "no reserve", NO_STR RESERVE_STR)
{
	edited(vty)->reserved = 0;
	return CMD_SUCCESS;
}

DEFUN(trunk_reserve_emergency, trunk_reserve_emergency_cmd, "reserve emergency <1-10000>",
      RESERVE_STR EMERGENCY_STR "How many; none by default\n")
{
	edited(vty)->reserved_emergency = atoi(argv[0]);
	return CMD_SUCCESS;
}

DEFUN(no_trunk_reserve_emergency, no_trunk_reserve_emergency_cmd, "no reserve emergency",
      NO_STR RESERVE_STR EMERGENCY_STR)
{
	edited(vty)->reserved_emergency = 0;
	return CMD_SUCCESS;
}

void trunk_limits_install(int node, size_t at)
{
	static struct cmd_element *const commands[] = {
		&trunk_limit_calls_cmd,       &trunk_limit_way_cmd,
		&no_trunk_limit_calls_cmd,    &trunk_limit_rate_cmd,
		&trunk_limit_rate_burst_cmd,  &no_trunk_limit_rate_cmd,
		&trunk_reserve_cmd,           &no_trunk_reserve_cmd,
		&trunk_reserve_emergency_cmd, &no_trunk_reserve_emergency_cmd,
	};

	offsets[node] = at;
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		install_element(node, commands[i]);
}

void trunk_limits_check(const struct trunk_limits *limits, const char *whose, int line,
			unsigned channels, struct config_report *report)
{
	const unsigned kept = limits->reserved + limits->reserved_emergency;

	if (kept && kept >= channels && channels)
		config_fault_option(report, line, "reserve",
				    "%s: `reserve` keeps %u channels of its %u, and leaves none to "
				    "calls to the line; a smaller number does",
				    whose, kept, channels);
	limits_check_calls(&limits->at_once, whose, line, report);
}

void trunk_limits_write(const struct trunk_limits *limits, struct vty *vty)
{
	static const struct rate no_limit;

	limits_write_calls(&limits->at_once, vty);
	limits_write_rate("calls-per-second", &limits->rate, &no_limit, vty);
	if (limits->reserved)
		vty_out(vty, " reserve %u\n", limits->reserved);
	if (limits->reserved_emergency)
		vty_out(vty, " reserve emergency %u\n", limits->reserved_emergency);
}
