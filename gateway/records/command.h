/* What the program does with stored records at the command line, instead of running:
 *   --export csv|json FILE [FROM [UNTIL]], --records-downgrade FILE|CONNECTION */
#pragma once

/* clang-format off */
#define RECORDS_USAGE \
	"       crosspoint --export csv|json FILE [FROM [UNTIL]]\n" \
	"                                 print the call records of a file of SQLite, all or\n" \
	"                                 those set up from FROM on and before UNTIL (UTC, as\n" \
	"                                 2026-11-30 or 2026-11-30T12:00)\n" \
	"       crosspoint --records-downgrade FILE|CONNECTION\n" \
	"                                 take call records in SQLite, or in PostgreSQL as\n" \
	"                                 libpq describes it, back by one version of their\n" \
	"                                 schema, for an older program\n"
/* clang-format on */

/* The exit status, 2 when it makes no sense; -1: it is nothing of ours. */
int records_command(int argc, char **argv);
