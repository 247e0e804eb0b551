/* The configuration of emergency calls:
 *
 *   emergency
 *    number 112
 *    number 110
 *    service police 110
 *    to trunk pstn
 *    calling 0301234500
 *    call-back 30
 */
#include "call/emergency_config.h"

#include <stdlib.h>
#include <string.h>

#include <osmocom/core/talloc.h>

#include "base/config_vty.h"
#include "call/leg.h"
#include "call/trunk_group_config.h"

static struct emergency_config *edited(void)
{
	return config_candidate(&emergency_section);
}

static enum target_kind parse_kind(const char *word)
{
	return !strcmp(word, "trunk-group") ? TARGET_TRUNK_GROUP
	       : word[0] == 't'             ? TARGET_TRUNK
	       : word[0] == 'p'             ? TARGET_PEER
					    : TARGET_LINE;
}

DEFUN(emergency, emergency_cmd, "emergency",
      "Emergency calls: they try every way, and stand above locks, limits and other calls\n")
{
	return config_section_enter(vty, NODE_EMERGENCY, &edited()->line);
}

/* Digits of a number, into out of ROUTE_PATTERN_MAX octets. */
static int set_digits(struct vty *vty, const char *option, const char *digits, char *out)
{
	if (!*digits || !leg_is_number(digits))
		return config_reject(vty, "%s \"%s\" is no number; digits 0-9 * # A-D are right",
				     option, digits);
	return config_set_text(vty, option, digits, out, ROUTE_PATTERN_MAX);
}

/* Takes entry i of n out of an array. */
static void take_out(void *array, size_t size, size_t i, size_t *n)
{
	char *at = (char *)array + i * size;

	--*n;
	memmove(at, at + size, (*n - i) * size);
	memset((char *)array + *n * size, 0, size);
}

/* Numbers */

static size_t number_position(const struct emergency_config *value, const char *digits)
{
	size_t i = 0;

	while (i < value->n_numbers && strcmp(value->numbers[i].dialled, digits) != 0)
		i++;
	return i;
}

#define NUMBER_STR                                                                                 \
	"An emergency number, whole, as it is dialled; as many lines as there are numbers\n"

static int add_number(struct vty *vty, const char *dialled, const char *sent)
{
	struct emergency_config *value = edited();
	struct emergency_number number = { 0 };

	if (number_position(value, dialled) < value->n_numbers)
		return config_reject(vty, "number %s is there already; once is right", dialled);
	if (value->n_numbers == EMERGENCY_NUMBERS)
		return config_reject(vty, "too many emergency numbers; at most %d",
				     EMERGENCY_NUMBERS);
	if (set_digits(vty, "number", dialled, number.dialled) ||
	    (sent && set_digits(vty, "number as", sent, number.sent)))
		return CMD_WARNING;
	value->numbers[value->n_numbers++] = number;
	return CMD_SUCCESS;
}

DEFUN(emergency_number, emergency_number_cmd, "number DIGITS", NUMBER_STR "The digits\n")
{
	return add_number(vty, argv[0], NULL);
}

DEFUN(emergency_number_as, emergency_number_as_cmd, "number DIGITS as DIGITS",
      NUMBER_STR "The digits\nAnother is sent, as 112 for 0112; by default as it is dialled\n"
		 "The digits\n")
{
	return add_number(vty, argv[0], argv[1]);
}

DEFUN_ATTR(no_emergency_number, no_emergency_number_cmd, "no number DIGITS",
	   NO_STR NUMBER_STR "The digits\n", CONFIG_TERMINAL_ONLY)
{
	struct emergency_config *value = edited();
	size_t i = number_position(value, argv[0]);

	if (i == value->n_numbers)
		return config_reject(vty, "%s is no emergency number", argv[0]);
	take_out(value->numbers, sizeof(value->numbers[0]), i, &value->n_numbers);
	return CMD_SUCCESS;
}

