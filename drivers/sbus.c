/* A virtual S bus (I.430): one NT span and up to eight TE spans, each of basic rate. The NT is the span without
 * far-end, a TE names its NT.
 *
 * On the D channel whole frames pass, at 16 kbit/s: what the NT sends every TE hears; of the TEs one speaks at a
 * time, and who has spoken waits until the others had their turn (I.430 6.1.4). On the B channels every TE hears
 * the NT; the NT hears all TEs at once, and as a 0 wins over a 1 on the bus and idle is all ones, that is
 * the AND of their octets.
 *
 * All spans of a bus are ticked by one thread, each once a round in any order, before any is heard or written.
 * What the spans share is in the bus, which lives while one of them is there. */
#include <errno.h>
#include <stdatomic.h>
#include <string.h>

#include <osmocom/core/linuxlist.h>
#include <osmocom/core/talloc.h>
#include <osmocom/core/utils.h>

#include "base/log.h"
#include "base/ring.h"
#include "drivers/hdlc.h"
#include "drivers/postbox.h"
#include "drivers/span_config.h"
#include "drivers/tdm.h"

enum {
	TES_MAX = 8, /* I.430 4.2 */
	NT = TES_MAX,
	PORTS = TES_MAX + 1,
	B_CHANNELS = 2,
	D_CHANNEL = 3,
	D_OCTETS = TICK_OCTETS / 4, /* of the D channel in a tick */
	D_FRAME_EXTRA = 3,          /* FCS and a flag */
	TX_FRAMES = 32,             /* on their way to the bus, of a span */
	DOWN_FRAMES = 16,           /* from the NT, more than a tick can bring */
	IDLE = 0xff,
};

/* A span's place on the bus. */
struct port {
	char name[TDM_NAME_MAX];
	void *owner;         /* control's: the span that is plugged in, NULL: none */
	atomic_bool plugged; /* the same for the media thread */
	atomic_bool cut;
	struct ring *to_send; /* of struct hdlc_frame, control to media */
	/* The media thread's */
	uint64_t round; /* the bus's, when the port was ticked last */
	uint64_t sent;  /* frames */
	uint8_t saying[B_CHANNELS][TICK_OCTETS], said[B_CHANNELS][TICK_OCTETS];
};

/* A D channel in one direction: a frame takes the time of its octets. */
struct speech {
	struct hdlc_frame frame;
	unsigned port; /* who speaks, or spoke last */
	int left;      /* octets until the frame is through; 0 or less: nobody speaks */
};

struct bus {
	struct llist_head entry;
	char name[TDM_NAME_MAX]; /* the NT's */
	struct port ports[PORTS];
	/* The media thread's */
	uint64_t round; /* the NT's ticks */
	struct speech up, down;
	struct hdlc_frame downs[DOWN_FRAMES];
	uint64_t n_downs; /* ever; the last ones are in downs */
};

struct sbus_span {
	struct tdm_span span; /* first: the drivers' common head */
	struct postbox *postbox;
	struct bus *bus;
	struct port *port;
	bool hdlc; /* changed while not attached only */
	/* The media thread's */
	bool ticked;
	uint64_t nt_round; /* as it was at this TE's last tick */
	bool nt_speaks;    /* the NT is ticked */
	uint64_t heard_downs;
	uint8_t heard[TICK_OCTETS];
	uint8_t nowhere[TICK_OCTETS]; /* stands in for timeslots that cannot be written */
};

static LLIST_HEAD(buses);

static struct sbus_span *of(struct tdm_span *span)
{
	return (struct sbus_span *)span;
}

static bool is_nt(const struct sbus_span *span)
{
	return span->port == &span->bus->ports[NT];
}

/* Its signal is on the bus. Any thread. */
static bool is_on(const struct port *port)
{
	return atomic_load(&port->plugged) && !atomic_load(&port->cut);
}

/* The D channel */

static bool take_frame(struct port *port, struct hdlc_frame *frame)
{
	struct hdlc_frame lost;

	if (is_on(port))
		return ring_get(port->to_send, frame);
	while (ring_get(port->to_send, &lost))
		;
	return false;
}

/* Somebody of ports [first, first + n) begins to speak, the one after the last speaker first. */
static bool begin(struct bus *bus, struct speech *speech, unsigned first, unsigned n)
{
	for (unsigned i = 1; i <= n; i++) {
		unsigned port = first + (speech->port - first + i) % n;

		if (!take_frame(&bus->ports[port], &speech->frame))
			continue;
		speech->port = port;
		bus->ports[port].sent++;
		speech->left += speech->frame.len + D_FRAME_EXTRA;
		return true;
	}
	return false;
}

