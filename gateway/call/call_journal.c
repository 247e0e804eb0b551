/* When a call's record is written: kept so far while the call lasts, put down at its end, and in between for those
 * that take long. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "call/call_record.h"
#include "call/hub.h"
#include "call/record_text.h"

static int64_t wall_ms(void)
{
	struct timespec now = clock_wall();

	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Records of a call that goes on */

static void on_interim(void *data)
{
	struct call *call = data;
	char line[RECORD_TEXT_MAX];

	call->keep.interims++;
	record_write(call, RECORD_INTERIM, line);
	if (call->hub->journal)
		journal_put(call->hub->journal, JOURNAL_NO_SLOT, line);
	osmo_timer_schedule(&call->keep.interim, (int)call->hub->interim_s, 0);
}

static void schedule_interim(struct call *call)
{
	if (call->hub->interim_s && call->answer_us)
		osmo_timer_schedule(&call->keep.interim, (int)call->hub->interim_s, 0);
	else
		osmo_timer_del(&call->keep.interim);
}

/* The call */

void call_journal_begin(struct call *call)
{
	call->keep.setup_ms = wall_ms();
	call->slots[SLOT_CALLER].keep.setup_us = call->setup_us;
	call->keep.journal_slot =
		call->hub->journal ? journal_take(call->hub->journal) : JOURNAL_NO_SLOT;
	osmo_timer_setup(&call->keep.interim, on_interim, call);
	call_journal_keep(call);
}

void call_journal_keep(struct call *call)
{
	char line[RECORD_TEXT_MAX];

	if (call->alert_us && !call->keep.alert_ms)
		call->keep.alert_ms = wall_ms();
	if (call->answer_us && !call->keep.answer_ms) {
		call->keep.answer_ms = wall_ms();
		schedule_interim(call);
	}
	if (call->keep.journal_slot == JOURNAL_NO_SLOT)
		return;
	record_write(call, RECORD_OPEN, line);
	journal_keep(call->hub->journal, call->keep.journal_slot, line);
}

void call_journal_end(struct call *call)
{
	char line[RECORD_TEXT_MAX];

	osmo_timer_del(&call->keep.interim);
	if (!call->hub->journal)
		return;
	record_write(call, RECORD_RELEASED, line);
	journal_put(call->hub->journal, call->keep.journal_slot, line);
}

/* The legs */

static bool clears(const struct leg_msg *msg)
{
	return msg->verb == LEG_DISCONNECT || msg->verb == LEG_RELEASE ||
	       msg->verb == LEG_RELEASE_COMPLETE;
}

void call_journal_said(struct call *call, unsigned slot, const struct leg_msg *msg)
{
	struct slot_keep *keep = &call->slots[slot].keep;

	if (clears(msg) && !keep->cause_in)
		keep->cause_in = msg->cause;
	if (msg->verb == LEG_RELEASE_COMPLETE)
		keep->media = msg->media;
}

void call_journal_told(struct call *call, unsigned slot, const struct leg_msg *msg)
{
	struct slot_keep *keep = &call->slots[slot].keep;

	if (msg->verb == LEG_SETUP) {
		keep->setup_us = clock_now_us();
		memcpy(keep->calling, msg->setup.calling.digits, sizeof(keep->calling));
	} else if (clears(msg) && !keep->cause_out) {
		keep->cause_out = msg->cause;
	}
}

/* Where records go */

/* Calls in progress move over to the new file. */
static void move_calls(struct call_hub *hub, struct journal *to)
{
	struct rb_node *node;

	for (node = rb_first(&hub->calls); node; node = rb_next(node)) {
		struct call *call = rb_entry(node, struct call, node);

		if (hub->journal)
			journal_drop(hub->journal, call->keep.journal_slot);
		call->keep.journal_slot = to ? journal_take(to) : JOURNAL_NO_SLOT;
	}
	journal_close(hub->journal);
	hub->journal = to;
	for (node = rb_first(&hub->calls); node; node = rb_next(node))
		call_journal_keep(rb_entry(node, struct call, node));
}

static void set_interim(struct call_hub *hub, unsigned interim_s)
{
	struct rb_node *node;

	if (hub->interim_s == interim_s)
		return;
	hub->interim_s = interim_s;
	for (node = rb_first(&hub->calls); node; node = rb_next(node))
		schedule_interim(rb_entry(node, struct call, node));
}

int call_hub_records(struct call_hub *hub, const struct call_records *to)
{
	const char *now = hub->journal ? journal_path(hub->journal) : "";
	struct journal *journal = NULL;
	int err;

	if (*to->path && strcmp(now, to->path) != 0) {
		journal = journal_open(hub, to->path, &err);
		if (!journal)
			return err;
	}
	if (strcmp(now, to->path) != 0)
		move_calls(hub, journal);
	if (hub->journal) {
		journal_rotate_at(hub->journal, to->rotate_octets);
		journal_watch(hub->journal, to->on_put, to->data);
	}
	set_interim(hub, to->interim_s);
	return 0;
}

bool call_records_status(const struct call_hub *hub, struct journal_status *out)
{
	if (hub->journal)
		journal_read_status(hub->journal, out);
	return hub->journal;
}
