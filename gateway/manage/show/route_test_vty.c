/* `route test`: how a call would go by the running configuration and as things stand now. No call is made. */
#include <string.h>

#include <jansson.h>

#include <osmocom/vty/command.h>
#include <osmocom/vty/vty.h>

#include "base/config_vty.h"
#include "call/cause.h"
#include "call/route_test.h"
#include "manage/cli/cli.h"
#include "manage/cli/table.h"
#include "manage/manage.h"
#include "manage/show/route_ask.h"

/* A keyword may be cut short. */
static const char *kind_of(const char *word)
{
	if (word[0] == 't')
		return strchr(word, '-') ? "trunk-group" : "trunk";
	return word[0] == 'p' ? "peer" : "user";
}

/* argv: number, kind, name, then pairs of a word and its value. */
static int parse(struct vty *vty, struct route_ask *ask, int argc, const char **argv)
{
	struct route_ask_fault fault;
	const char *word = route_ask_begin(ask, cli_gateway()->hub, argv[0], kind_of(argv[1]),
					   argv[2], &fault);

	for (int i = 3; !word && i < argc; i += 2) {
		if (i + 1 == argc)
			return config_reject(vty, "\"%s\" is incomplete; it needs a value",
					     argv[i]);
		word = route_ask_set(ask, argv[i], argv[i + 1], &fault);
	}
	return word ? config_reject(vty, "%s; %s", fault.what, fault.right) : CMD_SUCCESS;
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

static void answer(struct vty *vty, const struct route_ask *ask, bool as_json)
{
	struct route_test test;
	json_t *tree = route_ask_answer(ask, cli_gateway()->hub, &test);
	const json_t *steps = json_object_get(tree, "steps");

	if (as_json) {
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
	"Where the call comes from\nA trunk\nA trunk group, its first trunk; of the others it is " \
	"told whether it would go alike\nA peer\nA user of the registrar\nIts name\n"

DEFUN(route_test, route_test_cmd, "route test NUMBER from (trunk|trunk-group|peer|user) NAME",
      ROUTE_TEST_STR)
{
	const bool as_json = argc > 3 && !strcmp(argv[argc - 1], "json");
	struct route_ask ask;

	if (!cli_gateway() || parse(vty, &ask, argc - as_json, argv) != CMD_SUCCESS)
		return CMD_WARNING;
	answer(vty, &ask, as_json);
	return CMD_SUCCESS;
}

ALIAS(route_test, route_test_options_cmd,
      "route test NUMBER from (trunk|trunk-group|peer|user) NAME .OPTIONS",
      ROUTE_TEST_STR
      "calling NUMBER; redirecting NUMBER; bearer speech, audio or unrestricted; called-type, "
      "calling-type TYPE; presentation allowed, restricted or unavailable; at HH:MM or "
      "YYYY-MM-DDTHH:MM; json at the end\n")

void route_test_install(void)
{
	cli_install(&route_test_cmd);
	cli_install(&route_test_options_cmd);
}
