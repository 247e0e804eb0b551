/* When changes take effect: every option has a class, and a commit says which. */
#include "manage/cli/change_class.h"

#include <errno.h>

#include <osmocom/core/talloc.h>
#include <osmocom/core/utils.h>

#include "base/config_vty.h"
#include "tests/unit/manage/grammar.h"
#include "tests/unit/unit.h"

START_TEST(every_option_has_a_class)
{
	unsigned n = 0;

	grammar_init();
	for (unsigned i = NODE_CLI; i < NODES_END; i++) {
		const struct cmd_node *node = vector_lookup(cmdvec, i);

		ck_assert_msg(!node || change_class_of(node->name, "") >= 0, "%s", node->name);
		for (unsigned k = 0; node && k < vector_active(node->cmd_vector); k++) {
			const struct cmd_element *element = vector_slot(node->cmd_vector, k);

			if (element->attr & CONFIG_TERMINAL_ONLY)
				continue;
			ck_assert_msg(change_class_of(node->name, element->string) >= 0,
				      "%s: \"%s\" has no class in change_class.c", node->name,
				      element->string);
			n++;
		}
	}
	ck_assert_uint_gt(n, 250);
}
END_TEST

START_TEST(class_is_of_the_whole_word)
{
	static const struct {
		const char *section, *option;
		int class;
	} rows[] = {
		{ "cli", "listen ::1 4000", CHANGE_RESTART },
		{ "trunk pstn", "channels 1-3", CHANGE_IDLE },
		{ "trunk pstn", "channel preferred", CHANGE_NEW },
		{ "trunk pstn", "no busy-out", CHANGE_LIVE },
		{ "trunk pstn", "", CHANGE_IDLE },
		{ "user anna", "password x", CHANGE_LIVE },
		{ "user", "", CHANGE_NEW },
		{ "peer p", "nothing", -ENOENT },
		{ "peer p", "opt", -ENOENT },
		{ "peers", "options 5", -ENOENT },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		ck_assert_int_eq(change_class_of(rows[i].section, rows[i].option), rows[i].class);
}
END_TEST

START_TEST(summary_names_what_differs_by_class)
{
	static const struct {
		const char *from, *to, *said;
	} rows[] = {
		{ "cli\n socket /a\n", "cli\n socket /a\n", "" },
		{ "cli\n socket /a\n", "cli\n socket /b\n", "From the next start: cli socket.\n" },
		{ "peer a\n port 1\npeer b\n port 1\n options 5\n",
		  "peer b\n options 6\n port 1\npeer c\n port 1\n",
		  "At once: peer b options.\nFor new calls and connections: peer a, peer c.\n" },
		{ "trunk t\n channels 1\n timer t301 1\n timer t302 2\n",
		  "trunk t\n channels 2\n timer t301 9\n",
		  "At once: trunk t timer.\n"
		  "Once the trunk has no calls: trunk t channels.\n" },
		{ "peer a\n auth user u password secret\n", "peer a\n", "At once: peer a auth.\n" },
		{ "", "http\n", "At once: http.\n" },
		{ "peer a\n", "peer a\n trusted\n trust identity\n no trust reason\n",
		  "At once: peer a trusted, peer a trust.\n" },
		{ "route a\nroute b\nroute c\nroute d\nroute e\nroute f\nroute g\nroute h\n"
		  "route i\nroute j\nroute k\nroute l\nroute m\nroute n\n",
		  "",
		  "For new calls and connections: route a, route b, route c, route d, route e, "
		  "route f, route g, route h, route i, route j, route k, route l and more.\n" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char *said = change_summary(NULL, rows[i].from, rows[i].to);

		ck_assert_str_eq(said, rows[i].said);
		talloc_free(said);
	}
}
END_TEST

UNIT_MAIN("change-class", every_option_has_a_class, class_is_of_the_whole_word,
	  summary_names_what_differs_by_class)
