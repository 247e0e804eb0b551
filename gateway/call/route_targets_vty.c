/* Where a route leads:
 *
 *   to trunk a weight 70
 *   to trunk b weight 30
 *   to trunk c
 *   reroute on 17 34
 */
#include "call/route_targets_vty.h"

#include <stdlib.h>
#include <string.h>

#include "base/config_vty.h"
#include "call/route_config.h"

enum target_kind route_target_kind(const char *word)
{
	return !strcmp(word, "trunk-group") ? TARGET_TRUNK_GROUP
	       : word[0] == 't'             ? TARGET_TRUNK
	       : word[0] == 'p'             ? TARGET_PEER
	       : word[0] == 'u'             ? TARGET_USER
					    : TARGET_LINE;
}

#define NAME_STR "Its name\n"
#define TO_STR "Where it goes; several are tried in turn while the cause lets them\n"
#define KINDS_STR                                                                                  \
	"A trunk\nThe trunks of a trunk group\nA peer\nA test line\nA user of the registrar\n"
#define REGISTRAR_STR "The user of the registrar that has the number\n"

static size_t target_position(const struct route_config *route, enum target_kind kind,
			      const char *name)
{
	size_t i = 0;

	while (i < route->n_targets &&
	       (route->targets[i].kind != kind || strcmp(route->targets[i].name, name) != 0))
		i++;
	return i;
}

/* weight 0: none */
static int add_target(struct vty *vty, const struct route_target *target, unsigned weight)
{
	struct route_config *item = vty->index;
	char text[TARGET_TEXT_MAX];

	if (target_position(item, target->kind, target->name) < item->n_targets)
		return config_reject(vty, "route %s goes to %s already; once is right", item->name,
				     target_text(target->kind, target->name, text));
	if (item->n_targets == ROUTE_TARGETS)
		return config_reject(vty, "route %s has too many targets; at most %d", item->name,
				     ROUTE_TARGETS);
	item->weights[item->n_targets] = (uint16_t)weight;
	item->targets[item->n_targets++] = *target;
	return CMD_SUCCESS;
}

DEFUN(route_to, route_to_cmd, "to (trunk|trunk-group|peer|line|user) NAME",
      TO_STR KINDS_STR NAME_STR)
{
	struct route_target target = { .kind = route_target_kind(argv[0]) };

	if (config_set_name(vty, argv[0], argv[1], target.name, sizeof(target.name)))
		return CMD_WARNING;
	return add_target(vty, &target, argc > 2 ? (unsigned)atoi(argv[2]) : 0);
}

ALIAS(route_to, route_to_weight_cmd, "to (trunk|trunk-group|peer|line|user) NAME weight <1-1000>",
      TO_STR KINDS_STR NAME_STR
      "Targets with weights that follow each other are tried in an order drawn by chance\n"
      "Its share of that chance\n")

DEFUN(route_to_registrar, route_to_registrar_cmd, "to registrar", TO_STR REGISTRAR_STR)
{
	const struct route_target target = { .kind = TARGET_USER };

	return add_target(vty, &target, 0);
}

static int remove_target(struct vty *vty, struct route_config *item, enum target_kind kind,
			 const char *name)
{
	size_t i = target_position(item, kind, name);
	char text[TARGET_TEXT_MAX];

	if (i == item->n_targets)
		return config_reject(vty, "route %s does not go to %s", item->name,
				     target_text(kind, name, text));
	item->n_targets--;
	memmove(&item->targets[i], &item->targets[i + 1],
		(item->n_targets - i) * sizeof(item->targets[0]));
	memmove(&item->weights[i], &item->weights[i + 1],
		(item->n_targets - i) * sizeof(item->weights[0]));
	return CMD_SUCCESS;
}

DEFUN(no_route_to, no_route_to_cmd, "no to (trunk|trunk-group|peer|line|user) NAME",
      NO_STR TO_STR KINDS_STR NAME_STR)
{
	return remove_target(vty, vty->index, route_target_kind(argv[0]), argv[1]);
}

DEFUN(no_route_to_registrar, no_route_to_registrar_cmd, "no to registrar",
      NO_STR TO_STR REGISTRAR_STR)
{
	struct route_config *item = vty->index;

	return remove_target(vty, item, TARGET_USER, "");
}

#define REROUTE_STR                                                                                \
	"After which causes the next target is tried; 27, 34, 38, 41, 42, 44 and 47 by default\n"

DEFUN(route_reroute, route_reroute_cmd, "reroute on .CAUSES",
      REROUTE_STR "These, and no others\nQ.850 causes, 1 to 127\n")
{
	struct route_config *item = vty->index;
	struct route_causes causes = { .given = true };

	for (int i = 0; i < argc; i++) {
		char *end;
		unsigned long cause = strtoul(argv[i], &end, 10);

		if (*end || end == argv[i] || cause < 1 || cause > 127)
			return config_reject(
				vty, "reroute on \"%s\" is no cause; 1 to 127 are right", argv[i]);
		causes.bits[cause / 8] |= (uint8_t)(1 << cause % 8);
	}
	item->reroute = causes;
	return CMD_SUCCESS;
}

DEFUN(route_reroute_never, route_reroute_never_cmd, "reroute never", REROUTE_STR "After none\n")
{
	struct route_config *item = vty->index;

	item->reroute = (struct route_causes){ .given = true };
	return CMD_SUCCESS;
}

DEFUN(no_route_reroute, no_route_reroute_cmd, "no reroute", NO_STR REROUTE_STR)
{
	struct route_config *item = vty->index;

	item->reroute = (struct route_causes){ 0 };
	return CMD_SUCCESS;
}

void route_targets_vty_install(void)
{
	install_element(NODE_ROUTE, &route_to_cmd);
	install_element(NODE_ROUTE, &route_to_weight_cmd);
	install_element(NODE_ROUTE, &no_route_to_cmd);
	install_element(NODE_ROUTE, &route_to_registrar_cmd);
	install_element(NODE_ROUTE, &no_route_to_registrar_cmd);
	install_element(NODE_ROUTE, &route_reroute_cmd);
	install_element(NODE_ROUTE, &route_reroute_never_cmd);
	install_element(NODE_ROUTE, &no_route_reroute_cmd);
}

static void write_reroute(const struct route_causes *causes, struct vty *vty)
{
	bool some = false;

	if (!causes->given)
		return;
	for (unsigned cause = 1; cause < 128; cause++) {
		if (!(causes->bits[cause / 8] >> cause % 8 & 1))
			continue;
		vty_out(vty, "%s %u", some ? "" : " reroute on", cause);
		some = true;
	}
	vty_out(vty, "%s\n", some ? "" : " reroute never");
}

void route_targets_vty_write(const struct route_config *route, struct vty *vty)
{
	char text[TARGET_TEXT_MAX];

	for (size_t i = 0; i < route->n_targets; i++) {
		const struct route_target *to = &route->targets[i];

		vty_out(vty, " to %s", target_text(to->kind, to->name, text));
		if (route->weights[i])
			vty_out(vty, " weight %u", route->weights[i]);
		vty_out(vty, "\n");
	}
	write_reroute(&route->reroute, vty);
}
