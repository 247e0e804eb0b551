/* A translation of numbers, as commands of its node: a part of routes_section. */
#pragma once

struct config_report;
struct translation_config;
struct vty;

void translation_vty_install(void);
void translation_vty_validate(const struct translation_config *translation,
			      struct config_report *report);
void translation_vty_write(const struct translation_config *translation, struct vty *vty);
