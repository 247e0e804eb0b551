/* The candidate configuration: one person edits it, the rest see the running one. `commit`
 * validates it and only then carries it over; `commit confirmed` goes back by itself unless
 * `commit` follows. */
#include <stdlib.h>
#include <string.h>

#include <osmocom/core/talloc.h>
#include <osmocom/core/timer.h>
#include <osmocom/vty/command.h>
#include <osmocom/vty/vty.h>

#include "base/config_secret.h"
#include "base/config_vty.h"
#include "base/log.h"
#include "manage/cli.h"
#include "manage/diff.h"
#include "manage/manage.h"
#include "manage/manage_config.h"
#include "manage/table.h"

enum { HISTORY_MAX = 20 };

static struct {
	struct vty *editor; /* NULL: nobody edits */
	struct config *candidate;
	struct config
		*history[HISTORY_MAX]; /* committed before the running one, the latest first */
	unsigned n_history;
	struct osmo_timer_list confirm; /* pending: a commit waits to be confirmed */
	struct config *confirmed;       /* what ran before, and runs again if it is not */
	bool went_back; /* since the candidate was begun: its editor must see that */
} state;

static bool same(const struct config *a, const struct config *b)
{
	char *a_text = config_text(NULL, a), *b_text = config_text(NULL, b);
	bool equal = a_text && b_text && strcmp(a_text, b_text) == 0;

	talloc_free(a_text);
	talloc_free(b_text);
	return equal;
}

bool candidate_pending(void)
{
	return state.candidate && !same(state.candidate, cli_gateway()->running);
}

static void drop_candidate(void)
{
	config_set_candidate(NULL);
	TALLOC_FREE(state.candidate);
	if (state.editor)
		vty_config_unlock(state.editor);
	state.editor = NULL;
}

/* False: memory is out, and the candidate is as it was. */
static bool take_candidate(const struct config *from)
{
	struct config *copy = config_copy(cli_gateway()->owner, from);

	if (!copy)
		return false;
	talloc_free(state.candidate);
	state.candidate = copy;
	config_set_candidate(state.candidate);
	state.went_back = false;
	return true;
}

void candidate_forget(struct vty *vty)
{
	if (vty != state.editor)
		return;
	if (candidate_pending())
		LOGP(DMANAGE, LOGL_NOTICE,
		     "configuration session closed, its uncommitted changes dropped\n");
	drop_candidate();
}

/* ^D and ^Z leave CONFIG_NODE without a command. */
void candidate_check_left(struct vty *vty)
{
	if (vty != state.editor || vty->node >= CONFIG_NODE)
		return;
	if (candidate_pending())
		cli_notice(vty, "%% uncommitted changes dropped");
	drop_candidate();
}

void candidate_stop(void)
{
	osmo_timer_del(&state.confirm);
	TALLOC_FREE(state.confirmed);
	drop_candidate();
	while (state.n_history)
		talloc_free(state.history[--state.n_history]);
}

DEFUN(configure, configure_cmd, "configure terminal",
      "Edit the configuration, as a candidate until `commit`\n"
      "From here\n")
{
	if (!cli_gateway())
		return CMD_WARNING;
	if (state.editor && state.editor != vty) {
		vty_out(vty,
			"%% session vty[%d] of `who` edits the configuration; wait for its end%s",
			state.editor->fd, VTY_NEWLINE);
		return CMD_WARNING;
	}
	if (!take_candidate(cli_gateway()->running))
		return config_reject(vty, "out of memory");
	vty_config_lock(vty); /* the mark that `who` shows */
	state.editor = vty;
	vty->node = CONFIG_NODE;
	vty->index = NULL;
	return CMD_SUCCESS;
}

static void leave(struct vty *vty)
{
	while (vty->node > CONFIG_NODE)
		vty_go_parent(vty);
	vty->node = ENABLE_NODE;
	vty->index = NULL;
	drop_candidate();
}

