/* The configuration of routes and test lines:
 *
 *   line busy
 *    reject 17 tone busy
 *
 *   route out
 *    from peer phones
 *    called 6
 *    to trunk pstn
 */
#include "call/route_config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <osmocom/core/talloc.h>

#include "base/config_vty.h"
#include "call/leg.h"
#include "call/line_vty.h"
#include "call/lookup_vty.h"
#include "call/pattern.h"
#include "call/route_digits.h"
#include "call/route_origins.h"
#include "call/route_rules_vty.h"
#include "call/route_targets_vty.h"
#include "call/route_when.h"
#include "call/route_when_vty.h"
#include "call/time_range_vty.h"
#include "call/translate_vty.h"
#include "call/translation_vty.h"
#include "call/trunk_group_config.h"
#include "call/trunk_group_vty.h"

static void init_route(void *item)
{
	struct route_config *route = item;

	route->from_any = true;
}

enum { LINES, TRANSLATIONS, TIME_RANGES, LOOKUPS, TRUNK_GROUPS, ROUTES };

static const struct config_list lists[] = {
	[LINES] = {
		.kind = "line",
		.items_at = offsetof(struct routes_config, lines),
		.n_at = offsetof(struct routes_config, n_lines),
		.item_size = sizeof(struct line_config),
		.name_size = TARGET_NAME_MAX,
		.line_at = offsetof(struct line_config, line),
		.node = NODE_LINE,
		.init = line_vty_init,
	},
	[TRANSLATIONS] = {
		.kind = "translation",
		.items_at = offsetof(struct routes_config, translations),
		.n_at = offsetof(struct routes_config, n_translations),
		.item_size = sizeof(struct translation_config),
		.name_size = TARGET_NAME_MAX,
		.line_at = offsetof(struct translation_config, line),
		.node = NODE_TRANSLATION,
	},
	[TIME_RANGES] = {
		.kind = "time-range",
		.items_at = offsetof(struct routes_config, time_ranges),
		.n_at = offsetof(struct routes_config, n_time_ranges),
		.item_size = sizeof(struct time_range_config),
		.name_size = TARGET_NAME_MAX,
		.line_at = offsetof(struct time_range_config, line),
		.node = NODE_TIME_RANGE,
	},
	[LOOKUPS] = {
		.kind = "lookup",
		.one = "look-up",
		.items_at = offsetof(struct routes_config, lookups),
		.n_at = offsetof(struct routes_config, n_lookups),
		.item_size = sizeof(struct lookup_config),
		.name_size = TARGET_NAME_MAX,
		.line_at = offsetof(struct lookup_config, line),
		.node = NODE_LOOKUP,
		.init = lookup_vty_init,
	},
	[TRUNK_GROUPS] = {
		.kind = "trunk-group",
		.items_at = offsetof(struct routes_config, trunk_groups),
		.n_at = offsetof(struct routes_config, n_trunk_groups),
		.item_size = sizeof(struct trunk_group_config),
		.name_size = TARGET_NAME_MAX,
		.line_at = offsetof(struct trunk_group_config, line),
		.node = NODE_TRUNK_GROUP,
	},
	[ROUTES] = {
		.kind = "route",
		.items_at = offsetof(struct routes_config, routes),
		.n_at = offsetof(struct routes_config, n_routes),
		.item_size = sizeof(struct route_config),
		.name_size = ROUTE_NAME_MAX,
		.line_at = offsetof(struct route_config, line),
		.node = NODE_ROUTE,
		.init = init_route,
	},
};

static struct routes_config *edited(void)
{
	return config_candidate(&routes_section);
}

#define LINE_STR "A test line: a party inside the gateway that calls can be routed to\n"
#define NAME_STR "Its name\n"

DEFUN(line, line_cmd, "line NAME", LINE_STR NAME_STR)
{
	return config_list_enter(vty, &lists[LINES], edited(), argv[0]);
}

DEFUN_ATTR(no_line, no_line_cmd, "no line NAME", NO_STR LINE_STR NAME_STR, CONFIG_TERMINAL_ONLY)
{
	return config_list_remove(vty, &lists[LINES], edited(), argv[0]);
}

#define TRANSLATION_STR "A translation: what becomes of numbers\n"

DEFUN(translation, translation_cmd, "translation NAME", TRANSLATION_STR NAME_STR)
{
	return config_list_enter(vty, &lists[TRANSLATIONS], edited(), argv[0]);
}

