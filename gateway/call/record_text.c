/* Wall times are read when things happen; durations come from the clock that never steps. */
#include "call/record_text.h"

#include <stddef.h>
#include <string.h>

#include <osmocom/core/utils.h>

#include "base/clock.h"
#include "call/call_record.h"
#include "call/hub.h"
#include "call/record_id.h"
#include "mg/mg.h"
#include "rtp/emodel.h"

enum { MS_PER_S = 1000, US_PER_MS = 1000 };

/* Text: a record is written several times a call, so nothing here goes through printf(3). */

struct text {
	char *at;
	const char *end; /* where the closing zero has its place at the latest */
};

static void put_octets(struct text *text, const char *octets, size_t len)
{
	const size_t n = OSMO_MIN(len, (size_t)(text->end - text->at));

	memcpy(text->at, octets, n);
	text->at += n;
}

static void put(struct text *text, const char *word)
{
	put_octets(text, word, strlen(word));
}

/* Decimal, with zeros in front up to so many digits. */
static void put_digits(struct text *text, uint64_t value, unsigned width)
{
	char digits[24], *at = digits + sizeof(digits);

	do {
		*--at = (char)('0' + value % 10);
		value /= 10;
	} while (value || digits + sizeof(digits) - at < (ptrdiff_t)width);
	put_octets(text, at, (size_t)(digits + sizeof(digits) - at));
}

/* Values */

static void put_name(struct text *text, const char *name)
{
	put(text, "\"");
	put(text, name);
	put(text, "\":");
}

static void put_id(struct text *text, const struct call *call)
{
	char id[RECORD_ID_MAX];

	record_id(call->id, id);
	put(text, id);
}

static void put_count(struct text *text, const char *name, uint64_t value)
{
	put_name(text, name);
	put_digits(text, value, 1);
	put(text, ",");
}

static void put_null(struct text *text, const char *name)
{
	put_name(text, name);
	put(text, "null,");
}

/* 0 is none. */
static void put_positive(struct text *text, const char *name, uint64_t value)
{
	if (value)
		put_count(text, name, value);
	else
		put_null(text, name);
}

/* What is no printable ASCII is not worth a decoder's trouble. */
static void put_text(struct text *text, const char *name, const char *value)
{
	put_name(text, name);
	put(text, "\"");
	for (; *value; value++) {
		const char plain = *value >= ' ' && *value <= '~' ? *value : '?';

		if (plain == '"' || plain == '\\')
			put_octets(text, "\\", 1);
		put_octets(text, &plain, 1);
	}
	put(text, "\",");
}

/* RFC 3339, UTC; null when it has not happened. */
static void put_wall(struct text *text, const char *name, int64_t when_ms)
{
	time_t when = when_ms / MS_PER_S;
	struct tm tm;

	if (!when_ms) {
		put_null(text, name);
		return;
	}
	gmtime_r(&when, &tm);
	put_name(text, name);
	put(text, "\"");
	put_digits(text, (uint64_t)tm.tm_year + 1900, 4);
	put(text, "-");
	put_digits(text, (uint64_t)tm.tm_mon + 1, 2);
	put(text, "-");
	put_digits(text, (uint64_t)tm.tm_mday, 2);
	put(text, "T");
	put_digits(text, (uint64_t)tm.tm_hour, 2);
	put(text, ":");
	put_digits(text, (uint64_t)tm.tm_min, 2);
	put(text, ":");
	put_digits(text, (uint64_t)tm.tm_sec, 2);
	put(text, ".");
	put_digits(text, (uint64_t)(when_ms % MS_PER_S), 3);
	put(text, "Z\",");
}

static void put_ms(struct text *text, const char *name, uint64_t from_us, uint64_t to_us)
{
	if (from_us && to_us)
		put_count(text, name, (to_us - from_us) / US_PER_MS);
	else
		put_null(text, name);
}

/* The end of an object or array, in place of the last comma. */
static void close_with(struct text *text, const char *end)
{
	if (text->at[-1] == ',')
		text->at--;
	put(text, end);
}

/* Media */

struct media_now {
	uint32_t term;
	struct leg_media media;
};

static bool find_media(void *data, const struct mg_status *status)
{
	struct media_now *now = data;

	if (status->id != now->term || status->term.kind != MG_RTP)
		return true;
	now->media = (struct leg_media){
		.known = true,
		.codec = status->term.rtp.codec,
		.ptime_ms = status->term.rtp.ptime_ms,
		.stats = status->stats,
	};
	return false;
}

