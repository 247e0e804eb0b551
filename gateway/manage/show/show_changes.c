/* Who changed what, and when, for people and programs. */
#include <stdlib.h>

#include <osmocom/vty/command.h>
#include <osmocom/vty/vty.h>

#include "base/config_vty.h"
#include "manage/audit.h"
#include "manage/cli/cli.h"
#include "manage/cli/table.h"

enum { SHOWN = 20 };

static void entry_out(struct vty *vty, json_t *entry)
{
	const char *time = "", *who = "", *did = "", *detail = "";

	json_unpack(entry, "{s?s, s?s, s?s, s?s}", "time", &time, "who", &who, "did", &did,
		    "detail", &detail);
	vty_out(vty, "%s  %s  %s%s", time, who, did, VTY_NEWLINE);
	if (*detail)
		text_out(vty, detail);
}

static int print(struct vty *vty, unsigned n, bool json)
{
	json_t *rows = audit_read(n), *entry;
	size_t i;

	if (json)
		json_out(vty, rows);
	else if (!json_array_size(rows))
		vty_out(vty, "Nothing was changed yet.%s", VTY_NEWLINE);
	else
		json_array_foreach(rows, i, entry) entry_out(vty, entry);
	json_decref(rows);
	return CMD_SUCCESS;
}

#define CHANGES_STR SHOW_STR "Who changed what, and when; the last 20\n"
#define JSON_STR "As JSON, for programs\n"

DEFUN(show_changes, show_changes_cmd, "show changes [json]", CHANGES_STR JSON_STR)
{
	return print(vty, SHOWN, argc > 0);
}

DEFUN(show_changes_last, show_changes_last_cmd, "show changes last <1-1000> [json]",
      CHANGES_STR "More of them, or fewer\nHow many\n" JSON_STR)
{
	return print(vty, (unsigned)atoi(argv[0]), argc > 1);
}

void show_changes_install(void)
{
	cli_install(&show_changes_cmd);
	cli_install(&show_changes_last_cmd);
}
