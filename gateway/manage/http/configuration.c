/* Paths of the configuration in a table: method, path, who may, what the body may hold. */
#include "manage/cli/change_class.h"
#include "manage/http/configuration.h"

#include <stdio.h>
#include <string.h>

#include <osmocom/core/talloc.h>
#include <osmocom/core/utils.h>

#include "base/config.h"
#include "base/config_secret.h"
#include "manage/audit.h"
#include "manage/config/commit.h"
#include "manage/http/access.h"
#include "manage/http/draft.h"
#include "manage/http/fields.h"
#include "manage/http/request.h"
#include "manage/manage.h"
#include "manage/config/store.h"
#include "pstn/plant.h"

enum { FIELDS_MAX = 3, WHO_MAX = HTTP_NAME_MAX + 8 };

struct ask {
	struct gateway *gateway;
	char who[WHO_MAX]; /* for the audit log */
	json_t *body;
	struct http_reply *reply;
};

/* What is there */

static void add_waiting(void *data, const struct plant_waiting *waiting)
{
	json_array_append_new(data, json_pack("{s:s, s:s, s:i}", "trunk", waiting->trunk, "what",
					      waiting->what, "calls", (int)waiting->calls));
}

static json_t *state_of(struct gateway *gateway)
{
	json_t *waiting = json_array();
	const unsigned left_s = commit_unconfirmed_s();

	if (gateway->plant)
		plant_each_waiting(gateway->plant, add_waiting, waiting);
	return json_pack("{s:s, s:o, s:o, s:o, s:o, s:i}", "version", draft_version(),
			 "unconfirmed_s", left_s ? json_integer(left_s) : json_null(), "waiting",
			 waiting, "candidate", draft_about(), "commit", draft_outcome(), "history",
			 (int)commit_history());
}

static void tell_state(const struct ask *ask)
{
	reply_json(ask->reply, 200, state_of(ask->gateway));
}

/* The whole as text without secrets; a new reference, NULL without memory. */
static json_t *text_of(const struct config *config)
{
	char *text = config_text(NULL, config);
	json_t *string;

	config_hide_secrets(text);
	string = text ? json_string(text) : NULL;
	talloc_free(text);
	return string;
}

static json_t *diff_to(const struct gateway *gateway, const struct config *config)
{
	char *text = commit_diff(NULL, gateway->running, config);
	json_t *string = text ? json_string(text) : NULL;

	talloc_free(text);
	return string;
}

/* When the changes would hold. */
static json_t *holds_of(const struct gateway *gateway, const struct config *config)
{
	void *ctx = talloc_new(NULL);
	char *from = config_text(ctx, gateway->running), *to = config_text(ctx, config);
	char *said = from && to ? change_summary(ctx, from, to) : NULL;
	json_t *string = json_string(said ? said : "");

	talloc_free(ctx);
	return string;
}

static void tell_running(const struct ask *ask)
{
	reply_json(ask->reply, 200,
		   json_pack("{s:s, s:o}", "version", draft_version(), "text",
			     text_of(ask->gateway->running)));
}

static json_t *candidate_of(const struct gateway *gateway)
{
	return json_pack("{s:s, s:o, s:o, s:o, s:o}", "version", draft_version(), "about",
			 draft_about(), "text", text_of(draft_config()), "diff",
			 diff_to(gateway, draft_config()), "holds",
			 holds_of(gateway, draft_config()));
}

static void no_candidate(const struct ask *ask, unsigned status)
{
	reply_error(ask->reply, status, NULL, "PUT /api/v1/configuration/candidate",
		    "there is no candidate");
}

static void tell_candidate(const struct ask *ask)
{
	if (draft_config())
		reply_json(ask->reply, 200, candidate_of(ask->gateway));
	else
		no_candidate(ask, 404);
}

/* Editing */

/* The text of the body as a configuration; NULL: the reply says why, all faults at once. */
static struct config *read_text(const struct ask *ask, void *ctx, struct config_report *report)
{
	const json_t *text = json_object_get(ask->body, "text");

	if (json_is_string(text))
		return draft_read(ctx, json_string_value(text), report);
	reply_error(ask->reply, 400, "text", "a configuration as one text", "text is %s",
		    text ? "wrong" : "missing");
	return NULL;
}

static void reply_faults(const struct ask *ask, const struct config_report *report)
{
	reply_json(ask->reply, 422,
		   json_pack("{s:s, s:o}", "error", "the configuration has faults", "faults",
			     draft_faults(report)));
}

