/* `drain`: an end, or an upgrade, that costs no call. */
#include <stdlib.h>

#include <osmocom/vty/command.h>
#include <osmocom/vty/vty.h>

#include "base/config_vty.h"
#include "call/call.h"
#include "manage/cli/cli.h"
#include "manage/manage.h"

static int drain_for(struct vty *vty, unsigned minutes)
{
	struct call_totals totals;

	if (!cli_gateway() || !cli_gateway()->drain)
		return CMD_WARNING;
	call_totals(cli_gateway()->hub, &totals);
	vty_out(vty,
		"No new calls are taken; %u are up, and the gateway ends with the last. `drain "
		"cancel` goes on as before.%s",
		(unsigned)totals.active, VTY_NEWLINE);
	cli_gateway()->drain(cli_gateway(), minutes);
	return CMD_SUCCESS;
}

#define DRAIN_STR "Take no new calls but emergency calls, and end when the last call is over\n"

DEFUN(drain, drain_cmd, "drain", DRAIN_STR)
{
	return drain_for(vty, 0);
}

DEFUN(drain_within, drain_within_cmd, "drain within <1-1440>",
      DRAIN_STR "Calls that are up after that are cleared\nMinutes\n")
{
	return drain_for(vty, (unsigned)atoi(argv[0]));
}

DEFUN(drain_cancel, drain_cancel_cmd, "drain cancel", DRAIN_STR "Go on as before\n")
{
	if (!cli_gateway() || !cli_gateway()->undrain)
		return CMD_WARNING;
	cli_gateway()->undrain(cli_gateway());
	return CMD_SUCCESS;
}

void drain_vty_install(void)
{
	cli_install_action(&drain_cmd);
	cli_install_action(&drain_within_cmd);
	cli_install_action(&drain_cancel_cmd);
}
