/* What has changed since it was looked last: rows of the show commands' lists compared, so that whoever watches hears
 * of every state that lasts as long as a look is apart. Control thread. */
#pragma once

#include <jansson.h>

struct gateway;

enum change_kind {
	CHANGE_SPAN,
	CHANGE_TRUNK,
	CHANGE_CHANNEL,
	CHANGE_CALL,
	CHANGE_PEER,
	CHANGE_ALARM,
	CHANGE_KINDS,
};
enum { CHANGE_ALL = (1 << CHANGE_KINDS) - 1 };

/* In its owner's memory, zeroed at first. */
struct changes {
	json_t *rows
		[CHANGE_KINDS]; /* objects: a row by its key, without what moves all the time; NULL: not looked yet */
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
