/* Which calls are emergency calls, and which ways they have. A number counts as it is dialled, whole. A call that
 * comes from a way comes from the public network, where 112 may be the last digits of somebody's number. */
#include "call/emergency.h"

#include <string.h>

#include <osmocom/core/talloc.h>
#include <osmocom/core/utils.h>

#include "base/clock.h"
#include "call/call_back.h"
#include "call/emergency_plan.h"
#include "call/hub.h"
#include "call/trunk_groups.h"

enum { US_PER_S = 1000000 };

static const char *const service_names[EMERGENCY_SERVICES] = {
	[SERVICE_AMBULANCE] = "ambulance", [SERVICE_ANIMAL_CONTROL] = "animal-control",
	[SERVICE_FIRE] = "fire",           [SERVICE_GAS] = "gas",
	[SERVICE_MARINE] = "marine",       [SERVICE_MOUNTAIN] = "mountain",
	[SERVICE_PHYSICIAN] = "physician", [SERVICE_POISON] = "poison",
	[SERVICE_POLICE] = "police",
};

const char *emergency_service_name(enum emergency_service service)
{
	return service_names[service];
}

struct emergency *emergency_new(void *talloc_ctx)
{
	return talloc_zero(talloc_ctx, struct emergency);
}

static bool is_among(const struct route_target *targets, size_t n, enum target_kind kind,
		     const char *name)
{
	for (size_t i = 0; i < n; i++) {
		if (targets[i].kind == kind && strcmp(targets[i].name, name) == 0)
			return true;
	}
	return false;
}

bool emergency_is_way(const struct emergency *emergency, enum target_kind kind, const char *name)
{
	return is_among(emergency->ways, emergency->n_ways, kind, name);
}

static void add_way(struct emergency *emergency, const struct route_target *way)
{
	const struct emergency_config *config = &emergency->config;

	if (emergency->n_ways < EMERGENCY_WAYS_MAX &&
	    !emergency_is_way(emergency, way->kind, way->name) &&
	    !is_among(config->exceptions, config->n_exceptions, way->kind, way->name))
		emergency->ways[emergency->n_ways++] = *way;
}

/* A trunk group's are its trunks, as they are listed; its limits do not hold for emergency calls. */
static void add_ways(struct call_hub *hub, const struct route_target *way)
{
	const struct trunk_group *group =
		way->kind == TARGET_TRUNK_GROUP ? trunk_group_find(hub, way->name) : NULL;

	if (!group)
		add_way(hub->emergency, way);
	for (size_t i = 0; group && i < trunk_group_config(group)->n_members; i++) {
		struct route_target trunk = { .kind = TARGET_TRUNK };

		memcpy(trunk.name, trunk_group_config(group)->members[i], sizeof(trunk.name));
		add_way(hub->emergency, &trunk);
	}
}

void call_hub_emergency(struct call_hub *hub, const struct emergency_config *config,
			const struct route_target *trunks, size_t n_trunks)
{
	struct emergency *emergency = hub->emergency;
	const struct route_target *ways = config->n_ways ? config->ways : trunks;
	size_t n = config->n_ways ? config->n_ways : n_trunks;
	struct route_target before[EMERGENCY_WAYS_MAX];

	emergency->config = *config;
	memcpy(before, emergency->ways, sizeof(before));
	memset(emergency->ways, 0, sizeof(emergency->ways));
	emergency->n_ways = 0;
	for (size_t i = 0; i < n; i++)
		add_ways(hub, &ways[i]);
	if (memcmp(before, emergency->ways, sizeof(before)) != 0)
		emergency->generation++;
}

void call_emergency_status(const struct call_hub *hub, struct emergency_status *out)
{
	out->config = &hub->emergency->config;
	out->ways = hub->emergency->ways;
	out->n_ways = hub->emergency->n_ways;
}

