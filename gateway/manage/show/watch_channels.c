/* `watch channels`: every timeslot of every span on one screen. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <osmocom/core/talloc.h>
#include <osmocom/core/utils.h>
#include <osmocom/vty/command.h>
#include <osmocom/vty/vty.h>

#include "base/config.h"
#include "drivers/tdm.h"
#include "manage/cli/cli.h"
#include "manage/cli/screen.h"
#include "manage/manage.h"
#include "pstn/trunk.h"

enum {
	NAME_WIDE = 16,
	NAME_NARROW = 8,
	ALARMS_WIDTH = 12,
	D_CHANNEL = 'D',
	D_CHANNEL_DOWN = 'X',
	D_CHANNEL_SPARE = 'd',
	LOCKED = 'L',
};

/* What stands in each timeslot, 0: nothing is known of it. */
struct grid {
	unsigned n; /* spans by index */
	unsigned last;
	char cells[][TDM_MAX_TIMESLOTS];
};

static const struct look {
	const char *state;
	char sign;
	const char *colour; /* of ECMA-48's SGR */
} looks[] = {
	{ "idle", '.', "2" },
	{ "setup", 's', "33" },
	{ "alerting", 'r', "36" },
	{ "active", 'A', "1;32" },
	{ "clearing", 'c', "35" },
	{ "down", 'x', "31" },
	{ "locked", LOCKED, "34" },
	{ "D channel", D_CHANNEL, "32" },
	{ "D channel down", D_CHANNEL_DOWN, "1;31" },
	{ "D channel, spare", D_CHANNEL_SPARE, "2" },
};

static char sign_of(const struct channel_status *channel)
{
	if (strcmp(channel->administrative, "unlocked") != 0)
		return LOCKED;
	for (size_t i = 0; i < ARRAY_SIZE(looks); i++)
		if (strcmp(channel->state, looks[i].state) == 0)
			return looks[i].sign;
	return '?';
}

static bool is_named(unsigned index, const char *name, size_t len)
{
	const struct tdm_span *span = tdm_by_index(index);

	return span && strlen(span->name) == len && !memcmp(span->name, name, len);
}

/* The row of that span; NULL: there is none. Channels of a span come one behind the other. */
static char *row_of(struct grid *grid, const char *name, size_t len)
{
	for (unsigned i = 0; i < grid->n; i++) {
		const unsigned index = (grid->last + i) % grid->n;

		if (is_named(index, name, len)) {
			grid->last = index;
			return grid->cells[index];
		}
	}
	return NULL;
}

/* "e1-1/17" */
static void put_sign(struct grid *grid, const char *channel, char sign)
{
	const char *slash = strrchr(channel, '/');
	unsigned timeslot;
	char *row;

	if (!slash || sscanf(slash + 1, "%u", &timeslot) != 1 || timeslot >= TDM_MAX_TIMESLOTS)
		return;
	row = row_of(grid, channel, (size_t)(slash - channel));
	if (row)
		row[timeslot] = sign;
}

static bool add_channel(void *data, const struct channel_status *channel)
{
	put_sign(data, channel->name, sign_of(channel));
	return true;
}

/* That in use; trunks without one have no such channel. */
static bool add_d_channel(void *data, const struct trunk_status *trunk)
{
	const bool down = !strcmp(trunk->layer2, "down");

	put_sign(data, trunk->d_channel, down ? D_CHANNEL_DOWN : D_CHANNEL);
	return true;
}

/* NFAS: a D channel that waits to take over. */
static void add_spares(struct grid *grid)
{
	const struct trunks_config *config = config_get(cli_gateway()->running, &trunks_section);

	for (size_t i = 0; i < config->n; i++) {
		const struct trunk_config *trunk = &config->trunks[i];

		for (size_t j = 0; j < trunk->n_spans; j++) {
			char *row =
				row_of(grid, trunk->spans[j].span, strlen(trunk->spans[j].span));

			if (row && trunk->spans[j].d_timeslot)
				row[trunk->spans[j].d_timeslot] = D_CHANNEL_SPARE;
		}
	}
}

static const char *colour_of(char sign)
{
	for (size_t i = 0; i < ARRAY_SIZE(looks); i++)
		if (looks[i].sign == sign)
			return looks[i].colour;
	return "0";
}

static void write_span(struct screen *screen, const struct tdm_span *span, const char *cells,
		       int name_width)
{
	char slots[512];
	struct osmo_strbuf row = { .buf = slots, .len = sizeof(slots) };

	for (unsigned slot = 1; slot < TDM_MAX_TIMESLOTS; slot++) {
		if (!cells[slot] || slot > span->timeslots)
			OSMO_STRBUF_PRINTF(row, " ");
		else
			OSMO_STRBUF_PRINTF(row, "\033[%sm%c\033[0m", colour_of(cells[slot]),
					   cells[slot]);
	}
	screen_row(screen, "%-*.*s %s  %s%s%s", name_width, name_width, span->name, slots,
		   span->alarms ? "\033[1;31m" : "",
		   span->alarms ? tdm_alarm_names(span->alarms) : "ok",
		   span->alarms ? "\033[0m" : "");
}

static void write_head(struct screen *screen, int name_width)
{
	screen_head(screen, ". idle  s set-up  r rings  A active  c clears  x down  L locked");
	screen_head(screen, "D D channel  X down  d spare");
	screen_head(screen, "%-*s 1       9       17      25     31  ALARMS", name_width, "SPAN");
}

static void draw(struct screen *screen, void *kept)
{
	const int name_width = screen_width(screen) < NAME_WIDE + TDM_MAX_TIMESLOTS + ALARMS_WIDTH
				       ? NAME_NARROW
				       : NAME_WIDE;
	const unsigned n = tdm_count();
	struct grid *grid = talloc_zero_size(NULL, sizeof(*grid) + n * sizeof(grid->cells[0]));

	(void)kept;
	write_head(screen, name_width);
	if (!grid)
		return;
	grid->n = n;
	add_spares(grid);
	trunks_each(cli_gateway()->trunks, add_d_channel, grid);
	channels_each(cli_gateway()->trunks, add_channel, grid);
	for (unsigned i = 0; i < n; i++)
		if (tdm_by_index(i))
			write_span(screen, tdm_by_index(i), grid->cells[i], name_width);
	talloc_free(grid);
}

static int watch_channels(struct vty *vty, bool plain)
{
	static const struct screen_view view = {
		.size = 1,
		.draw = draw,
		.ended = "No more channels are watched.",
	};

	if (!cli_gateway())
		return CMD_WARNING;
	return screen_open(vty, &view, plain, "", 0) ? CMD_WARNING : CMD_SUCCESS;
}

#define WATCH_STR WATCH_FIRST_STR "Every timeslot of every span\n"

DEFUN(watch_channels_colour, watch_channels_cmd, "watch channels", WATCH_STR)
{
	return watch_channels(vty, false);
}

DEFUN(watch_channels_plain, watch_channels_plain_cmd, "watch channels plain",
      WATCH_STR "Without colours\n")
{
	return watch_channels(vty, true);
}

void watch_channels_install(void)
{
	cli_install(&watch_channels_cmd);
	cli_install(&watch_channels_plain_cmd);
}
