/* The candidate configuration: one person edits it, the rest see the running one. `commit`
 * validates it and only then carries it over; `commit confirmed` goes back by itself unless
 * `commit` follows (commit.h). */
#include <stdlib.h>
#include <string.h>

#include <osmocom/core/talloc.h>
#include <osmocom/vty/command.h>
#include <osmocom/vty/vty.h>

#include "base/config_secret.h"
#include "base/config_vty.h"
#include "base/log.h"
#include "manage/audit.h"
#include "manage/cli/cli.h"
#include "manage/cli/change_class.h"
#include "manage/config/commit.h"
#include "manage/config/pending.h"
#include "manage/manage.h"
#include "manage/manage_config.h"
#include "manage/cli/table.h"
#include "pstn/plant.h"

static struct {
	struct vty *editor; /* NULL: nobody edits */
	struct config *candidate;
	unsigned number; /* of the configuration that ran when the candidate was begun */
} state;

bool candidate_pending(void)
{
	return state.candidate && !commit_same(state.candidate, cli_gateway()->running);
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
	state.number = commit_number();
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
	drop_candidate();
}

DEFUN(configure, configure_cmd, "configure terminal",
      "Edit the configuration, as a candidate until `commit`\n"
      "From here\n")
{
	if (!cli_gateway() || !cli_may_change(vty))
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

DEFUN(show_diff, show_diff_cmd, "show diff", SHOW_STR "What `commit` would change\n")
{
	char *diff = commit_diff(NULL, cli_gateway()->running, state.candidate);

	text_out(vty, !diff ? "Out of memory." : *diff ? diff : "No changes.");
	talloc_free(diff);
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

/* Which changes hold from when. text: of what ran before the commit. */
static void say_classes(struct vty *vty, const char *before)
{
	void *ctx = talloc_new(NULL);
	char *now = config_text(ctx, cli_gateway()->running);
	char *said = before && now ? change_summary(ctx, before, now) : NULL;

	text_out(vty, said ? said : "");
	talloc_free(ctx);
}

/* minutes: that it waits to be confirmed; 0: it stays. */
static int commit_candidate(struct vty *vty, unsigned minutes)
{
	if (state.number != commit_number()) {
		state.number = commit_number();
		return config_reject(
			vty, "not committed: another configuration runs since this candidate was "
			     "begun (`show changes`), and the candidate would undo that; see `show "
			     "diff`, then `commit` again or `rollback 0`");
	}
	struct config_report *report = config_report_new(NULL, NULL);
	char *before = config_text(NULL, cli_gateway()->running);
	bool done =
		minutes ? commit_apply_confirmed(state.candidate, cli_who(vty), "", minutes, report)
			: commit_apply(state.candidate, cli_who(vty), "", report);

	state.number = commit_number();
	report_out(vty, report);
	if (!done)
		vty_out(vty, "%% not committed; the running configuration is unchanged%s",
			VTY_NEWLINE);
	else
		say_classes(vty, before);
	talloc_free(before);
	talloc_free(report);
	return done ? CMD_SUCCESS : CMD_WARNING;
}

DEFUN(commit, commit_cmd, "commit", "Apply the candidate, or confirm what was applied\n")
{
	bool changes = candidate_pending();

	if (changes && commit_candidate(vty, 0) != CMD_SUCCESS)
		return CMD_WARNING;
	if (changes)
		pending_out(vty);
	if (changes)
		vty_out(vty, "Committed; `write` keeps it over a restart.%s", VTY_NEWLINE);
	else if (commit_confirm(cli_who(vty)))
		vty_out(vty, "Confirmed; `write` keeps it over a restart.%s", VTY_NEWLINE);
	else
		vty_out(vty, "No changes.%s", VTY_NEWLINE);
	return CMD_SUCCESS;
}

DEFUN(commit_now, commit_now_cmd, "commit now",
      "Apply the candidate, or confirm what was applied\n"
      "Trunks that have to be opened anew do not wait for the end of their calls: these are "
      "cleared\n")
{
	struct config_report *report;
	int rc;

	if (candidate_pending() && commit_candidate(vty, 0) != CMD_SUCCESS)
		return CMD_WARNING;
	audit_note(cli_who(vty), "command", "commit now");
	report = config_report_new(NULL, NULL);
	rc = cli_gateway()->plant ? plant_now(cli_gateway()->plant, report) : 0;
	report_out(vty, report);
	talloc_free(report);
	pending_out(vty);
	if (rc == 0)
		vty_out(vty, "No trunk waits; `write` keeps it over a restart.%s", VTY_NEWLINE);
	return rc == 0 ? CMD_SUCCESS : CMD_WARNING;
}

DEFUN(show_pending, show_pending_cmd, "show pending",
      SHOW_STR "What commits left for when calls are over; trunks do not wait after `commit now`\n")
{
	if (!cli_gateway())
		return CMD_WARNING;
	pending_out(vty);
	return CMD_SUCCESS;
}

/* commit_on_return */
static void on_return(void)
{
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
	if (!candidate_pending()) {
		vty_out(vty, "No changes.%s", VTY_NEWLINE);
		return CMD_SUCCESS;
	}
	if (commit_candidate(vty, (unsigned)atoi(argv[0])) != CMD_SUCCESS)
		return CMD_WARNING;
	pending_out(vty);
	vty_out(vty, "Committed; it goes back in %s min unless `commit` confirms it.%s", argv[0],
		VTY_NEWLINE);
	return CMD_SUCCESS;
}

DEFUN(rollback, rollback_cmd, "rollback <0-20>",
      "Load a configuration committed before into the candidate\n"
      "0: the running one, 1: the one before it ...\n")
{
	const struct config *before = commit_before((unsigned)atoi(argv[0]));

	if (!before)
		return config_reject(vty, "there is no configuration %s commits back; at most %u",
				     argv[0], commit_history());
	if (!take_candidate(before))
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
	commit_on_return(on_return);
	install_element(VIEW_NODE, &configure_cmd);
	install_element(ENABLE_NODE, &configure_cmd);
	install_lib_element(CONFIG_NODE, &exit_editing_cmd);
	cli_install_editing(&end_editing_cmd);
	cli_install_editing(&abort_editing_cmd);
	cli_install_editing(&show_diff_cmd);
	cli_install_editing(&show_candidate_cmd);
	cli_install_editing(&commit_cmd);
	cli_install_editing(&commit_confirmed_cmd);
	cli_install_editing(&commit_now_cmd);
	cli_install_editing(&show_pending_cmd);
	cli_install(&show_pending_cmd);
	cli_install_editing(&rollback_cmd);
}
