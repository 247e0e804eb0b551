/* Tells why a route was taken and others were not: for the files of this folder. */
#pragma once

#include <stddef.h>

struct route_config;
struct route_question;

/* Of the routes that are open to the caller and take the called number: which fit, and why it is best that takes the
 * call (one of them; NULL: none). Told to question->explain. */
void route_explain(const struct route_config *routes, size_t n,
		   const struct route_question *question, const struct route_config *best);
