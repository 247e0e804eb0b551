/* Why a line of a configuration file is no command of its node, and what would be. Control
 * thread. */
#pragma once

#include <stdbool.h>

#include <osmocom/vty/vector.h>

struct config_report;

/* Whether some command of the file's language begins with that word in that node. */
bool config_grammar_knows(int node, const char *word);
/* Adds one fault that explains the line: words are what it says, of at least one. */
void config_grammar_explain(struct config_report *report, int line, int node, vector words);
