/* The commands of a translation's node. The first rule that matches a number is applied:
 *
 *   translation national
 *    match 0049 strip 4 prepend 0 type national
 *    match any from-type international prepend 00
 */
#include "call/translation_vty.h"

#include <stdlib.h>
#include <string.h>

#include "base/config_vty.h"
#include "call/number_words.h"
#include "call/route_digits.h"
#include "call/translation.h"

/* Actions: a word and its value */

static int set_digits(struct vty *vty, const char *word, const char *value, char *out)
{
	return route_set_digits(vty, word, value, out);
}

enum { FROM_TYPE }; /* its place below */

static const struct {
	const char *word;
	const struct value_string *words;
	const char *choice;
	size_t at;
} values[] = {
	{ "from-type", number_type_words, NUMBER_TYPE_CHOICE,
	  offsetof(struct number_rule, from_type) },
	{ "type", number_type_words, NUMBER_TYPE_CHOICE, offsetof(struct number_rule, type) },
	{ "plan", number_plan_words, NUMBER_PLAN_CHOICE, offsetof(struct number_rule, plan) },
	{ "presentation", number_presentation_words, NUMBER_PRESENTATION_CHOICE,
	  offsetof(struct number_rule, presentation) },
	{ "screening", number_screening_words, NUMBER_SCREENING_CHOICE,
	  offsetof(struct number_rule, screening) },
};

static int set_strip(struct vty *vty, const char *value, struct number_rule *rule)
{
	char *end;
	unsigned long strip = strtoul(value, &end, 10);

	if (*end || end == value || strip >= NUMBER_PATTERN_MAX)
		return config_reject(vty, "strip \"%s\" is wrong; 0 to %d digits are right", value,
				     NUMBER_PATTERN_MAX - 1);
	rule->strip = (uint8_t)strip;
	return CMD_SUCCESS;
}

static int set_value(struct vty *vty, const char *word, const char *value, struct number_rule *rule)
{
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		int got;

		if (strcmp(word, values[i].word) != 0)
			continue;
		got = get_string_value(values[i].words, value);
		if (got < 0)
			return config_reject(vty, "%s \"%s\" is unknown; right would be: %s", word,
					     value, values[i].choice);
		*((uint8_t *)rule + values[i].at) = (uint8_t)(got + 1);
		return CMD_SUCCESS;
	}
	return config_reject(vty,
			     "\"%s\" is unknown here; strip, prepend, replace, type, plan, "
			     "presentation, screening, from-type and keep are right",
			     word);
}

static int set_action(struct vty *vty, const char *word, const char *value,
		      struct number_rule *rule)
{
	if (!strcmp(word, "strip"))
		return set_strip(vty, value, rule);
	if (strcmp(word, "prepend") != 0 && strcmp(word, "replace") != 0)
		return set_value(vty, word, value, rule);
	if (set_digits(vty, word, value, rule->prepend) != CMD_SUCCESS)
		return CMD_WARNING;
	rule->replaces = word[0] == 'r';
	return CMD_SUCCESS;
}

static int parse_actions(struct vty *vty, int argc, const char **argv, struct number_rule *rule)
{
	for (int i = 0; i < argc; i += 2) {
		if (!strcmp(argv[i], "keep")) {
			i--;
			continue;
		}
		if (i + 1 == argc)
			return config_reject(vty, "\"%s\" is incomplete; it needs a value",
					     argv[i]);
		if (set_action(vty, argv[i], argv[i + 1], rule) != CMD_SUCCESS)
			return CMD_WARNING;
	}
	return CMD_SUCCESS;
}

/* Rules */

static struct number_rule *find_rule(struct translation_config *item,
				     const struct number_match *match, uint8_t from_type)
{
	for (size_t i = 0; i < item->n_rules; i++) {
		if (number_match_equals(&item->rules[i].match, match) &&
		    item->rules[i].from_type == from_type)
			return &item->rules[i];
	}
	return NULL;
}

/* digits NULL: any. A rule for the same numbers gives way. */
static int add_rule(struct vty *vty, const char *digits, bool exact, int argc, const char **argv)
{
	struct translation_config *item = vty->index;
	struct number_rule rule = { .match.exact = exact }, *place;

	if (digits && set_digits(vty, "match", digits, rule.match.digits) != CMD_SUCCESS)
		return CMD_WARNING;
	if (parse_actions(vty, argc, argv, &rule) != CMD_SUCCESS)
		return CMD_WARNING;
	place = find_rule(item, &rule.match, rule.from_type);
	if (!place && item->n_rules == TRANSLATION_RULES)
		return config_reject(vty, "translation %s has too many rules; at most %d",
				     item->name, TRANSLATION_RULES);
	if (!place)
		place = &item->rules[item->n_rules++];
	*place = rule;
	return CMD_SUCCESS;
}

