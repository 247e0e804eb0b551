/* Opening and closing of B channels: block size, law, echo canceller and gains. */
#include "drivers/dahdi.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <dahdi/user.h>

#include <spandsp.h>

#include "drivers/dahdi_io.h"

enum { BUFFERS = DAHDI_MAX_NUM_BUFS };

static int complain(struct dahdi_span *span, unsigned timeslot, const char *asked, int error)
{
	char who[TDM_NAME_MAX + 8];

	tdm_channel_name(&span->span, timeslot, who, sizeof(who));
	return dahdi_complain(&span->complaint, who, asked, error);
}

static uint8_t amplify(enum law law, uint8_t octet, double factor)
{
	double sample = law == LAW_ALAW ? alaw_to_linear(octet) : ulaw_to_linear(octet);

	sample = fmax(INT16_MIN, fmin(INT16_MAX, rint(sample * factor)));
	return law == LAW_ALAW ? linear_to_alaw((int)sample) : linear_to_ulaw((int)sample);
}

static void fill_gain(enum law law, int db, unsigned char *table)
{
	const double factor = pow(10.0, db / 20.0);

	for (unsigned i = 0; i < 256; i++)
		table[i] = db ? amplify(law, (uint8_t)i, factor) : (uint8_t)i;
}

static void set_gains(struct dahdi_span *span, unsigned timeslot, int fd)
{
	const struct dahdi_config *config = &span->config.dahdi;
	struct dahdi_gains gains = { 0 };
	int rc;

	if (!config->rx_gain && !config->tx_gain)
		return;
	fill_gain(span->span.law, config->rx_gain, gains.rxgain);
	fill_gain(span->span.law, config->tx_gain, gains.txgain);
	rc = dahdi_io_ctl(fd, DAHDI_SETGAINS, &gains);
	if (rc < 0)
		complain(span, timeslot, "gains are refused (DAHDI_SETGAINS)", rc);
}

static void set_canceller(struct dahdi_span *span, unsigned timeslot, int fd)
{
	struct dahdi_channel *channel = &span->channels[timeslot];
	int rc = channel->taps ? dahdi_io_ctl(fd, DAHDI_ECHOCANCEL, &channel->taps) : 0;

	if (rc == 0)
		return;
	channel->taps = 0;
	complain(span, timeslot, "the echo canceller is refused (DAHDI_ECHOCANCEL)", rc);
}

/* What DAHDI takes: 32 to 1024, by powers of two, 8 to a millisecond. */
static int taps_of(const struct dahdi_span *span, unsigned timeslot, const struct tdm_channel *how)
{
	int taps = 32;

	if (!how->speech || !how->echo_tail_ms || !(span->place.cancels >> timeslot & 1))
		return 0;
	while (taps < 1024 && taps < how->echo_tail_ms * 8)
		taps *= 2;
	return taps;
}

static bool wants_audio(const struct dahdi_span *span, unsigned timeslot)
{
	const struct dahdi_channel *channel = &span->channels[timeslot];

	return channel->speech &&
	       (channel->taps || span->config.dahdi.rx_gain || span->config.dahdi.tx_gain);
}

/* In audio mode the kernel may touch octets; it is asked for only where that is wanted, and otherwise ended,
 * as it outlives whoever had the channel before. What is refused then is done without. */
static int dress(struct dahdi_span *span, unsigned timeslot, int fd)
{
	int audio = wants_audio(span, timeslot);
	int rc = 0;

	if (span->config.dahdi.framing != DAHDI_FRAMING_CAS)
		rc = dahdi_io_ctl(fd, DAHDI_AUDIOMODE, &audio);
	if (rc == 0 && audio) {
		set_gains(span, timeslot, fd);
		set_canceller(span, timeslot, fd);
	}
	return rc;
}

static int prepare(struct dahdi_span *span, unsigned timeslot, int fd)
{
	struct dahdi_bufferinfo buffers = { .txbufpolicy = DAHDI_POLICY_IMMEDIATE,
					    .rxbufpolicy = DAHDI_POLICY_IMMEDIATE,
					    .numbufs = BUFFERS,
					    .bufsize = (int)span->config.dahdi.block };
	int law = span->span.law == LAW_ALAW ? DAHDI_LAW_ALAW : DAHDI_LAW_MULAW;
	int rc = dahdi_io_ctl(fd, DAHDI_SET_BUFINFO, &buffers);

	if (rc == 0)
		rc = dahdi_io_ctl(fd, DAHDI_SETLAW, &law);
	return rc < 0 ? rc : dress(span, timeslot, fd);
}

