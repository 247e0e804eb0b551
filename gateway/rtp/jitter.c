/* The jitter buffer. Time is counted in timestamp units; transit.h tells the path's least transit
 * and the target, which is the delay that the fastest packet gets.
 *
 * WAITING (start, silence suppression, stream stopped): a packet is due at timestamp + least
 * transit + target; before that JITTER_WAIT; one wholly past is dropped as late. PLAYING: the asker
 * is the clock, so the next packet is handed out when asked for. If it is missing:
 *   later ones are here: JITTER_LOST for each missing number, sharing the gap between the
 *     timestamps;
 *   a gap without a missing number: the sender was silent, back to WAITING;
 *   nothing is here: JITTER_LOST up to 60 ms, then the stream has stopped, back to WAITING.
 * The third kind is open. If the packet still comes, fixed mode drops it as late and keeps its
 * delay; adaptive mode plays it and grows the delay, up to max_ms. A stopped stream that comes back
 * too late for its schedule gets a new one from the packet at hand (resync).
 *
 * Whole packets are skipped (overflow) when every packet of the last seconds has waited over a
 * frame and a tick more than fixed mode's delay, or max_ms: a sender's fast clock, or a schedule
 * made from a slow packet. Fixed mode inserts a frame (resync) when even the fastest has waited
 * that much less.
 *
 * A sequence number or SSRC out of line is believed when the next packet confirms it (RFC 3550
 * A.1), or at once when nothing plays. A timestamp out of line by a second is a restart of the
 * sender's clock (resync): what follows is joined to what was. */
#include "rtp/jitter.h"

#include <stddef.h>
#include <string.h>

#include <osmocom/core/talloc.h>
#include <osmocom/core/utils.h>

#include "rtp/transit.h"

enum {
	MAX_DROPOUT = 3000, /* RFC 3550 A.1 */
	MAX_MISORDER = 100,
	CONCEAL_MS = 60,   /* of an open loss: concealment has faded out by then */
	GRAIN_MS = 10,     /* how finely the owner asks: one tick */
	MAX_RATE = 384000, /* Hz */
	/* Octets of all payloads: 1.28 s of 8 kHz and an octet each, more than twice the longest delay. */
	POOL = 10240 + JITTER_MAX_PAYLOAD,
};

enum slot_state { SLOT_FREE, SLOT_SOUND, SLOT_MUTE, SLOT_DONE };

struct slot {
	enum slot_state state; /* of the packet of that number */
	int64_t seq;           /* extended */
	int64_t ts;            /* extended, jumps taken out */
	uint32_t duration;
	uint64_t at; /* SLOT_SOUND: its payload in the pool, as counted by filled */
	struct rtp_packet packet;
};

enum state { EMPTY, WAITING, PLAYING };

struct jitter {
	bool adaptive;
	unsigned rate;
	int64_t grain, conceal_max; /* units */
	enum state state;
	bool begun; /* something of this stream was played */
	uint32_t ssrc;
	int64_t max_seq;        /* the greatest number that came */
	int64_t next_seq;       /* the least number that may still be played */
	int64_t next_ts;        /* PLAYING: where the line stands */
	int64_t delay;          /* PLAYING: the line's time less next_ts */
	int64_t concealed;      /* of the open loss */
	uint32_t last_duration; /* of the packet played last */
	/* The packet with sound of the greatest number: timestamps are extended from it. */
	int64_t ref_seq, ref_ts;
	uint32_t ref_raw, ref_duration;
	bool odd; /* a restart waits to be confirmed by this SSRC and number */
	uint32_t odd_ssrc;
	uint16_t odd_seq;
	struct transit transit;
	struct jitter_stats stats;
	struct slot slots[JITTER_SLOTS];
	uint64_t filled;    /* octets that the pool was ever filled with */
	uint8_t pool[POOL]; /* a ring in the order of arrival; not written before it is used */
};

