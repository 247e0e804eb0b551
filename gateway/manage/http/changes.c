/* Lists, compared row by row. */
#include "manage/http/changes.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "manage/show/views.h"

enum { KEY_MAX = 160, MOVING_MAX = 6 };

static const struct {
	const char *name, *gone, *list;
	json_t *(*view)(struct gateway *gateway);
	const char *key;
	const char *moving[MOVING_MAX]; /* members that are no change, up to NULL */
	void (*see)(struct gateway *gateway, view_sight_cb fn, void *data); /* of a long list */
} kinds[CHANGE_KINDS] = {
	[CHANGE_SPAN] = { "span",
			  "span-gone",
			  "spans",
			  view_spans,
			  "name",
			  { "ticks", "frames_in", "frames_out" },
			  NULL },
	[CHANGE_TRUNK] = { "trunk", "trunk-gone", "trunks", view_trunks, "name", { NULL }, NULL },
	[CHANGE_TRUNK_GROUP] = { "trunk-group",
				 "trunk-group-gone",
				 "trunk-groups",
				 view_trunk_groups,
				 "name",
				 { NULL },
				 NULL },
	[CHANGE_CHANNEL] = { "channel",
			     "channel-gone",
			     "channels",
			     view_channels,
			     "name",
			     { NULL },
			     view_see_channels },
	[CHANGE_CALL] = { "call",
			  "call-gone",
			  "calls",
			  view_calls,
			  "id",
			  { NULL },
			  view_see_calls },
	[CHANGE_PEER] = { "peer",
			  "peer-gone",
			  "peers",
			  view_peers,
			  "name",
			  { "round_trip_ms" },
			  NULL },
	[CHANGE_ALARM] = { "alarm", "alarm-gone", "alarms", view_alarms, "id", { NULL }, NULL },
};

const char *change_name(enum change_kind kind)
{
	return kinds[kind].name;
}

static const char *key_of(enum change_kind kind, const json_t *row, char out[static KEY_MAX])
{
	const json_t *key = json_object_get(row, kinds[kind].key);

	if (json_is_string(key))
		return json_string_value(key);
	snprintf(out, KEY_MAX, "%" JSON_INTEGER_FORMAT, json_integer_value(key));
	return out;
}

static json_t *without_moving(enum change_kind kind, json_t *row)
{
	json_t *still;

	if (!kinds[kind].moving[0])
		return json_incref(row);
	still = json_copy(row);
	for (size_t i = 0; kinds[kind].moving[i]; i++)
		json_object_del(still, kinds[kind].moving[i]);
	return still;
}

static void tell_gone(enum change_kind kind, json_t *before, const json_t *now, change_cb on_change,
		      void *data)
{
	const char *key;
	json_t *row;

	json_object_foreach(before, key, row)
	{
		json_t *gone;

		if (json_object_get(now, key))
			continue;
		gone = json_pack("{s:O}", kinds[kind].key, json_object_get(row, kinds[kind].key));
		on_change(data, kind, kinds[kind].gone, gone);
		json_decref(gone);
	}
}

/* Long lists: what was seen of each row is compared, and few rows are made. */

struct glance {
	enum change_kind kind;
	bool first;
	change_cb on_change;
	void *data;
	struct changes_seen *before, *now;
	size_t n_before, n_now, size;
	size_t next; /* of before: rows keep their order */
};

static struct changes_seen *seen_before(struct glance *glance, const char *key)
{
	for (size_t i = 0; i < glance->n_before; i++) {
		const size_t at = (glance->next + i) % glance->n_before;

		if (strcmp(glance->before[at].key, key) != 0)
			continue;
		glance->next = at + 1;
		return &glance->before[at];
	}
	return NULL;
}

/* Without memory it is told of again the next time. */
static void remember(struct glance *glance, const struct view_sight *sight)
{
	if (glance->n_now == glance->size) {
		size_t size = glance->size ? 2 * glance->size : 64;
		struct changes_seen *now = realloc(glance->now, size * sizeof(*now));

		if (!now)
			return;
		glance->now = now;
		glance->size = size;
	}
	glance->now[glance->n_now] = (struct changes_seen){ .print = sight->print };
	memcpy(glance->now[glance->n_now++].key, sight->key, sizeof(sight->key));
}

static bool on_sight(void *data, const struct view_sight *sight)
{
	struct glance *glance = data;
	struct changes_seen *before = seen_before(glance, sight->key);

	if (before)
		before->met = true;
	remember(glance, sight);
	if (!glance->first && (!before || before->print != sight->print)) {
		json_t *row = sight->row(sight->status);

		glance->on_change(glance->data, glance->kind, kinds[glance->kind].name, row);
		json_decref(row);
	}
	return true;
}

static void tell_unmet(const struct glance *glance)
{
	for (size_t i = 0; i < glance->n_before; i++) {
		const char *key = glance->before[i].key;
		json_t *gone;

		if (glance->before[i].met)
			continue;
		gone = json_pack("{s:o}", kinds[glance->kind].key,
				 glance->kind == CHANGE_CALL ? json_integer(atoll(key))
							     : json_string(key));
		glance->on_change(glance->data, glance->kind, kinds[glance->kind].gone, gone);
		json_decref(gone);
	}
}

static void look_long(struct changes *changes, enum change_kind kind, struct gateway *gateway,
		      change_cb on_change, void *data)
{
	struct glance glance = {
		.kind = kind,
		.first = !changes->looked[kind],
		.on_change = on_change,
		.data = data,
		.before = changes->seen[kind],
		.n_before = changes->n_seen[kind],
	};

	kinds[kind].see(gateway, on_sight, &glance);
	tell_unmet(&glance);
	free(glance.before);
	changes->seen[kind] = glance.now;
	changes->n_seen[kind] = glance.n_now;
	changes->looked[kind] = true;
}

/* Short lists */

static void look(struct changes *changes, enum change_kind kind, struct gateway *gateway,
		 change_cb on_change, void *data)
{
	json_t *before = changes->rows[kind], *now = json_object();
	json_t *rows = kinds[kind].view(gateway), *row;
	char buf[KEY_MAX];
	size_t i;

	json_array_foreach(rows, i, row)
	{
		const char *key = key_of(kind, row, buf);
		json_t *still = without_moving(kind, row);

		if (before && !json_equal(json_object_get(before, key), still))
			on_change(data, kind, kinds[kind].name, row);
		json_object_set_new_nocheck(now, key, still);
	}
	if (before)
		tell_gone(kind, before, now, on_change, data);
	json_decref(rows);
	json_decref(before);
	changes->rows[kind] = now;
}

void changes_look(struct changes *changes, struct gateway *gateway, change_cb on_change, void *data)
{
	for (enum change_kind kind = 0; kind < CHANGE_KINDS; kind++)
		(kinds[kind].see ? look_long : look)(changes, kind, gateway, on_change, data);
}

json_t *changes_snapshot(struct gateway *gateway, unsigned mask)
{
	json_t *all = json_object();

	for (enum change_kind kind = 0; kind < CHANGE_KINDS; kind++)
		if (mask & 1u << kind)
			json_object_set_new(all, kinds[kind].list, kinds[kind].view(gateway));
	return all;
}

void changes_fini(struct changes *changes)
{
	for (enum change_kind kind = 0; kind < CHANGE_KINDS; kind++) {
		json_decref(changes->rows[kind]);
		free(changes->seen[kind]);
	}
	memset(changes, 0, sizeof(*changes));
}
