/* What the show commands say, as JSON values: the same for the CLI, the HTTP API and the page. Each is a new
 * reference, the caller's. Lists are arrays of objects; the others are one object. Control thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "call/target.h"
#include "call/traffic.h"

struct gateway;
struct mg_status;

json_t *view_version(struct gateway *gateway);
json_t *view_media(struct gateway *gateway);
json_t *view_guard(struct gateway *gateway);
json_t *view_audit(struct gateway *gateway);

json_t *view_spans(struct gateway *gateway);
json_t *view_trunks(struct gateway *gateway);
json_t *view_trunk_groups(struct gateway *gateway);
json_t *view_channels(struct gateway *gateway);
json_t *view_calls(struct gateway *gateway);
/* That have ended, the last first; at most so many. */
json_t *view_calls_recent(struct gateway *gateway, size_t max);
json_t *view_peers(struct gateway *gateway);
json_t *
view_sound(struct gateway *gateway); /* of calls that are up: what comes from both parties */
json_t *view_quality(struct gateway *gateway);
/* Each trunk and peer over the last hour. */
json_t *view_traffic(struct gateway *gateway);
json_t *view_registrations(struct gateway *gateway);
json_t *view_contacts(struct gateway *gateway); /* of the registrar's users */
json_t *view_bans(struct gateway *gateway);
json_t *view_alarms(struct gateway *gateway); /* what another explains comes right after it */
json_t *view_alarm_history(struct gateway *gateway);
json_t *view_webhooks(struct gateway *gateway);
json_t *view_lookups(struct gateway *gateway);

/* One of them with all that is known; NULL when there is none. */
json_t *view_call(struct gateway *gateway, uint32_t id);
json_t *view_call_recent(struct gateway *gateway, uint32_t id); /* its row */
/* {"call", "left_out", "entries": [{"at", "after_ms", "party", "way", "kind", "text", "octets"}]}: what happened to it, up or
 * ended. octets: "kept", "gone" (newer ones have taken their place), "none". */
json_t *view_timeline(struct gateway *gateway, uint32_t id);
/* {"call", "steps": [...], "meaning", "advice"}: why it ended or where it is, in plain words. */
json_t *view_why(struct gateway *gateway, uint32_t id);
json_t *view_alarm(struct gateway *gateway, uint32_t id);
json_t *
view_performance(const char *span); /* a list: quarters of an hour, "now" first, and the day */
/* What a trunk or peer carried, the present interval first; NULL: there is none of that name. */
json_t *view_traffic_of(struct gateway *gateway, enum target_kind kind, const char *name,
			enum traffic_period period);
/* dBm0 of a sine with that peak: full scale is 3.14 dBm0 (G.711 table 1a). Null for none at all. */
json_t *view_peak(int16_t peak);
/* As in records; null before there is sound, and for 64 kbit/s clear data. */
json_t *view_mos(const struct mg_status *term);
/* part * unit / of, to a tenth; null when there is nothing to divide by. */
json_t *view_share(uint64_t part, uint64_t of, double unit);

/* The two long lists, seen row by row without making the rows. */
struct view_sight {
	char key[24];   /* "e1-1/17", "7" */
	uint64_t print; /* another one when the row is, but for times that grow */
	const void *status;
	json_t *(*row)(
		const void *status); /* the row, until the callback returns; a new reference */
};
typedef bool (*view_sight_cb)(void *data, const struct view_sight *sight);
void view_see_channels(struct gateway *gateway, view_sight_cb fn, void *data);
void view_see_calls(struct gateway *gateway, view_sight_cb fn, void *data);
