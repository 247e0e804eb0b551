/* Routing: from who dials and what is dialled to where it goes. A table is built once from the configuration
 * and looked up in time proportional to the number's length, however many routes there are. Pure. */
#pragma once

#include "call/route_config.h"

struct route_table;

struct route_table *route_table_new(void *talloc_ctx, const struct routes_config *config);
/* NULL when none matches. The result lives as long as the table. */
const struct route_config *route_find(const struct route_table *table, enum target_kind from_kind,
				      const char *from_name, const char *called);
/* False when no route at all is open to calls from there, whatever is dialled. */
bool route_serves(const struct route_table *table, enum target_kind from_kind,
		  const char *from_name);
/* Applies strip and prepend; false when the result would not fit into size octets. */
bool route_rewrite(const struct route_config *route, const char *called, char *out, size_t size);
