/* `show lookups`: what other machines are asked about calls, and how that goes. */
#include <jansson.h>

#include <osmocom/core/utils.h>
#include <osmocom/vty/command.h>
#include <osmocom/vty/vty.h>

#include "base/config_secret.h"
#include "base/config_vty.h"
#include "call/call.h"
#include "call/lookups.h"
#include "manage/cli/cli.h"
#include "manage/cli/table.h"
#include "manage/manage.h"
#include "manage/show/views.h"

/* A server's words may be of any octets. */
static json_t *words(const char *text)
{
	json_t *string = json_string(text);

	return string ? string : json_string("?");
}

static void add_row(void *data, const struct lookup_status *status)
{
	const uint64_t answers = status->found + status->nothing + status->refused;
	char url[LOOKUP_URL_MAX];

	osmo_strlcpy(url, status->config->url, sizeof(url));
	config_hide_secrets(url);

	json_array_append_new(
		data,
		json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:i, s:i, s:i, s:o, "
			  "s:s}",
			  "name", status->config->name, "asked", (json_int_t)status->asked, "hits",
			  (json_int_t)status->hits, "joined", (json_int_t)status->joined, "found",
			  (json_int_t)status->found, "nothing", (json_int_t)status->nothing,
			  "refused", (json_int_t)status->refused, "failed",
			  (json_int_t)status->failed, "timeouts", (json_int_t)status->timeouts,
			  "mean_ms", (json_int_t)(answers ? status->total_ms / answers : 0),
			  "max_ms", (int)status->max_ms, "cached", (int)status->cached, "waiting",
			  (int)status->waiting, "error", words(status->error), "asks",
			  *url ? url : status->config->suffix));
}

json_t *view_lookups(struct gateway *gateway)
{
	json_t *rows = json_array();

	lookups_each(call_lookups(gateway->hub), add_row, rows);
	return rows;
}

static const struct table_column columns[] = {
	{ "name", "NAME" },         { "asked", "ASKED" },      { "hits", "FROM CACHE" },
	{ "joined", "JOINED" },     { "found", "FOUND" },      { "nothing", "NOTHING" },
	{ "refused", "REFUSED" },   { "failed", "FAILED" },    { "timeouts", "TIMEOUTS" },
	{ "mean_ms", "MEAN (MS)" }, { "max_ms", "MAX (MS)" },  { "cached", "CACHED" },
	{ "waiting", "WAITING" },   { "error", "LAST ERROR" }, { "asks", "ASKS" },
};

DEFUN(show_lookups, show_lookups_cmd, "show lookups [json]",
      SHOW_STR "What is asked about calls, and how that goes\n"
	       "As JSON, for programs\n")
{
	json_t *rows;

	if (!cli_gateway())
		return CMD_WARNING;
	rows = view_lookups(cli_gateway());
	if (argc)
		json_out(vty, rows);
	else
		table_out(vty, rows, columns, ARRAY_SIZE(columns), "No look-ups.");
	json_decref(rows);
	return CMD_SUCCESS;
}

void show_lookups_install(void)
{
	cli_install(&show_lookups_cmd);
}
