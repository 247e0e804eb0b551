/* A number as a rule wants it. Pure. */
#pragma once

#include <stdbool.h>

enum { NUMBER_PATTERN_MAX = 33 };

struct number_match {
	char digits[NUMBER_PATTERN_MAX]; /* it begins so; "": any */
	bool exact;                      /* it is this one, whole; with "": there is none */
};

bool number_match_is_any(const struct number_match *match);
bool number_match_equals(const struct number_match *a, const struct number_match *b);
bool number_matches(const struct number_match *match, const char *digits);