static int remove_rules(struct vty *vty, const char *digits, bool exact)
{
	struct translation_config *item = vty->index;
	struct number_match match = { .exact = exact };
	size_t n = 0;

	if (digits && set_digits(vty, "match", digits, match.digits) != CMD_SUCCESS)
		return CMD_WARNING;
	for (size_t i = 0; i < item->n_rules; i++) {
		if (!number_match_equals(&item->rules[i].match, &match))
			item->rules[n++] = item->rules[i];
	}
	item->n_rules = n;
	return CMD_SUCCESS;
}

#define RULE_STR "What becomes of numbers; the first rule that matches one is applied\n"
#define ACTIONS_STR                                                                                \
	"strip N: leading digits taken away; prepend DIGITS: put in front then; replace DIGITS: "  \
	"sent instead; type, plan, presentation, screening: what the number is said to be; "       \
	"from-type TYPE: only numbers of that type; keep: as it is\n"

DEFUN(match_any, match_any_cmd, "match any .ACTIONS", RULE_STR "All numbers\n" ACTIONS_STR)
{
	return add_rule(vty, NULL, false, argc, argv);
}

DEFUN(match_none, match_none_cmd, "match none .ACTIONS",
      RULE_STR "Where there is no number\n" ACTIONS_STR)
{
	return add_rule(vty, NULL, true, argc, argv);
}

DEFUN(match_exact, match_exact_cmd, "match exact DIGITS .ACTIONS",
      RULE_STR "This number alone\nThe number\n" ACTIONS_STR)
{
	return add_rule(vty, argv[0], true, argc - 1, argv + 1);
}

DEFUN(match_digits, match_digits_cmd, "match DIGITS .ACTIONS",
      RULE_STR "Numbers that begin with these digits\n" ACTIONS_STR)
{
	return add_rule(vty, argv[0], false, argc - 1, argv + 1);
}

DEFUN(no_match_any, no_match_any_cmd, "no match any", NO_STR RULE_STR "All numbers\n")
{
	return remove_rules(vty, NULL, false);
}

DEFUN(no_match_none, no_match_none_cmd, "no match none",
      NO_STR RULE_STR "Where there is no number\n")
{
	return remove_rules(vty, NULL, true);
}

DEFUN(no_match_exact, no_match_exact_cmd, "no match exact DIGITS",
      NO_STR RULE_STR "This number alone\nThe number\n")
{
	return remove_rules(vty, argv[0], true);
}

DEFUN(no_match_digits, no_match_digits_cmd, "no match DIGITS",
      NO_STR RULE_STR "Numbers that begin with these digits\n")
{
	return remove_rules(vty, argv[0], false);
}

void translation_vty_install(void)
{
	static struct cmd_node node = { NODE_TRANSLATION, "%s(config-translation)# ", 1,
					.name = "translation" };
	static struct cmd_element *const commands[] = {
		&match_any_cmd,    &match_none_cmd,    &match_exact_cmd,    &match_digits_cmd,
		&no_match_any_cmd, &no_match_none_cmd, &no_match_exact_cmd, &no_match_digits_cmd,
	};

	install_node(&node, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		install_element(NODE_TRANSLATION, commands[i]);
}

void translation_vty_validate(const struct translation_config *translation,
			      struct config_report *report)
{
	if (!translation->n_rules)
		config_fault_option(report, translation->line, "match",
				    "translation %s does nothing; it needs `match` and what "
				    "becomes of the number",
				    translation->name);
	for (size_t i = 0; i + 1 < translation->n_rules; i++) {
		const struct number_rule *rule = &translation->rules[i];

		if (!number_match_is_any(&rule->match) || rule->from_type)
			continue;
		config_fault_option(report, translation->line, "match",
				    "translation %s: no rule behind `match any` is ever reached; "
				    "put it last",
				    translation->name);
		return;
	}
}

/* False: nothing, as there is none. */
static bool write_value(const struct number_rule *rule, size_t i, struct vty *vty)
{
	uint8_t value = *((const uint8_t *)rule + values[i].at);

	if (value)
		vty_out(vty, " %s %s", values[i].word,
			get_value_string(values[i].words, value - 1U));
	return value;
}

static void write_rule(const struct number_rule *rule, struct vty *vty)
{
	bool keeps = !rule->strip && !*rule->prepend;

	vty_out(vty, " match %s%s",
		number_match_is_any(&rule->match) ? "any"
		: !*rule->match.digits            ? "none"
		: rule->match.exact               ? "exact "
						  : "",
		rule->match.digits);
	write_value(rule, FROM_TYPE, vty);
	if (rule->strip)
		vty_out(vty, " strip %u", rule->strip);
	if (*rule->prepend)
		vty_out(vty, " %s %s", rule->replaces ? "replace" : "prepend", rule->prepend);
	for (size_t i = FROM_TYPE + 1; i < ARRAY_SIZE(values); i++)
		keeps &= !write_value(rule, i, vty);
	vty_out(vty, "%s\n", keeps ? " keep" : "");
}

void translation_vty_write(const struct translation_config *translation, struct vty *vty)
{
	vty_out(vty, "\ntranslation %s\n", translation->name);
	for (size_t i = 0; i < translation->n_rules; i++)
		write_rule(&translation->rules[i], vty);
}