DEFUN(end_editing, end_editing_cmd, "end", "Leave the configuration\n")
{
	if (candidate_pending())
		return config_reject(
			vty, "there are uncommitted changes; `commit` applies them, `abort` "
			     "drops them, `show diff` shows them");
	leave(vty);
	return CMD_SUCCESS;
}

ALIAS(end_editing, exit_editing_cmd, "exit", "Leave the configuration\n")

DEFUN(abort_editing, abort_editing_cmd, "abort",
      "Leave the configuration, dropping uncommitted changes\n")
{
	leave(vty);
	return CMD_SUCCESS;
}

/* The candidate's changes as a diff, or nothing. */
static char *candidate_diff(void *talloc_ctx)
{
	char *from = config_text(talloc_ctx, cli_gateway()->running);
	char *to = config_text(talloc_ctx, state.candidate);

	char *diff = diff_text(talloc_ctx, from, to);

	config_hide_secrets(diff);
	return diff;
}

DEFUN(show_diff, show_diff_cmd, "show diff", SHOW_STR "What `commit` would change\n")
{
	void *ctx = talloc_new(NULL);
	const char *diff = candidate_diff(ctx);

	text_out(vty, *diff ? diff : "No changes.");
	talloc_free(ctx);
	return CMD_SUCCESS;
}

DEFUN(show_candidate, show_candidate_cmd, "show candidate",
      SHOW_STR "The configuration being edited\n")
{
	char *text = config_text(NULL, state.candidate);

	config_hide_secrets(text);
	text_out(vty, text);
	talloc_free(text);
	return CMD_SUCCESS;
}

static void report_out(struct vty *vty, const struct config_report *report)
{
	for (size_t i = 0; i < config_report_count(report); i++)
		vty_out(vty, "%% %s%s", config_report_get(report, i), VTY_NEWLINE);
}

static void remember(struct config *config)
{
	if (state.n_history == HISTORY_MAX)
		talloc_free(state.history[--state.n_history]);
	for (unsigned i = state.n_history; i > 0; i--)
		state.history[i] = state.history[i - 1];
	state.history[0] = config;
	state.n_history++;
}

/* Validates and applies; the running configuration becomes history. Faults go into the report. */
static bool carry_over(const struct config *to, struct config_report *report)
{
	struct gateway *gateway = cli_gateway();
	struct config *next = report ? config_copy(gateway->owner, to) : NULL;

	if (!next) {
		config_fault(report, 0, "out of memory");
		return false;
	}
	config_validate(next, report);
	if (!config_report_count(report))
		channel_test_end_all();
	if (config_report_count(report) > 0 || gateway->apply(gateway, next, report) < 0) {
		talloc_free(next);
		return false;
	}
	remember(gateway->running);
	gateway->running = next;
	return true;
}

/* The CLI keeps its port while it runs: its own sessions stand on it. */
static bool cli_moves(const struct config *from, const struct config *to)
{
	const struct manage_config *a = config_get(from, &manage_section);
	const struct manage_config *b = config_get(to, &manage_section);

	return a->cli_port != b->cli_port || strcmp(a->cli_address, b->cli_address) != 0;
}

static int commit_candidate(struct vty *vty)
{
	if (state.went_back) {
		state.went_back = false;
		return config_reject(
			vty, "not committed: an unconfirmed commit was taken back since this "
			     "candidate was begun, and may still be in it; see `show diff`, then "
			     "`commit` again or `rollback 0`");
	}
	struct config_report *report = config_report_new(NULL, NULL);
	bool moves = cli_moves(cli_gateway()->running, state.candidate);
	bool done = carry_over(state.candidate, report);

	report_out(vty, report);
	if (!done)
		vty_out(vty, "%% not committed; the running configuration is unchanged%s",
			VTY_NEWLINE);
	else if (moves)
		vty_out(vty, "The CLI's new address holds from the next start.%s", VTY_NEWLINE);
	talloc_free(report);
	return done ? CMD_SUCCESS : CMD_WARNING;
}

