/* Journals that were given up before every store had all of them, noted in a file of the state directory: an alarm tells
 * of them at the next start as well. A note goes when the journal is stored, or its files are gone. Control thread. */
#pragma once

#include <stdbool.h>

struct left;

/* With what the file has. state_dir: NULL: notes are not kept. NULL without memory. */
struct left *left_new(void *talloc_ctx, const char *state_dir);
void left_free(struct left *left); /* the notes stay; NULL is let be */
/* A file that cannot be written is logged. Both do nothing the second time. */
void left_note(struct left *left, const char *journal);
void left_done(struct left *left, const char *journal);
/* The alarm stands for journals that nobody reads, and for no others of the notes; reads says who is at it. */
void left_tell(struct left *left, bool (*reads)(void *data, const char *journal), void *data);
/* What the alarm says it is about: the journal, the end of its path if that is long. */
const char *left_object(const char *journal);
