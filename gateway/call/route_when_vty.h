/* The conditions of a route, as commands of its node: a part of routes_section. */
#pragma once

struct config;
struct config_report;
struct route_config;
struct route_when;
struct vty;

void route_when_vty_install(void);
void route_when_vty_validate(const struct config *config, const struct route_config *route,
			     struct config_report *report);
void route_when_vty_write(const struct route_when *when, struct vty *vty);