struct jitter *jitter_new(void *talloc_ctx, const struct jitter_config *config)
{
	if (config->clock_rate < 1000 || config->clock_rate > MAX_RATE)
		return NULL;
	unsigned initial_ms = config->initial_ms;
	struct jitter *jitter = talloc(talloc_ctx, struct jitter);
	if (!jitter)
		return NULL;
	memset(jitter, 0, offsetof(struct jitter, pool));
	jitter->rate = config->clock_rate;
	jitter->grain = jitter->rate * GRAIN_MS / 1000;
	jitter->conceal_max = jitter->rate * CONCEAL_MS / 1000;
	jitter->adaptive = config->adaptive;
	transit_init(&jitter->transit, jitter->rate, config->adaptive ? config->min_ms : initial_ms,
		     config->adaptive ? config->max_ms : initial_ms, initial_ms);
	return jitter;
}

void jitter_free(struct jitter *jitter)
{
	talloc_free(jitter);
}

void jitter_reset(struct jitter *jitter)
{
	jitter->state = EMPTY;
	jitter->begun = false;
	jitter->odd = false;
	for (unsigned i = 0; i < JITTER_SLOTS; i++)
		jitter->slots[i].state = SLOT_FREE;
}

static int64_t to_units(const struct jitter *jitter, uint64_t us)
{
	return (int64_t)(us / 1000000 * jitter->rate + us % 1000000 * jitter->rate / 1000000);
}

static struct slot *slot_of(struct jitter *jitter, int64_t seq)
{
	return &jitter->slots[seq & (JITTER_SLOTS - 1)];
}

/* What is known of that number. */
static enum slot_state look(struct jitter *jitter, int64_t seq)
{
	const struct slot *slot = slot_of(jitter, seq);

	return slot->seq == seq ? slot->state : SLOT_FREE;
}

/* Gives up on all numbers below seq. */
static void pass(struct jitter *jitter, int64_t seq, uint64_t *sound_counter)
{
	for (; jitter->next_seq < seq; jitter->next_seq++) {
		enum slot_state state = look(jitter, jitter->next_seq);
		if (state == SLOT_FREE)
			jitter->stats.lost++;
		if (state == SLOT_SOUND)
			++*sound_counter;
		if (state != SLOT_FREE)
			slot_of(jitter, jitter->next_seq)->state = SLOT_DONE;
	}
}

/* The first packet with sound; *missing numbers before it have not come. */
static struct slot *first(struct jitter *jitter, int64_t *missing)
{
	*missing = 0;
	for (int64_t seq = jitter->next_seq; seq <= jitter->max_seq; seq++) {
		enum slot_state state = look(jitter, seq);
		if (state == SLOT_SOUND)
			return slot_of(jitter, seq);
		if (state == SLOT_FREE)
			++*missing;
	}
	return NULL;
}

static void begin(struct jitter *jitter, const struct rtp_packet *packet, uint32_t duration,
		  int64_t now)
{
	jitter_reset(jitter);
	jitter->state = WAITING;
	jitter->ssrc = packet->ssrc;
	jitter->max_seq = jitter->next_seq = jitter->ref_seq = UINT16_MAX + 1 + packet->seq;
	jitter->ref_ts = jitter->ref_raw = packet->timestamp;
	jitter->ref_duration = jitter->last_duration = duration;
	transit_rebase(&jitter->transit, now - jitter->ref_ts);
}

/* Whether the packet fits the stream, and its extended number. RFC 3550 A.1 */
static bool in_line(struct jitter *jitter, const struct rtp_packet *packet, int64_t *seq)
{
	int delta = (int16_t)(packet->seq - (uint16_t)jitter->max_seq);

	*seq = jitter->max_seq + delta;
	return packet->ssrc == jitter->ssrc && delta <= MAX_DROPOUT && delta >= -MAX_MISORDER;
}

/* A packet out of line: whether it starts the stream anew. */
static bool restarts(struct jitter *jitter, const struct rtp_packet *packet)
{
	int64_t missing;
	bool confirmed =
		jitter->odd && packet->ssrc == jitter->odd_ssrc && packet->seq == jitter->odd_seq;

	jitter->odd = true;
	jitter->odd_ssrc = packet->ssrc;
	jitter->odd_seq = packet->seq + 1;
	return confirmed || (jitter->state == WAITING && !first(jitter, &missing));
}

static bool far_off(const struct jitter *jitter, int64_t ts, int64_t now)
{
	int64_t off = now - ts - transit_least(&jitter->transit);

	return off > jitter->rate || off < -(int64_t)jitter->rate;
}

