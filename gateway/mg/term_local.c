/* A termination that is a party inside the gateway: it says its signal, or what it hears in the same
 * tick with not an octet changed, or silence; and it hears digits. */
#include "mg/term.h"

#include <osmocom/core/talloc.h>

#include "mg/media.h"

struct term_local {
	struct term term;
	struct mg_local to;
};

static enum law local_law(const struct term *term, const struct media *media)
{
	(void)media;
	return ((const struct term_local *)term)->to.law;
}

static bool local_say(struct term *term, struct media *media)
{
	struct term_local *local = (struct term_local *)term;

	if (term_play(term, media, local->to.law, &term->said))
		return true;
	term->said = frame_idle(local->to.law);
	return !local->to.echo;
}

static void local_hear(struct term *term, struct media *media, struct frame heard)
{
	peak_feed(&term->out, &heard);
	term_digit(term, media, heard.digit);
}

static void local_modify(struct term *term, const struct mg_term *to)
{
	((struct term_local *)term)->to = to->local;
	term->takes_digits = !to->local.echo;
}

static void local_stats(const struct term *term, struct mg_stats *out)
{
	(void)term;
	*out = (struct mg_stats){ 0 };
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
	local->to = *to;
	local->term.takes_digits = !to->echo; /* an echo has no use for them */
	return &local->term;
}
