/* Paths of the API in a table. What they say is what the show commands say (views.h). */
#include "manage/http/api.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <osmocom/core/utils.h>

#include "call/pcapng.h"
#include "call/route_test.h"
#include "manage/audit.h"
#include "manage/http/access.h"
#include "manage/http/acts.h"
#include "manage/http/configuration.h"
#include "manage/http/events.h"
#include "manage/http/metrics.h"
#include "manage/http/page.h"
#include "manage/http/request.h"
#include "manage/manage.h"
#include "manage/show/route_ask.h"
#include "manage/show/views.h"

#define ROOT "/api/v1/"

enum { LIMIT_MAX = 1000 };

/* Each is read whole, and by the value of its key: /channels, /channels/e1-1/17. */
struct collection {
	const char *path, *one; /* "channel": what one is called */
	json_t *(*view)(struct gateway *gateway);
	const char *key; /* NULL: it is one object */
	/* More of one than its row says; NULL: the row is all. */
	json_t *(*more)(struct gateway *gateway, uint32_t id);
};

static const struct collection collections[] = {
	{ "version", NULL, view_version, NULL, NULL },
	{ "media", NULL, view_media, NULL, NULL },
	{ "guard", NULL, view_guard, NULL, NULL },
	{ "audit", NULL, view_audit, NULL, NULL },
	{ "spans", "span", view_spans, "name", NULL },
	{ "trunks", "trunk", view_trunks, "name", NULL },
	{ "trunk-groups", "trunk group", view_trunk_groups, "name", NULL },
	{ "channels", "channel", view_channels, "name", NULL },
	{ "calls/recent", "call", NULL /* limited */, "id", view_call_recent },
	{ "calls", "call", view_calls, "id", view_call },
	{ "peers", "peer", view_peers, "name", NULL },
	{ "quality", "figure", view_quality, "name", NULL },
	{ "sound", "call", view_sound, "id", NULL },
	{ "traffic", "figure", view_traffic, "name", NULL },
	{ "registrations", "registration", view_registrations, "peer", NULL },
	{ "contacts", "contact", view_contacts, "user", NULL },
	{ "bans", "ban", view_bans, "source", NULL },
	{ "lookups", "look-up", view_lookups, "name", NULL },
	{ "webhooks", "webhook", view_webhooks, "name", NULL },
	{ "alarms/history", "alarm", view_alarm_history, "id", NULL },
	{ "alarms", "alarm", view_alarms, "id", view_alarm },
};

/* A value as a path or a query says it. */
static bool value_is(const json_t *value, const char *text)
{
	char *end;
	long long number;

	if (json_is_string(value))
		return strcmp(json_string_value(value), text) == 0;
	if (json_is_boolean(value))
		return strcmp(json_is_true(value) ? "true" : "false", text) == 0;
	if (json_is_null(value))
		return strcmp("null", text) == 0;
	number = strtoll(text, &end, 10);
	return json_is_integer(value) && *text && !*end && json_integer_value(value) == number;
}

static bool row_passes(const json_t *row, const struct http_request *request)
{
	for (size_t i = 0; i < request->n_query; i++)
		if (!value_is(json_object_get(row, request->query[i].key), request->query[i].value))
			return false;
	return true;
}

/* ?trunk=pstn&state=active: rows with these values. A key that rows do not have is a mistake. */
static bool query_fits(const json_t *rows, const struct http_request *request,
		       struct http_reply *reply)
{
	const json_t *first = json_array_get(rows, 0);

	for (size_t i = 0; first && i < request->n_query; i++) {
		if (json_object_get(first, request->query[i].key))
			continue;
		reply_error(reply, 400, request->query[i].key, "a name that the rows have",
			    "the query names what is not there");
		return false;
	}
	return true;
}