#define SERVICES "(ambulance|animal-control|fire|gas|marine|mountain|physician|poison|police)"
#define SERVICE_STR                                                                                \
	"The number for urn:service:sos.X of SIP (RFC 5031); the first number by default\n"        \
	"Ambulance\nAnimal control\nFire brigade\nGas leaks\nCoast guard\nMountain rescue\n"       \
	"Physician\nPoison control\nPolice\n"

static char *service_of(struct emergency_config *value, const char *name)
{
	unsigned i = 0;

	while (strcmp(emergency_service_name(i), name) != 0)
		i++;
	return value->services[i];
}

DEFUN(emergency_service, emergency_service_cmd, "service " SERVICES " DIGITS",
      SERVICE_STR "One of the numbers\n")
{
	return set_digits(vty, "service", argv[1], service_of(edited(), argv[0]));
}

DEFUN_ATTR(no_emergency_service, no_emergency_service_cmd, "no service " SERVICES,
	   NO_STR SERVICE_STR, CONFIG_TERMINAL_ONLY)
{
	*service_of(edited(), argv[0]) = '\0';
	return CMD_SUCCESS;
}

/* Ways and exceptions */

static size_t target_position(const struct route_target *targets, size_t n, enum target_kind kind,
			      const char *name)
{
	size_t i = 0;

	while (i < n && (targets[i].kind != kind || strcmp(targets[i].name, name) != 0))
		i++;
	return i;
}

struct targets {
	const char *option;
	struct route_target *targets;
	size_t *n, max;
};

static int add_target(struct vty *vty, const struct targets *to, const char **argv)
{
	struct route_target target = { .kind = parse_kind(argv[0]) };

	if (config_set_name(vty, argv[0], argv[1], target.name, sizeof(target.name)))
		return CMD_WARNING;
	if (target_position(to->targets, *to->n, target.kind, target.name) < *to->n)
		return config_reject(vty, "%s %s %s is there already; once is right", to->option,
				     argv[0], argv[1]);
	if (*to->n == to->max)
		return config_reject(vty, "too many of `%s`; at most %zu", to->option, to->max);
	to->targets[(*to->n)++] = target;
	return CMD_SUCCESS;
}

static int take_target(struct vty *vty, const struct targets *from, const char **argv)
{
	size_t i = target_position(from->targets, *from->n, parse_kind(argv[0]), argv[1]);

	if (i == *from->n)
		return config_reject(vty, "there is no %s %s %s", from->option, argv[0], argv[1]);
	take_out(from->targets, sizeof(from->targets[0]), i, from->n);
	return CMD_SUCCESS;
}

static struct targets ways_of(struct emergency_config *value)
{
	return (struct targets){ "to", value->ways, &value->n_ways, EMERGENCY_WAYS };
}

static struct targets exceptions_of(struct emergency_config *value)
{
	return (struct targets){ "except", value->exceptions, &value->n_exceptions,
				 EMERGENCY_EXCEPTIONS };
}

#define TO_STR                                                                                     \
	"A way of emergency calls; several are tried in turn. By default every trunk on the "      \
	"user side, in the order of the file\n"
#define EXCEPT_STR                                                                                 \
	"No emergency call comes from there, and none goes there: it is the public network's "     \
	"own side\n"
#define KINDS_STR "A trunk\nA peer\nA test line\n"
#define WAYS_STR "A trunk\nThe trunks of a trunk group, as they are listed\nA peer\nA test line\n"

DEFUN(emergency_to, emergency_to_cmd, "to (trunk|trunk-group|peer|line) NAME",
      TO_STR WAYS_STR "Its name\n")
{
	const struct targets ways = ways_of(edited());

	return add_target(vty, &ways, argv);
}

DEFUN_ATTR(no_emergency_to, no_emergency_to_cmd, "no to (trunk|trunk-group|peer|line) NAME",
	   NO_STR TO_STR WAYS_STR "Its name\n", CONFIG_TERMINAL_ONLY)
{
	const struct targets ways = ways_of(edited());

	return take_target(vty, &ways, argv);
}

