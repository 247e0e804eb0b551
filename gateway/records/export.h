/* Records out of the store in SQLite, for other programs. At the command line. */
#pragma once

#include <stdio.h>

enum export_format {
	EXPORT_CSV,  /* RFC 4180, with a line of names; the columns of the table */
	EXPORT_JSON, /* the records' lines as the journal has them */
};

/* Records set up from on and before until (UTC, as records have it, or its beginning; NULL: any), the oldest first.
 * 0 or -errno with the reason on stderr. */
int records_export(FILE *to, enum export_format format, const char *path, const char *from,
		   const char *until);
