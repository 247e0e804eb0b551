/* The number rules of a route, as commands of its node: a part of routes_section. */
#pragma once

struct route_config;
struct vty;

void route_rules_vty_install(void);
void route_rules_vty_write(const struct route_config *route, struct vty *vty);
