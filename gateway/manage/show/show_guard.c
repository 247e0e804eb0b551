/* The commands for what protects the SIP side: who is banned, what was refused and why. */
#include <errno.h>
#include <string.h>

#include <jansson.h>

#include <osmocom/core/utils.h>
#include <osmocom/vty/command.h>
#include <osmocom/vty/vty.h>

#include "base/config_vty.h"
#include "manage/cli/cli.h"
#include "manage/manage.h"
#include "manage/cli/table.h"
#include "manage/show/views.h"
#include "sip/sip_guard.h"

#define JSON_STR "As JSON, for programs\n"

static bool add_ban(void *data, const struct ban_status *ban)
{
	json_array_append_new(data,
			      json_pack("{s:s, s:s, s:i, s:i, s:I}", "source", ban->source,
					"reason", ban->reason, "age_s", (int)ban->age_s, "left_s",
					(int)ban->left_s, "dropped", (json_int_t)ban->dropped));
	return true;
}

json_t *view_bans(struct gateway *gateway)
{
	json_t *rows = json_array();

	sip_bans_each(gateway->sip, add_ban, rows);
	return rows;
}

static const struct table_column ban_columns[] = {
	{ "source", "SOURCE" },   { "reason", "REASON" },   { "age_s", "FOR (S)" },
	{ "left_s", "LEFT (S)" }, { "dropped", "DROPPED" },
};

DEFUN(show_bans, show_bans_cmd, "show bans [json]",
      SHOW_STR "SIP sources that are not heard, and for how long yet\n" JSON_STR)
{
	json_t *rows;

	if (!cli_gateway())
		return CMD_WARNING;
	rows = view_bans(cli_gateway());
	if (argc)
		json_out(vty, rows);
	else
		table_out(vty, rows, ban_columns, ARRAY_SIZE(ban_columns), "Nobody is banned.");
	json_decref(rows);
	return CMD_SUCCESS;
}

DEFUN(unban, unban_cmd, "unban ADDRESS",
      "Hear SIP sources again that were banned\n"
      "An address as in `show bans`, or `all`\n")
{
	int rc = 0;

	if (!cli_gateway())
		return CMD_WARNING;
	if (strcmp(argv[0], "all") == 0)
		sip_unban_all(cli_gateway()->sip);
	else
		rc = sip_unban(cli_gateway()->sip, argv[0]);
	if (rc == -ENOENT)
		return config_reject(vty, "%s is not banned; `show bans` lists who is", argv[0]);
	if (rc < 0)
		return config_reject(vty, "\"%s\" is no address; one like 192.0.2.1, or all",
				     argv[0]);
	return CMD_SUCCESS;
}

static json_t *counters(const struct guard_counter *list)
{
	json_t *object = json_object();

	for (; list->name; list++)
		json_object_set_new(object, list->name, json_integer((json_int_t)list->value));
	return object;
}

static bool add_peer(void *data, const struct peer_guard_status *peer)
{
	json_array_append_new(data, json_pack("{s:s, s:i, s:i, s:o}", "name", peer->name,
					      "calls_in", (int)peer->in, "calls_out",
					      (int)peer->out, "refused", counters(peer->refused)));
	return true;
}

json_t *view_guard(struct gateway *gateway)
{
	struct guard_status status;
	json_t *peers = json_array(), *users = json_array();

	sip_guard_status(gateway->sip, &status);
	sip_guard_peers_each(gateway->sip, add_peer, peers);
	sip_guard_users_each(gateway->sip, add_peer, users);
	return json_pack("{s:s, s:i, s:i, s:i, s:i, s:i, s:o, s:o, s:o}", "state",
			 status.overloaded ? "overloaded" : "normal", "new_calls_percent",
			 (int)status.share_percent, "calls", (int)status.calls, "transactions",
			 (int)status.transactions, "backlog_ms", (int)status.backlog_ms, "bans",
			 (int)status.bans, "refused", counters(status.refused), "peers", peers,
			 "users", users);
}

static int show_record(struct vty *vty, json_t *record, bool as_json)
{
	if (as_json)
		json_out(vty, record);
	else
		record_out(vty, record);
	json_decref(record);
	return CMD_SUCCESS;
}

DEFUN(show_guard, show_guard_cmd, "show guard [json]",
      SHOW_STR
      "What was refused over SIP and why, and whether the gateway is overloaded\n" JSON_STR)
{
	if (!cli_gateway())
		return CMD_WARNING;
	return show_record(vty, view_guard(cli_gateway()), argc > 0);
}

#define SHOW_SIP_STR "The SIP side\n"

DEFUN(show_sip_counters, show_sip_counters_cmd, "show sip counters [json]",
      SHOW_STR SHOW_SIP_STR "What came that was no use, by kind\n" JSON_STR)
{
	struct guard_counter list[GUARD_COUNTERS];

	if (!cli_gateway())
		return CMD_WARNING;
	sip_counters(cli_gateway()->sip, list);
	return show_record(vty, counters(list), argc > 0);
}

void show_guard_install(void)
{
	cli_install(&show_bans_cmd);
	cli_install_action(&unban_cmd);
	cli_install(&show_guard_cmd);
	cli_install(&show_sip_counters_cmd);
}