/* The media thread has let go of it; when it was not asked to, the card is gone. */
static void shut(struct dahdi_span *span, struct dahdi_channel *channel)
{
	if (channel->fd >= 0 && !channel->recalled)
		span->gone = true;
	dahdi_io_close(channel->fd);
	channel->fd = -1;
}

static int take(struct dahdi_span *span, unsigned timeslot)
{
	int rc = dahdi_setup_channel(&span->setup, &span->place, timeslot);
	int fd;

	if (rc < 0)
		return rc;
	fd = dahdi_io_channel(span->place.base_channel + (int)timeslot - 1);
	if (fd < 0)
		return complain(span, timeslot, "the channel does not open (DAHDI_SPECIFY)", fd);
	rc = prepare(span, timeslot, fd);
	if (rc < 0) {
		dahdi_io_close(fd);
		return complain(span, timeslot,
				"blocks, law or audio mode are refused (DAHDI_SET_BUFINFO, "
				"DAHDI_SETLAW, DAHDI_AUDIOMODE)",
				rc);
	}
	dahdi_channel_give(&span->channels[timeslot], fd, span->span.law);
	return 0;
}

static void collect(struct dahdi_span *span, unsigned timeslot)
{
	struct dahdi_channel *channel = &span->channels[timeslot];

	if (dahdi_channel_owner(channel) != DAHDI_CONTROLS)
		return;
	shut(span, channel);
	if (channel->wanted && span->place.span && !span->gone)
		take(span, timeslot);
}

void dahdi_bearer_collect(struct dahdi_span *span)
{
	for (unsigned i = 1; i <= span->span.timeslots; i++)
		collect(span, i);
}

/* 0 or -errno; when the card is not there, the echo is left to others, and the rest is done when it comes. */
static int open_or_change(struct dahdi_span *span, unsigned timeslot)
{
	struct dahdi_channel *channel = &span->channels[timeslot];
	const enum dahdi_owner owner = dahdi_channel_owner(channel);

	if (owner == DAHDI_CONTROLS)
		shut(span, channel); /* that of the call before may not have been collected yet */
	if (owner == DAHDI_CONTROLS && span->place.span && !span->gone)
		return take(span, timeslot);
	if (owner == DAHDI_MEDIAS)
		return dress(span, timeslot, channel->fd);
	channel->taps = 0;
	return 0;
}

int dahdi_bearer_open(struct tdm_span *base, unsigned timeslot, const struct tdm_channel *how)
{
	struct dahdi_span *span = dahdi_of(base);
	struct dahdi_channel *channel;
	int rc;

	if (timeslot < 1 || timeslot > base->timeslots || dahdi_is_hdlc(span, timeslot))
		return -EINVAL;
	channel = &span->channels[timeslot];
	channel->speech = how->speech;
	channel->taps = taps_of(span, timeslot, how);
	rc = open_or_change(span, timeslot);
	if (rc < 0)
		return rc;
	channel->wanted = true;
	return channel->taps ? 1 : 0;
}

void dahdi_bearer_close(struct tdm_span *base, unsigned timeslot)
{
	struct dahdi_span *span = dahdi_of(base);

	if (timeslot < 1 || timeslot > base->timeslots)
		return;
	span->channels[timeslot].wanted = false;
	dahdi_channel_recall(&span->channels[timeslot]);
	collect(span, timeslot);
}

bool dahdi_bearer_is_open(const struct tdm_span *base, unsigned timeslot)
{
	return ((const struct dahdi_span *)base)->channels[timeslot].wanted;
}

void dahdi_bearer_recall(struct dahdi_span *span)
{
	for (unsigned i = 1; i <= span->span.timeslots; i++)
		dahdi_channel_recall(&span->channels[i]);
	dahdi_bearer_collect(span);
}

void dahdi_bearer_fini(struct dahdi_span *span)
{
	for (unsigned i = 1; i <= span->span.timeslots; i++)
		dahdi_io_close(span->channels[i].fd);
}
