/* Counters of ended calls by where they came from and went to. */
#include "call/quality.h"

#include <string.h>

#include <osmocom/core/linuxlist.h>
#include <osmocom/core/talloc.h>

#include "base/clock.h"
#include "call/call_record.h"
#include "call/hub.h"

enum { PLACES_MAX = 4096 }; /* configurations come and go; beyond that new names are not counted */

struct place {
	struct llist_head entry;
	enum target_kind kind;
	char name[TARGET_NAME_MAX];
	struct quality_counts counts;
};

struct quality {
	struct llist_head places;
	unsigned n;
};

struct quality *quality_new(void)
{
	struct quality *quality = talloc_zero(NULL, struct quality);

	if (quality)
		INIT_LLIST_HEAD(&quality->places);
	return quality;
}

void quality_free(struct quality *quality)
{
	talloc_free(quality);
}

/* NULL: no memory, or too many. */
static struct quality_counts *counts_of(struct quality *quality, enum target_kind kind,
					const char *name)
{
	struct place *place;

	llist_for_each_entry (place, &quality->places, entry)
		if (place->kind == kind && strcmp(place->name, name) == 0)
			return &place->counts;
	if (quality->n == PLACES_MAX || !(place = talloc_zero(quality, struct place)))
		return NULL;
	place->kind = kind;
	snprintf(place->name, sizeof(place->name), "%s", name);
	llist_add_tail(&place->entry, &quality->places);
	quality->n++;
	return &place->counts;
}

void quality_know(struct quality *quality, enum target_kind kind, const char *name)
{
	counts_of(quality, kind, name);
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

	/* A leg that came from another call has been counted there. */
	if (!*s->via || !s->keep.setup_us || !(counts = counts_of(quality, s->kind, s->via)))
		return;
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
