/* The running configuration as text: shown, and written to its file. The file is replaced in one
 * step, and those before it are kept as FILE.1, FILE.2 ... */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <osmocom/core/talloc.h>
#include <osmocom/vty/command.h>
#include <osmocom/vty/vty.h>

#include "base/config.h"
#include "base/config_secret.h"
#include "base/log.h"
#include "manage/audit.h"
#include "manage/cli/cli.h"
#include "manage/config/commit.h"
#include "manage/manage.h"
#include "manage/config/store.h"
#include "manage/cli/table.h"

enum { KEPT = 5 }; /* files before the present one */

static int write_all(int fd, const char *text)
{
	size_t len = strlen(text);

	while (len > 0) {
		ssize_t n = write(fd, text, len);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0) {
			text += n;
			len -= n;
		}
	}
	return fsync(fd) < 0 ? -errno : 0;
}

/* A new file beside the old one, with its mode; 0 or -errno, then none is left. */
static int write_new(const char *file, char *new_file, const char *text)
{
	struct stat st;
	int fd = mkostemp(new_file, O_CLOEXEC), rc;

	if (fd < 0)
		return -errno;
	rc = fchmod(fd, stat(file, &st) == 0 ? st.st_mode & 0777 : 0640) < 0 ? -errno : 0;
	if (rc == 0)
		rc = write_all(fd, text);
	if (close(fd) < 0 && rc == 0)
		rc = -errno;
	if (rc < 0)
		unlink(new_file);
	return rc;
}

/* FILE.4 becomes FILE.5 ..., then FILE.1 is the present file, which stays in its place too. */
static int keep_previous(void *ctx, const char *file)
{
	for (int i = KEPT - 1; i > 0; i--)
		if (rename(talloc_asprintf(ctx, "%s.%d", file, i),
			   talloc_asprintf(ctx, "%s.%d", file, i + 1)) < 0 &&
		    errno != ENOENT)
			return -errno;
	if (link(file, talloc_asprintf(ctx, "%s.1", file)) < 0 && errno != ENOENT)
		return -errno;
	return 0;
}

int store_write(const char *path, const char *text)
{
	void *ctx = talloc_new(NULL);
	char resolved[PATH_MAX];
	const char *file = realpath(path, resolved) ? resolved : path;
	char *new_file = talloc_asprintf(ctx, "%s.new.XXXXXX", file);
	int rc = new_file ? write_new(file, new_file, text) : -ENOMEM;

	if (rc == 0) {
		rc = keep_previous(ctx, file);
		if (rc == 0 && rename(new_file, file) < 0)
			rc = -errno;
		if (rc < 0)
			unlink(new_file);
	}
	talloc_free(ctx);
	return rc;
}

int store_running(const struct gateway *gateway, const char *who)
{
	char *body = config_text(NULL, gateway->running);
	char *text = body ? talloc_asprintf(body, "! Written by crosspoint %s.\n\n%s",
					    cli_version(), body)
			  : NULL;
	int rc = text ? store_write(gateway->config_file, text) : -ENOMEM;

	talloc_free(body);
	if (rc == 0)
		audit_note(who, "write", gateway->config_file);
	return rc;
}

DEFUN(write_running, write_running_cmd, "write",
      "Keep the running configuration over a restart, in the file it was read from\n")
{
	struct gateway *gateway = cli_gateway();
	int rc;

	if (!gateway || !cli_may_change(vty))
		return CMD_WARNING;
	if (commit_is_unconfirmed())
		return config_reject(vty,
				     "what runs is not confirmed yet, and a restart would keep "
				     "it; `commit` in the configuration confirms it");
	rc = store_running(gateway, cli_who(vty));
	if (rc < 0)
		return config_reject(vty, "cannot write %s: %s", gateway->config_file,
				     strerror(-rc));
	vty_out(vty, "Written to %s; the one before it, with its comments, is %s.1%s",
		gateway->config_file, gateway->config_file, VTY_NEWLINE);
	if (candidate_pending())
		vty_out(vty, "The candidate's uncommitted changes are not in it.%s", VTY_NEWLINE);
	return CMD_SUCCESS;
}

DEFUN(show_running, show_running_cmd, "show running-config",
      SHOW_STR "The configuration that runs, without its passwords\n")
{
	char *text;

	if (!cli_gateway())
		return CMD_WARNING;
	text = config_text(NULL, cli_gateway()->running);
	config_hide_secrets(text);
	text_out(vty, text);
	talloc_free(text);
	return CMD_SUCCESS;
}

void store_install(void)
{
	cli_install(&write_running_cmd);
	cli_install(&show_running_cmd);
	cli_install_editing(&write_running_cmd);
	cli_install_editing(&show_running_cmd);
}
