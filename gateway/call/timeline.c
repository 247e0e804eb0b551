/* Entries of a call lie one behind the other in one block of memory that grows with them up to its bound; from then on
 * each new one takes the place of the oldest of the second half: how a call began is worth more than its middle. */
#include "call/timeline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include <osmocom/core/linuxlist.h>
#include <osmocom/core/talloc.h>
#include <osmocom/core/utils.h>

#include "base/clock.h"
#include "call/call.h"

enum {
	BUCKETS = 4096,
	FIRST_SIZE = 512, /* octets of entries, at first */
	KEPT_SIZE = TIMELINE_SIZE_MAX / 2,
	SHARE_NOWHERE = 4, /* calls that went nowhere have one of so many places */
	SHARE_ASIDE = 8,   /* and their messages one of so many octets */
	KEYS_MAX = 16,     /* of one call; more are not followed */
	STRAYS = 64,       /* messages that wait for their call */
	STRAYS_OCTETS = 1 << 18,
	ALIGN = 8,
	US_PER_S = 1000000,
	NS_PER_US = 1000,
};

#define ASIDE (1ULL << 63) /* in a message's number: it is in the other ring */

struct stored {
	uint64_t us, message;
	uint16_t size; /* of all of it */
	uint8_t slot, kind, way;
	char text[];
};

struct key {
	struct llist_head entry; /* in its bucket */
	uint64_t key;            /* 0: not used */
	struct timeline *timeline;
	uint8_t slot;
};

struct timeline {
	struct llist_head entry; /* in its bucket */
	struct llist_head ended_entry;
	struct llist_head nowhere_entry; /* of an ended one that led nowhere */
	struct timelines *all;
	uint32_t call;
	uint64_t begin_us;
	int64_t begin_wall_us;
	struct call_status *last; /* NULL: it has not ended */
	uint8_t *block;
	uint16_t size, used;
	uint16_t kept; /* octets of the first entries, which stay; 0: all have found room */
	unsigned left_out;
	bool leads; /* to somebody called */
	uint8_t n_keys;
	struct key *keys[KEYS_MAX];
	char parties[TIMELINE_PARTIES][TARGET_NAME_MAX + 8];
};

/* A message that is nobody's yet. */
struct stray {
	uint64_t key; /* 0: none */
	uint64_t us, message;
	uint8_t kind, way;
	char text[TIMELINE_TEXT_MAX];
};

struct timelines {
	struct llist_head calls[BUCKETS], keys[BUCKETS];
	struct llist_head ended;   /* the oldest first */
	struct llist_head nowhere; /* those of them that led to nobody */
	size_t n_ended, n_nowhere, n_octets, calls_max, messages_size;
	uint64_t seed; /* so that nobody outside can choose two ids of one key */
	/* Of calls that lead somewhere; of others, up or ended, which so cannot take their place; of no call. */
	struct messages *messages, *aside, *stray_messages;
	uint64_t messages_from, aside_from, stray_messages_from; /* where those of before ended */
	struct stray strays[STRAYS];
	timelines_cb on_message; /* NULL: nobody hears */
	void *on_message_data;
	unsigned next_stray;
};

static int64_t wall_us(void)
{
	struct timespec now = clock_wall();

	return (int64_t)now.tv_sec * US_PER_S + now.tv_nsec / NS_PER_US;
}

/* All of them */

struct timelines *timelines_new(size_t calls, size_t octets)
{
	struct timelines *all = talloc_zero(NULL, struct timelines);

	if (!all)
		return NULL;
	for (size_t i = 0; i < BUCKETS; i++) {
		INIT_LLIST_HEAD(&all->calls[i]);
		INIT_LLIST_HEAD(&all->keys[i]);
	}
	INIT_LLIST_HEAD(&all->ended);
	INIT_LLIST_HEAD(&all->nowhere);
	if (getrandom(&all->seed, sizeof(all->seed), GRND_NONBLOCK) < 0)
		all->seed = clock_now_us();
	timelines_keep(all, calls, octets);
	return all;
}

void timelines_free(struct timelines *all)
{
	talloc_free(all);
}

static void forget(struct timeline *timeline)
{
	for (unsigned i = 0; i < timeline->n_keys; i++)
		llist_del(&timeline->keys[i]->entry);
	llist_del(&timeline->entry);
	if (timeline->last) {
		llist_del(&timeline->ended_entry);
		timeline->all->n_ended--;
	}
	if (timeline->last && !timeline->leads) {
		llist_del(&timeline->nowhere_entry);
		timeline->all->n_nowhere--;
	}
	timeline->all->n_octets -= timeline->size;
	talloc_free(timeline);
}

