/* Configuration as a value: the registry of sections, configurations made of one value per section,
 * the report of faults, and the configuration as text. Reading is in config_read.c. */
#include "base/config.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <osmocom/core/talloc.h>
#include <osmocom/core/utils.h>
#include <osmocom/vty/buffer.h>
#include <osmocom/vty/command.h>
#include <osmocom/vty/vty.h>

#include "base/config_report.h"

enum { SECTIONS_MAX = 16 };

struct config {
	void *values[SECTIONS_MAX]; /* in the order of registration */
};

static const struct config_section *registered[SECTIONS_MAX];
static size_t n_registered;

static struct config *candidate;
static int current_line;
static struct config_report *current_report;

void config_register(const struct config_section *section)
{
	OSMO_ASSERT(n_registered < SECTIONS_MAX);
	registered[n_registered++] = section;
}

static void *value_new(void *talloc_ctx, const struct config_section *section)
{
	void *value = talloc_zero_size(talloc_ctx, section->size);

	if (value && section->init)
		section->init(value);
	return value;
}

/* Deep: with lists of its own. */
static void *value_copy(void *talloc_ctx, const struct config_section *section, const void *value)
{
	void *copy = talloc_memdup(talloc_ctx, value, section->size);

	for (size_t i = 0; copy && i < section->n_lists; i++)
		if (config_list_copy(&section->lists[i], copy, value) < 0) {
			talloc_free(copy);
			return NULL;
		}
	return copy;
}

struct config *config_new(void *talloc_ctx)
{
	struct config *config = talloc_zero(talloc_ctx, struct config);

	for (size_t i = 0; config && i < n_registered; i++) {
		config->values[i] = value_new(config, registered[i]);
		if (!config->values[i]) {
			talloc_free(config);
			return NULL;
		}
	}
	return config;
}

struct config *config_copy(void *talloc_ctx, const struct config *config)
{
	struct config *copy = talloc_zero(talloc_ctx, struct config);

	for (size_t i = 0; copy && i < n_registered; i++) {
		copy->values[i] = value_copy(copy, registered[i], config->values[i]);
		if (!copy->values[i]) {
			talloc_free(copy);
			return NULL;
		}
	}
	return copy;
}

static void *value_of(const struct config *config, const struct config_section *section)
{
	for (size_t i = 0; i < n_registered; i++)
		if (registered[i] == section)
			return config->values[i];
	return NULL;
}

const void *config_get(const struct config *config, const struct config_section *section)
{
	return value_of(config, section);
}

void *config_candidate(const struct config_section *section)
{
	return candidate ? value_of(candidate, section) : NULL;
}

int config_line(void)
{
	return current_line;
}

struct config *config_set_candidate(struct config *config)
{
	struct config *before = candidate;

	candidate = config;
	return before;
}

void config_set_line(int line)
{
	current_line = line;
}

void config_set_report(struct config_report *report)
{
	current_report = report;
}

struct config_report *config_report_new(void *talloc_ctx, const char *file)
{
	struct config_report *report = talloc_zero(talloc_ctx, struct config_report);

	if (report && file) {
		report->file = talloc_strdup(report, file);
		if (!report->file)
			TALLOC_FREE(report);
	}
	return report;
}

