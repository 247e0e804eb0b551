/* `route test`: how a call would go by the running configuration and as things stand now. No call is made. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <jansson.h>

#include <osmocom/core/utils.h>
#include <osmocom/vty/command.h>
#include <osmocom/vty/vty.h>

#include "base/clock.h"
#include "base/config_vty.h"
#include "call/call.h"
#include "call/cause.h"
#include "call/explain.h"
#include "call/number_words.h"
#include "call/route.h"
#include "call/route_test.h"
#include "manage/cli/cli.h"
#include "manage/manage.h"
#include "manage/cli/table.h"

/* What is asked. */
struct asked {
	enum target_kind kind;
	char name[TARGET_NAME_MAX];
	struct leg_setup setup;
	struct tm at; /* local time */
	bool as_json;
};

/* Options */

static int set_number(struct vty *vty, const char *word, const char *value, char *out)
{
	if (!leg_is_number(value))
		return config_reject(vty, "%s \"%s\" is no number; digits %s are right", word,
				     value, LEG_DIGITS);
	return config_set_text(vty, word, value, out, LEG_DIGITS_MAX + 1);
}

static const struct {
	const char *word;
	size_t at; /* in struct leg_setup */
} numbers[] = {
	{ "calling", offsetof(struct leg_setup, calling.digits) },
	{ "redirecting", offsetof(struct leg_setup, redirecting.from.number.digits) },
};

static const struct {
	const char *word;
	const struct value_string *words;
	const char *choice;
	size_t at;
} values[] = {
	{ "bearer", bearer_words, BEARER_CHOICE, offsetof(struct leg_setup, bearer) },
	{ "called-type", number_type_words, NUMBER_TYPE_CHOICE,
	  offsetof(struct leg_setup, called.type) },
	{ "calling-type", number_type_words, NUMBER_TYPE_CHOICE,
	  offsetof(struct leg_setup, calling.type) },
	{ "presentation", number_presentation_words, NUMBER_PRESENTATION_CHOICE,
	  offsetof(struct leg_setup, calling.presentation) },
};

/* HH:MM of today, or of a date: YYYY-MM-DDTHH:MM. */
static int set_time(struct vty *vty, const char *value, struct tm *at)
{
	const char *end = strptime(value, "%Y-%m-%dT%H:%M", at);

	if (!end || *end)
		end = strptime(value, "%H:%M", at);
	if (!end || *end)
		return config_reject(
			vty, "at \"%s\" is no time; HH:MM, or YYYY-MM-DDTHH:MM is right", value);
	at->tm_isdst = -1;
	mktime(at); /* the day of the week */
	return CMD_SUCCESS;
}

static int set_option(struct vty *vty, struct asked *asked, const char *word, const char *value)
{
	if (!strcmp(word, "at"))
		return set_time(vty, value, &asked->at);
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		if (!strcmp(word, numbers[i].word))
			return set_number(vty, word, value, (char *)&asked->setup + numbers[i].at);
	}
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		int got;

		if (strcmp(word, values[i].word) != 0)
			continue;
		got = get_string_value(values[i].words, value);
		if (got < 0)
			return config_reject(vty, "%s \"%s\" is unknown; right would be: %s", word,
					     value, values[i].choice);
		*((uint8_t *)&asked->setup + values[i].at) = (uint8_t)got;
		return CMD_SUCCESS;
	}
	return config_reject(vty,
			     "\"%s\" is unknown here; calling, redirecting, bearer, called-type, "
			     "calling-type, presentation, at and json are right",
			     word);
}

/* argv: number, kind, name, then pairs of a word and its value, and json at last. */
static int parse(struct vty *vty, struct asked *asked, int argc, const char **argv)
{
	const time_t now = clock_wall().tv_sec;

	asked->kind = argv[1][0] == 't'   ? TARGET_TRUNK
		      : argv[1][0] == 'p' ? TARGET_PEER
					  : TARGET_USER;
	asked->setup.called.plan = asked->setup.calling.plan = 1;
	localtime_r(&now, &asked->at);
	if (set_number(vty, "number", argv[0], asked->setup.called.digits) != CMD_SUCCESS ||
	    config_set_name(vty, argv[1], argv[2], asked->name, sizeof(asked->name)))
		return CMD_WARNING;
	if (!target_find(cli_gateway()->hub, asked->kind, asked->name))
		return config_reject(vty, "there is no %s %s", argv[1], argv[2]);
	asked->as_json = argc > 3 && !strcmp(argv[argc - 1], "json");
	argc -= asked->as_json;
	for (int i = 3; i < argc; i += 2) {
		if (i + 1 == argc)
			return config_reject(vty, "\"%s\" is incomplete; it needs a value",
					     argv[i]);
		if (set_option(vty, asked, argv[i], argv[i + 1]) != CMD_SUCCESS)
			return CMD_WARNING;
	}
	return CMD_SUCCESS;
}