/* A flood of calls that are refused forgets one another, and no others. */
static void forget_oldest(struct timelines *all)
{
	while (all->n_ended > all->calls_max) {
		if (all->n_nowhere > all->calls_max / SHARE_NOWHERE)
			forget(llist_first_entry(&all->nowhere, struct timeline, nowhere_entry));
		else
			forget(llist_first_entry(&all->ended, struct timeline, ended_entry));
	}
}

/* Entries keep the numbers of the ring that goes: the next one, whenever it comes, goes on behind them. */
static void renew(struct timelines *all, struct messages **messages, size_t size, uint64_t *from)
{
	if (*messages)
		*from = messages_end(*messages);
	talloc_free(*messages);
	*messages = size ? messages_new(all, size, *from) : NULL;
}

void timelines_keep(struct timelines *all, size_t calls, size_t octets)
{
	all->calls_max = calls;
	forget_oldest(all);
	if (octets == all->messages_size)
		return;
	renew(all, &all->messages, octets - octets / SHARE_ASIDE, &all->messages_from);
	renew(all, &all->aside, octets / SHARE_ASIDE, &all->aside_from);
	renew(all, &all->stray_messages, octets ? STRAYS_OCTETS : 0, &all->stray_messages_from);
	all->messages_size = octets;
}

void timelines_totals(const struct timelines *all, struct timelines_totals *out)
{
	out->ended = all->n_ended;
	out->octets = all->n_octets;
}

bool timelines_message(const struct timelines *all, uint64_t number, struct message *out)
{
	return messages_get(number & ASIDE ? all->aside : all->messages, number & ~ASIDE, out);
}

/* One of them */

static struct timeline *find(const struct timelines *all, uint32_t call)
{
	struct timeline *timeline;

	llist_for_each_entry (timeline, &all->calls[call % BUCKETS], entry) {
		if (timeline->call == call)
			return timeline;
	}
	return NULL;
}

struct timeline *timeline_begin(struct timelines *all, uint32_t call)
{
	struct timeline *old = find(all, call), *timeline;

	if (old) /* numbers come again */
		forget(old);
	timeline = talloc_zero(all, struct timeline);
	if (!timeline)
		return NULL;
	timeline->all = all;
	timeline->call = call;
	timeline->begin_us = clock_now_us();
	timeline->begin_wall_us = wall_us();
	llist_add(&timeline->entry, &all->calls[call % BUCKETS]);
	return timeline;
}

void timeline_end(struct timeline *timeline, const struct call_status *last)
{
	if (!timeline)
		return;
	timeline->last = talloc_memdup(timeline, last, sizeof(*last));
	if (!timeline->last) {
		forget(timeline);
		return;
	}
	llist_add_tail(&timeline->ended_entry, &timeline->all->ended);
	timeline->all->n_ended++;
	if (!timeline->leads) {
		llist_add_tail(&timeline->nowhere_entry, &timeline->all->nowhere);
		timeline->all->n_nowhere++;
	}
	forget_oldest(timeline->all);
}

static size_t size_of(const uint8_t *at)
{
	return ((const struct stored *)at)->size;
}

/* Its messages so far come to those of calls like it. */
static void lead(struct timeline *timeline)
{
	struct message message;

	timeline->leads = true;
	for (size_t at = 0; at < timeline->used; at += size_of(timeline->block + at)) {
		struct stored *stored = (struct stored *)(timeline->block + at);

		if (stored->message & ASIDE &&
		    timelines_message(timeline->all, stored->message, &message))
			stored->message = messages_put(timeline->all->messages, &message);
	}
}

void timeline_party(struct timeline *timeline, unsigned slot, enum target_kind kind,
		    const char *via)
{
	if (timeline && slot && !timeline->leads)
		lead(timeline);
	if (timeline && slot < TIMELINE_PARTIES)
		snprintf(timeline->parties[slot], sizeof(timeline->parties[slot]), "%s %s",
			 target_kind_name(kind), via);
}

/* Entries */