DEFUN_ATTR(no_translation, no_translation_cmd, "no translation NAME",
	   NO_STR TRANSLATION_STR NAME_STR, CONFIG_TERMINAL_ONLY)
{
	return config_list_remove(vty, &lists[TRANSLATIONS], edited(), argv[0]);
}

#define TIME_RANGE_STR "A time range: times of day and days of the week\n"

DEFUN(time_range, time_range_cmd, "time-range NAME", TIME_RANGE_STR NAME_STR)
{
	return config_list_enter(vty, &lists[TIME_RANGES], edited(), argv[0]);
}

DEFUN_ATTR(no_time_range, no_time_range_cmd, "no time-range NAME", NO_STR TIME_RANGE_STR NAME_STR,
	   CONFIG_TERMINAL_ONLY)
{
	return config_list_remove(vty, &lists[TIME_RANGES], edited(), argv[0]);
}

#define LOOKUP_STR "A look-up: another machine that is asked about a call before it goes on\n"

DEFUN(lookup, lookup_cmd, "lookup NAME", LOOKUP_STR NAME_STR)
{
	if (edited()->n_lookups == LOOKUPS_MAX &&
	    !config_list_find(&lists[LOOKUPS], edited(), argv[0]))
		return config_reject(vty, "lookup %s is one too many; up to %d are right", argv[0],
				     LOOKUPS_MAX);
	return config_list_enter(vty, &lists[LOOKUPS], edited(), argv[0]);
}

DEFUN_ATTR(no_lookup, no_lookup_cmd, "no lookup NAME", NO_STR LOOKUP_STR NAME_STR,
	   CONFIG_TERMINAL_ONLY)
{
	return config_list_remove(vty, &lists[LOOKUPS], edited(), argv[0]);
}

#define TRUNK_GROUP_STR "A trunk group: trunks that lead to the same place\n"

DEFUN(trunk_group, trunk_group_cmd, "trunk-group NAME", TRUNK_GROUP_STR NAME_STR)
{
	return config_list_enter(vty, &lists[TRUNK_GROUPS], edited(), argv[0]);
}

DEFUN_ATTR(no_trunk_group, no_trunk_group_cmd, "no trunk-group NAME",
	   NO_STR TRUNK_GROUP_STR NAME_STR, CONFIG_TERMINAL_ONLY)
{
	return config_list_remove(vty, &lists[TRUNK_GROUPS], edited(), argv[0]);
}

#define ROUTE_STR_ "From what is dialled, and who dials, to where it goes\n"

DEFUN(route, route_cmd, "route NAME", ROUTE_STR_ NAME_STR)
{
	return config_list_enter(vty, &lists[ROUTES], edited(), argv[0]);
}

DEFUN_ATTR(no_route, no_route_cmd, "no route NAME", NO_STR ROUTE_STR_ NAME_STR,
	   CONFIG_TERMINAL_ONLY)
{
	return config_list_remove(vty, &lists[ROUTES], edited(), argv[0]);
}

#define FROM_STR "Who dials\n"

DEFUN(route_from_any, route_from_any_cmd, "from any", FROM_STR "Any trunk or peer; the default\n")
{
	struct route_config *item = vty->index;

	item->from_any = true;
	memset(&item->from, 0, sizeof(item->from));
	return CMD_SUCCESS;
}

DEFUN(route_from_registrar, route_from_registrar_cmd, "from registrar",
      FROM_STR "Any user of the registrar\n")
{
	struct route_config *item = vty->index;

	item->from = (struct route_target){ .kind = TARGET_USER };
	item->from_any = false;
	return CMD_SUCCESS;
}

DEFUN(route_from, route_from_cmd, "from (trunk|trunk-group|peer|user) NAME",
      FROM_STR "A trunk\nAny trunk of a trunk group\nA peer\nA user of the registrar\n" NAME_STR)
{
	struct route_config *item = vty->index;

	if (config_set_name(vty, argv[0], argv[1], item->from.name, sizeof(item->from.name)))
		return CMD_WARNING;
	item->from.kind = route_target_kind(argv[0]);
	item->from_any = false;
	return CMD_SUCCESS;
}

int route_set_regex(struct vty *vty, const char *option, const char *text, char *out)
{
	char why[128];
	struct pattern *pattern = pattern_new(NULL, text, why, sizeof(why));

	if (!pattern)
		return config_reject(vty, "%s \"%s\" is no regular expression: %s", option, text,
				     why);
	talloc_free(pattern);
	return config_set_text(vty, option, text, out, ROUTE_REGEX_MAX);
}