DEFUN(emergency_except, emergency_except_cmd, "except (trunk|peer|line) NAME",
      EXCEPT_STR KINDS_STR "Its name\n")
{
	const struct targets exceptions = exceptions_of(edited());

	return add_target(vty, &exceptions, argv);
}

DEFUN_ATTR(no_emergency_except, no_emergency_except_cmd, "no except (trunk|peer|line) NAME",
	   NO_STR EXCEPT_STR KINDS_STR "Its name\n", CONFIG_TERMINAL_ONLY)
{
	const struct targets exceptions = exceptions_of(edited());

	return take_target(vty, &exceptions, argv);
}

/* Numbers that are shown */

#define CALLING_STR "The number shown to the emergency centre; the caller's own by default\n"
#define CALLING_FROM_STR                                                                           \
	CALLING_STR "For callers from there (by default for all)\n" KINDS_STR "Its name\n"

DEFUN(emergency_calling, emergency_calling_cmd, "calling DIGITS", CALLING_STR "The digits\n")
{
	return set_digits(vty, "calling", argv[0], edited()->calling);
}

DEFUN_ATTR(no_emergency_calling, no_emergency_calling_cmd, "no calling", NO_STR CALLING_STR,
	   CONFIG_TERMINAL_ONLY)
{
	edited()->calling[0] = '\0';
	return CMD_SUCCESS;
}

static size_t calling_position(const struct emergency_config *value, enum target_kind kind,
			       const char *name)
{
	size_t i = 0;

	while (i < value->n_callings && (value->callings[i].from.kind != kind ||
					 strcmp(value->callings[i].from.name, name) != 0))
		i++;
	return i;
}

DEFUN(emergency_calling_from, emergency_calling_from_cmd,
      "calling from (trunk|peer|line) NAME DIGITS", CALLING_FROM_STR "The digits\n")
{
	struct emergency_config *value = edited();
	struct emergency_calling calling = { .from.kind = parse_kind(argv[0]) };
	size_t i;

	if (config_set_name(vty, argv[0], argv[1], calling.from.name, sizeof(calling.from.name)) ||
	    set_digits(vty, "calling", argv[2], calling.digits))
		return CMD_WARNING;
	i = calling_position(value, calling.from.kind, calling.from.name);
	if (i == EMERGENCY_CALLINGS)
		return config_reject(vty, "too many of `calling from`; at most %d",
				     EMERGENCY_CALLINGS);
	value->n_callings += i == value->n_callings;
	value->callings[i] = calling;
	return CMD_SUCCESS;
}

DEFUN_ATTR(no_emergency_calling_from, no_emergency_calling_from_cmd,
	   "no calling from (trunk|peer|line) NAME", NO_STR CALLING_FROM_STR, CONFIG_TERMINAL_ONLY)
{
	struct emergency_config *value = edited();
	size_t i = calling_position(value, parse_kind(argv[0]), argv[1]);

	if (i == value->n_callings)
		return config_reject(vty, "there is no calling from %s %s", argv[0], argv[1]);
	take_out(value->callings, sizeof(value->callings[0]), i, &value->n_callings);
	return CMD_SUCCESS;
}

DEFUN(emergency_call_back, emergency_call_back_cmd, "call-back <0-1440>",
      "How long after it the centre's call to the number shown reaches that caller before all "
      "routes\n"
      "Minutes; 30 by default, 0: never\n")
{
	edited()->call_back_min = (unsigned)atoi(argv[0]);
	return CMD_SUCCESS;
}

DEFUN(emergency_notify, emergency_notify_cmd, "notify (alarm|log)",
      "Who is told of an emergency call, besides the records\n"
      "An alarm stands while it lasts; the default\nThe log alone\n")
{
	edited()->quiet = argv[0][0] == 'l';
	return CMD_SUCCESS;
}

static void init(void *section_value)
{
	struct emergency_config *value = section_value;

	value->call_back_min = EMERGENCY_CALL_BACK_MIN;
}

