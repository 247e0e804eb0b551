/* The configuration of webhooks:
 *
 *   webhook duty
 *    url https://duty.example.com/gateway
 *    signature secret 6f2a91c47b
 *    token secret 0123abcd
 *    severity major
 *    events raised
 *    timeout 5
 *    retries 10
 *    queue 1000
 */
#include "manage/webhooks/webhook_config.h"

#include <stdlib.h>
#include <string.h>

#include <osmocom/core/utils.h>

#include "base/config_secret.h"
#include "base/config_vty.h"
#include "base/fetch.h"

enum { TIMEOUT_S = 5, RETRIES = 10, QUEUE = 1000 };

static void init_webhook(void *item)
{
	struct webhook_config *webhook = item;

	webhook->cleared = true;
	webhook->timeout_s = TIMEOUT_S;
	webhook->retries = RETRIES;
	webhook->queue = QUEUE;
}

static const struct config_list webhook_list = {
	.kind = "webhook",
	.items_at = offsetof(struct webhooks_config, webhooks),
	.n_at = offsetof(struct webhooks_config, n_webhooks),
	.item_size = sizeof(struct webhook_config),
	.name_size = WEBHOOK_NAME_MAX,
	.line_at = offsetof(struct webhook_config, line),
	.node = NODE_WEBHOOK,
	.init = init_webhook,
};

static struct webhooks_config *edited(void)
{
	return config_candidate(&webhooks_section);
}

#define WEBHOOK_STR "A web server that is told of alarms: webhooks\n"
#define NAME_STR "Its name, as `show webhooks` has it\n"

DEFUN(webhook, webhook_cmd, "webhook NAME", WEBHOOK_STR NAME_STR)
{
	if (edited()->n_webhooks == WEBHOOKS_MAX &&
	    !config_list_find(&webhook_list, edited(), argv[0]))
		return config_reject(vty, "webhook %s is one too many; up to %d are right", argv[0],
				     WEBHOOKS_MAX);
	return config_list_enter(vty, &webhook_list, edited(), argv[0]);
}

DEFUN_ATTR(no_webhook, no_webhook_cmd, "no webhook NAME", NO_STR WEBHOOK_STR NAME_STR,
	   CONFIG_TERMINAL_ONLY)
{
	return config_list_remove(vty, &webhook_list, edited(), argv[0]);
}

DEFUN(webhook_url, webhook_url_cmd, "url URL",
      "Where alarms are posted, as JSON\nhttp://... or https://...\n")
{
	struct webhook_config *item = vty->index;
	char shown[WEBHOOK_URL_MAX];

	if (!fetch_is_url(argv[0])) {
		osmo_strlcpy(shown, argv[0], sizeof(shown));
		config_hide_secrets(shown);
		return config_reject(vty,
				     "url \"%s\" is none; http or https, and no user in it, as "
				     "https://duty.example.com/gateway, is right",
				     shown);
	}
	return config_set_secret(vty, "url", argv[0], item->url, sizeof(item->url));
}

#define SIGNATURE_STR "Each notice is signed, so that the server knows it is ours; by default not\n"
#define SECRET_STR "Not shown\n"

DEFUN(webhook_signature, webhook_signature_cmd, "signature secret KEY",
      SIGNATURE_STR SECRET_STR "The key that both know\n")
{
	struct webhook_config *item = vty->index;

	if (!webhook_is_key(argv[0]))
		return config_reject(vty,
				     "signature secret is wrong: up to %d characters are right, "
				     "after " WEBHOOK_KEY_PREFIX " as BASE64 has them",
				     WEBHOOK_SECRET_MAX - 1);
	return config_set_secret(vty, "signature secret", argv[0], item->key, sizeof(item->key));
}

DEFUN(no_webhook_signature, no_webhook_signature_cmd, "no signature", NO_STR SIGNATURE_STR)
{
	struct webhook_config *item = vty->index;

	item->key[0] = '\0';
	return CMD_SUCCESS;
}

#define TOKEN_STR "Sent along, as `Authorization: Bearer TOKEN`; by default none\n"

DEFUN(webhook_token, webhook_token_cmd, "token secret TOKEN",
      TOKEN_STR SECRET_STR "What the server gave us\n")
{
	struct webhook_config *item = vty->index;

	return config_set_secret(vty, "token secret", argv[0], item->token, sizeof(item->token));
}

