/* Why a line of a configuration file is no command of its node, and what would be. libosmovty only
 * says that a line does not match; this walks its table of commands for the reason. */
#include "base/config_grammar.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include <osmocom/core/talloc.h>
#include <osmocom/core/utils.h>

#include "base/config.h"
#include "base/config_vty.h"

enum {
	WORD_MAX = 31, /* longer words are near to nothing */
	EXPECTATION_MAX = 64
};

/* The i-th command of a node that a file may give, or NULL; *i moves on to it. */
static const struct cmd_element *next_command(int node, unsigned *i)
{
	const struct cmd_node *cmd_node = vector_lookup(cmdvec, node);

	for (; cmd_node && *i < vector_active(cmd_node->cmd_vector); ++*i) {
		const struct cmd_element *element = vector_slot(cmd_node->cmd_vector, *i);

		if (element && !(element->attr & CONFIG_TERMINAL_ONLY))
			return element;
	}
	return NULL;
}

#define FOR_EACH_COMMAND(element, node)                                                            \
	for (unsigned i_ = 0; ((element) = next_command(node, &i_)); i_++)

static const struct desc *choice(const struct cmd_element *element, unsigned position, unsigned i)
{
	vector choices = position < vector_active(element->strvec)
				 ? vector_slot(element->strvec, position)
				 : NULL;

	return choices && i < vector_active(choices) ? vector_slot(choices, i) : NULL;
}

/* The token without the brackets of an option. */
static const char *bare(const char *token, char *out, size_t size)
{
	size_t len = strlen(token);

	if (token[0] != '[' || len < 3)
		return token;
	snprintf(out, size, "%.*s", (int)len - 2, token + 1);
	return out;
}

static bool token_fits(const char *token, const char *word)
{
	char out[64];

	token = bare(token, out, sizeof(out));
	if (CMD_RANGE(token))
		return vty_cmd_range_match(token, word);
	return CMD_VARIABLE(token) || strcmp(token, word) == 0;
}

static bool position_fits(const struct cmd_element *element, unsigned position, const char *word)
{
	const struct desc *desc;

	for (unsigned i = 0; (desc = choice(element, position, i)); i++)
		if (token_fits(desc->cmd, word))
			return true;
	return false;
}

/* How many words from the first on fit the command. */
static unsigned words_fit(const struct cmd_element *element, vector words)
{
	unsigned n = 0;

	while (n < vector_active(words) && position_fits(element, n, vector_slot(words, n)))
		n++;
	return n;
}

bool config_grammar_knows(int node, const char *word)
{
	const struct cmd_element *element;

	FOR_EACH_COMMAND(element, node)
	if (position_fits(element, 0, word))
		return true;
	return false;
}

/* Whether the list of texts so far has this one. */
static bool listed(const char *list, const char *text)
{
	size_t len = strlen(text);

	for (const char *p = strstr(list, text); p; p = strstr(p + 1, text))
		if ((p == list || p[-1] == ' ') && (p[len] == '\0' || p[len] == ','))
			return true;
	return false;
}

/* "a number from 1 to 31" for "<1-31>"; keywords and names as they are. */
static void expectation(const char *token, char out[static EXPECTATION_MAX])
{
	char word[EXPECTATION_MAX];
	long low, high;

	token = bare(token, word, sizeof(word));
	if (CMD_RANGE(token) && sscanf(token, "<%ld-%ld>", &low, &high) == 2)
		snprintf(out, EXPECTATION_MAX, "a number from %ld to %ld", low, high);
	else
		osmo_strlcpy(out, token, EXPECTATION_MAX);
}

static char *add_expectations(char *list, const struct cmd_element *element, unsigned position)
{
	const struct desc *desc;

	for (unsigned i = 0; (desc = choice(element, position, i)); i++) {
		char text[EXPECTATION_MAX];

		expectation(desc->cmd, text);
		if (list && !listed(list, text))
			list = config_join(list, "%s", text);
	}
	return list;
}

/* What may stand at that position, after the words before it. */
static char *expected_at(void *ctx, int node, vector words, unsigned position)
{
	char *list = talloc_strdup(ctx, "");
	const struct cmd_element *element;

	FOR_EACH_COMMAND(element, node)
	if (words_fit(element, words) >= position)
		list = add_expectations(list, element, position);
	return list;
}