/* Room for so many octets at the end of the block. */
static bool grow(struct timeline *timeline, size_t size)
{
	size_t wanted = timeline->size ? timeline->size : FIRST_SIZE;
	uint8_t *block;

	while (wanted < timeline->used + size)
		wanted *= 2;
	if (wanted == timeline->size)
		return true;
	if (wanted > TIMELINE_SIZE_MAX)
		return false;
	block = talloc_realloc_size(timeline, timeline->block, wanted);
	if (!block)
		return false;
	timeline->all->n_octets += wanted - timeline->size;
	timeline->block = block;
	timeline->size = (uint16_t)wanted;
	return true;
}

/* Leaves out the oldest entry that does not stay. False: there is none. */
static bool leave_out(struct timeline *timeline)
{
	uint8_t *block = timeline->block;
	size_t size;

	while (timeline->kept < timeline->used && timeline->kept < KEPT_SIZE)
		timeline->kept += size_of(block + timeline->kept);
	if (timeline->kept >= timeline->used)
		return false;
	size = size_of(block + timeline->kept);
	memmove(block + timeline->kept, block + timeline->kept + size,
		timeline->used - timeline->kept - size);
	timeline->used -= size;
	timeline->left_out++;
	return true;
}

static void put(struct timeline *timeline, const struct stored *head, const char *text)
{
	size_t len = strnlen(text, TIMELINE_TEXT_MAX - 1);
	size_t size = (sizeof(*head) + len + 1 + ALIGN - 1) / ALIGN * ALIGN;
	struct stored *stored;

	while (!grow(timeline, size)) {
		if (!leave_out(timeline)) {
			timeline->left_out++;
			return;
		}
	}
	stored = (struct stored *)(timeline->block + timeline->used);
	*stored = *head;
	stored->size = (uint16_t)size;
	for (size_t i = 0; i < len; i++) /* it may come from outside, and goes to terminals */
		stored->text[i] = (unsigned char)text[i] < ' ' || text[i] == 0x7f ? '?' : text[i];
	stored->text[len] = '\0';
	timeline->used += size;
}

void timeline_vnote(struct timeline *timeline, unsigned slot, enum timeline_kind kind,
		    enum timeline_way way, const char *format, va_list args)
{
	const struct stored head = {
		.us = clock_now_us(),
		.slot = (uint8_t)slot,
		.kind = (uint8_t)kind,
		.way = (uint8_t)way,
	};
	char text[TIMELINE_TEXT_MAX];

	if (!timeline)
		return;
	vsnprintf(text, sizeof(text), format, args);
	put(timeline, &head, text);
}

void timeline_note(struct timeline *timeline, unsigned slot, enum timeline_kind kind,
		   enum timeline_way way, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	timeline_vnote(timeline, slot, kind, way, format, args);
	va_end(args);
}

void timelines_watch(struct timelines *all, timelines_cb on_message, void *data)
{
	all->on_message = on_message;
	all->on_message_data = data;
}

/* Keeps the octets and tells who listens; the message's number. */
static uint64_t keep_message(const struct timeline *timeline, unsigned slot,
			     const struct message *message, const char *text)
{
	const struct timelines *all = timeline->all;
	const char *party = slot < TIMELINE_PARTIES ? timeline->parties[slot] : "";
	uint64_t number;

	if (all->on_message)
		all->on_message(all->on_message_data, timeline->call, party, text, message);
	if (timeline->leads)
		return messages_put(all->messages, message);
	number = messages_put(all->aside, message);
	return number ? number | ASIDE : 0;
}

/* Keys */

static uint64_t mix(uint64_t hash, const char *text)
{
	do {
		hash = (hash ^ (unsigned char)*text) * 0x100000001b3; /* FNV-1a */
	} while (*text++);
	return hash ^ hash >> 29;
}

uint64_t timeline_key(const struct timelines *all, const char *kind, const char *id)
{
	uint64_t key = mix(mix(0xcbf29ce484222325 ^ all->seed, kind), id);

	return key ? key : 1;
}

static struct key *find_key(const struct timelines *all, uint64_t key)
{
	struct key *known;

	llist_for_each_entry (known, &all->keys[key % BUCKETS], entry) {
		if (known->key == key)
			return known;
	}
	return NULL;
}

bool timeline_knows(const struct timelines *all, uint64_t key)
{
	return find_key(all, key);
}

static void take_away(struct key *key)
{
	struct timeline *from = key->timeline;

	for (unsigned i = 0; i < from->n_keys; i++) {
		if (from->keys[i] == key)
			from->keys[i] = from->keys[--from->n_keys];
	}
}