/* One tick of the D channel towards the NT. */
static void hear_tes(struct sbus_span *span)
{
	struct speech *up = &span->bus->up;
	bool speaking = up->left > 0;

	up->left -= D_OCTETS;
	for (;;) {
		if (speaking && up->left > 0)
			return;
		if (speaking && is_on(&span->bus->ports[up->port]))
			postbox_put_frame(span->postbox, D_CHANNEL, up->frame.octets,
					  up->frame.len);
		speaking = begin(span->bus, up, 0, TES_MAX);
		if (!speaking) {
			up->left = 0;
			return;
		}
	}
}

static void say_to_tes(struct sbus_span *span)
{
	struct bus *bus = span->bus;
	struct speech *down = &bus->down;
	bool speaking = down->left > 0;

	down->left -= D_OCTETS;
	while (!speaking || down->left <= 0) {
		if (speaking)
			bus->downs[bus->n_downs++ % DOWN_FRAMES] = down->frame;
		speaking = begin(bus, down, NT, 1);
		if (!speaking) {
			down->left = 0;
			return;
		}
	}
}

static void hear_nt(struct sbus_span *span)
{
	struct bus *bus = span->bus;

	/* It was away: what was said is lost. */
	if (span->heard_downs + DOWN_FRAMES < bus->n_downs)
		span->heard_downs = bus->n_downs;
	for (; span->heard_downs < bus->n_downs; span->heard_downs++) {
		const struct hdlc_frame *frame = &bus->downs[span->heard_downs % DOWN_FRAMES];

		if (is_on(span->port) && span->hdlc)
			postbox_put_frame(span->postbox, D_CHANNEL, frame->octets, frame->len);
	}
}

/* The media thread */

static void sbus_tick(struct tdm_span *base)
{
	struct sbus_span *span = of(base);
	struct bus *bus = span->bus;

	if (!span->ticked) { /* what the port's last owner left is not ours */
		span->ticked = true;
		span->port->sent = 0;
		memset(span->port->saying, IDLE, sizeof(span->port->saying));
	}
	memcpy(span->port->said, span->port->saying, sizeof(span->port->said));
	memset(span->port->saying, IDLE, sizeof(span->port->saying));
	if (is_nt(span)) {
		bus->round++;
		if (span->hdlc)
			hear_tes(span);
		say_to_tes(span);
	} else {
		hear_nt(span);
		span->nt_speaks = bus->round != span->nt_round;
		span->nt_round = bus->round;
	}
	span->port->round = bus->round;
	while (base->counters.hdlc_tx_frames < span->port->sent)
		tdm_count_one(&base->counters.hdlc_tx_frames);
	postbox_flush(span->postbox);
	tdm_count_one(&base->counters.ticks);
}

static bool is_b_channel(unsigned timeslot)
{
	return timeslot >= 1 && timeslot <= B_CHANNELS;
}

/* A port that is no longer ticked is not heard again. */
static bool speaks(const struct bus *bus, const struct port *port)
{
	return is_on(port) && bus->round - port->round <= 1;
}

static void hear_all(struct sbus_span *span, unsigned b)
{
	const struct bus *bus = span->bus;

	memset(span->heard, IDLE, sizeof(span->heard));
	for (unsigned i = 0; i < TES_MAX; i++) {
		const struct port *te = &bus->ports[i];

		for (unsigned k = 0; speaks(bus, te) && k < TICK_OCTETS; k++)
			span->heard[k] &= te->said[b][k];
	}
}

static const uint8_t *sbus_rx(struct tdm_span *base, unsigned timeslot)
{
	struct sbus_span *span = of(base);
	const struct port *nt = &span->bus->ports[NT];

	if (is_b_channel(timeslot) && is_nt(span) && is_on(nt)) {
		hear_all(span, timeslot - 1);
		return span->heard;
	}
	if (is_b_channel(timeslot) && !is_nt(span) && is_on(nt) && is_on(span->port) &&
	    span->nt_speaks)
		return nt->said[timeslot - 1];
	memset(span->nowhere, IDLE, sizeof(span->nowhere));
	return span->nowhere;
}

static uint8_t *sbus_tx(struct tdm_span *base, unsigned timeslot)
{
	struct sbus_span *span = of(base);

	return is_b_channel(timeslot) ? span->port->saying[timeslot - 1] : span->nowhere;
}

/* There is no such signalling on a bus. */
static void sbus_cas_send(struct tdm_span *base, unsigned timeslot, uint8_t abcd)
{
	(void)base, (void)timeslot, (void)abcd;
}

/* The control thread: buses and what is plugged in */

static unsigned alarms_of(const struct sbus_span *span)
{
	const struct bus *bus = span->bus;
	bool signal = false;

	if (!is_nt(span))
		signal = is_on(&bus->ports[NT]) && is_on(span->port);
	for (unsigned i = 0; is_nt(span) && i < TES_MAX; i++)
		signal |= is_on(span->port) && is_on(&bus->ports[i]);
	return signal ? 0 : TDM_ALARM_RED;
}

static void report_alarms(const struct bus *bus)
{
	for (unsigned i = 0; i < PORTS; i++) {
		struct sbus_span *span = bus->ports[i].owner;

		if (span)
			tdm_report_alarms(&span->span, alarms_of(span));
	}
}

