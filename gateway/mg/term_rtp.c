/* A termination that is a stream to and from a network peer: its halves and its RTCP put together. */
#include "mg/term.h"

#include <osmocom/core/talloc.h>

#include "mg/media.h"
#include "mg/mg_config.h"
#include "mg/ports.h"
#include "mg/rtp_in.h"
#include "mg/rtp_out.h"
#include "mg/rtp_report.h"

enum { RTCP_TICKS = 10 }; /* the RTCP socket is looked at that rarely: the kernel notes arrivals */

struct term_rtp {
	struct term term;
	enum law law;
	bool tells_digits;
	char down; /* the digit that it hears and tells of, 0: none */
	struct rtp_in in;
	struct rtp_out out;
	struct rtp_report report;
};

static enum law rtp_law(const struct term *term, const struct media *media)
{
	(void)media;
	return ((const struct term_rtp *)term)->law;
}

/* The peer's RTCP, where it shares the port of its RTP. */
struct muxed {
	struct term_rtp *rtp;
	struct media *media;
};

static void on_rtcp(void *data, const struct datagram *datagram)
{
	const struct muxed *muxed = data;
	struct term_rtp *rtp = muxed->rtp;

	rtp_report_take(&rtp->report, muxed->media, &rtp->in, rtp->out.ssrc, datagram);
}

static bool rtp_say(struct term *term, struct media *media)
{
	struct term_rtp *rtp = (struct term_rtp *)term;
	struct muxed muxed = { .rtp = rtp, .media = media };
	const struct rtp_in_rtcp rtcp = { .take = on_rtcp, .data = &muxed };

	if ((media->ticks + term->id) % RTCP_TICKS == 0)
		rtp_report_read(&rtp->report, media, &rtp->in, &rtp->out);
	term->said = rtp_in_say(&rtp->in, &media->inbox, rtp->out.fd, media->line_us, &rtcp);
	term_digit(term, media, term->said.digit);
	return true;
}

/* It is told when it ends, and silence is sent meanwhile. */
static void tell_digit(struct term_rtp *rtp, struct media *media, struct frame *heard)
{
	if (rtp->down && heard->digit != rtp->down)
		media_digit(media, rtp->term.id, rtp->down, true);
	rtp->down = heard->digit;
	if (heard->digit)
		*heard = frame_idle(rtp->law);
}

static void rtp_hear(struct term *term, struct media *media, struct frame heard)
{
	struct term_rtp *rtp = (struct term_rtp *)term;

	term_play(term, media, rtp->law, &heard);
	if (rtp->tells_digits)
		tell_digit(rtp, media, &heard);
	peak_feed(&term->out, &heard);
	rtp_out_hear(&rtp->out, &media->tones, heard);
	rtp_report_tick(&rtp->report, media, &rtp->in, &rtp->out);
}

static void tune(struct term_rtp *rtp, const struct mg_rtp *to)
{
	rtp->law = frame_law(to->codec);
	rtp->tells_digits = to->tells_digits;
	rtp->down = to->tells_digits ? rtp->down : 0;
	rtp->term.takes_digits = to->tevent_pt || to->tells_digits;
	rtp_in_tune(&rtp->in, to, rtp->law);
	rtp_out_tune(&rtp->out, to, rtp->law);
	rtp_report_tune(&rtp->report, to);
}

static void rtp_modify(struct term *term, const struct mg_term *to)
{
	tune((struct term_rtp *)term, &to->rtp);
}

static void rtp_press(struct term *term, char digit)
{
	rtp_in_press(&((struct term_rtp *)term)->in, digit);
}

static void rtp_stats(const struct term *term, struct mg_stats *out)
{
	const struct term_rtp *rtp = (const struct term_rtp *)term;
	struct jitter_stats jitter;

	jitter_stats(rtp->in.jitter, &jitter);
	*out = (struct mg_stats){
		.tx_packets = rtp->out.packets,
		.tx_octets = rtp->out.octets,
		.rx_packets = rtp->in.packets,
		.rx_octets = rtp->in.octets,
		.rx_lost = rtcp_source_lost(&rtp->in.source),
		.rx_late = jitter.late,
		.rx_bad = rtp->in.bad,
		.rx_jitter_us = rtcp_source_jitter_us(&rtp->in.source, SAMPLE_RATE),
		.jb_delay_ms = jitter.delay_ms,
		.jb_target_ms = jitter.target_ms,
		.round_trip_us = rtp->report.round_trip_us,
		.concealed_ticks = (rtp->in.concealed + TICK_OCTETS / 2) / TICK_OCTETS,
	};
}

static void rtp_stop(struct term *term, const struct media *media)
{
	struct term_rtp *rtp = (struct term_rtp *)term;

	rtp_report_bye(&rtp->report, media, &rtp->in, &rtp->out);
}

static void rtp_free(struct term *term)
{
	rtp_in_fini(&((struct term_rtp *)term)->in);
	talloc_free(term);
}

static const struct term_ops rtp_ops = {
	.law = rtp_law,
	.say = rtp_say,
	.hear = rtp_hear,
	.modify = rtp_modify,
	.press = rtp_press,
	.stats = rtp_stats,
	.stop = rtp_stop,
	.free = rtp_free,
};

struct term *term_rtp_new(void *talloc_ctx, const struct mg_rtp *to, const struct port_pair *ports,
			  const struct mg_config *config)
{
	struct term_rtp *rtp = talloc_zero(talloc_ctx, struct term_rtp);
	struct jitter_config jitter = config->jitter;

	if (!rtp)
		return NULL;
	jitter.clock_rate = codec_get(to->codec)->clock_rate;
	if (rtp_in_init(&rtp->in, rtp, &jitter) < 0) {
		talloc_free(rtp);
		return NULL;
	}
	rtp->term.ops = &rtp_ops;
	rtp_out_init(&rtp->out, ports->rtp_fd);
	rtp_report_init(&rtp->report, ports->rtcp_fd, ports->rtp_fd);
	tune(rtp, to);
	return &rtp->term;
}
