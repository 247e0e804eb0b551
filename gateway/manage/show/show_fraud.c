/* The commands for the guard against toll fraud. */
#include <string.h>

#include <jansson.h>

#include <osmocom/core/utils.h>
#include <osmocom/vty/command.h>
#include <osmocom/vty/vty.h>

#include "base/config_vty.h"
#include "call/call_fraud.h"
#include "manage/cli/cli.h"
#include "manage/manage.h"
#include "manage/cli/table.h"

/* null for no limit */
static json_t *limit(unsigned max)
{
	return max ? json_integer(max) : json_null();
}

static bool add_account(void *data, const struct fraud_status *status)
{
	json_array_append_new(data,
			      json_pack("{s:s, s:s, s:s, s:i, s:i, s:o, s:i, s:o, s:i, s:o, s:I}",
					"rule", status->rule, "of", status->of, "state",
					status->blocked ? "blocked" : "open", "blocked_left_s",
					(int)status->blocked_left_s, "calls", (int)status->calls,
					"max_calls", limit(status->max_calls), "calls_this_hour",
					(int)status->calls_this_hour, "max_calls_per_hour",
					limit(status->max_calls_per_hour), "minutes_today",
					(int)status->minutes_today, "max_minutes_per_day",
					limit(status->max_minutes_per_day), "refused",
					(json_int_t)status->refused));
	return true;
}

static const struct table_column columns[] = {
	{ "rule", "RULE" },
	{ "of", "OF" },
	{ "state", "STATE" },
	{ "calls", "CALLS" },
	{ "max_calls", "OF" },
	{ "calls_this_hour", "THIS HOUR" },
	{ "max_calls_per_hour", "OF" },
	{ "minutes_today", "MINUTES TODAY" },
	{ "max_minutes_per_day", "OF" },
	{ "refused", "REFUSED" },
};

DEFUN(show_fraud, show_fraud_cmd, "show fraud [json]",
      SHOW_STR "Rules against toll fraud: what is used of them, and what is blocked\n"
	       "As JSON, for programs\n")
{
	json_t *rows = json_array();

	if (!cli_gateway())
		return CMD_WARNING;
	call_fraud_each(cli_gateway()->hub, add_account, rows);
	if (argc)
		json_out(vty, rows);
	else
		table_out(vty, rows, columns, ARRAY_SIZE(columns), "No rules against fraud.");
	json_decref(rows);
	return CMD_SUCCESS;
}

DEFUN(unblock, unblock_cmd, "unblock RULE",
      "Let calls through again that a rule against fraud refuses\n"
      "The rule's name, as in `show fraud`\n")
{
	if (!cli_gateway())
		return CMD_WARNING;
	if (!call_fraud_unblock(cli_gateway()->hub, argv[0]))
		return config_reject(vty, "there is no rule %s; `show fraud` lists them", argv[0]);
	return CMD_SUCCESS;
}

void show_fraud_install(void)
{
	cli_install(&show_fraud_cmd);
	cli_install_action(&unblock_cmd);
}
