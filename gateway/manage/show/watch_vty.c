/* `watch channels`: every timeslot of every span on one screen, which is kept up to date once a second; any key ends it. Escape
 * sequences are ECMA-48's that every terminal knows, and the alternate screen of xterm. Only rows that have changed are
 * written again. */
#include <stdio.h>
#include <string.h>

#include <osmocom/core/linuxlist.h>
#include <osmocom/core/talloc.h>
#include <osmocom/core/timer.h>
#include <osmocom/core/utils.h>
#include <osmocom/vty/command.h>
#include <osmocom/vty/vty.h>

#include "drivers/tdm.h"
#include "manage/cli/cli.h"
#include "manage/manage.h"
#include "pstn/trunk.h"

enum { ROWS_MAX = 64, ROW_MAX = 512, SLOTS = 32, NAME_LEN = 16, FIRST_ROW = 3 };

struct grid {
	char cells[ROWS_MAX][SLOTS]; /* of the span with that index */
};

struct screen {
	struct llist_head entry;
	struct vty *vty;
	struct osmo_timer_list second;
	bool plain;
	char shown[ROWS_MAX][ROW_MAX]; /* as written last */
};

static LLIST_HEAD(screens);

static const struct look {
	const char *state;
	char sign;
	const char *colour; /* of ECMA-48's SGR */
} looks[] = {
	{ "idle", '.', "2" },      { "setup", 's', "33" },    { "alerting", 'r', "36" },
	{ "active", 'A', "1;32" }, { "clearing", 'c', "35" }, { "down", 'x', "31" },
};

static char sign_of(const struct channel_status *channel)
{
	if (strcmp(channel->administrative, "unlocked") != 0)
		return 'L';
	for (size_t i = 0; i < ARRAY_SIZE(looks); i++)
		if (strcmp(channel->state, looks[i].state) == 0)
			return looks[i].sign;
	return '?';
}

static bool add_channel(void *data, const struct channel_status *channel)
{
	struct grid *grid = data;
	char span[TDM_NAME_MAX];
	unsigned timeslot;
	const char *slash = strrchr(channel->name, '/');

	if (!slash || sscanf(slash + 1, "%u", &timeslot) != 1 || timeslot >= SLOTS)
		return true;
	snprintf(span, sizeof(span), "%.*s", (int)(slash - channel->name), channel->name);
	for (unsigned i = 0; i < tdm_count() && i < ROWS_MAX; i++)
		if (tdm_by_index(i) && strcmp(tdm_by_index(i)->name, span) == 0)
			grid->cells[i][timeslot] = sign_of(channel);
	return true;
}

static const char *colour_of(char sign)
{
	for (size_t i = 0; i < ARRAY_SIZE(looks); i++)
		if (looks[i].sign == sign)
			return looks[i].colour;
	return sign == 'L' ? "34" : "0";
}

static void write_row(const struct screen *screen, const struct tdm_span *span, const char *cells,
		      char *out, size_t size)
{
	struct osmo_strbuf row = { .buf = out, .len = size };
	const char *alarms = span->alarms ? tdm_alarm_names(span->alarms) : "ok";

	OSMO_STRBUF_PRINTF(row, "%-*.*s ", NAME_LEN, NAME_LEN, span->name);
	for (unsigned slot = 1; slot < SLOTS; slot++) {
		char sign = cells[slot] ? cells[slot] : ' ';

		if (slot > span->timeslots)
			sign = ' ';
		if (screen->plain || sign == ' ')
			OSMO_STRBUF_PRINTF(row, "%c", sign);
		else
			OSMO_STRBUF_PRINTF(row, "\033[%sm%c\033[0m", colour_of(sign), sign);
	}
	if (screen->plain || !span->alarms)
		OSMO_STRBUF_PRINTF(row, "  %.30s", alarms);
	else
		OSMO_STRBUF_PRINTF(row, "  \033[1;31m%.30s\033[0m", alarms);
}

static void draw(struct screen *screen)
{
	struct grid grid = { 0 };
	char row[ROW_MAX];
	unsigned line = FIRST_ROW;

	channels_each(cli_gateway()->trunks, add_channel, &grid);
	for (unsigned i = 0; i < tdm_count() && i < ROWS_MAX; i++) {
		if (!tdm_by_index(i))
			continue;
		write_row(screen, tdm_by_index(i), grid.cells[i], row, sizeof(row));
		if (strcmp(row, screen->shown[i]) != 0)
			vty_out(screen->vty, "\033[%u;1H%s\033[K", line, row);
		snprintf(screen->shown[i], sizeof(screen->shown[i]), "%s", row);
		line++;
	}
	vty_out(screen->vty, "\033[%u;1H", line + 1);
}

static void on_second(void *data)
{
	struct screen *screen = data;

	osmo_timer_schedule(&screen->second, 1, 0);
	draw(screen);
}

static struct screen *screen_of(const struct vty *vty)
{
	struct screen *screen;

	llist_for_each_entry (screen, &screens, entry)
		if (screen->vty == vty)
			return screen;
	return NULL;
}

void watch_forget(struct vty *vty)
{
	struct screen *screen = screen_of(vty);

	if (!screen)
		return;
	osmo_timer_del(&screen->second);
	llist_del(&screen->entry);
	talloc_free(screen);
}

void watch_check_key(struct vty *vty)
{
	if (!vty->length || !screen_of(vty))
		return;
	watch_forget(vty);
	memset(vty->buf, 0, (size_t)vty->length);
	vty->length = vty->cp = 0;
	vty_out(vty, "\033[?1049l");
	cli_notice(vty, "No more channels are watched.");
}

static int watch_channels(struct vty *vty, bool plain)
{
	struct screen *screen;

	if (!cli_gateway() || screen_of(vty))
		return CMD_WARNING;
	screen = talloc_zero(vty, struct screen);
	if (!screen)
		return CMD_WARNING;
	screen->vty = vty;
	screen->plain = plain;
	llist_add_tail(&screen->entry, &screens);
	vty_out(vty,
		"\033[?1049h\033[2J\033[1;1H. idle  s set-up  r rings  A active  c clears  x down  "
		"L locked       any key ends it\033[2;1H%-*s 1       9       17      25     31  "
		"ALARMS",
		NAME_LEN, "SPAN");
	osmo_timer_setup(&screen->second, on_second, screen);
	osmo_timer_schedule(&screen->second, 0, 0); /* after the prompt */
	return CMD_SUCCESS;
}

#define WATCH_STR                                                                                  \
	"Keep something on the screen, up to date; any key ends it\nEvery timeslot of every "      \
	"span\n"

DEFUN(watch_channels_colour, watch_channels_cmd, "watch channels", WATCH_STR)
{
	return watch_channels(vty, false);
}

DEFUN(watch_channels_plain, watch_channels_plain_cmd, "watch channels plain",
      WATCH_STR "Without colours\n")
{
	return watch_channels(vty, true);
}

void watch_vty_install(void)
{
	cli_install(&watch_channels_cmd);
	cli_install(&watch_channels_plain_cmd);
}
