/* The configuration of call records, as a value. */
#pragma once

struct config_section;

struct records_config {
	char file[200]; /* a path, or a name in the state directory; "": no records are kept */
	unsigned interim_min; /* a record so often of a call that goes on; 0: at its end alone */
	int line;
};

extern const struct config_section records_section;
