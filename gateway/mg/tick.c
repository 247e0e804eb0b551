/* The media side's work: commands, spans, contexts, in this order. */
#include "mg/tick.h"

#include "base/ring.h"
#include "base/wake.h"
#include "drivers/tdm.h"
#include "mg/context.h"
#include "mg/media.h"
#include "mg/term.h"

enum {
	BUSY_TICKS = 1000 / TICK_MS,
	OBEY_MAX = 512, /* commands a tick, so that a burst of them delays no sound */
};

static void enter(struct media *media, struct context *context, struct term *term)
{
	if (llist_empty(&context->terms))
		llist_add_tail(&context->entry, &media->contexts);
	llist_add_tail(&term->entry, &context->terms);
	context_changed(context);
}

static void leave(struct context *context, struct term *term)
{
	llist_del(&term->entry);
	context_changed(context);
	if (llist_empty(&context->terms))
		llist_del(&context->entry);
}

static void add(struct media *media, struct context *context, struct term *term)
{
	enter(media, context, term);
	term_reply(term, media, NOTE_ADDED);
}

static void subtract(struct media *media, struct context *context, struct term *term)
{
	const struct player silent = { .kind = MG_SIGNAL_STOP };

	if (term->player.kind == MG_SIGNAL_DIGITS)
		term_reply(term, media, NOTE_SIGNAL_DONE);
	term->player = silent;
	if (term->ops->stop)
		term->ops->stop(term, media);
	leave(context, term);
	term_reply(term, media, NOTE_SUBTRACTED);
}

static void move(struct media *media, const struct command *command)
{
	const struct note note = {
		.kind = NOTE_MOVED,
		.term = command->term->id,
		.left = command->context,
	};

	leave(command->context, command->term);
	enter(media, command->into, command->term);
	media_reply(media, &note);
}

static void obey(struct media *media, const struct command *command)
{
	struct term *term = command->term;

	switch (command->kind) {
	case COMMAND_ADD:
		add(media, command->context, term);
		break;
	case COMMAND_MODIFY:
		term->ops->modify(term, &command->to);
		context_changed(command->context);
		term_reply(term, media, NOTE_MODIFIED);
		break;
	case COMMAND_SIGNAL:
		term_signal(term, media, &command->player);
		break;
	case COMMAND_PRESS:
		term->ops->press(term, command->digit);
		term_reply(term, media, NOTE_SILENT);
		break;
	case COMMAND_MOVE:
		move(media, command);
		break;
	case COMMAND_SUBTRACT:
		subtract(media, command->context, term);
		break;
	}
}

void tick_spans(struct media *media)
{
	struct span_request *request = atomic_exchange(&media->request, NULL);

	if (!request)
		return;
	media->spans[request->index] = request->span;
	if (request->index >= media->n_spans)
		media->n_spans = request->index + 1;
	sem_post(&request->done);
}

void tick_commands(struct media *media)
{
	struct command command;

	for (unsigned i = 0; i < OBEY_MAX && ring_get(media->commands, &command); i++)
		obey(media, &command);
}

static struct context *next_of(const struct llist_head *entry)
{
	return llist_entry(entry->next, struct context, entry);
}

static void tick_contexts(struct media *media)
{
	const struct llist_head *end = &media->contexts, *next;

	for (const struct llist_head *entry = end->next; entry != end; entry = next) {
		next = entry->next;
		if (next != end) {
			context_expect_terms(next_of(entry));
			if (next->next != end)
				context_expect(next_of(next));
		}
		context_tick(llist_entry(entry, struct context, entry), media);
	}
}

void tick_all(struct media *media, uint64_t line_us, uint64_t now_us, uint64_t wall_us)
{
	media->line_us = line_us;
	media->inbox.now_us = now_us;
	media->inbox.wall_us = wall_us;
	tick_spans(media);
	tick_commands(media);
	for (unsigned i = 0; i < media->n_spans; i++) {
		if (media->spans[i])
			media->spans[i]->driver->tick(media->spans[i]);
	}
	tick_contexts(media);
	for (unsigned i = 0; i < media->n_spans; i++) {
		if (media->spans[i] && media->spans[i]->driver->flush)
			media->spans[i]->driver->flush(media->spans[i]);
	}
	media->ticks++;
	atomic_fetch_add_explicit(&media->load.ticks, 1, memory_order_relaxed);
	if (media->news)
		wake_kick(media->wake);
	media->news = false;
}

void tick_busy(struct media *media, uint32_t us)
{
	if (us > media->busy_max)
		media->busy_max = us;
	media->busy_sum += us;
	if (++media->busy_ticks < BUSY_TICKS)
		return;
	atomic_store_explicit(&media->load.busy_us_max, media->busy_max, memory_order_relaxed);
	atomic_store_explicit(&media->load.busy_us_mean, media->busy_sum / BUSY_TICKS,
			      memory_order_relaxed);
	media->busy_max = media->busy_sum = media->busy_ticks = 0;
}
