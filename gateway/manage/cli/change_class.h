/* When what a commit changes takes effect: each option of the configuration has a class. None costs a call. Pure. */
#pragma once

enum change_class {
	CHANGE_LIVE, /* at once, also where calls are in progress */
	CHANGE_NEW, /* for calls, connections and registrations that begin from then on; others go on with what they had */
	CHANGE_IDLE, /* when the calls of its trunk are over (plant.h); at once where there are none */
	CHANGE_RESTART, /* when the program starts again */
	CHANGE_CLASSES
};

/* "for new calls and connections" */
const char *change_class_words(enum change_class class);
/* Of an option of a section ("trunk", "hunt ascending", with or without a `no`), or of the section's being there (option
 * ""). -ENOENT: it has none. */
int change_class_of(const char *section, const char *option);
/* What differs between two configurations as text, a line a class: "At once: peer a options, trunk b hunt.\n"; "" for
 * nothing. Names alone, no values. talloc'd; NULL without memory. */
char *change_summary(void *talloc_ctx, const char *from, const char *to);
