/* Who changed what, and when: a line of JSON each in the state directory, and in the log. Bounded: a file that has
 * grown to AUDIT_MAX becomes FILE.1, in the place of the one before. Control thread. */
#pragma once

#include <jansson.h>

enum { AUDIT_MAX = 1 << 20 }; /* octets */

/* state_dir NULL: the log alone. */
void audit_open(const char *state_dir);
void audit_close(void);
/* who: "cli 127.0.0.1:51234". did: "commit", "command". detail: a diff, or the command; "" for none. */
void audit_note(const char *who, const char *did, const char *detail);
/* The last n of this file and the one before, the oldest first: objects with time, who, did, detail. */
json_t *audit_read(unsigned n);
