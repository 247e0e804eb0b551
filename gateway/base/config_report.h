/* Inside of the report of faults, shared by config.c and config_read.c alone. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { FAULTS_MAX = 100 }; /* told; more of them do not help */

struct config_report {
	char *file; /* NULL: faults are told without FILE:LINE */
	struct config_fault_entry {
		int line;     /* 0: about the whole */
		bool reading; /* of the line's own words, not of what they mean together */
		const char *text;
	} faults[FAULTS_MAX]; /* in line order */
	size_t n;
	size_t untold; /* beyond FAULTS_MAX */
	char more[48]; /* what is said of them */
	char **lines;  /* of the file being read, so that an option's own line can be told */
	size_t n_lines;
};

/* Where config_reject complains now: a report while a file is read, NULL at a terminal. */
void config_set_report(struct config_report *report);
