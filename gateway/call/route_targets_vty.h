/* Where a route leads, as commands of its node: a part of routes_section. */
#pragma once

#include "call/target.h"

struct route_config;
struct vty;

/* Of "trunk", "trunk-group", "peer", "user" or "line". */
enum target_kind route_target_kind(const char *word);
void route_targets_vty_install(void);
void route_targets_vty_write(const struct route_config *route, struct vty *vty);
