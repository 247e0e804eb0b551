#include "call/route_origins.h"

#include <stdlib.h>
#include <string.h>

#include <osmocom/core/talloc.h>

#include "call/route_config.h"
#include "call/route_question.h"
#include "call/trunk_group_config.h"

/* Of a trunk in a group that some route has as its from. */
struct membership {
	char trunk[TARGET_NAME_MAX], group[TARGET_NAME_MAX];
};

struct route_origins {
	struct route_target *froms; /* sorted, each once */
	size_t n;
	struct membership *memberships; /* sorted by trunk */
	size_t n_memberships;
};

static int compare_froms(const void *a, const void *b)
{
	const struct route_target *x = a, *y = b;

	return x->kind != y->kind ? (int)x->kind - (int)y->kind : strcmp(x->name, y->name);
}

static int compare_memberships(const void *a, const void *b)
{
	const struct membership *x = a, *y = b;
	int order = strcmp(x->trunk, y->trunk);

	return order ? order : strcmp(x->group, y->group);
}

static bool add_froms(struct route_origins *origins, const struct routes_config *config)
{
	size_t n = 0;

	origins->froms = talloc_zero_array(origins, struct route_target, config->n_routes);
	if (!origins->froms)
		return false;
	for (size_t i = 0; i < config->n_routes; i++) {
		if (!config->routes[i].from_any)
			origins->froms[n++] = config->routes[i].from;
	}
	qsort(origins->froms, n, sizeof(origins->froms[0]), compare_froms);
	for (size_t i = 0; i < n; i++) {
		if (!i || compare_froms(&origins->froms[i - 1], &origins->froms[i]))
			origins->froms[origins->n++] = origins->froms[i];
	}
	return true;
}

static bool add_members(struct route_origins *origins, const struct trunk_group_config *group)
{
	struct membership *grown = talloc_realloc(origins, origins->memberships, struct membership,
						  origins->n_memberships + group->n_members + 1);

	if (!grown)
		return false;
	origins->memberships = grown;
	for (size_t i = 0; i < group->n_members; i++) {
		struct membership *to = &grown[origins->n_memberships++];

		memcpy(to->trunk, group->members[i], sizeof(to->trunk));
		memcpy(to->group, group->name, sizeof(to->group));
	}
	return true;
}

static bool add_memberships(struct route_origins *origins, const struct routes_config *config)
{
	for (size_t i = 0; i < config->n_trunk_groups; i++) {
		const struct trunk_group_config *group = &config->trunk_groups[i];

		if (route_origin(origins, TARGET_TRUNK_GROUP, group->name) &&
		    !add_members(origins, group))
			return false;
	}
	if (origins->n_memberships)
		qsort(origins->memberships, origins->n_memberships, sizeof(origins->memberships[0]),
		      compare_memberships);
	return true;
}

struct route_origins *route_origins_new(void *talloc_ctx, const struct routes_config *config)
{
	struct route_origins *origins = talloc_zero(talloc_ctx, struct route_origins);

	if (origins && (!add_froms(origins, config) || !add_memberships(origins, config))) {
		talloc_free(origins);
		return NULL;
	}
	return origins;
}

size_t route_origins_count(const struct route_origins *origins)
{
	return origins->n;
}

size_t route_origin(const struct route_origins *origins, enum target_kind kind, const char *name)
{
	struct route_target key = { .kind = kind };
	const struct route_target *found;

	if (!origins->n || strlen(name) >= sizeof(key.name))
		return 0;
	memcpy(key.name, name, strlen(name) + 1);
	found = bsearch(&key, origins->froms, origins->n, sizeof(key), compare_froms);
	return found ? (size_t)(found - origins->froms) + 1 : 0;
}

const char *route_origins_crowded(const struct route_origins *origins)
{
	for (size_t i = ROUTE_CALLER_GROUPS; i < origins->n_memberships; i++) {
		const struct membership *at = &origins->memberships[i];

		if (strcmp(at->trunk, at[-ROUTE_CALLER_GROUPS].trunk) == 0)
			return at->trunk;
	}
	return NULL;
}

/* The first of the trunk's, or where it would be. */
static size_t first_membership(const struct route_origins *origins, const char *trunk)
{
	size_t low = 0, high = origins->n_memberships;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (strcmp(origins->memberships[middle].trunk, trunk) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void route_caller_of(const struct route_origins *origins, const struct route_question *question,
		     struct route_caller *out)
{
	out->kind = question->from_kind;
	out->name = question->from_name;
	out->n_groups = 0;
	if (out->kind != TARGET_TRUNK)
		return;
	for (size_t i = first_membership(origins, out->name);
	     i < origins->n_memberships && out->n_groups < ROUTE_CALLER_GROUPS; i++) {
		if (strcmp(origins->memberships[i].trunk, out->name) != 0)
			return;
		out->groups[out->n_groups++] = origins->memberships[i].group;
	}
}

bool route_is_from(const struct route_config *route, const struct route_caller *caller)
{
	if (route->from_any)
		return true;
	for (size_t i = 0; route->from.kind == TARGET_TRUNK_GROUP && i < caller->n_groups; i++) {
		if (strcmp(route->from.name, caller->groups[i]) == 0)
			return true;
	}
	return route->from.kind == caller->kind &&
	       (!*route->from.name || strcmp(route->from.name, caller->name) == 0);
}

enum route_closeness route_closeness(const struct route_config *route)
{
	return route->from_any                          ? FROM_ANY
	       : !*route->from.name                     ? FROM_KIND
	       : route->from.kind == TARGET_TRUNK_GROUP ? FROM_GROUP
							: FROM_NAMED;
}
