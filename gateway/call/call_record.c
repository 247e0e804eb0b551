/* A call as people see it: its picture while it lasts, its line in the log when it has ended, the words
 * for who watches one. */
#include <inttypes.h>
#include <string.h>
#include <osmocom/core/utils.h>

#include "base/clock.h"
#include "call/call_record.h"
#include "call/hub.h"
#include "call/record_id.h"

enum { TEXT_MAX = 512 };

const struct call_slot *call_called_slot(const struct call *call)
{
	unsigned slot = call->current ? call->current : call->attempts;

	return slot ? &call->slots[slot] : NULL;
}

static const char *channel_of(const struct call_slot *slot)
{
	return slot->leg ? slot->leg->channel : slot->channel;
}

static void picture_leg(const struct call_slot *slot, struct call_status *out, unsigned i)
{
	if (!slot)
		return;
	out->leg[i].present = slot->leg;
	out->leg[i].kind = slot->kind;
	memcpy(out->leg[i].via, slot->via, sizeof(out->leg[i].via));
	memcpy(out->leg[i].group, slot->group, sizeof(out->leg[i].group));
	memcpy(out->leg[i].channel, channel_of(slot), sizeof(out->leg[i].channel));
	if (slot->leg && slot->leg->ops->termination)
		out->leg[i].term = slot->leg->ops->termination(slot->leg);
	if (slot->leg)
		slot->leg->ops->describe(slot->leg, out->leg[i].about, sizeof(out->leg[i].about));
}

static enum call_ended_by ended_by(const struct call *call)
{
	if (!call->cause)
		return CALL_ENDED_BY_NOBODY;
	return call->ended_by == SLOT_GATEWAY  ? CALL_ENDED_BY_GATEWAY
	       : call->ended_by == SLOT_CALLER ? CALL_ENDED_BY_CALLER
					       : CALL_ENDED_BY_CALLED;
}

const char *call_ended_by_name(const struct call *call)
{
	static const char *const names[] = {
		[CALL_ENDED_BY_NOBODY] = "nobody",
		[CALL_ENDED_BY_GATEWAY] = "the gateway",
		[CALL_ENDED_BY_CALLER] = "the caller",
		[CALL_ENDED_BY_CALLED] = "the called party",
	};

	return names[ended_by(call)];
}

void call_picture(const struct call *call, struct call_status *out)
{
	*out = (struct call_status){
		.id = call->id,
		.context = call->context,
		.state = osmo_fsm_inst_state_name(call->fi),
		.setup_us = call->setup_us,
		.alert_us = call->alert_us,
		.answer_us = call->answer_us,
		.setup_wall_ms = call->keep.setup_ms,
		.cause = call->cause,
		.location = call->location,
		.ended_by = ended_by(call),
		.precedence = call->setup.precedence,
		.continues = call->continues,
		.continued_by = call->continued_by,
	};
	memcpy(out->route, call->route.name, sizeof(out->route));
	memcpy(out->why, call->why, sizeof(out->why));
	picture_leg(&call->slots[SLOT_CALLER], out, 0);
	picture_leg(call_called_slot(call), out, 1);
	memcpy(out->calling, call->setup.calling.digits, sizeof(out->calling));
	memcpy(out->called, call->setup.called.digits, sizeof(out->called));
	memcpy(out->called_out, call->called_out, sizeof(out->called_out));
}

/* "peer phones 100", "trunk pstn 600 e1-1/17" */
static void put_party(struct osmo_strbuf *text, const struct call_slot *slot, const char *number)
{
	if (slot)
		OSMO_STRBUF_PRINTF(*text, "%s %s ", target_kind_name(slot->kind), slot->via);
	OSMO_STRBUF_PRINTF(*text, "%s", *number ? number : "(no number)");
	if (slot && *channel_of(slot))
		OSMO_STRBUF_PRINTF(*text, " %s", channel_of(slot));
}

static void put_time(struct osmo_strbuf *text, const char *what, uint64_t from_us, uint64_t to_us)
{
	uint64_t ms = (to_us - from_us) / 1000;

	OSMO_STRBUF_PRINTF(*text, ", %s %" PRIu64 ".%03u s", what, ms / 1000,
			   (unsigned)(ms % 1000));
}

static void put_end(struct osmo_strbuf *text, const struct call *call)
{
	OSMO_STRBUF_PRINTF(*text, "cause %u %s (%s), by %s", call->cause, cause_name(call->cause),
			   cause_location_name(call->location), call_ended_by_name(call));
	if (*call->why)
		OSMO_STRBUF_PRINTF(*text, ": %s", call->why);
}

static void log_end(const struct call *call, const char *line)
{
	const struct call_slot *ends[] = { &call->slots[SLOT_CALLER], call_called_slot(call) };
	struct log_about about = { .call = call->id };
	char record[RECORD_ID_MAX];

	record_id(call->id, record);
	about.record = record;
	for (unsigned i = 0; i < 2 && ends[i]; i++) {
		if (ends[i]->kind == TARGET_TRUNK)
			about.trunk[i] = ends[i]->via;
		else if (ends[i]->kind == TARGET_PEER)
			about.peer[i] = ends[i]->via;
		about.channel[i] = channel_of(ends[i]);
	}
	LOGABOUT(DCALL, LOGL_NOTICE, &about, "call %u: %s\n", call->id, line);
}

/* call 7: from peer phones 100 to trunk pstn 600 e1-1/1: answered, cause 16 normal call clearing (user), by
 * the caller, alerting after 0.020 s, answer after 0.150 s, talk 5.000 s, total 5.150 s */
void call_record(struct call *call)
{
	const struct call_slot *to = call_called_slot(call);
	uint64_t now_us = clock_now_us();
	char line[TEXT_MAX];
	struct osmo_strbuf text = { .buf = line, .len = sizeof(line) };

	OSMO_STRBUF_PRINTF(text, "%sfrom ",
			   call->setup.precedence == LEG_EMERGENCY   ? "emergency call "
			   : call->setup.precedence == LEG_CALL_BACK ? "emergency call back "
								     : "");
	put_party(&text, &call->slots[SLOT_CALLER], call->setup.calling.digits);
	OSMO_STRBUF_PRINTF(text, " to ");
	put_party(&text, to, to ? call->called_out : call->setup.called.digits);
	OSMO_STRBUF_PRINTF(text, ": %s, ", call->answer_us ? "answered" : "failed");
	put_end(&text, call);
	if (call->alert_us)
		put_time(&text, "alerting after", call->setup_us, call->alert_us);
	if (call->answer_us) {
		put_time(&text, "answer after", call->setup_us, call->answer_us);
		put_time(&text, "talk", call->answer_us, now_us);
	}
	put_time(&text, "total", call->setup_us, now_us);
	if (call->continues)
		OSMO_STRBUF_PRINTF(text, ", continues call %u", call->continues);
	if (call->continued_by)
		OSMO_STRBUF_PRINTF(text, ", goes on as call %u", call->continued_by);
	call_journal_end(call); /* what the log tells of is on record */
	log_end(call, line);
}

void call_notify(struct call *call, const char *text)
{
	call_journal_keep(call);
	if (call->on_progress)
		call->on_progress(call->on_progress_data, call->id, text, false);
}

void call_notify_end(const struct call *call)
{
	char line[TEXT_MAX];
	struct osmo_strbuf text = { .buf = line, .len = sizeof(line) };

	if (!call->on_progress)
		return;
	OSMO_STRBUF_PRINTF(text, "ended: ");
	put_end(&text, call);
	call->on_progress(call->on_progress_data, call->id, line, true);
}
