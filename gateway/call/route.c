/* Routes as digit tries: one for the routes whose from is any, one for each from that is named. A lookup
 * walks the caller's trie and the common one, a node a digit. The tries' nodes lie in one array; node 0 is
 * the common root, so 0 as a child means none. A node keeps the route of the digits that lead to it, once
 * as a prefix and once as a whole number: the first of the file, as later equals never win. */
#include "call/route.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <osmocom/core/talloc.h>

enum { SYMBOLS = 16, ROOT_ANY = 0 };

struct node {
	uint32_t child[SYMBOLS];
	const struct route_config *prefix, *exact;
};

struct origin {
	const struct route_target *from;
	uint32_t root;
};

struct route_table {
	struct route_config *routes;
	struct origin *origins; /* sorted */
	size_t n_origins;
	struct node *nodes;
	size_t n_nodes, max_nodes;
	bool any; /* a route from any exists */
};

/* The digit's place in a node, -1: no digit. */
static int symbol(char digit)
{
	size_t at = strcspn(LEG_DIGITS, (const char[]){ digit, '\0' });

	return at < SYMBOLS ? (int)at : -1;
}

static int compare_origins(const void *a, const void *b)
{
	const struct route_target *x = ((const struct origin *)a)->from;
	const struct route_target *y = ((const struct origin *)b)->from;

	return x->kind != y->kind ? (int)x->kind - (int)y->kind : strcmp(x->name, y->name);
}

/* A new node's number, 0 when memory has run out (the common root exists from the start). */
static uint32_t add_node(struct route_table *table)
{
	if (table->n_nodes == table->max_nodes) {
		size_t max = table->max_nodes ? 2 * table->max_nodes : 64;
		struct node *nodes = talloc_realloc(table, table->nodes, struct node, max);

		if (!nodes)
			return 0;
		table->nodes = nodes;
		table->max_nodes = max;
	}
	memset(&table->nodes[table->n_nodes], 0, sizeof(struct node));
	return (uint32_t)table->n_nodes++;
}

/* The named froms, each once, in order, with a root of its own. */
static bool add_origins(struct route_table *table, size_t n_routes)
{
	size_t n = 0, unique = 0;

	table->origins = talloc_array(table, struct origin, n_routes);
	if (!table->origins)
		return n_routes == 0;
	for (size_t i = 0; i < n_routes; i++) {
		table->any |= table->routes[i].from_any;
		if (!table->routes[i].from_any)
			table->origins[n++].from = &table->routes[i].from;
	}
	qsort(table->origins, n, sizeof(struct origin), compare_origins);
	for (size_t i = 0; i < n; i++) {
		if (unique && !compare_origins(&table->origins[unique - 1], &table->origins[i]))
			continue;
		table->origins[unique] = table->origins[i];
		table->origins[unique].root = add_node(table);
		if (!table->origins[unique++].root)
			return false;
	}
	table->n_origins = unique;
	return true;
}

static const struct origin *find_origin(const struct route_table *table,
					const struct route_target *from)
{
	const struct origin key = { .from = from };

	if (!table->n_origins)
		return NULL;
	return bsearch(&key, table->origins, table->n_origins, sizeof(key), compare_origins);
}

static bool add_route(struct route_table *table, const struct route_config *route)
{
	uint32_t at = route->from_any ? ROOT_ANY : find_origin(table, &route->from)->root;
	const struct route_config **place;

	for (const char *digit = route->called; *digit; digit++) {
		int s = symbol(*digit);

		if (s < 0)
			return true; /* no number can match */
		if (!table->nodes[at].child[s]) {
			uint32_t child = add_node(table);

			if (!child)
				return false;
			table->nodes[at].child[s] = child;
		}
		at = table->nodes[at].child[s];
	}
	place = route->called_exact ? &table->nodes[at].exact : &table->nodes[at].prefix;
	if (!*place)
		*place = route;
	return true;
}

static bool build(struct route_table *table, const struct routes_config *config)
{
	add_node(table);
	if (!table->nodes)
		return false;
	table->routes = talloc_array(table, struct route_config, config->n_routes);
	if (!table->routes)
		return config->n_routes == 0;
	if (config->n_routes)
		memcpy(table->routes, config->routes, config->n_routes * sizeof(*table->routes));
	if (!add_origins(table, config->n_routes))
		return false;
	for (size_t i = 0; i < config->n_routes; i++) {
		if (!add_route(table, &table->routes[i]))
			return false;
	}
	return true;
}

struct route_table *route_table_new(void *talloc_ctx, const struct routes_config *config)
{
	struct route_table *table = talloc_zero(talloc_ctx, struct route_table);

	if (table && !build(table, config)) {
		talloc_free(table);
		return NULL;
	}
	return table;
}

