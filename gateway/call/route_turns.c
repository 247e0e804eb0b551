#include "call/route_turns.h"

#include <stddef.h>

#include "call/cause.h"
#include "call/route_config.h"

static void swap(struct route_config *route, size_t a, size_t b)
{
	const struct route_target target = route->targets[a];
	uint16_t weight = route->weights[a];

	route->targets[a] = route->targets[b];
	route->weights[a] = route->weights[b];
	route->targets[b] = target;
	route->weights[b] = weight;
}

/* One of the targets from first on that have weights, up to the first without. */
static size_t draw_one(const struct route_config *route, size_t first,
		       unsigned (*chance)(unsigned n))
{
	unsigned sum = 0, at;
	size_t i = first;

	for (; i < route->n_targets && route->weights[i]; i++)
		sum += route->weights[i];
	if (!sum)
		return first;
	at = chance(sum);
	for (i = first; at >= route->weights[i]; i++)
		at -= route->weights[i];
	return i;
}

void route_draw(struct route_config *route, unsigned (*chance)(unsigned n))
{
	for (size_t i = 0; i < route->n_targets; i++)
		swap(route, i, draw_one(route, i, chance));
}

bool route_reroutes(const struct route_config *route, unsigned cause)
{
	if (route->reroute.given)
		return cause < 128 && route->reroute.bits[cause / 8] >> cause % 8 & 1;
	switch (cause) {
	case CAUSE_DESTINATION_OUT_OF_ORDER:
	case CAUSE_NO_CIRCUIT:
	case CAUSE_NETWORK_OUT_OF_ORDER:
	case CAUSE_TEMPORARY_FAILURE:
	case CAUSE_CONGESTION:
	case CAUSE_CHANNEL_NOT_AVAILABLE:
	case CAUSE_RESOURCE_UNAVAILABLE:
		return true;
	default:
		return false;
	}
}
