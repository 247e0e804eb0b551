#include "manage/webhooks/webhooks.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <osmocom/core/linuxlist.h>
#include <osmocom/core/talloc.h>
#include <osmocom/core/timer.h>
#include <osmocom/core/utils.h>

#include "base/alarm.h"
#include "base/clock.h"
#include "base/fetch.h"
#include "base/log.h"
#include "manage/show/views.h"
#include "manage/webhooks/webhook_config.h"

enum {
	FAILS_TO_ALARM = 3,
	BACK_OFF_MAX_S = 300,
	ANSWER_MAX = 65536, /* octets that are read of it, and forgotten */
	ID_MAX = 64,
	HEADER_MAX = 192,
};

struct notice {
	struct llist_head entry;
	char id[ID_MAX]; /* the same whenever it is sent again */
	char *body;
};

struct webhook {
	struct llist_head entry;
	struct webhook_config config;
	bool wanted;             /* by the configuration that is being applied */
	struct llist_head queue; /* the first is being sent, or waits for its next time */
	unsigned attempts;       /* of the first */
	struct webhook_status status;
	struct fetch *fetch; /* NULL: none is on its way */
	struct osmo_timer_list again;
};

static LLIST_HEAD(webhooks);
static bool listening;
static uint64_t last_notice;

/* Notices */

/* "whsec_" and BASE64: what that means; else the text itself. The length, or -EINVAL. */
static int key_octets(const char *key, unsigned char out[static WEBHOOK_SECRET_MAX])
{
	const size_t len = strlen(key), prefix = strlen(WEBHOOK_KEY_PREFIX);
	int got;

	if (strncmp(key, WEBHOOK_KEY_PREFIX, prefix) != 0) {
		osmo_strlcpy((char *)out, key, WEBHOOK_SECRET_MAX);
		return (int)len;
	}
	if (len == prefix || (len - prefix) % 4 || strcspn(key, "=") < len - 2)
		return -EINVAL;
	got = EVP_DecodeBlock(out, (const unsigned char *)key + prefix, (int)(len - prefix));
	if (got < 0)
		return -EINVAL;
	return got - (key[len - 1] == '=') - (key[len - 2] == '=');
}

bool webhook_is_key(const char *key)
{
	unsigned char octets[WEBHOOK_SECRET_MAX];

	return *key && strlen(key) < WEBHOOK_SECRET_MAX && key_octets(key, octets) > 0;
}

int webhook_sign(const char *key, const char *id, int64_t time_s, const char *body,
		 char out[static WEBHOOK_SIGNATURE_MAX])
{
	unsigned char octets[WEBHOOK_SECRET_MAX], mac[EVP_MAX_MD_SIZE];
	const int n = key_octets(key, octets);
	unsigned len = 0;
	char *text = talloc_asprintf(NULL, "%s.%lld.%s", id, (long long)time_s, body);
	int rc = -ENOMEM;

	if (text && n > 0 &&
	    HMAC(EVP_sha256(), octets, n, (unsigned char *)text, strlen(text), mac, &len)) {
		osmo_strlcpy(out, "v1,", WEBHOOK_SIGNATURE_MAX);
		EVP_EncodeBlock((unsigned char *)out + 3, mac, (int)len);
		rc = 0;
	}
	talloc_free(text);
	return rc;
}

/* What cannot be had, memory or a host's name, is left out. */
static char *body_of(void *talloc_ctx, const struct alarm_status *alarm, bool raised)
{
	char host[HOST_NAME_MAX + 1] = "", time[32];
	const time_t when = raised ? alarm->raised_s : alarm->cleared_s;
	json_t *tree;
	char *text, *body;
	struct tm tm;

	gethostname(host, HOST_NAME_MAX);
	strftime(time, sizeof(time), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&when, &tm));
	tree = json_pack("{s:s, s:s, s:s, s:o?}", "type", raised ? "alarm.raised" : "alarm.cleared",
			 "timestamp", time, "gateway", host, "data", view_alarm(NULL, alarm->id));
	text = json_dumps(tree, JSON_COMPACT);
	json_decref(tree);
	body = text ? talloc_strdup(talloc_ctx, text) : NULL;
	free(text);
	return body;
}