static void answer_rows(json_t *rows, const struct http_request *request, struct http_reply *reply)
{
	json_t *passed, *row;
	size_t i;

	if (!request->n_query) {
		reply_json(reply, 200, rows);
		return;
	}
	if (query_fits(rows, request, reply)) {
		passed = json_array();
		json_array_foreach(rows, i, row) if (row_passes(row, request))
			json_array_append(passed, row);
		reply_json(reply, 200, passed);
	}
	json_decref(rows);
}

static bool no_query(const struct http_request *request, struct http_reply *reply)
{
	if (!request->n_query)
		return true;
	reply_error(reply, 400, request->query[0].key, "no query",
		    "there is nothing to choose from");
	return false;
}

static void not_found(const struct collection *of, const char *name, struct http_reply *reply)
{
	reply_error(reply, 404, NULL, NULL, "there is no %s %s; " ROOT "%s lists them", of->one,
		    name, of->path);
}

static uint32_t id_of(const char *text)
{
	char *end;
	unsigned long long id = strtoull(text, &end, 10);

	return *text >= '0' && *text <= '9' && !*end && id <= UINT32_MAX ? id : 0;
}

static json_t *find_row(struct gateway *gateway, const struct collection *of, const char *name)
{
	json_t *rows = of->view(gateway), *found = NULL;

	for (size_t i = 0; !found && i < json_array_size(rows); i++)
		if (value_is(json_object_get(json_array_get(rows, i), of->key), name))
			found = json_incref(json_array_get(rows, i));
	json_decref(rows);
	return found;
}

static void answer_one(struct gateway *gateway, const struct collection *of, const char *name,
		       const struct http_request *request, struct http_reply *reply)
{
	json_t *found;

	if (!no_query(request, reply))
		return;
	found = of->more ? of->more(gateway, id_of(name)) : find_row(gateway, of, name);
	if (found)
		reply_json(reply, 200, found);
	else
		not_found(of, name, reply);
}

static json_t *view_changes(struct gateway *gateway, size_t max)
{
	(void)gateway;
	return audit_read((unsigned)max);
}

/* Lists that are read up to a limit: rows, as each takes time that calls need. */
static const struct limited {
	const char *path;
	json_t *(*view)(struct gateway *gateway, size_t max);
	size_t usual;
} limited[] = {
	{ "calls/recent", view_calls_recent, LIMIT_MAX },
	{ "changes", view_changes, 20 },
};

/* Takes the limit out of the query. False: the reply says what is wrong with it. */
static bool read_limit(struct http_request *request, size_t *limit, struct http_reply *reply)
{
	const size_t n = request->n_query;

	request->n_query = 0;
	for (size_t i = 0; i < n; i++) {
		if (strcmp(request->query[i].key, "limit") != 0) {
			request->query[request->n_query++] = request->query[i];
			continue;
		}
		*limit = id_of(request->query[i].value);
		if (*limit && *limit <= LIMIT_MAX)
			continue;
		reply_error(reply, 400, "limit", "1 to 1000", "the limit is no such number");
		return false;
	}
	return true;
}

/* calls/recent?limit=10&called=600: of the last ten those to 600. */
static bool answer_limited(struct gateway *gateway, const char *path,
			   const struct http_request *request, struct http_reply *reply)
{
	struct http_request rest = *request;

	for (size_t i = 0; i < ARRAY_SIZE(limited); i++) {
		size_t limit = limited[i].usual;

		if (strcmp(path, limited[i].path) != 0)
			continue;
		if (read_limit(&rest, &limit, reply))
			answer_rows(limited[i].view(gateway, limit), &rest, reply);
		return true;
	}
	return false;
}

static void fault_at(const char *field, const struct route_ask_fault *fault,
		     struct http_reply *reply)
{
	reply_error(reply, 400, field, fault->right, "%s", fault->what);
}

