/* The media gateway's control side: what exists by number, commands on their way to the media side, and
 * its notes on their way to the owners. The rings never overflow: a command is refused unless its answer,
 * and one more for each termination's end, has room in the ring of replies. */
#include "mg/mg.h"

#include <errno.h>
#include <stdbool.h>

#include <osmocom/core/hashtable.h>
#include <osmocom/core/talloc.h>
#include <osmocom/core/utils.h>

#include "base/clock.h"
#include "base/ring.h"
#include "base/wake.h"
#include "codecs/dsp/echo.h"
#include "drivers/tdm.h"
#include "mg/context.h"
#include "mg/media.h"
#include "mg/mg_config.h"
#include "mg/ports.h"
#include "mg/term.h"
#include "mg/thread.h"
#include "mg/tick.h"
#include "mg/timeslots.h"
#include "rtp/tevent.h"

enum { HASH_LOG2 = 9 };

/* A termination as control knows it. Its media side is the media thread's until the subtraction's note. */
struct handle {
	struct hlist_node node;
	struct llist_head entry; /* of all, oldest first */
	uint32_t id;
	struct mg_term is; /* what was asked for last */
	struct context *context;
	struct term *term;
	struct port_pair ports; /* of MG_RTP */
	struct report report;   /* the last one that came */
	uint64_t reported_us;   /* and when; 0: none */
	mg_event_cb on_event;   /* NULL: forgotten */
	void *data;
	bool closing;      /* the command to subtract was given */
	bool card_cancels; /* the line's echo, and we do not */
};

struct mg {
	struct mg_config config;
	struct ports ports;
	DECLARE_HASHTABLE(handles, HASH_LOG2);
	struct llist_head all; /* handles */
	DECLARE_HASHTABLE(contexts, HASH_LOG2);
	unsigned n_handles, n_contexts;
	unsigned live;                    /* handles that are not closing */
	unsigned unanswered;              /* commands */
	uint32_t last_term, last_context; /* numbers */
	struct timeslots timeslots;
	struct media_thread *thread;
	struct media media;
};

static void deliver(void *data);

struct mg *mg_new(void *talloc_ctx, const struct mg_config *config)
{
	struct mg *mg = talloc_zero(talloc_ctx, struct mg);

	if (!mg)
		return NULL;
	mg->config = *config;
	hash_init(mg->handles);
	INIT_LLIST_HEAD(&mg->all);
	hash_init(mg->contexts);
	if (media_init(&mg->media, mg) < 0)
		goto out;
	mg->media.wake = wake_new(mg, deliver, mg);
	if (mg->media.wake)
		return mg;
	media_fini(&mg->media);
out:
	talloc_free(mg);
	return NULL;
}

int mg_start(struct mg *mg)
{
	if (mg->thread)
		return -EALREADY;
	mg->thread = media_thread_new(mg, &mg->media);
	return mg->thread ? 0 : -errno;
}

void mg_tick(struct mg *mg)
{
	uint64_t now_us = clock_now_us();

	tick_all(&mg->media, now_us, now_us, 0);
	tick_busy(&mg->media, clock_now_us() - now_us);
}

void mg_apply(struct mg *mg, const struct mg_config *config)
{
	mg->config = *config;
}

static void change_span(struct mg *mg, unsigned index, struct tdm_span *span)
{
	struct span_request request = { .index = index, .span = span };

	sem_init(&request.done, 0, 0);
	atomic_store(&mg->media.request, &request);
	if (!mg->thread)
		tick_spans(&mg->media);
	while (sem_wait(&request.done) < 0 && errno == EINTR)
		;
	sem_destroy(&request.done);
}

int mg_attach(struct mg *mg, struct tdm_span *span)
{
	if (span->index >= MEDIA_SPANS)
		return -ENOSPC;
	if (mg->timeslots.spans[span->index])
		return -EALREADY;
	timeslots_attach(&mg->timeslots, span);
	change_span(mg, span->index, span);
	return 0;
}

