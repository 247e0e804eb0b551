/* The show commands. Each gathers one tree of JSON values from the status values of the layers
 * below; the tree is then a table or record for people, or JSON as it is. */
#include <arpa/inet.h>
#include <math.h>
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
#include "drivers/tdm.h"
#include "manage/cli/cli.h"
#include "manage/manage.h"
#include "manage/cli/table.h"
#include "manage/show/views.h"
#include "mg/mg.h"
#include "pstn/trunk.h"
#include "sip/sip.h"

#define JSON_STR "As JSON, for programs\n"

/* One show command whose tree is an array: what gathers it, and its columns in text. */
struct listing {
	json_t *(*gather)(struct gateway *gateway);
	const char *empty;
	const struct table_column *columns;
	size_t n;
};

static int show_listing(struct vty *vty, const struct listing *listing, bool as_json)
{
	json_t *rows;

	if (!cli_gateway())
		return CMD_WARNING;
	rows = listing->gather(cli_gateway());
	if (as_json)
		json_out(vty, rows);
	else
		table_out(vty, rows, listing->columns, listing->n, listing->empty);
	json_decref(rows);
	return CMD_SUCCESS;
}

static int show_record(struct vty *vty, json_t *record, bool as_json)
{
	if (as_json)
		json_out(vty, record);
	else
		record_out(vty, record);
	json_decref(record);
	return CMD_SUCCESS;
}

static json_t *span_row(const struct tdm_span *span)
{
	static const char *const types[] = {
		[SPAN_E1] = "e1", [SPAN_T1] = "t1", [SPAN_BRI] = "bri"
	};
	struct tdm_counters counters;

	tdm_counters_read(span, &counters);
	return json_pack(
		"{s:s, s:s, s:s, s:s, s:s, s:i, s:I, s:I, s:I, s:I, s:I, s:I}", "name", span->name,
		"driver", span->driver->name, "type", types[span->type], "law", law_name(span->law),
		"alarms", span->alarms ? tdm_alarm_names(span->alarms) : "ok", "timeslots",
		(int)span->timeslots, "ticks", (json_int_t)counters.ticks, "slips",
		(json_int_t)counters.slips, "frames_in", (json_int_t)counters.hdlc_rx_frames,
		"frames_out", (json_int_t)counters.hdlc_tx_frames, "frame_errors",
		(json_int_t)counters.hdlc_rx_errors, "frames_dropped",
		(json_int_t)counters.hdlc_dropped);
}

json_t *view_spans(struct gateway *gateway)
{
	json_t *rows = json_array();

	(void)gateway;
	for (unsigned i = 0; i < tdm_count(); i++)
		if (tdm_by_index(i))
			json_array_append_new(rows, span_row(tdm_by_index(i)));
	return rows;
}

static const struct table_column span_columns[] = {
	{ "name", "SPAN" },           { "driver", "DRIVER" },
	{ "type", "TYPE" },           { "law", "LAW" },
	{ "alarms", "ALARMS" },       { "slips", "SLIPS" },
	{ "frames_in", "FRAMES IN" }, { "frames_out", "FRAMES OUT" },
	{ "frame_errors", "ERRORS" }, { "frames_dropped", "DROPPED" },
};
static const struct listing spans_listing = { view_spans, "No spans.", span_columns,
					      ARRAY_SIZE(span_columns) };

static bool add_trunk(void *data, const struct trunk_status *trunk)
{
	json_array_append_new(
		data,
		json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:s, s:s, s:s, s:i, s:i, s:i, s:i, "
			  "s:i, s:i, s:I, s:I, s:I, s:I, s:I}",
			  "name", trunk->name, "protocol", trunk->protocol, "variant",
			  trunk->variant, "side", trunk->side, "span", trunk->span, "d_channel",
			  trunk->d_channel, "span_ok", trunk->span_ok, "layer1", trunk->layer1,
			  "layer2", trunk->layer2, "administrative", trunk->administrative,
			  "locked", (int)trunk->locked, "channels", (int)trunk->channels, "idle",
			  (int)trunk->idle, "busy", (int)trunk->busy, "down", (int)trunk->down,
			  "peak", (int)trunk->peak, "calls_in", (json_int_t)trunk->calls_in,
			  "calls_out", (json_int_t)trunk->calls_out, "flaps",
			  (json_int_t)trunk->flaps, "limited", (json_int_t)trunk->limited,
			  "repairs", (json_int_t)trunk->repairs));
	return true;
}