static void drop(struct webhook *webhook, struct notice *notice)
{
	llist_del(&notice->entry);
	talloc_free(notice);
	webhook->status.queued--;
	webhook->attempts = 0;
}

static void add(struct webhook *webhook, const struct alarm_status *alarm, bool raised)
{
	struct notice *notice = NULL;

	if (webhook->status.queued < webhook->config.queue)
		notice = talloc_zero(webhook, struct notice);
	if (notice)
		notice->body = body_of(notice, alarm, raised);
	if (!notice || !notice->body) {
		talloc_free(notice);
		webhook->status.dropped++;
		return;
	}
	snprintf(notice->id, sizeof(notice->id), "%lld-%llu", (long long)clock_wall().tv_sec,
		 (unsigned long long)++last_notice);
	llist_add_tail(&notice->entry, &webhook->queue);
	/* from the loop: whoever raises an alarm is told of no other one meanwhile */
	if (!webhook->status.queued++)
		osmo_timer_schedule(&webhook->again, 0, 0);
}

/* That a webhook fails is told to the others alone. */
static bool wants(const struct webhook *webhook, const struct alarm_status *alarm, bool raised)
{
	return alarm->info->severity >= webhook->config.severity &&
	       (raised || webhook->config.cleared) &&
	       (alarm->kind != ALARM_WEBHOOK || strcmp(alarm->object, webhook->config.name) != 0);
}

/* alarms_listen */
static void on_alarm(const struct alarm_status *alarm, bool raised)
{
	struct webhook *webhook;

	llist_for_each_entry (webhook, &webhooks, entry) {
		if (wants(webhook, alarm, raised))
			add(webhook, alarm, raised);
	}
}

/* Sending */

static void send_later(struct webhook *webhook)
{
	unsigned seconds = 1;

	for (unsigned i = 1; i < webhook->status.failing && seconds < BACK_OFF_MAX_S; i++)
		seconds *= 2;
	osmo_timer_schedule(&webhook->again, (int)OSMO_MIN(seconds, (unsigned)BACK_OFF_MAX_S), 0);
}

static void on_failure(struct webhook *webhook, struct notice *notice, const char *why)
{
	struct webhook_status *status = &webhook->status;

	status->failed++;
	status->failing++;
	osmo_strlcpy(status->error, why, sizeof(status->error));
	if (webhook->attempts++ >= webhook->config.retries) {
		drop(webhook, notice);
		status->dropped++;
	}
	if (status->queued)
		send_later(webhook);
	if (status->failing >= FAILS_TO_ALARM)
		alarm_raise(ALARM_WEBHOOK, webhook->config.name, "", why);
}

static void on_answer(void *data, const struct fetch_answer *answer)
{
	struct webhook *webhook = data;
	struct notice *notice = llist_first_entry(&webhook->queue, struct notice, entry);
	char why[WEBHOOK_ERROR_MAX];

	webhook->fetch = NULL;
	if (answer->status / 100 == 2) {
		drop(webhook, notice);
		webhook->status.sent++;
		webhook->status.failing = 0;
		alarm_clear(ALARM_WEBHOOK, webhook->config.name);
		osmo_timer_schedule(&webhook->again, 0, 0);
		return;
	}
	if (answer->status)
		snprintf(why, sizeof(why), "it answers %u", answer->status);
	else
		osmo_strlcpy(why, answer->error, sizeof(why));
	on_failure(webhook, notice, why);
}

/* The first of those that wait, if none is on its way. */
static void send_next(struct webhook *webhook)
{
	const struct webhook_config *config = &webhook->config;
	struct notice *notice = llist_first_entry_or_null(&webhook->queue, struct notice, entry);
	char id[HEADER_MAX], time[HEADER_MAX], signature[HEADER_MAX], token[HEADER_MAX];
	char signed_as[WEBHOOK_SIGNATURE_MAX];
	const int64_t now_s = clock_wall().tv_sec;
	size_t n = 0;

	if (!notice || webhook->fetch)
		return;
	struct fetch_request request = {
		.url = config->url,
		.body = notice->body,
		.len = strlen(notice->body),
		.timeout_ms = config->timeout_s * 1000,
		.max_octets = ANSWER_MAX,
	};
	snprintf(id, sizeof(id), "webhook-id: %s", notice->id);
	snprintf(time, sizeof(time), "webhook-timestamp: %lld", (long long)now_s);
	request.headers[n++] = id;
	request.headers[n++] = time;
	if (*config->key &&
	    webhook_sign(config->key, notice->id, now_s, notice->body, signed_as) == 0) {
		snprintf(signature, sizeof(signature), "webhook-signature: %s", signed_as);
		request.headers[n++] = signature;
	}
	if (*config->token) {
		snprintf(token, sizeof(token), "Authorization: Bearer %s", config->token);
		request.headers[n++] = token;
	}
	webhook->fetch = fetch_start(&request, on_answer, webhook);
	if (!webhook->fetch)
		on_failure(webhook, notice, strerror(ENOMEM));
}