DEFUN(no_webhook_token, no_webhook_token_cmd, "no token", NO_STR TOKEN_STR)
{
	struct webhook_config *item = vty->index;

	item->token[0] = '\0';
	return CMD_SUCCESS;
}

DEFUN(webhook_severity, webhook_severity_cmd, "severity (warning|minor|major|critical)",
      "Alarms of at least that severity, warning by default\n"
      "All\nMinor and worse\nMajor and worse\nCritical alone\n")
{
	struct webhook_config *item = vty->index;

	for (enum alarm_severity severity = ALARM_WARNING; severity <= ALARM_CRITICAL; severity++)
		if (strcmp(alarm_severity_name(severity), argv[0]) == 0)
			item->severity = severity;
	return CMD_SUCCESS;
}

DEFUN(webhook_events, webhook_events_cmd, "events (all|raised)",
      "What is told of an alarm, all by default\n"
      "That it is raised, and that it is cleared\nThat it is raised\n")
{
	struct webhook_config *item = vty->index;

	item->cleared = argv[0][0] == 'a';
	return CMD_SUCCESS;
}

DEFUN(webhook_timeout, webhook_timeout_cmd, "timeout <1-60>",
      "For an answer, 5 by default\nSeconds\n")
{
	struct webhook_config *item = vty->index;

	item->timeout_s = (unsigned)atoi(argv[0]);
	return CMD_SUCCESS;
}

DEFUN(webhook_retries, webhook_retries_cmd, "retries <0-100>",
      "How often a notice is sent again before it is given up, after 1, 2, 4 ... 300 seconds; "
      "10 by default\nTimes\n")
{
	struct webhook_config *item = vty->index;

	item->retries = (unsigned)atoi(argv[0]);
	return CMD_SUCCESS;
}

DEFUN(webhook_queue, webhook_queue_cmd, "queue <1-10000>",
      "Notices that may wait, 1000 by default; further ones are dropped, and counted\nNotices\n")
{
	struct webhook_config *item = vty->index;

	item->queue = (unsigned)atoi(argv[0]);
	return CMD_SUCCESS;
}

static void install(void)
{
	static struct cmd_node node = { NODE_WEBHOOK, "%s(config-webhook)# ", 1,
					.name = "webhook" };
	static struct cmd_element *const elements[] = {
		&webhook_url_cmd,    &webhook_signature_cmd, &no_webhook_signature_cmd,
		&webhook_token_cmd,  &no_webhook_token_cmd,  &webhook_severity_cmd,
		&webhook_events_cmd, &webhook_timeout_cmd,   &webhook_retries_cmd,
		&webhook_queue_cmd,
	};

	install_element(CONFIG_NODE, &webhook_cmd);
	install_element(CONFIG_NODE, &no_webhook_cmd);
	install_node(&node, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(elements); i++)
		install_element(NODE_WEBHOOK, elements[i]);
}

static void validate(const struct config *config, struct config_report *report)
{
	const struct webhooks_config *value = config_get(config, &webhooks_section);

	for (size_t i = 0; i < value->n_webhooks; i++) {
		const struct webhook_config *webhook = &value->webhooks[i];

		if (!*webhook->url)
			config_fault_option(report, webhook->line, "url",
					    "webhook %s has no url; `url "
					    "https://duty.example.com/gateway` is right",
					    webhook->name);
	}
}

static void write_value(const void *section_value, struct vty *vty)
{
	const struct webhooks_config *value = section_value;

	for (size_t i = 0; i < value->n_webhooks; i++) {
		const struct webhook_config *webhook = &value->webhooks[i];

		vty_out(vty, "\nwebhook %s\n url %s\n", webhook->name, webhook->url);
		if (*webhook->key)
			vty_out(vty, " signature secret %s\n", webhook->key);
		if (*webhook->token)
			vty_out(vty, " token secret %s\n", webhook->token);
		vty_out(vty, " severity %s\n", alarm_severity_name(webhook->severity));
		vty_out(vty, " events %s\n", webhook->cleared ? "all" : "raised");
		vty_out(vty, " timeout %u\n", webhook->timeout_s);
		vty_out(vty, " retries %u\n", webhook->retries);
		vty_out(vty, " queue %u\n", webhook->queue);
	}
}

const struct config_section webhooks_section = {
	.size = sizeof(struct webhooks_config),
	.lists = &webhook_list,
	.n_lists = 1,
	.install = install,
	.validate = validate,
	.write = write_value,
};
