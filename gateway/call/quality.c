/* Counters of ended calls by where they came from and went to. */
#include "call/quality.h"

#include <string.h>

#include <osmocom/core/hashtable.h>
#include <osmocom/core/linuxlist.h>
#include <osmocom/core/talloc.h>

#include "base/clock.h"
#include "call/call_record.h"
#include "call/hub.h"
#include "call/traffic.h"

/* Configurations come and go; beyond that new names are not counted, or have no history but that of one which is gone. */
enum { PLACES_MAX = 4096, HISTORIES_MAX = 1024, HASH_LOG2 = 10 };

struct place {
	struct llist_head entry;
	struct hlist_node by_name;
	enum target_kind kind;
	char name[TARGET_NAME_MAX];
	struct quality_counts counts;
	const struct target *target; /* NULL: it is not there, or is not looked at */
	struct traffic *traffic;     /* NULL: none is kept */
};

struct quality {
	struct llist_head places; /* the oldest first */
	DECLARE_HASHTABLE(by_name, HASH_LOG2);
	unsigned n, histories;
	struct osmo_timer_list look;
};

static void on_look(void *data)
{
	struct quality *quality = data;

	osmo_timer_schedule(&quality->look, 1, 0);
	quality_look(quality, clock_wall().tv_sec);
}

struct quality *quality_new(void)
{
	struct quality *quality = talloc_zero(NULL, struct quality);

	if (!quality)
		return NULL;
	INIT_LLIST_HEAD(&quality->places);
	hash_init(quality->by_name);
	osmo_timer_setup(&quality->look, on_look, quality);
	osmo_timer_schedule(&quality->look, 1, 0);
	return quality;
}

void quality_free(struct quality *quality)
{
	osmo_timer_del(&quality->look);
	talloc_free(quality);
}

static struct place *find(const struct quality *quality, enum target_kind kind, const char *name)
{
	struct place *place;

	hash_for_each_possible(quality->by_name, place, by_name, target_hash(kind, name))
	{
		if (place->kind == kind && strcmp(place->name, name) == 0)
			return place;
	}
	return NULL;
}

/* E.411: an overflow. */
static bool is_overflow(unsigned cause)
{
	return cause == CAUSE_NO_CIRCUIT || cause == CAUSE_CONGESTION;
}

/* NULL: no memory, or too many. */
static struct place *place_of(struct quality *quality, enum target_kind kind, const char *name)
{
	struct place *place = find(quality, kind, name);

	if (place)
		return place;
	if (quality->n == PLACES_MAX || !(place = talloc_zero(quality, struct place)))
		return NULL;
	place->kind = kind;
	snprintf(place->name, sizeof(place->name), "%s", name);
	llist_add_tail(&place->entry, &quality->places);
	hash_add(quality->by_name, &place->by_name, target_hash(kind, name));
	quality->n++;
	return place;
}

/* One whose target is gone gives its history up for another. */
static void make_room(struct quality *quality)
{
	struct place *place;

	llist_for_each_entry (place, &quality->places, entry) {
		if (!place->traffic || place->target)
			continue;
		TALLOC_FREE(place->traffic);
		quality->histories--;
		return;
	}
}

void quality_know(struct quality *quality, const struct target *target)
{
	struct place *place = place_of(quality, target->kind, target->name);

	if (!place || !target->in_use)
		return;
	place->target = target;
	if (place->traffic)
		return;
	if (quality->histories == HISTORIES_MAX)
		make_room(quality);
	if (quality->histories < HISTORIES_MAX)
		place->traffic = traffic_new(quality, &place->counts);
	quality->histories += place->traffic != NULL;
}

void quality_goes(struct quality *quality, const struct target *target)
{
	struct place *place;

	llist_for_each_entry (place, &quality->places, entry)
		if (place->target == target)
			place->target = NULL;
}

/* No channel is free where none is in use: all are locked, blocked or failed. */
static bool is_busy(unsigned cause, unsigned in_use)
{
	return is_overflow(cause) && (in_use || cause != CAUSE_NO_CIRCUIT);
}

static void look_at(struct place *place)
{
	static const struct leg_setup any = { .precedence = LEG_ROUTINE };
	const struct target *target = place->target;
	struct quality_counts *counts = &place->counts;
	char channel[TARGET_CHANNEL_MAX] = "";
	const char *why = "";
	unsigned in_use = target->in_use(target->data);
	unsigned cause = target->probe ? target->probe(target->data, &any, channel, &why) : 0;
	bool is_full = is_busy(cause, in_use);

	counts->looks++;
	counts->in_use_s += in_use;
	counts->full_s += is_full;
	counts->down_s += cause && !is_full;
	if (place->traffic)
		traffic_use(place->traffic, in_use);
}