/* Answers */

static void on_step(void *data, const char *text)
{
	json_array_append_new(data, json_string(text));
}

static json_t *text_or_null(const char *text)
{
	return *text ? json_string(text) : json_null();
}

static json_t *tree_of(const struct route_test *test, json_t *steps)
{
	json_t *tree = json_pack("{s:o, s:o}", "steps", steps, "route", text_or_null(test->route));

	if (test->cause) {
		json_object_set_new(tree, "cause", json_integer(test->cause));
		json_object_set_new(tree, "cause_name", json_string(cause_name(test->cause)));
		json_object_set_new(tree, "why", text_or_null(test->why));
		return tree;
	}
	json_object_set_new(tree, "to",
			    json_sprintf("%s%s%s", target_kind_name(test->to.kind),
					 *test->to.name ? " " : "", test->to.name));
	json_object_set_new(tree, "channel", text_or_null(test->channel));
	json_object_set_new(tree, "called", json_string(test->setup.called.digits));
	json_object_set_new(tree, "calling", json_string(test->setup.calling.digits));
	return tree;
}

static void end_out(struct vty *vty, const struct route_test *test)
{
	if (test->cause) {
		vty_out(vty, "The call would be refused: cause %u %s%s%s.%s", test->cause,
			cause_name(test->cause), *test->why ? ", " : "", test->why, VTY_NEWLINE);
		return;
	}
	vty_out(vty, "The call would go to %s%s%s", target_kind_name(test->to.kind),
		*test->to.name ? " " : "", test->to.name);
	if (*test->channel)
		vty_out(vty, " on channel %s", test->channel);
	vty_out(vty, ": %s calls %s.%s",
		*test->setup.calling.digits ? test->setup.calling.digits : "(no number)",
		test->setup.called.digits, VTY_NEWLINE);
}

static void answer(struct vty *vty, const struct asked *asked)
{
	json_t *steps = json_array();
	const struct explain explain = { .step = on_step, .data = steps };
	const struct route_question question = {
		.from_kind = asked->kind,
		.from_name = asked->name,
		.setup = &asked->setup,
		.at = &asked->at,
		.explain = &explain,
	};
	struct route_test test;
	json_t *tree;

	call_route_test(cli_gateway()->hub, &question, &test);
	tree = tree_of(&test, steps);
	if (asked->as_json) {
		json_out(vty, tree);
	} else {
		for (size_t i = 0; i < json_array_size(steps); i++)
			vty_out(vty, "%3zu  %s%s", i + 1,
				json_string_value(json_array_get(steps, i)), VTY_NEWLINE);
		end_out(vty, &test);
	}
	json_decref(tree);
}

#define ROUTE_TEST_STR                                                                             \
	"Routes\nTells how a call would go now; none is made\nWhat is called, the whole number\n"  \
	"Where the call comes from\nA trunk\nA peer\nA user of the registrar\nIts name\n"

DEFUN(route_test, route_test_cmd, "route test NUMBER from (trunk|peer|user) NAME", ROUTE_TEST_STR)
{
	struct asked asked = { 0 };

	if (!cli_gateway() || parse(vty, &asked, argc, argv) != CMD_SUCCESS)
		return CMD_WARNING;
	answer(vty, &asked);
	return CMD_SUCCESS;
}

ALIAS(route_test, route_test_options_cmd, "route test NUMBER from (trunk|peer|user) NAME .OPTIONS",
      ROUTE_TEST_STR
      "calling NUMBER; redirecting NUMBER; bearer speech, audio or unrestricted; called-type, "
      "calling-type TYPE; presentation allowed, restricted or unavailable; at HH:MM or "
      "YYYY-MM-DDTHH:MM; json at the end\n")

void route_test_install(void)
{
	cli_install(&route_test_cmd);
	cli_install(&route_test_options_cmd);
}
