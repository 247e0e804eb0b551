/* A termination on a timeslot: octets to and from the driver, a DTMF detector that only listens. */
#include "mg/term.h"

#include <osmocom/core/talloc.h>

#include "codecs/dsp/dtmf.h"
#include "codecs/g711.h"
#include "drivers/tdm.h"
#include "mg/media.h"

struct term_tdm {
	struct term term;
	struct mg_tdm to;
	struct dtmf_rx *dtmf;
	struct regen regen; /* digits heard from telephone-event */
};

/* NULL while the span is not attached: the timeslot is silent then. */
static struct tdm_span *span_of(const struct term_tdm *tdm, const struct media *media)
{
	struct tdm_span *span = media->spans[tdm->to.span];

	return span && tdm->to.timeslot <= span->timeslots ? span : NULL;
}

static enum law tdm_law(const struct term *term, const struct media *media)
{
	struct tdm_span *span = span_of((const struct term_tdm *)term, media);

	return span ? span->law : LAW_ALAW;
}

static char detect(struct term_tdm *tdm, const struct frame *frame)
{
	int16_t samples[TICK_OCTETS];

	g711_decode(frame->law, frame->octets, samples, TICK_OCTETS);
	return dtmf_rx_feed(tdm->dtmf, samples, TICK_OCTETS);
}

static bool tdm_say(struct term *term, struct media *media)
{
	struct term_tdm *tdm = (struct term_tdm *)term;
	struct tdm_span *span = span_of(tdm, media);

	term->said = frame_idle(tdm_law(term, media));
	if (span)
		term->said.octets = span->driver->rx(span, tdm->to.timeslot);
	if (tdm->to.detect_dtmf)
		term->said.digit = detect(tdm, &term->said);
	term->said.digit_in_band = true;
	term_digit(term, media, term->said.digit);
	return true;
}

static void tdm_hear(struct term *term, struct media *media, struct frame heard)
{
	struct term_tdm *tdm = (struct term_tdm *)term;
	struct tdm_span *span = span_of(tdm, media);
	enum law law = tdm_law(term, media);

	if (!term_play(term, media, law, &heard))
		regen_step(&tdm->regen, &media->tones, law, &heard);
	peak_feed(&term->out, &heard);
	if (span)
		frame_copy(&heard, law, span->driver->tx(span, tdm->to.timeslot));
}

static void tdm_modify(struct term *term, const struct mg_term *to)
{
	((struct term_tdm *)term)->to.detect_dtmf = to->tdm.detect_dtmf;
}

static void tdm_stats(const struct term *term, struct mg_stats *out)
{
	(void)term;
	*out = (struct mg_stats){ 0 };
}

static void tdm_free(struct term *term)
{
	dtmf_rx_free(((struct term_tdm *)term)->dtmf);
	talloc_free(term);
}

static const struct term_ops tdm_ops = {
	.law = tdm_law,
	.say = tdm_say,
	.hear = tdm_hear,
	.modify = tdm_modify,
	.stats = tdm_stats,
	.free = tdm_free,
};

struct term *term_tdm_new(void *talloc_ctx, const struct mg_tdm *to)
{
	struct term_tdm *tdm = talloc_zero(talloc_ctx, struct term_tdm);

	if (!tdm)
		return NULL;
	tdm->term.ops = &tdm_ops;
	tdm->to = *to;
	tdm->dtmf = dtmf_rx_new(tdm); /* always: it may be asked for later */
	if (tdm->dtmf)
		return &tdm->term;
	talloc_free(tdm);
	return NULL;
}