/* route/test?number=600&from=trunk&name=pstn&calling=123: words as the command has them. */
static bool answer_route_test(struct gateway *gateway, const char *path,
			      const struct http_request *request, struct http_reply *reply)
{
	static const char *const first[] = { "number", "from", "name" };
	const char *said[ARRAY_SIZE(first)] = { "", "", "" };
	struct route_ask_fault fault;
	struct route_test test;
	struct route_ask ask;
	const char *wrong;
	bool more[HTTP_QUERY_MAX] = { false };

	if (strcmp(path, "route/test") != 0)
		return false;
	for (size_t i = 0; i < request->n_query; i++) {
		more[i] = true;
		for (size_t j = 0; j < ARRAY_SIZE(first); j++)
			if (strcmp(request->query[i].key, first[j]) == 0) {
				said[j] = request->query[i].value;
				more[i] = false;
			}
	}
	wrong = route_ask_begin(&ask, gateway->hub, said[0], said[1], said[2], &fault);
	for (size_t i = 0; !wrong && i < request->n_query; i++)
		if (more[i])
			wrong = route_ask_set(&ask, request->query[i].key, request->query[i].value,
					      &fault);
	if (wrong)
		fault_at(wrong, &fault, reply);
	else
		reply_json(reply, 200, route_ask_answer(&ask, gateway->hub, &test));
	return true;
}

/* What is between the two in a path. */
static bool name_between(const char *path, const char *before, const char *after,
			 char out[static HTTP_FIELD_MAX])
{
	const size_t len = strlen(path), around = strlen(before) + strlen(after);

	if (len <= around || len - around >= HTTP_FIELD_MAX ||
	    strncmp(path, before, strlen(before)) != 0 ||
	    strcmp(path + len - strlen(after), after) != 0)
		return false;
	memcpy(out, path + strlen(before), len - around);
	out[len - around] = '\0';
	return true;
}

/* spans/e1-1/performance */
static bool answer_performance(const char *path, const struct http_request *request,
			       struct http_reply *reply)
{
	char span[HTTP_FIELD_MAX];
	json_t *rows;

	if (!name_between(path, "spans/", "/performance", span))
		return false;
	rows = view_performance(span);
	if (rows)
		answer_rows(rows, request, reply);
	else
		reply_error(reply, 404, NULL, NULL, "there is no span %s; " ROOT "spans lists them",
			    span);
	return true;
}

static bool period_of(const struct http_request *request, struct http_reply *reply,
		      enum traffic_period *out)
{
	static const char *const words[] = { "quarters", "minutes", "days" };
	static const enum traffic_period periods[] = { TRAFFIC_QUARTERS, TRAFFIC_MINUTES,
						       TRAFFIC_DAYS };

	*out = TRAFFIC_QUARTERS;
	for (size_t i = 0; i < request->n_query; i++) {
		size_t word = 0;

		while (word < ARRAY_SIZE(words) &&
		       strcmp(request->query[i].value, words[word]) != 0)
			word++;
		if (strcmp(request->query[i].key, "by") != 0 || word == ARRAY_SIZE(words)) {
			reply_error(reply, 400, request->query[i].key,
				    "by=minutes, by=quarters or by=days",
				    "the query asks for what is not kept");
			return false;
		}
		*out = periods[word];
	}
	return true;
}

/* trunks/pstn/history?by=minutes, peers/pbx/history */
static bool answer_history(struct gateway *gateway, const char *path,
			   const struct http_request *request, struct http_reply *reply)
{
	const bool trunk = strncmp(path, "trunks/", strlen("trunks/")) == 0;
	const char *kind = target_kind_name(trunk ? TARGET_TRUNK : TARGET_PEER);
	enum traffic_period period;
	char name[HTTP_FIELD_MAX];
	json_t *rows;

	if (!name_between(path, trunk ? "trunks/" : "peers/", "/history", name))
		return false;
	if (!period_of(request, reply, &period))
		return true;
	rows = view_traffic_of(gateway, trunk ? TARGET_TRUNK : TARGET_PEER, name, period);
	if (rows)
		reply_json(reply, 200, rows);
	else
		reply_error(reply, 404, NULL, NULL, "there is no %s %s; " ROOT "%ss lists them",
			    kind, name, kind);
	return true;
}

