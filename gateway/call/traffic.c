/* Rings of intervals. A minute that is over is added to the quarter of an hour and to the day that it is in. */
#include "call/traffic.h"

#include <osmocom/core/talloc.h>
#include <osmocom/core/utils.h>

#include "call/quality_counts.h"

enum { MINUTES = 180, QUARTERS = 96, DAYS = 32, MINUTE_S = 60, HOUR_MINUTES = 60, HOUR_S = 3600 };

static const struct {
	unsigned length_s, n;
} periods[TRAFFIC_PERIODS] = {
	[TRAFFIC_MINUTES] = { MINUTE_S, MINUTES },
	[TRAFFIC_QUARTERS] = { 900, QUARTERS },
	[TRAFFIC_DAYS] = { 86400, DAYS },
};

struct traffic_ring {
	struct traffic_figures *past;
	unsigned n, last; /* of past: how many, where the newest is */
	struct traffic_figures
		open; /* of minutes that are over; its seconds 0 and nothing ended: none */
};

struct traffic {
	const struct quality_counts *sums;
	struct quality_counts before; /* sums, as the minute began */
	bool begun;
	int64_t minute_s; /* when it began */
	uint32_t peak;    /* of this minute */
	struct traffic_ring rings[TRAFFIC_PERIODS];
	struct traffic_figures minutes[MINUTES], quarters[QUARTERS], days[DAYS];
};

struct traffic *traffic_new(void *talloc_ctx, const struct quality_counts *sums)
{
	struct traffic *traffic = talloc_zero(talloc_ctx, struct traffic);

	if (!traffic)
		return NULL;
	traffic->sums = sums;
	traffic->before = *sums;
	traffic->rings[TRAFFIC_MINUTES].past = traffic->minutes;
	traffic->rings[TRAFFIC_QUARTERS].past = traffic->quarters;
	traffic->rings[TRAFFIC_DAYS].past = traffic->days;
	return traffic;
}

/* Also for times before 1970, which a clock without battery may say. */
static int64_t begin_of(enum traffic_period period, int64_t wall_s)
{
	const int64_t length_s = periods[period].length_s, into_s = wall_s % length_s;

	return wall_s - (into_s < 0 ? into_s + length_s : into_s);
}

static bool is_empty(const struct traffic_figures *figures)
{
	return !figures->seconds && !figures->ended && !figures->offered_in &&
	       !figures->offered_out;
}

static void add(struct traffic_figures *to, const struct traffic_figures *from)
{
	to->talk_ms += from->talk_ms;
	to->delay_ms += from->delay_ms;
	to->packets += from->packets;
	to->lost += from->lost;
	to->seconds += from->seconds;
	to->in_use_s += from->in_use_s;
	to->full_s += from->full_s;
	to->down_s += from->down_s;
	to->offered_in += from->offered_in;
	to->offered_out += from->offered_out;
	to->overflow += from->overflow;
	to->ended += from->ended;
	to->answered += from->answered;
	to->effective += from->effective;
	to->delays += from->delays;
	for (unsigned i = 0; i < TRAFFIC_CLASSES; i++)
		to->classes[i] += from->classes[i];
	to->peak = OSMO_MAX(to->peak, from->peak);
}

/* What the sums grew since the minute began. */
static void present(const struct traffic *traffic, struct traffic_figures *out)
{
	const struct quality_counts *now = traffic->sums, *before = &traffic->before;

#define GREW(member) (now->member - before->member)
	*out = (struct traffic_figures){
		.from_s = traffic->minute_s,
		.delay_ms = GREW(delay_ms),
		.packets = GREW(packets),
		.lost = GREW(lost),
		.seconds = (uint32_t)GREW(looks),
		.in_use_s = (uint32_t)GREW(in_use_s),
		.full_s = (uint32_t)GREW(full_s),
		.down_s = (uint32_t)GREW(down_s),
		.offered_in = (uint32_t)GREW(way[QUALITY_IN].offered),
		.offered_out = (uint32_t)GREW(way[QUALITY_OUT].offered),
		.overflow = (uint32_t)GREW(overflow),
		.delays = (uint32_t)GREW(delays),
		.peak = traffic->peak,
	};
	for (unsigned way = 0; way < QUALITY_DIRECTIONS; way++) {
		out->talk_ms += GREW(way[way].talk_ms);
		out->ended += (uint32_t)GREW(way[way].seizures);
		out->answered += (uint32_t)GREW(way[way].answers);
		out->effective += (uint32_t)GREW(way[way].effective);
	}
	for (unsigned cause = 0; cause < QUALITY_CAUSES; cause++)
		out->classes[cause / 16] += (uint32_t)GREW(causes[cause]);
#undef GREW
}

