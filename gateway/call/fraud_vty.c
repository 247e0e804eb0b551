/* The configuration of the guard against toll fraud:
 *
 *   fraud international
 *    from peer phones
 *    called 00
 *    each caller
 *    hours 18 8
 *    calls 2
 *    calls-per-hour 10
 *    minutes-per-day 60
 */
#include "call/fraud_config.h"

#include <stdlib.h>
#include <string.h>

#include <osmocom/core/talloc.h>

#include "base/config_vty.h"
#include "call/cause.h"
#include "call/leg.h"

enum { ALARM_PERCENT = 80, WEEKDAYS = 0x3e, WEEKEND = 0x41 };

static void init_rule(void *item)
{
	struct fraud_rule_config *rule = item;

	rule->from_any = true;
	rule->days = FRAUD_ALL_DAYS;
	rule->alarm_percent = ALARM_PERCENT;
	rule->cause = CAUSE_REJECTED;
}

static const struct config_list fraud_list = {
	.kind = "fraud",
	.one = "fraud rule",
	.items_at = offsetof(struct fraud_config, rules),
	.n_at = offsetof(struct fraud_config, n_rules),
	.item_size = sizeof(struct fraud_rule_config),
	.name_size = FRAUD_NAME_MAX,
	.line_at = offsetof(struct fraud_rule_config, line),
	.node = NODE_FRAUD,
	.init = init_rule,
};

static struct fraud_config *edited(void)
{
	return config_candidate(&fraud_section);
}

#define FRAUD_STR "A rule against toll fraud: how much of what kind of calls is usual\n"
#define NAME_STR "Its name, as `show fraud` and alarms have it\n"

DEFUN(fraud, fraud_cmd, "fraud NAME", FRAUD_STR NAME_STR)
{
	return config_list_enter(vty, &fraud_list, edited(), argv[0]);
}

DEFUN_ATTR(no_fraud, no_fraud_cmd, "no fraud NAME", NO_STR FRAUD_STR NAME_STR, CONFIG_TERMINAL_ONLY)
{
	return config_list_remove(vty, &fraud_list, edited(), argv[0]);
}

#define FROM_STR "Calls from where; from anywhere by default\n"

DEFUN(fraud_from, fraud_from_cmd, "from (trunk|peer) NAME", FROM_STR "A trunk\nA peer\nIts name\n")
{
	struct fraud_rule_config *rule = vty->index;

	rule->from_any = false;
	rule->from.kind = argv[0][0] == 't' ? TARGET_TRUNK : TARGET_PEER;
	return config_set_name(vty, argv[0], argv[1], rule->from.name, sizeof(rule->from.name));
}

DEFUN(fraud_from_any, fraud_from_any_cmd, "from any", FROM_STR "Anywhere\n")
{
	struct fraud_rule_config *rule = vty->index;

	rule->from_any = true;
	return CMD_SUCCESS;
}

DEFUN(fraud_called, fraud_called_cmd, "called DIGITS",
      "Calls to numbers that begin so, as they are dialled; all by default\nThe first digits\n")
{
	struct fraud_rule_config *rule = vty->index;

	if (!*argv[0] || !leg_is_number(argv[0]))
		return config_reject(
			vty, "called \"%s\" is no number; digits, *, # and A to D are right",
			argv[0]);
	return config_set_text(vty, "called", argv[0], rule->called, sizeof(rule->called));
}

DEFUN(fraud_each, fraud_each_cmd, "each (caller|source)",
      "For whom the figures are; for all calls of the rule together by default\n"
      "For each calling number\n"
      "For each trunk or peer that they come from\n")
{
	struct fraud_rule_config *rule = vty->index;

	rule->each = argv[0][0] == 'c' ? FRAUD_EACH_CALLER : FRAUD_EACH_SOURCE;
	return CMD_SUCCESS;
}

DEFUN(no_fraud_each, no_fraud_each_cmd, "no each",
      NO_STR "For whom the figures are; for all calls of the rule together by default\n")
{
	struct fraud_rule_config *rule = vty->index;

	rule->each = FRAUD_TOGETHER;
	return CMD_SUCCESS;
}

DEFUN(fraud_hours, fraud_hours_cmd, "hours <0-23> <0-24>",
      "At what hours it holds, local time; all day by default\n"
      "From this hour on\n"
      "Until this hour begins; before the first one: over midnight\n")
{
	struct fraud_rule_config *rule = vty->index;

	rule->hour_first = atoi(argv[0]);
	rule->hour_end = atoi(argv[1]);
	return CMD_SUCCESS;
}

