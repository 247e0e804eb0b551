/* Configuration as a value. A struct config holds one value per section; a section is one folder's
 * part. Commands of libosmovty only fill the candidate; validate, write and apply are separate.
 * Control thread. A config and all its sections are freed together. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/config_list.h"

struct config;
struct config_report;
struct vty;

/* What one folder contributes. One const table per folder, registered in the order of writing. */
struct config_section {
	size_t size; /* of its value, octets */
	const struct config_list *lists;
	size_t n_lists;
	void (*init)(void *value); /* defaults of a zeroed value; NULL: all zero */
	void (*install)(void);     /* VTY nodes and commands */
	/* Every fault of this section's value, seen against the whole, goes into the report; NULL: its lines
	 * cannot be right one by one and wrong together. */
	void (*validate)(const struct config *config, struct config_report *report);
	/* The value as text that reads back to an equal value. */
	void (*write)(const void *value, struct vty *vty);
};

void config_register(const struct config_section *section);

struct config *config_new(void *talloc_ctx);
struct config *config_copy(void *talloc_ctx, const struct config *config);
/* The section's value; the mutable form is for the section's own commands. */
const void *config_get(const struct config *config, const struct config_section *section);
/* Whether the configuration has an item of that kind and name, whichever section holds it. */
bool config_has(const struct config *config, const char *kind, const char *name);
/* "e1-1, e1-2", or "none": what a reference could have named. */
char *config_names(void *talloc_ctx, const struct config *config, const char *kind);
/* "2 spans, 2 trunks, 1 peer ..." */
char *config_summary(void *talloc_ctx, const struct config *config);
/* Adds one to "a, b", a talloc'd text, "" at first. When memory is out the text is freed and NULL,
 * and stays NULL. */
char *config_join(char *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The candidate that commands fill now, and the line being read (0 at a terminal). */
void *config_candidate(const struct config_section *section);
int config_line(void);
/* NULL: none is being edited. The one before. */
struct config *config_set_candidate(struct config *config);
void config_set_line(int line);

/* A command's complaint about its own line: "what is wrong; what would be right". During a file
 * read it goes into the report, at a terminal to the vty. Returns CMD_WARNING, for `return
 * config_reject(...)`. */
int config_reject(struct vty *vty, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A list of faults: each "FILE:LINE: what is wrong; what would be right"; file NULL: without
 * FILE:LINE. The first hundred are kept; beyond them, a last one says how many more. NULL when
 * memory is out; a report of NULL takes no faults, and nothing is read with it. */
struct config_report *config_report_new(void *talloc_ctx, const char *file);
void config_fault(struct config_report *report, int line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The same about one option of the item begun on item_line: told at the option's own line when the
 * file has one, and not told at all when that line could not be read. Option NULL: about any of
 * them, told at the item's line, and not told when some line of the item could not be read. */
void config_fault_option(struct config_report *report, int item_line, const char *option,
			 const char *format, ...) __attribute__((format(printf, 4, 5)));
size_t config_report_count(const struct config_report *report);
const char *config_report_get(const struct config_report *report, size_t i); /* in line order */
int config_report_line(const struct config_report *report, size_t i); /* 0: about the whole */

/* Reads a whole file into a new config, collecting every fault; then validates it. The config is
 * returned only when the report stayed empty, NULL otherwise. */
struct config *config_read(void *talloc_ctx, const char *file, struct config_report *report);
/* The same from memory. */
struct config *config_read_text(void *talloc_ctx, const char *text, size_t len,
				struct config_report *report);
void config_validate(const struct config *config, struct config_report *report);
/* The whole as text, talloc'd. */
char *config_text(void *talloc_ctx, const struct config *config);
