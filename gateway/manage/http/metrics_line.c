/* Metrics of the telephone line: spans, trunks and their channels. */
#include <string.h>

#include <osmocom/core/talloc.h>
#include <osmocom/core/utils.h>

#include "call/trunk_groups.h"
#include "drivers/performance.h"
#include "drivers/tdm.h"
#include "manage/http/metric.h"
#include "manage/http/metrics.h"
#include "manage/manage.h"
#include "pstn/trunk.h"

/* Spans */

struct span_row {
	const char *name;
	struct tdm_counters counters;
	const struct tdm_span *span;
};

#define OF_SPAN(name, type, help, member, key, value)                                              \
	METRIC_OF(name, type, help, span_row, counters.member, key, value)

static const struct metric span_metrics[] = {
	OF_SPAN("span_slips_total", "counter", "Controlled slips.", slips, NULL, NULL),
	OF_SPAN("span_hdlc_frames_total", "counter", "Frames on D channels.", hdlc_rx_frames,
		"direction", "in"),
	OF_SPAN("span_hdlc_frames_total", "counter", "Frames on D channels.", hdlc_tx_frames,
		"direction", "out"),
	OF_SPAN("span_hdlc_errors_total", "counter", "Bad frames: FCS, abort, too long.",
		hdlc_rx_errors, NULL, NULL),
	OF_SPAN("span_hdlc_dropped_total", "counter", "Frames for which there was no room.",
		hdlc_dropped, NULL, NULL),
};

static const struct {
	unsigned bit;
	const char *name;
} alarms[] = {
	{ TDM_ALARM_RED, "red" },           { TDM_ALARM_YELLOW, "yellow" },
	{ TDM_ALARM_BLUE, "blue" },         { TDM_ALARM_ABSENT, "absent" },
	{ TDM_ALARM_LOOPBACK, "loopback" },
};

static const struct {
	const char *name;
	size_t at;
} seconds[] = {
	{ "es", offsetof(struct g826_counts, es) },
	{ "ses", offsetof(struct g826_counts, ses) },
	{ "uas", offsetof(struct g826_counts, uas) },
	{ "bes", offsetof(struct g826_counts, bes) },
	{ "sefs", offsetof(struct g826_counts, sefs) },
	{ "les", offsetof(struct g826_counts, les) },
	{ "css", offsetof(struct g826_counts, css) },
	{ "far_es", offsetof(struct g826_counts, far_es) },
};

static void put_seconds(FILE *file, const char *span, const char *interval,
			const struct g826_counts *counts)
{
	for (size_t i = 0; i < ARRAY_SIZE(seconds); i++) {
		uint32_t number;

		memcpy(&number, (const char *)counts + seconds[i].at, sizeof(number));
		metric_sample(file, "span_error_seconds", number,
			      LABELS("span", span, "interval", interval, "kind", seconds[i].name));
	}
}

static void put_performance(FILE *file, const struct span_row *rows, size_t n)
{
	struct g826_counts day;

	metric_family(
		file, "span_error_seconds", "gauge",
		"Seconds by G.826, in the present quarter of an hour and in the day before it.");
	for (size_t i = 0; i < n; i++) {
		const struct g826 *g826 = performance_of(rows[i].name);
		const struct g826_counts *now = g826 ? g826_interval(g826, 0) : NULL;

		if (now)
			put_seconds(file, rows[i].name, "15m", now);
		if (!g826)
			continue;
		g826_day(g826, &day);
		put_seconds(file, rows[i].name, "24h", &day);
	}
}

static void put_spans(FILE *file)
{
	const size_t most = tdm_count();
	struct span_row *rows = talloc_zero_array(NULL, struct span_row, most + 1);
	size_t n = 0;

	for (size_t i = 0; rows && i < most; i++) {
		const struct tdm_span *span = tdm_by_index((unsigned)i);

		if (!span)
			continue;
		rows[n].name = span->name;
		rows[n].span = span;
		tdm_counters_read(span, &rows[n++].counters);
	}
	metric_family(file, "span_alarm", "gauge", "1 while the span has this alarm.");
	for (size_t i = 0; i < n; i++)
		for (size_t a = 0; a < ARRAY_SIZE(alarms); a++)
			metric_sample(file, "span_alarm", !!(rows[i].span->alarms & alarms[a].bit),
				      LABELS("span", rows[i].name, "alarm", alarms[a].name));
	metric_table(file, span_metrics, ARRAY_SIZE(span_metrics), "span", rows, n, sizeof(*rows));
	put_performance(file, rows, n);
	talloc_free(rows);
}

/* Trunks */

#define OF_TRUNK(name, type, help, member, key, value)                                             \
	METRIC_OF(name, type, help, trunk_status, member, key, value)

static const struct metric trunk_metrics[] = {
	OF_TRUNK("trunk_flaps_total", "counter", "Times that the D channel was lost.", flaps, NULL,
		 NULL),
	OF_TRUNK("trunk_calls_total", "counter", "Calls begun; in: from the line.", calls_in,
		 "direction", "in"),
	OF_TRUNK("trunk_calls_total", "counter", "Calls begun; in: from the line.", calls_out,
		 "direction", "out"),
	OF_TRUNK("trunk_channels_peak", "gauge",
		 "Channels in use, the most at a time since the trunk was set up.", peak, NULL,
		 NULL),
	OF_TRUNK("trunk_channels_locked", "gauge", "Channels that people took out of service.",
		 locked, NULL, NULL),
	OF_TRUNK("trunk_limited_total", "counter", "Calls that the trunk's limits refused.",
		 limited, NULL, NULL),
	OF_TRUNK("trunk_audit_repairs_total", "counter", "Channels that the auditor repaired.",
		 repairs, NULL, NULL),
};

