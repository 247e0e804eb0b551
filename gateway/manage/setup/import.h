/* Reads the two files that DAHDI and Asterisk are configured by, system.conf and chan_dahdi.conf, and says the same
 * in the gateway's own words, as far as they go; whatever could not be carried over is listed with file, line and
 * reason. The files are taken for hostile. Control thread, before anything runs. */
#pragma once

#include <stddef.h>

struct import_source {
	const char *name; /* for messages */
	const char *text;
	size_t len;
};

/* The configuration as text, talloc'd below ctx, with what was left out at its end as comments; *left is the same
 * list, "FILE:LINE: words: why" in lines. NULL: no memory. */
char *import_text(void *ctx, const struct import_source *system,
		  const struct import_source *channels, char **left);
/* The same for two files: the configuration on stdout, the list on stderr. 0 or -errno, with the reason printed. */
int import_files(const char *system, const char *channels);
