/* What happened to each call, in order: the messages of both its legs, whatever protocol they speak, and what the hub did.
 * A call's time line is bounded, and the last calls keep theirs after their end. The hub owns them; protocols tell of
 * their messages by a key (timeline_key), which a leg says is its own (call_names_messages, call.h) and which stays the
 * call's after the leg is gone. A message whose key is nobody's yet waits a while for the leg that will say so: a
 * call's first message comes before the call. Nothing here fails a call: without memory something is left out.
 * Control thread. */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "call/messages.h"
#include "call/target.h"

struct call_status;

enum {
	TIMELINE_TEXT_MAX = 128,  /* octets of an entry's text, its end included */
	TIMELINE_SIZE_MAX = 8192, /* octets of one call's entries */
	TIMELINE_GATEWAY = 0xff,  /* in place of a slot: the gateway itself */
	TIMELINE_PARTIES = 9,     /* slots that have a name */
};

enum timeline_kind { TIMELINE_SIP, TIMELINE_ISDN, TIMELINE_CALL, TIMELINE_MEDIA };
enum timeline_way { TIMELINE_WITHIN, TIMELINE_IN, TIMELINE_OUT };

struct timelines;
struct timeline;

/* What is kept: so many ended calls, and so many octets of messages (0: none). When room is short, calls that led to nobody
 * have a quarter of the calls and an eighth of the octets, so that a flood of them costs the others nothing. */
struct timelines *timelines_new(size_t calls, size_t octets);
void timelines_free(struct timelines *timelines);
/* From now on. What is known stays, but for messages when their size changes. */
void timelines_keep(struct timelines *timelines, size_t calls, size_t octets);
struct timelines_totals {
	size_t ended;  /* calls whose time line is kept */
	size_t octets; /* of entries, of all calls */
};
void timelines_totals(const struct timelines *timelines, struct timelines_totals *out);

/* The hub's part. NULL without memory; all below take that, and leave it out. */
struct timeline *timeline_begin(struct timelines *timelines, uint32_t call);
/* The call has ended; last: how it was then. */
void timeline_end(struct timeline *timeline, const struct call_status *last);
/* Who is in that slot from now on. */
void timeline_party(struct timeline *timeline, unsigned slot, enum target_kind kind,
		    const char *via);
/* Messages of that key are those of the leg in that slot: those that wait, and all that come. */
void timeline_bind(struct timeline *timeline, unsigned slot, uint64_t key);
void timeline_note(struct timeline *timeline, unsigned slot, enum timeline_kind kind,
		   enum timeline_way way, const char *format, ...)
	__attribute__((format(printf, 5, 6)));
void timeline_vnote(struct timeline *timeline, unsigned slot, enum timeline_kind kind,
		    enum timeline_way way, const char *format, va_list args)
	__attribute__((format(printf, 5, 0)));

/* Protocols' part. */
/* What messages are known by: a word for the kind of id, and the id. Never 0. */
uint64_t timeline_key(const struct timelines *timelines, const char *kind, const char *id);
/* Is it some call's? */
bool timeline_knows(const struct timelines *timelines, uint64_t key);
/* A message came or was sent. text: what it is, in one line. */
void timeline_message(struct timelines *timelines, uint64_t key, const struct message *message,
		      const char *text);

/* on_message hears of every message that is some call's, as it comes onto its line; NULL: nobody does. */
typedef void (*timelines_cb)(void *data, uint32_t call, const char *party, const char *text,
			     const struct message *message);
void timelines_watch(struct timelines *timelines, timelines_cb on_message, void *data);

/* Reading */
struct timeline_entry {
	uint64_t us;     /* clock_now_us */
	int64_t wall_us; /* since 1970: that of the call's beginning, and what the clock said since */
	uint8_t slot;    /* TIMELINE_GATEWAY: of no leg */
	uint8_t kind;    /* enum timeline_kind */
	uint8_t way;     /* enum timeline_way, as seen from the gateway */
	const char *party; /* "trunk pstn"; "" for the gateway */
	const char *text;
	uint64_t message; /* timelines_message; 0: none was kept */
};
/* fn is called for each entry, oldest first, until it returns false. left_out (may be NULL): entries that had no room.
 * False: the call is not known (any more). */
bool timeline_each(const struct timelines *timelines, uint32_t call,
		   bool (*fn)(void *data, const struct timeline_entry *entry), void *data,
		   unsigned *left_out);
/* How an ended call was at its end; NULL: it is not known, or has not ended. */
const struct call_status *timeline_last(const struct timelines *timelines, uint32_t call);
/* The calls that have ended, the last first, until fn returns false. */
void timelines_each_ended(const struct timelines *timelines,
			  bool (*fn)(void *data, const struct call_status *last), void *data);
/* What was kept of an entry's message; out->octets is good until the next comes. False: it is gone. */
bool timelines_message(const struct timelines *timelines, uint64_t number, struct message *out);