/* Of a call that is up, or has ended not long ago. */

static bool put_timeline(struct gateway *gateway, uint32_t id, struct http_reply *reply)
{
	json_t *found = view_timeline(gateway, id);

	if (found)
		reply_json(reply, 200, found);
	return found;
}

static bool put_why(struct gateway *gateway, uint32_t id, struct http_reply *reply)
{
	json_t *found = view_why(gateway, id);

	if (found)
		reply_json(reply, 200, found);
	return found;
}

static bool put_pcap(struct gateway *gateway, uint32_t id, struct http_reply *reply)
{
	struct pcapng file;

	if (!pcapng_of_call(gateway->hub, id, &file))
		return false;
	reply->status = 200;
	reply_text(reply, "application/x-pcapng", (char *)file.octets, file.len);
	return true;
}

static const struct {
	const char *name;
	bool (*put)(struct gateway *gateway, uint32_t id, struct http_reply *reply);
} call_parts[] = { { "timeline", put_timeline }, { "why", put_why }, { "pcap", put_pcap } };

/* calls/7/timeline, calls/7/why, calls/7/pcap */
static bool answer_call_part(struct gateway *gateway, const char *path,
			     const struct http_request *request, struct http_reply *reply)
{
	static const char calls[] = "calls/";
	const char *part = strrchr(path, '/');
	char id[12];

	if (strncmp(path, calls, sizeof(calls) - 1) != 0 || part < path + sizeof(calls))
		return false;
	snprintf(id, sizeof(id), "%.*s", (int)(part - path - sizeof(calls) + 1),
		 path + sizeof(calls) - 1);
	for (size_t i = 0; i < ARRAY_SIZE(call_parts); i++) {
		if (strcmp(part + 1, call_parts[i].name) != 0)
			continue;
		if (no_query(request, reply) && !call_parts[i].put(gateway, id_of(id), reply))
			reply_error(reply, 404, NULL, NULL,
				    "there is no call %s; " ROOT "calls and " ROOT
				    "calls/recent list them",
				    id);
		return true;
	}
	return false;
}

static bool answer_collection(struct gateway *gateway, const char *path,
			      const struct http_request *request, struct http_reply *reply)
{
	for (size_t i = 0; i < ARRAY_SIZE(collections); i++) {
		const struct collection *of = &collections[i];
		const size_t len = strlen(of->path);

		if (strncmp(path, of->path, len) != 0 || (path[len] && path[len] != '/'))
			continue;
		if (path[len] && (!of->key || !path[len + 1]))
			return false;
		if (path[len])
			answer_one(gateway, of, path + len + 1, request, reply);
		else if (of->key)
			answer_rows(of->view(gateway), request, reply);
		else if (no_query(request, reply))
			reply_json(reply, 200, of->view(gateway));
		return true;
	}
	return false;
}

static void method_wrong(const char *allow, struct http_reply *reply)
{
	reply->allow = allow;
	reply_error(reply, 405, NULL, allow, "this method is not for this path");
}

static bool is_reading(const struct http_request *request)
{
	return strcmp(request->method, "GET") == 0 || strcmp(request->method, "HEAD") == 0;
}

static void answer_session(struct access *access, struct http_request *request,
			   struct http_reply *reply)
{
	if (is_reading(request))
		access_look(access, request, reply);
	else if (strcmp(request->method, "POST") == 0)
		access_sign_in(access, request, reply);
	else if (strcmp(request->method, "DELETE") == 0)
		access_sign_out(access, request, reply);
	else
		method_wrong("GET, POST, DELETE", reply);
}

static void answer_reading(struct gateway *gateway, struct http_request *request,
			   struct http_reply *reply)
{
	const char *path = request->path + sizeof(ROOT) - 1;

