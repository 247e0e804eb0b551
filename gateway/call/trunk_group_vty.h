/* The commands of a trunk group's node: a part of routes_section. */
#pragma once

struct config;
struct config_report;
struct trunk_group_config;
struct vty;

void trunk_group_vty_install(void);
void trunk_group_vty_validate(const struct config *config, const struct trunk_group_config *group,
			      struct config_report *report);
void trunk_group_vty_write(const struct trunk_group_config *group, struct vty *vty);
/* "round-robin" */
const char *trunk_group_hunt_name(unsigned hunt);
