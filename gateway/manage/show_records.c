/* `show records`: how the writing of call records goes. */
#include <jansson.h>

#include <osmocom/vty/command.h>
#include <osmocom/vty/vty.h>

#include "call/call.h"
#include "records/journal.h"
#include "manage/cli.h"
#include "manage/manage.h"
#include "manage/table.h"

DEFUN(show_records, show_records_cmd, "show records [json]",
      SHOW_STR "Call records written, and waiting to be\nAs JSON, for programs\n")
{
	struct journal_status status;
	json_t *record;

	if (!cli_gateway())
		return CMD_WARNING;
	if (!call_records_status(cli_gateway()->hub, &status)) {
		vty_out(vty, "%s%s",
			argc > 0 ? "null"
				 : "No records are kept; `records` / `file` "
				   "in the configuration names a file.",
			VTY_NEWLINE);
		return CMD_SUCCESS;
	}
	record =
		json_pack("{s:s, s:I, s:I, s:I, s:I}", "file", status.path, "written",
			  (json_int_t)status.written, "interrupted", (json_int_t)status.interrupted,
			  "waiting", (json_int_t)status.waiting, "lost", (json_int_t)status.lost);
	if (argc > 0)
		json_out(vty, record);
	else
		record_out(vty, record);
	json_decref(record);
	return CMD_SUCCESS;
}

void show_records_install(void)
{
	cli_install(&show_records_cmd);
}