	if (!is_reading(request))
		method_wrong("GET, HEAD", reply);
	else if (request->query_too_long)
		reply_error(reply, 400, NULL, NULL,
			    "the query is too long; up to %d parts are right", HTTP_QUERY_MAX);
	else if (!answer_route_test(gateway, path, request, reply) &&
		 !answer_performance(path, request, reply) &&
		 !answer_history(gateway, path, request, reply) &&
		 !answer_call_part(gateway, path, request, reply) &&
		 !answer_limited(gateway, path, request, reply) &&
		 !answer_collection(gateway, path, request, reply))
		reply_error(reply, 404, NULL, NULL, "there is nothing at %s", request->path);
}

/* For Prometheus, which says its token as everybody. */
static void answer_metrics(const struct api *api, struct http_request *request,
			   struct http_reply *reply)
{
	size_t len = 0;

	if (!access_enter(api->access, request, HTTP_VIEWER, !is_reading(request), reply))
		return;
	if (!is_reading(request)) {
		method_wrong("GET, HEAD", reply);
	} else if (no_query(request, reply)) {
		char *text = metrics_text(api->gateway, &len);

		reply->status = 200;
		reply_text(reply, "text/plain; version=0.0.4; charset=utf-8", text, len);
	}
}

static void answer_events(const struct api *api, const struct http_request *request,
			  struct http_reply *reply)
{
	unsigned kinds;

	if (strcmp(request->method, "GET") != 0)
		method_wrong("GET", reply);
	else if (events_asked(api->events, request, &kinds, reply))
		reply->events = kinds;
}

static void answer_known(const struct api *api, struct http_request *request,
			 struct http_reply *reply)
{
	const char *path = request->path + sizeof(ROOT) - 1;

	if (strcmp(path, "events") == 0)
		answer_events(api, request, reply);
	else if (configuration_known(path))
		configuration_answer(api->gateway, path, request, reply);
	else if (strcmp(request->method, "POST") == 0 && acts_known(path))
		acts_answer(api->gateway, path, request, reply);
	else if (acts_known(path) && strchr(path, '/'))
		method_wrong("POST", reply);
	else
		answer_reading(api->gateway, request, reply);
}

/* Files tell nothing of this gateway: anybody may read them. */
static void answer_file(const struct page_file *file, const struct http_request *request,
			struct http_reply *reply)
{
	const size_t len = (size_t)(file->end - file->begin);
	char *text;

	if (!is_reading(request)) {
		method_wrong("GET, HEAD", reply);
		return;
	}
	text = malloc(len);
	if (text)
		memcpy(text, file->begin, len);
	reply->status = 200;
	reply_text(reply, file->content_type, text, len);
}

void api_answer(const struct api *api, struct http_request *request, struct http_reply *reply)
{
	const struct page_file *file = page_find(request->path);

	if (!access_host(api->access, request, reply))
		return;
	if (file)
		answer_file(file, request, reply);
	else if (strcmp(request->path, ROOT "session") == 0)
		answer_session(api->access, request, reply);
	else if (strcmp(request->path, "/metrics") == 0)
		answer_metrics(api, request, reply);
	else if (strncmp(request->path, ROOT, sizeof(ROOT) - 1) != 0)
		reply_error(reply, 404, NULL, NULL, "there is nothing at %s", request->path);
	else if (access_enter(api->access, request, HTTP_VIEWER, !is_reading(request), reply))
		answer_known(api, request, reply);
}

bool api_takes_text(const struct api *api, const struct http_request *request)
{
	struct http_request known = *request;
	struct http_reply refusal = { 0 };
	const bool takes = strncmp(request->path, ROOT, sizeof(ROOT) - 1) == 0 &&
			   configuration_takes_text(request->path + sizeof(ROOT) - 1) &&
			   access_host(api->access, request, &refusal) &&
			   access_enter(api->access, &known, HTTP_ADMIN, true, &refusal);

	reply_fini(&refusal);
	return takes;
}
