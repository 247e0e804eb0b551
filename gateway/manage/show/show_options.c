/* What can be configured: every option as the grammar has it, when a change of it holds, its default as its help tells it, and
 * how often it is said now. All of it is made of what exists: nobody keeps a list. */
#include <ctype.h>
#include <string.h>

#include <jansson.h>

#include <osmocom/core/talloc.h>
#include <osmocom/core/utils.h>
#include <osmocom/vty/command.h>
#include <osmocom/vty/vty.h>

#include "base/config.h"
#include "base/config_vty.h"
#include "manage/cli/change_class.h"
#include "manage/cli/cli.h"
#include "manage/cli/table.h"
#include "manage/manage.h"

/* Words of a command and of a line */

static const struct cmd_element *command_at(const struct cmd_node *node, unsigned i)
{
	return i < vector_active(node->cmd_vector) ? vector_slot(node->cmd_vector, i) : NULL;
}

static bool is_no(const char *command)
{
	return !strncmp(command, "no ", 3);
}

static const char *without_no(const char *command)
{
	return command + (is_no(command) ? 3 : 0);
}

static bool same_first_word(const char *a, const char *b)
{
	const size_t len = strcspn(a, " ");

	return len == strcspn(b, " ") && !memcmp(a, b, len);
}

/* A word that stands as it is; brackets around it say that it may be left out. */
static bool is_literal(const char *cmd)
{
	cmd += *cmd == '[';
	return islower((unsigned char)*cmd) || isdigit((unsigned char)*cmd);
}

static bool is_word(const char *cmd, const char *word, size_t len)
{
	const size_t skip = *cmd == '[';

	return strcspn(cmd + skip, "]") == len && !memcmp(cmd + skip, word, len);
}

/* How well a word fits there: 0 for not at all. */
static unsigned fits(vector choices, const char *word, size_t len)
{
	unsigned best = 0;

	for (unsigned i = 0; i < vector_active(choices); i++) {
		const struct desc *desc = vector_slot(choices, i);

		if (!desc)
			continue;
		if (!is_literal(desc->cmd))
			best = OSMO_MAX(best, 1u);
		else if (is_word(desc->cmd, word, len))
			best = 2;
	}
	return best;
}

static bool may_be_missing(vector choices)
{
	const struct desc *desc = vector_active(choices) ? vector_slot(choices, 0) : NULL;

	return !desc || *desc->cmd == '[';
}

static bool takes_the_rest(vector choices)
{
	const struct desc *desc = vector_active(choices) ? vector_slot(choices, 0) : NULL;

	return desc && *desc->cmd == '.';
}

/* How well a line, without its `no`, fits a command: 0 for not at all. One with `no` need not have all words. */
static unsigned likeness(const struct cmd_element *element, const char *line, bool whole)
{
	const unsigned n = vector_active(element->strvec);
	unsigned sum = 0, i = 0;

	while (*line && *line != '\n') {
		const size_t len = strcspn(line, " \n");
		unsigned fit = i < n ? fits(vector_slot(element->strvec, i), line, len) : 0;

		if (!fit)
			return 0;
		sum += fit;
		if (takes_the_rest(vector_slot(element->strvec, i)))
			return sum;
		i++;
		line += len;
		line += *line == ' ';
	}
	return !whole || i == n || may_be_missing(vector_slot(element->strvec, i)) ? sum : 0;
}

/* Defaults, as clauses of help texts: "A loopback address, 127.0.0.1 by default", "Round the circle; the default" */

static const char *clause_end(const char *at)
{
	while (*at && *at != ';' && strncmp(at, ". ", 2) != 0 && strncmp(at, ": ", 2) != 0)
		at++;
	return at;
}

/* The clause that tells the default, and its length; 0: none does. */
static size_t default_clause(const char *help, const char **clause)
{
	while (*help) {
		const char *end = clause_end(help);
		const char *word = strstr(help, "default");

		help += strspn(help, " ");
		if (word && word < end) {
			*clause = help;
			return (size_t)(end - help);
		}
		help = end + (*end != '\0');
	}
	return 0;
}

/* "the default" says that the word itself, or the whole command, is it. */
static char *add_default(char *text, const char *is, const char *help)
{
	const char *clause;
	const size_t len = default_clause(help, &clause);
	char *value;
	size_t skip = 0;

	if (!len || !text)
		return text;
	if (!strncmp(clause, "the default", 11))
		skip = 11;
	else if (!strncmp(clause, "default", 7))
		skip = 7;
	value = talloc_asprintf(text, "%s%.*s", skip ? is : "", (int)(len - skip), clause + skip);
	if (!value || strstr(text, value))
		return text;
	return talloc_asprintf_append(text, "%s%s", *text ? "; " : "", value);
}

/* In all choices of a command; whole: named by the command's own words. */
static char *defaults_of(char *text, const struct cmd_element *element, bool whole)
{
	for (unsigned i = 0; i < vector_active(element->strvec); i++) {
		vector choices = vector_slot(element->strvec, i);

		for (unsigned k = 0; k < vector_active(choices); k++) {
			const struct desc *desc = vector_slot(choices, k);

			if (desc && desc->str && strcmp(desc->cmd, "no") != 0)
				text = add_default(text, whole ? element->string : desc->cmd,
						   desc->str);
		}
	}
	return text;
}

