/* Regular expressions on numbers (PCRE2), from the number's beginning. None can hang: what takes too long does not
 * match. A pattern is a talloc object. Control thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct pattern;

/* NULL with why, a few words. */
struct pattern *pattern_new(void *talloc_ctx, const char *text, char *why, size_t size);

enum pattern_answer {
	PATTERN_NO,
	PATTERN_YES,
	PATTERN_OPEN, /* what follows decides */
};
/* incomplete: more digits may come; NO and YES then hold whatever they are. Else never PATTERN_OPEN. */
enum pattern_answer pattern_match(const struct pattern *pattern, const char *digits,
				  bool incomplete);
