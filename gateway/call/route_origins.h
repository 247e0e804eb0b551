/* Where calls come from, in the words of routes: the froms that the routes of a table name, and of a trunk the trunk
 * groups among them that it is a member of. Looked up in time that hardly grows with their number. For the files of
 * this folder. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "call/target.h"

struct route_config;
struct route_origins;
struct route_question;
struct routes_config;

enum { ROUTE_CALLER_GROUPS = 8 }; /* that are froms, for one trunk */

struct route_origins *route_origins_new(void *talloc_ctx, const struct routes_config *config);
size_t route_origins_count(const struct route_origins *origins);
/* Its number, from 1 to the count; 0: no route has that from. Name "": any of that kind. */
size_t route_origin(const struct route_origins *origins, enum target_kind kind, const char *name);
/* A trunk that is in more than ROUTE_CALLER_GROUPS groups which are froms; NULL: there is none. */
const char *route_origins_crowded(const struct route_origins *origins);

struct route_caller {
	enum target_kind kind;
	const char *name;
	const char *groups[ROUTE_CALLER_GROUPS]; /* of a trunk; they live as long as the origins */
	size_t n_groups;
};
void route_caller_of(const struct route_origins *origins, const struct route_question *question,
		     struct route_caller *out);
/* May calls from there take it? */
bool route_is_from(const struct route_config *route, const struct route_caller *caller);
/* How closely the route says where its calls come from. */
enum route_closeness { FROM_ANY, FROM_KIND, FROM_GROUP, FROM_NAMED };
enum route_closeness route_closeness(const struct route_config *route);
