/* The media thread's work on a B channel. What is read was sent by the same clock at the same time, so the
 * card's queue of what is to be sent is known without asking: written less read. It is kept so full that a
 * late tick does no harm, and no fuller. */
#include "drivers/dahdi_channel.h"

#include <errno.h>
#include <string.h>

#include <dahdi/user.h>

#include "drivers/dahdi_io.h"

enum {
	RESERVE_MAX = 4 * TICK_OCTETS, /* a thread that comes later than this has other troubles */
	QUIET_TICKS = 60000,           /* 10 min */
	EVENTS_MAX = 64,               /* the kernel keeps no more */
	BLOCK_MAX = 2 * TICK_OCTETS,
	CAS_MASK = 0xf, /* the high nibble is the neighbour's on some spans */
};

void dahdi_channel_pace(struct dahdi_pace *pace, unsigned block)
{
	*pace = (struct dahdi_pace){ .block = block, .reserve = block, .margin = block };
}

/* Control. */

void dahdi_channel_give(struct dahdi_channel *channel, int fd, enum law law)
{
	channel->fd = fd;
	channel->recalled = false;
	channel->law = law;
	channel->begun = channel->stalled = false;
	memset(channel->heard, law_idle(law), sizeof(channel->heard));
	memset(channel->said, law_idle(law), sizeof(channel->said));
	atomic_store_explicit(&channel->owner, DAHDI_MEDIAS, memory_order_release);
}

void dahdi_channel_recall(struct dahdi_channel *channel)
{
	int medias = DAHDI_MEDIAS;

	channel->recalled = true;
	atomic_compare_exchange_strong(&channel->owner, &medias, DAHDI_LEAVING);
}

enum dahdi_owner dahdi_channel_owner(const struct dahdi_channel *channel)
{
	return atomic_load_explicit(&channel->owner, memory_order_acquire);
}

/* The media thread. */

static unsigned let_go(struct dahdi_channel *channel)
{
	memset(channel->heard, law_idle(channel->law), sizeof(channel->heard));
	atomic_store_explicit(&channel->owner, DAHDI_CONTROLS, memory_order_release);
	return DAHDI_NEWS_SHUT;
}

void dahdi_channel_pace_tick(struct dahdi_pace *pace)
{
	if (++pace->quiet < QUIET_TICKS)
		return;
	pace->quiet = 0;
	if (pace->reserve > pace->block)
		pace->reserve -= pace->block;
	if (pace->margin > pace->block)
		pace->margin -= pace->block;
}

/* Octets were not there when they were due: we begin again with a block more of them, but for what all channels
 * of the span suffered at once only once. */
static unsigned grow(struct dahdi_channel *channel, struct dahdi_pace *pace, unsigned *of_all,
		     unsigned own)
{
	if (*of_all <= own && own + pace->block <= RESERVE_MAX)
		*of_all = own + pace->block;
	pace->quiet = 0;
	channel->begun = false;
	return DAHDI_NEWS_SLIP;
}

static unsigned hear_cas(struct dahdi_channel *channel)
{
	int bits = 0;

	if (!channel->cas || dahdi_io_ctl(channel->fd, DAHDI_GETRXBITS, &bits) < 0 ||
	    (bits & CAS_MASK) == channel->abcd)
		return 0;
	channel->abcd = bits & CAS_MASK;
	return DAHDI_NEWS_CAS;
}

static unsigned on_event(struct dahdi_channel *channel, struct dahdi_pace *pace, int event)
{
	switch (event) {
	case DAHDI_EVENT_REMOVED:
		return let_go(channel);
	case DAHDI_EVENT_READ_OVERRUN:
	case DAHDI_EVENT_WRITE_UNDERRUN:
		return channel->begun ? grow(channel, pace, &pace->reserve, channel->reserve) : 0;
	case DAHDI_EVENT_BITSCHANGED:
		return hear_cas(channel);
	case DAHDI_EVENT_ALARM:
	case DAHDI_EVENT_NOALARM:
		return DAHDI_NEWS_LINE;
	default:
		return 0;
	}
}

/* Nothing is read or written while an event waits (ELAST). */
static unsigned get_events(struct dahdi_channel *channel, struct dahdi_pace *pace)
{
	unsigned news = 0;

	for (unsigned i = 0; i < EVENTS_MAX && !(news & DAHDI_NEWS_SHUT); i++) {
		int event = DAHDI_EVENT_NONE;

		if (dahdi_io_ctl(channel->fd, DAHDI_GETEVENT, &event) < 0)
			return news | let_go(channel);
		if (event == DAHDI_EVENT_NONE)
			break;
		news |= on_event(channel, pace, event);
	}
	return news;
}

/* A card that has lost its clock has no room for long: one slip, and we begin again when it moves. */
static unsigned find_no_room(struct dahdi_channel *channel)
{
	if (channel->stalled)
		return 0;
	channel->stalled = true;
	channel->begun = false;
	return DAHDI_NEWS_SLIP;
}

