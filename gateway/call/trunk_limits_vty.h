/* The options of the limits of trunks and of trunk groups. For *_vty.c only. Control thread. */
#pragma once

#include <stddef.h>

struct config_report;
struct trunk_limits;
struct vty;

/* Into a node whose item has its struct trunk_limits at that offset. */
void trunk_limits_install(int node, size_t at);
/* whose: "trunk pstn"; line: where it begins in the file; channels: how many it has, 0: not known. */
void trunk_limits_check(const struct trunk_limits *limits, const char *whose, int line,
			unsigned channels, struct config_report *report);
void trunk_limits_write(const struct trunk_limits *limits, struct vty *vty);