static void check(const struct ask *ask)
{
	void *ctx = talloc_new(NULL);
	struct config_report *report = config_report_new(ctx, NULL);
	struct config *config = read_text(ask, ctx, report);

	if (config)
		reply_json(ask->reply, 200,
			   json_pack("{s:s, s:o, s:o}", "version", draft_version(), "diff",
				     diff_to(ask->gateway, config), "holds",
				     holds_of(ask->gateway, config)));
	else if (config_report_count(report) || !ask->reply->body)
		reply_faults(ask, report);
	talloc_free(ctx);
}

static void take(const struct ask *ask, const struct config *config)
{
	if (draft_take(config, ask->who) < 0)
		reply_json(ask->reply, 503, NULL);
	else
		reply_json(ask->reply, 200, candidate_of(ask->gateway));
}

static void put_candidate(const struct ask *ask)
{
	void *ctx = talloc_new(NULL);
	struct config_report *report = config_report_new(ctx, NULL);
	struct config *config = read_text(ask, ctx, report);

	if (config)
		take(ask, config);
	else if (config_report_count(report) || !ask->reply->body)
		reply_faults(ask, report);
	talloc_free(ctx);
}

static void drop_candidate(const struct ask *ask)
{
	if (!draft_config()) {
		no_candidate(ask, 404);
		return;
	}
	draft_drop();
	tell_state(ask);
}

static void rollback(const struct ask *ask)
{
	json_int_t back = 1;
	const struct config *before;

	if (!field_number(ask->body, "back", 0, COMMIT_HISTORY_MAX, &back, ask->reply))
		return;
	before = commit_before((unsigned)back);
	if (before)
		take(ask, before);
	else
		reply_error(ask->reply, 409, "back", NULL,
			    "there is no configuration %d commits back; at most %u", (int)back,
			    commit_history());
}

/* Committing */

static void order(const struct ask *ask, const struct draft_order *what)
{
	draft_order(what);
	ask->reply->after = draft_start;
	reply_json(ask->reply, 202, state_of(ask->gateway));
}

static void commit(const struct ask *ask)
{
	struct draft_order what = { .job = DRAFT_COMMIT, .who = ask->who, .comment = "" };
	json_int_t minutes = 0;

	if (!field_number(ask->body, "minutes", 1, COMMIT_MINUTES_MAX, &minutes, ask->reply))
		return;
	if (json_object_get(ask->body, "comment"))
		what.comment = field_text(ask->body, "comment", DRAFT_COMMENT_MAX, ask->reply);
	if (!what.comment)
		return;
	if (minutes)
		what.job = DRAFT_COMMIT_CONFIRMED;
	what.minutes = (unsigned)minutes;
	if (!draft_config())
		no_candidate(ask, 409);
	else if (commit_same(draft_config(), ask->gateway->running))
		reply_error(ask->reply, 409, NULL, NULL, "the candidate changes nothing");
	else
		order(ask, &what);
}

static void not_unconfirmed(const struct ask *ask)
{
	reply_error(ask->reply, 409, NULL, NULL, "nothing waits to be confirmed");
}

static void confirm(const struct ask *ask)
{
	if (commit_confirm(ask->who))
		tell_state(ask);
	else
		not_unconfirmed(ask);
}

static void go_back(const struct ask *ask)
{
	if (commit_is_unconfirmed())
		order(ask, &(struct draft_order){
				   .job = DRAFT_GO_BACK, .who = ask->who, .comment = "" });
	else
		not_unconfirmed(ask);
}

static void now(const struct ask *ask)
{
	struct config_report *report = config_report_new(NULL, NULL);

	audit_note(ask->who, "command", "commit now");
	if (ask->gateway->plant && plant_now(ask->gateway->plant, report) < 0)
		reply_json(ask->reply, 409,
			   json_pack("{s:s, s:o}", "error", "not all could be done", "faults",
				     draft_faults(report)));
	else
		tell_state(ask);
	talloc_free(report);
}

static void write_file(const struct ask *ask)
{
	int rc;

	if (commit_is_unconfirmed()) {
		reply_error(ask->reply, 409, NULL, "POST /api/v1/configuration/confirm",
			    "what runs is not confirmed yet, and a restart would keep it");
		return;
	}
	rc = store_running(ask->gateway, ask->who);
	if (rc < 0)
		reply_error(ask->reply, 409, NULL, NULL, "cannot write %s: %s",
			    ask->gateway->config_file, strerror(-rc));
	else
		tell_state(ask);
}

