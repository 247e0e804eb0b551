/* `watch call N`: both legs of a call, its sound and its time line as it grows; at its end, why. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include <osmocom/core/utils.h>
#include <osmocom/vty/command.h>
#include <osmocom/vty/vty.h>

#include "base/clock.h"
#include "base/config_vty.h"
#include "call/call.h"
#include "call/cause.h"
#include "call/timeline.h"
#include "call/why.h"
#include "manage/cli/cli.h"
#include "manage/cli/screen.h"
#include "manage/manage.h"
#include "manage/show/views.h"

enum { US_PER_S = 1000000, S_PER_MIN = 60, S_PER_H = 3600 };

#define GREEN "\033[1;32m"
#define YELLOW "\033[33m"
#define RED "\033[1;31m"
#define BOLD "\033[1m"
#define FAINT "\033[2m"
#define NO_COLOUR "\033[0m"

struct watched {
	uint32_t call;
};

/* The head */

static void put_since(struct osmo_strbuf *text, const char *what, uint64_t from_us, uint64_t to_us)
{
	const unsigned s = (unsigned)((to_us - from_us) / US_PER_S);

	if (from_us)
		OSMO_STRBUF_PRINTF(*text, "   %s %u:%02u:%02u", what, s / S_PER_H,
				   s / S_PER_MIN % S_PER_MIN, s % S_PER_MIN);
}

static void write_state(struct screen *screen, const struct call_status *call)
{
	const uint64_t until_us = call->ended_us ? call->ended_us : clock_now_us();
	const char *state = call->ended_us ? "ended" : call->state;
	char times[96];
	struct osmo_strbuf text = { .buf = times, .len = sizeof(times) };

	put_since(&text, "since set-up", call->setup_us, until_us);
	put_since(&text, "since answer", call->answer_us, until_us);
	screen_head(screen, BOLD "Call %" PRIu32 NO_COLOUR "   %s%s" NO_COLOUR "%s%s%s", call->id,
		    call->ended_us    ? RED
		    : call->cause     ? YELLOW
		    : call->answer_us ? GREEN
				      : YELLOW,
		    state, times, *call->route ? "   route " : "", call->route);
}

static void write_party(struct screen *screen, const char *way, const struct call_status *call,
			int i, const char *number)
{
	if (!*call->leg[i].via) {
		screen_head(screen, "%-5s -   %s", way, number);
		return;
	}
	screen_head(screen, "%-5s %s %s%s%s   %s" FAINT "%s%s" NO_COLOUR, way,
		    target_kind_name(call->leg[i].kind), call->leg[i].via,
		    *call->leg[i].channel ? "   " : "", call->leg[i].channel, number,
		    *call->leg[i].about ? "   " : "", call->leg[i].about);
}

static void write_end(struct screen *screen, const struct call_status *call)
{
	static const char *const who[] = {
		[CALL_ENDED_BY_NOBODY] = "nobody",
		[CALL_ENDED_BY_GATEWAY] = "the gateway",
		[CALL_ENDED_BY_CALLER] = "the caller",
		[CALL_ENDED_BY_CALLED] = "the called side",
	};

	if (call->cause)
		screen_head(screen, "end   " RED "cause %u %s" NO_COLOUR " (%s), by %s",
			    call->cause, cause_name(call->cause),
			    cause_location_name(call->location), who[call->ended_by]);
}

/* Sound */

static const char *text_of(const json_t *row, const char *key)
{
	const char *text = json_string_value(json_object_get(row, key));

	return text ? text : "-";
}

static void put_number(struct osmo_strbuf *text, const json_t *row, const char *key,
		       const char *title)
{
	const json_t *value = json_object_get(row, key);

	if (json_is_integer(value))
		OSMO_STRBUF_PRINTF(*text, "  %s %" JSON_INTEGER_FORMAT, title,
				   json_integer_value(value));
	else if (json_is_real(value))
		OSMO_STRBUF_PRINTF(*text, "  %s %.2f", title, json_real_value(value));
}

struct number {
	const char *key, *title;
};

static void put_numbers(struct osmo_strbuf *text, const json_t *row, const struct number *numbers,
			size_t n)
{
	for (size_t i = 0; i < n; i++)
		put_number(text, row, numbers[i].key, numbers[i].title);
}

