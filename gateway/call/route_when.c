#include "call/route_when.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "call/leg.h"
#include "call/number_words.h"
#include "call/route_config.h"
#include "call/route_question.h"

bool route_when_equals(const struct route_when *a, const struct route_when *b)
{
	return number_match_equals(&a->calling, &b->calling) &&
	       !strcmp(a->calling_regex, b->calling_regex) &&
	       number_match_equals(&a->redirecting, &b->redirecting) && a->bearer == b->bearer &&
	       a->called_type == b->called_type && a->calling_type == b->calling_type &&
	       a->presentation == b->presentation && !strcmp(a->time, b->time);
}

bool route_when_is_any(const struct route_when *when)
{
	static const struct route_when any;

	return route_when_equals(when, &any);
}

static bool is_other(uint8_t wanted, uint8_t value)
{
	return wanted && wanted != value + 1;
}

enum route_when_part route_when_check(const struct route_when *when,
				      const struct time_range_config *range,
				      const struct route_question *question)
{
	const struct leg_setup *setup = question->setup;

	if (!number_matches(&when->calling, setup->calling.digits))
		return WHEN_CALLING;
	if (!number_matches(&when->redirecting, setup->redirecting.from.number.digits))
		return WHEN_REDIRECTING;
	if (is_other(when->bearer, setup->bearer))
		return WHEN_BEARER;
	if (is_other(when->called_type, setup->called.type))
		return WHEN_CALLED_TYPE;
	if (is_other(when->calling_type, setup->calling.type))
		return WHEN_CALLING_TYPE;
	if (is_other(when->presentation, setup->calling.presentation))
		return WHEN_PRESENTATION;
	if (*when->time && (!range || !time_range_holds(range, question->at)))
		return WHEN_TIME;
	return WHEN_HOLDS;
}

static void describe_number(const char *what, const struct number_match *match, char *out,
			    size_t size)
{
	if (!*match->digits)
		snprintf(out, size, "there is a %s", what);
	else
		snprintf(out, size, "%s %s %s", what,
			 match->exact ? "is not" : "does not begin with", match->digits);
}

static void describe_value(const char *what, const struct value_string *words, uint8_t wanted,
			   char *out, size_t size)
{
	snprintf(out, size, "%s is not %s", what, get_value_string(words, wanted - 1U));
}

void route_when_describe(const struct route_when *when, enum route_when_part part, char *out,
			 size_t size)
{
	switch (part) {
	case WHEN_CALLING:
		describe_number("calling number", &when->calling, out, size);
		break;
	case WHEN_REDIRECTING:
		describe_number("redirecting number", &when->redirecting, out, size);
		break;
	case WHEN_BEARER:
		describe_value("bearer", bearer_words, when->bearer, out, size);
		break;
	case WHEN_CALLED_TYPE:
		describe_value("called type", number_type_words, when->called_type, out, size);
		break;
	case WHEN_CALLING_TYPE:
		describe_value("calling type", number_type_words, when->calling_type, out, size);
		break;
	case WHEN_PRESENTATION:
		describe_value("presentation", number_presentation_words, when->presentation, out,
			       size);
		break;
	case WHEN_TIME:
		snprintf(out, size, "it is outside of time-range %s", when->time);
		break;
	case WHEN_HOLDS:
		snprintf(out, size, "all conditions hold");
		break;
	}
}
