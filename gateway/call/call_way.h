/* The decisions on a call's way by the routes, with no effect; for the files of this folder. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct call_hub;
struct route_config;
struct route_question;

/* The route that a call takes; *route stays NULL when more must be dialled, and *incomplete becomes false when no more
 * can be. 0, or the cause with why, a few words. */
unsigned call_way_route(const struct call_hub *hub, const struct route_question *question,
			bool *incomplete, const struct route_config **route, char *why,
			size_t size);
/* A target cannot be asked for that cause: is the next one tried? A missing one always has it. */
bool call_way_goes_on(const struct route_config *route, unsigned cause);
