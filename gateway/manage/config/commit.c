/* The running configuration and those before it. */
#include "manage/config/commit.h"

#include <string.h>

#include <osmocom/core/talloc.h>
#include <osmocom/core/timer.h>

#include "base/alarm.h"
#include "base/config.h"
#include "base/config_secret.h"
#include "base/log.h"
#include "manage/audit.h"
#include "manage/cli/cli.h"
#include "manage/config/diff.h"
#include "manage/manage.h"

enum { RETURN_AGAIN_S = 60 };

static struct {
	struct config *history[COMMIT_HISTORY_MAX]; /* the latest first */
	unsigned n_history;
	unsigned number;              /* of changes */
	struct osmo_timer_list timer; /* pending: a commit waits to be confirmed */
	struct config *confirmed;     /* what ran before, and runs again if it is not */
	void (*returned)(void);
} state;

bool commit_same(const struct config *a, const struct config *b)
{
	char *a_text = config_text(NULL, a), *b_text = config_text(NULL, b);
	bool equal = a_text && b_text && strcmp(a_text, b_text) == 0;

	talloc_free(a_text);
	talloc_free(b_text);
	return equal;
}

char *commit_diff(void *talloc_ctx, const struct config *from, const struct config *to)
{
	void *ctx = talloc_new(NULL);
	char *from_text = config_text(ctx, from);
	char *to_text = config_text(ctx, to);
	char *diff = diff_text(talloc_ctx, from_text, to_text);

	talloc_free(ctx);
	if (diff)
		config_hide_secrets(diff);
	return diff;
}

static void remember(struct config *config)
{
	if (state.n_history == COMMIT_HISTORY_MAX)
		talloc_free(state.history[--state.n_history]);
	for (unsigned i = state.n_history; i > 0; i--)
		state.history[i] = state.history[i - 1];
	state.history[0] = config;
	state.n_history++;
}

/* Whose act it is, for the audit log. */
struct act {
	const char *who, *did, *comment;
};

static void note(const struct act *act, const struct config *from, const struct config *to)
{
	char *diff = commit_diff(NULL, from, to);

	if (diff && *act->comment) {
		char *both = talloc_asprintf(NULL, "comment: %s\n%s", act->comment, diff);

		talloc_free(diff);
		diff = both;
	}
	audit_note(act->who, act->did, diff ? diff : "out of memory");
	talloc_free(diff);
}

/* Validates and applies; the running configuration becomes history. Faults go into the report. */
static bool carry_over(const struct config *to, const struct act *act, struct config_report *report)
{
	struct gateway *gateway = cli_gateway();
	struct config *next = report ? config_copy(gateway->owner, to) : NULL;

	if (!next) {
		config_fault(report, 0, "out of memory");
		return false;
	}
	config_validate(next, report);
	if (config_report_count(report) > 0 || gateway->apply(gateway, next, report) < 0) {
		talloc_free(next);
		return false;
	}
	note(act, gateway->running, next);
	remember(gateway->running);
	gateway->running = next;
	state.number++;
	return true;
}

static void forget_unconfirmed(void)
{
	osmo_timer_del(&state.timer);
	TALLOC_FREE(state.confirmed);
	alarm_clear(ALARM_RETURN_FAILED, "");
}

bool commit_apply(const struct config *to, const char *who, const char *comment,
		  struct config_report *report)
{
	if (!carry_over(to, &(struct act){ who, "commit", comment }, report))
		return false;
	forget_unconfirmed();
	return true;
}

bool commit_confirm(const char *who)
{
	if (!state.confirmed)
		return false;
	audit_note(who, "confirm", "");
	forget_unconfirmed();
	return true;
}

bool commit_is_unconfirmed(void)
{
	return state.confirmed;
}

unsigned commit_unconfirmed_s(void)
{
	struct timeval left = { 0 };

	if (!state.confirmed)
		return 0;
	osmo_timer_remaining(&state.timer, NULL, &left);
	return left.tv_sec < 1 ? 1 : (unsigned)left.tv_sec;
}

unsigned commit_number(void)
{
	return state.number;
}

static void return_failed(const struct config_report *report)
{
	const char *why =
		config_report_count(report) ? config_report_get(report, 0) : "out of memory";

	LOGP(DMANAGE, LOGL_ERROR,
	     "commit was not confirmed, but going back failed, and is tried again in %d s: %s\n",
	     RETURN_AGAIN_S, why);
	alarm_raise(ALARM_RETURN_FAILED, "", "", why);
	osmo_timer_schedule(&state.timer, RETURN_AGAIN_S, 0);
}

/* Nobody confirmed in time: back to what ran before the first unconfirmed commit. Where that fails, it is tried until
 * it works or somebody commits. */
static void on_confirm_missing(void *data)
{
	static const struct act act = { "gateway", "return, for nobody confirmed", "" };
	struct config_report *report = config_report_new(NULL, NULL);

	(void)data;
	if (carry_over(state.confirmed, &act, report)) {
		LOGP(DMANAGE, LOGL_NOTICE,
		     "commit was not confirmed in time: the configuration before it "
		     "runs again\n");
		forget_unconfirmed();
		if (state.returned)
			state.returned();
	} else {
		return_failed(report);
	}
	talloc_free(report);
}

bool commit_go_back(const char *who, struct config_report *report)
{
	if (!state.confirmed ||
	    !carry_over(state.confirmed, &(struct act){ who, "return", "" }, report))
		return false;
	forget_unconfirmed();
	return true;
}

bool commit_apply_confirmed(const struct config *to, const char *who, const char *comment,
			    unsigned minutes, struct config_report *report)
{
	struct config *before = config_copy(cli_gateway()->owner, cli_gateway()->running);

	if (!before) {
		config_fault(report, 0, "out of memory");
		return false;
	}
	if (!carry_over(to, &(struct act){ who, "commit, to be confirmed", comment }, report)) {
		talloc_free(before);
		return false;
	}
	if (state.confirmed)
		talloc_free(before); /* the commit before this one was not confirmed either */
	else
		state.confirmed = before;
	osmo_timer_setup(&state.timer, on_confirm_missing, NULL);
	osmo_timer_schedule(&state.timer, 60 * (int)minutes, 0);
	return true;
}

const struct config *commit_before(unsigned back)
{
	if (back > state.n_history)
		return NULL;
	return back ? state.history[back - 1] : cli_gateway()->running;
}

unsigned commit_history(void)
{
	return state.n_history;
}

void commit_on_return(void (*returned)(void))
{
	state.returned = returned;
}

void commit_stop(void)
{
	forget_unconfirmed();
	while (state.n_history)
		talloc_free(state.history[--state.n_history]);
}
