/* What a route says that its numbers are, in words for Q.931's values (4.5.8, 4.5.10):
 *
 *   called-type national
 *   calling-presentation restricted
 */
#include "call/route_rules_vty.h"

#include <stddef.h>

#include <osmocom/core/utils.h>

#include "base/config_vty.h"
#include "call/number_words.h"
#include "call/route_config.h"

static const struct rule {
	const char *option;
	const struct value_string *words;
	size_t at; /* of the rule in struct route_config */
} rules[] = {
	{ "called-type", number_type_words, offsetof(struct route_config, called_type) },
	{ "called-plan", number_plan_words, offsetof(struct route_config, called_plan) },
	{ "calling-type", number_type_words, offsetof(struct route_config, calling_type) },
	{ "calling-plan", number_plan_words, offsetof(struct route_config, calling_plan) },
	{ "calling-presentation", number_presentation_words,
	  offsetof(struct route_config, calling_presentation) },
	{ "calling-screening", number_screening_words,
	  offsetof(struct route_config, calling_screening) },
};

static uint8_t *rule_of(struct vty *vty, const struct rule *rule)
{
	return (uint8_t *)vty->index + rule->at;
}

/* One command to set each rule, and one to take it away; i is its place in the table. */
#define RULE(name, i, option, choice, what, help)                                                  \
	DEFUN(route_##name, route_##name##_cmd, option " (" choice ")", what help)                 \
	{                                                                                          \
		*rule_of(vty, &rules[i]) = (uint8_t)get_string_value(rules[i].words, argv[0]) + 1; \
		return CMD_SUCCESS;                                                                \
	}                                                                                          \
	DEFUN(no_route_##name, no_route_##name##_cmd, "no " option, NO_STR what)                   \
	{                                                                                          \
		*rule_of(vty, &rules[i]) = 0;                                                      \
		return CMD_SUCCESS;                                                                \
	}

RULE(called_type, 0, "called-type", NUMBER_TYPE_CHOICE,
     "Type of the called number; by default as it came, or unknown when digits were changed\n",
     NUMBER_TYPE_HELP)
RULE(called_plan, 1, "called-plan", NUMBER_PLAN_CHOICE,
     "Numbering plan of the called number; by default as it came\n", NUMBER_PLAN_HELP)
RULE(calling_type, 2, "calling-type", NUMBER_TYPE_CHOICE,
     "Type of the caller's number; by default as it came\n", NUMBER_TYPE_HELP)
RULE(calling_plan, 3, "calling-plan", NUMBER_PLAN_CHOICE,
     "Numbering plan of the caller's number; by default as it came\n", NUMBER_PLAN_HELP)
RULE(calling_presentation, 4, "calling-presentation", NUMBER_PRESENTATION_CHOICE,
     "May the caller's number be shown? By default as it came\n", NUMBER_PRESENTATION_HELP)
RULE(calling_screening, 5, "calling-screening", NUMBER_SCREENING_CHOICE,
     "Who vouches for the caller's number; by default as it came\n",
     "Nobody\nThe network, of the caller's word\nNobody: the network found it wrong\n"
     "The network, by its own\n")

void route_rules_vty_install(void)
{
	install_element(NODE_ROUTE, &route_called_type_cmd);
	install_element(NODE_ROUTE, &no_route_called_type_cmd);
	install_element(NODE_ROUTE, &route_called_plan_cmd);
	install_element(NODE_ROUTE, &no_route_called_plan_cmd);
	install_element(NODE_ROUTE, &route_calling_type_cmd);
	install_element(NODE_ROUTE, &no_route_calling_type_cmd);
	install_element(NODE_ROUTE, &route_calling_plan_cmd);
	install_element(NODE_ROUTE, &no_route_calling_plan_cmd);
	install_element(NODE_ROUTE, &route_calling_presentation_cmd);
	install_element(NODE_ROUTE, &no_route_calling_presentation_cmd);
	install_element(NODE_ROUTE, &route_calling_screening_cmd);
	install_element(NODE_ROUTE, &no_route_calling_screening_cmd);
}

void route_rules_vty_write(const struct route_config *route, struct vty *vty)
{
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		uint8_t rule = *((const uint8_t *)route + rules[i].at);

		if (rule)
			vty_out(vty, " %s %s\n", rules[i].option,
				get_value_string(rules[i].words, rule - 1U));
	}
}
