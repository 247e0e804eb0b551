/* Test lines: parties inside the gateway, each a target of ordinary routes, and the callers of originated
 * calls. For the files of this folder. Control thread. */
#pragma once

#include <stdbool.h>

#include "call/route_config.h"

struct call_hub;
struct leg;
struct lines;

/* The configured lines, not yet targets; NULL without memory. */
struct lines *lines_new(struct call_hub *hub, const struct routes_config *config);
void lines_register(struct lines *lines);
void lines_free(struct lines *lines); /* their calls go on */
const struct line_config *lines_find(const struct lines *lines, const char *name); /* or NULL */

/* Does the line take part in a conversation, once it is joined? */
bool line_can_call(const struct line_config *config);
/* A leg that calls: when the other side answers it behaves as the line does after its own answer, and
 * clears hold_ms later (0: as the line says). It frees itself, or by line_discard if it got no call. */
struct leg *line_caller(struct call_hub *hub, const struct line_config *config, unsigned hold_ms);
void line_discard(struct leg *leg);