void call_backs_each(const struct call_hub *hub,
		     bool (*fn)(void *data, const struct call_back_status *status), void *data)
{
	const uint64_t now_us = clock_now_us();

	for (size_t i = 0; i < CALL_BACKS_MAX; i++) {
		const struct call_back *back = &hub->emergency->call_backs[i];
		struct call_back_status status = { .kind = back->caller.kind };

		if (back->until_us <= now_us)
			continue;
		osmo_strlcpy(status.name, back->caller.name, sizeof(status.name));
		osmo_strlcpy(status.number, back->number, sizeof(status.number));
		osmo_strlcpy(status.shown, back->shown, sizeof(status.shown));
		status.left_s = (unsigned)((back->until_us - now_us) / US_PER_S);
		if (!fn(data, &status))
			return;
	}
}

/* Numbers */

static const struct emergency_number *find_number(const struct emergency_config *config,
						  const char *called)
{
	for (size_t i = 0; i < config->n_numbers; i++) {
		if (strcmp(config->numbers[i].dialled, called) == 0)
			return &config->numbers[i];
	}
	return NULL;
}

const char *emergency_sent(const struct emergency *emergency, const char *called)
{
	const struct emergency_number *number = find_number(&emergency->config, called);

	return number ? number->sent : "";
}

static bool may_call(const struct emergency *emergency, enum target_kind kind, const char *from)
{
	const struct emergency_config *config = &emergency->config;

	return !is_among(config->exceptions, config->n_exceptions, kind, from) &&
	       !emergency_is_way(emergency, kind, from);
}

bool emergency_applies(const struct emergency *emergency, enum target_kind kind, const char *from,
		       const char *called)
{
	return find_number(&emergency->config, called) && may_call(emergency, kind, from);
}

bool emergency_begins(const struct emergency *emergency, enum target_kind kind, const char *from,
		      const char *called)
{
	const struct emergency_config *config = &emergency->config;
	size_t len = strlen(called);

	for (size_t i = 0; i < config->n_numbers; i++) {
		const char *dialled = config->numbers[i].dialled;

		if (strncmp(dialled, called, len) == 0 && dialled[len])
			return may_call(emergency, kind, from);
	}
	return false;
}

bool call_is_emergency(const struct call_hub *hub, const char *called)
{
	return find_number(&hub->emergency->config, called);
}

bool call_begins_emergency(const struct call_hub *hub, enum target_kind kind, const char *from,
			   const char *called)
{
	return emergency_begins(hub->emergency, kind, from, called);
}

/* The label after the first dot, whatever follows it there. */
static bool is_service(const char *text, const char *name)
{
	size_t len = strlen(name);

	return *text == '.' && strncasecmp(text + 1, name, len) == 0 &&
	       (!text[1 + len] || text[1 + len] == '.');
}

const char *call_emergency_number(const struct call_hub *hub, const char *service)
{
	const struct emergency_config *config = &hub->emergency->config;

	if (!config->n_numbers)
		return NULL;
	for (unsigned i = 0; i < EMERGENCY_SERVICES; i++) {
		if (*config->services[i] && is_service(service, service_names[i]))
			return config->services[i];
	}
	return config->numbers[0].dialled;
}

const char *emergency_calling(const struct emergency *emergency, enum target_kind kind,
			      const char *from)
{
	const struct emergency_config *config = &emergency->config;

	for (size_t i = 0; i < config->n_callings; i++) {
		const struct emergency_calling *calling = &config->callings[i];

		if (calling->from.kind == kind && strcmp(calling->from.name, from) == 0)
			return calling->digits;
	}
	return config->calling;
}

uint8_t call_precedence(const struct call_hub *hub, enum target_kind kind, const char *from,
			const char *called)
{
	const struct emergency *emergency = hub->emergency;

	if (emergency_applies(emergency, kind, from, called))
		return LEG_EMERGENCY;
	return call_back_find(emergency, kind, from, called) ? LEG_CALL_BACK : LEG_ROUTINE;
}
