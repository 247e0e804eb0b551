/* The candidate configuration of the API's users. */
#include "manage/http/draft.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <osmocom/core/talloc.h>
#include <osmocom/core/timer.h>
#include <osmocom/core/utils.h>

#include "base/clock.h"
#include "base/config.h"
#include "base/config_secret.h"
#include "manage/cli/cli.h"
#include "manage/config/commit.h"
#include "manage/http/http_config.h"
#include "manage/manage.h"

enum { WHO_MAX = HTTP_NAME_MAX + 8 };

static struct {
	struct config *config; /* NULL: none */
	char who[WHO_MAX];
	time_t at;
	unsigned number; /* another one with each change */
	time_t began;    /* of this process: it tells versions from those of an earlier one */
	struct osmo_timer_list timer;
	struct order {
		enum { NOTHING, RUNNING, DONE, FAILED } state;
		enum draft_job job;
		unsigned minutes;
		unsigned number; /* of the commit that it is made on */
		char who[WHO_MAX], comment[DRAFT_COMMENT_MAX + 1];
		time_t at;
		json_t *faults;
	} order;
} draft;

const char *draft_version(void)
{
	static char version[DRAFT_VERSION_MAX];

	if (!draft.began)
		draft.began = clock_wall().tv_sec;
	snprintf(version, sizeof(version), "%llx.%u.%u", (unsigned long long)draft.began,
		 commit_number(), draft.number);
	return version;
}

struct config *draft_read(void *talloc_ctx, const char *text, struct config_report *report)
{
	void *ctx = talloc_new(NULL);
	char *running = config_text(ctx, cli_gateway()->running);
	char *whole = running ? config_restore_secrets(ctx, text, running, report) : NULL;
	struct config *config = NULL;

	if (whole)
		config = config_read_text(talloc_ctx, whole, strlen(whole), report);
	else
		config_fault(report, 0, "out of memory");
	talloc_free(ctx);
	return config;
}

int draft_take(const struct config *config, const char *who)
{
	struct config *copy = config_copy(cli_gateway()->owner, config);

	if (!copy)
		return -ENOMEM;
	draft_drop();
	draft.config = copy;
	draft.at = clock_wall().tv_sec;
	osmo_strlcpy(draft.who, who, sizeof(draft.who));
	return 0;
}

void draft_drop(void)
{
	TALLOC_FREE(draft.config);
	draft.number++;
}

const struct config *draft_config(void)
{
	return draft.config;
}

static json_t *time_of(time_t at)
{
	char text[32];
	struct tm tm;

	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&at, &tm));
	return json_string(text);
}

json_t *draft_about(void)
{
	if (!draft.config)
		return json_null();
	return json_pack("{s:s, s:o}", "who", draft.who, "at", time_of(draft.at));
}

json_t *draft_faults(const struct config_report *report)
{
	json_t *faults = json_array();

	for (size_t i = 0; i < config_report_count(report); i++) {
		const int line = config_report_line(report, i);

		json_array_append_new(faults, json_pack("{s:o, s:s}", "line",
							line ? json_integer(line) : json_null(),
							"error", config_report_get(report, i)));
	}
	return faults;
}

static bool run(const struct order *order, struct config_report *report)
{
	if (order->number != commit_number()) {
		config_fault(report, 0,
			     "another configuration runs since this was asked for; look at what "
			     "changed, then ask again");
		return false;
	}
	switch (order->job) {
	case DRAFT_COMMIT:
		return commit_apply(draft.config, order->who, order->comment, report);
	case DRAFT_COMMIT_CONFIRMED:
		return commit_apply_confirmed(draft.config, order->who, order->comment,
					      order->minutes, report);
	case DRAFT_GO_BACK:
		return commit_go_back(order->who, report);
	}
	return false;
}

static void on_due(void *data)
{
	struct config_report *report = config_report_new(NULL, NULL);
	struct order *order = &draft.order;
	const bool done = run(order, report);

	(void)data;
	order->state = done ? DONE : FAILED;
	json_decref(order->faults);
	order->faults = draft_faults(report);
	talloc_free(report);
	if (done && order->job != DRAFT_GO_BACK)
		draft_drop();
}

void draft_order(const struct draft_order *wanted)
{
	struct order *order = &draft.order;

	order->state = RUNNING;
	order->job = wanted->job;
	order->minutes = wanted->minutes;
	order->number = commit_number();
	order->at = clock_wall().tv_sec;
	osmo_strlcpy(order->who, wanted->who, sizeof(order->who));
	osmo_strlcpy(order->comment, wanted->comment, sizeof(order->comment));
	json_decref(order->faults);
	order->faults = NULL;
}

void draft_start(void)
{
	if (!draft_is_busy())
		return;
	osmo_timer_setup(&draft.timer, on_due, NULL);
	osmo_timer_schedule(&draft.timer, 0, 0);
}

bool draft_is_busy(void)
{
	return draft.order.state == RUNNING;
}

json_t *draft_outcome(void)
{
	static const char *const states[] = { "none", "running", "done", "failed" };
	static const char *const jobs[] = { "commit", "commit confirmed", "return" };
	const struct order *order = &draft.order;

	if (order->state == NOTHING)
		return json_pack("{s:s}", "state", states[NOTHING]);
	return json_pack("{s:s, s:s, s:s, s:s, s:o, s:o}", "state", states[order->state], "what",
			 jobs[order->job], "who", order->who, "comment", order->comment, "at",
			 time_of(order->at), "faults",
			 order->faults ? json_incref(order->faults) : json_array());
}

void draft_stop(void)
{
	osmo_timer_del(&draft.timer);
	draft_drop();
	json_decref(draft.order.faults);
	memset(&draft, 0, sizeof(draft));
}
