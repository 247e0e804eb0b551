/* What a test line is, as commands of its node: a part of routes_section. */
#pragma once

struct config_report;
struct line_config;
struct vty;

void line_vty_install(void);
void line_vty_init(void *line);
void line_vty_validate(const struct line_config *line, struct config_report *report);
void line_vty_write(const struct line_config *line, struct vty *vty);
