/* The receiving half of an RTP termination. Octets stay untouched but for the seam after a concealed
 * loss and for corrections of the delay. */
#include "mg/rtp_in.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "codecs/dsp/plc.h"
#include "codecs/g711.h"
#include "mg/inbox.h"

enum {
	READ_MAX = 4,      /* batches a tick: a flood holds nobody up */
	EVENT_US = 100000, /* after an event packet another is expected for so long */
	QUIET_PEAK = 100,  /* linear, about -47 dBm0: nobody hears a correction */
	SURPLUS_MIN = 40,  /* timestamp units: correct no less than 5 ms */
};

int rtp_in_init(struct rtp_in *in, void *talloc_ctx, const struct jitter_config *jitter)
{
	*in = (struct rtp_in){ .jitter = jitter_new(talloc_ctx, jitter),
			       .plc = plc_new(talloc_ctx) };
	if (in->jitter && in->plc)
		return 0;
	rtp_in_fini(in);
	return -ENOMEM;
}

void rtp_in_fini(struct rtp_in *in)
{
	if (in->jitter)
		jitter_free(in->jitter);
	if (in->plc)
		plc_free(in->plc);
}

static void add_format(struct rtp_in_formats *formats, uint8_t pt, enum law law)
{
	formats->pt[formats->n] = pt;
	formats->law[formats->n++] = (uint8_t)law;
}

/* RFC 3264 8.3.2: until one of the new payload types is seen the old ones may still come. */
static void tune_formats(struct rtp_in *in, const struct mg_rtp *to, enum law law)
{
	struct rtp_in_formats formats = { 0 };

	add_format(&formats, to->pt, law);
	for (uint8_t i = 0; i < to->n_also; i++)
		add_format(&formats, to->also[i].pt, frame_law(to->also[i].codec));
	if (!memcmp(&formats, &in->now, sizeof(formats)))
		return;
	in->then = in->now;
	in->then_taken = true;
	in->now = formats;
}

void rtp_in_tune(struct rtp_in *in, const struct mg_rtp *to, enum law law)
{
	if (in->receive != to->receive) {
		jitter_reset(in->jitter);
		in->fill = 0;
		in->started = in->seam = false;
	}
	g711_transcode(in->law, in->fifo, in->fifo, in->fill);
	tune_formats(in, to, law);
	in->law = law;
	in->tevent_pt = to->tevent_rx_pt ? to->tevent_rx_pt : to->tevent_pt;
	in->receive = to->receive;
	in->data = to->codec == CODEC_CLEARMODE;
	origin_set(&in->origin, &to->remote);
}

static void take_event(struct rtp_in *in, const struct rtp_packet *packet, uint64_t now_us)
{
	struct tevent_payload event;
	char begun;

	if (tevent_parse(packet->payload, packet->payload_len, &event) < 0) {
		in->bad++;
		return;
	}
	begun = tevent_rx_packet(&in->event, packet->timestamp, &event, now_us);
	if (begun)
		digits_press(&in->digits, begun);
	in->event_until_us = now_us + EVENT_US;
	/* It fills its place in the numbers, not in the sound. */
	jitter_put(in->jitter, packet, 0, now_us);
}

static bool find_law(const struct rtp_in_formats *formats, uint8_t pt, enum law *law)
{
	for (uint8_t i = 0; i < formats->n; i++) {
		if (formats->pt[i] == pt) {
			*law = formats->law[i];
			return true;
		}
	}
	return false;
}

static bool is_sound(struct rtp_in *in, uint8_t pt)
{
	enum law law;

	if (find_law(&in->now, pt, &law)) {
		in->then_taken = false;
		return true;
	}
	return in->then_taken && find_law(&in->then, pt, &law);
}

static void take(struct rtp_in *in, const struct datagram *datagram)
{
	struct rtp_packet packet;
	bool event;

	if (datagram->len > RTP_MAX_PACKET ||
	    rtp_parse(datagram->octets, datagram->len, &packet) < 0 || !packet.payload_len ||
	    packet.payload_len > JITTER_MAX_PAYLOAD) {
		in->bad++;
		return;
	}
	event = in->tevent_pt && packet.pt == in->tevent_pt;
	if (!origin_takes(&in->origin, datagram->from, &packet) ||
	    (!event && !is_sound(in, packet.pt))) {
		in->bad++;
		return;
	}
	rtcp_source_packet(&in->source, &packet, datagram->arrival_us, SAMPLE_RATE);
	in->packets++;
	in->octets += packet.payload_len;
	if (!in->receive)
		return;
	if (event)
		take_event(in, &packet, datagram->arrival_us);
	else
		jitter_put(in->jitter, &packet, packet.payload_len, datagram->arrival_us);
}

/* Every tick, for what a new peer sends meanwhile is lost. */
static void restrict_socket(struct rtp_in *in, int fd)
{
	bool final = origin_is_final(&in->origin);

	if (final != in->restricted)
		inbox_restrict(fd, final ? &in->origin.signalled : NULL);
	in->restricted = final;
}