static struct bus *find_bus(const char *nt)
{
	struct bus *bus;

	llist_for_each_entry (bus, &buses, entry) {
		if (!strcmp(bus->name, nt))
			return bus;
	}
	return NULL;
}

static struct bus *new_bus(const char *nt)
{
	struct bus *bus = talloc_zero(NULL, struct bus);

	if (!bus)
		return NULL;
	osmo_strlcpy(bus->name, nt, sizeof(bus->name));
	bus->down.port = NT;
	for (unsigned i = 0; i < PORTS; i++) {
		bus->ports[i].to_send = ring_new(bus, sizeof(struct hdlc_frame), TX_FRAMES);
		if (!bus->ports[i].to_send) {
			talloc_free(bus);
			return NULL;
		}
	}
	llist_add_tail(&bus->entry, &buses);
	return bus;
}

static void drop_bus_if_empty(struct bus *bus)
{
	for (unsigned i = 0; i < PORTS; i++) {
		if (bus->ports[i].owner)
			return;
	}
	llist_del(&bus->entry);
	talloc_free(bus);
}

/* NULL when the bus is full, or has an NT. */
static struct port *free_port(struct bus *bus, bool nt)
{
	unsigned first = nt ? NT : 0;

	for (unsigned i = first; i < first + (nt ? 1 : TES_MAX); i++) {
		if (!bus->ports[i].owner)
			return &bus->ports[i];
	}
	return NULL;
}

/* 0 or -errno */
static int plug(struct sbus_span *span, const struct span_config *config)
{
	bool nt = !config->far_end[0];
	const char *name = nt ? config->name : config->far_end;
	struct bus *bus = find_bus(name);

	if (!bus)
		bus = new_bus(name);
	if (!bus)
		return -ENOMEM;
	span->port = free_port(bus, nt);
	if (!span->port)
		return -ENOSPC;
	span->bus = bus;
	span->port->owner = span;
	atomic_store(&span->port->cut, false);
	atomic_store(&span->port->plugged, true);
	span->span.alarms = alarms_of(span);
	return 0;
}

static struct tdm_span *sbus_open(void *talloc_ctx, const struct span_config *config)
{
	struct sbus_span *span = talloc_zero(talloc_ctx, struct sbus_span);
	int err = -ENOMEM;

	if (span)
		span->postbox = postbox_new(&span->span);
	if (span && span->postbox)
		err = plug(span, config);
	if (!err) {
		report_alarms(span->bus);
		return &span->span;
	}
	LOGP(DTDM, LOGL_ERROR, "%s: %s\n", config->name,
	     err == -ENOSPC ? "its bus has eight TEs already" : "no memory or descriptor");
	if (span && span->postbox)
		postbox_free(span->postbox);
	talloc_free(span);
	return NULL;
}

static void sbus_close(struct tdm_span *base)
{
	struct sbus_span *span = of(base);
	struct bus *bus = span->bus;

	atomic_store(&span->port->plugged, false);
	span->port->owner = NULL;
	report_alarms(bus);
	drop_bus_if_empty(bus);
	postbox_free(span->postbox);
	talloc_free(span);
}

static int sbus_hdlc_enable(struct tdm_span *base, unsigned timeslot, bool on)
{
	if (timeslot != D_CHANNEL)
		return -EINVAL;
	of(base)->hdlc = on;
	return 0;
}

static int sbus_hdlc_send(struct tdm_span *base, unsigned timeslot, const uint8_t *octets,
			  size_t len)
{
	struct sbus_span *span = of(base);
	struct hdlc_frame frame = { .len = (uint16_t)len };

	if (timeslot != D_CHANNEL || !span->hdlc)
		return -ENODEV;
	if (!len || len > sizeof(frame.octets))
		return -EMSGSIZE;
	if (base->alarms)
		return -ENETDOWN;
	memcpy(frame.octets, octets, len);
	return ring_put(span->port->to_send, &frame) ? 0 : -EAGAIN;
}

/* Of an NT the bus is cut, of a TE its own cord. */
static int sbus_inject(struct tdm_span *base, enum tdm_fault fault)
{
	struct sbus_span *span = of(base);

	if (fault != TDM_FAULT_NONE && fault != TDM_FAULT_CUT)
		return -EINVAL;
	atomic_store(&span->port->cut, fault == TDM_FAULT_CUT);
	report_alarms(span->bus);
	return 0;
}

const struct tdm_driver sbus_driver = {
	.name = "sbus",
	.open = sbus_open,
	.close = sbus_close,
	.hdlc_enable = sbus_hdlc_enable,
	.hdlc_send = sbus_hdlc_send,
	.inject = sbus_inject,
	.tick = sbus_tick,
	.rx = sbus_rx,
	.tx = sbus_tx,
	.cas_send = sbus_cas_send,
};