static void write_termination(struct screen *screen, const json_t *row)
{
	static const struct number levels[] = { { "peak_in_dbm0", "level in" },
						{ "peak_out_dbm0", "out" } };
	static const struct number packets[] = {
		{ "packets_in", "in" },      { "packets_out", "out" },  { "lost", "lost" },
		{ "late", "late" },          { "jitter_ms", "jitter" }, { "buffer_ms", "buffer" },
		{ "round_trip_ms", "trip" }, { "mos", "MOS" },
	};
	char heard[128] = "", counted[256] = "";
	struct osmo_strbuf first = { .buf = heard, .len = sizeof(heard) };
	struct osmo_strbuf second = { .buf = counted, .len = sizeof(counted) };

	put_numbers(&first, row, levels, ARRAY_SIZE(levels));
	put_numbers(&second, row, packets, ARRAY_SIZE(packets));
	screen_head(screen, "%-5s %s  %s%s", text_of(row, "kind"), text_of(row, "name"),
		    text_of(row, "codec"), heard);
	if (*counted)
		screen_head(screen, "      packets%s", counted);
}

static void write_sound(struct screen *screen, uint32_t id)
{
	json_t *record = view_call(cli_gateway(), id);
	const json_t *rows = json_object_get(record, "terminations");

	for (size_t i = 0; i < json_array_size(rows); i++)
		write_termination(screen, json_array_get(rows, i));
	json_decref(record);
}

/* The time line */

struct line {
	struct screen *screen;
	uint64_t first_us;
};

static bool write_entry(void *data, const struct timeline_entry *entry)
{
	static const char *const kinds[] = { "sip", "isdn", "call", "media" };
	static const char *const ways[] = { "  ", "->", "<-" };
	struct line *line = data;

	if (!line->first_us)
		line->first_us = entry->us;
	screen_row(line->screen, "%9.3f  %-20s %s " FAINT "%-5s" NO_COLOUR " %s",
		   (double)(int64_t)(entry->us - line->first_us) / US_PER_S,
		   *entry->party ? entry->party : "gateway", ways[entry->way], kinds[entry->kind],
		   entry->text);
	return true;
}

static void write_why(struct screen *screen, uint32_t id)
{
	static struct why why; /* large; of the control thread */

	if (!call_why(cli_gateway()->hub, id, &why))
		return;
	screen_row(screen, "%s", "");
	for (unsigned i = 0; i < why.n_steps; i++)
		screen_row(screen, "%s", why.steps[i]);
	if (*why.meaning)
		screen_row(screen, BOLD "That means: " NO_COLOUR "%s", why.meaning);
	if (*why.advice)
		screen_row(screen, BOLD "What helps: " NO_COLOUR "%s", why.advice);
}

static void draw(struct screen *screen, void *kept)
{
	const struct watched *watched = kept;
	struct line line = { .screen = screen };
	struct call_status call;

	if (!call_get_recent(cli_gateway()->hub, watched->call, &call)) {
		screen_head(screen,
			    "Call %" PRIu32 " has ended, and is not kept: `history` / `calls` in "
			    "the configuration says how many are.",
			    watched->call);
		return;
	}
	write_state(screen, &call);
	write_party(screen, "from", &call, 0, call.calling);
	write_party(screen, "to", &call, 1, *call.called_out ? call.called_out : call.called);
	write_end(screen, &call);
	if (!call.ended_us)
		write_sound(screen, call.id);
	screen_head(screen, BOLD "    AFTER  PARTY                   KIND  WHAT" NO_COLOUR);
	timeline_each(call_timelines(cli_gateway()->hub), call.id, write_entry, &line, NULL);
	if (call.ended_us)
		write_why(screen, call.id);
}

static int watch_call(struct vty *vty, const char *number, bool plain)
{
	static const struct screen_view view = {
		.size = sizeof(struct watched),
		.follows = true,
		.draw = draw,
		.ended = "The call is watched no more.",
	};
	const struct watched watched = { .call = (uint32_t)strtoul(number, NULL, 10) };
	struct call_status call;

	if (!cli_gateway())
		return CMD_WARNING;
	if (!call_get_recent(cli_gateway()->hub, watched.call, &call))
		return config_reject(vty,
				     "there is no call %s, nor is it among the last ones; `show "
				     "calls` and `show calls recent` list them",
				     number);
	return screen_open(vty, &view, plain, &watched, sizeof(watched)) ? CMD_WARNING
									 : CMD_SUCCESS;
}

#define WATCH_STR                                                                                  \
	WATCH_FIRST_STR                                                                            \
	"One call: both legs, its sound, its time line, and why it ended\n"                        \
	"Its number, as in `show calls` or `show calls recent`\n"

DEFUN(watch_call_colour, watch_call_cmd, "watch call <1-4294967295>", WATCH_STR)
{
	return watch_call(vty, argv[0], false);
}

DEFUN(watch_call_plain, watch_call_plain_cmd, "watch call <1-4294967295> plain",
      WATCH_STR "Without colours\n")
{
	return watch_call(vty, argv[0], true);
}

void watch_call_install(void)
{
	cli_install(&watch_call_cmd);
	cli_install(&watch_call_plain_cmd);
}