json_t *view_trunks(struct gateway *gateway)
{
	json_t *rows = json_array();

	trunks_each(gateway->trunks, add_trunk, rows);
	return rows;
}

/* Short titles, so that a row fits 100 columns. */
static const struct table_column trunk_columns[] = {
	{ "name", "TRUNK" },
	{ "variant", "VARIANT" },
	{ "side", "SIDE" },
	{ "d_channel", "D CHAN" },
	{ "layer1", "L1" },
	{ "layer2", "L2" },
	{ "administrative", "ADMIN" },
	{ "idle", "IDLE" },
	{ "busy", "BUSY" },
	{ "down", "DOWN" },
	{ "locked", "LOCKED" },
	{ "calls_in", "IN" },
	{ "calls_out", "OUT" },
	{ "flaps", "FLAPS" },
};
static const struct listing trunks_listing = { view_trunks, "No trunks.", trunk_columns,
					       ARRAY_SIZE(trunk_columns) };

static json_t *channel_row(const struct channel_status *channel)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:s, s:o, s:o}", "name",
			 channel->name, "trunk", channel->trunk, "state", channel->state,
			 "administrative", channel->administrative, "operational",
			 channel->operational, "usage", channel->usage, "availability",
			 channel->availability, "call",
			 channel->call ? json_integer(channel->call) : json_null(), "direction",
			 channel->direction, "calling", wire_text(channel->calling), "called",
			 wire_text(channel->called));
}

static bool add_channel(void *data, const struct channel_status *channel)
{
	json_array_append_new(data, channel_row(channel));
	return true;
}

json_t *view_channels(struct gateway *gateway)
{
	json_t *rows = json_array();

	channels_each(gateway->trunks, add_channel, rows);
	return rows;
}

static const struct table_column channel_columns[] = {
	{ "name", "CHANNEL" },         { "trunk", "TRUNK" },      { "state", "STATE" },
	{ "administrative", "ADMIN" }, { "operational", "OPER" }, { "usage", "USAGE" },
	{ "availability", "AVAIL" },   { "call", "CALL" },        { "direction", "DIR" },
	{ "calling", "CALLING" },      { "called", "CALLED" },
};
static const struct listing channels_listing = { view_channels, "No channels.", channel_columns,
						 ARRAY_SIZE(channel_columns) };

/* Milliseconds between two instants of clock_now_us; null when either has not come. */
static json_t *between_ms(uint64_t from_us, uint64_t to_us)
{
	return from_us && to_us >= from_us ? json_integer((to_us - from_us) / 1000) : json_null();
}

static json_t *leg_row(const struct call_status *call, int i)
{
	json_t *row;

	if (!call->leg[i].present)
		return json_null();
	row = json_pack("{s:s, s:s, s:s, s:o}", "via", target_kind_name(call->leg[i].kind), "name",
			call->leg[i].via, "channel", call->leg[i].channel, "about",
			wire_text(call->leg[i].about));
	if (*call->leg[i].group)
		json_object_set_new(row, "trunk_group", json_string(call->leg[i].group));
	return row;
}

/* "trunk pstn e1-1/17" */
static json_t *leg_text(const struct call_status *call, int i)
{
	if (!call->leg[i].present)
		return json_null();
	return json_sprintf("%s %s%s%s", target_kind_name(call->leg[i].kind), call->leg[i].via,
			    call->leg[i].channel[0] ? " " : "", call->leg[i].channel);
}

static json_t *call_row(const struct call_status *call)
{
	uint64_t now = clock_now_us();

	return json_pack(
		"{s:i, s:s, s:o, s:o, s:o, s:o, s:s, s:o, s:o}", "id", (int)call->id, "state",
		call->state, "calling", wire_text(call->calling), "called", wire_text(call->called),
		"from", leg_text(call, 0), "to", leg_text(call, 1), "route", call->route, "age_s",
		json_integer((now - call->setup_us) / 1000000), "answered_s",
		call->answer_us ? json_integer((now - call->answer_us) / 1000000) : json_null());
}

