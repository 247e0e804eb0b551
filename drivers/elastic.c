/* The elastic buffer: a ring of octets, and the watch over its level. */
#include "drivers/elastic.h"

#include <limits.h>
#include <string.h>

static void begin_window(struct elastic_level *level)
{
	level->ticks = 0;
	level->lowest = INT_MAX;
	level->highest = INT_MIN;
}

void elastic_level_init(struct elastic_level *level, int target, int above, int below)
{
	*level = (struct elastic_level){ .target = target, .above = above, .below = below };
	begin_window(level);
}

int elastic_level_watch(struct elastic_level *level, int now)
{
	int off = 0;

	if (now < level->lowest)
		level->lowest = now;
	if (now > level->highest)
		level->highest = now;
	if (++level->ticks < ELASTIC_WINDOW)
		return 0;
	if (level->lowest > level->target + level->above)
		off = level->lowest - level->target;
	else if (level->highest <= level->target - level->below)
		off = level->highest - level->target;
	begin_window(level);
	return off;
}

void elastic_init(struct elastic *elastic, size_t margin)
{
	elastic->first = elastic->n = 0;
	elastic->running = false;
	elastic_level_init(&elastic->level, (int)margin, (int)margin, ELASTIC_SIZE);
}

static void drop(struct elastic *elastic, size_t n)
{
	elastic->first = (elastic->first + n) % ELASTIC_SIZE;
	elastic->n -= n;
}

bool elastic_put(struct elastic *elastic, const uint8_t *octets, size_t n)
{
	bool fits = elastic->n + n <= ELASTIC_SIZE;

	if (n > ELASTIC_SIZE) {
		octets += n - ELASTIC_SIZE;
		n = ELASTIC_SIZE;
	}
	if (!fits)
		drop(elastic, elastic->n + n - ELASTIC_SIZE);
	for (size_t i = 0; i < n; i++)
		elastic->octets[(elastic->first + elastic->n + i) % ELASTIC_SIZE] = octets[i];
	elastic->n += n;
	return fits;
}

static void take(struct elastic *elastic, uint8_t *out, size_t n)
{
	for (size_t i = 0; i < n; i++)
		out[i] = elastic->octets[(elastic->first + i) % ELASTIC_SIZE];
	drop(elastic, n);
}

enum elastic_result elastic_get(struct elastic *elastic, uint8_t *out, size_t n)
{
	int off;

	if (!elastic->running && elastic->n < n + (size_t)elastic->level.target)
		return ELASTIC_FILLING;
	elastic->running = elastic->n >= n;
	if (!elastic->running)
		return ELASTIC_STARVED;
	take(elastic, out, n);
	off = elastic_level_watch(&elastic->level, (int)elastic->n);
	if (off <= 0)
		return ELASTIC_GOT;
	drop(elastic, (size_t)off);
	return ELASTIC_DROPPED;
}
