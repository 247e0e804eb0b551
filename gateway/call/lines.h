/* Test lines: parties inside the gateway, each a target of ordinary routes. For the files of this folder. Control
 * thread. */
#pragma once

struct call_hub;
struct line_config;
struct lines;
struct routes_config;

/* The configured lines, not yet targets; NULL without memory. */
struct lines *lines_new(struct call_hub *hub, const struct routes_config *config);
void lines_register(struct lines *lines);
void lines_free(struct lines *lines); /* their calls go on */
const struct line_config *lines_find(const struct lines *lines, const char *name); /* or NULL */
