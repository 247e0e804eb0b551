/* A time range, as commands of its node: a part of routes_section. */
#pragma once

struct config_report;
struct time_range_config;
struct vty;

void time_range_vty_install(void);
void time_range_vty_validate(const struct time_range_config *range, struct config_report *report);
void time_range_vty_write(const struct time_range_config *range, struct vty *vty);
