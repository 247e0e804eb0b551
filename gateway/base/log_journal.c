/* Fields without a value are left out, so that a query for a field finds the lines that are about such a thing. The
 * names are those that people type, and no well-known ones of systemd.journal-fields(7) but where they mean the same. */
#include "base/log_journal.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define SD_JOURNAL_SUPPRESS_LOCATION /* that of who logs is given, not of this file */
#include <systemd/sd-journal.h>

#include "base/log_about.h"

enum { FIELDS_MAX = 16, ROOM = 4096 };

struct fields {
	struct iovec at[FIELDS_MAX];
	int n;
	char room[ROOM];
	size_t used;
};

bool log_journal_takes_stderr(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	uintmax_t device, inode;
	struct stat is;

	return stream && sscanf(stream, "%ju:%ju", &device, &inode) == 2 &&
	       fstat(STDERR_FILENO, &is) == 0 && is.st_dev == device && is.st_ino == inode;
}

bool log_journal_takes_fields(void)
{
	/* where libsystemd sends to; a root directory of our own may be without it */
	return access("/run/systemd/journal/socket", W_OK) == 0;
}

static void put(struct fields *fields, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void put(struct fields *fields, const char *format, ...)
{
	const size_t left = ROOM - fields->used;
	va_list args;
	int n;

	if (fields->n == FIELDS_MAX)
		return;
	va_start(args, format);
	n = vsnprintf(fields->room + fields->used, left, format, args);
	va_end(args);
	if (n < 0 || (size_t)n >= left)
		return;
	fields->at[fields->n++] =
		(struct iovec){ .iov_base = fields->room + fields->used, .iov_len = (size_t)n };
	fields->used += (size_t)n;
}

static void put_name(struct fields *fields, const char *field, const char *value)
{
	if (value && *value)
		put(fields, "%s=%s", field, value);
}

static void put_about(struct fields *fields, const struct log_about *about)
{
	if (about->call)
		put(fields, "CALL_ID=%" PRIu32, about->call);
	put_name(fields, "RECORD_ID", about->record);
	for (unsigned i = 0; i < 2; i++) {
		put_name(fields, "TRUNK", about->trunk[i]);
		put_name(fields, "CHANNEL", about->channel[i]);
		put_name(fields, "PEER", about->peer[i]);
	}
	put_name(fields, "ALARM", about->alarm);
	put_name(fields, "ALARM_STATE", about->alarm_state);
	put_name(fields, "OBJECT", about->object);
}

bool log_journal_put(const struct log_line *line)
{
	static struct fields fields; /* large; of the control thread */

	fields.n = 0;
	fields.used = 0;
	put(&fields, "MESSAGE=%s: %s", line->category, line->text);
	put(&fields, "PRIORITY=%d", line->priority);
	put(&fields, "SYSLOG_IDENTIFIER=crosspoint");
	put(&fields, "CATEGORY=%s", line->category);
	put(&fields, "CODE_FILE=%s", line->file);
	put(&fields, "CODE_LINE=%d", line->line);
	if (line->about)
		put_about(&fields, line->about);
	return sd_journal_sendv(fields.at, fields.n) == 0;
}
