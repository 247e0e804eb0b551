/* A call as its record: one JSON object, kept so far while the call lasts and put down at its end. Wall times are
 * read when things happen; durations come from the clock that never steps. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <osmocom/core/talloc.h>
#include <osmocom/core/utils.h>

#include "base/clock.h"
#include "call/call_record.h"
#include "call/hub.h"

enum { TEXT_MAX = 2 * JOURNAL_LINE_MAX, MS_PER_S = 1000, US_PER_MS = 1000 };

static int64_t wall_ms(void)
{
	struct timespec now = clock_wall();

	return (int64_t)now.tv_sec * MS_PER_S + now.tv_nsec / 1000000;
}

/* Unique over restarts: when the program first needed one, and the call's number. */
static void put_id(struct osmo_strbuf *text, const struct call *call)
{
	static int64_t run_ms;

	if (!run_ms)
		run_ms = wall_ms();
	OSMO_STRBUF_PRINTF(*text, "%" PRIx64 "-%" PRIu32, (uint64_t)run_ms, call->id);
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
		OSMO_STRBUF_PRINTF(*text, "\"%s\":null,", name);
		return;
	}
	strftime(second, sizeof(second), "%Y-%m-%dT%H:%M:%S", gmtime_r(&when, &tm));
	OSMO_STRBUF_PRINTF(*text, "\"%s\":\"%s.%03dZ\",", name, second, (int)(when_ms % MS_PER_S));
}

static void put_ms(struct osmo_strbuf *text, const char *name, uint64_t from_us, uint64_t to_us)
{
	if (from_us && to_us)
		OSMO_STRBUF_PRINTF(*text, "\"%s\":%" PRIu64 ",", name,
				   (to_us - from_us) / US_PER_MS);
	else
		OSMO_STRBUF_PRINTF(*text, "\"%s\":null,", name);
}

static void put_leg(struct osmo_strbuf *text, const char *name, const struct call_slot *slot)
{
	if (!slot) {
		OSMO_STRBUF_PRINTF(*text, "\"%s\":null,", name);
		return;
	}
	OSMO_STRBUF_PRINTF(*text, "\"%s\":{", name);
	put_text(text, "name", slot->via);
	put_text(text, "channel", slot->leg ? slot->leg->channel : slot->channel);
	OSMO_STRBUF_PRINTF(*text, "\"kind\":\"%s\"},", target_kind_name(slot->kind));
}

static void put_call(struct osmo_strbuf *text, const char *name, uint32_t id)
{
	if (id)
		OSMO_STRBUF_PRINTF(*text, "\"%s\":%" PRIu32 ",", name, id);
	else
		OSMO_STRBUF_PRINTF(*text, "\"%s\":null,", name);
}

static void put_end(struct osmo_strbuf *text, const struct call *call)
{
	if (!call->cause) {
		OSMO_STRBUF_PRINTF(*text, "\"cause\":null,\"location\":null,\"released_by\":null,");
		return;
	}
	OSMO_STRBUF_PRINTF(*text, "\"cause\":%u,", call->cause);
	put_text(text, "location", cause_location_name(call->location));
	put_text(text, "released_by",
		 call->ended_by == SLOT_GATEWAY  ? "gateway"
		 : call->ended_by == SLOT_CALLER ? "caller"
						 : "called");
}

static void put_record(struct osmo_strbuf *text, const struct call *call, bool ended)
{
	const uint64_t now_us = ended ? clock_now_us() : 0;
	const struct call_times *times = &call->times;

	OSMO_STRBUF_PRINTF(*text, JOURNAL_HEAD);
	put_id(text, call);
	OSMO_STRBUF_PRINTF(*text, "\",\"call\":%" PRIu32 ",", call->id);
	put_wall(text, "setup", times->setup_ms);
	put_wall(text, "alert", times->alert_ms);
	put_wall(text, "answer", times->answer_ms);
	put_wall(text, "release", ended ? wall_ms() : 0);
	put_ms(text, "alert_after_ms", call->setup_us, call->alert_us);
	put_ms(text, "answer_after_ms", call->setup_us, call->answer_us);
	put_ms(text, "talk_ms", call->answer_us, now_us);
	put_ms(text, "total_ms", call->setup_us, now_us);
	put_text(text, "calling", call->setup.calling.digits);
	put_text(text, "called", call->setup.called.digits);
	put_text(text, "called_out", call->called_out);
	put_text(text, "route", call->route.name);
	if (call->setup.precedence == LEG_EMERGENCY)
		OSMO_STRBUF_PRINTF(*text, "\"emergency\":true,");
	if (call->setup.precedence == LEG_CALL_BACK)
		OSMO_STRBUF_PRINTF(*text, "\"emergency_call_back\":true,");
	put_leg(text, "from", &call->slots[SLOT_CALLER]);
	put_leg(text, "to", call_called_slot(call));
	put_call(text, "continues", call->continues);
	put_call(text, "continued_by", call->continued_by);
	put_end(text, call);
	put_text(text, "why", call->why);
	OSMO_STRBUF_PRINTF(*text, "%s", ended ? JOURNAL_RELEASED : JOURNAL_OPEN);
}

void call_journal_begin(struct call *call)
{
	call->times.setup_ms = wall_ms();
	call->journal_slot =
		call->hub->journal ? journal_take(call->hub->journal) : JOURNAL_NO_SLOT;
	call_journal_keep(call);
}

void call_journal_keep(struct call *call)
{
	char line[TEXT_MAX];
	struct osmo_strbuf text = { .buf = line, .len = sizeof(line) };

	if (call->alert_us && !call->times.alert_ms)
		call->times.alert_ms = wall_ms();
	if (call->answer_us && !call->times.answer_ms)
		call->times.answer_ms = wall_ms();
	if (call->journal_slot == JOURNAL_NO_SLOT)
		return;
	put_record(&text, call, false);
	journal_keep(call->hub->journal, call->journal_slot, line);
}

void call_journal_end(const struct call *call)
{
	char line[TEXT_MAX];
	struct osmo_strbuf text = { .buf = line, .len = sizeof(line) };

	if (!call->hub->journal)
		return;
	put_record(&text, call, true);
	journal_put(call->hub->journal, call->journal_slot, line);
}

/* Calls in progress move over to the new file. */
static void move_calls(struct call_hub *hub, struct journal *to)
{
	struct rb_node *node;

	for (node = rb_first(&hub->calls); node; node = rb_next(node)) {
		struct call *call = rb_entry(node, struct call, node);

		if (hub->journal)
			journal_drop(hub->journal, call->journal_slot);
		call->journal_slot = to ? journal_take(to) : JOURNAL_NO_SLOT;
	}
	journal_close(hub->journal);
	hub->journal = to;
	for (node = rb_first(&hub->calls); node; node = rb_next(node))
		call_journal_keep(rb_entry(node, struct call, node));
}

int call_hub_records(struct call_hub *hub, const char *path)
{
	const char *now = hub->journal ? journal_path(hub->journal) : "";
	struct journal *journal = NULL;
	int err;

	if (strcmp(now, path) == 0)
		return 0;
	if (*path) {
		journal = journal_open(hub, path, &err);
		if (!journal)
			return err;
	}
	move_calls(hub, journal);
	return 0;
}

bool call_records_status(const struct call_hub *hub, struct journal_status *out)
{
	if (hub->journal)
		journal_read_status(hub->journal, out);
	return hub->journal;
}
