/* Commands that change something: what was done, and from where, is noted once they have succeeded. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <osmocom/core/sockaddr_str.h>
#include <osmocom/core/utils.h>
#include <osmocom/vty/command.h>
#include <osmocom/vty/vty.h>

#include "manage/audit.h"
#include "manage/cli.h"

enum { ACTIONS_MAX = 64 };

typedef int (*command_fn)(struct cmd_element *, struct vty *, int, const char *[]);

static struct action {
	const struct cmd_element *element;
	command_fn run;
} actions[ACTIONS_MAX];
static size_t n_actions;

const char *cli_who(const struct vty *vty)
{
	static char who[80];
	struct sockaddr_storage peer = { 0 };
	socklen_t len = sizeof(peer);
	struct osmo_sockaddr_str text;

	if (getpeername(vty->fd, (struct sockaddr *)&peer, &len) ||
	    osmo_sockaddr_str_from_sockaddr(&text, &peer))
		return "cli";
	snprintf(who, sizeof(who), "cli " OSMO_SOCKADDR_STR_FMT, OSMO_SOCKADDR_STR_FMT_ARGS(&text));
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
	int rc = original(self)(self, vty, argc, argv);

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
