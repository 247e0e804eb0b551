/* Metrics of calls: how many, how well they go, the SIP peers, and the sound of those that are up. */
#include <string.h>

#include <osmocom/core/talloc.h>
#include <osmocom/core/utils.h>

#include "call/call.h"
#include "call/quality.h"
#include "manage/http/metric.h"
#include "manage/http/metrics.h"
#include "manage/manage.h"
#include "mg/mg.h"
#include "sip/sip.h"

#define OF_CALLS(name, type, help, member)                                                         \
	METRIC_OF(name, type, help, call_totals, member, NULL, NULL)

static const struct metric call_metrics[] = {
	OF_CALLS("calls", "gauge", "Calls now.", active),
	OF_CALLS("calls_offered_total", "counter", "Calls that were begun.", offered),
	OF_CALLS("calls_answered_total", "counter", "Calls that were answered.", answered),
	OF_CALLS("calls_failed_total", "counter", "Calls that ended unanswered.", failed),
};

/* Quality */

struct quality_row {
	enum target_kind kind;
	const char *name;
	const struct quality_counts *counts;
};

struct quality_rows {
	struct quality_row *rows;
	size_t n;
};

static bool add_place(void *data, enum target_kind kind, const char *name,
		      const struct quality_counts *counts)
{
	struct quality_rows *to = data;

	/* Users are many, and lines are our own. */
	if (kind != TARGET_TRUNK && kind != TARGET_PEER)
		return true;
	to->rows = talloc_realloc(NULL, to->rows, struct quality_row, to->n + 1);
	if (!to->rows)
		return false;
	to->rows[to->n++] = (struct quality_row){ kind, name, counts };
	return true;
}

static const struct {
	const char *name, *help;
	size_t at; /* in a way of struct quality_counts */
	double unit;
} ways[] = {
	{ "seizures_total", "Attempts that ended; in: from there.", 0, 1 },
	{ "answers_total", "Attempts that were answered: ASR is their share of seizures.", 8, 1 },
	{ "effective_total", "Answered, busy, no answer or rejected by who was called: NER.", 16,
	  1 },
	{ "talk_seconds_total", "Time of talk: ACD is this by answers.", 24, 1e-3 },
	{ "offered_total", "Calls begun; out: also those that were refused here.", 32, 1 },
};
_Static_assert(offsetof(struct quality_counts, way[0].answers) == 8 &&
		       offsetof(struct quality_counts, way[0].effective) == 16 &&
		       offsetof(struct quality_counts, way[0].talk_ms) == 24 &&
		       offsetof(struct quality_counts, way[0].offered) == 32,
	       "members of a way, as the table has them");

static void put_ways(FILE *file, const struct quality_rows *all)
{
	static const char *const directions[] = { "in", "out" };

	for (size_t w = 0; w < ARRAY_SIZE(ways); w++) {
		metric_family(file, ways[w].name, "counter", ways[w].help);
		for (size_t i = 0; i < all->n * QUALITY_DIRECTIONS; i++) {
			const struct quality_row *row = &all->rows[i / QUALITY_DIRECTIONS];
			const size_t way = i % QUALITY_DIRECTIONS;
			uint64_t number;

			memcpy(&number, (const char *)&row->counts->way[way] + ways[w].at,
			       sizeof(number));
			metric_sample(file, ways[w].name, (double)number * ways[w].unit,
				      LABELS("kind", target_kind_name(row->kind), "name", row->name,
					     "direction", directions[way]));
		}
	}
}

static void put_delays(FILE *file, const struct quality_rows *all)
{
	metric_family(file, "post_dial_delay_seconds", "summary",
		      "From the call until it rang, or was answered.");
	for (size_t i = 0; i < all->n; i++) {
		const struct quality_row *row = &all->rows[i];
		const char *kind = target_kind_name(row->kind);

		metric_sample(file, "post_dial_delay_seconds_sum",
			      (double)row->counts->delay_ms * 1e-3,
			      LABELS("kind", kind, "name", row->name));
		metric_sample(file, "post_dial_delay_seconds_count", (double)row->counts->delays,
			      LABELS("kind", kind, "name", row->name));
	}
}

static void put_causes(FILE *file, const struct quality_rows *all)
{
	char number[8];

	metric_family(file, "causes_total", "counter", "Attempts that ended, by cause (Q.850).");
	for (size_t i = 0; i < all->n * QUALITY_CAUSES; i++) {
		const struct quality_row *row = &all->rows[i / QUALITY_CAUSES];
		const uint64_t n = row->counts->causes[i % QUALITY_CAUSES];

		if (!n)
			continue;
		snprintf(number, sizeof(number), "%zu", i % QUALITY_CAUSES);
		metric_sample(file, "causes_total", (double)n,
			      LABELS("kind", target_kind_name(row->kind), "name", row->name,
				     "cause", number));
	}
}

static const struct {
	const char *name, *help;
	size_t at;
	bool of_peers; /* alone */
} sums[] = {
	{ "rtp_packets_total", "RTP packets that came, of calls that ended.",
	  offsetof(struct quality_counts, packets), true },
	{ "rtp_lost_total", "RTP packets that never came, of calls that ended.",
	  offsetof(struct quality_counts, lost), true },
	{ "rtp_late_total", "RTP packets that came too late to be played, of calls that ended.",
	  offsetof(struct quality_counts, late), true },
	{ "overflow_total", "Calls begun to there that found no channel, or a limit reached.",
	  offsetof(struct quality_counts, overflow), false },
	{ "in_use_seconds_total",
	  "Channels or calls in use, summed each second: Erlangs are its rate.",
	  offsetof(struct quality_counts, in_use_s), false },
	{ "full_seconds_total", "Seconds with all channels busy, or a limit reached.",
	  offsetof(struct quality_counts, full_s), false },
	{ "down_seconds_total", "Seconds without a way to there.",
	  offsetof(struct quality_counts, down_s), false },
};

