/* What has changed since it was looked last: rows of the show commands' lists compared, so that whoever watches hears
 * of every state that lasts as long as a look is apart. Control thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

struct gateway;

enum change_kind {
	CHANGE_SPAN,
	CHANGE_TRUNK,
	CHANGE_TRUNK_GROUP,
	CHANGE_CHANNEL,
	CHANGE_CALL,
	CHANGE_PEER,
	CHANGE_ALARM,
	CHANGE_KINDS,
};
enum { CHANGE_ALL = (1 << CHANGE_KINDS) - 1 };

/* In its owner's memory, zeroed at first. */
struct changes {
	/* Of the long lists, malloc'd: each row's key and what it was made of. */
	struct changes_seen {
		char key[24];
		uint64_t print;
		bool met;
	} * seen[CHANGE_KINDS];
	size_t n_seen[CHANGE_KINDS];
	bool looked[CHANGE_KINDS];
	/* Of the others, objects: a row by its key, without what moves all the time. */
	json_t *rows[CHANGE_KINDS];
};

/* event: "channel", data: the row; or "channel-gone", data: its key alone. */
typedef void (*change_cb)(void *data, enum change_kind kind, const char *event, const json_t *row);
/* Tells of what has changed since the last look; of nothing at the first one. */
void changes_look(struct changes *changes, struct gateway *gateway, change_cb on_change,
		  void *data);
/* Everything as it is, {"spans": [...], ...}, of the kinds in the mask; a new reference. */
json_t *changes_snapshot(struct gateway *gateway, unsigned kinds);
void changes_fini(struct changes *changes);

const char *change_name(enum change_kind kind); /* "channel" */