static bool add_call(void *data, const struct call_status *call)
{
	json_array_append_new(data, call_row(call));
	return true;
}

json_t *view_calls(struct gateway *gateway)
{
	json_t *rows = json_array();

	calls_each(gateway->hub, add_call, rows);
	return rows;
}

static const struct table_column call_columns[] = {
	{ "id", "CALL" },         { "state", "STATE" },
	{ "calling", "CALLING" }, { "called", "CALLED" },
	{ "from", "FROM" },       { "to", "TO" },
	{ "route", "ROUTE" },     { "answered_s", "ANSWERED (S)" },
};
static const struct listing calls_listing = { view_calls, "No calls.", call_columns,
					      ARRAY_SIZE(call_columns) };

/* Sights: FNV-1a over what a row is made of. */

static uint64_t print_text(uint64_t print, const char *text)
{
	for (; *text; text++)
		print = (print ^ (unsigned char)*text) * UINT64_C(1099511628211);
	return (print ^ 0xff) * UINT64_C(1099511628211);
}

static uint64_t print_number(uint64_t print, uint64_t number)
{
	return (print ^ number) * UINT64_C(1099511628211);
}

struct seeing {
	view_sight_cb fn;
	void *data;
};

static json_t *row_of_channel(const void *status)
{
	return channel_row(status);
}

static bool see_channel(void *data, const struct channel_status *channel)
{
	const char *const texts[] = { channel->trunk,          channel->state,
				      channel->administrative, channel->operational,
				      channel->usage,          channel->availability,
				      channel->direction,      channel->calling,
				      channel->called };
	const struct seeing *seeing = data;
	struct view_sight sight = { .status = channel, .row = row_of_channel };

	snprintf(sight.key, sizeof(sight.key), "%s", channel->name);
	sight.print = print_number(0, channel->call);
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		sight.print = print_text(sight.print, texts[i]);
	return seeing->fn(seeing->data, &sight);
}

void view_see_channels(struct gateway *gateway, view_sight_cb fn, void *data)
{
	struct seeing seeing = { fn, data };

	channels_each(gateway->trunks, see_channel, &seeing);
}

static json_t *row_of_call(const void *status)
{
	return call_row(status);
}

static bool see_call(void *data, const struct call_status *call)
{
	const char *const texts[] = { call->state, call->calling, call->called, call->route };
	const struct seeing *seeing = data;
	struct view_sight sight = { .status = call, .row = row_of_call };

	snprintf(sight.key, sizeof(sight.key), "%u", call->id);
	sight.print = print_number(0, call->answer_us);
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		sight.print = print_text(sight.print, texts[i]);
	for (unsigned i = 0; i < ARRAY_SIZE(call->leg); i++) {
		if (!call->leg[i].present)
			continue;
		sight.print = print_number(sight.print, call->leg[i].kind);
		sight.print = print_text(sight.print, call->leg[i].via);
		sight.print = print_text(sight.print, call->leg[i].channel);
	}
	return seeing->fn(seeing->data, &sight);
}

void view_see_calls(struct gateway *gateway, view_sight_cb fn, void *data)
{
	struct seeing seeing = { fn, data };

	calls_each(gateway->hub, see_call, &seeing);
}

static json_t *call_record(const struct call_status *call)
{
	json_t *record =
		json_pack("{s:i, s:s, s:i, s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "id", (int)call->id,
			  "state", call->state, "context", (int)call->context, "route", call->route,
			  "calling", wire_text(call->calling), "called", wire_text(call->called),
			  "called_out", wire_text(call->called_out), "setup_to_alerting_ms",
			  between_ms(call->setup_us, call->alert_us), "setup_to_answer_ms",
			  between_ms(call->setup_us, call->answer_us), "answered_ms",
			  between_ms(call->answer_us, clock_now_us()));

	if (call->cause)
		json_object_set_new(record, "cause",
				    json_sprintf("%u %s", call->cause, cause_name(call->cause)));
	if (call->continues)
		json_object_set_new(record, "continues", json_integer(call->continues));
	json_object_set_new(record, "from", leg_row(call, 0));
	json_object_set_new(record, "to", leg_row(call, 1));
	return record;
}