static const struct path {
	const char *method, *path;
	enum http_role role;
	bool on_version; /* the request says of which version it knows */
	void (*run)(const struct ask *ask);
	const char *fields[FIELDS_MAX]; /* up to NULL */
} paths[] = {
	{ "GET", "configuration", HTTP_VIEWER, false, tell_state, { NULL } },
	{ "GET", "configuration/running", HTTP_VIEWER, false, tell_running, { NULL } },
	{ "GET", "configuration/candidate", HTTP_ADMIN, false, tell_candidate, { NULL } },
	{ "PUT", "configuration/candidate", HTTP_ADMIN, true, put_candidate, { "text" } },
	{ "DELETE", "configuration/candidate", HTTP_ADMIN, true, drop_candidate, { NULL } },
	{ "POST", "configuration/check", HTTP_ADMIN, false, check, { "text" } },
	{ "POST", "configuration/rollback", HTTP_ADMIN, true, rollback, { "back" } },
	{ "POST", "configuration/commit", HTTP_ADMIN, true, commit, { "minutes", "comment" } },
	{ "POST", "configuration/confirm", HTTP_ADMIN, true, confirm, { NULL } },
	{ "POST", "configuration/return", HTTP_ADMIN, true, go_back, { NULL } },
	{ "POST", "configuration/now", HTTP_ADMIN, false, now, { NULL } },
	{ "POST", "configuration/write", HTTP_ADMIN, false, write_file, { NULL } },
};

bool configuration_known(const char *path)
{
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
		if (strcmp(paths[i].path, path) == 0)
			return true;
	return false;
}

bool configuration_takes_text(const char *path)
{
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
		if (strcmp(paths[i].path, path) == 0 && paths[i].fields[0] &&
		    strcmp(paths[i].fields[0], "text") == 0)
			return true;
	return false;
}

/* NULL: the reply says which methods there are. */
static const struct path *path_of(const char *name, const struct http_request *request,
				  struct http_reply *reply)
{
	static char allow[32]; /* until the reply has been sent */
	const char *method = strcmp(request->method, "HEAD") == 0 ? "GET" : request->method;

	*allow = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		if (strcmp(paths[i].path, name) != 0)
			continue;
		if (strcmp(paths[i].method, method) == 0)
			return &paths[i];
		snprintf(allow + strlen(allow), sizeof(allow) - strlen(allow), "%s%s",
			 *allow ? ", " : "", paths[i].method);
	}
	reply->allow = allow;
	reply_error(reply, 405, NULL, allow, "this method is not for this path");
	return NULL;
}

/* RFC 9110 13.1.1, with one version and no *. */
static bool is_on_version(const struct http_request *request, struct http_reply *reply)
{
	char version[DRAFT_VERSION_MAX + 2];

	snprintf(version, sizeof(version), "\"%s\"", draft_version());
	if (!request->if_match)
		reply_error(reply, 428, "If-Match", "the ETag that /api/v1/configuration has",
			    "the version that this is about is missing");
	else if (strcmp(request->if_match, version) != 0)
		reply_error(reply, 412, "If-Match", version,
			    "somebody has changed the configuration or its candidate since; "
			    "look at it again");
	else if (draft_is_busy())
		reply_error(reply, 409, NULL, NULL, "a commit is under way");
	else
		return true;
	return false;
}

static void run(const struct path *path, struct ask *ask, const struct http_request *request)
{
	const char *fields[FIELDS_MAX + 1] = { NULL };

	memcpy(fields, path->fields, sizeof(path->fields));
	ask->body = field_object(request, ask->reply);
	if (!ask->body)
		return;
	if (fields_known(ask->body, fields, ask->reply))
		path->run(ask);
	json_decref(ask->body);
}

void configuration_answer(struct gateway *gateway, const char *name,
			  const struct http_request *request, struct http_reply *reply)
{
	const struct path *path = path_of(name, request, reply);
	struct ask ask = { .gateway = gateway, .reply = reply };

	if (!path || !access_suffices(request, path->role, reply))
		return;
	snprintf(ask.who, sizeof(ask.who), "http %s", request->who);
	if (request->n_query)
		reply_error(reply, 400, request->query[0].key, "no query",
			    "there is nothing to choose from");
	else if (!path->on_version || is_on_version(request, reply))
		run(path, &ask, request);
	snprintf(reply->etag, sizeof(reply->etag), "\"%s\"", draft_version());
}
