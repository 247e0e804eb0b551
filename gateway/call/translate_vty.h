/* Which translations apply to the calls of a route, or from and to somewhere, as commands of its node. */
#pragma once

#include <stddef.h>

struct config;
struct config_report;
struct number_names;
struct number_translations;
struct vty;

/* `translate called NAME` into a route's node, whose struct number_names is at that offset of its item. */
void translate_vty_install_route(size_t at);
/* `translate in called NAME` and so on into a node of that kind, whose struct number_translations is at that offset. */
void translate_vty_install(int node, size_t at);
/* whose: "peer pbx", begun on that line. */
void translate_vty_validate(const struct config *config, const struct number_translations *numbers,
			    const char *whose, int line, struct config_report *report);
void translate_vty_validate_names(const struct config *config, const struct number_names *names,
				  const char *whose, int line, struct config_report *report);
void translate_vty_write(const struct number_translations *numbers, struct vty *vty);
/* direction: "", or "in " */
void translate_vty_write_names(const struct number_names *names, const char *direction,
			       struct vty *vty);
