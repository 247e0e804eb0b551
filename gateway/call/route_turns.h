/* The order in which a route's targets are tried, and after which causes. Pure. */
#pragma once

#include <stdbool.h>

struct route_config;

/* Draws the order of the targets that have weights: chance(n) is any number below n. */
void route_draw(struct route_config *route, unsigned (*chance)(unsigned n));
/* Another target may be better off after that cause. */
bool route_reroutes(const struct route_config *route, unsigned cause);
