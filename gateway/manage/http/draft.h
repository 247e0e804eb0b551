/* The candidate configuration of the API's users: one that all of them see. Each change names the version that it
 * is made on, so that nobody undoes what he has not seen; the CLI's candidate is another one, and what it commits is
 * another version, too. A commit runs once the answer to it has left, since it can change this server; it fails if
 * another one ran in between. Control thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

struct config;
struct config_report;

enum { DRAFT_VERSION_MAX = 40, DRAFT_COMMENT_MAX = 200 };

/* Of the running configuration and the candidate together: another one whenever one of them is. It lives until the next
 * call. */
const char *draft_version(void);

/* Reads a text, in which * stands for a secret that runs, and validates it; NULL: the faults are in the report. */
struct config *draft_read(void *talloc_ctx, const char *text, struct config_report *report);
/* Takes a valid configuration for the candidate; 0 or -ENOMEM. */
int draft_take(const struct config *config, const char *who);
void draft_drop(void);
const struct config *draft_config(void); /* NULL: there is none */
json_t *draft_about(void);               /* {"who", "at"}, or null; a new reference */

enum draft_job { DRAFT_COMMIT, DRAFT_COMMIT_CONFIRMED, DRAFT_GO_BACK };
struct draft_order {
	enum draft_job job;
	unsigned minutes;    /* DRAFT_COMMIT_CONFIRMED */
	const char *who;     /* for the audit log */
	const char *comment; /* "": none */
};
/* Remembers what is to be done; draft_start does it. */
void draft_order(const struct draft_order *order);
void draft_start(void);
bool draft_is_busy(void); /* it is not done yet */
/* Of the last order: {"state": "none", "running", "done", "failed"; "what", "who", "comment", "at", "faults"}. A new
 * reference. */
json_t *draft_outcome(void);

/* What a report says: [{"line", "error"}]; line null: about the whole. A new reference. */
json_t *draft_faults(const struct config_report *report);

void draft_stop(void);
