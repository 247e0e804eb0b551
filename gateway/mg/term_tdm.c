/* A termination on a timeslot: octets to and from the driver, a DTMF detector that only listens. */
#include "mg/term.h"

#include <osmocom/core/talloc.h>

#include "codecs/dsp/dtmf.h"
#include "codecs/g711.h"
#include "drivers/tdm.h"
#include "mg/media.h"

enum {
	QUIET_PEAK = 100, /* linear, 5 dB below what the detector takes for a tone */
	QUIET_TICKS = 4,  /* then it has forgotten what was before */
};

struct term_tdm {
	struct term term;
	struct mg_tdm to;
	struct dtmf_rx *dtmf;
	bool tapped;
	unsigned quiet_ticks; /* in a row */
	struct regen regen;   /* digits heard from telephone-event */
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

static bool is_tapped(const struct term_tdm *tdm)
{
	return tdm->to.detect_dtmf == MG_DTMF_REPORTED ||
	       (tdm->to.detect_dtmf == MG_DTMF_RELAYED && tdm->term.digits_wanted);
}

/* Speech is half pauses, and most of a pause need not be listened to. */
static char detect(struct term_tdm *tdm, const struct frame *frame)
{
	int16_t samples[TICK_OCTETS];

	if (frame_peak(frame->law, frame->octets, TICK_OCTETS) > QUIET_PEAK)
		tdm->quiet_ticks = 0;
	else if (tdm->quiet_ticks++ >= QUIET_TICKS)
		return 0;
	g711_decode(frame->law, frame->octets, samples, TICK_OCTETS);
	return dtmf_rx_feed(tdm->dtmf, samples, TICK_OCTETS);
}

static void tap(struct term_tdm *tdm, struct media *media)
{
	bool tapped = is_tapped(tdm);

	if (tapped && !tdm->tapped)
		dtmf_rx_reset(tdm->dtmf);
	tdm->tapped = tapped;
	if (tapped)
		tdm->term.said.digit = detect(tdm, &tdm->term.said);
	if (tdm->to.detect_dtmf == MG_DTMF_REPORTED)
		term_digit(&tdm->term, media, tdm->term.said.digit);
}

static bool tdm_say(struct term *term, struct media *media)
{
	struct term_tdm *tdm = (struct term_tdm *)term;
	struct tdm_span *span = span_of(tdm, media);

	term->said = frame_idle(tdm_law(term, media));
	if (span)
		term->said.octets = span->driver->rx(span, tdm->to.timeslot);
	term->said.digit_in_band = true;
	tap(tdm, media);
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
