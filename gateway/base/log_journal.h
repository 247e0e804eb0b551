/* The log's lines in systemd's journal, where each has fields besides its text: `journalctl CALL_ID=7`,
 * `journalctl TRUNK=pstn`. Control thread. */
#pragma once

#include <stdbool.h>

struct log_about;

struct log_line {
	int priority;         /* of syslog(3) */
	const char *category; /* "call" */
	const char *file;     /* where in the source */
	int line;
	const char *text;              /* without control characters */
	const struct log_about *about; /* NULL: nothing is known */
};

/* Is stderr the journal's, as JOURNAL_STREAM says (systemd.exec(5)), and can the journal's own protocol be spoken? */
bool log_journal_takes_stderr(void);
bool log_journal_takes_fields(void);
/* False: the journal did not take it. */
bool log_journal_put(const struct log_line *line);
