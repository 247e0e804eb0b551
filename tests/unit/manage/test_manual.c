/* The manual pages: every command that there is stands in one of them, with the words that the CLI has for it. */
#include "manage/cli/manual.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <osmocom/core/talloc.h>
#include <osmocom/core/utils.h>

#include "base/alarm.h"
#include "base/config_vty.h"
#include "tests/unit/manage/grammar.h"
#include "tests/unit/unit.h"

static const char usage[] = "Usage: crosspoint [-c FILE]\n"
			    "                          run with FILE. 'It' is\n"
			    "                          .dotted\n"
			    "       crosspoint --check FILE   look at it\n";

/* Troff's escapes as what they stand for, and line ends as blanks. */
static void make_plain(char *text)
{
	static const struct {
		const char *escape;
		char is;
	} escapes[] = { { "e", '\\' },  { "-", '-' },   { "(ga", '`' }, { "(aq", '\'' },
			{ "(ha", '^' }, { "(ti", '~' }, { "&", 0 },     { ":", 0 },
			{ "fB", 0 },    { "fI", 0 },    { "fP", 0 } };
	char *to = text;

	while (*text) {
		size_t i = 0;

		if (*text != '\\') {
			*to++ = *text == '\n' ? ' ' : *text;
			text++;
			continue;
		}
		while (i < ARRAY_SIZE(escapes) &&
		       strncmp(text + 1, escapes[i].escape, strlen(escapes[i].escape)) != 0)
			i++;
		ck_assert_msg(i < ARRAY_SIZE(escapes), "unknown escape: %.20s", text);
		if (escapes[i].is)
			*to++ = escapes[i].is;
		text += 1 + strlen(escapes[i].escape);
	}
	*to = '\0';
}

/* The page, plain; the caller's. */
static char *page(const char *section)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	grammar_init();
	ck_assert_int_eq(manual_print(out, section, usage), 0);
	fclose(out);
	make_plain(text);
	return text;
}

static bool has_entry(const char *text, const char *command)
{
	char *entry = talloc_asprintf(NULL, ".PP %s .", command);
	bool found = strstr(text, entry);

	talloc_free(entry);
	return found;
}

/* How many commands of the node there are; each stands in a page. */
static unsigned check_node(const struct cmd_node *node, const char *file, const char *program)
{
	unsigned n = 0;

	for (unsigned i = 0; i < vector_active(node->cmd_vector); i++) {
		const struct cmd_element *element = vector_slot(node->cmd_vector, i);
		bool in_files =
			node->node >= CONFIG_NODE && !(element->attr & CONFIG_TERMINAL_ONLY);

		ck_assert_msg(has_entry(in_files ? file : program, element->string),
			      "%s: \"%s\" is in no page", node->name, element->string);
		n++;
	}
	return n;
}

START_TEST(every_command_has_its_entry)
{
	char *file = page("5"), *program = page("8");
	unsigned n = 0;

	for (unsigned i = VIEW_NODE; i < NODES_END; i++) {
		const struct cmd_node *node = vector_lookup(cmdvec, i);

		if (node &&
		    (i == VIEW_NODE || i == ENABLE_NODE || i == CONFIG_NODE || i >= NODE_CLI))
			n += check_node(node, file, program);
	}
	ck_assert_uint_gt(n, 400);
	free(file);
	free(program);
}
END_TEST

START_TEST(words_are_explained_with_their_help)
{
	char *file = page("5");

	ck_assert_ptr_nonnull(strstr(
		file, ".PP listen ADDRESS [<1-65535>] .RS 7 Where the CLI listens, telnet on "
		      "TCP. .br ADDRESS: A loopback address, 127.0.0.1 by default. .br "
		      "[<1-65535>]: Port, 4262 by default. .RE"));
	ck_assert_ptr_nonnull(strstr(file, ".SH REGISTRAR"));
	ck_assert_ptr_null(strstr(file, "show diff"));
	free(file);
}
END_TEST

/* What has no default: what a section cannot be without, what may be said several times, and conditions. Of the node's
 * name, a colon and the command, this is the beginning. */