/* Of a call that goes on, as last reported. */
static struct leg_media media_of(const struct call *call, const struct call_slot *slot)
{
	struct media_now now = { .media = slot->keep.media };

	if (now.media.known || !slot->leg || !slot->leg->ops->termination)
		return now.media;
	now.term = slot->leg->ops->termination(slot->leg);
	if (now.term)
		mg_each(call->hub->mg, call->context, find_media, &now);
	return now.media;
}

static void put_hundredths(struct text *text, const char *name, unsigned value)
{
	put_name(text, name);
	put_digits(text, value / 100, 1);
	put(text, ".");
	put_digits(text, value % 100, 2);
	put(text, ",");
}

static void put_mos(struct text *text, const struct leg_media *media)
{
	const struct mg_stats *stats = &media->stats;
	unsigned mos = 0; /* hundredths */

	if (stats->rx_packets && media->codec != CODEC_CLEARMODE)
		mos = emodel_mos(&(struct emodel){
			.received = stats->rx_packets,
			.missing = stats->rx_lost + stats->rx_late,
			.delay_ms = stats->jb_delay_ms + media->ptime_ms +
				    stats->round_trip_us / 2 / US_PER_MS,
		});
	if (mos)
		put_hundredths(text, "mos", mos);
	else
		put_null(text, "mos");
}

static void put_media(struct text *text, const struct leg_media *media)
{
	const struct mg_stats *stats = &media->stats;

	if (!media->known) {
		put_null(text, "media");
		return;
	}
	put(text, "\"media\":{");
	put_text(text, "codec", codec_get(media->codec)->name);
	put_count(text, "ptime_ms", media->ptime_ms);
	put_count(text, "packets_in", stats->rx_packets);
	put_count(text, "packets_out", stats->tx_packets);
	put_count(text, "lost", stats->rx_lost);
	put_count(text, "late", stats->rx_late);
	put_count(text, "jitter_us", stats->rx_jitter_us);
	put_count(text, "delay_ms", stats->jb_delay_ms);
	put_positive(text, "round_trip_us", stats->round_trip_us);
	put_count(text, "concealed_ms", stats->concealed_ticks * TICK_MS);
	put_mos(text, media);
	close_with(text, "},");
}

/* Legs */

static void put_slot(struct text *text, const struct call *call, const struct call_slot *slot)
{
	put_text(text, "name", slot->via);
	put_text(text, "kind", target_kind_name(slot->kind));
	put_ms(text, "setup_after_ms", call->setup_us, slot->keep.setup_us);
	put_positive(text, "cause_in", slot->keep.cause_in);
	put_positive(text, "cause_out", slot->keep.cause_out);
}

static void put_leg(struct text *text, const char *name, const struct call *call,
		    const struct call_slot *slot, bool with_media)
{
	const struct leg_media media =
		with_media && slot ? media_of(call, slot) : (struct leg_media){ 0 };

	if (!slot) {
		put_null(text, name);
		return;
	}
	put_name(text, name);
	put(text, "{");
	put_slot(text, call, slot);
	if (*slot->group)
		put_text(text, "trunk_group", slot->group);
	put_text(text, "channel", slot->leg ? slot->leg->channel : slot->channel);
	put_media(text, &media);
	close_with(text, "},");
}

/* Targets that were tried before the one that tells most. */
static void put_tried(struct text *text, const struct call *call)
{
	const struct call_slot *last = call_called_slot(call);

	put(text, "\"tried\":[");
	for (unsigned i = SLOT_CALLER + 1; i < CALL_SLOTS; i++) {
		const struct call_slot *slot = &call->slots[i];

		if (slot == last || !*slot->via)
			continue;
		put(text, "{");
		put_slot(text, call, slot);
		close_with(text, "},");
	}
	close_with(text, "],");
}

/* The call */

