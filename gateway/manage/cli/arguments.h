/* What the program is asked to do, by its arguments. */
#pragma once

#include <stdio.h>

enum arguments_mode {
	MODE_RUN,
	MODE_CHECK,
	MODE_CLI,
	MODE_DETECT,
	MODE_IMPORT,
	MODE_SETUP,
	MODE_MANUAL,
	MODE_VERSION,
	MODE_HELP,
};

struct arguments {
	enum arguments_mode mode;
	const char *file, *state; /* configuration and state directory */
	const char
		*value; /* MODE_CHECK: the file. MODE_IMPORT: the first. MODE_MANUAL: the section */
	const char *pbx; /* MODE_SETUP: see setup.h; NULL: not said */
	int replace;
	int n_words; /* MODE_CLI: of the command. MODE_IMPORT: 1, the second file */
	char **words;
};

/* 0, or -1 when they make no sense. */
int arguments_parse(int argc, char **argv, struct arguments *out);
void arguments_usage(FILE *to);