/* Position of the first fault beyond line: where another one of that line belongs. */
static size_t fault_position(const struct config_report *report, int line)
{
	size_t low = 0, high = report->n;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (report->faults[middle].line <= line)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static const char *fault_text(struct config_report *report, int line, const char *format,
			      va_list args)
{
	char place[16] = "", *text, *whole;

	if (line)
		snprintf(place, sizeof(place), ":%d", line);
	text = report->file ? talloc_asprintf(report, "%s%s: ", report->file, place)
			    : talloc_strdup(report, "");
	whole = text ? talloc_vasprintf_append(text, format, args) : NULL;
	if (whole)
		return whole;
	talloc_free(text);
	return "out of memory";
}

static __attribute__((format(printf, 3, 0))) void fault_va(struct config_report *report, int line,
							   const char *format, va_list args)
{
	size_t at;

	if (!report)
		return;
	if (report->n == FAULTS_MAX) {
		report->untold++;
		snprintf(report->more, sizeof(report->more), "%zu more; mend these first",
			 report->untold);
		return;
	}
	at = fault_position(report, line);
	memmove(report->faults + at + 1, report->faults + at,
		(report->n - at) * sizeof(*report->faults));
	report->faults[at].line = line;
	report->faults[at].reading = report == current_report;
	report->faults[at].text = fault_text(report, line, format, args);
	report->n++;
}

void config_fault(struct config_report *report, int line, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fault_va(report, line, format, args);
	va_end(args);
}

int config_reject(struct vty *vty, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (current_report) {
		fault_va(current_report, current_line, format, args);
	} else {
		vty_out(vty, "%% ");
		vty_out_va(vty, format, args);
		vty_out(vty, "%s", VTY_NEWLINE);
	}
	va_end(args);
	return CMD_WARNING;
}

static bool begins_with_words(const char *line, const char *words)
{
	size_t len = strlen(words);

	return strncmp(line, words, len) == 0 && (!line[len] || isspace((unsigned char)line[len]));
}

/* Whether the words of a line are at fault: what they would have meant is then not known. */
static bool unread(const struct config_report *report, int line)
{
	for (size_t i = fault_position(report, line); i > 0; i--) {
		if (report->faults[i - 1].line != line)
			return false;
		if (report->faults[i - 1].reading)
			return true;
	}
	return false;
}

/* Whether line i, counted from 0, is still inside the block that begins before it. */
static bool in_block(const struct config_report *report, size_t i)
{
	return i < report->n_lines && (!*report->lines[i] || strchr(" \t!#", *report->lines[i]));
}

/* The line of an option in the block that begins on item_line, or item_line itself. With option
 * NULL, the first line of the block that could not be read. */
static int option_line(const struct config_report *report, int item_line, const char *option)
{
	if (item_line <= 0)
		return item_line;
	for (size_t i = item_line; in_block(report, i); i++) {
		const char *line = report->lines[i] + strspn(report->lines[i], " \t");

		if (option ? begins_with_words(line, option) : unread(report, (int)i + 1))
			return (int)i + 1;
	}
	return item_line;
}

void config_fault_option(struct config_report *report, int item_line, const char *option,
			 const char *format, ...)
{
	int line = report ? option_line(report, item_line, option) : item_line;
	va_list args;

	if (line != item_line && unread(report, line))
		return;
	va_start(args, format);
	fault_va(report, line, format, args);
	va_end(args);
}

size_t config_report_count(const struct config_report *report)
{
	return report ? report->n + (report->untold > 0) : 0;
}

const char *config_report_get(const struct config_report *report, size_t i)
{
	if (i >= config_report_count(report))
		return NULL;
	return i < report->n ? report->faults[i].text : report->more;
}

void config_validate(const struct config *config, struct config_report *report)
{
	for (size_t i = 0; i < n_registered; i++)
		if (registered[i]->validate)
			registered[i]->validate(config, report);
}

int config_report_line(const struct config_report *report, size_t i)
{
	return report && i < report->n ? report->faults[i].line : 0;
}

char *config_text(void *talloc_ctx, const struct config *config)
{
	struct vty *vty = vty_new();
	char *text;

	if (!vty)
		return NULL;
	vty->type = VTY_FILE;
	for (size_t i = 0; i < n_registered; i++)
		registered[i]->write(config->values[i], vty);
	text = buffer_getstr(vty->obuf);
	talloc_free(vty);
	return talloc_steal(talloc_ctx, text);
}

/* The list of a kind, and in *value the section's value that holds it. */
static const struct config_list *list_of(const struct config *config, const char *kind,
					 void **value)
{
	for (size_t i = 0; i < n_registered; i++)
		for (size_t j = 0; j < registered[i]->n_lists; j++)
			if (strcmp(registered[i]->lists[j].kind, kind) == 0) {
				*value = config->values[i];
				return &registered[i]->lists[j];
			}
	return NULL;
}

bool config_has(const struct config *config, const char *kind, const char *name)
{
	void *value;
	const struct config_list *list = list_of(config, kind, &value);

	return list && config_list_find(list, value, name);
}

char *config_join(char *text, const char *format, ...)
{
	char *separated, *whole = NULL;
	va_list args;

	if (!text)
		return NULL;
	separated = *text ? talloc_strdup_append(text, ", ") : text;
	va_start(args, format);
	if (separated)
		whole = talloc_vasprintf_append(separated, format, args);
	va_end(args);
	if (!whole)
		talloc_free(separated ? separated : text);
	return whole;
}

char *config_names(void *talloc_ctx, const struct config *config, const char *kind)
{
	enum { SHOWN = 12 };
	void *value = NULL;
	const struct config_list *list = list_of(config, kind, &value);
	size_t n = list ? config_list_count(list, value) : 0;
	char *text = talloc_strdup(talloc_ctx, n ? "" : "none");

	for (size_t i = 0; i < n && i < SHOWN; i++)
		text = config_join(text, "%s", (const char *)config_list_item(list, value, i));
	return n > SHOWN && text ? talloc_asprintf_append(text, " ... (%zu)", n) : text;
}

char *config_summary(void *talloc_ctx, const struct config *config)
{
	char *text = talloc_strdup(talloc_ctx, "");

	for (size_t i = 0; i < n_registered; i++)
		for (size_t j = 0; j < registered[i]->n_lists; j++) {
			const struct config_list *list = &registered[i]->lists[j];
			size_t n = config_list_count(list, config->values[i]);

			text = config_join(text, "%zu %s%s", n, list->one ? list->one : list->kind,
					   n == 1 ? "" : "s");
		}
	return text;
}
