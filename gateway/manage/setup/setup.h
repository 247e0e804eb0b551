/* crosspoint --setup: asks a few questions about a line and a PBX, writes a configuration that joins them, and prints
 * what the PBX has to be told. Nothing is written before the last answer. Control thread, before anything runs. */
#pragma once

#include <stdbool.h>

struct setup_request {
	const char *file; /* to be written */
	const char *
		pbx; /* "asterisk", "freepbx", "generic": whose half is printed; NULL: all of them */
	bool replace; /* the file if it is there; it is kept as FILE.1 */
};

/* Asks on stdout, reads answers from stdin. 0, or -errno with the reason printed and nothing written. */
int setup_run(const struct setup_request *request);
