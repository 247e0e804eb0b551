#include "call/number_match.h"

#include <string.h>

bool number_match_is_any(const struct number_match *match)
{
	return !*match->digits && !match->exact;
}

bool number_match_equals(const struct number_match *a, const struct number_match *b)
{
	return a->exact == b->exact && !strcmp(a->digits, b->digits);
}

bool number_matches(const struct number_match *match, const char *digits)
{
	return match->exact ? !strcmp(match->digits, digits)
			    : !strncmp(match->digits, digits, strlen(match->digits));
}
