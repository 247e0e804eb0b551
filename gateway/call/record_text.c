/* Wall times are read when things happen; durations come from the clock that never steps. */
#include "call/record_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <osmocom/core/utils.h>

#include "base/clock.h"
#include "call/call_record.h"
#include "call/hub.h"
#include "call/record_id.h"
#include "mg/mg.h"
#include "rtp/emodel.h"

enum { MS_PER_S = 1000, US_PER_MS = 1000 };

/* Values */

static void put_id(struct osmo_strbuf *text, const struct call *call)
{
	char id[RECORD_ID_MAX];

	record_id(call->id, id);
	OSMO_STRBUF_PRINTF(*text, "%s", id);
}

static void put_count(struct osmo_strbuf *text, const char *name, uint64_t value)
{
	OSMO_STRBUF_PRINTF(*text, "\"%s\":%" PRIu64 ",", name, value);
}

static void put_null(struct osmo_strbuf *text, const char *name)
{
	OSMO_STRBUF_PRINTF(*text, "\"%s\":null,", name);
}

/* 0 is none. */
static void put_positive(struct osmo_strbuf *text, const char *name, uint64_t value)
{
	if (value)
		put_count(text, name, value);
	else
		put_null(text, name);
}

/* What is no printable ASCII is not worth a decoder's trouble. */
static void put_text(struct osmo_strbuf *text, const char *name, const char *value)
{
	OSMO_STRBUF_PRINTF(*text, "\"%s\":\"", name);
	for (; *value; value++) {
		bool plain = *value >= ' ' && *value <= '~';

		OSMO_STRBUF_PRINTF(*text, "%s%c", *value == '"' || *value == '\\' ? "\\" : "",
				   plain ? *value : '?');
	}
	OSMO_STRBUF_PRINTF(*text, "\",");
}

/* RFC 3339, UTC; null when it has not happened. */
static void put_wall(struct osmo_strbuf *text, const char *name, int64_t when_ms)
{
	time_t when = when_ms / MS_PER_S;
	char second[32];
	struct tm tm;

	if (!when_ms) {
		put_null(text, name);
		return;
	}
	strftime(second, sizeof(second), "%Y-%m-%dT%H:%M:%S", gmtime_r(&when, &tm));
	OSMO_STRBUF_PRINTF(*text, "\"%s\":\"%s.%03dZ\",", name, second, (int)(when_ms % MS_PER_S));
}

static void put_ms(struct osmo_strbuf *text, const char *name, uint64_t from_us, uint64_t to_us)
{
	if (from_us && to_us)
		put_count(text, name, (to_us - from_us) / US_PER_MS);
	else
		put_null(text, name);
}

/* The end of an object or array, in place of the last comma. */
static void close_with(struct osmo_strbuf *text, const char *end)
{
	if (text->pos[-1] == ',') {
		text->pos--;
		text->chars_needed--;
	}
	OSMO_STRBUF_PRINTF(*text, "%s", end);
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

static void put_mos(struct osmo_strbuf *text, const struct leg_media *media)
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
		OSMO_STRBUF_PRINTF(*text, "\"mos\":%u.%02u", mos / 100, mos % 100);
	else
		OSMO_STRBUF_PRINTF(*text, "\"mos\":null");
}

static void put_media(struct osmo_strbuf *text, const struct leg_media *media)
{
	const struct mg_stats *stats = &media->stats;

	if (!media->known) {
		put_null(text, "media");
		return;
	}
	OSMO_STRBUF_PRINTF(*text, "\"media\":{");
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
	OSMO_STRBUF_PRINTF(*text, "},");
}

/* Legs */

static void put_slot(struct osmo_strbuf *text, const struct call *call,
		     const struct call_slot *slot)
{
	put_text(text, "name", slot->via);
	OSMO_STRBUF_PRINTF(*text, "\"kind\":\"%s\",", target_kind_name(slot->kind));
	put_ms(text, "setup_after_ms", call->setup_us, slot->keep.setup_us);
	put_positive(text, "cause_in", slot->keep.cause_in);
	put_positive(text, "cause_out", slot->keep.cause_out);
}

static void put_leg(struct osmo_strbuf *text, const char *name, const struct call *call,
		    const struct call_slot *slot, bool with_media)
{
	const struct leg_media media =
		with_media && slot ? media_of(call, slot) : (struct leg_media){ 0 };

	if (!slot) {
		put_null(text, name);
		return;
	}
	OSMO_STRBUF_PRINTF(*text, "\"%s\":{", name);
	put_slot(text, call, slot);
	put_text(text, "channel", slot->leg ? slot->leg->channel : slot->channel);
	put_media(text, &media);
	close_with(text, "},");
}

/* Targets that were tried before the one that tells most. */
static void put_tried(struct osmo_strbuf *text, const struct call *call)
{
	const struct call_slot *last = call_called_slot(call);

	OSMO_STRBUF_PRINTF(*text, "\"tried\":[");
	for (unsigned i = SLOT_CALLER + 1; i < CALL_SLOTS; i++) {
		const struct call_slot *slot = &call->slots[i];

		if (slot == last || !*slot->via)
			continue;
		OSMO_STRBUF_PRINTF(*text, "{");
		put_slot(text, call, slot);
		close_with(text, "},");
	}
	close_with(text, "],");
}

/* The call */

static void put_times(struct osmo_strbuf *text, const struct call *call, uint64_t now_us,
		      int64_t now_ms)
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

static void put_way(struct osmo_strbuf *text, const struct call *call)
{
	const struct call_slot *to = call_called_slot(call);

	put_text(text, "calling", call->setup.calling.digits);
	put_text(text, "called", call->setup.called.digits);
	put_text(text, "calling_out", to ? to->keep.calling : "");
	put_text(text, "called_out", call->called_out);
	put_text(text, "route", call->route.name);
	if (call->setup.precedence == LEG_EMERGENCY)
		OSMO_STRBUF_PRINTF(*text, "\"emergency\":true,");
	if (call->setup.precedence == LEG_CALL_BACK)
		OSMO_STRBUF_PRINTF(*text, "\"emergency_call_back\":true,");
	if (*call->setup.referrer)
		put_text(text, "referred_by", call->setup.referrer);
}

static const char *party_name(uint8_t slot)
{
	return slot == SLOT_CALLER ? "caller" : "called";
}

static void put_end(struct osmo_strbuf *text, const struct call *call)
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

static void put_transfer(struct osmo_strbuf *text, const struct transfer_note *note)
{
	if (!note->outcome) {
		put_null(text, "transfer");
		return;
	}
	OSMO_STRBUF_PRINTF(*text, "\"transfer\":{");
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
	struct osmo_strbuf text = { .buf = out, .len = RECORD_TEXT_MAX };
	struct timespec wall = clock_wall();
	int64_t now_ms = (int64_t)wall.tv_sec * MS_PER_S + wall.tv_nsec / 1000000;
	bool whole = kind != RECORD_OPEN;

	OSMO_STRBUF_PRINTF(text, JOURNAL_HEAD);
	put_id(&text, call);
	if (kind == RECORD_INTERIM)
		OSMO_STRBUF_PRINTF(text, ".%u", call->keep.interims);
	OSMO_STRBUF_PRINTF(text, "\",\"v\":%d,", RECORD_VERSION);
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
	OSMO_STRBUF_PRINTF(text, "%s", end_of(kind));
}
