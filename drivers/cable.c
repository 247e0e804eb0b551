/* Rounds are numbered per cable. A load carries the number of its round, so that one left by an end that is
 * no longer ticked is not heard again. */
#include "drivers/cable.h"

#include <string.h>

#include <osmocom/core/linuxlist.h>
#include <osmocom/core/talloc.h>
#include <osmocom/core/utils.h>

struct cable {
	struct llist_head entry;
	struct cable_end ends[2];
	atomic_bool cut;
	uint64_t round; /* media's */
};

enum { FIRST_ROUND = 1 }; /* above the number of a load never filled */

static LLIST_HEAD(cables);

static struct cable_end *end_called(struct cable *cable, const char *name, const char *far)
{
	for (unsigned i = 0; i < ARRAY_SIZE(cable->ends); i++) {
		struct cable_end *end = &cable->ends[i];
		if (!strcmp(end->name, name) && !strcmp(end->far->name, far))
			return end;
	}
	return NULL;
}

static struct cable *cable_new(const char *name, const char *far)
{
	struct cable *cable = talloc_zero(NULL, struct cable);
	if (!cable)
		return NULL;
	cable->round = FIRST_ROUND;
	for (unsigned i = 0; i < ARRAY_SIZE(cable->ends); i++) {
		struct cable_end *end = &cable->ends[i];
		end->cable = cable;
		end->far = &cable->ends[!i];
		end->round = FIRST_ROUND;
		osmo_strlcpy(end->name, i ? far : name, sizeof(end->name));
	}
	llist_add_tail(&cable->entry, &cables);
	return cable;
}

static struct cable_end *find(const char *name, const char *far)
{
	struct cable *cable;

	llist_for_each_entry (cable, &cables, entry) {
		struct cable_end *end = end_called(cable, name, far);
		if (end && !end->owner)
			return end;
	}
	return NULL;
}

struct cable_end *cable_plug(const char *name, const char *far, void *owner)
{
	struct cable_end *end = find(name, far);
	if (!end) {
		struct cable *cable = cable_new(name, far);
		if (!cable)
			return NULL;
		end = &cable->ends[0];
	}
	end->owner = owner;
	atomic_store(&end->plugged, true);
	return end;
}

void cable_pull(struct cable_end *end)
{
	atomic_store(&end->plugged, false);
	end->owner = NULL;
	if (end->far->owner)
		return;
	llist_del(&end->cable->entry);
	talloc_free(end->cable);
}

void cable_cut(struct cable_end *end, bool cut)
{
	atomic_store(&end->cable->cut, cut);
}

bool cable_signal(const struct cable_end *end)
{
	return atomic_load(&end->plugged) && atomic_load(&end->far->plugged) &&
	       !atomic_load(&end->cable->cut);
}

void cable_take_turn(struct cable_end *end)
{
	if (end->round == end->cable->round)
		end->cable->round++;
	end->round = end->cable->round;
}

bool cable_behind(const struct cable_end *end)
{
	return end->round != end->cable->round;
}

const struct cable_load *cable_arriving(const struct cable_end *end)
{
	uint64_t before = end->round - 1;
	const struct cable_load *load = &end->far->loads[before % 2];

	return load->round == before && cable_signal(end) ? load : NULL;
}

struct cable_load *cable_leaving(struct cable_end *end)
{
	struct cable_load *load = &end->loads[end->round % 2];

	load->round = end->round;
	return load;
}