int mg_detach(struct mg *mg, struct tdm_span *span)
{
	if (span->index >= MEDIA_SPANS || mg->timeslots.spans[span->index] != span)
		return -ENOENT;
	change_span(mg, span->index, NULL);
	timeslots_detach(&mg->timeslots, span);
	return 0;
}

static struct handle *find(struct mg *mg, uint32_t id)
{
	struct handle *handle;

	hash_for_each_possible(mg->handles, handle, node, id)
	{
		if (handle->id == id)
			return handle;
	}
	return NULL;
}

/* One that still takes commands. */
static struct handle *find_live(struct mg *mg, uint32_t id)
{
	struct handle *handle = find(mg, id);

	return handle && !handle->closing ? handle : NULL;
}

static struct context *find_context(struct mg *mg, uint32_t id)
{
	struct context *context;

	hash_for_each_possible(mg->contexts, context, node, id)
	{
		if (context->id == id)
			return context;
	}
	return NULL;
}

uint32_t mg_context(struct mg *mg)
{
	do
		mg->last_context++;
	while (!mg->last_context || find_context(mg, mg->last_context));
	return mg->last_context;
}

/* Numbers only grow, so that one that is gone means nothing for a long time. */
static uint32_t next_term(struct mg *mg)
{
	do
		mg->last_term++;
	while (!mg->last_term || find(mg, mg->last_term));
	return mg->last_term;
}

/* The context, made when it is the first one's. */
static struct context *enter_context(struct mg *mg, uint32_t id)
{
	struct context *context = find_context(mg, id);

	if (!context) {
		context = talloc_zero(mg, struct context);
		if (!context)
			return NULL;
		context->id = id;
		INIT_LLIST_HEAD(&context->terms);
		hash_add(mg->contexts, &context->node, id);
		mg->n_contexts++;
	}
	context->users++;
	return context;
}

static void leave_context(struct mg *mg, struct context *context)
{
	if (--context->users)
		return;
	hash_del(&context->node);
	mg->n_contexts--;
	talloc_free(context);
}

static bool has_room(const struct mg *mg, unsigned replies)
{
	return mg->unanswered + mg->live + replies <= MEDIA_RING;
}

static void send_command(struct mg *mg, const struct handle *handle, struct command *command)
{
	command->term = handle->term;
	command->context = handle->context;
	ring_put(mg->media.commands, command);
	mg->unanswered++;
}

static bool tdm_valid(const struct mg_tdm *tdm)
{
	const struct tdm_span *span = tdm_by_index(tdm->span);

	return span && tdm->span < MEDIA_SPANS && tdm->timeslot &&
	       tdm->timeslot <= span->timeslots && tdm->echo_tail_ms <= ECHO_TAIL_MAX_MS;
}

static bool family_valid(sa_family_t family)
{
	return family == AF_UNSPEC || family == AF_INET || family == AF_INET6;
}

static bool tevent_valid(const struct mg_rtp *rtp)
{
	return rtp->tevent_pt < 128 && rtp->tevent_rx_pt < 128 &&
	       (!rtp->tevent_pt || rtp->tevent_pt != rtp->pt) &&
	       (!rtp->tevent_rx_pt || rtp->tevent_pt) && !(rtp->tevent_pt && rtp->tells_digits);
}

static bool also_valid(const struct mg_rtp *rtp)
{
	for (uint8_t i = 0; i < rtp->n_also; i++) {
		if (i == MG_ALSO || !codec_get(rtp->also[i].codec) || rtp->also[i].pt > 127)
			return false;
	}
	return true;
}

static bool rtp_valid(const struct mg_rtp *rtp)
{
	return codec_get(rtp->codec) && rtp->pt < 128 && tevent_valid(rtp) && also_valid(rtp) &&
	       rtp->ptime_ms >= 10 && rtp->ptime_ms <= 60 && rtp->ptime_ms % TICK_MS == 0 &&
	       family_valid(rtp->remote.ss_family) && family_valid(rtp->remote_rtcp.ss_family);
}