/* The extended timestamp. A newer packet never overlaps what came before; one whose transit is out
 * by a second is joined to what came before, or when that is as far off, is taken as arriving
 * without jitter. */
static int64_t extend(struct jitter *jitter, const struct rtp_packet *packet, int64_t seq,
		      int64_t now)
{
	int64_t ts = jitter->ref_ts + (int32_t)(packet->timestamp - jitter->ref_raw);
	int64_t joined = jitter->ref_ts + (seq - jitter->ref_seq) * jitter->ref_duration;

	if (seq == jitter->ref_seq)
		return jitter->ref_ts;
	if (seq < jitter->ref_seq)
		return ts >= jitter->ref_ts || far_off(jitter, ts, now) ? joined : ts;
	if (far_off(jitter, ts, now) && ts != joined) {
		jitter->stats.resync++;
		ts = joined;
		if (far_off(jitter, ts, now))
			ts = now - transit_least(&jitter->transit);
	}
	return OSMO_MAX(ts, jitter->ref_ts + jitter->ref_duration);
}

/* What came too late still tells how late packets come. */
static void count_late(struct jitter *jitter, const struct rtp_packet *packet, int64_t seq,
		       uint32_t duration, int64_t now)
{
	int64_t ts = extend(jitter, packet, seq, now);

	jitter->stats.late++;
	if (duration && !far_off(jitter, ts, now))
		transit_add(&jitter->transit, now - ts, duration);
}

/* Whether the number may still be played. Until the first is, earlier ones may come. */
static bool wanted(struct jitter *jitter, int64_t seq)
{
	if (!jitter->begun && seq > jitter->max_seq - JITTER_SLOTS)
		jitter->next_seq = OSMO_MIN(jitter->next_seq, seq);
	return seq >= jitter->next_seq;
}

/* PLAYING: the line stands beyond the packet. Adaptive mode steps back over the concealed time. */
static bool too_late(struct jitter *jitter, int64_t ts)
{
	int64_t back = jitter->next_ts - ts;

	if (jitter->state != PLAYING || back <= 0)
		return false;
	int64_t grown = jitter->delay + back - transit_least(&jitter->transit);
	if (!jitter->adaptive || grown > jitter->transit.ceiling)
		return true;
	jitter->next_ts = ts;
	jitter->delay += back;
	return false;
}

/* Wholly past; short packets are given the time in which the owner does not ask. */
static bool is_past(const struct jitter *jitter, int64_t due, uint32_t duration, int64_t now)
{
	return due + OSMO_MAX((int64_t)duration, jitter->grain) <= now;
}

/* WAITING with nothing to play, and the packet is past already: make a new schedule from it. */
static void reschedule(struct jitter *jitter, int64_t ts, uint32_t duration, int64_t now)
{
	int64_t missing, due = ts + transit_least(&jitter->transit) + jitter->transit.target;

	if (jitter->state != WAITING || first(jitter, &missing) ||
	    !is_past(jitter, due, duration, now))
		return;
	transit_rebase(&jitter->transit, now - ts);
	jitter->stats.resync++;
}

/* Room for a payload, in one piece. Numbers whose payload it takes are given up, and those before them. */
static uint8_t *make_room(struct jitter *jitter, size_t len)
{
	size_t at = jitter->filled % POOL;

	if (at + len > POOL)
		jitter->filled += POOL - at;
	for (int64_t seq = jitter->next_seq; seq <= jitter->max_seq; seq++) {
		if (look(jitter, seq) == SLOT_SOUND &&
		    slot_of(jitter, seq)->at + POOL < jitter->filled + len)
			pass(jitter, seq + 1, &jitter->stats.overflow);
	}
	return jitter->pool + jitter->filled % POOL;
}

static void store_mute(struct jitter *jitter, int64_t seq)
{
	struct slot *slot = slot_of(jitter, seq);

	slot->state = SLOT_MUTE;
	slot->seq = seq;
}