/* Where a command does not tell it, the one with `no` or another of its first word may. */
static char *default_of(void *ctx, const struct cmd_node *node, const struct cmd_element *element)
{
	const char *words = without_no(element->string);
	char *text = defaults_of(talloc_strdup(ctx, ""), element, is_no(element->string));
	const struct cmd_element *other;

	for (unsigned i = 0; text && !*text && (other = command_at(node, i)); i++)
		if (other != element && !(other->attr & CONFIG_TERMINAL_ONLY) &&
		    same_first_word(without_no(other->string), words))
			text = defaults_of(text, other, true);
	return text;
}

/* Options */

/* Of `x` and `no x` one is an option, the other its contrary. */
static bool is_option(const struct cmd_node *node, const struct cmd_element *element)
{
	const struct cmd_element *other;

	if (element->attr & CONFIG_TERMINAL_ONLY)
		return false;
	for (unsigned i = 0; is_no(element->string) && (other = command_at(node, i)); i++)
		if (!is_no(other->string) &&
		    same_first_word(other->string, without_no(element->string)))
			return false;
	return true;
}

/* Which command of a node is the option that a line says; -1: none. */
static int option_of(const struct cmd_node *node, const char *line)
{
	const struct cmd_element *element;
	unsigned most = 0;
	int best = -1;

	for (unsigned i = 0; (element = command_at(node, i)); i++) {
		const char *words = is_no(element->string) ? line : without_no(line);
		unsigned fit =
			is_option(node, element) ? likeness(element, words, !is_no(line)) : 0;

		if (fit > most) {
			most = fit;
			best = (int)i;
		}
	}
	return best;
}

/* How many lines of the text say each command of the node. */
static void count_lines(const char *text, const struct cmd_node *node, int *counts)
{
	const size_t len = strlen(node->name);
	bool inside = false;

	for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		int i = -1;

		if (*line != ' ')
			inside = strcspn(line, " \n") == len && !memcmp(line, node->name, len);
		else if (inside)
			i = option_of(node, line + strspn(line, " "));
		if (i >= 0)
			counts[i]++;
	}
}

static json_t *option_row(void *ctx, const struct cmd_node *node, const struct cmd_element *element,
			  int count)
{
	const int class = change_class_of(node->name, element->string);
	const char *by_default = default_of(ctx, node, element);

	return json_pack("{s:s, s:s, s:s, s:s, s:i}", "section", node->name, "option",
			 element->string, "holds", class < 0 ? "" : change_class_words(class),
			 "default", by_default ? by_default : "", "set", count);
}

static void add_options(json_t *rows, const struct cmd_node *node, const char *text)
{
	void *ctx = talloc_new(NULL);
	int *counts = talloc_zero_array(ctx, int, vector_active(node->cmd_vector) + 1);
	const struct cmd_element *element;

	if (counts)
		count_lines(text, node, counts);
	for (unsigned i = 0; counts && (element = command_at(node, i)); i++)
		if (is_option(node, element))
			json_array_append_new(rows, option_row(ctx, node, element, counts[i]));
	talloc_free(ctx);
}

/* section NULL: all */
static int print(struct vty *vty, const char *section, bool json)
{
	static const struct table_column columns[] = {
		{ "section", "Section" }, { "option", "Option" },   { "holds", "Holds" },
		{ "set", "Set" },         { "default", "Default" },
	};
	const struct gateway *gateway = cli_gateway();
	char *text = gateway ? config_text(NULL, gateway->running) : talloc_strdup(NULL, "");
	json_t *rows = json_array();

	for (unsigned i = NODE_CLI; text && i < NODES_END; i++) {
		const struct cmd_node *node = vector_lookup(cmdvec, i);

		if (node && (!section || !strcmp(section, node->name)))
			add_options(rows, node, text);
	}
	talloc_free(text);
	if (json)
		json_out(vty, rows);
	else
		table_out(vty, rows, columns, ARRAY_SIZE(columns),
			  "No section is called so; `show options` names them.");
	json_decref(rows);
	return CMD_SUCCESS;
}

#define OPTIONS_STR                                                                                \
	SHOW_STR "What can be configured: when a change holds, how often it is said, its "         \
		 "default\n"
#define JSON_STR "As JSON, for programs\n"

DEFUN(show_options, show_options_cmd, "show options [json]", OPTIONS_STR JSON_STR)
{
	return print(vty, NULL, argc > 0);
}

DEFUN(show_options_in, show_options_in_cmd, "show options in SECTION [json]",
      OPTIONS_STR "Of one kind of section\nIts first word, as `trunk`\n" JSON_STR)
{
	return print(vty, argv[0], argc > 1);
}

void show_options_install(void)
{
	cli_install(&show_options_cmd);
	cli_install(&show_options_in_cmd);
}
