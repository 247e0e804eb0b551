/* Transit of packets: baseline by a minimum over two half windows, target by a percentile of a
 * histogram. */
#include "rtp/transit.h"

#include <string.h>

#include <osmocom/core/utils.h>

enum {
	BIN_MS = 2,
	OUTLIERS = 64,  /* one packet in so many may come too late */
	MARGIN_MS = 5,  /* by which the owner may leave the delay uncorrected */
	DECAY_MS = 250, /* of sound, for the target to sink by 1 ms */
};

static int64_t units(const struct transit *transit, unsigned ms)
{
	return (int64_t)ms * transit->rate / 1000;
}

void transit_init(struct transit *transit, unsigned rate, unsigned min_ms, unsigned max_ms,
		  unsigned initial_ms)
{
	memset(transit, 0, sizeof(*transit));
	transit->rate = rate;
	transit->floor = units(transit, min_ms);
	transit->ceiling = units(transit, max_ms);
	transit->target = OSMO_MAX(transit->floor, units(transit, initial_ms));
	transit->target = OSMO_MIN(transit->ceiling, transit->target);
}

void transit_rebase(struct transit *transit, int64_t value)
{
	for (unsigned i = 0; i < 2; i++)
		transit->least[i] = transit->most[i] = value;
	transit->n = 0;
	transit->whole = false;
}

int64_t transit_least(const struct transit *transit)
{
	return OSMO_MIN(transit->least[0], transit->least[1]);
}

int64_t transit_most(const struct transit *transit)
{
	return OSMO_MAX(transit->most[0], transit->most[1]);
}

static void slide_window(struct transit *transit, int64_t value)
{
	transit->least[0] = OSMO_MIN(transit->least[0], value);
	transit->most[0] = OSMO_MAX(transit->most[0], value);
	if (++transit->n < TRANSIT_WINDOW)
		return;
	transit->least[1] = transit->least[0];
	transit->most[1] = transit->most[0];
	transit->least[0] = transit->most[0] = value;
	transit->n = 0;
	transit->whole = true;
}

static void slide_history(struct transit *transit, int64_t excess)
{
	int64_t bin = excess * 1000 / BIN_MS / transit->rate;

	if (transit->filled == TRANSIT_HISTORY)
		transit->count[transit->bin[transit->next]]--;
	else
		transit->filled++;
	transit->bin[transit->next] = OSMO_MIN(bin, TRANSIT_BINS - 1);
	transit->count[transit->bin[transit->next]]++;
	transit->next = (transit->next + 1) % TRANSIT_HISTORY;
}

/* The delay that all but one in OUTLIERS would have needed, within the bounds. */
static int64_t wanted(const struct transit *transit)
{
	unsigned late = transit->filled / OUTLIERS, bin = TRANSIT_BINS - 1, above = 0;

	while (bin && above + transit->count[bin] <= late)
		above += transit->count[bin--];
	int64_t delay = bin ? units(transit, (bin + 1) * BIN_MS + MARGIN_MS) : 0;
	return OSMO_MAX(transit->floor, OSMO_MIN(transit->ceiling, delay));
}

static void follow(struct transit *transit, int64_t excess, uint32_t duration)
{
	if (excess > transit->target)
		transit->target = OSMO_MAX(transit->target, wanted(transit));
	transit->decay += duration;
	if (transit->decay < units(transit, DECAY_MS))
		return;
	transit->decay = 0;
	transit->target = OSMO_MAX(wanted(transit), transit->target - units(transit, 1));
}

void transit_add(struct transit *transit, int64_t value, uint32_t duration)
{
	slide_window(transit, value);
	if (transit->floor == transit->ceiling)
		return;
	int64_t excess = value - transit_least(transit);
	slide_history(transit, excess);
	follow(transit, excess, duration);
}