static void store_sound(struct jitter *jitter, const struct rtp_packet *packet, int64_t seq,
			int64_t ts, uint32_t duration)
{
	struct slot *slot = slot_of(jitter, seq);

	uint8_t *room = make_room(jitter, packet->payload_len);

	if (seq <
	    jitter->next_seq) /* given up with others, for its own room, and counted as lost */
		return;
	if (packet->payload_len)
		memcpy(room, packet->payload, packet->payload_len);
	slot->state = SLOT_SOUND;
	slot->seq = seq;
	slot->ts = ts;
	slot->duration = duration;
	slot->at = jitter->filled;
	slot->packet = *packet;
	jitter->filled += packet->payload_len;
}

/* A packet with sound whose number is wanted. */
static void put_sound(struct jitter *jitter, const struct rtp_packet *packet, int64_t seq,
		      uint32_t duration, int64_t now)
{
	int64_t ts = extend(jitter, packet, seq, now);

	transit_add(&jitter->transit, now - ts, duration);
	if (seq > jitter->ref_seq) {
		jitter->ref_seq = seq;
		jitter->ref_ts = ts;
		jitter->ref_raw = packet->timestamp;
		jitter->ref_duration = duration;
	}
	reschedule(jitter, ts, duration, now);
	bool late = too_late(jitter, ts);
	store_sound(jitter, packet, seq, ts, duration);
	if (late)
		pass(jitter, seq + 1, &jitter->stats.late);
}

void jitter_put(struct jitter *jitter, const struct rtp_packet *packet, uint32_t duration,
		uint64_t now_us)
{
	int64_t now = to_units(jitter, now_us), seq = 0;

	jitter->stats.in++;
	if (packet->payload_len > JITTER_MAX_PAYLOAD || duration > jitter->rate) {
		jitter->stats.overflow++;
		return;
	}
	if (jitter->state == EMPTY || !in_line(jitter, packet, &seq)) {
		bool known = jitter->state != EMPTY;
		if (known && !restarts(jitter, packet)) {
			jitter->stats.late++;
			return;
		}
		if (!duration)
			return;
		jitter->stats.resync += known;
		begin(jitter, packet, duration, now);
		seq = jitter->max_seq;
	}
	jitter->odd = false;
	if (look(jitter, seq) != SLOT_FREE) {
		jitter->stats.duplicate++;
		return;
	}
	if (!wanted(jitter, seq)) {
		count_late(jitter, packet, seq, duration, now);
		return;
	}
	jitter->max_seq = OSMO_MAX(jitter->max_seq, seq);
	pass(jitter, seq - JITTER_SLOTS + 1, &jitter->stats.overflow);
	if (duration)
		put_sound(jitter, packet, seq, duration, now);
	else
		store_mute(jitter, seq);
}

static enum jitter_verdict play(struct jitter *jitter, struct slot *slot, int64_t now,
				struct jitter_frame *out)
{
	const struct rtp_packet *packet = &slot->packet;

	pass(jitter, slot->seq, &jitter->stats.late);
	slot->state = SLOT_DONE;
	jitter->next_seq = slot->seq + 1;
	jitter->next_ts = slot->ts + slot->duration;
	jitter->delay = now - slot->ts;
	jitter->state = PLAYING;
	jitter->begun = true;
	jitter->concealed = 0;
	jitter->last_duration = slot->duration;
	jitter->stats.played++;
	out->pt = packet->pt;
	out->marker = packet->marker;
	out->seq = packet->seq;
	out->timestamp = packet->timestamp;
	out->duration = slot->duration;
	out->payload_len = packet->payload_len;
	memcpy(out->payload, jitter->pool + slot->at % POOL, packet->payload_len);
	return JITTER_FRAME;
}

static enum jitter_verdict lose(struct jitter *jitter, int64_t duration, struct jitter_frame *out)
{
	out->pt = 0;
	out->marker = false;
	out->seq = (uint16_t)jitter->next_seq;
	out->timestamp = jitter->ref_raw + (uint32_t)(jitter->next_ts - jitter->ref_ts);
	out->duration = (uint32_t)duration;
	out->payload_len = 0;
	jitter->next_ts += duration;
	return JITTER_LOST;
}

static enum jitter_verdict await(struct jitter *jitter, int64_t now, struct jitter_frame *out)
{
	struct slot *slot;
	int64_t missing;

