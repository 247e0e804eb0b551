/* Pairs of spans joined by a cable in memory: octets, HDLC as bits, and ABCD, exactly one tick each way.
 *
 * Two spans that name each other as far end are a pair; one alone sees no signal. Frames and CAS changes
 * cross between control and media in rings. Everything that crosses between the ends is in the cable. */
#include <errno.h>
#include <string.h>

#include <osmocom/core/talloc.h>

#include "base/log.h"
#include "base/ring.h"
#include "drivers/cable.h"
#include "drivers/hdlc.h"
#include "drivers/postbox.h"
#include "drivers/span_config.h"
#include "drivers/tdm.h"

enum { TX_FRAMES = 32 }; /* frames on their way to the line, of a timeslot */

struct virtual_hdlc {
	struct virtual_span *owner;
	uint8_t timeslot;
	struct hdlc_rx rx;
	struct hdlc_tx tx;
	struct ring *to_send; /* of struct hdlc_frame, control to media */
};

struct virtual_span {
	struct tdm_span span; /* first: the drivers' common head */
	struct cable_end *end;
	struct postbox *postbox;
	struct virtual_hdlc *hdlc[TDM_MAX_TIMESLOTS]; /* changed while not attached only */
	uint8_t heard[TDM_MAX_TIMESLOTS][TICK_OCTETS];
	uint8_t abcd_heard[TDM_MAX_TIMESLOTS]; /* as last told to control */
	uint8_t abcd_said[TDM_MAX_TIMESLOTS];
	uint8_t nowhere[TICK_OCTETS]; /* stands in for timeslots that cannot be written */
};

static struct virtual_span *of(struct tdm_span *span)
{
	return (struct virtual_span *)span;
}

/* The media thread. */

static void on_hdlc_frame(void *data, const uint8_t *octets, size_t len)
{
	struct virtual_hdlc *hdlc = data;

	postbox_put_frame(hdlc->owner->postbox, hdlc->timeslot, octets, len);
}

static bool next_hdlc_frame(void *data, struct hdlc_frame *frame)
{
	struct virtual_hdlc *hdlc = data;

	if (!ring_get(hdlc->to_send, frame))
		return false;
	tdm_count_one(&hdlc->owner->span.counters.hdlc_tx_frames);
	return true;
}

static void hear_hdlc(struct virtual_hdlc *hdlc, const struct cable_load *load)
{
	if (!load) {
		hdlc_rx_init(&hdlc->rx);
		return;
	}
	unsigned errors = hdlc_rx_feed(&hdlc->rx, load->octets[hdlc->timeslot], TICK_OCTETS,
				       on_hdlc_frame, hdlc);
	while (errors--)
		tdm_count_one(&hdlc->owner->span.counters.hdlc_rx_errors);
}

/* A change that finds no room is seen again in the next tick. */
static void hear_cas(struct virtual_span *span, unsigned timeslot, uint8_t abcd)
{
	if (postbox_put_cas(span->postbox, timeslot, abcd))
		span->abcd_heard[timeslot] = abcd;
}

static void hear(struct virtual_span *span)
{
	const struct cable_load *load = cable_arriving(span->end);

	if (load)
		memcpy(span->heard, load->octets, sizeof(span->heard));
	else
		memset(span->heard, law_idle(span->span.law), sizeof(span->heard));
	for (unsigned timeslot = 1; timeslot <= span->span.timeslots; timeslot++) {
		if (span->hdlc[timeslot])
			hear_hdlc(span->hdlc[timeslot], load);
		if (load && load->abcd[timeslot] != span->abcd_heard[timeslot])
			hear_cas(span, timeslot, load->abcd[timeslot]);
	}
}

static void say(struct virtual_span *span)
{
	struct cable_load *load = cable_leaving(span->end);

	memset(load->octets, law_idle(span->span.law), sizeof(load->octets));
	memcpy(load->abcd, span->abcd_said, sizeof(load->abcd));
	for (unsigned timeslot = 1; timeslot <= span->span.timeslots; timeslot++) {
		struct virtual_hdlc *hdlc = span->hdlc[timeslot];
		if (hdlc)
			hdlc_tx_fill(&hdlc->tx, load->octets[timeslot], TICK_OCTETS,
				     next_hdlc_frame, hdlc);
	}
}

static void take_turn(struct virtual_span *span)
{
	cable_take_turn(span->end);
	hear(span);
	say(span);
	postbox_flush(span->postbox);
}

static void virtual_tick(struct tdm_span *base)
{
	take_turn(of(base));
	tdm_count_one(&base->counters.ticks);
}

/* Nothing is lost either way when an end makes up for a round. */
static void keep_up(struct virtual_span *span)
{
	if (cable_behind(span->end))
		take_turn(span);
}

static bool has_timeslot(const struct virtual_span *span, unsigned timeslot)
{
	return timeslot >= 1 && timeslot <= span->span.timeslots;
}