static bool local_valid(const struct mg_local *local)
{
	return (local->law == LAW_ALAW || local->law == LAW_MULAW) &&
	       (unsigned)local->bert <= MG_BERT_PRBS_15 && !(local->bert && local->echo);
}

static bool term_valid(const struct mg_term *term)
{
	switch (term->kind) {
	case MG_TDM:
		return tdm_valid(&term->tdm);
	case MG_RTP:
		return rtp_valid(&term->rtp);
	case MG_LOCAL:
		return local_valid(&term->local);
	}
	return false;
}

/* The timeslot or the ports. 1: the card cancels the line's echo. */
static int seize(struct mg *mg, struct handle *handle, const struct mg_term *to)
{
	if (to->kind == MG_RTP)
		return ports_open(&mg->ports, &mg->config, &to->rtp.remote, &handle->ports);
	if (to->kind != MG_TDM)
		return 0;
	return timeslots_seize(&mg->timeslots, &to->tdm);
}

static void release_timeslot(struct mg *mg, const struct handle *handle)
{
	if (handle->is.kind == MG_TDM)
		timeslots_release(&mg->timeslots, &handle->is.tdm);
}

static void return_timeslot(struct mg *mg, const struct handle *handle)
{
	if (handle->is.kind == MG_TDM)
		timeslots_returned(&mg->timeslots, &handle->is.tdm);
}

static void release_ports(struct mg *mg, struct handle *handle)
{
	if (handle->is.kind == MG_RTP)
		ports_close(&mg->ports, &handle->ports);
}

static struct term *make_term(const struct mg *mg, struct handle *handle, const struct mg_term *to)
{
	if (to->kind == MG_TDM)
		return term_tdm_new(handle, &to->tdm);
	if (to->kind == MG_RTP)
		return term_rtp_new(handle, &to->rtp, &handle->ports, &mg->config);
	return term_local_new(handle, &to->local);
}

/* 0 and everything but the command, or -errno and nothing. */
static int build(struct mg *mg, struct handle *handle, uint32_t context, const struct mg_term *to)
{
	int rc = seize(mg, handle, to);
	struct mg_term made = *to;

	if (rc < 0)
		return rc;
	handle->card_cancels = rc;
	if (rc)
		made.tdm.echo_tail_ms = 0;
	handle->term = make_term(mg, handle, &made);
	if (!handle->term)
		goto out;
	handle->context = enter_context(mg, context);
	if (handle->context)
		return 0;
	handle->term->ops->free(handle->term);
out:
	release_timeslot(mg, handle);
	return_timeslot(mg, handle);
	release_ports(mg, handle);
	return -ENOMEM;
}

int64_t mg_add(struct mg *mg, uint32_t context, const struct mg_term *term, mg_event_cb on_event,
	       void *data)
{
	struct command command = { .kind = COMMAND_ADD };
	struct handle *handle;
	int rc;

	if (!context || !term_valid(term))
		return -EINVAL;
	if (!has_room(mg, 2)) /* its answer, and its end */
		return -EAGAIN;
	handle = talloc_zero(mg, struct handle);
	if (!handle)
		return -ENOMEM;
	handle->is = *term;
	handle->on_event = on_event;
	handle->data = data;
	rc = build(mg, handle, context, term);
	if (rc < 0) {
		talloc_free(handle);
		return rc;
	}
	handle->id = handle->term->id = next_term(mg);
	hash_add(mg->handles, &handle->node, handle->id);
	llist_add_tail(&handle->entry, &mg->all);
	mg->n_handles++;
	mg->live++;
	send_command(mg, handle, &command);
	return handle->id;
}

static bool tdm_stays(const struct mg_tdm *is, const struct mg_tdm *to)
{
	return to->span == is->span && to->timeslot == is->timeslot && to->data == is->data &&
	       to->echo_tail_ms == is->echo_tail_ms;
}

