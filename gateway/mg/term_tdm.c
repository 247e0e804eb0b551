/* A termination on a timeslot: octets to and from the driver; the line's echo is cancelled, and a DTMF detector
 * listens to what is left, so that digits that we send are not heard coming back. */
#include "mg/term.h"

#include <osmocom/core/talloc.h>

#include "codecs/dsp/dtmf.h"
#include "codecs/g711.h"
#include "drivers/tdm.h"
#include "mg/line_echo.h"
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
	struct line_echo echo;
};

/* NULL while the span is not attached: the timeslot is silent then. */
static struct tdm_span *span_of(const struct term_tdm *tdm, const struct media *media)
{
	struct tdm_span *span = media->spans[tdm->to.span];

	return span && tdm->to.timeslot <= span->timeslots ? span : NULL;
}

static enum law tdm_law(const struct term *term, const struct media *media)
{
	const struct term_tdm *tdm = (const struct term_tdm *)term;
	struct tdm_span *span = span_of(tdm, media);

	if (tdm->to.data)
		return FRAME_DATA_LAW;
	return span ? span->law : LAW_ALAW;
}

static bool is_tapped(const struct term_tdm *tdm)
{
	if (tdm->to.data)
		return false;
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
	term->said.digit_in_band = true;
	if (span) {
		term->said.octets = span->driver->rx(span, tdm->to.timeslot);
		line_echo_clean(&tdm->echo, &term->said);
	}
	tap(tdm, media);
	return true;
}

static void put_on_line(struct term_tdm *tdm, struct tdm_span *span, enum law law,
			const struct frame *frame)
{
	uint8_t *octets = span->driver->tx(span, tdm->to.timeslot);
	const struct frame sent = { .law = law, .octets = octets, .returned = frame->returned };

	frame_copy(frame, law, octets);
	line_echo_sent(&tdm->echo, &sent);
}

static void tdm_hear(struct term *term, struct media *media, struct frame heard)
{
	struct term_tdm *tdm = (struct term_tdm *)term;
	struct tdm_span *span = span_of(tdm, media);
	enum law law = tdm_law(term, media);

	if (!term_play(term, media, law, &heard) && !tdm->to.data)
		regen_step(&tdm->regen, &media->tones, law, &heard);
	peak_feed(&term->out, &heard);
	if (span)
		put_on_line(tdm, span, law, &heard);
}

static void tdm_modify(struct term *term, const struct mg_term *to)
{
	((struct term_tdm *)term)->to.detect_dtmf = to->tdm.detect_dtmf;
}

static void tdm_stats(const struct term *term, struct mg_stats *out)
{
	*out = (struct mg_stats){ 0 };
	line_echo_stats(&((const struct term_tdm *)term)->echo, out);
}

static void tdm_free(struct term *term)
{
	struct term_tdm *tdm = (struct term_tdm *)term;

	line_echo_fini(&tdm->echo);
	if (tdm->dtmf)
		dtmf_rx_free(tdm->dtmf);
	talloc_free(tdm);
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
	if (tdm->dtmf && !line_echo_init(&tdm->echo, tdm, to->data ? 0 : to->echo_tail_ms))
		return &tdm->term;
	tdm_free(&tdm->term);
	return NULL;
}
