/* What libpri writes about messages, line by line, without digits that are nobody's business: those of INFORMATION,
 * as in mask.h. Pure. */
#pragma once

#include <stdbool.h>

struct trace {
	bool on;
	bool digits;      /* shown, as people asked */
	bool information; /* the lines now are about such a message */
};

/* Hides digits in the line, which is a whole one. */
void trace_line(struct trace *trace, char *line);