/* A socket stays what it is, a timeslot where it is and what it was opened for. */
static int check_change(const struct handle *handle, const struct mg_term *to)
{
	const sa_family_t family = handle->ports.local.ss_family;

	if (to->kind != handle->is.kind || !term_valid(to))
		return -EINVAL;
	if (to->kind == MG_TDM && !tdm_stays(&handle->is.tdm, &to->tdm))
		return -EINVAL;
	if (to->kind == MG_RTP &&
	    ((to->rtp.remote.ss_family && to->rtp.remote.ss_family != family) ||
	     (to->rtp.remote_rtcp.ss_family && to->rtp.remote_rtcp.ss_family != family)))
		return -EAFNOSUPPORT;
	return 0;
}

int mg_modify(struct mg *mg, uint32_t term, const struct mg_term *to)
{
	struct command command = { .kind = COMMAND_MODIFY, .to = *to };
	struct handle *handle = find_live(mg, term);
	int rc;

	if (!handle)
		return -ENOENT;
	rc = check_change(handle, to);
	if (rc < 0)
		return rc;
	if (!has_room(mg, 1))
		return -EAGAIN;
	handle->is = *to;
	send_command(mg, handle, &command);
	return 0;
}

int mg_signal(struct mg *mg, uint32_t term, const struct mg_signal *signal)
{
	struct command command = { .kind = COMMAND_SIGNAL };
	struct handle *handle = find_live(mg, term);
	int rc;

	if (!handle)
		return -ENOENT;
	rc = player_init(&command.player, signal);
	if (rc < 0)
		return rc;
	if (!has_room(mg, 1))
		return -EAGAIN;
	send_command(mg, handle, &command);
	return 0;
}

int mg_press(struct mg *mg, uint32_t term, char digit)
{
	struct command command = { .kind = COMMAND_PRESS, .digit = digit };
	struct handle *handle = find_live(mg, term);

	if (!handle)
		return -ENOENT;
	if (!handle->term->ops->press || tevent_event(digit) < 0)
		return -EINVAL;
	if (!has_room(mg, 1))
		return -EAGAIN;
	send_command(mg, handle, &command);
	return 0;
}

int mg_move(struct mg *mg, uint32_t term, uint32_t context)
{
	struct command command = { .kind = COMMAND_MOVE };
	struct handle *handle = find_live(mg, term);

	if (!handle)
		return -ENOENT;
	if (!context)
		return -EINVAL;
	if (handle->context->id == context)
		return 0;
	if (!has_room(mg, 1))
		return -EAGAIN;
	command.into = enter_context(mg, context);
	if (!command.into)
		return -ENOMEM;
	send_command(mg, handle, &command);
	handle->context = command.into;
	return 0;
}

int mg_subtract(struct mg *mg, uint32_t term)
{
	struct command command = { .kind = COMMAND_SUBTRACT };
	struct handle *handle = find_live(mg, term);

	if (!handle)
		return -ENOENT;
	handle->closing = true;
	mg->live--;
	release_timeslot(mg, handle);
	send_command(mg, handle, &command);
	return 0;
}

void mg_forget(struct mg *mg, uint32_t term)
{
	struct handle *handle = find(mg, term);

	if (!handle)
		return;
	handle->on_event = NULL;
	mg_subtract(mg, term);
}

static void tell(const struct handle *handle, struct mg_event *event)
{
	event->term = handle->id;
	event->context = handle->context->id;
	if (event->kind == MG_EV_ADDED && handle->is.kind == MG_RTP)
		event->local = handle->ports.local;
	if (handle->on_event)
		handle->on_event(handle->data, event);
}

/* The object came back: nothing of it is left when its owner hears so. */
static void end(struct mg *mg, struct handle *handle, const struct mg_stats *stats)
{
	const struct handle last = *handle;
	struct mg_event event = {
		.kind = MG_EV_SUBTRACTED,
		.term = handle->id,
		.context = handle->context->id,
		.stats = *stats,
	};

	return_timeslot(mg, handle);
	release_ports(mg, handle);
	handle->term->ops->free(handle->term);
	leave_context(mg, handle->context);
	hash_del(&handle->node);
	llist_del(&handle->entry);
	mg->n_handles--;
	talloc_free(handle);
	if (last.on_event)
		last.on_event(last.data, &event);
}