static void install(void)
{
	static struct cmd_node node = { NODE_EMERGENCY, "%s(config-emergency)# ", 1,
					.name = "emergency" };

	install_element(CONFIG_NODE, &emergency_cmd);
	install_node(&node, NULL);
	install_element(NODE_EMERGENCY, &emergency_number_cmd);
	install_element(NODE_EMERGENCY, &emergency_number_as_cmd);
	install_element(NODE_EMERGENCY, &no_emergency_number_cmd);
	install_element(NODE_EMERGENCY, &emergency_service_cmd);
	install_element(NODE_EMERGENCY, &no_emergency_service_cmd);
	install_element(NODE_EMERGENCY, &emergency_to_cmd);
	install_element(NODE_EMERGENCY, &no_emergency_to_cmd);
	install_element(NODE_EMERGENCY, &emergency_except_cmd);
	install_element(NODE_EMERGENCY, &no_emergency_except_cmd);
	install_element(NODE_EMERGENCY, &emergency_calling_cmd);
	install_element(NODE_EMERGENCY, &no_emergency_calling_cmd);
	install_element(NODE_EMERGENCY, &emergency_calling_from_cmd);
	install_element(NODE_EMERGENCY, &no_emergency_calling_from_cmd);
	install_element(NODE_EMERGENCY, &emergency_call_back_cmd);
	install_element(NODE_EMERGENCY, &emergency_notify_cmd);
}

static void validate_target(const struct config *config, const char *option,
			    const struct route_target *target, struct config_report *report)
{
	const struct emergency_config *value = config_get(config, &emergency_section);
	const char *kind = target_kind_name(target->kind);
	char *line, *names;

	if (config_has(config, kind, target->name))
		return;
	line = talloc_asprintf(report, "%s %s %s", option, kind, target->name);
	names = config_names(report, config, kind);
	config_fault_option(report, value->line, line,
			    "emergency: %s %s does not exist; %ss are: %s", kind, target->name,
			    kind, names);
	talloc_free(names);
	talloc_free(line);
}

static void validate_numbers(const struct emergency_config *value, struct config_report *report)
{
	bool used = value->line || value->n_ways || value->n_exceptions || value->n_callings ||
		    *value->calling || value->quiet;

	if (used && !value->n_numbers)
		config_fault_option(report, value->line, "number",
				    "emergency has no numbers; `number 112` is one");
	for (unsigned i = 0; i < EMERGENCY_SERVICES; i++) {
		char option[64];

		if (!*value->services[i] ||
		    number_position(value, value->services[i]) < value->n_numbers)
			continue;
		snprintf(option, sizeof(option), "service %s", emergency_service_name(i));
		config_fault_option(report, value->line, option,
				    "emergency: service %s has %s, which is no emergency number; "
				    "`number %s` makes it one",
				    emergency_service_name(i), value->services[i],
				    value->services[i]);
	}
}

static const struct trunk_group_config *group_of(const struct config *config,
						 const struct route_target *way)
{
	const struct routes_config *routes = config_get(config, &routes_section);

	for (size_t i = 0; way->kind == TARGET_TRUNK_GROUP && i < routes->n_trunk_groups; i++) {
		if (!strcmp(routes->trunk_groups[i].name, way->name))
			return &routes->trunk_groups[i];
	}
	return NULL;
}

static bool is_excepted(const struct emergency_config *value, const struct route_target *way)
{
	return target_position(value->exceptions, value->n_exceptions, way->kind, way->name) <
	       value->n_exceptions;
}

/* The ways, each once; as many as there is room for, and one more. */
struct ways {
	struct route_target way[EMERGENCY_WAYS_MAX + 1];
	size_t n;
};

static void add_way(const struct route_target *way, struct ways *out)
{
	if (out->n < ARRAY_SIZE(out->way) &&
	    target_position(out->way, out->n, way->kind, way->name) == out->n)
		out->way[out->n++] = *way;
}