DEFUN(fraud_days, fraud_days_cmd, "days (all|weekdays|weekend)",
      "On what days it holds; all by default\n"
      "All\nMonday to Friday\nSaturday and Sunday\n")
{
	struct fraud_rule_config *rule = vty->index;

	rule->days = argv[0][0] == 'a' ? FRAUD_ALL_DAYS : argv[0][4] == 'd' ? WEEKDAYS : WEEKEND;
	return CMD_SUCCESS;
}

#define CALLS_STR "Calls at a time; no limit by default\n"
#define PER_HOUR_STR "Calls in an hour of the clock; no limit by default\n"
#define PER_DAY_STR "Minutes of talk in a day, by local time; no limit by default\n"
#define FIGURE(name, option, help, member)                                                         \
	DEFUN(fraud_##name, fraud_##name##_cmd, option " <1-1000000>", help "How many\n")          \
	{                                                                                          \
		((struct fraud_rule_config *)vty->index)->member = atoi(argv[0]);                  \
		return CMD_SUCCESS;                                                                \
	}                                                                                          \
	DEFUN(no_fraud_##name, no_fraud_##name##_cmd, "no " option, NO_STR help)                   \
	{                                                                                          \
		((struct fraud_rule_config *)vty->index)->member = 0;                              \
		return CMD_SUCCESS;                                                                \
	}

FIGURE(calls, "calls", CALLS_STR, calls)
FIGURE(calls_per_hour, "calls-per-hour", PER_HOUR_STR, calls_per_hour)
FIGURE(minutes_per_day, "minutes-per-day", PER_DAY_STR, minutes_per_day)

DEFUN(fraud_alarm_at, fraud_alarm_at_cmd, "alarm-at <1-100>",
      "Alarm when so much of a figure is used\nPer cent; 80 by default\n")
{
	struct fraud_rule_config *rule = vty->index;

	rule->alarm_percent = atoi(argv[0]);
	return CMD_SUCCESS;
}

DEFUN(fraud_act, fraud_act_cmd, "act (alarm|block|cut)",
      "What is done when a figure is used up\n"
      "The alarm alone\n"
      "Calls of the rule are refused; the default\n"
      "And those that are up are cleared\n")
{
	struct fraud_rule_config *rule = vty->index;

	rule->only_alarm = argv[0][0] == 'a';
	rule->cut = argv[0][0] == 'c';
	return CMD_SUCCESS;
}

#define BLOCK_FOR_STR "For how long calls are refused once a figure is used up\n"

DEFUN(fraud_block_for, fraud_block_for_cmd, "block-for <1-10080>",
      BLOCK_FOR_STR "Minutes; until `unblock` by default\n")
{
	struct fraud_rule_config *rule = vty->index;

	rule->block_min = atoi(argv[0]);
	return CMD_SUCCESS;
}

DEFUN(no_fraud_block_for, no_fraud_block_for_cmd, "no block-for", NO_STR BLOCK_FOR_STR)
{
	struct fraud_rule_config *rule = vty->index;

	rule->block_min = 0;
	return CMD_SUCCESS;
}

DEFUN(fraud_cause, fraud_cause_cmd, "cause (21|57)",
      "What refused calls are told (Q.850); over SIP both are 403\n"
      "Call rejected; the default\n"
      "Bearer capability not authorized\n")
{
	struct fraud_rule_config *rule = vty->index;

	rule->cause = atoi(argv[0]);
	return CMD_SUCCESS;
}

static void install(void)
{
	static struct cmd_node node = { NODE_FRAUD, "%s(config-fraud)# ", 1, .name = "fraud" };

	install_element(CONFIG_NODE, &fraud_cmd);
	install_element(CONFIG_NODE, &no_fraud_cmd);
	install_node(&node, NULL);
	install_element(NODE_FRAUD, &fraud_from_cmd);
	install_element(NODE_FRAUD, &fraud_from_any_cmd);
	install_element(NODE_FRAUD, &fraud_called_cmd);
	install_element(NODE_FRAUD, &fraud_each_cmd);
	install_element(NODE_FRAUD, &no_fraud_each_cmd);
	install_element(NODE_FRAUD, &fraud_hours_cmd);
	install_element(NODE_FRAUD, &fraud_days_cmd);
	install_element(NODE_FRAUD, &fraud_calls_cmd);
	install_element(NODE_FRAUD, &no_fraud_calls_cmd);
	install_element(NODE_FRAUD, &fraud_calls_per_hour_cmd);
	install_element(NODE_FRAUD, &no_fraud_calls_per_hour_cmd);
	install_element(NODE_FRAUD, &fraud_minutes_per_day_cmd);
	install_element(NODE_FRAUD, &no_fraud_minutes_per_day_cmd);
	install_element(NODE_FRAUD, &fraud_alarm_at_cmd);
	install_element(NODE_FRAUD, &fraud_act_cmd);
	install_element(NODE_FRAUD, &fraud_block_for_cmd);
	install_element(NODE_FRAUD, &no_fraud_block_for_cmd);
	install_element(NODE_FRAUD, &fraud_cause_cmd);
}

static void validate_rule(const struct config *config, const struct fraud_rule_config *rule,
			  struct config_report *report)
{
	const char *kind = target_kind_name(rule->from.kind);

	if (!rule->calls && !rule->calls_per_hour && !rule->minutes_per_day)
		config_fault(report, rule->line,
			     "fraud %s limits nothing; it needs calls, calls-per-hour or "
			     "minutes-per-day",
			     rule->name);
	if (!rule->from_any && !config_has(config, kind, rule->from.name)) {
		char *names = config_names(NULL, config, kind);

		config_fault_option(report, rule->line, "from",
				    "fraud %s: %s %s does not exist; %ss are: %s", rule->name, kind,
				    rule->from.name, kind, names ? names : "not known");
		talloc_free(names);
	}
}

static void validate(const struct config *config, struct config_report *report)
{
	const struct fraud_config *value = config_get(config, &fraud_section);

	for (size_t i = 0; i < value->n_rules; i++)
		validate_rule(config, &value->rules[i], report);
	if (value->n_rules > FRAUD_RULES_MAX)
		config_fault(report, value->rules[FRAUD_RULES_MAX].line,
			     "fraud %s is one rule too many; at most %d are",
			     value->rules[FRAUD_RULES_MAX].name, FRAUD_RULES_MAX);
}

static void write_figures(const struct fraud_rule_config *rule, struct vty *vty)
{
	if (rule->calls)
		vty_out(vty, " calls %u\n", rule->calls);
	if (rule->calls_per_hour)
		vty_out(vty, " calls-per-hour %u\n", rule->calls_per_hour);
	if (rule->minutes_per_day)
		vty_out(vty, " minutes-per-day %u\n", rule->minutes_per_day);
}

static void write_rule(const struct fraud_rule_config *rule, struct vty *vty)
{
	vty_out(vty, "\nfraud %s\n", rule->name);
	if (!rule->from_any)
		vty_out(vty, " from %s %s\n", target_kind_name(rule->from.kind), rule->from.name);
	if (*rule->called)
		vty_out(vty, " called %s\n", rule->called);
	if (rule->each)
		vty_out(vty, " each %s\n", rule->each == FRAUD_EACH_CALLER ? "caller" : "source");
	if (rule->hour_first != rule->hour_end)
		vty_out(vty, " hours %u %u\n", rule->hour_first, rule->hour_end);
	if (rule->days != FRAUD_ALL_DAYS)
		vty_out(vty, " days %s\n", rule->days == WEEKDAYS ? "weekdays" : "weekend");
	write_figures(rule, vty);
	if (rule->alarm_percent != ALARM_PERCENT)
		vty_out(vty, " alarm-at %u\n", rule->alarm_percent);
	if (rule->only_alarm || rule->cut)
		vty_out(vty, " act %s\n", rule->cut ? "cut" : "alarm");
	if (rule->block_min)
		vty_out(vty, " block-for %u\n", rule->block_min);
	if (rule->cause != CAUSE_REJECTED)
		vty_out(vty, " cause %u\n", rule->cause);
}

static void write_value(const void *section_value, struct vty *vty)
{
	const struct fraud_config *value = section_value;

	for (size_t i = 0; i < value->n_rules; i++)
		write_rule(&value->rules[i], vty);
}

const struct config_section fraud_section = {
	.size = sizeof(struct fraud_config),
	.lists = &fraud_list,
	.n_lists = 1,
	.install = install,
	.validate = validate,
	.write = write_value,
};
