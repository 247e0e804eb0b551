/* Who changed what, and when. */
#include "manage/audit.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

enum { LINE_MAX_OCTETS = 64 << 10 }; /* a longer diff is cut */

static char path[PATH_MAX]; /* "": none */

/* What the version before kept as audit.log goes on under its new name. */
static void take_over(const char *state_dir, const char *suffix)
{
	char from[PATH_MAX + 2], to[PATH_MAX + 2];

	if (snprintf(from, sizeof(from), "%s/audit.log%s", state_dir, suffix) >= PATH_MAX)
		return;
	snprintf(to, sizeof(to), "%s%s", path, suffix);
	if (access(to, F_OK) && !access(from, F_OK) && rename(from, to))
		LOGP(DMANAGE, LOGL_ERROR, "%s: %s\n", from, strerror(errno));
}

void audit_open(const char *state_dir)
{
	if (!state_dir || snprintf(path, sizeof(path), "%s/changes.log", state_dir) >= PATH_MAX) {
		path[0] = '\0';
		return;
	}
	take_over(state_dir, "");
	take_over(state_dir, ".1");
}

void audit_close(void)
{
	path[0] = '\0';
}

/* What is no UTF-8, as a file's name may be, has its octets above 127 as "?". */
static json_t *text_of(const char *text)
{
	const size_t len = strnlen(text, LINE_MAX_OCTETS);
	json_t *value = json_stringn(text, len);
	char *plain = value ? NULL : strndup(text, len);

	for (char *p = plain; p && *p; p++)
		if ((unsigned char)*p > 127)
			*p = '?';
	if (plain)
		value = json_string(plain);
	free(plain);
	return value;
}

static json_t *entry_of(const char *who, const char *did, const char *detail)
{
	struct timespec now = clock_wall();
	char time[32];
	struct tm tm;

	strftime(time, sizeof(time), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now.tv_sec, &tm));
	return json_pack("{s:s, s:o, s:o, s:o}", "time", time, "who", text_of(who), "did",
			 text_of(did), "detail", text_of(detail));
}

/* 0 or -errno. One write(2), so that a kill tears no line of what was there. */
static int append(const char *line)
{
	const size_t len = strlen(line);
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0640), rc = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, line, len) != (ssize_t)len)
		rc = errno ? -errno : -ENOSPC;
	close(fd);
	return rc;
}

static void keep_bounds(void)
{
	char before[PATH_MAX + 2];
	struct stat stat_now;

	if (stat(path, &stat_now) || stat_now.st_size < AUDIT_MAX)
		return;
	snprintf(before, sizeof(before), "%s.1", path);
	if (rename(path, before))
		LOGP(DMANAGE, LOGL_ERROR, "%s: %s\n", path, strerror(errno));
}

static void put(const json_t *entry)
{
	char *text = json_dumps(entry, JSON_COMPACT), *line = NULL;
	int rc = text && asprintf(&line, "%s\n", text) > 0 ? 0 : -ENOMEM;

	keep_bounds();
	errno = 0;
	if (rc == 0)
		rc = append(line);
	if (rc < 0)
		LOGP(DMANAGE, LOGL_ERROR, "%s: %s; what was done stands, but is not written down\n",
		     path, strerror(-rc));
	free(line);
	free(text);
}

void audit_note(const char *who, const char *did, const char *detail)
{
	json_t *entry = entry_of(who, did, detail);

	LOGP(DMANAGE, LOGL_NOTICE, "%s by %s%s%.200s\n", did, who, *detail ? ": " : "",
	     strchr(detail, '\n') ? "see `show changes`" : detail);
	if (*path && entry)
		put(entry);
	json_decref(entry);
}

/* Its lines behind those that are there; no more than n, the first ones go. */
static void read_file(const char *file, unsigned n, json_t *rows)
{
	FILE *in = fopen(file, "re");
	size_t size = 0;
	char *line = NULL;
	ssize_t len;

	while (in && (len = getline(&line, &size, in)) > 0) {
		json_t *entry = json_loadb(line, (size_t)len, 0, NULL);

		if (entry)
			json_array_append_new(rows, entry);
		if (json_array_size(rows) > n)
			json_array_remove(rows, 0);
	}
	free(line);
	if (in)
		fclose(in);
}

json_t *audit_read(unsigned n)
{
	json_t *rows = json_array();
	char before[PATH_MAX + 2];

	if (!*path || !n)
		return rows;
	snprintf(before, sizeof(before), "%s.1", path);
	read_file(before, n, rows);
	read_file(path, n, rows);
	return rows;
}