DEFUN(commit, commit_cmd, "commit", "Apply the candidate, or confirm what was applied\n")
{
	bool confirms = state.confirmed;
	bool changes = candidate_pending();

	if (changes && commit_candidate(vty) != CMD_SUCCESS)
		return CMD_WARNING;
	osmo_timer_del(&state.confirm);
	TALLOC_FREE(state.confirmed);
	if (changes || confirms)
		vty_out(vty, "%s; `write` keeps it over a restart.%s",
			changes ? "Committed" : "Confirmed", VTY_NEWLINE);
	else
		vty_out(vty, "No changes.%s", VTY_NEWLINE);
	return CMD_SUCCESS;
}

/* Nobody confirmed in time: back to what ran before the first unconfirmed commit. */
static void on_confirm_missing(void *data)
{
	struct config_report *report = config_report_new(NULL, NULL);

	(void)data;
	if (carry_over(state.confirmed, report))
		LOGP(DMANAGE, LOGL_NOTICE,
		     "commit was not confirmed in time: the configuration before it "
		     "runs again\n");
	else
		LOGP(DMANAGE, LOGL_ERROR, "commit was not confirmed, but going back failed: %s\n",
		     config_report_count(report) ? config_report_get(report, 0)
						 : "no reason given");
	TALLOC_FREE(state.confirmed);
	talloc_free(report);
	state.went_back = state.editor;
	if (state.editor)
		cli_notice(state.editor,
			   "%% not confirmed in time: the configuration before the commit runs "
			   "again; the candidate is as you left it");
}

DEFUN(commit_confirmed, commit_confirmed_cmd, "commit confirmed <1-1440>",
      "Apply the candidate, or confirm what was applied\n"
      "Go back by itself unless `commit` is given in time\n"
      "Minutes\n")
{
	struct config *before;

	if (!candidate_pending()) {
		vty_out(vty, "No changes.%s", VTY_NEWLINE);
		return CMD_SUCCESS;
	}
	before = config_copy(cli_gateway()->owner, cli_gateway()->running);
	if (!before)
		return config_reject(vty, "out of memory");
	if (commit_candidate(vty) != CMD_SUCCESS) {
		talloc_free(before);
		return CMD_WARNING;
	}
	if (state.confirmed)
		talloc_free(before); /* the commit before this one was not confirmed either */
	else
		state.confirmed = before;
	osmo_timer_setup(&state.confirm, on_confirm_missing, NULL);
	osmo_timer_schedule(&state.confirm, 60 * atoi(argv[0]), 0);
	vty_out(vty, "Committed; it goes back in %s min unless `commit` confirms it.%s", argv[0],
		VTY_NEWLINE);
	return CMD_SUCCESS;
}

DEFUN(rollback, rollback_cmd, "rollback <0-20>",
      "Load a configuration committed before into the candidate\n"
      "0: the running one, 1: the one before it ...\n")
{
	unsigned back = atoi(argv[0]);

	if (back > state.n_history)
		return config_reject(vty, "there is no configuration %u commits back; at most %u",
				     back, state.n_history);
	if (!take_candidate(back ? state.history[back - 1] : cli_gateway()->running))
		return config_reject(vty, "out of memory");
	while (vty->node > CONFIG_NODE)
		vty_go_parent(vty); /* its item is of the old candidate */
	vty->index = NULL;
	vty_out(vty, "Loaded into the candidate; `show diff` shows it, `commit` applies it.%s",
		VTY_NEWLINE);
	return CMD_SUCCESS;
}

void candidate_install(void)
{
	install_element(VIEW_NODE, &configure_cmd);
	install_element(ENABLE_NODE, &configure_cmd);
	install_lib_element(CONFIG_NODE, &exit_editing_cmd);
	cli_install_editing(&end_editing_cmd);
	cli_install_editing(&abort_editing_cmd);
	cli_install_editing(&show_diff_cmd);
	cli_install_editing(&show_candidate_cmd);
	cli_install_editing(&commit_cmd);
	cli_install_editing(&commit_confirmed_cmd);
	cli_install_editing(&rollback_cmd);
}
