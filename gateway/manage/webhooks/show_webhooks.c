/* `show webhooks`: who is told of alarms, and how that goes. */
#include <jansson.h>

#include <osmocom/core/utils.h>
#include <osmocom/vty/command.h>
#include <osmocom/vty/vty.h>

#include "base/config_secret.h"
#include "base/config_vty.h"
#include "manage/cli/cli.h"
#include "manage/cli/table.h"
#include "manage/show/views.h"
#include "manage/webhooks/webhook_config.h"
#include "manage/webhooks/webhooks.h"

/* A server's words may be of any octets. */
static json_t *words(const char *text)
{
	json_t *string = json_string(text);

	return string ? string : json_string("?");
}

static void add_row(void *data, const struct webhook_status *status)
{
	char url[WEBHOOK_URL_MAX];

	osmo_strlcpy(url, status->config->url, sizeof(url));
	config_hide_secrets(url);
	json_array_append_new(data, json_pack("{s:s, s:s, s:s, s:s, s:i, s:I, s:I, s:I, s:o}",
					      "name", status->config->name, "url", url, "severity",
					      alarm_severity_name(status->config->severity),
					      "state", status->failing ? "failing" : "ok", "queued",
					      (int)status->queued, "sent", (json_int_t)status->sent,
					      "failed", (json_int_t)status->failed, "dropped",
					      (json_int_t)status->dropped, "error",
					      words(status->error)));
}

json_t *view_webhooks(struct gateway *gateway)
{
	json_t *rows = json_array();

	(void)gateway;
	webhooks_each(add_row, rows);
	return rows;
}

static const struct table_column columns[] = {
	{ "name", "NAME" },       { "severity", "SEVERITY" }, { "state", "STATE" },
	{ "queued", "WAITING" },  { "sent", "SENT" },         { "failed", "FAILED" },
	{ "dropped", "DROPPED" }, { "error", "LAST ERROR" },  { "url", "URL" },
};

DEFUN(show_webhooks, show_webhooks_cmd, "show webhooks [json]",
      SHOW_STR "Web servers that are told of alarms, and how that goes\n"
	       "As JSON, for programs\n")
{
	json_t *rows = view_webhooks(NULL);

	if (argc)
		json_out(vty, rows);
	else
		table_out(vty, rows, columns, ARRAY_SIZE(columns), "No webhooks.");
	json_decref(rows);
	return CMD_SUCCESS;
}

void show_webhooks_install(void)
{
	cli_install(&show_webhooks_cmd);
}