/* What one trie says of a number. */
struct found {
	const struct route_config *best;
	size_t rank; /* grows with the digits matched; a whole number outranks its own digits as a prefix */
	bool prefix;  /* a route takes the number and all that begin with it */
	bool further; /* a route takes some that begin with it */
};

static void walk(const struct route_table *table, uint32_t root, const char *called,
		 struct found *found)
{
	static const uint32_t leaf[SYMBOLS];
	const struct node *node = &table->nodes[root];

	for (size_t n = 0;; n++) {
		int s;

		if (node->prefix) {
			found->best = node->prefix;
			found->rank = 2 * n;
			found->prefix = true;
		}
		if (!called[n] && node->exact) {
			found->best = node->exact;
			found->rank = 2 * n + 1;
		}
		if (!called[n])
			found->further = memcmp(node->child, leaf, sizeof(leaf)) != 0;
		s = symbol(called[n]);
		if (s < 0 || !node->child[s])
			return;
		node = &table->nodes[node->child[s]];
	}
}

static const struct origin *origin_of(const struct route_table *table, enum target_kind kind,
				      const char *name)
{
	struct route_target from = { .kind = kind };

	if (strlen(name) >= sizeof(from.name))
		return NULL;
	memcpy(from.name, name, strlen(name) + 1);
	return find_origin(table, &from);
}

/* Both tries that a caller from there has, as one. */
static struct found look_up(const struct route_table *table, enum target_kind from_kind,
			    const char *from_name, const char *called)
{
	const struct origin *origin = origin_of(table, from_kind, from_name);
	const struct origin *kind = *from_name ? origin_of(table, from_kind, "") : NULL;
	struct found any = { 0 }, named = { 0 }, kindred = { 0 };
	bool named_wins;

	walk(table, ROOT_ANY, called, &any);
	if (origin)
		walk(table, origin->root, called, &named);
	if (kind)
		walk(table, kind->root, called, &kindred);
	if (kindred.best && (!named.best || kindred.rank > named.rank)) {
		named.best = kindred.best;
		named.rank = kindred.rank;
	}
	named.prefix |= kindred.prefix;
	named.further |= kindred.further;
	named_wins = named.best && (!any.best || named.rank >= any.rank);
	return (struct found){
		.best = named_wins ? named.best : any.best,
		.prefix = any.prefix || named.prefix,
		.further = any.further || named.further,
	};
}

const struct route_config *route_find(const struct route_table *table, enum target_kind from_kind,
				      const char *from_name, const char *called)
{
	return look_up(table, from_kind, from_name, called).best;
}

enum route_answer route_find_early(const struct route_table *table, enum target_kind from_kind,
				   const char *from_name, const char *called,
				   const struct route_config **out)
{
	const struct found found = look_up(table, from_kind, from_name, called);

	if (found.further)
		return ROUTE_WAIT;
	if (!found.best)
		return ROUTE_NEVER;
	/* A whole number with one digit more would be another route's. */
	if (found.best->called_exact && found.prefix)
		return ROUTE_WAIT;
	*out = found.best;
	return found.best->called_exact ? ROUTE_WHOLE : ROUTE_FOUND;
}

bool route_serves(const struct route_table *table, enum target_kind from_kind,
		  const char *from_name)
{
	return table->any || origin_of(table, from_kind, from_name) ||
	       origin_of(table, from_kind, "");
}

bool route_rewrite(const struct route_config *route, const char *called, char *out, size_t size)
{
	size_t strip = strnlen(called, route->strip);
	size_t head = strlen(route->prepend), tail = strlen(called + strip);

	if (head + tail >= size)
		return false;
	memcpy(out, route->prepend, head);
	memcpy(out + head, called + strip, tail + 1);
	return true;
}

/* A rule of 0 leaves things as they came. */
static void set(uint8_t rule, uint8_t *value)
{
	if (rule)
		*value = rule - 1;
}

/* Who is put in the caller's place is not known to be the caller; who wants to be nobody stays it. */
static void replace_calling(const char *digits, struct leg_setup *setup)
{
	struct leg_number number = { .plan = 1 };

	if (setup->calling.presentation == LEG_PRES_RESTRICTED)
		number.presentation = LEG_PRES_RESTRICTED;
	memcpy(number.digits, digits, strlen(digits) + 1);
	setup->calling = number;
	setup->calling_subaddress = (struct leg_subaddress){ 0 };
}

void route_apply_rules(const struct route_config *route, struct leg_setup *setup)
{
	if (*route->calling)
		replace_calling(route->calling, setup);
	set(route->called_type, &setup->called.type);
	set(route->called_plan, &setup->called.plan);
	set(route->calling_type, &setup->calling.type);
	set(route->calling_plan, &setup->calling.plan);
	set(route->calling_presentation, &setup->calling.presentation);
	set(route->calling_screening, &setup->calling.screening);
}
