/* Lists, compared row by row. */
#include "manage/http/changes.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "manage/views.h"

enum { KEY_MAX = 160, MOVING_MAX = 6 };

static const struct {
	const char *name, *gone, *list;
	json_t *(*view)(struct gateway *gateway);
	const char *key;
	const char *moving[MOVING_MAX]; /* members that are no change, up to NULL */
} kinds[CHANGE_KINDS] = {
	[CHANGE_SPAN] = { "span",
			  "span-gone",
			  "spans",
			  view_spans,
			  "name",
			  { "ticks", "frames_in", "frames_out" } },
	[CHANGE_TRUNK] = { "trunk", "trunk-gone", "trunks", view_trunks, "name", { NULL } },
	[CHANGE_CHANNEL] = { "channel",
			     "channel-gone",
			     "channels",
			     view_channels,
			     "name",
			     { NULL } },
	[CHANGE_CALL] = { "call",
			  "call-gone",
			  "calls",
			  view_calls,
			  "id",
			  { "age_s", "answered_s" } },
	[CHANGE_PEER] = { "peer", "peer-gone", "peers", view_peers, "name", { "round_trip_ms" } },
	[CHANGE_ALARM] = { "alarm", "alarm-gone", "alarms", view_alarms, "id", { NULL } },
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
		look(changes, kind, gateway, on_change, data);
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
		changes->rows[kind] = NULL;
	}
}
