/* Routing: from who dials and what is dialled to where it goes. A table is built once from the configuration
 * and looked up in time proportional to the number's length, however many routes there are. Pure. */
#pragma once

#include "call/leg.h"
#include "call/route_config.h"
#include "call/route_question.h"

struct route_table;

struct route_table *route_table_new(void *talloc_ctx, const struct routes_config *config);
/* The route of that name, NULL: there is none. It lives as long as the table. */
const struct route_config *route_named(const struct route_table *table, const char *name);
/* NULL when none takes the call. The result lives as long as the table. */
const struct route_config *route_find(const struct route_table *table,
				      const struct route_question *question);

/* The same while the caller may still dial. */
enum route_answer {
	ROUTE_NEVER, /* no route takes this number, whatever follows */
	ROUTE_WAIT,  /* what follows may lead to a route, or to another one */
	ROUTE_FOUND, /* *out, whatever follows */
	ROUTE_WHOLE, /* *out, and nothing can follow */
};
enum route_answer route_find_early(const struct route_table *table,
				   const struct route_question *question,
				   const struct route_config **out);
/* False when no route at all is open to calls from there, whatever is dialled. */
bool route_serves(const struct route_table *table, enum target_kind from_kind,
		  const char *from_name);
