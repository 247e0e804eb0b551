/* A termination that is a party inside the gateway: it says its signal, or what it hears in the same tick with
 * not an octet changed, or the sequence of a bit error test, or silence; and it hears digits. */
#include "mg/term.h"

#include <osmocom/core/talloc.h>

#include "codecs/dsp/bert.h"
#include "mg/media.h"

struct term_local {
	struct term term;
	struct mg_local to;
	struct bert bert;          /* of to.bert */
	uint8_t said[TICK_OCTETS]; /* of it */
};

static enum law local_law(const struct term *term, const struct media *media)
{
	const struct mg_local *to = &((const struct term_local *)term)->to;

	(void)media;
	return to->bert ? FRAME_DATA_LAW : to->law;
}

static void say_sequence(struct term_local *local)
{
	bert_say(&local->bert, local->said, TICK_OCTETS);
	local->term.said = (struct frame){ .law = FRAME_DATA_LAW, .octets = local->said };
}

static bool local_say(struct term *term, struct media *media)
{
	struct term_local *local = (struct term_local *)term;

	if (local->to.bert) {
		say_sequence(local);
		return true;
	}
	if (term_play(term, media, local->to.law, &term->said))
		return true;
	term->said = frame_idle(local->to.law);
	return !local->to.echo;
}

static void local_hear(struct term *term, struct media *media, struct frame heard)
{
	struct term_local *local = (struct term_local *)term;

	if (local->to.bert)
		bert_hear(&local->bert, heard.octets, TICK_OCTETS);
	peak_feed(&term->out, &heard);
	term_digit(term, media, heard.digit);
}

/* Another sequence, or none, begins anew. */
static void tune(struct term_local *local, const struct mg_local *to)
{
	static const unsigned orders[] = {
		[MG_BERT_PRBS_9] = 9,
		[MG_BERT_PRBS_11] = 11,
		[MG_BERT_PRBS_15] = 15,
	};

	if (to->bert && to->bert != local->to.bert)
		bert_init(&local->bert, orders[to->bert]);
	local->to = *to;
	local->term.takes_digits = !to->echo && !to->bert;
}

static void local_modify(struct term *term, const struct mg_term *to)
{
	tune((struct term_local *)term, &to->local);
}

static void local_stats(const struct term *term, struct mg_stats *out)
{
	const struct term_local *local = (const struct term_local *)term;

	*out = (struct mg_stats){ 0 };
	if (!local->to.bert)
		return;
	out->bert_locked = local->bert.locked;
	out->bert_bits = local->bert.bits;
	out->bert_errors = local->bert.errors;
	out->bert_losses = local->bert.losses;
}

static void local_free(struct term *term)
{
	talloc_free(term);
}

static const struct term_ops local_ops = {
	.law = local_law,
	.say = local_say,
	.hear = local_hear,
	.modify = local_modify,
	.stats = local_stats,
	.free = local_free,
};

struct term *term_local_new(void *talloc_ctx, const struct mg_local *to)
{
	struct term_local *local = talloc_zero(talloc_ctx, struct term_local);

	if (!local)
		return NULL;
	local->term.ops = &local_ops;
	tune(local, to);
	return &local->term;
}
