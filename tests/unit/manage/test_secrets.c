/* The whole language: every option that takes a secret is hidden, and the query of every URL. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <osmocom/core/talloc.h>

#include "base/config_secret.h"
#include "base/config_vty.h"
#include "tests/unit/manage/grammar.h"
#include "tests/unit/unit.h"

static bool has_any(const char *text, const char *const *words)
{
	while (*words && !strcasestr(text, *words))
		words++;
	return *words;
}

/* By its name, or by its help; a file that has one is none. */
static bool is_secret(const char *argument, const char *help)
{
	static const char *const files[] = { "FILE", "NAME", NULL };
	static const char *const names[] = { "SECRET", "PASSWORD", "TOKEN", "KEY", "HASH", NULL };
	static const char *const said[] = { "password", "secret", "token", "hash", NULL };

	if (strspn(argument, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != strlen(argument))
		return false;
	return !has_any(argument, files) && (has_any(argument, names) || has_any(help, said));
}

/* How many secrets the command takes. Its line with words for its arguments must show none of them. */
static unsigned check_command(const struct cmd_element *element)
{
	char *words = talloc_strdup(NULL, element->string),
	     *all_help = talloc_strdup(words, element->doc);
	char *line = talloc_strdup(words, " "), *help = all_help, *at = words;
	unsigned n = 0;

	for (char *word; (word = strsep(&at, " "));) {
		const char *its = strsep(&help, "\n");
		const bool url = strcmp(word, "URL") == 0;
		const bool secret = url || (its && is_secret(word, its));

		line = talloc_asprintf_append(line, "%s%s ", url ? "https://h/?" : "",
					      secret ? "s3cret" : word);
		n += secret;
	}
	config_hide_secrets(line);
	ck_assert_msg(!strstr(line, "s3cret"), "\"%s\" is shown as \"%s\"", element->string, line);
	talloc_free(words);
	return n;
}

START_TEST(no_option_shows_its_secret)
{
	unsigned n = 0;

	grammar_init();
	for (unsigned i = CONFIG_NODE; i < NODES_END; i++) {
		const struct cmd_node *node = vector_lookup(cmdvec, i);

		for (unsigned k = 0; node && k < vector_active(node->cmd_vector); k++)
			n += check_command(vector_slot(node->cmd_vector, k));
	}
	ck_assert_uint_ge(n, 13);
}
END_TEST

UNIT_MAIN("secrets", no_option_shows_its_secret)
