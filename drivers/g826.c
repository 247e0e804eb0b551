/* Seconds by what was wrong in them. The latest ten are remembered, so that a turn of availability can take them out
 * of one column and put them into the other, in whichever interval each was. */
#include "drivers/g826.h"

#include <stddef.h>
#include <string.h>

enum { RING = G826_INTERVALS + 1 };

/* RFC 4805 3.3, severely errored second: from so many violations on; 0: none makes it so. */
static const struct {
	uint32_t path, line;
	bool crc;
} limits[] = {
	[G826_E1_CRC4] = { .path = 832, .crc = true },
	[G826_E1_PLAIN] = { .line = 2048 },
	[G826_T1_ESF] = { .path = 320, .crc = true },
	[G826_T1_D4] = { .path = 1, .line = 1544 },
	[G826_BRI] = { 0 },
};

static bool reaches(uint32_t n, uint32_t limit)
{
	return limit && n >= limit;
}

static bool is_severe(const struct g826 *g826, const struct g826_second *second)
{
	return second->defect || reaches(second->path, limits[g826->line].path) ||
	       reaches(second->line, limits[g826->line].line);
}

/* With a CRC, violations of the line code alone do not make a second errored: the blocks were good. */
static bool is_errored(const struct g826 *g826, const struct g826_second *second)
{
	return second->defect || second->path || second->slips ||
	       (second->line && !limits[g826->line].crc);
}

/* What an available second adds to each column. */
static struct g826_counts columns_of(const struct g826 *g826, const struct g826_second *second)
{
	bool severe = is_severe(g826, second);

	return (struct g826_counts){
		.es = is_errored(g826, second),
		.ses = severe,
		.bes = limits[g826->line].crc && second->path > 1 && !severe,
		.sefs = second->defect,
		.les = second->line > 0,
		.css = second->slips > 0,
		.far_es = second->far > 0,
		.path = second->path,
		.line = second->line,
		.slips = second->slips,
	};
}

/* sign: 1 or -1, unsigned arithmetic wraps as it should. */
static void add(struct g826_counts *to, const struct g826_counts *from, uint32_t sign)
{
	to->es += sign * from->es;
	to->ses += sign * from->ses;
	to->bes += sign * from->bes;
	to->sefs += sign * from->sefs;
	to->les += sign * from->les;
	to->css += sign * from->css;
	to->far_es += sign * from->far_es;
	to->uas += sign * from->uas;
	to->path += sign * from->path;
	to->line += sign * from->line;
	to->slips += sign * from->slips;
	to->seconds += sign * from->seconds;
}

static struct g826_counts *counts_at(struct g826 *g826, uint64_t at_s)
{
	uint64_t number = at_s / G826_INTERVAL_S;

	return g826->intervals[number % RING].number == number
		       ? &g826->intervals[number % RING].counts
		       : NULL;
}

static void account(struct g826 *g826, uint64_t at_s, const struct g826_second *second,
		    bool unavailable, uint32_t sign)
{
	struct g826_counts *counts = counts_at(g826, at_s);
	struct g826_counts columns = columns_of(g826, second);

	if (unavailable)
		columns = (struct g826_counts){ .uas = 1 };
	if (counts)
		add(counts, &columns, sign);
}

/* The ten latest seconds belong to the new state. */
static void turn(struct g826 *g826)
{
	for (unsigned i = 0; i < G826_TURN_S; i++) {
		account(g826, g826->last[i].at_s, &g826->last[i].second, g826->unavailable,
			(uint32_t)-1);
		account(g826, g826->last[i].at_s, &g826->last[i].second, !g826->unavailable, 1);
	}
	g826->unavailable = !g826->unavailable;
	g826->turning = 0;
}

static void begin_interval(struct g826 *g826, uint64_t number)
{
	g826->now = number;
	if (g826->intervals[number % RING].number == number)
		return;
	g826->intervals[number % RING].number = number;
	g826->intervals[number % RING].counts = (struct g826_counts){ 0 };
}

void g826_init(struct g826 *g826, enum g826_line line, uint64_t at_s)
{
	memset(g826, 0, sizeof(*g826));
	for (unsigned i = 0; i < RING; i++)
		g826->intervals[i].number = UINT64_MAX;
	g826->line = line;
	g826->first = at_s / G826_INTERVAL_S;
	begin_interval(g826, g826->first);
}

void g826_feed(struct g826 *g826, uint64_t at_s, const struct g826_second *second)
{
	begin_interval(g826, at_s / G826_INTERVAL_S);
	counts_at(g826, at_s)->seconds++;
	g826->last[g826->next].at_s = at_s;
	g826->last[g826->next].second = *second;
	g826->next = (g826->next + 1) % G826_TURN_S;
	account(g826, at_s, second, g826->unavailable, 1);
	g826->turning = is_severe(g826, second) == g826->unavailable ? 0 : g826->turning + 1;
	if (g826->turning == G826_TURN_S)
		turn(g826);
}

const struct g826_counts *g826_interval(const struct g826 *g826, unsigned ago)
{
	uint64_t number = g826->now - ago;

	if (ago > G826_INTERVALS || number > g826->now || number < g826->first ||
	    g826->intervals[number % RING].number != number)
		return NULL;
	return &g826->intervals[number % RING].counts;
}

void g826_day(const struct g826 *g826, struct g826_counts *out)
{
	*out = (struct g826_counts){ 0 };
	for (unsigned ago = 1; ago <= G826_INTERVALS; ago++) {
		const struct g826_counts *counts = g826_interval(g826, ago);

		if (counts)
			add(out, counts, 1);
	}
}