static const uint8_t *virtual_rx(struct tdm_span *base, unsigned timeslot)
{
	struct virtual_span *span = of(base);

	keep_up(span);
	if (has_timeslot(span, timeslot))
		return span->heard[timeslot];
	memset(span->nowhere, law_idle(base->law), sizeof(span->nowhere));
	return span->nowhere;
}

static uint8_t *virtual_tx(struct tdm_span *base, unsigned timeslot)
{
	struct virtual_span *span = of(base);

	keep_up(span);
	if (!has_timeslot(span, timeslot) || span->hdlc[timeslot])
		return span->nowhere;
	return cable_leaving(span->end)->octets[timeslot];
}

static void virtual_cas_send(struct tdm_span *base, unsigned timeslot, uint8_t abcd)
{
	struct virtual_span *span = of(base);

	if (!has_timeslot(span, timeslot))
		return;
	keep_up(span);
	span->abcd_said[timeslot] = abcd & 0xf;
	cable_leaving(span->end)->abcd[timeslot] = abcd & 0xf;
}

/* The control thread. */

static unsigned alarms_of(const struct virtual_span *span)
{
	return cable_signal(span->end) ? 0 : TDM_ALARM_RED;
}

/* Of this end and of the far one. */
static void report_alarms(struct virtual_span *span)
{
	struct virtual_span *far = span->end->far->owner;

	tdm_report_alarms(&span->span, alarms_of(span));
	if (far)
		tdm_report_alarms(&far->span, alarms_of(far));
}

static struct tdm_span *virtual_open(void *talloc_ctx, const struct span_config *config)
{
	struct virtual_span *span = talloc_zero(talloc_ctx, struct virtual_span);
	if (!span)
		goto out;
	span->postbox = postbox_new(&span->span);
	if (!span->postbox)
		goto out;
	span->end = cable_plug(config->name, config->far_end, span);
	if (!span->end)
		goto out_postbox;
	span->span.alarms = alarms_of(span);
	report_alarms(span);
	return &span->span;
out_postbox:
	postbox_free(span->postbox);
out:
	LOGP(DTDM, LOGL_ERROR, "%s: no memory or descriptor for the span\n", config->name);
	talloc_free(span);
	return NULL;
}

static void virtual_close(struct tdm_span *base)
{
	struct virtual_span *span = of(base);
	struct virtual_span *far = span->end->far->owner;

	cable_pull(span->end);
	if (far)
		tdm_report_alarms(&far->span, alarms_of(far));
	postbox_free(span->postbox);
	talloc_free(span);
}

static int virtual_hdlc_enable(struct tdm_span *base, unsigned timeslot, bool on)
{
	struct virtual_span *span = of(base);

	if (!has_timeslot(span, timeslot))
		return -EINVAL;
	if (!!span->hdlc[timeslot] == on)
		return 0;
	if (!on) {
		TALLOC_FREE(span->hdlc[timeslot]);
		return 0;
	}
	struct virtual_hdlc *hdlc = talloc_zero(span, struct virtual_hdlc);
	if (!hdlc)
		return -ENOMEM;
	hdlc->owner = span;
	hdlc->timeslot = (uint8_t)timeslot;
	hdlc->to_send = ring_new(hdlc, sizeof(struct hdlc_frame), TX_FRAMES);
	if (!hdlc->to_send) {
		talloc_free(hdlc);
		return -ENOMEM;
	}
	hdlc_rx_init(&hdlc->rx);
	hdlc_tx_init(&hdlc->tx);
	span->hdlc[timeslot] = hdlc;
	return 0;
}

static int virtual_hdlc_send(struct tdm_span *base, unsigned timeslot, const uint8_t *octets,
			     size_t len)
{
	struct virtual_span *span = of(base);
	struct hdlc_frame frame = { .len = (uint16_t)len };

	if (!has_timeslot(span, timeslot) || !span->hdlc[timeslot])
		return -ENODEV;
	if (!len || len > sizeof(frame.octets))
		return -EMSGSIZE;
	if (base->alarms)
		return -ENETDOWN;
	memcpy(frame.octets, octets, len);
	return ring_put(span->hdlc[timeslot]->to_send, &frame) ? 0 : -EAGAIN;
}

static int virtual_inject(struct tdm_span *base, enum tdm_fault fault)
{
	struct virtual_span *span = of(base);

	if (fault != TDM_FAULT_NONE && fault != TDM_FAULT_CUT)
		return -EINVAL;
	cable_cut(span->end, fault == TDM_FAULT_CUT);
	report_alarms(span);
	return 0;
}

const struct tdm_driver virtual_driver = {
	.name = "virtual",
	.open = virtual_open,
	.close = virtual_close,
	.hdlc_enable = virtual_hdlc_enable,
	.hdlc_send = virtual_hdlc_send,
	.inject = virtual_inject,
	.tick = virtual_tick,
	.rx = virtual_rx,
	.tx = virtual_tx,
	.cas_send = virtual_cas_send,
};