/* "192.0.2.1:20000", "[2001:db8::1]:20000", or "-" while it is not known. */
static void endpoint(const struct sockaddr_storage *address, char *out, size_t size)
{
	const struct sockaddr_in *four = (const struct sockaddr_in *)address;
	const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)address;
	char host[INET6_ADDRSTRLEN];

	if (address->ss_family == AF_INET)
		snprintf(out, size, "%s:%u",
			 inet_ntop(AF_INET, &four->sin_addr, host, sizeof(host)),
			 ntohs(four->sin_port));
	else if (address->ss_family == AF_INET6)
		snprintf(out, size, "[%s]:%u",
			 inet_ntop(AF_INET6, &six->sin6_addr, host, sizeof(host)),
			 ntohs(six->sin6_port));
	else
		snprintf(out, size, "-");
}

/* "e1-1/17", "192.0.2.1:20000 -> 192.0.2.2:4000" */
static json_t *termination_name(const struct mg_status *term)
{
	const struct tdm_span *span;
	char local[64], remote[64];

	switch (term->term.kind) {
	case MG_TDM:
		span = tdm_by_index(term->term.tdm.span);
		return json_sprintf("%s/%u", span ? span->name : "-", term->term.tdm.timeslot);
	case MG_RTP:
		endpoint(&term->local, local, sizeof(local));
		endpoint(&term->term.rtp.remote, remote, sizeof(remote));
		return json_sprintf("%s -> %s", local, remote);
	case MG_LOCAL:
		break;
	}
	return json_string(term->term.local.echo ? "echo" : "local");
}

static json_t *signal_name(const struct mg_status *term)
{
	if (term->signal == MG_SIGNAL_DIGITS)
		return json_string("digits");
	return term->signal == MG_SIGNAL_TONE ? json_string(tone_name(term->tone)) : json_null();
}

static void add_rtp_stats(json_t *row, const struct mg_status *term)
{
	const struct mg_stats *stats = &term->stats;

	json_object_update_new(
		row,
		json_pack("{s:I, s:I, s:I, s:I, s:I, s:i, s:i, s:i, s:o, s:I, s:o}", "packets_in",
			  (json_int_t)stats->rx_packets, "packets_out",
			  (json_int_t)stats->tx_packets, "lost", (json_int_t)stats->rx_lost, "late",
			  (json_int_t)stats->rx_late, "bad", (json_int_t)stats->rx_bad, "jitter_ms",
			  (int)(stats->rx_jitter_us / 1000), "buffer_ms", (int)stats->jb_delay_ms,
			  "buffer_target_ms", (int)stats->jb_target_ms, "round_trip_ms",
			  stats->round_trip_us ? json_integer(stats->round_trip_us / 1000)
					       : json_null(),
			  "concealed_ms", (json_int_t)stats->concealed_ticks * TICK_MS, "mos",
			  view_mos(term)));
}

/* Whole dB, null where there is no canceller or nothing was measured yet. */
static void add_echo_stats(json_t *row, const struct mg_status *term)
{
	const int erl = term->stats.erl_ddb, erle = term->stats.erle_ddb;
	const char *echo = term->card_cancels ? "card" : term->stats.echo_on ? "on" : "off";

	json_object_update_new(
		row, json_pack("{s:s, s:o, s:o}", "echo", echo, "erl_db",
			       erl ? json_integer(lround(erl / 10.0)) : json_null(), "erle_db",
			       erle ? json_integer(lround(erle / 10.0)) : json_null()));
}

