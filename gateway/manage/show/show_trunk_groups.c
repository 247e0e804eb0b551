/* `show trunk-groups`: what each has in use and free, and what its trunks would say to a call now. */
#include <jansson.h>

#include <osmocom/core/utils.h>
#include <osmocom/vty/command.h>
#include <osmocom/vty/vty.h>

#include "call/trunk_group_vty.h"
#include "call/trunk_groups.h"
#include "manage/cli/cli.h"
#include "manage/cli/table.h"
#include "manage/manage.h"
#include "manage/show/views.h"

static json_t *load_row(const struct trunk_load *load)
{
	return json_pack("{s:i, s:i, s:i, s:i}", "channels", (int)load->channels, "free",
			 (int)load->free, "calls_in", (int)load->in, "calls_out", (int)load->out);
}

static json_t *member_rows(const struct trunk_group_status *group)
{
	json_t *rows = json_array();

	for (size_t i = 0; i < group->config->n_members; i++) {
		json_t *row = json_pack("{s:s, s:s, s:I, s:I}", "trunk", group->config->members[i],
					"state", group->members[i].state, "taken",
					(json_int_t)group->members[i].taken, "refused",
					(json_int_t)group->members[i].refused);
		json_t *load = load_row(&group->members[i].load);

		json_object_update(row, load);
		json_decref(load);
		json_array_append_new(rows, row);
	}
	return rows;
}

static bool add_group(void *data, const struct trunk_group_status *group)
{
	json_t *row =
		json_pack("{s:s, s:s, s:s, s:i, s:I, s:I, s:I, s:o}", "name", group->config->name,
			  "hunt", trunk_group_hunt_name(group->config->hunt), "state", group->state,
			  "peak", (int)group->peak, "overflows", (json_int_t)group->overflows,
			  "limited", (json_int_t)group->limited, "all_busy_s",
			  (json_int_t)group->busy_s, "members", member_rows(group));
	json_t *load = load_row(&group->load);

	json_object_update(row, load);
	json_decref(load);
	json_array_append_new(data, row);
	return true;
}

json_t *view_trunk_groups(struct gateway *gateway)
{
	json_t *rows = json_array();

	trunk_groups_each(gateway->hub, add_group, rows);
	return rows;
}

static const struct table_column group_columns[] = {
	{ "name", "GROUP" },      { "hunt", "HUNT" },           { "state", "STATE" },
	{ "calls_in", "IN" },     { "calls_out", "OUT" },       { "free", "FREE" },
	{ "peak", "PEAK" },       { "overflows", "OVERFLOWS" }, { "limited", "LIMITED" },
	{ "all_busy_s", "ATB S" }
};

static const struct table_column member_columns[] = {
	{ "trunk", "MEMBER" },    { "state", "STATE" }, { "calls_in", "IN" },
	{ "calls_out", "OUT" },   { "free", "FREE" },   { "taken", "TAKEN" },
	{ "refused", "REFUSED" },
};

static void groups_out(struct vty *vty, const json_t *groups)
{
	const json_t *group;
	size_t i;

	table_out(vty, groups, group_columns, ARRAY_SIZE(group_columns), "No trunk groups.");
	json_array_foreach(groups, i, group)
	{
		vty_out(vty, "%sMembers of %s:%s", VTY_NEWLINE,
			json_string_value(json_object_get(group, "name")), VTY_NEWLINE);
		table_out(vty, json_object_get(group, "members"), member_columns,
			  ARRAY_SIZE(member_columns), "");
	}
}

DEFUN(show_trunk_groups, show_trunk_groups_cmd, "show trunk-groups [json]",
      SHOW_STR "Trunk groups: their trunks, what is in use, what overflowed\n"
	       "As JSON, for programs\n")
{
	json_t *groups = cli_gateway() ? view_trunk_groups(cli_gateway()) : NULL;

	if (!groups)
		return CMD_WARNING;
	if (argc > 0)
		json_out(vty, groups);
	else
		groups_out(vty, groups);
	json_decref(groups);
	return CMD_SUCCESS;
}

void show_trunk_groups_install(void)
{
	cli_install(&show_trunk_groups_cmd);
}