int route_set_digits(struct vty *vty, const char *option, const char *digits, char *out)
{
	if (!leg_is_number(digits))
		return config_reject(vty, "%s \"%s\" is no number; digits 0-9 * # A-D are right",
				     option, digits);
	return config_set_text(vty, option, digits, out, ROUTE_PATTERN_MAX);
}

#define CALLED_STR "What is dialled; the longest prefix wins\n"

DEFUN(route_called_any, route_called_any_cmd, "called any", CALLED_STR "Anything; the default\n")
{
	struct route_config *item = vty->index;

	item->called[0] = item->called_regex[0] = '\0';
	item->called_exact = false;
	return CMD_SUCCESS;
}

DEFUN(route_called, route_called_cmd, "called DIGITS",
      CALLED_STR "Numbers that begin with these digits\n")
{
	struct route_config *item = vty->index;

	if (route_set_digits(vty, "called", argv[0], item->called) != CMD_SUCCESS)
		return CMD_WARNING;
	item->called_regex[0] = '\0';
	item->called_exact = false;
	return CMD_SUCCESS;
}

DEFUN(route_called_exact, route_called_exact_cmd, "called exact DIGITS",
      CALLED_STR "This number alone\nThe number\n")
{
	struct route_config *item = vty->index;

	if (route_set_digits(vty, "called", argv[0], item->called) != CMD_SUCCESS)
		return CMD_WARNING;
	item->called_regex[0] = '\0';
	item->called_exact = true;
	return CMD_SUCCESS;
}

DEFUN(route_called_regex, route_called_regex_cmd, "called regex PATTERN",
      CALLED_STR "Numbers whose beginning matches; before all routes that are not such\n"
		 "A regular expression as Perl has it\n")
{
	struct route_config *item = vty->index;

	if (route_set_regex(vty, "called regex", argv[0], item->called_regex) != CMD_SUCCESS)
		return CMD_WARNING;
	item->called[0] = '\0';
	item->called_exact = false;
	return CMD_SUCCESS;
}

DEFUN(route_strip, route_strip_cmd, "strip <0-32>",
      "Leading digits taken away before the number is sent on\n"
      "How many; 0 by default\n")
{
	struct route_config *item = vty->index;

	item->strip = atoi(argv[0]);
	return CMD_SUCCESS;
}

#define PREPEND_STR "Digits put in front of the number, after strip; none by default\n"

DEFUN(route_prepend, route_prepend_cmd, "prepend DIGITS", PREPEND_STR "The digits\n")
{
	struct route_config *item = vty->index;

	return route_set_digits(vty, "prepend", argv[0], item->prepend);
}

DEFUN(no_route_prepend, no_route_prepend_cmd, "no prepend", NO_STR PREPEND_STR)
{
	struct route_config *item = vty->index;

	item->prepend[0] = '\0';
	return CMD_SUCCESS;
}

#define CALLING_STR "Sent instead of the caller's number; by default that is sent as it came\n"

DEFUN(route_calling, route_calling_cmd, "calling DIGITS", CALLING_STR "The digits\n")
{
	struct route_config *item = vty->index;

	return route_set_digits(vty, "calling", argv[0], item->calling);
}

DEFUN(no_route_calling, no_route_calling_cmd, "no calling", NO_STR CALLING_STR)
{
	struct route_config *item = vty->index;

	item->calling[0] = '\0';
	return CMD_SUCCESS;
}

#define ROUTE_LOOKUP_STR "What is asked before the first target is tried; by default nothing\n"

DEFUN(route_lookup, route_lookup_cmd, "lookup NAME", ROUTE_LOOKUP_STR "A look-up's name\n")
{
	struct route_config *item = vty->index;

	return config_set_name(vty, "lookup", argv[0], item->lookup, sizeof(item->lookup));
}

DEFUN(no_route_lookup, no_route_lookup_cmd, "no lookup", NO_STR ROUTE_LOOKUP_STR)
{
	struct route_config *item = vty->index;

	item->lookup[0] = '\0';
	return CMD_SUCCESS;
}