static bool add_termination(void *rows, const struct mg_status *term)
{
	static const char *const kinds[] = {
		[MG_TDM] = "tdm", [MG_RTP] = "rtp", [MG_LOCAL] = "local"
	};
	const bool rtp = term->term.kind == MG_RTP;
	json_t *row =
		json_pack("{s:i, s:s, s:o, s:o}", "id", (int)term->id, "kind",
			  kinds[term->term.kind], "name", termination_name(term), "codec",
			  rtp ? json_string(codec_get(term->term.rtp.codec)->name) : json_null());

	if (term->reported_us) {
		json_object_update_new(row,
				       json_pack("{s:o, s:o, s:o}", "signal", signal_name(term),
						 "peak_in_dbm0", view_peak(term->stats.in_peak),
						 "peak_out_dbm0", view_peak(term->stats.out_peak)));
		if (rtp)
			add_rtp_stats(row, term);
		if (term->term.kind == MG_TDM)
			add_echo_stats(row, term);
	}
	json_array_append_new(rows, row);
	return true;
}

static const struct table_column termination_columns[] = {
	{ "name", "TERMINATION" },
	{ "codec", "CODEC" },
	{ "packets_in", "IN" },
	{ "packets_out", "OUT" },
	{ "lost", "LOST" },
	{ "late", "LATE" },
	{ "bad", "BAD" },
	{ "jitter_ms", "JITTER" },
	{ "buffer_ms", "BUFFER" },
	{ "buffer_target_ms", "TARGET" },
	{ "round_trip_ms", "TRIP" },
	{ "concealed_ms", "CONCEALED" },
	{ "mos", "MOS" },
	{ "peak_in_dbm0", "PEAK IN" },
	{ "peak_out_dbm0", "PEAK OUT" },
	{ "echo", "ECHO" },
	{ "erl_db", "ERL" },
	{ "erle_db", "ERLE" },
	{ "signal", "SIGNAL" },
};

json_t *view_call(struct gateway *gateway, uint32_t id)
{
	struct call_status call;
	json_t *record, *rows;

	if (!call_get(gateway->hub, id, &call))
		return NULL;
	record = call_record(&call);
	rows = json_array();
	mg_each(gateway->mg, call.context, add_termination, rows);
	json_object_set_new(record, "terminations", rows);
	return record;
}

/* The record, and for people the terminations as a table below it. */
static void show_call_record(struct vty *vty, json_t *record, bool as_json)
{
	json_t *rows = json_incref(json_object_get(record, "terminations"));

	if (as_json) {
		json_out(vty, record);
	} else {
		json_object_del(record, "terminations");
		record_out(vty, record);
		vty_out(vty, "%sRTP in packets, times in ms, peaks in dBm0 of a sine that loud:%s",
			VTY_NEWLINE, VTY_NEWLINE);
		table_out(vty, rows, termination_columns, ARRAY_SIZE(termination_columns),
			  "No terminations.");
	}
	json_decref(rows);
	json_decref(record);
}

static bool add_peer(void *data, const struct peer_status *peer)
{
	json_array_append_new(data,
			      json_pack("{s:s, s:s, s:s, s:b, s:i, s:I, s:I, s:o, s:s}", "name",
					peer->name, "address", peer->address, "state", peer->state,
					"trusted", peer->trusted, "calls", (int)peer->calls,
					"calls_in", (json_int_t)peer->calls_in, "calls_out",
					(json_int_t)peer->calls_out, "round_trip_ms",
					peer->rtt_ms ? json_integer(peer->rtt_ms) : json_null(),
					"places", peer->places));
	return true;
}

json_t *view_peers(struct gateway *gateway)
{
	json_t *rows = json_array();

	peers_each(gateway->sip, add_peer, rows);
	return rows;
}

static const struct table_column peer_columns[] = {
	{ "name", "PEER" },           { "address", "ADDRESS" },
	{ "state", "STATE" },         { "trusted", "TRUSTED" },
	{ "calls", "CALLS" },         { "calls_in", "CALLS IN" },
	{ "calls_out", "CALLS OUT" }, { "round_trip_ms", "ROUND TRIP (MS)" },
	{ "places", "PLACES" },
};
static const struct listing peers_listing = { view_peers, "No peers.", peer_columns,
					      ARRAY_SIZE(peer_columns) };

