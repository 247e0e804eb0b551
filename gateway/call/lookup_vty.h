/* A look-up, as commands of its node: a part of routes_section. */
#pragma once

struct config;
struct config_report;
struct lookup_config;
struct vty;

void lookup_vty_init(void *item);
void lookup_vty_install(void);
void lookup_vty_validate(const struct config *config, const struct lookup_config *lookup,
			 struct config_report *report);
void lookup_vty_write(const struct lookup_config *lookup, struct vty *vty);