static void on_note(struct mg *mg, const struct note *note)
{
	static const enum mg_event_kind kinds[] = {
		[NOTE_ADDED] = MG_EV_ADDED,
		[NOTE_MODIFIED] = MG_EV_MODIFIED,
		[NOTE_SIGNAL_DONE] = MG_EV_SIGNAL_DONE,
	};
	struct mg_event event = { 0 };
	struct handle *handle = find(mg, note->term);

	mg->unanswered--;
	if (note->kind == NOTE_SUBTRACTED) {
		end(mg, handle, &note->stats);
	} else if (note->kind == NOTE_MOVED) {
		leave_context(mg, note->left);
	} else if (note->kind != NOTE_SILENT && !handle->closing) {
		event.kind = kinds[note->kind];
		tell(handle, &event);
	}
}

static void take_reports(struct mg *mg)
{
	struct report report;

	while (ring_get(mg->media.reports, &report)) {
		struct handle *handle = find(mg, report.term);
		if (!handle)
			continue;
		handle->report = report;
		handle->reported_us = clock_now_us();
	}
}

/* By number alone: any callback may subtract any termination. */
static void deliver(void *data)
{
	struct mg *mg = data;
	struct digit_note digit;
	struct note note;

	take_reports(mg);
	while (ring_get(mg->media.digits, &digit)) {
		struct mg_event event = {
			.kind = digit.out ? MG_EV_DIGIT_OUT : MG_EV_DIGIT,
			.digit = digit.digit,
		};
		struct handle *handle = find_live(mg, digit.term);
		if (handle)
			tell(handle, &event);
	}
	while (ring_get(mg->media.replies, &note))
		on_note(mg, &note);
}

void mg_free(struct mg *mg)
{
	struct handle *handle;

	if (!mg)
		return;
	if (mg->thread)
		media_thread_free(mg->thread);
	llist_for_each_entry (handle, &mg->all, entry)
		mg_forget(mg, handle->id);
	while (mg->n_handles) {
		tick_commands(&mg->media);
		deliver(mg);
	}
	wake_free(mg->media.wake);
	media_fini(&mg->media);
	talloc_free(mg);
}

static struct mg_status status_of(const struct handle *handle)
{
	struct mg_status status = {
		.id = handle->id,
		.context = handle->context->id,
		.term = handle->is,
		.card_cancels = handle->card_cancels,
		.reported_us = handle->reported_us,
		.signal = handle->report.signal,
		.tone = handle->report.tone,
		.stats = handle->report.stats,
	};

	if (handle->is.kind == MG_RTP)
		status.local = handle->ports.local;
	return status;
}

void mg_each(const struct mg *mg, uint32_t context,
	     bool (*fn)(void *data, const struct mg_status *status), void *data)
{
	const struct handle *handle;

	llist_for_each_entry (handle, &mg->all, entry) {
		struct mg_status status;
		if (handle->closing || (context && handle->context->id != context))
			continue;
		status = status_of(handle);
		if (!fn(data, &status))
			return;
	}
}

void mg_totals(const struct mg *mg, struct mg_totals *out)
{
	const struct media_load *load = &mg->media.load;

	*out = (struct mg_totals){
		.contexts = mg->n_contexts,
		.terminations = mg->n_handles,
		.ports_used = mg->ports.pairs,
		.ports_total = ports_total(&mg->config),
		.ticks = atomic_load_explicit(&load->ticks, memory_order_relaxed),
		.late_ticks = atomic_load_explicit(&load->late_ticks, memory_order_relaxed),
		.busy_us_max = atomic_load_explicit(&load->busy_us_max, memory_order_relaxed),
		.busy_us_mean = atomic_load_explicit(&load->busy_us_mean, memory_order_relaxed),
		.digits_dropped = atomic_load_explicit(&load->digits_dropped, memory_order_relaxed),
	};
}
