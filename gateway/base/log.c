/* One line per event on stderr: "2026-11-20 16:20:01.123 NOTICE call: text". libosmocore would take its
 * time stamp from gettimeofday, which is no wall clock here, so the line is put together in this file.
 * Texts may quote what strangers sent: a control character cannot begin a line of its own. */
#include "base/log.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include <osmocom/core/utils.h>

#include "base/clock.h"
#include "base/log_journal.h"

enum { LINE_MAX_OCTETS = 2048 };

/* clang-format off */
static const struct log_info_cat categories[] = {
	[DTDM] = { .name = "DTDM", .description = "Spans and their drivers",
		.enabled = 1, .loglevel = LOGL_NOTICE },
	[DMG] = { .name = "DMG", .description = "Contexts and terminations",
		.enabled = 1, .loglevel = LOGL_NOTICE },
	[DCALL] = { .name = "DCALL", .description = "Calls and routes",
		.enabled = 1, .loglevel = LOGL_NOTICE },
	[DSIP] = { .name = "DSIP", .description = "SIP",
		.enabled = 1, .loglevel = LOGL_NOTICE },
	[DISDN] = { .name = "DISDN", .description = "ISDN trunks",
		.enabled = 1, .loglevel = LOGL_NOTICE },
	[DMANAGE] = { .name = "DMANAGE", .description = "CLI and status",
		.enabled = 1, .loglevel = LOGL_NOTICE },
	[DALARM] = { .name = "DALARM", .description = "Alarms",
		.enabled = 1, .loglevel = LOGL_NOTICE },
};
/* clang-format on */

const struct log_info log_categories = {
	.cat = categories,
	.num_cat = ARRAY_SIZE(categories),
};

static const char *level_name(unsigned int level)
{
	return level >= LOGL_FATAL    ? "FATAL"
	       : level >= LOGL_ERROR  ? "ERROR"
	       : level >= LOGL_NOTICE ? "NOTICE"
	       : level >= LOGL_INFO   ? "INFO"
				      : "DEBUG";
}

static const char *level_color(unsigned int level)
{
	return level >= LOGL_ERROR    ? OSMO_LOGCOLOR_RED
	       : level >= LOGL_NOTICE ? OSMO_LOGCOLOR_BRIGHTWHITE
				      : OSMO_LOGCOLOR_GREY;
}

/* "DCALL" is "call"; libosmocore's own "DLGLOBAL" is "global". */
static void category_name(int subsys, char *out, size_t size)
{
	const char *name = log_category_name(subsys);
	size_t n = 0;

	if (!name)
		name = "log";
	else
		name += strncmp(name, "DL", 2) ? strspn(name, "D") : 2;
	for (; name[n] && n + 1 < size; n++)
		out[n] = (char)tolower((unsigned char)name[n]);
	out[n] = '\0';
}

static const struct log_about *about_now;
/* As sd-daemon(3) has it: the journal keeps the time itself, and takes the priority of syslog(3) from "<5>". */
static bool to_journal;
static bool with_fields; /* to_journal, by the journal's own protocol */

static int priority(unsigned int level)
{
	return level >= LOGL_FATAL    ? LOG_CRIT
	       : level >= LOGL_ERROR  ? LOG_ERR
	       : level >= LOGL_NOTICE ? LOG_NOTICE
	       : level >= LOGL_INFO   ? LOG_INFO
				      : LOG_DEBUG;
}

static size_t put_journal_head(char *out, size_t size, int subsys, unsigned int level)
{
	char category[16];

	category_name(subsys, category, sizeof(category));
	return (size_t)snprintf(out, size, "<%d>%s: ", priority(level), category);
}

static size_t put_head(char *out, size_t size, int subsys, unsigned int level)
{
	struct timespec now = clock_wall();
	struct tm local;
	char category[16];

	localtime_r(&now.tv_sec, &local);
	category_name(subsys, category, sizeof(category));
	size_t len = strftime(out, size, "%Y-%m-%d %H:%M:%S", &local);
	int n = snprintf(out + len, size - len, ".%03ld %s %s: ", now.tv_nsec / 1000000,
			 level_name(level), category);
	return len + (size_t)n;
}

static void clean(char *text)
{
	for (; *text; text++) {
		if (iscntrl((unsigned char)*text))
			*text = '?';
	}
}

static bool put_with_fields(int subsys, unsigned int level, const char *file, int line,
			    const char *text)
{
	char category[16];

	category_name(subsys, category, sizeof(category));
	return log_journal_put(&(const struct log_line){
		.priority = priority(level),
		.category = category,
		.file = file,
		.line = line,
		.text = text,
		.about = about_now,
	});
}

/* log_target.raw_output; where in the source is for the journal, continuation is not shown. */
static void on_line(struct log_target *target, int subsys, unsigned int level, const char *file,
		    int line, int cont, const char *format, va_list ap)
{
	char text[LINE_MAX_OCTETS];
	size_t head = (to_journal ? put_journal_head : put_head)(text, sizeof(text), subsys, level);

	(void)cont;
	vsnprintf(text + head, sizeof(text) - head, format, ap);
	size_t len = strlen(text);
	if (len && text[len - 1] == '\n')
		text[len - 1] = '\0';
	clean(text + head);
	if (with_fields && put_with_fields(subsys, level, file, line, text + head))
		return;
	if (target->use_color)
		fprintf(stderr, "%s%s%s\n", level_color(level), text, OSMO_LOGCOLOR_END);
	else
		fprintf(stderr, "%s\n", text);
}

void log_about(const struct log_about *about)
{
	about_now = about;
}

void log_setup(void *talloc_ctx)
{
	if (log_init(&log_categories, talloc_ctx) < 0)
		return;
	struct log_target *target = log_target_create_stderr();
	if (!target)
		return;
	target->raw_output = on_line;
	to_journal = log_journal_takes_stderr();
	with_fields = to_journal && log_journal_takes_fields();
	log_set_use_color(target, isatty(STDERR_FILENO));
	log_set_all_filter(target, 1);
	log_add_target(target);
}