static const char *const no_default[] = {
	"span:dahdi ",
	"trunk:protocol ",
	"trunk:span ",
	"trunk:d-channel ",
	"trunk:channels ",
	"peer:address ",
	"user:password ",
	"user:number ",
	"line:echo",
	"line:tone ",
	"line:quiet",
	"line:reject ",
	"line:ring",
	"line:clear ",
	"line:readback",
	"route:from ",
	"route:called ",
	"route:when ",
	"route:to ",
	"emergency:number ",
	"translation:match ",
	"time-range:",
	"records:postgresql password ",
	"records:radius secret ",
	"http:user ",
	"http:token ",
	"emergency:except ",
	"http:tls ",
	"webhook:url ",
	"trunk-group:member ",
	"lookup:enum ",
	"lookup:http ",
	"lookup:domain ",
};

static bool tells_default(const struct cmd_element *element)
{
	return strstr(element->doc, "efault") || !strncmp(element->string, "no ", 3);
}

static bool is_untold(const struct cmd_node *node, const struct cmd_element *element)
{
	char *name = talloc_asprintf(NULL, "%s:%s", node->name, element->string);
	bool untold = !tells_default(element) && !(element->attr & CONFIG_TERMINAL_ONLY);

	for (size_t i = 0; i < ARRAY_SIZE(no_default); i++)
		untold = untold && strncmp(name, no_default[i], strlen(no_default[i])) != 0;
	if (untold)
		fprintf(stderr, "%s: its help does not tell its default\n", name);
	talloc_free(name);
	return untold;
}

START_TEST(options_tell_their_defaults)
{
	unsigned untold = 0;

	grammar_init();
	for (unsigned i = NODE_CLI; i < NODES_END; i++) {
		const struct cmd_node *node = vector_lookup(cmdvec, i);

		for (unsigned k = 0; node && k < vector_active(node->cmd_vector); k++)
			untold += is_untold(node, vector_slot(node->cmd_vector, k));
	}
	ck_assert_uint_eq(untold, 0);
}
END_TEST

START_TEST(every_alarm_is_there)
{
	char *program = page("8");

	for (int i = 0; i < ALARM_KINDS; i++)
		ck_assert_ptr_nonnull(strstr(program, alarm_info(i)->name));
	free(program);
}
END_TEST

START_TEST(usage_becomes_the_ways_to_start)
{
	char *program = page("8");

	ck_assert_ptr_nonnull(strstr(program,
				     ".PP crosspoint [-c FILE] .RS 7 run with FILE. 'It' is "
				     ".dotted .RE .PP crosspoint --check FILE .RS 7 look at "
				     "it .RE"));
	free(program);
}
END_TEST

/* No line of text may begin as one of troff's own does. */
START_TEST(no_text_is_taken_for_a_macro)
{
	static const char *const macros[] = { "TH ", "SH ", "SS ", "PP",  "RS ", "RE", "br",
					      "TP",  "B ",  "I ",  "BR ", "IR ", "nh", "ad l" };

	for (const char *const *section = (const char *const[]){ "5", "8", NULL }; *section;
	     section++) {
		char *text = NULL;
		size_t len;
		FILE *out = open_memstream(&text, &len);

		grammar_init();
		manual_print(out, *section, usage);
		fclose(out);
		for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
			size_t i = 0;

			ck_assert_int_ne(*line, '\'');
			if (*line != '.')
				continue;
			while (i < ARRAY_SIZE(macros) &&
			       strncmp(line + 1, macros[i], strlen(macros[i])) != 0)
				i++;
			ck_assert_msg(i < ARRAY_SIZE(macros), "%s", line);
		}
		free(text);
	}
}
END_TEST

START_TEST(other_sections_are_none)
{
	ck_assert_int_eq(manual_print(stdout, "1", usage), -EINVAL);
	ck_assert_int_eq(manual_print(stdout, "", usage), -EINVAL);
}
END_TEST

UNIT_MAIN("manual", every_command_has_its_entry, options_tell_their_defaults,
	  words_are_explained_with_their_help, every_alarm_is_there,
	  usage_becomes_the_ways_to_start, no_text_is_taken_for_a_macro, other_sections_are_none)
