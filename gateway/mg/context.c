/* A context's tick: everyone says a frame, then everyone hears the others. Two ends pass octets as they
 * are; what is heard from more is their sum. Echoing parties come last but hear in the same tick, and
 * hear only those that do not echo, or two would feed each other for ever. */
#include "mg/context.h"

#include <stdbool.h>

#include "codecs/g711.h"
#include "mg/media.h"
#include "mg/term.h"

enum { CACHE_LINE = 64, EXPECTED_OCTETS = 1024 };

struct hearing {
	struct frame frame;
	unsigned n;               /* of terms heard */
	int32_t sum[TICK_OCTETS]; /* once there are two */
};

static void add_to_sum(struct hearing *hearing, const struct frame *frame)
{
	int16_t linear[TICK_OCTETS];

	g711_decode(frame->law, frame->octets, linear, TICK_OCTETS);
	for (unsigned i = 0; i < TICK_OCTETS; i++)
		hearing->sum[i] += linear[i];
}

static void hear_also(struct hearing *hearing, const struct frame *frame)
{
	if (hearing->n++ == 0) {
		hearing->frame = *frame;
		return;
	}
	if (hearing->n == 2) {
		for (unsigned i = 0; i < TICK_OCTETS; i++)
			hearing->sum[i] = 0;
		add_to_sum(hearing, &hearing->frame);
	}
	add_to_sum(hearing, frame);
	hearing->frame.returned |= frame->returned;
	if (!hearing->frame.digit) {
		hearing->frame.digit = frame->digit;
		hearing->frame.digit_in_band = frame->digit_in_band;
	}
}

static void saturate(const int32_t *sum, int16_t *out)
{
	for (unsigned i = 0; i < TICK_OCTETS; i++)
		out[i] = sum[i] > INT16_MAX ? INT16_MAX : sum[i] < INT16_MIN ? INT16_MIN : sum[i];
}

/* What the others say to this one. */
static struct frame hear_others(struct context *context, struct media *media, struct term *listener,
				bool echoes_too)
{
	enum law law = listener->ops->law(listener, media);
	struct hearing hearing;
	int16_t linear[TICK_OCTETS];
	struct term *term;

	hearing.frame = frame_idle(law);
	hearing.n = 0; /* and no sum yet: mostly there is none */
	llist_for_each_entry (term, &context->terms, entry) {
		if (term != listener && (echoes_too || !term->echoes))
			hear_also(&hearing, &term->said);
	}
	if (hearing.n > 1) {
		saturate(hearing.sum, linear);
		g711_encode(law, linear, listener->mixed, TICK_OCTETS);
		hearing.frame.law = law;
		hearing.frame.octets = listener->mixed;
	}
	return hearing.frame;
}

void context_changed(struct context *context)
{
	unsigned takers = 0;
	struct term *term;

	llist_for_each_entry (term, &context->terms, entry)
		takers += term->takes_digits;
	llist_for_each_entry (term, &context->terms, entry)
		term->digits_wanted = takers > term->takes_digits;
}

void context_expect(const struct context *context)
{
	__builtin_prefetch(context);
}

static void expect_term(const struct llist_head *entry)
{
	const uint8_t *term = (const uint8_t *)llist_entry(entry, struct term, entry);

	for (unsigned i = 0; i < EXPECTED_OCTETS; i += CACHE_LINE)
		__builtin_prefetch(term + i);
}

void context_expect_terms(const struct context *context)
{
	expect_term(context->terms.next); /* mostly there are two */
	expect_term(context->terms.prev);
}

void context_tick(struct context *context, struct media *media)
{
	struct term *term;

	llist_for_each_entry (term, &context->terms, entry)
		term->echoes = !term->ops->say(term, media);
	llist_for_each_entry (term, &context->terms, entry) {
		if (!term->echoes)
			continue;
		term->said = hear_others(context, media, term, false);
		term->said.returned = true;
	}
	llist_for_each_entry (term, &context->terms, entry) {
		struct frame heard =
			term->echoes ? term->said : hear_others(context, media, term, true);
		peak_feed(&term->in, &term->said);
		term->ops->hear(term, media, heard);
		term_report(term, media);
	}
}