static void install(void)
{
	static struct cmd_node node = { NODE_ROUTE, "%s(config-route)# ", 1, .name = "route" };

	install_element(CONFIG_NODE, &line_cmd);
	install_element(CONFIG_NODE, &no_line_cmd);
	line_vty_install();
	install_element(CONFIG_NODE, &translation_cmd);
	install_element(CONFIG_NODE, &no_translation_cmd);
	translation_vty_install();
	install_element(CONFIG_NODE, &time_range_cmd);
	install_element(CONFIG_NODE, &no_time_range_cmd);
	time_range_vty_install();
	install_element(CONFIG_NODE, &lookup_cmd);
	install_element(CONFIG_NODE, &no_lookup_cmd);
	lookup_vty_install();
	install_element(CONFIG_NODE, &trunk_group_cmd);
	install_element(CONFIG_NODE, &no_trunk_group_cmd);
	trunk_group_vty_install();
	install_element(CONFIG_NODE, &route_cmd);
	install_element(CONFIG_NODE, &no_route_cmd);
	install_node(&node, NULL);
	install_element(NODE_ROUTE, &route_from_any_cmd);
	install_element(NODE_ROUTE, &route_from_cmd);
	install_element(NODE_ROUTE, &route_from_registrar_cmd);
	install_element(NODE_ROUTE, &route_called_any_cmd);
	install_element(NODE_ROUTE, &route_called_cmd);
	install_element(NODE_ROUTE, &route_called_exact_cmd);
	install_element(NODE_ROUTE, &route_called_regex_cmd);
	install_element(NODE_ROUTE, &route_strip_cmd);
	install_element(NODE_ROUTE, &route_prepend_cmd);
	install_element(NODE_ROUTE, &no_route_prepend_cmd);
	install_element(NODE_ROUTE, &route_calling_cmd);
	install_element(NODE_ROUTE, &no_route_calling_cmd);
	install_element(NODE_ROUTE, &route_lookup_cmd);
	install_element(NODE_ROUTE, &no_route_lookup_cmd);
	route_when_vty_install();
	translate_vty_install_route(offsetof(struct route_config, translate));
	route_rules_vty_install();
	route_targets_vty_install();
}

/* direction: "from" or "to". */
static void validate_target(const struct config *config, const struct route_config *route,
			    const char *direction, const struct route_target *target,
			    struct config_report *report)
{
	const char *kind = target_kind_name(target->kind);
	char *option, *names;

	if (!*target->name || config_has(config, kind, target->name))
		return;
	option = talloc_asprintf(report, "%s %s %s", direction, kind, target->name);
	names = config_names(report, config, kind);
	config_fault_option(report, route->line, option,
			    "route %s: %s %s does not exist; %ss are: %s", route->name, kind,
			    target->name, kind, names);
	talloc_free(names);
	talloc_free(option);
}

static void validate_lookup(const struct config *config, const struct route_config *route,
			    struct config_report *report)
{
	char *names;

	if (!*route->lookup || config_has(config, "lookup", route->lookup))
		return;
	names = config_names(report, config, "lookup");
	config_fault_option(report, route->line, "lookup",
			    "route %s: lookup %s does not exist; lookups are: %s", route->name,
			    route->lookup, names);
	talloc_free(names);
}

/* A route that another one, before it, is always chosen instead of. */
static void validate_reach(const struct routes_config *value, size_t i,
			   struct config_report *report)
{
	const struct route_config *route = &value->routes[i];

	for (size_t j = 0; j < i; j++) {
		const struct route_config *other = &value->routes[j];

		if (strcmp(route->called, other->called) != 0 ||
		    strcmp(route->called_regex, other->called_regex) != 0 ||
		    route->called_exact != other->called_exact ||
		    route->from_any != other->from_any || route->from.kind != other->from.kind ||
		    strcmp(route->from.name, other->from.name) != 0 ||
		    (!route_when_is_any(&other->when) &&
		     !route_when_equals(&other->when, &route->when)))
			continue;
		config_fault_option(
			report, route->line, "called",
			"route %s is never chosen: route %s before it has the same from "
			"and called, and takes all that it takes; put its targets there",
			route->name, other->name);
		return;
	}
}

static void validate_route(const struct config *config, const struct route_config *route,
			   struct config_report *report)
{
	char whose[ROUTE_NAME_MAX + 8];

	if (!route->from_any)
		validate_target(config, route, "from", &route->from, report);
	snprintf(whose, sizeof(whose), "route %s", route->name);
	route_when_vty_validate(config, route, report);
	validate_lookup(config, route, report);
	translate_vty_validate_names(config, &route->translate, whose, route->line, report);
	if (!route->n_targets)
		config_fault_option(report, route->line, "to",
				    "route %s goes nowhere; it needs `to` and a trunk, "
				    "trunk-group, peer or line",
				    route->name);
	for (size_t i = 0; i < route->n_targets; i++)
		validate_target(config, route, "to", &route->targets[i], report);
	if (route->called_exact && route->strip > strlen(route->called))
		config_fault_option(
			report, route->line, "strip",
			"route %s takes away %u digits of %s, which has %zu; at most that "
			"many are right",
			route->name, route->strip, route->called, strlen(route->called));
	if (route->calling[0] && route->calling_presentation == LEG_PRES_UNAVAILABLE + 1)
		config_fault_option(
			report, route->line, "calling-presentation",
			"route %s sends calling %s and says that there is none; allowed or "
			"restricted is right",
			route->name, route->calling);
}