void quality_look(struct quality *quality, int64_t wall_s)
{
	struct place *place;

	llist_for_each_entry (place, &quality->places, entry) {
		if (place->traffic)
			traffic_turn(place->traffic, wall_s);
		if (place->target)
			look_at(place);
	}
}

void quality_offered(struct quality *quality, enum target_kind kind, const char *name,
		     enum quality_direction way, unsigned cause)
{
	struct place *place = place_of(quality, kind, name);

	if (!place)
		return;
	place->counts.way[way].offered++;
	place->counts.overflow += is_overflow(cause);
}

struct traffic *quality_traffic(const struct call_hub *hub, enum target_kind kind, const char *name)
{
	const struct place *place = find(hub->quality, kind, name);

	return place ? place->traffic : NULL;
}

/* E.425: not the network's fault. Who gives up while it rings has had no answer. */
static bool is_effective(unsigned cause, bool alerted)
{
	switch (cause) {
	case CAUSE_USER_BUSY:
	case CAUSE_NO_USER_RESPONSE:
	case CAUSE_NO_ANSWER:
	case CAUSE_SUBSCRIBER_ABSENT:
	case CAUSE_REJECTED:
		return true;
	case CAUSE_NORMAL:
		return alerted;
	default:
		return false;
	}
}

static unsigned cause_of(const struct call *call, unsigned slot)
{
	const struct slot_keep *keep = &call->slots[slot].keep;
	unsigned cause = keep->cause_in ? keep->cause_in : keep->cause_out;

	return slot == SLOT_CALLER || !cause ? call->cause : cause;
}

static void note_delay(struct quality_counts *counts, const struct call *call, unsigned slot)
{
	uint64_t heard_us = call->alert_us ? call->alert_us : call->answer_us;
	uint64_t from_us = call->slots[slot].keep.setup_us;

	if (heard_us < from_us || !heard_us)
		return;
	counts->delays++;
	counts->delay_ms += (heard_us - from_us) / 1000;
}

static void note_media(struct quality_counts *counts, const struct leg_media *media)
{
	if (!media->known)
		return;
	counts->packets += media->stats.rx_packets;
	counts->lost += media->stats.rx_lost;
	counts->late += media->stats.rx_late;
}

void quality_note_slot(struct quality *quality, const struct call *call, unsigned slot)
{
	const struct call_slot *s = &call->slots[slot];
	const bool in = slot == SLOT_CALLER, charge = in || call_called_slot(call) == s;
	const bool answered = charge && call->answer_us;
	const unsigned cause = cause_of(call, slot) % QUALITY_CAUSES;
	struct quality_counts *counts;
	struct place *place;

	/* A leg that came from another call has been counted there. */
	if (!*s->via || !s->keep.setup_us || !(place = place_of(quality, s->kind, s->via)))
		return;
	counts = &place->counts;
	counts->way[in ? QUALITY_IN : QUALITY_OUT].seizures++;
	counts->causes[cause]++;
	note_media(counts, &s->keep.media);
	if (answered) {
		counts->way[in ? QUALITY_IN : QUALITY_OUT].answers++;
		counts->way[in ? QUALITY_IN : QUALITY_OUT].talk_ms +=
			(clock_now_us() - call->answer_us) / 1000;
	}
	if (answered || is_effective(cause, charge && call->alert_us))
		counts->way[in ? QUALITY_IN : QUALITY_OUT].effective++;
	if (!in && charge)
		note_delay(counts, call, slot);
}

void quality_note(struct quality *quality, const struct call *call)
{
	for (unsigned slot = SLOT_CALLER; slot < CALL_SLOTS; slot++)
		quality_note_slot(quality, call, slot);
}

void quality_each(const struct call_hub *hub,
		  bool (*fn)(void *data, enum target_kind kind, const char *name,
			     const struct quality_counts *counts),
		  void *data)
{
	const struct place *place;

	llist_for_each_entry (place, &hub->quality->places, entry)
		if (!fn(data, place->kind, place->name, &place->counts))
			return;
}

void quality_each_traffic(const struct call_hub *hub,
			  bool (*fn)(void *data, enum target_kind kind, const char *name,
				     const struct traffic *traffic),
			  void *data)
{
	const struct place *place;

	llist_for_each_entry (place, &hub->quality->places, entry)
		if (place->traffic && !fn(data, place->kind, place->name, place->traffic))
			return;
}