/* Those that wait, in order. */
static void adopt(struct timeline *timeline, const struct key *key)
{
	struct timelines *all = timeline->all;

	for (unsigned i = 0; i < STRAYS; i++) {
		struct stray *stray = &all->strays[(all->next_stray + i) % STRAYS];
		struct stored head = {
			.us = stray->us,
			.slot = key->slot,
			.kind = stray->kind,
			.way = stray->way,
		};
		struct message message;

		if (stray->key != key->key)
			continue;
		if (messages_get(all->stray_messages, stray->message, &message))
			head.message = keep_message(timeline, key->slot, &message, stray->text);
		put(timeline, &head, stray->text);
		stray->key = 0;
	}
}

static struct key *new_key(struct timeline *timeline, uint64_t id)
{
	struct key *key = talloc_zero(timeline, struct key);

	if (!key)
		return NULL;
	key->key = id;
	llist_add(&key->entry, &timeline->all->keys[id % BUCKETS]);
	return key;
}

void timeline_bind(struct timeline *timeline, unsigned slot, uint64_t id)
{
	struct key *key;

	if (!timeline || !id)
		return;
	key = find_key(timeline->all, id);
	if (key && key->timeline == timeline) {
		key->slot = (uint8_t)slot;
		return;
	}
	if (timeline->n_keys == KEYS_MAX)
		return;
	if (key) { /* the leg has moved to another call, or the id comes again */
		take_away(key);
		talloc_steal(timeline, key);
	} else {
		key = new_key(timeline, id);
	}
	if (!key)
		return;
	key->timeline = timeline;
	key->slot = (uint8_t)slot;
	timeline->keys[timeline->n_keys++] = key;
	adopt(timeline, key);
}

static void wait_for_call(struct timelines *all, uint64_t key, const struct message *message,
			  const struct stored *head, const char *text)
{
	struct stray *stray = &all->strays[all->next_stray++ % STRAYS];

	stray->key = key;
	stray->us = head->us;
	stray->kind = head->kind;
	stray->way = head->way;
	stray->message = messages_put(all->stray_messages, message);
	snprintf(stray->text, sizeof(stray->text), "%s", text);
}

void timeline_message(struct timelines *all, uint64_t id, const struct message *message,
		      const char *text)
{
	const struct key *key = find_key(all, id);
	struct stored head = {
		.us = clock_now_us(),
		.kind = message->kind == MESSAGE_SIP ? TIMELINE_SIP : TIMELINE_ISDN,
		.way = message->sent ? TIMELINE_OUT : TIMELINE_IN,
	};

	if (!key) {
		wait_for_call(all, id, message, &head, text);
		return;
	}
	head.slot = key->slot;
	head.message = keep_message(key->timeline, key->slot, message, text);
	put(key->timeline, &head, text);
}

/* Reading */

static void read_entry(const struct timeline *timeline, const struct stored *stored,
		       struct timeline_entry *out)
{
	*out = (struct timeline_entry){
		.us = stored->us,
		.wall_us = timeline->begin_wall_us + (int64_t)(stored->us - timeline->begin_us),
		.slot = stored->slot,
		.kind = stored->kind,
		.way = stored->way,
		.party = stored->slot < TIMELINE_PARTIES ? timeline->parties[stored->slot] : "",
		.text = stored->text,
		.message = stored->message,
	};
}

bool timeline_each(const struct timelines *all, uint32_t call,
		   bool (*fn)(void *data, const struct timeline_entry *entry), void *data,
		   unsigned *left_out)
{
	const struct timeline *timeline = find(all, call);
	struct timeline_entry entry;

	if (!timeline)
		return false;
	if (left_out)
		*left_out = timeline->left_out;
	for (size_t at = 0; at < timeline->used; at += size_of(timeline->block + at)) {
		read_entry(timeline, (const struct stored *)(timeline->block + at), &entry);
		if (!fn(data, &entry))
			break;
	}
	return true;
}

const struct call_status *timeline_last(const struct timelines *all, uint32_t call)
{
	const struct timeline *timeline = find(all, call);

	return timeline ? timeline->last : NULL;
}

void timelines_each_ended(const struct timelines *all,
			  bool (*fn)(void *data, const struct call_status *last), void *data)
{
	const struct timeline *timeline;

	llist_for_each_entry_reverse (timeline, &all->ended, ended_entry) {
		if (!fn(data, timeline->last))
			return;
	}
}