/* What is left of n octets when an event shuts or restarts the channel, or there is no room, is lost. */
static unsigned send(struct dahdi_channel *channel, struct dahdi_pace *pace, const uint8_t *octets,
		     unsigned n)
{
	unsigned news = 0;

	while (n && channel->begun && !(news & DAHDI_NEWS_SHUT)) {
		unsigned len = n < pace->block ? n : pace->block;
		ssize_t rc = dahdi_io_write(channel->fd, octets, len);

		if (rc == -ELAST) {
			news |= get_events(channel, pace);
			continue;
		}
		if (rc <= 0)
			return news | find_no_room(channel);
		channel->ahead += (int)rc;
		octets += rc;
		n -= (unsigned)rc;
	}
	return news;
}

static unsigned send_idle(struct dahdi_channel *channel, struct dahdi_pace *pace, unsigned n)
{
	uint8_t idle[RESERVE_MAX];

	memset(idle, law_idle(channel->law), sizeof(idle));
	return send(channel, pace, idle, n < sizeof(idle) ? n : sizeof(idle));
}

/* From nothing: queues empty, no event left, the reserve on its way. */
static unsigned begin(struct dahdi_channel *channel, struct dahdi_pace *pace)
{
	int all = DAHDI_FLUSH_ALL, on = 1;

	dahdi_io_ctl(channel->fd, DAHDI_FLUSH, &all);
	dahdi_io_ctl(channel->fd, DAHDI_BUFFER_EVENTS, &on);
	channel->reserve = pace->reserve;
	channel->margin = pace->margin;
	elastic_init(&channel->rx, pace->margin);
	elastic_level_init(&channel->tx, (int)pace->reserve + TICK_OCTETS,
			   (int)pace->block + TICK_OCTETS, (int)pace->block);
	channel->ahead = 0;
	channel->skip = 0;
	channel->begun = true;
	return send_idle(channel, pace, pace->reserve) | hear_cas(channel);
}

static unsigned read_all(struct dahdi_channel *channel, struct dahdi_pace *pace)
{
	uint8_t block[BLOCK_MAX];
	unsigned news = 0;

	for (unsigned got = 0; got < ELASTIC_SIZE;) {
		ssize_t n = dahdi_io_read(channel->fd, block, pace->block);

		if (n == -EAGAIN)
			return news;
		if (n == -ELAST) {
			news |= get_events(channel, pace);
			if (news & DAHDI_NEWS_SHUT || !channel->begun)
				return news;
			continue;
		}
		if (n <= 0)
			return news | let_go(channel);
		if (channel->stalled) {
			channel->stalled = channel->begun = false;
			return news;
		}
		got += (unsigned)n;
		channel->ahead -= (int)n;
		if (!elastic_put(&channel->rx, block, (size_t)n))
			news |= DAHDI_NEWS_SLIP;
	}
	return news;
}

unsigned dahdi_channel_hear(struct dahdi_channel *channel, struct dahdi_pace *pace)
{
	unsigned news = 0;

	if (dahdi_channel_owner(channel) == DAHDI_LEAVING)
		return let_go(channel);
	if (!channel->begun)
		news |= begin(channel, pace);
	if (!(news & DAHDI_NEWS_SHUT))
		news |= read_all(channel, pace);
	if (news & DAHDI_NEWS_SHUT)
		return news;
	switch (elastic_get(&channel->rx, channel->heard, sizeof(channel->heard))) {
	case ELASTIC_GOT:
		return news;
	case ELASTIC_DROPPED:
		return news | DAHDI_NEWS_SLIP;
	case ELASTIC_STARVED:
		news |= grow(channel, pace, &pace->margin, channel->margin);
		break;
	case ELASTIC_FILLING:
		break;
	}
	memset(channel->heard, law_idle(channel->law), sizeof(channel->heard));
	return news;
}

/* When the two clocks have drifted apart by a block, some is left out or put in. */
static unsigned keep_level(struct dahdi_channel *channel, struct dahdi_pace *pace)
{
	int off = elastic_level_watch(&channel->tx, channel->ahead);

	if (off == 0)
		return 0;
	if (off > 0) {
		channel->skip = (unsigned)off;
		return DAHDI_NEWS_SLIP;
	}
	return send_idle(channel, pace, (unsigned)-off) | DAHDI_NEWS_SLIP;
}

unsigned dahdi_channel_say(struct dahdi_channel *channel, struct dahdi_pace *pace)
{
	const unsigned skip = channel->skip < TICK_OCTETS ? channel->skip : TICK_OCTETS;
	unsigned news;

	channel->skip -= skip;
	news = send(channel, pace, channel->said + skip, TICK_OCTETS - skip);
	memset(channel->said, law_idle(channel->law), sizeof(channel->said));
	if (channel->begun && !channel->stalled && !(news & DAHDI_NEWS_SHUT))
		news |= keep_level(channel, pace);
	return news;
}

void dahdi_channel_cas(struct dahdi_channel *channel, uint8_t abcd)
{
	int bits = abcd & CAS_MASK;

	dahdi_io_ctl(channel->fd, DAHDI_SETTXBITS, &bits);
}