	jitter->state = WAITING;
	jitter->concealed = 0;
	while ((slot = first(jitter, &missing))) {
		int64_t due = slot->ts + transit_least(&jitter->transit) + jitter->transit.target;
		if (due > now)
			return JITTER_WAIT;
		if (!is_past(jitter, due, slot->duration, now))
			return play(jitter, slot, now, out);
		pass(jitter, slot->seq + 1, &jitter->stats.late);
	}
	return JITTER_WAIT;
}

/* Skips packets while every one of the last seconds waited too long and one more follows. */
static struct slot *skip(struct jitter *jitter, struct slot *slot)
{
	int64_t spare = jitter->delay - transit_most(&jitter->transit) - jitter->transit.ceiling;
	int64_t frame = slot->duration;

	while (jitter->transit.whole && spare > frame + jitter->grain &&
	       look(jitter, slot->seq + 1) == SLOT_SOUND) {
		pass(jitter, slot->seq + 1, &jitter->stats.overflow);
		spare -= frame;
		jitter->delay -= frame;
		slot = slot_of(jitter, jitter->next_seq);
	}
	return slot;
}

/* Fixed mode: even the fastest packets of the last seconds have come a frame nearer to their
 * play-out than they should: a sender's slow clock, or a longer path. One frame of concealment puts
 * it right. */
static bool falls_short(const struct jitter *jitter, const struct slot *slot)
{
	int64_t missing =
		jitter->transit.target - (jitter->delay - transit_least(&jitter->transit));
	int64_t frame = slot->duration + jitter->grain;

	return !jitter->adaptive && jitter->transit.whole && missing > 0 &&
	       missing >= OSMO_MIN(frame, jitter->transit.target * 3 / 4);
}

static enum jitter_verdict proceed(struct jitter *jitter, int64_t now, struct jitter_frame *out)
{
	int64_t missing;
	struct slot *slot = first(jitter, &missing);

	if (!slot) {
		if (jitter->concealed >= jitter->conceal_max)
			return await(jitter, now, out);
		jitter->concealed += jitter->last_duration;
		return lose(jitter, jitter->last_duration, out);
	}
	int64_t gap = slot->ts - jitter->next_ts;
	if (!missing && gap >= jitter->grain)
		return await(jitter, now, out);
	int64_t each = missing ? OSMO_MIN(gap / missing, jitter->last_duration) : 0;
	if (each <= 0 && falls_short(jitter, slot)) {
		jitter->stats.resync++;
		lose(jitter, slot->duration, out);
		jitter->next_ts -= slot->duration;
		jitter->delay += slot->duration;
		return JITTER_LOST;
	}
	if (each <= 0)
		return play(jitter, skip(jitter, slot), now, out);
	while (look(jitter, jitter->next_seq) != SLOT_FREE)
		jitter->next_seq++;
	enum jitter_verdict verdict = lose(jitter, each, out);
	pass(jitter, jitter->next_seq + 1, &jitter->stats.late);
	return verdict;
}

enum jitter_verdict jitter_get(struct jitter *jitter, uint64_t now_us, struct jitter_frame *out)
{
	int64_t now = to_units(jitter, now_us);

	switch (jitter->state) {
	case WAITING:
		return await(jitter, now, out);
	case PLAYING:
		return proceed(jitter, now, out);
	default:
		return JITTER_WAIT;
	}
}

int jitter_surplus(const struct jitter *jitter)
{
	int64_t over = jitter->delay - transit_least(&jitter->transit) - jitter->transit.target;

	/* Within half a tick it is as good as it gets; transit.c allows for it. */
	if (jitter->state != PLAYING || !jitter->adaptive ||
	    (over < jitter->grain / 2 && over > -jitter->grain / 2))
		return 0;
	return (int)OSMO_MAX(OSMO_MIN(over, (int64_t)jitter->rate), -(int64_t)jitter->rate);
}

void jitter_adjusted(struct jitter *jitter, int units)
{
	jitter->delay -= units;
}

void jitter_stats(const struct jitter *jitter, struct jitter_stats *out)
{
	int64_t target = jitter->transit.target;
	int64_t delay =
		jitter->state == PLAYING ? jitter->delay - transit_least(&jitter->transit) : target;

	*out = jitter->stats;
	out->delay_ms = (unsigned)(OSMO_MAX(delay, 0) * 1000 / jitter->rate);
	out->target_ms = (unsigned)(target * 1000 / jitter->rate);
}