static void put_away(struct traffic *traffic, enum traffic_period period)
{
	struct traffic_ring *ring = &traffic->rings[period];
	const unsigned size = periods[period].n;

	if (!is_empty(&ring->open)) {
		ring->last = (ring->last + 1) % size;
		ring->past[ring->last] = ring->open;
		if (ring->n < size)
			ring->n++;
	}
	ring->open = (struct traffic_figures){ 0 };
}

static void end_minute(struct traffic *traffic)
{
	struct traffic_figures minute;

	present(traffic, &minute);
	if (is_empty(&minute))
		return;
	for (unsigned period = 0; period < TRAFFIC_PERIODS; period++) {
		struct traffic_ring *ring = &traffic->rings[period];
		const int64_t from_s = begin_of(period, minute.from_s);

		if (ring->open.from_s != from_s)
			put_away(traffic, period);
		add(&ring->open, &minute);
		ring->open.from_s = from_s;
	}
	put_away(traffic, TRAFFIC_MINUTES); /* else it would be the next one's, after a step back */
}

void traffic_put_back(struct traffic *traffic, enum traffic_period period,
		      const struct traffic_figures *figures)
{
	put_away(traffic, period);
	traffic->rings[period].open = *figures;
}

unsigned traffic_length(enum traffic_period period)
{
	return periods[period].length_s;
}

unsigned traffic_kept(enum traffic_period period)
{
	return periods[period].n;
}

void traffic_turn(struct traffic *traffic, int64_t wall_s)
{
	const int64_t minute_s = begin_of(TRAFFIC_MINUTES, wall_s);

	if (traffic->begun && minute_s == traffic->minute_s)
		return;
	if (traffic->begun) {
		end_minute(traffic);
		traffic->before = *traffic->sums;
		traffic->peak = 0;
	}
	traffic->begun = true;
	traffic->minute_s = minute_s;
}

void traffic_use(struct traffic *traffic, unsigned in_use)
{
	traffic->peak = OSMO_MAX(traffic->peak, in_use);
}

void traffic_each(const struct traffic *traffic, enum traffic_period period,
		  bool (*fn)(void *data, const struct traffic_figures *figures), void *data)
{
	const struct traffic_ring *ring = &traffic->rings[period];
	const unsigned size = periods[period].n;
	struct traffic_figures now;
	bool apart = true; /* what is open is not of the present interval */

	if (traffic->begun) {
		present(traffic, &now);
		now.from_s = begin_of(period, now.from_s);
		apart = now.from_s != ring->open.from_s;
		if (!apart)
			add(&now, &ring->open);
		if (!fn(data, &now))
			return;
	}
	if (apart && !is_empty(&ring->open) && !fn(data, &ring->open))
		return;
	for (unsigned ago = 0; ago < ring->n; ago++)
		if (!fn(data, &ring->past[(ring->last + size - ago) % size]))
			return;
}

struct hour {
	struct traffic_figures *out;
	unsigned minutes;
	int64_t last_s; /* when the newest began */
};

static bool add_minute(void *data, const struct traffic_figures *minute)
{
	struct hour *hour = data;

	hour->last_s = OSMO_MAX(hour->last_s, minute->from_s);
	/* The gateway was away, or did not have the time yet. */
	if (minute->from_s <= hour->last_s - HOUR_S)
		return true;
	add(hour->out, minute);
	hour->out->from_s = minute->from_s;
	return ++hour->minutes < HOUR_MINUTES;
}

bool traffic_hour(const struct traffic *traffic, struct traffic_figures *out)
{
	struct hour hour = { .out = out };

	*out = (struct traffic_figures){ 0 };
	traffic_each(traffic, TRAFFIC_MINUTES, add_minute, &hour);
	return hour.minutes;
}