struct trunk_rows {
	struct trunk_status *rows;
	size_t n;
};

static bool add_trunk(void *data, const struct trunk_status *trunk)
{
	struct trunk_rows *to = data;

	to->rows = talloc_realloc(NULL, to->rows, struct trunk_status, to->n + 1);
	if (!to->rows)
		return false;
	to->rows[to->n++] = *trunk;
	return true;
}

static void put_trunks(FILE *file, struct gateway *gateway)
{
	struct trunk_rows all = { 0 };

	trunks_each(gateway->trunks, add_trunk, &all);
	if (!all.rows)
		return;
	metric_family(file, "trunk_data_link_up", "gauge", "1 while the data link is up.");
	for (size_t i = 0; i < all.n; i++)
		metric_sample(file, "trunk_data_link_up", strcmp(all.rows[i].layer2, "down") != 0,
			      LABELS("trunk", all.rows[i].name));
	metric_family(file, "trunk_in_service", "gauge", "1 unless people took it out of service.");
	for (size_t i = 0; i < all.n; i++)
		metric_sample(file, "trunk_in_service",
			      strcmp(all.rows[i].administrative, "unlocked") == 0,
			      LABELS("trunk", all.rows[i].name));
	metric_table(file, trunk_metrics, ARRAY_SIZE(trunk_metrics), "trunk", all.rows, all.n,
		     sizeof(*all.rows));
	talloc_free(all.rows);
}

/* Trunk groups */

struct group_row {
	const char *name;
	struct trunk_group_status status;
};

#define OF_GROUP(name, type, help, member, key, value)                                             \
	METRIC_OF(name, type, help, group_row, status.member, key, value)

static const struct metric group_metrics[] = {
	OF_GROUP("trunk_group_calls", "gauge", "Calls now, on all its trunks; in: from the line.",
		 load.in, "direction", "in"),
	OF_GROUP("trunk_group_calls", "gauge", "Calls now, on all its trunks; in: from the line.",
		 load.out, "direction", "out"),
	OF_GROUP("trunk_group_channels", "gauge", "Channels of all its trunks.", load.channels,
		 NULL, NULL),
	OF_GROUP("trunk_group_channels_free", "gauge", "Channels that another call may take.",
		 load.free, NULL, NULL),
	OF_GROUP("trunk_group_calls_peak", "gauge",
		 "Calls at a time, the most since the group was configured.", peak, NULL, NULL),
	OF_GROUP("trunk_group_overflows_total", "counter",
		 "Calls that none of its trunks took, or that its limits refused.", overflows, NULL,
		 NULL),
	OF_GROUP("trunk_group_limited_total", "counter", "Calls that its limits refused.", limited,
		 NULL, NULL),
	OF_GROUP("trunk_group_busy_seconds_total", "counter", "Seconds with all trunks busy.",
		 busy_s, NULL, NULL),
};

struct group_rows {
	struct group_row *rows;
	size_t n;
};

static bool add_group(void *data, const struct trunk_group_status *group)
{
	struct group_rows *to = data;

	to->rows = talloc_realloc(NULL, to->rows, struct group_row, to->n + 1);
	if (!to->rows)
		return false;
	to->rows[to->n++] = (struct group_row){ group->config->name, *group };
	return true;
}

static void put_groups(FILE *file, struct gateway *gateway)
{
	struct group_rows all = { 0 };

	trunk_groups_each(gateway->hub, add_group, &all);
	if (!all.rows)
		return;
	metric_table(file, group_metrics, ARRAY_SIZE(group_metrics), "group", all.rows, all.n,
		     sizeof(*all.rows));
	talloc_free(all.rows);
}

/* Channels: those of a trunk come one after the other. */

static const char *const states[] = { "idle", "setup", "alerting", "active", "clearing", "down" };

struct channel_sums {
	FILE *file;
	const char *trunk; /* NULL: none yet */
	unsigned n[ARRAY_SIZE(states)];
};

static void put_sums(struct channel_sums *sums)
{
	for (size_t i = 0; sums->trunk && i < ARRAY_SIZE(states); i++)
		metric_sample(sums->file, "channels", sums->n[i],
			      LABELS("trunk", sums->trunk, "state", states[i]));
	memset(sums->n, 0, sizeof(sums->n));
}

static bool add_channel(void *data, const struct channel_status *channel)
{
	struct channel_sums *sums = data;

	if (!sums->trunk || strcmp(sums->trunk, channel->trunk) != 0)
		put_sums(sums);
	sums->trunk = channel->trunk;
	for (size_t i = 0; i < ARRAY_SIZE(states); i++)
		sums->n[i] += strcmp(states[i], channel->state) == 0;
	return true;
}

void metrics_line(FILE *file, struct gateway *gateway)
{
	struct channel_sums sums = { .file = file };

	put_spans(file);
	put_trunks(file, gateway);
	put_groups(file, gateway);
	metric_family(file, "channels", "gauge", "Channels by state.");
	channels_each(gateway->trunks, add_channel, &sums);
	put_sums(&sums);
}