static void put_times(struct text *text, const struct call *call, uint64_t now_us, int64_t now_ms)
{
	put_wall(text, "setup", call->keep.setup_ms);
	put_wall(text, "alert", call->keep.alert_ms);
	put_wall(text, "answer", call->keep.answer_ms);
	put_wall(text, "release", now_ms);
	put_count(text, "setup_us", call->setup_us);
	put_ms(text, "alert_after_ms", call->setup_us, call->alert_us);
	put_ms(text, "answer_after_ms", call->setup_us, call->answer_us);
	put_ms(text, "talk_ms", call->answer_us, now_us);
	put_ms(text, "total_ms", call->setup_us, now_us);
	/* All that there are say so themselves. */
	if (call->answer_us)
		put_text(text, "answer_method", "signalled");
	else
		put_null(text, "answer_method");
}

static void put_way(struct text *text, const struct call *call)
{
	const struct call_slot *to = call_called_slot(call);

	put_text(text, "calling", call->setup.calling.digits);
	put_text(text, "called", call->setup.called.digits);
	put_text(text, "calling_out", to ? to->keep.calling : "");
	put_text(text, "called_out", call->called_out);
	put_text(text, "route", call->route.name);
	if (call->setup.precedence == LEG_EMERGENCY)
		put(text, "\"emergency\":true,");
	if (call->setup.precedence == LEG_CALL_BACK)
		put(text, "\"emergency_call_back\":true,");
	if (*call->setup.referrer)
		put_text(text, "referred_by", call->setup.referrer);
}

static const char *party_name(uint8_t slot)
{
	return slot == SLOT_CALLER ? "caller" : "called";
}

static void put_end(struct text *text, const struct call *call)
{
	if (!call->cause) {
		put_null(text, "cause");
		put_null(text, "location");
		put_null(text, "released_by");
		return;
	}
	put_count(text, "cause", call->cause);
	put_text(text, "location", cause_location_name(call->location));
	put_text(text, "released_by",
		 call->ended_by == SLOT_GATEWAY ? "gateway" : party_name(call->ended_by));
}

static const char *outcome_of(const struct transfer_note *note)
{
	switch (note->outcome) {
	case TRANSFER_DONE:
		return "done";
	case TRANSFER_FAILED:
		return "failed";
	case TRANSFER_ABANDONED:
		return "abandoned";
	default:
		return "asked";
	}
}

static void put_transfer(struct text *text, const struct transfer_note *note)
{
	if (!note->outcome) {
		put_null(text, "transfer");
		return;
	}
	put(text, "\"transfer\":{");
	put_text(text, "by", note->by == SLOT_GATEWAY ? "operator" : party_name(note->by));
	put_text(text, "to", note->to);
	put_positive(text, "call", note->with);
	put_text(text, "way", note->way == TRANSFER_BY_PARTY ? "party" : "gateway");
	put_text(text, "outcome", outcome_of(note));
	put_positive(text, "cause", note->cause);
	close_with(text, "},");
}

static const char *end_of(enum record_kind kind)
{
	switch (kind) {
	case RECORD_OPEN:
		return JOURNAL_OPEN;
	case RECORD_INTERIM:
		return JOURNAL_INTERIM;
	default:
		return JOURNAL_RELEASED;
	}
}

void record_write(const struct call *call, enum record_kind kind, char out[RECORD_TEXT_MAX])
{
	struct text text = { .at = out, .end = out + RECORD_TEXT_MAX - 1 };
	struct timespec wall = clock_wall();
	int64_t now_ms = (int64_t)wall.tv_sec * MS_PER_S + wall.tv_nsec / 1000000;
	bool whole = kind != RECORD_OPEN;

	put(&text, JOURNAL_HEAD);
	put_id(&text, call);
	if (kind == RECORD_INTERIM) {
		put(&text, ".");
		put_digits(&text, call->keep.interims, 1);
	}
	put(&text, "\",");
	put_count(&text, "v", RECORD_VERSION);
	put_count(&text, "call", call->id);
	put_times(&text, call, whole ? clock_now_us() : 0, kind == RECORD_RELEASED ? now_ms : 0);
	put_way(&text, call);
	put_leg(&text, "from", call, &call->slots[SLOT_CALLER], whole);
	put_leg(&text, "to", call, call_called_slot(call), whole);
	put_tried(&text, call);
	put_positive(&text, "continues", call->continues);
	put_positive(&text, "continued_by", call->continued_by);
	put_transfer(&text, &call->transfer_note);
	put_end(&text, call);
	put_text(&text, "why", call->why);
	if (kind == RECORD_INTERIM)
		put_wall(&text, "at", now_ms);
	put(&text, end_of(kind));
	*text.at = '\0';
}