/* Birth and death */

static struct webhook *find(const char *name)
{
	struct webhook *webhook;

	llist_for_each_entry (webhook, &webhooks, entry) {
		if (strcmp(webhook->config.name, name) == 0)
			return webhook;
	}
	return NULL;
}

static void on_again(void *data)
{
	send_next(data);
}

static struct webhook *webhook_new(const struct webhook_config *config)
{
	struct webhook *webhook = talloc_zero(NULL, struct webhook);

	if (!webhook)
		return NULL;
	webhook->config = *config;
	INIT_LLIST_HEAD(&webhook->queue);
	osmo_timer_setup(&webhook->again, on_again, webhook);
	llist_add_tail(&webhook->entry, &webhooks);
	return webhook;
}

static void webhook_free(struct webhook *webhook)
{
	fetch_cancel(webhook->fetch);
	osmo_timer_del(&webhook->again);
	llist_del(&webhook->entry);
	talloc_free(webhook);
}

static bool tell_standing(void *data, const struct alarm_status *alarm)
{
	if (wants(data, alarm, true))
		add(data, alarm, true);
	return true;
}

/* What is on its way is sent again, when the server or what it is told of us is another. */
static void reconfigure(struct webhook *webhook, const struct webhook_config *config)
{
	const struct webhook_config before = webhook->config;

	webhook->config = *config;
	if (strcmp(before.url, config->url) == 0 && strcmp(before.key, config->key) == 0 &&
	    strcmp(before.token, config->token) == 0)
		return;
	fetch_cancel(webhook->fetch);
	webhook->fetch = NULL;
	osmo_timer_del(&webhook->again);
	send_next(webhook);
}

static void begin(struct webhook *webhook)
{
	webhook->status.config = &webhook->config;
	alarms_each(true, tell_standing, webhook);
}

static void sweep(bool (*goes)(const struct webhook *webhook))
{
	struct webhook *webhook, *next;

	llist_for_each_entry_safe (webhook, next, &webhooks, entry) {
		if (!goes(webhook))
			continue;
		alarm_clear(ALARM_WEBHOOK, webhook->config.name);
		webhook_free(webhook);
	}
}

static bool is_new(const struct webhook *webhook)
{
	return !webhook->status.config;
}

static bool is_unwanted(const struct webhook *webhook)
{
	return !webhook->wanted;
}

static bool any(const struct webhook *webhook)
{
	(void)webhook;
	return true;
}

int webhooks_apply(const struct webhooks_config *config)
{
	struct webhook *webhook;

	for (size_t i = 0; i < config->n_webhooks; i++) {
		if (find(config->webhooks[i].name) || webhook_new(&config->webhooks[i]))
			continue;
		sweep(is_new);
		return -ENOMEM;
	}
	llist_for_each_entry (webhook, &webhooks, entry)
		webhook->wanted = false;
	for (size_t i = 0; i < config->n_webhooks; i++) {
		webhook = find(config->webhooks[i].name);
		webhook->wanted = true;
		if (is_new(webhook))
			begin(webhook);
		else
			reconfigure(webhook, &config->webhooks[i]);
	}
	sweep(is_unwanted);
	if (!listening)
		alarms_listen(on_alarm);
	listening = true;
	return 0;
}

void webhooks_stop(void)
{
	alarms_listen(NULL);
	listening = false;
	sweep(any);
}

void webhooks_each(void (*fn)(void *data, const struct webhook_status *), void *data)
{
	const struct webhook *webhook;

	llist_for_each_entry (webhook, &webhooks, entry)
		fn(data, &webhook->status);
}
