/* Commands that change something: who may only look is refused; what was done, and by whom, is noted once they have
 * succeeded. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <osmocom/core/sockaddr_str.h>
#include <osmocom/core/utils.h>
#include <osmocom/vty/command.h>
#include <osmocom/vty/vty.h>

#include "base/config.h"
#include "manage/audit.h"
#include "manage/cli/cli.h"
#include "manage/manage.h"
#include "manage/manage_config.h"

enum { ACTIONS_MAX = 64 };

typedef int (*command_fn)(struct cmd_element *, struct vty *, int, const char *[]);

static struct action {
	const struct cmd_element *element;
	command_fn run;
} actions[ACTIONS_MAX];
static size_t n_actions;

static bool is_unix(const struct vty *vty)
{
	struct sockaddr_storage own = { 0 };
	socklen_t len = sizeof(own);

	return !getsockname(vty->fd, (struct sockaddr *)&own, &len) && own.ss_family == AF_UNIX;
}

bool cli_may_change(struct vty *vty)
{
	const struct manage_config *config = cli_config();

	if (is_unix(vty) || !config->cli_looks)
		return true;
	vty_out(vty, "%% sessions here may only look (`listen ... read-only`)%s%s%s",
		*config->cli_socket ? "; those on " : "", config->cli_socket,
		*config->cli_socket ? " may change" : "");
	vty_out(vty, "%s", VTY_NEWLINE);
	return false;
}

static const char *user_of(const struct vty *vty)
{
	static char number[24];
	struct ucred peer = { 0 };
	socklen_t len = sizeof(peer);
	const struct passwd *user;

	if (getsockopt(vty->fd, SOL_SOCKET, SO_PEERCRED, &peer, &len))
		return "unknown";
	user = getpwuid(peer.uid);
	snprintf(number, sizeof(number), "%u", peer.uid);
	return user ? user->pw_name : number;
}

const char *cli_who(const struct vty *vty)
{
	static char who[80];
	struct sockaddr_storage peer = { 0 };
	socklen_t len = sizeof(peer);
	struct osmo_sockaddr_str text;

	if (is_unix(vty))
		snprintf(who, sizeof(who), "cli user %s", user_of(vty));
	else if (getpeername(vty->fd, (struct sockaddr *)&peer, &len) ||
		 osmo_sockaddr_str_from_sockaddr(&text, &peer))
		return "cli";
	else
		snprintf(who, sizeof(who), "cli " OSMO_SOCKADDR_STR_FMT,
			 OSMO_SOCKADDR_STR_FMT_ARGS(&text));
	return who;
}

static command_fn original(const struct cmd_element *element)
{
	for (size_t i = 0; i < n_actions; i++)
		if (actions[i].element == element)
			return actions[i].run;
	return NULL;
}

static int run_noted(struct cmd_element *self, struct vty *vty, int argc, const char *argv[])
{
	int rc = CMD_WARNING;

	if (!cli_gateway() || cli_may_change(vty))
		rc = original(self)(self, vty, argc, argv);

	if (rc == CMD_SUCCESS)
		audit_note(cli_who(vty), "command", vty->buf);
	return rc;
}

void cli_install_action(struct cmd_element *element)
{
	OSMO_ASSERT(n_actions < ACTIONS_MAX);
	actions[n_actions++] = (struct action){ element, element->func };
	element->func = run_noted;
	cli_install(element);
}
