/* The commands of a trunk group's node:
 *
 *   trunk-group pstn
 *    member telco1
 *    member telco2
 *    hunt round-robin
 *    limit calls out 40
 *    reserve emergency 1
 *    busy-alarm 300
 */
#include "call/trunk_group_vty.h"

#include <string.h>

#include <osmocom/core/talloc.h>
#include <osmocom/core/utils.h>

#include "base/config_vty.h"
#include "call/busy_alarm_vty.h"
#include "call/trunk_group_config.h"
#include "call/trunk_limits_vty.h"

static const struct value_string hunt_words[] = {
	{ GROUP_ASCENDING, "ascending" },
	{ GROUP_DESCENDING, "descending" },
	{ GROUP_ROUND_ROBIN, "round-robin" },
	{ GROUP_LEAST_USED, "least-used" },
	{ 0, NULL },
};

const char *trunk_group_hunt_name(unsigned hunt)
{
	return get_value_string(hunt_words, hunt);
}

static size_t member_position(const struct trunk_group_config *group, const char *name)
{
	size_t i = 0;

	while (i < group->n_members && strcmp(group->members[i], name) != 0)
		i++;
	return i;
}

#define MEMBER_STR                                                                                 \
	"A trunk of the group; calls hunt over its trunks, and each trunk over its channels\n"

DEFUN(group_member, group_member_cmd, "member NAME", MEMBER_STR "The trunk's name\n")
{
	struct trunk_group_config *group = vty->index;
	char name[TARGET_NAME_MAX];

	if (config_set_name(vty, "member", argv[0], name, sizeof(name)))
		return CMD_WARNING;
	if (member_position(group, name) < group->n_members)
		return config_reject(vty, "trunk-group %s has member %s already; once is right",
				     group->name, name);
	if (group->n_members == TRUNK_GROUP_MEMBERS)
		return config_reject(vty, "trunk-group %s has too many members; at most %d",
				     group->name, TRUNK_GROUP_MEMBERS);
	memcpy(group->members[group->n_members++], name, sizeof(name));
	return CMD_SUCCESS;
}

DEFUN(no_group_member, no_group_member_cmd, "no member NAME",
      NO_STR MEMBER_STR "The trunk's name\n")
{
	struct trunk_group_config *group = vty->index;
	size_t i = member_position(group, argv[0]);

	if (i == group->n_members)
		return config_reject(vty, "trunk-group %s has no member %s", group->name, argv[0]);
	group->n_members--;
	memmove(&group->members[i], &group->members[i + 1],
		(group->n_members - i) * sizeof(group->members[0]));
	return CMD_SUCCESS;
}

DEFUN(group_hunt, group_hunt_cmd, "hunt (ascending|descending|round-robin|least-used)",
      "Which of its trunks a call tries first; the others follow while the cause lets them\n"
      "The first that is listed; the default\n"
      "The last that is listed\n"
      "The one behind the last that was taken\n"
      "The one with the most free channels\n")
{
	struct trunk_group_config *group = vty->index;

	group->hunt = (enum trunk_group_hunt)get_string_value(hunt_words, argv[0]);
	return CMD_SUCCESS;
}

void trunk_group_vty_install(void)
{
	static struct cmd_node node = { NODE_TRUNK_GROUP, "%s(config-trunk-group)# ", 1,
					.name = "trunk-group" };

	install_node(&node, NULL);
	install_element(NODE_TRUNK_GROUP, &group_member_cmd);
	install_element(NODE_TRUNK_GROUP, &no_group_member_cmd);
	install_element(NODE_TRUNK_GROUP, &group_hunt_cmd);
	trunk_limits_install(NODE_TRUNK_GROUP, offsetof(struct trunk_group_config, limits));
	busy_alarm_install(NODE_TRUNK_GROUP, offsetof(struct trunk_group_config, busy_alarm));
}

static void validate_member(const struct config *config, const struct trunk_group_config *group,
			    const char *member, struct config_report *report)
{
	char *option, *names;

	if (config_has(config, "trunk", member))
		return;
	option = talloc_asprintf(report, "member %s", member);
	names = config_names(report, config, "trunk");
	config_fault_option(report, group->line, option,
			    "trunk-group %s: trunk %s does not exist; trunks are: %s", group->name,
			    member, names);
	talloc_free(names);
	talloc_free(option);
}

void trunk_group_vty_validate(const struct config *config, const struct trunk_group_config *group,
			      struct config_report *report)
{
	if (!group->n_members)
		config_fault_option(report, group->line, "member",
				    "trunk-group %s has no trunk; it needs `member` and its name",
				    group->name);
	for (size_t i = 0; i < group->n_members; i++)
		validate_member(config, group, group->members[i], report);
}

void trunk_group_vty_write(const struct trunk_group_config *group, struct vty *vty)
{
	vty_out(vty, "\ntrunk-group %s\n", group->name);
	for (size_t i = 0; i < group->n_members; i++)
		vty_out(vty, " member %s\n", group->members[i]);
	if (group->hunt != GROUP_ASCENDING)
		vty_out(vty, " hunt %s\n", trunk_group_hunt_name(group->hunt));
	trunk_limits_write(&group->limits, vty);
	busy_alarm_write(&group->busy_alarm, vty);
}
