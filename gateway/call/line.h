/* The leg of a test line, as the target of a route or as the caller of an originated call. It frees itself. For
 * the files of this folder. Control thread. */
#pragma once

#include <stdbool.h>

#include "call/route_config.h"

struct call_hub;
struct leg;

/* As target.seize, for a line as it is configured now. */
unsigned line_seize(struct call_hub *hub, const struct line_config *config, struct leg **leg,
		    const char **why);
/* Does the line take part in a conversation, once it is joined? */
bool line_can_call(const struct line_config *config);
/* A leg that calls: when the other side answers it behaves as the line does after its own answer, and
 * clears hold_ms later (0: as the line says). line_discard frees it if it got no call. */
struct leg *line_caller(struct call_hub *hub, const struct line_config *config, unsigned hold_ms);
void line_discard(struct leg *leg);
