/* `show sound`: how calls that are up sound, from both parties: level, and of RTP loss, jitter and MOS. As the media
 * thread has reported it last; terminations are walked once, however many calls there are. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <jansson.h>

#include <osmocom/core/talloc.h>
#include <osmocom/core/utils.h>
#include <osmocom/vty/command.h>
#include <osmocom/vty/vty.h>

#include "call/call.h"
#include "manage/cli/cli.h"
#include "manage/cli/table.h"
#include "manage/manage.h"
#include "manage/show/views.h"
#include "mg/mg.h"
#include "rtp/emodel.h"

json_t *view_peak(int16_t peak)
{
	return peak > 0 ? json_integer(lround(20 * log10(peak / 32768.0) + 3.14)) : json_null();
}

json_t *view_mos(const struct mg_status *term)
{
	const struct mg_stats *stats = &term->stats;
	const struct emodel line = {
		.received = stats->rx_packets,
		.missing = stats->rx_lost + stats->rx_late,
		.delay_ms = stats->jb_delay_ms + term->term.rtp.ptime_ms +
			    stats->round_trip_us / 2 / 1000,
	};
	const unsigned hundredths = stats->rx_packets && term->term.rtp.codec != CODEC_CLEARMODE
					    ? emodel_mos(&line)
					    : 0;

	return hundredths ? json_real(hundredths / 100.0) : json_null();
}

/* What is said of a termination, by its id. */
struct heard {
	uint32_t term;
	json_t *level, *mos, *lost, *jitter;
};

struct all_heard {
	struct heard *heard;
	size_t n, room;
};

static bool add_heard(void *data, const struct mg_status *term)
{
	struct all_heard *all = data;
	const bool rtp = term->term.kind == MG_RTP;
	const struct mg_stats *stats = &term->stats;

	if (!term->reported_us)
		return true;
	if (all->n == all->room) {
		const size_t room = all->room ? 2 * all->room : 64;
		struct heard *larger = talloc_realloc(NULL, all->heard, struct heard, room);

		if (!larger)
			return false;
		all->heard = larger;
		all->room = room;
	}
	all->heard[all->n++] = (struct heard){
		.term = term->id,
		.level = view_peak(stats->in_peak),
		.mos = rtp ? view_mos(term) : json_null(),
		.lost = rtp ? view_share(stats->rx_lost, stats->rx_packets + stats->rx_lost, 100)
			    : json_null(),
		.jitter = rtp ? json_integer(stats->rx_jitter_us / 1000) : json_null(),
	};
	return true;
}

static int by_term(const void *a, const void *b)
{
	const uint32_t one = ((const struct heard *)a)->term;
	const uint32_t other = ((const struct heard *)b)->term;

	return (one > other) - (one < other);
}

static void put_side(json_t *row, const char *side, const struct heard *heard)
{
	static const char *const names[] = { "level_dbm0", "mos", "lost_percent", "jitter_ms" };
	static const struct heard nothing;
	const struct heard *from = heard ? heard : &nothing;
	json_t *const values[] = { from->level, from->mos, from->lost, from->jitter };
	char name[32];

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(name, sizeof(name), "%s_%s", side, names[i]);
		json_object_set_new(row, name, values[i] ? json_incref(values[i]) : json_null());
	}
}

struct listening {
	struct all_heard all;
	json_t *rows;
};

static const struct heard *find(const struct all_heard *all, uint32_t term)
{
	const struct heard wanted = { .term = term };

	if (!term || !all->n)
		return NULL;
	return bsearch(&wanted, all->heard, all->n, sizeof(*all->heard), by_term);
}

static bool add_call(void *data, const struct call_status *call)
{
	const struct listening *listening = data;
	json_t *row = json_pack("{s:i}", "id", (int)call->id);

	put_side(row, "from", find(&listening->all, call->leg[0].term));
	put_side(row, "to", find(&listening->all, call->leg[1].term));
	json_array_append_new(listening->rows, row);
	return true;
}

static void forget(const struct heard *heard)
{
	json_decref(heard->level);
	json_decref(heard->mos);
	json_decref(heard->lost);
	json_decref(heard->jitter);
}

json_t *view_sound(struct gateway *gateway)
{
	struct listening listening = { .rows = json_array() };

	mg_each(gateway->mg, 0, add_heard, &listening.all);
	if (listening.all.n)
		qsort(listening.all.heard, listening.all.n, sizeof(*listening.all.heard), by_term);
	calls_each(gateway->hub, add_call, &listening);
	for (size_t i = 0; i < listening.all.n; i++)
		forget(&listening.all.heard[i]);
	talloc_free(listening.all.heard);
	return listening.rows;
}

static const struct table_column columns[] = {
	{ "id", "CALL" },
	{ "from_level_dbm0", "CALLER" },
	{ "from_mos", "MOS" },
	{ "from_lost_percent", "LOST %" },
	{ "from_jitter_ms", "JITTER" },
	{ "to_level_dbm0", "CALLED" },
	{ "to_mos", "MOS" },
	{ "to_lost_percent", "LOST %" },
	{ "to_jitter_ms", "JITTER" },
};

DEFUN(show_sound, show_sound_cmd, "show sound [json]",
      SHOW_STR
      "How calls sound: what comes from the caller and the called party, as peaks of the last two "
      "seconds in dBm0 of a sine that loud; of RTP loss, jitter in ms, estimated opinion score\n"
      "As JSON, for programs\n")
{
	json_t *rows;

	if (!cli_gateway())
		return CMD_WARNING;
	rows = view_sound(cli_gateway());
	if (argc > 0)
		json_out(vty, rows);
	else
		table_out(vty, rows, columns, ARRAY_SIZE(columns), "No calls.");
	json_decref(rows);
	return CMD_SUCCESS;
}

void show_sound_install(void)
{
	cli_install(&show_sound_cmd);
}