/* A group's trunks that are not excepted. How many these are. */
static size_t add_members(const struct emergency_config *value,
			  const struct trunk_group_config *group, struct ways *out)
{
	size_t n = 0;

	for (size_t i = 0; i < group->n_members; i++) {
		struct route_target trunk = { .kind = TARGET_TRUNK };

		memcpy(trunk.name, group->members[i], sizeof(trunk.name));
		if (is_excepted(value, &trunk))
			continue;
		add_way(&trunk, out);
		n++;
	}
	return n;
}

/* As call_hub_emergency takes them. */
static void validate_ways(const struct config *config, const struct emergency_config *value,
			  struct config_report *report)
{
	struct ways ways = { .n = 0 };

	for (size_t i = 0; i < value->n_ways; i++) {
		const struct route_target *way = &value->ways[i];
		const struct trunk_group_config *group = group_of(config, way);

		if (!group)
			add_way(way, &ways);
		else if (!add_members(value, group, &ways) && group->n_members)
			config_fault_option(report, value->line, "except",
					    "emergency goes to trunk-group %s and excepts all of "
					    "its trunks; one of them is to stay",
					    way->name);
	}
	if (ways.n > EMERGENCY_WAYS_MAX)
		config_fault_option(report, value->line, "to",
				    "emergency has more than %d ways, with the trunks of its "
				    "trunk groups; up to %d are right",
				    EMERGENCY_WAYS_MAX, EMERGENCY_WAYS_MAX);
}

static void validate(const struct config *config, struct config_report *report)
{
	const struct emergency_config *value = config_get(config, &emergency_section);

	validate_numbers(value, report);
	for (size_t i = 0; i < value->n_ways; i++) {
		const struct route_target *way = &value->ways[i];

		validate_target(config, "to", way, report);
		if (is_excepted(value, way))
			config_fault_option(report, value->line, "except",
					    "emergency goes to %s %s and excepts it; one of the "
					    "two is right",
					    target_kind_name(way->kind), way->name);
	}
	validate_ways(config, value, report);
	for (size_t i = 0; i < value->n_exceptions; i++)
		validate_target(config, "except", &value->exceptions[i], report);
	for (size_t i = 0; i < value->n_callings; i++)
		validate_target(config, "calling from", &value->callings[i].from, report);
}

static void write_targets(struct vty *vty, const char *option, const struct route_target *targets,
			  size_t n)
{
	for (size_t i = 0; i < n; i++)
		vty_out(vty, " %s %s %s\n", option, target_kind_name(targets[i].kind),
			targets[i].name);
}

static void write_value(const void *section_value, struct vty *vty)
{
	const struct emergency_config *value = section_value;

	if (!value->n_numbers)
		return;
	vty_out(vty, "\nemergency\n");
	for (size_t i = 0; i < value->n_numbers; i++)
		vty_out(vty, " number %s%s%s\n", value->numbers[i].dialled,
			*value->numbers[i].sent ? " as " : "", value->numbers[i].sent);
	for (unsigned i = 0; i < EMERGENCY_SERVICES; i++)
		if (*value->services[i])
			vty_out(vty, " service %s %s\n", emergency_service_name(i),
				value->services[i]);
	write_targets(vty, "to", value->ways, value->n_ways);
	write_targets(vty, "except", value->exceptions, value->n_exceptions);
	if (*value->calling)
		vty_out(vty, " calling %s\n", value->calling);
	for (size_t i = 0; i < value->n_callings; i++)
		vty_out(vty, " calling from %s %s %s\n",
			target_kind_name(value->callings[i].from.kind),
			value->callings[i].from.name, value->callings[i].digits);
	if (value->call_back_min != EMERGENCY_CALL_BACK_MIN)
		vty_out(vty, " call-back %u\n", value->call_back_min);
	if (value->quiet)
		vty_out(vty, " notify log\n");
}

const struct config_section emergency_section = {
	.size = sizeof(struct emergency_config),
	.init = init,
	.install = install,
	.validate = validate,
	.write = write_value,
};