static bool comes_over(const struct routes_config *value, const struct route_config *route,
		       const char *trunk)
{
	const struct trunk_group_config *group =
		config_list_find(&lists[TRUNK_GROUPS], value, route->from.name);

	for (size_t i = 0; group && i < group->n_members; i++) {
		if (strcmp(group->members[i], trunk) == 0)
			return route->from.kind == TARGET_TRUNK_GROUP;
	}
	return false;
}

/* A call is looked up for each of its trunk's groups. */
static void validate_callers(const struct routes_config *value, struct config_report *report)
{
	struct route_origins *origins = route_origins_new(report, value);
	const char *trunk = origins ? route_origins_crowded(origins) : NULL;
	const struct route_config *last = NULL;

	for (size_t i = 0; trunk && i < value->n_routes; i++) {
		if (comes_over(value, &value->routes[i], trunk))
			last = &value->routes[i];
	}
	if (last)
		config_fault_option(report, last->line, "from",
				    "route %s: trunk %s is in more than %d trunk groups that "
				    "routes have as `from`; `from trunk %s` is right",
				    last->name, trunk, ROUTE_CALLER_GROUPS, trunk);
	talloc_free(origins);
}

static void validate(const struct config *config, struct config_report *report)
{
	const struct routes_config *value = config_get(config, &routes_section);

	for (size_t i = 0; i < value->n_lines; i++)
		line_vty_validate(&value->lines[i], report);
	for (size_t i = 0; i < value->n_translations; i++)
		translation_vty_validate(&value->translations[i], report);
	for (size_t i = 0; i < value->n_time_ranges; i++)
		time_range_vty_validate(&value->time_ranges[i], report);
	for (size_t i = 0; i < value->n_lookups; i++)
		lookup_vty_validate(config, &value->lookups[i], report);
	for (size_t i = 0; i < value->n_trunk_groups; i++)
		trunk_group_vty_validate(config, &value->trunk_groups[i], report);
	for (size_t i = 0; i < value->n_routes; i++) {
		validate_route(config, &value->routes[i], report);
		validate_reach(value, i, report);
	}
	validate_callers(value, report);
}

static void write_route(const struct route_config *route, struct vty *vty)
{
	char text[TARGET_TEXT_MAX];

	vty_out(vty, "\nroute %s\n", route->name);
	if (!route->from_any)
		vty_out(vty, " from %s\n", target_text(route->from.kind, route->from.name, text));
	if (route->called_regex[0])
		vty_out(vty, " called regex %s\n", route->called_regex);
	else if (route->called[0])
		vty_out(vty, " called %s%s\n", route->called_exact ? "exact " : "", route->called);
	route_when_vty_write(&route->when, vty);
	translate_vty_write_names(&route->translate, "", vty);
	if (route->strip)
		vty_out(vty, " strip %u\n", route->strip);
	if (route->prepend[0])
		vty_out(vty, " prepend %s\n", route->prepend);
	if (route->calling[0])
		vty_out(vty, " calling %s\n", route->calling);
	route_rules_vty_write(route, vty);
	if (*route->lookup)
		vty_out(vty, " lookup %s\n", route->lookup);
	route_targets_vty_write(route, vty);
}

static void write_value(const void *section_value, struct vty *vty)
{
	const struct routes_config *value = section_value;

	for (size_t i = 0; i < value->n_lines; i++)
		line_vty_write(&value->lines[i], vty);
	for (size_t i = 0; i < value->n_translations; i++)
		translation_vty_write(&value->translations[i], vty);
	for (size_t i = 0; i < value->n_time_ranges; i++)
		time_range_vty_write(&value->time_ranges[i], vty);
	for (size_t i = 0; i < value->n_lookups; i++)
		lookup_vty_write(&value->lookups[i], vty);
	for (size_t i = 0; i < value->n_trunk_groups; i++)
		trunk_group_vty_write(&value->trunk_groups[i], vty);
	for (size_t i = 0; i < value->n_routes; i++)
		write_route(&value->routes[i], vty);
}

const struct config_section routes_section = {
	.size = sizeof(struct routes_config),
	.lists = lists,
	.n_lists = ARRAY_SIZE(lists),
	.install = install,
	.validate = validate,
	.write = write_value,
};
