/* What a route wants of a call besides from and called:
 *
 *   when calling 4930
 *   when bearer speech
 */
#include "call/route_when_vty.h"

#include <stddef.h>

#include <osmocom/core/talloc.h>

#include "base/config_vty.h"
#include "call/number_words.h"
#include "call/route_config.h"
#include "call/route_digits.h"

#define WHEN_STR "Only calls of which this holds; all conditions must\n"

static struct route_when *when_of(struct vty *vty)
{
	return &((struct route_config *)vty->index)->when;
}

/* Numbers */

static int set_number(struct vty *vty, const char *option, const char *digits, bool exact,
		      struct number_match *match)
{
	if (route_set_digits(vty, option, digits, match->digits) != CMD_SUCCESS)
		return CMD_WARNING;
	match->exact = exact;
	return CMD_SUCCESS;
}

#define NUMBER(name, word, help)                                                                   \
	DEFUN(when_##name, when_##name##_cmd, "when " word " DIGITS",                              \
	      WHEN_STR help "It begins with these digits\n")                                       \
	{                                                                                          \
		return set_number(vty, "when " word, argv[0], false, &when_of(vty)->name);         \
	}                                                                                          \
	DEFUN(when_##name##_exact, when_##name##_exact_cmd, "when " word " exact DIGITS",          \
	      WHEN_STR help "It is this one, whole\nThe number\n")                                 \
	{                                                                                          \
		return set_number(vty, "when " word, argv[0], true, &when_of(vty)->name);          \
	}                                                                                          \
	DEFUN(when_##name##_none, when_##name##_none_cmd, "when " word " none",                    \
	      WHEN_STR help "There is none\n")                                                     \
	{                                                                                          \
		when_of(vty)->name = (struct number_match){ .exact = true };                       \
		return CMD_SUCCESS;                                                                \
	}                                                                                          \
	DEFUN(no_when_##name, no_when_##name##_cmd, "no when " word, NO_STR WHEN_STR help)         \
	{                                                                                          \
		when_of(vty)->name = (struct number_match){ 0 };                                   \
		return CMD_SUCCESS;                                                                \
	}

NUMBER(calling, "calling", "The caller's number, as it comes\n")
NUMBER(redirecting, "redirecting", "The number of who diverted the call last\n")

/* Values */

static const struct value {
	const char *option;
	const struct value_string *words;
	size_t at; /* in struct route_when */
} values[] = {
	{ "bearer", bearer_words, offsetof(struct route_when, bearer) },
	{ "called-type", number_type_words, offsetof(struct route_when, called_type) },
	{ "calling-type", number_type_words, offsetof(struct route_when, calling_type) },
	{ "presentation", number_presentation_words, offsetof(struct route_when, presentation) },
};

static uint8_t *value_of(struct vty *vty, const struct value *value)
{
	return (uint8_t *)when_of(vty) + value->at;
}

/* i is its place in the table. */
#define VALUE(name, i, word, choice, what, help)                                                   \
	DEFUN(when_##name, when_##name##_cmd, "when " word " (" choice ")", WHEN_STR what help)    \
	{                                                                                          \
		*value_of(vty, &values[i]) =                                                       \
			(uint8_t)(get_string_value(values[i].words, argv[0]) + 1);                 \
		return CMD_SUCCESS;                                                                \
	}                                                                                          \
	DEFUN(no_when_##name, no_when_##name##_cmd, "no when " word, NO_STR WHEN_STR what)         \
	{                                                                                          \
		*value_of(vty, &values[i]) = 0;                                                    \
		return CMD_SUCCESS;                                                                \
	}

VALUE(bearer, 0, "bearer", BEARER_CHOICE, "Bearer capability\n", BEARER_HELP)
VALUE(called_type, 1, "called-type", NUMBER_TYPE_CHOICE, "Type of the called number\n",
      NUMBER_TYPE_HELP)
VALUE(calling_type, 2, "calling-type", NUMBER_TYPE_CHOICE, "Type of the caller's number\n",
      NUMBER_TYPE_HELP)
VALUE(presentation, 3, "presentation", NUMBER_PRESENTATION_CHOICE,
      "May the caller's number be shown?\n", NUMBER_PRESENTATION_HELP)

#define CALLING_STR "The caller's number, as it comes\n"

DEFUN(when_calling_regex, when_calling_regex_cmd, "when calling regex PATTERN",
      WHEN_STR CALLING_STR "Its beginning matches\nA regular expression as Perl has it\n")
{
	struct route_when *when = when_of(vty);

	if (route_set_regex(vty, "when calling regex", argv[0], when->calling_regex) != CMD_SUCCESS)
		return CMD_WARNING;
	when->calling = (struct number_match){ 0 };
	return CMD_SUCCESS;
}

DEFUN(no_when_calling_regex, no_when_calling_regex_cmd, "no when calling regex",
      NO_STR WHEN_STR CALLING_STR "A regular expression\n")
{
	when_of(vty)->calling_regex[0] = '\0';
	return CMD_SUCCESS;
}

#define TIME_STR "Time of day and day of the week\n"

DEFUN(when_time, when_time_cmd, "when time NAME", WHEN_STR TIME_STR "The time range's name\n")
{
	return config_set_name(vty, "when time", argv[0], when_of(vty)->time,
			       sizeof(when_of(vty)->time));
}

DEFUN(no_when_time, no_when_time_cmd, "no when time", NO_STR WHEN_STR TIME_STR)
{
	when_of(vty)->time[0] = '\0';
	return CMD_SUCCESS;
}

void route_when_vty_install(void)
{
	static struct cmd_element *const commands[] = {
		&when_calling_cmd,
		&when_calling_exact_cmd,
		&when_calling_none_cmd,
		&no_when_calling_cmd,
		&when_redirecting_cmd,
		&when_redirecting_exact_cmd,
		&when_redirecting_none_cmd,
		&no_when_redirecting_cmd,
		&when_bearer_cmd,
		&no_when_bearer_cmd,
		&when_called_type_cmd,
		&no_when_called_type_cmd,
		&when_calling_type_cmd,
		&no_when_calling_type_cmd,
		&when_presentation_cmd,
		&no_when_presentation_cmd,
		&when_calling_regex_cmd,
		&no_when_calling_regex_cmd,
		&when_time_cmd,
		&no_when_time_cmd,
	};

	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		install_element(NODE_ROUTE, commands[i]);
}

static void write_number(const char *option, const struct number_match *match, struct vty *vty)
{
	if (*match->digits)
		vty_out(vty, " when %s %s%s\n", option, match->exact ? "exact " : "",
			match->digits);
	else if (match->exact)
		vty_out(vty, " when %s none\n", option);
}

void route_when_vty_write(const struct route_when *when, struct vty *vty)
{
	write_number("calling", &when->calling, vty);
	if (*when->calling_regex)
		vty_out(vty, " when calling regex %s\n", when->calling_regex);
	write_number("redirecting", &when->redirecting, vty);
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		uint8_t value = *((const uint8_t *)when + values[i].at);

		if (value)
			vty_out(vty, " when %s %s\n", values[i].option,
				get_value_string(values[i].words, value - 1U));
	}
	if (*when->time)
		vty_out(vty, " when time %s\n", when->time);
}

void route_when_vty_validate(const struct config *config, const struct route_config *route,
			     struct config_report *report)
{
	char *names;

	if (!*route->when.time || config_has(config, "time-range", route->when.time))
		return;
	names = config_names(report, config, "time-range");
	config_fault_option(report, route->line, "when time",
			    "route %s: time-range %s does not exist; time-ranges are: %s",
			    route->name, route->when.time, names);
	talloc_free(names);
}