/* Edits (one character put in, taken out, changed) that turn a into b. */
static unsigned distance(const char *a, const char *b)
{
	unsigned row[WORD_MAX + 1];
	size_t n = strlen(b);

	if (n > WORD_MAX || strlen(a) > WORD_MAX)
		return WORD_MAX;
	for (size_t j = 0; j <= n; j++)
		row[j] = j;
	for (unsigned i = 1; *a; a++, i++) {
		unsigned diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= n; j++) {
			unsigned change = diagonal + (*a != b[j - 1]);

			diagonal = row[j];
			row[j] = OSMO_MIN(change, OSMO_MIN(row[j], row[j - 1]) + 1);
		}
	}
	return row[n];
}

/* The keyword of the node that is nearest to the word; NULL when none is near. */
static const char *nearest(int node, const char *word)
{
	unsigned best = OSMO_MAX(strlen(word) / 3, 1) + 1;
	const struct cmd_element *element;
	const struct desc *desc;
	const char *found = NULL;

	FOR_EACH_COMMAND(element, node)
	for (unsigned i = 0; (desc = choice(element, 0, i)); i++)
		if (distance(word, desc->cmd) < best) {
			best = distance(word, desc->cmd);
			found = desc->cmd;
		}
	return found;
}

static const char *node_name(int node)
{
	const struct cmd_node *cmd_node = vector_lookup(cmdvec, node);

	return cmd_node ? cmd_node->name : "";
}

/* The node of sections that knows the word, 0 when none does. */
static int section_that_knows(const char *word)
{
	for (int node = NODE_CLI; node < NODES_END; node++)
		if (config_grammar_knows(node, word))
			return node;
	return 0;
}

static void explain_first(struct config_report *report, int line, int node, vector words)
{
	const char *word = vector_slot(words, 0);
	const char *near = nearest(node, word);
	bool negation = strcmp(word, "no") == 0; /* every section knows that */
	int section = node == CONFIG_NODE && !negation ? section_that_knows(word) : 0;
	char *known;

	if (section) {
		config_fault(report, line,
			     "\"%s\" begins no section; it belongs inside \"%s\", indented", word,
			     node_name(section));
	} else if (node != CONFIG_NODE && config_grammar_knows(CONFIG_NODE, word)) {
		config_fault(report, line,
			     "\"%s\" is no option of \"%s\"; it begins a section: do not indent it",
			     word, node_name(node));
	} else if (near) {
		config_fault(report, line, "\"%s\" is unknown here; did you mean \"%s\"?", word,
			     near);
	} else {
		known = expected_at(report, node, words, 0);
		config_fault(report, line, "\"%s\" is unknown here; known are: %s", word,
			     known ? known : "out of memory");
		talloc_free(known);
	}
}

/* The words before position, as they stand in the line. */
static char *words_before(void *ctx, vector words, unsigned position)
{
	char *text = talloc_strdup(ctx, "");

	for (unsigned i = 0; text && i < position; i++)
		text = talloc_asprintf_append(text, "%s%s", i ? " " : "",
					      (const char *)vector_slot(words, i));
	return text;
}

static unsigned best_fit(int node, vector words)
{
	const struct cmd_element *element;
	unsigned best = 0;

	FOR_EACH_COMMAND(element, node)
	best = OSMO_MAX(best, words_fit(element, words));
	return best;
}

void config_grammar_explain(struct config_report *report, int line, int node, vector words)
{
	unsigned best = best_fit(node, words);
	char *expected, *before;

	if (best == 0) {
		explain_first(report, line, node, words);
		return;
	}
	expected = expected_at(report, node, words, best);
	before = expected ? words_before(expected, words, best) : NULL;
	if (!before)
		config_fault(report, line, "out of memory");
	else if (best == vector_active(words))
		config_fault(report, line, "\"%s\" is incomplete; it needs: %s", before, expected);
	else if (!*expected)
		config_fault(report, line, "\"%s\" is too much; nothing comes after \"%s\"",
			     (const char *)vector_slot(words, best), before);
	else
		config_fault(report, line, "\"%s\" is wrong after \"%s\"; right would be: %s",
			     (const char *)vector_slot(words, best), before, expected);
	talloc_free(expected);
}