static void put_sums(FILE *file, const struct quality_rows *all)
{
	for (size_t p = 0; p < ARRAY_SIZE(sums); p++) {
		metric_family(file, sums[p].name, "counter", sums[p].help);
		for (size_t i = 0; i < all->n; i++) {
			const struct quality_row *row = &all->rows[i];
			uint64_t number;

			if (sums[p].of_peers && row->kind != TARGET_PEER)
				continue;
			memcpy(&number, (const char *)row->counts + sums[p].at, sizeof(number));
			metric_sample(
				file, sums[p].name, (double)number,
				LABELS("kind", target_kind_name(row->kind), "name", row->name));
		}
	}
}

static void put_quality(FILE *file, struct gateway *gateway)
{
	struct quality_rows all = { 0 };

	quality_each(gateway->hub, add_place, &all);
	if (!all.rows)
		return;
	put_ways(file, &all);
	put_delays(file, &all);
	put_causes(file, &all);
	put_sums(file, &all);
	talloc_free(all.rows);
}

/* Peers */

#define OF_PEER(name, type, help, member, key, value)                                              \
	METRIC_OF(name, type, help, peer_status, member, key, value)

static const struct metric peer_metrics[] = {
	OF_PEER("peer_calls", "gauge", "Calls now.", calls, NULL, NULL),
	OF_PEER("peer_calls_total", "counter", "Calls begun; in: from the peer.", calls_in,
		"direction", "in"),
	OF_PEER("peer_calls_total", "counter", "Calls begun; in: from the peer.", calls_out,
		"direction", "out"),
};

struct peer_rows {
	struct peer_status *rows;
	size_t n;
};

static bool add_peer(void *data, const struct peer_status *peer)
{
	struct peer_rows *to = data;

	to->rows = talloc_realloc(NULL, to->rows, struct peer_status, to->n + 1);
	if (!to->rows)
		return false;
	to->rows[to->n++] = *peer;
	return true;
}

/* A peer that is not asked is neither up nor down. */
static void put_peers(FILE *file, struct gateway *gateway)
{
	struct peer_rows all = { 0 };

	peers_each(gateway->sip, add_peer, &all);
	if (!all.rows)
		return;
	metric_family(file, "peer_up", "gauge", "1 while the peer answers OPTIONS, 0 while not.");
	for (size_t i = 0; i < all.n; i++)
		if (strcmp(all.rows[i].state, "unknown") != 0)
			metric_sample(file, "peer_up", strcmp(all.rows[i].state, "reachable") == 0,
				      LABELS("peer", all.rows[i].name));
	metric_family(file, "peer_round_trip_seconds", "gauge", "Of the last OPTIONS.");
	for (size_t i = 0; i < all.n; i++)
		if (all.rows[i].rtt_ms)
			metric_sample(file, "peer_round_trip_seconds", all.rows[i].rtt_ms * 1e-3,
				      LABELS("peer", all.rows[i].name));
	metric_table(file, peer_metrics, ARRAY_SIZE(peer_metrics), "peer", all.rows, all.n,
		     sizeof(*all.rows));
	talloc_free(all.rows);
}

/* Sound of calls that are up */

struct sound {
	unsigned streams;
	double jitter_sum_s, jitter_max_s;
	uint64_t packets, lost;
};

static bool add_sound(void *data, const struct mg_status *term)
{
	struct sound *sound = data;
	const double jitter_s = term->stats.rx_jitter_us * 1e-6;

	if (term->term.kind != MG_RTP || !term->reported_us)
		return true;
	sound->streams++;
	sound->jitter_sum_s += jitter_s;
	if (jitter_s > sound->jitter_max_s)
		sound->jitter_max_s = jitter_s;
	sound->packets += term->stats.rx_packets;
	sound->lost += term->stats.rx_lost;
	return true;
}

static void put_sound(FILE *file, struct gateway *gateway)
{
	struct sound sound = { 0 };
	uint64_t all;

	mg_each(gateway->mg, 0, add_sound, &sound);
	all = sound.packets + sound.lost;
	metric_family(file, "rtp_streams", "gauge", "RTP streams of calls that are up.");
	metric_sample(file, "rtp_streams", sound.streams, NULL);
	metric_family(file, "rtp_jitter_seconds", "gauge",
		      "Jitter (RFC 3550 A.8) of the streams that are up.");
	metric_sample(file, "rtp_jitter_seconds",
		      sound.streams ? sound.jitter_sum_s / sound.streams : 0, LABELS("of", "mean"));
	metric_sample(file, "rtp_jitter_seconds", sound.jitter_max_s, LABELS("of", "max"));
	metric_family(file, "rtp_loss_ratio", "gauge",
		      "Packets that never came, of all of the streams that are up.");
	metric_sample(file, "rtp_loss_ratio", all ? (double)sound.lost / (double)all : 0, NULL);
}

void metrics_calls(FILE *file, struct gateway *gateway)
{
	struct call_totals totals;

	call_totals(gateway->hub, &totals);
	metric_record(file, call_metrics, ARRAY_SIZE(call_metrics), &totals);
	put_quality(file, gateway);
	put_peers(file, gateway);
	put_sound(file, gateway);
}
