/* Routes as digit tries: one for the routes whose from is any, one for each from that is named. A lookup
 * walks the caller's tries and the common one, a node a digit, and then looks at what was passed from the deepest node
 * back, until a route's conditions hold. The tries' nodes lie in one array; node 0 is the common root, so 0 as a child
 * means none; the roots of the others follow, in the order of the origins.
 *
 * A node lists the routes of the digits that lead to it, in file order: as a prefix, and as a whole number. Those that
 * want certain callers are not in the list but in a trie of the callers' digits that hangs on the node, so that ten
 * thousand callers with routes of their own cost no more than one. */
#include "call/route.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <osmocom/core/talloc.h>

#include "call/pattern.h"
#include "call/route_explain.h"
#include "call/route_origins.h"
#include "call/route_when.h"

enum { SYMBOLS = 16, ROOT_ANY = 0 };
enum { AS_PREFIX, AS_WHOLE, WAYS };

/* Routes are numbered from 1, in file order; 0: none. */
struct node {
	uint32_t child[SYMBOLS];
	uint32_t first[WAYS];   /* of its list */
	uint32_t callers[WAYS]; /* root of a trie of callers; 0: none */
};

struct route_table {
	struct route_patterns *patterns; /* of each route */
	uint32_t first_regex; /* of the list of those whose called is a regular expression */
	struct route_config *routes;
	size_t n_routes;
	struct time_range_config *ranges;
	const struct time_range_config **times; /* of each route, its range; NULL: none */
	uint32_t *next;                         /* of each route, the next in its list */
	struct route_origins *origins;          /* the n-th has node n as its root */
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

static bool add_origins(struct route_table *table, const struct routes_config *config)
{
	table->origins = route_origins_new(table, config);
	if (!table->origins)
		return false;
	for (size_t i = 0; i < config->n_routes; i++)
		table->any |= config->routes[i].from_any;
	for (size_t i = route_origins_count(table->origins); i > 0; i--) {
		if (!add_node(table))
			return false;
	}
	return true;
}

static uint32_t root_of(const struct route_table *table, enum target_kind kind, const char *name)
{
	return (uint32_t)route_origin(table->origins, kind, name);
}

/* From that node to the one behind the digits, made where there is none. 0, -ENOMEM, or -EINVAL when no number has
 * such digits. */
static int descend(struct route_table *table, uint32_t *at, const char *digits)
{
	for (; *digits; digits++) {
		int s = symbol(*digits);
		uint32_t child;

		if (s < 0)
			return -EINVAL;
		child = table->nodes[*at].child[s];
		if (!child) {
			child = add_node(table);
			if (!child)
				return -ENOMEM;
			table->nodes[*at].child[s] = child;
		}
		*at = child;
	}
	return 0;
}

static int descend_callers(struct route_table *table, uint32_t *at, unsigned way,
			   const char *digits)
{
	uint32_t root = table->nodes[*at].callers[way];

	if (!root) {
		root = add_node(table);
		if (!root)
			return -ENOMEM;
		table->nodes[*at].callers[way] = root;
	}
	*at = root;
	return descend(table, at, digits);
}

/* Ahead of those that are in its list: routes are added from the last to the first. */
static int add_route(struct route_table *table, uint32_t number)
{
	const struct route_config *route = &table->routes[number - 1];
	const struct number_match *caller = &route->when.calling;
	uint32_t at =
		route->from_any ? ROOT_ANY : root_of(table, route->from.kind, route->from.name);
	unsigned way = route->called_exact ? AS_WHOLE : AS_PREFIX;
	int rc;

	if (*route->called_regex) {
		table->next[number - 1] = table->first_regex;
		table->first_regex = number;
		return 0;
	}
	rc = descend(table, &at, route->called);
	if (!rc && !number_match_is_any(caller)) {
		rc = descend_callers(table, &at, way, caller->digits);
		way = caller->exact ? AS_WHOLE : AS_PREFIX;
	}
	if (rc)
		return rc;
	table->next[number - 1] = table->nodes[at].first[way];
	table->nodes[at].first[way] = number;
	return 0;
}

/* False without memory; the configuration has nothing that is no pattern. */
static bool compile(struct route_table *table, const char *text, const struct pattern **out)
{
	char why[8];

	if (!*text)
		return true;
	*out = pattern_new(table->patterns, text, why, sizeof(why));
	return *out;
}

static bool compile_patterns(struct route_table *table, size_t n_routes)
{
	table->patterns = talloc_zero_array(table, struct route_patterns, n_routes);
	if (!table->patterns)
		return false;
	for (size_t i = 0; i < n_routes; i++) {
		const struct route_config *route = &table->routes[i];

		if (!compile(table, route->called_regex, &table->patterns[i].called) ||
		    !compile(table, route->when.calling_regex, &table->patterns[i].calling))
			return false;
	}
	return true;
}

/* A range that is none never holds. */
static bool find_ranges(struct route_table *table, const struct routes_config *config)
{
	size_t n = config->n_time_ranges;

	table->times = talloc_zero_array(table, const struct time_range_config *, config->n_routes);
	table->ranges = talloc_zero_array(table, struct time_range_config, n);
	if (!table->times || !table->ranges)
		return false;
	for (size_t i = 0; i < n; i++)
		table->ranges[i] = config->time_ranges[i];
	for (size_t i = 0; i < config->n_routes; i++) {
		for (size_t j = 0; j < n && *config->routes[i].when.time; j++) {
			if (!strcmp(config->routes[i].when.time, table->ranges[j].name))
				table->times[i] = &table->ranges[j];
		}
	}
	return true;
}

static bool build(struct route_table *table, const struct routes_config *config)
{
	add_node(table);
	if (!table->nodes)
		return false;
	table->routes = talloc_array(table, struct route_config, config->n_routes);
	table->next = talloc_zero_array(table, uint32_t, config->n_routes);
	if (!table->routes || !table->next)
		return config->n_routes == 0;
	table->n_routes = config->n_routes;
	if (config->n_routes)
		memcpy(table->routes, config->routes, config->n_routes * sizeof(*table->routes));
	if (!compile_patterns(table, config->n_routes) || !find_ranges(table, config) ||
	    !add_origins(table, config))
		return false;
	for (size_t i = config->n_routes; i > 0; i--) {
		if (add_route(table, (uint32_t)i) == -ENOMEM)
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

/* Looking up */

/* The nodes that the digits lead to, in one trie. */
struct trail {
	enum route_closeness from;
	uint32_t nodes[LEG_DIGITS_MAX + 1];
	size_t n;
};

enum { TRAILS = ROUTE_CALLER_GROUPS + 3 };

struct look {
	const struct route_table *table;
	const struct route_question *question;
	struct route_caller caller;
	size_t len;                  /* of called */
	struct trail trails[TRAILS]; /* the closest first: they win */
	size_t n_trails;
};

static void walk(struct look *look, uint32_t root, enum route_closeness from)
{
	const struct node *nodes = look->table->nodes;
	const char *called = look->question->setup->called.digits;
	struct trail *trail = &look->trails[look->n_trails++];

	trail->from = from;
	trail->nodes[0] = root;
	for (trail->n = 1; *called && trail->n <= LEG_DIGITS_MAX; trail->n++) {
		int s = symbol(*called++);

		if (s < 0 || !nodes[trail->nodes[trail->n - 1]].child[s])
			return;
		trail->nodes[trail->n] = nodes[trail->nodes[trail->n - 1]].child[s];
	}
}

static void walk_from(struct look *look, enum target_kind kind, const char *name,
		      enum route_closeness from)
{
	uint32_t root = root_of(look->table, kind, name);

	if (root)
		walk(look, root, from);
}

static void look_up(struct look *look, const struct route_table *table,
		    const struct route_question *question)
{
	const char *name = question->from_name;

	look->table = table;
	look->question = question;
	look->len = strlen(question->setup->called.digits);
	look->n_trails = 0;
	route_caller_of(table->origins, question, &look->caller);
	if (*name)
		walk_from(look, question->from_kind, name, FROM_NAMED);
	for (size_t i = 0; i < look->caller.n_groups; i++)
		walk_from(look, TARGET_TRUNK_GROUP, look->caller.groups[i], FROM_GROUP);
	walk_from(look, question->from_kind, "", FROM_KIND);
	walk(look, ROOT_ANY, FROM_ANY);
}

static bool holds(const struct look *look, uint32_t number)
{
	const struct route_table *table = look->table;
	const struct pattern *caller = table->patterns[number - 1].calling;

	return route_when_check(&table->routes[number - 1].when, table->times[number - 1],
				look->question) == WHEN_HOLDS &&
	       (!caller ||
		pattern_match(caller, look->question->setup->calling.digits, false) == PATTERN_YES);
}

/* The first of a list whose conditions hold, if it is before best; else best. Best 0: none yet. */
static uint32_t first_of(const struct look *look, uint32_t number, uint32_t best)
{
	for (; number && (!best || number < best); number = look->table->next[number - 1]) {
		if (holds(look, number))
			return number;
	}
	return best;
}

/* The first route whose regular expression takes the called number; *open: one before it, or without it any, may do so
 * when more digits come. 0: none. */
static uint32_t first_regex(const struct look *look, bool incomplete, bool *open)
{
	const struct route_table *table = look->table;

	*open = false;
	for (uint32_t number = table->first_regex; number; number = table->next[number - 1]) {
		enum pattern_answer answer;

		if (!route_is_from(&table->routes[number - 1], &look->caller) ||
		    !holds(look, number))
			continue;
		answer = pattern_match(table->patterns[number - 1].called,
				       look->question->setup->called.digits, incomplete);
		*open |= answer == PATTERN_OPEN;
		if (answer == PATTERN_YES || *open)
			return answer == PATTERN_YES ? number : 0;
	}
	return 0;
}

/* The first of a node's routes whose conditions hold; 0: none. */
static uint32_t first_at(const struct look *look, uint32_t at, unsigned way)
{
	const struct node *nodes = look->table->nodes;
	const char *caller = look->question->setup->calling.digits;
	uint32_t best = first_of(look, nodes[at].first[way], 0);

	for (at = nodes[at].callers[way]; at; caller++) {
		int s = symbol(*caller);

		best = first_of(look, nodes[at].first[AS_PREFIX], best);
		if (!*caller)
			best = first_of(look, nodes[at].first[AS_WHOLE], best);
		at = s < 0 ? 0 : nodes[at].child[s];
	}
	return best;
}

/* A whole number outranks its own digits as a prefix, and those all that are shorter. */
static size_t rank_of(size_t len, unsigned way)
{
	return WAYS * len + way;
}

/* Of equally close trails, which are a trunk's groups, the first route in file order. */
static uint32_t closest_at(const struct look *look, size_t len, unsigned way)
{
	uint32_t best = 0;

	for (size_t i = 0; i < look->n_trails; i++) {
		const struct trail *trail = &look->trails[i];
		uint32_t number = len < trail->n ? first_at(look, trail->nodes[len], way) : 0;

		if (best && trail->from != trail[-1].from)
			return best;
		if (number && (!best || number < best))
			best = number;
	}
	return best;
}

/* The best route of a lower rank; 0: none. */
static uint32_t best_below(const struct look *look, size_t rank)
{
	while (rank-- > 0) {
		size_t len = rank / WAYS;
		unsigned way = rank % WAYS;
		uint32_t best;

		if (way == AS_WHOLE && len != look->len)
			continue;
		best = closest_at(look, len, way);
		if (best)
			return best;
	}
	return 0;
}

static uint32_t best_of_all(const struct look *look)
{
	return best_below(look, rank_of(look->len, WAYS));
}

static const struct route_config *route_of(const struct look *look, uint32_t number)
{
	return number ? &look->table->routes[number - 1] : NULL;
}

const struct route_config *route_find(const struct route_table *table,
				      const struct route_question *question)
{
	const struct route_config *best;
	struct look look;
	uint32_t number;
	bool open;

	look_up(&look, table, question);
	number = first_regex(&look, false, &open);
	best = route_of(&look, number ? number : best_of_all(&look));
	if (question->explain)
		route_explain(table->routes, table->times, table->patterns, table->n_routes,
			      question, &look.caller, best);
	return best;
}

/* Numbers that grow */

enum { FURTHER_MAX = 256 };

/* Does a route below that node take the call? When that takes long to tell: it may. */
static bool leads_on(const struct look *look, uint32_t at, unsigned *left)
{
	const struct node *nodes = look->table->nodes;

	for (unsigned s = 0; s < SYMBOLS; s++) {
		uint32_t child = nodes[at].child[s];

		if (!child)
			continue;
		if (!*left || first_at(look, child, AS_PREFIX) || first_at(look, child, AS_WHOLE))
			return true;
		--*left;
		if (leads_on(look, child, left))
			return true;
	}
	return false;
}

static bool may_lead_on(const struct look *look)
{
	unsigned left = FURTHER_MAX;

	for (size_t i = 0; i < look->n_trails; i++) {
		const struct trail *trail = &look->trails[i];

		if (trail->n > look->len && leads_on(look, trail->nodes[look->len], &left))
			return true;
	}
	return false;
}

enum route_answer route_find_early(const struct route_table *table,
				   const struct route_question *question,
				   const struct route_config **out)
{
	const struct route_config *best;
	struct look look;
	uint32_t number;
	bool open;

	look_up(&look, table, question);
	number = first_regex(&look, true, &open);
	if (number) {
		*out = route_of(&look, number);
		return ROUTE_FOUND;
	}
	if (open || may_lead_on(&look))
		return ROUTE_WAIT;
	best = route_of(&look, best_of_all(&look));
	if (!best)
		return ROUTE_NEVER;
	/* A whole number with one digit more would be another route's. */
	if (best->called_exact && best_below(&look, rank_of(look.len, AS_WHOLE)))
		return ROUTE_WAIT;
	*out = best;
	return best->called_exact ? ROUTE_WHOLE : ROUTE_FOUND;
}

bool route_serves(const struct route_table *table, enum target_kind from_kind,
		  const char *from_name)
{
	const struct route_question question = { .from_kind = from_kind, .from_name = from_name };
	struct route_caller caller;

	route_caller_of(table->origins, &question, &caller);
	return table->any || caller.n_groups || root_of(table, from_kind, from_name) ||
	       root_of(table, from_kind, "");
}

const struct route_config *route_named(const struct route_table *table, const char *name)
{
	for (size_t i = 0; i < table->n_routes; i++) {
		if (strcmp(table->routes[i].name, name) == 0)
			return &table->routes[i];
	}
	return NULL;
}
