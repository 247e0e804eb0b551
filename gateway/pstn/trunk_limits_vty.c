/* How much of a trunk calls may take, in the words that peers have for it:
 *
 *   limit calls 20
 *   limit calls out 15
 *   limit calls-per-second 2
 *   reserve 1
 */
#include "pstn/trunk_limits_vty.h"

#include <stdlib.h>

#include <osmocom/core/utils.h>
#include <osmocom/vty/command.h>
#include <osmocom/vty/vty.h>

#include "base/config.h"
#include "base/config_vty.h"
#include "pstn/trunk_config.h"

static struct trunk_limits *edited(const struct vty *vty)
{
	return &((struct trunk_config *)vty->index)->limits;
}

#define LIMIT_STR "How much of it calls may take; emergency calls are exempt\n"
#define CALLS_STR "Calls at a time, in both directions; no limit by default\n"

DEFUN(trunk_limit_calls, trunk_limit_calls_cmd, "limit calls <1-1000>",
      LIMIT_STR CALLS_STR "How many\n")
{
	edited(vty)->calls = atoi(argv[0]);
	return CMD_SUCCESS;
}

DEFUN(trunk_limit_way, trunk_limit_way_cmd, "limit calls (in|out) <1-1000>",
      LIMIT_STR CALLS_STR "From the line: beyond it cause 34\n"
			  "To the line: beyond it the route's next target\n"
			  "How many\n")
{
	*(argv[0][0] == 'i' ? &edited(vty)->calls_in : &edited(vty)->calls_out) = atoi(argv[1]);
	return CMD_SUCCESS;
}

DEFUN(no_trunk_limit_calls, no_trunk_limit_calls_cmd, "no limit calls", NO_STR LIMIT_STR CALLS_STR)
{
	edited(vty)->calls = 0;
	edited(vty)->calls_in = 0;
	edited(vty)->calls_out = 0;
	return CMD_SUCCESS;
}

#define RATE_STR                                                                                   \
	"New calls to the line a second: beyond it the route's next target; no limit by default\n"
#define BURST_STR "So many at once\nAs many as a second by default\n"

DEFUN(trunk_limit_rate, trunk_limit_rate_cmd, "limit calls-per-second <1-1000>",
      LIMIT_STR RATE_STR "How many\n")
{
	edited(vty)->rate = (struct rate){
		.per_s = atoi(argv[0]),
		.burst = argc > 1 ? atoi(argv[1]) : 0,
	};
	return CMD_SUCCESS;
}

ALIAS(trunk_limit_rate, trunk_limit_rate_burst_cmd,
      "limit calls-per-second <1-1000> burst <1-1000>", LIMIT_STR RATE_STR "How many\n" BURST_STR)

DEFUN(no_trunk_limit_rate, no_trunk_limit_rate_cmd, "no limit calls-per-second",
      NO_STR LIMIT_STR RATE_STR)
{
	edited(vty)->rate = (struct rate){ 0 };
	return CMD_SUCCESS;
}

#define RESERVE_STR                                                                                \
	"Channels that calls to the line leave free, for calls from it and emergency calls\n"

DEFUN(trunk_reserve, trunk_reserve_cmd, "reserve <1-600>",
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

void trunk_limits_install(void)
{
	static struct cmd_element *const commands[] = {
		&trunk_limit_calls_cmd, &trunk_limit_way_cmd,        &no_trunk_limit_calls_cmd,
		&trunk_limit_rate_cmd,  &trunk_limit_rate_burst_cmd, &no_trunk_limit_rate_cmd,
		&trunk_reserve_cmd,     &no_trunk_reserve_cmd,
	};

	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		install_element(NODE_TRUNK, commands[i]);
}

static unsigned channels_of(const struct trunk_config *trunk)
{
	unsigned n = 0;

	for (size_t i = 0; i < trunk->n_spans; i++)
		n += (unsigned)__builtin_popcount(trunk->spans[i].channels);
	return n;
}

void trunk_limits_check(const struct trunk_config *trunk, struct config_report *report)
{
	const struct trunk_limits *limits = &trunk->limits;
	const unsigned channels = channels_of(trunk);

	if (limits->reserved && limits->reserved >= channels && channels)
		config_fault_option(report, trunk->line, "reserve",
				    "trunk %s: `reserve %u` leaves no channel of its %u to calls "
				    "to the line; a smaller number does",
				    trunk->name, limits->reserved, channels);
	if (limits->calls &&
	    (limits->calls_in > limits->calls || limits->calls_out > limits->calls))
		config_fault_option(report, trunk->line, "limit",
				    "trunk %s: `limit calls %u` is for both directions, and less "
				    "than one of them; the limit of a direction is the smaller one",
				    trunk->name, limits->calls);
}

void trunk_limits_write(const struct trunk_config *trunk, struct vty *vty)
{
	const struct trunk_limits *limits = &trunk->limits;

	if (limits->calls)
		vty_out(vty, " limit calls %u\n", limits->calls);
	if (limits->calls_in)
		vty_out(vty, " limit calls in %u\n", limits->calls_in);
	if (limits->calls_out)
		vty_out(vty, " limit calls out %u\n", limits->calls_out);
	if (limits->rate.burst)
		vty_out(vty, " limit calls-per-second %u burst %u\n", limits->rate.per_s,
			limits->rate.burst);
	else if (limits->rate.per_s)
		vty_out(vty, " limit calls-per-second %u\n", limits->rate.per_s);
	if (limits->reserved)
		vty_out(vty, " reserve %u\n", limits->reserved);
}