/* Takes the packets that came. */
static void read_all(struct rtp_in *in, struct inbox *inbox, int fd, const struct rtp_in_rtcp *rtcp)
{
	unsigned n, batches = 0;

	do {
		n = inbox_read(inbox, fd);
		for (unsigned i = 0; i < n; i++) {
			struct datagram datagram = inbox_get(inbox, i);

			if (rtcp_is(datagram.octets, datagram.len))
				rtcp->take(rtcp->data, &datagram);
			else
				take(in, &datagram);
		}
	} while (n == INBOX_BATCH && ++batches < READ_MAX);
}

/* A tick fewer or more of a quiet packet, so that the delay comes nearer to the jitter buffer's target. By
 * whole ticks, for that is how often packets are read and asked for. */
static unsigned correct_delay(struct rtp_in *in, const uint8_t *octets, unsigned n)
{
	int surplus = jitter_surplus(in->jitter);
	unsigned step = n < TICK_OCTETS ? n : TICK_OCTETS;

	if (abs(surplus) < SURPLUS_MIN || frame_peak(in->law, octets, n) > QUIET_PEAK)
		return n;
	jitter_adjusted(in->jitter, surplus < 0 ? -(int)step : (int)step);
	if (surplus > 0)
		return n - step;
	memcpy(in->fifo + in->fill + n, octets + n - step, step);
	return n + step;
}

/* Keeps what concealment needs, and hides the end of the last one. */
static void smooth(struct rtp_in *in, uint8_t *octets, unsigned n)
{
	int16_t samples[JITTER_MAX_PAYLOAD];

	g711_decode(in->law, octets, samples, n);
	plc_good(in->plc, samples, n);
	if (in->seam)
		g711_encode(in->law, samples, octets, n);
	in->seam = false;
	in->started = true;
}

static void play(struct rtp_in *in, const struct jitter_frame *frame)
{
	uint8_t *octets = in->fifo + in->fill;
	unsigned n = frame->payload_len;
	enum law law = in->law;

	if (!find_law(&in->now, frame->pt, &law))
		find_law(&in->then, frame->pt, &law);
	if (law != in->law)
		g711_transcode(law, frame->payload, octets, n);
	else
		memcpy(octets, frame->payload, n);
	if (!in->data) {
		smooth(in, octets, n);
		n = correct_delay(in, octets, n);
	}
	in->fill += n;
}

/* Nothing sounds better than a tone held for ever: concealment fades out by itself. Silence is what an idle
 * data channel carries, too. */
static void invent(struct rtp_in *in, unsigned n, bool silence)
{
	int16_t samples[JITTER_MAX_PAYLOAD] = { 0 };

	if (in->started && !silence && !in->data) {
		plc_fill(in->plc, samples, n);
		in->seam = true;
	}
	g711_encode(in->law, samples, in->fifo + in->fill, n);
	in->fill += n;
}

/* Time is that of asking, though the sound may be played up to a tick later, after what is still in the
 * fifo: a packet must have come by now to be found. */
static void refill(struct rtp_in *in, uint64_t line_us)
{
	const bool in_event = line_us < in->event_until_us; /* then there is no sound to lose */
	struct jitter_frame frame;
	unsigned gap;

	switch (jitter_get(in->jitter, line_us, &frame)) {
	case JITTER_FRAME:
		play(in, &frame);
		break;
	case JITTER_LOST:
		gap = frame.duration ? frame.duration : TICK_OCTETS;
		gap = gap < JITTER_MAX_PAYLOAD ? gap : JITTER_MAX_PAYLOAD;
		if (!in_event)
			in->concealed += gap;
		invent(in, gap, in_event);
		break;
	case JITTER_WAIT:
		invent(in, TICK_OCTETS - in->fill, in_event);
		break;
	}
}

void rtp_in_press(struct rtp_in *in, char digit)
{
	digits_press(&in->digits, digit);
}

/* While the fifo lasts packets may lie in the socket, where the kernel has noted their arrival: taken
 * before the jitter buffer is asked, they make the same of it. */
struct frame rtp_in_say(struct rtp_in *in, struct inbox *inbox, int fd, uint64_t line_us,
			const struct rtp_in_rtcp *rtcp)
{
	struct frame frame = frame_idle(in->law);

	restrict_socket(in, fd);
	if (in->fill < TICK_OCTETS)
		read_all(in, inbox, fd, rtcp);
	while (in->fill < TICK_OCTETS)
		refill(in, line_us);
	memcpy(in->said, in->fifo, TICK_OCTETS);
	in->fill -= TICK_OCTETS;
	memmove(in->fifo, in->fifo + TICK_OCTETS, in->fill);
	frame.digit = digits_step(&in->digits, tevent_rx_down(&in->event, inbox->now_us), 1);
	if (!frame.digit) /* while one is down it is the sound */
		frame.octets = in->said;
	return frame;
}
