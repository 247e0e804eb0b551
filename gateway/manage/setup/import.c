/* The importer's two ends: lines in, and the text with its list of what was left out. */
#include "manage/setup/import.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <osmocom/core/talloc.h>
#include <osmocom/core/utils.h>

#include "base/config.h"
#include "manage/setup/import_model.h"

enum { LINE_OCTETS = 512, WORDS_SHOWN = 60, FILE_OCTETS = 1 << 20 };

/* Notes */

static void clean(char *text)
{
	for (; *text; text++) {
		if (!isprint((unsigned char)*text) || (unsigned char)*text >= 0x7f)
			*text = '?';
	}
}

void import_note(struct import *import, const char *words, const char *why, ...)
{
	char reason[LINE_OCTETS], shown[WORDS_SHOWN + 4];
	va_list args;

	if (!import->notes || import->n_notes++ >= IMPORT_NOTES)
		return;
	va_start(args, why);
	vsnprintf(reason, sizeof(reason), why, args);
	va_end(args);
	snprintf(shown, sizeof(shown), "%.*s%s", WORDS_SHOWN, words,
		 strlen(words) > WORDS_SHOWN ? "..." : "");
	clean(shown);
	clean(reason);
	import->notes = talloc_asprintf_append(import->notes, "%s:%d: %s: %s\n", import->file,
					       import->line, shown, reason);
}

/* Words */

void import_copy(char *to, size_t size, const char *from)
{
	size_t n = 0;

	for (; *from && n + 1 < size; from++) {
		if (isgraph((unsigned char)*from))
			to[n++] = *from;
	}
	to[n] = '\0';
}

static char *trim(char *text)
{
	size_t len;

	text += strspn(text, " \t\r");
	for (len = strlen(text); len && strchr(" \t\r", text[len - 1]); len--)
		text[len - 1] = '\0';
	return text;
}

bool import_range(const char *text, bool (*fn)(void *data, unsigned channel), void *data)
{
	while (*text) {
		char *end;
		unsigned long from = strtoul(text, &end, 10), to = from;

		if (end == text)
			return false;
		if (*end == '-') {
			text = end + 1;
			to = strtoul(text, &end, 10);
			if (end == text)
				return false;
		}
		if (!from || to > IMPORT_CHANNELS || from > to)
			return false;
		for (; from <= to; from++) {
			if (!fn(data, (unsigned)from))
				return false;
		}
		text = end + strspn(end, " \t");
		if (*text && *text++ != ',')
			return false;
		text += strspn(text, " \t");
	}
	return true;
}

/* Lines */

/* "key = value", "key => value", "[section]" */
static void read_line(struct import *import, char *text,
		      void (*fn)(struct import *import, char *key, char *value))
{
	char *value = NULL;

	text = trim(text);
	if (!*text)
		return;
	if (*text == '[') {
		text[strcspn(text, "]")] = '\0';
		fn(import, text, NULL);
		return;
	}
	if (*text != '#' && strchr(text, '=')) {
		value = strchr(text, '=');
		*value++ = '\0';
		value = trim(value + (*value == '>'));
	}
	fn(import, trim(text), value);
}

void import_lines(struct import *import, const struct import_source *source, const char *comment,
		  void (*fn)(struct import *import, char *key, char *value))
{
	const char *at = source->text, *end = at + source->len;
	bool hidden = false; /* in ;-- ... --; */

	import->file = source->name;
	import->line = 0;
	while (at < end) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		size_t len = (size_t)((stop ? stop : end) - at);
		char text[LINE_OCTETS];

		import->line++;
		snprintf(text, sizeof(text), "%.*s", (int)OSMO_MIN(len, sizeof(text) - 1), at);
		at += len + 1;
		if (*comment == ';' && (hidden || (!strncmp(text, ";--", 3) && text[3] != '-'))) {
			hidden = !strstr(text, "--;");
			continue;
		}
		if (len >= sizeof(text))
			import_note(import, text, "the line is too long");
		text[strcspn(text, comment)] = '\0';
		read_line(import, text, fn);
	}
	import->line = 0;
}

/* The whole */

/* Our own reader has the last word on what was written. */
static void check(struct import *import, const char *text)
{
	struct config_report *report = config_report_new(import, NULL);
	struct config *config = config_read_text(import, text, strlen(text), report);

	import->file = "result";
	import->line = 0;
	for (size_t i = 0; i < config_report_count(report); i++)
		import_note(import, "check", "%s", config_report_get(report, i));
	talloc_free(config);
}

static char *with_notes(const struct import *import, char *text)
{
	const char *at = import->notes;

	if (*at)
		text = talloc_asprintf_append(text, "\n! Not carried over:\n");
	while (text && *at) {
		int len = (int)strcspn(at, "\n");

		text = talloc_asprintf_append(text, "!   %.*s\n", len, at);
		at += len + 1;
	}
	return text;
}

char *import_text(void *ctx, const struct import_source *system,
		  const struct import_source *channels, char **left)
{
	struct import *import = talloc_zero(ctx, struct import);
	char *text = NULL;

	if (!import)
		return NULL;
	import->notes = talloc_strdup(import, "");
	import->system_name = system->name;
	import->channels_name = channels->name;
	import_system(import, system);
	import_channels(import, channels);
	text = import_write(import, ctx);
	if (text)
		check(import, text);
	if (text && import->notes)
		text = with_notes(import, text);
	*left = import->notes ? talloc_steal(ctx, import->notes) : NULL;
	talloc_free(import);
	return *left ? text : NULL;
}

/* What is wrong with a file that was read, and what would be right; NULL: it will do. */
static const char *fault_of(FILE *file, const struct import_source *source)
{
	if (ferror(file))
		return strerror(errno);
	if (source->len == FILE_OCTETS)
		return "is too long; at most a million octets are right";
	if (memchr(source->text, '\0', source->len))
		return "holds octets 0, so it is no configuration; plain text is right";
	return NULL;
}

/* 0 or -errno, with the reason printed. */
static int read_file(void *ctx, const char *path, struct import_source *out)
{
	FILE *file = fopen(path, "r");
	char *text = talloc_size(ctx, FILE_OCTETS);
	const char *fault = strerror(file ? ENOMEM : errno);

	if (file && text) {
		*out = (struct import_source){ .name = path, .text = text };
		out->len = fread(text, 1, FILE_OCTETS, file);
		fault = fault_of(file, out);
	}
	if (file)
		fclose(file);
	if (fault)
		fprintf(stderr, "%s: %s\n", path, fault);
	return fault ? -EINVAL : 0;
}

int import_files(const char *system, const char *channels)
{
	struct import_source sources[2] = { 0 };
	void *ctx = talloc_new(NULL);
	char *text, *left;
	int err = read_file(ctx, system, &sources[0]);

	if (!err)
		err = read_file(ctx, channels, &sources[1]);
	if (!err) {
		text = import_text(ctx, &sources[0], &sources[1], &left);
		err = text ? 0 : -ENOMEM;
		if (text) {
			fputs(text, stdout);
			fputs(left, stderr);
		}
	}
	talloc_free(ctx);
	return err;
}