json_t *view_media(struct gateway *gateway)
{
	struct mg_totals totals;

	mg_totals(gateway->mg, &totals);
	return json_pack("{s:i, s:i, s:i, s:i, s:i, s:I, s:I, s:i, s:i}", "contexts",
			 (int)totals.contexts, "terminations", (int)totals.terminations,
			 "ports_used", (int)totals.ports_used, "ports_total",
			 (int)totals.ports_total, "tick_ms", TICK_MS, "ticks",
			 (json_int_t)totals.ticks, "late_ticks", (json_int_t)totals.late_ticks,
			 "tick_work_mean_us", (int)totals.busy_us_mean, "tick_work_max_us",
			 (int)totals.busy_us_max);
}

static json_t *sip_record(struct gateway *gateway)
{
	struct sip_totals totals;

	sip_totals(gateway->sip, &totals);
	return json_pack("{s:s, s:i, s:i, s:I, s:I, s:I}", "listening", totals.listening,
			 "sessions", (int)totals.sessions, "transactions", (int)totals.transactions,
			 "requests", (json_int_t)totals.rx_requests, "bad_messages",
			 (json_int_t)totals.rx_bad, "from_strangers",
			 (json_int_t)totals.unknown_source);
}

static json_t *calls_record(struct gateway *gateway)
{
	struct call_totals totals;

	call_totals(gateway->hub, &totals);
	return json_pack("{s:i, s:I, s:I, s:I}", "active", (int)totals.active, "offered",
			 (json_int_t)totals.offered, "answered", (json_int_t)totals.answered,
			 "failed", (json_int_t)totals.failed);
}

DEFUN(show_spans, show_spans_cmd, "show spans [json]", SHOW_STR "Spans and their alarms\n" JSON_STR)
{
	return show_listing(vty, &spans_listing, argc > 0);
}

DEFUN(show_trunks, show_trunks_cmd, "show trunks [json]",
      SHOW_STR "Trunks, their layers and channels\n" JSON_STR)
{
	return show_listing(vty, &trunks_listing, argc > 0);
}

DEFUN(show_channels, show_channels_cmd, "show channels [json]",
      SHOW_STR "Every channel of every trunk\n" JSON_STR)
{
	return show_listing(vty, &channels_listing, argc > 0);
}

DEFUN(show_calls, show_calls_cmd, "show calls [json]", SHOW_STR "Calls in progress\n" JSON_STR)
{
	return show_listing(vty, &calls_listing, argc > 0);
}

DEFUN(show_call, show_call_cmd, "show call <1-4294967295> [json]",
      SHOW_STR "One call and the sound on its terminations\n"
	       "Its number, as in `show calls`\n" JSON_STR)
{
	json_t *record =
		cli_gateway() ? view_call(cli_gateway(), strtoul(argv[0], NULL, 10)) : NULL;

	if (!record)
		return config_reject(vty, "there is no call %s; `show calls` lists them", argv[0]);
	show_call_record(vty, record, argc > 1);
	return CMD_SUCCESS;
}

DEFUN(show_peers, show_peers_cmd, "show peers [json]", SHOW_STR "SIP peers\n" JSON_STR)
{
	return show_listing(vty, &peers_listing, argc > 0);
}

DEFUN(show_media, show_media_cmd, "show media [json]",
      SHOW_STR "The media gateway: contexts, ports, ticks\n" JSON_STR)
{
	return cli_gateway() ? show_record(vty, view_media(cli_gateway()), argc > 0) : CMD_WARNING;
}

json_t *view_version(struct gateway *gateway)
{
	return json_pack("{s:s, s:s, s:i, s:s, s:o, s:o}", "name", "crosspoint", "version",
			 cli_version(), "uptime_s", (int)cli_uptime_s(), "configuration",
			 gateway->config_file, "sip", sip_record(gateway), "calls",
			 calls_record(gateway));
}

DEFUN(show_version_, show_version_cmd, "show version [json]",
      SHOW_STR "Version and uptime\n" JSON_STR)
{
	return cli_gateway() ? show_record(vty, view_version(cli_gateway()), argc > 0)
			     : CMD_WARNING;
}

void show_install(void)
{
	cli_install(&show_spans_cmd);
	cli_install(&show_trunks_cmd);
	cli_install(&show_channels_cmd);
	cli_install(&show_calls_cmd);
	cli_install(&show_call_cmd);
	cli_install(&show_peers_cmd);
	cli_install(&show_media_cmd);
	cli_install(&show_version_cmd);
}
