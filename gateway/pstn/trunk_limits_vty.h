/* The options of a trunk's limits, for trunks_vty.c and trunks_check.c. Control thread. */
#pragma once

struct config_report;
struct trunk_config;
struct vty;

void trunk_limits_install(void); /* into NODE_TRUNK */
void trunk_limits_check(const struct trunk_config *trunk, struct config_report *report);
void trunk_limits_write(const struct trunk_config *trunk, struct vty *vty);
