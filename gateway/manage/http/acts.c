/* Acts in a table: path, who may, what the body may hold. */
#include "manage/http/acts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <osmocom/core/utils.h>

#include "base/alarm.h"
#include "call/call.h"
#include "call/transfer.h"
#include "drivers/tdm.h"
#include "manage/audit.h"
#include "manage/cli/cli.h"
#include "manage/http/access.h"
#include "manage/http/fields.h"
#include "manage/http/request.h"
#include "manage/manage.h"
#include "manage/show/views.h"
#include "pstn/trunk.h"
#include "sip/sip_guard.h"

enum { FIELDS_MAX = 6, LOCK_S_MAX = 86400, HOLD_S_MAX = 86400, DETAIL_MAX = 512 };

struct ask {
	struct gateway *gateway;
	const char *name; /* from the path */
	json_t *body;
	struct http_reply *reply;
};

static void no_such(const struct ask *ask, const char *kind)
{
	reply_error(ask->reply, 404, NULL, NULL, "there is no %s %s; /api/v1/%ss lists them", kind,
		    ask->name, kind);
}

/* The row of a list that has the name. */
static json_t *row_named(json_t *rows, const char *name)
{
	json_t *row, *found = NULL;
	size_t i;

	json_array_foreach(rows, i, row) if (strcmp(json_string_value(json_object_get(row, "name")),
						    name) == 0) found = json_incref(row);
	json_decref(rows);
	return found;
}

/* Locks */

static void answer_lock(const struct ask *ask, const char *kind, int rc)
{
	const bool trunk = strcmp(kind, "trunk") == 0;
	json_t *row;

	channel_test_check();
	if (rc == -ENOENT) {
		no_such(ask, kind);
		return;
	}
	row = rc == -ENOMEM
		      ? NULL
		      : row_named(trunk ? view_trunks(ask->gateway) : view_channels(ask->gateway),
				  ask->name);
	if (row && rc)
		json_object_set_new(row, "warning",
				    json_string("it holds until the gateway ends: it could not "
						"be written down"));
	reply_json(ask->reply, 200, row);
}

/* A channel's name has a timeslot, a trunk's has none. */
static bool is_kind(const struct ask *ask, const char *kind)
{
	if (!strchr(ask->name, '/') == (strcmp(kind, "trunk") == 0))
		return true;
	no_such(ask, kind);
	return false;
}

static void lock(const struct ask *ask, const char *kind)
{
	static const char *const modes[] = { "now", "graceful", NULL };
	json_int_t seconds = 0;
	int mode = field_word(ask->body, "mode", modes, ask->reply);

	if (mode < 0 || !field_number(ask->body, "seconds", 1, LOCK_S_MAX, &seconds, ask->reply) ||
	    !is_kind(ask, kind))
		return;
	if (mode == 0 && seconds) {
		reply_error(ask->reply, 400, "seconds", "graceful, or no seconds",
			    "what is locked now waits for nothing");
		return;
	}
	answer_lock(ask, kind,
		    trunks_lock(ask->gateway->trunks, ask->name, mode ? LOCK_GRACEFUL : LOCK_NOW,
				(unsigned)seconds));
}

static void unlock(const struct ask *ask, const char *kind)
{
	if (is_kind(ask, kind))
		answer_lock(ask, kind, trunks_lock(ask->gateway->trunks, ask->name, LOCK_NOT, 0));
}

static void lock_trunk(const struct ask *ask)
{
	lock(ask, "trunk");
}

static void lock_channel(const struct ask *ask)
{
	lock(ask, "channel");
}

static void unlock_trunk(const struct ask *ask)
{
	unlock(ask, "trunk");
}

static void unlock_channel(const struct ask *ask)
{
	unlock(ask, "channel");
}

/* Calls */

/* 0: it is no number, and so no call's. */
static uint32_t id_of(const char *text)
{
	char *end;
	unsigned long long id = strtoull(text, &end, 10);

	return *text >= '0' && *text <= '9' && !*end && id <= UINT32_MAX ? (uint32_t)id : 0;
}

static void answer_id(const struct ask *ask, unsigned status, uint32_t id)
{
	reply_json(ask->reply, status, json_pack("{s:I}", "id", (json_int_t)id));
}

static void clear_call(const struct ask *ask)
{
	if (call_clear(ask->gateway->hub, id_of(ask->name)))
		answer_id(ask, 202, id_of(ask->name));
	else
		no_such(ask, "call");
}

/* Digits, present or not if that may be; false: the reply says why. */
static bool number_of(const struct ask *ask, const char *field, bool needed, char *out)
{
	char expected[64];
	const char *text;

	if (!needed && !json_object_get(ask->body, field))
		return true;
	text = field_text(ask->body, field, LEG_DIGITS_MAX, ask->reply);
	if (!text)
		return false;
	if (leg_is_number(text)) {
		osmo_strlcpy(out, text, LEG_DIGITS_MAX + 1);
		return true;
	}
	snprintf(expected, sizeof(expected), "up to %d of %s", LEG_DIGITS_MAX, LEG_DIGITS);
	reply_error(ask->reply, 400, field, expected, "%s is no number", field);
	return false;
}

static void transfer_call(const struct ask *ask)
{
	static const char *const parties[] = { "caller", "called", NULL };
	char to[LEG_DIGITS_MAX + 1];
	int party = field_word(ask->body, "party", parties, ask->reply), rc;

	if (party < 0 || !number_of(ask, "to", true, to))
		return;
	rc = call_put_through(ask->gateway->hub, id_of(ask->name), party == 0, to);
	if (rc == -ENOENT)
		no_such(ask, "call");
	else if (rc)
		reply_error(ask->reply, 409, NULL, NULL, "call %s: %s", ask->name,
			    rc == -ENOTCONN ? "it is not answered"
			    : rc == -EBUSY  ? "it is being transferred already"
					    : strerror(-rc));
	else
		answer_id(ask, 202, id_of(ask->name));
}

static bool read_originate(const struct ask *ask, struct originate *what)
{
	static const char *const words[] = { "trunk", "trunk-group", "peer", NULL };
	static const enum target_kind kinds[] = { TARGET_TRUNK, TARGET_TRUNK_GROUP, TARGET_PEER };
	const char *through, *line = "";
	json_int_t hold_s = 0;
	int kind = field_word(ask->body, "kind", words, ask->reply);

	if (kind < 0)
		return false;
	through = field_text(ask->body, "through", sizeof(what->through) - 1, ask->reply);
	if (!through || !number_of(ask, "called", true, what->called) ||
	    !number_of(ask, "calling", false, what->calling) ||
	    !field_number(ask->body, "hold_s", 1, HOLD_S_MAX, &hold_s, ask->reply))
		return false;
	if (json_object_get(ask->body, "line"))
		line = field_text(ask->body, "line", sizeof(what->line) - 1, ask->reply);
	if (!line)
		return false;
	what->kind = kinds[kind];
	osmo_strlcpy(what->through, through, sizeof(what->through));
	osmo_strlcpy(what->line, line, sizeof(what->line));
	what->hold_ms = (unsigned)hold_s * 1000;
	return true;
}

static void originate(const struct ask *ask)
{
	struct originate what = { 0 };
	const char *why = "";
	uint32_t id;

	if (!read_originate(ask, &what))
		return;
	id = call_originate(ask->gateway->hub, &what, NULL, NULL, &why);
	if (id)
		answer_id(ask, 201, id);
	else
		reply_error(ask->reply, 409, NULL, NULL, "no call: %s", why);
}

/* The rest */

static void acknowledge(const struct ask *ask)
{
	uint32_t id = id_of(ask->name);

	if (alarm_acknowledge(id) < 0)
		no_such(ask, "alarm");
	else
		reply_json(ask->reply, 200, view_alarm(ask->gateway, id));
}

static void unban(const struct ask *ask)
{
	const char *source = field_text(ask->body, "source", HTTP_FIELD_MAX, ask->reply);
	int rc = 0;

	if (!source)
		return;
	if (strcmp(source, "all") == 0)
		sip_unban_all(ask->gateway->sip);
	else
		rc = sip_unban(ask->gateway->sip, source);
	if (rc == -ENOENT)
		reply_error(ask->reply, 404, "source", "a source of /api/v1/bans, or all",
			    "%s is not banned", source);
	else if (rc)
		reply_error(ask->reply, 400, "source", "an address, or all", "\"%s\" is no address",
			    source);
	else
		reply_json(ask->reply, 200, view_bans(ask->gateway));
}

static void test_span(const struct ask *ask)
{
	static const char *const faults[] = { "none", "cut", NULL };
	int fault = field_word(ask->body, "fault", faults, ask->reply), rc;
	struct tdm_span *span = tdm_find(ask->name);

	if (fault < 0)
		return;
	if (!span) {
		no_such(ask, "span");
		return;
	}
	rc = span->driver->inject
		     ? span->driver->inject(span, fault ? TDM_FAULT_CUT : TDM_FAULT_NONE)
		     : -ENOTSUP;
	if (rc == -ENOTSUP)
		reply_error(ask->reply, 409, NULL, NULL, "its driver cannot make faults");
	else if (rc < 0)
		reply_error(ask->reply, 409, NULL, NULL, "span %s: %s", ask->name, strerror(-rc));
	else
		reply_json(ask->reply, 200, row_named(view_spans(ask->gateway), ask->name));
}

static const struct act {
	const char *before, *behind; /* of the name in the path; behind NULL: there is no name */
	enum http_role role;
	void (*run)(const struct ask *ask);
	const char *fields[FIELDS_MAX]; /* up to NULL */
} acts[] = {
	{ "trunks/", "/lock", HTTP_OPERATOR, lock_trunk, { "mode", "seconds" } },
	{ "trunks/", "/unlock", HTTP_OPERATOR, unlock_trunk, { NULL } },
	{ "channels/", "/lock", HTTP_OPERATOR, lock_channel, { "mode", "seconds" } },
	{ "channels/", "/unlock", HTTP_OPERATOR, unlock_channel, { NULL } },
	{ "calls/", "/clear", HTTP_OPERATOR, clear_call, { NULL } },
	{ "calls/", "/transfer", HTTP_OPERATOR, transfer_call, { "party", "to" } },
	{ "alarms/", "/acknowledge", HTTP_OPERATOR, acknowledge, { NULL } },
	{ "unban", NULL, HTTP_OPERATOR, unban, { "source" } },
	{ "calls",
	  NULL,
	  HTTP_ADMIN,
	  originate,
	  { "kind", "through", "called", "calling", "line", "hold_s" } },
	{ "spans/", "/test", HTTP_ADMIN, test_span, { "fault" } },
};

/* The act of that path; the name in it goes into the array. */
static const struct act *act_at(const char *path, char name[static HTTP_FIELD_MAX])
{
	const size_t len = strlen(path);

	for (size_t i = 0; i < ARRAY_SIZE(acts); i++) {
		const size_t before = strlen(acts[i].before);
		const size_t behind = acts[i].behind ? strlen(acts[i].behind) : 0;

		if (!acts[i].behind && strcmp(path, acts[i].before) == 0) {
			*name = '\0';
			return &acts[i];
		}
		if (!behind || len <= before + behind ||
		    strncmp(path, acts[i].before, before) != 0 ||
		    strcmp(path + len - behind, acts[i].behind) != 0)
			continue;
		/* What is cut off was longer than any name. */
		snprintf(name, HTTP_FIELD_MAX, "%.*s", (int)(len - before - behind), path + before);
		return &acts[i];
	}
	return NULL;
}

bool acts_known(const char *path)
{
	char name[HTTP_FIELD_MAX];

	return act_at(path, name);
}

static void note(const char *path, const struct http_request *request, const json_t *body)
{
	char who[HTTP_NAME_MAX + 8], detail[DETAIL_MAX];
	char *text = json_dumps(body, JSON_COMPACT | JSON_ENSURE_ASCII);

	snprintf(who, sizeof(who), "http %s", request->who);
	snprintf(detail, sizeof(detail), "%s %s", path, text ? text : "");
	free(text);
	audit_note(who, "request", detail);
}

void acts_answer(struct gateway *gateway, const char *path, const struct http_request *request,
		 struct http_reply *reply)
{
	const char *fields[FIELDS_MAX + 1] = { NULL };
	char name[HTTP_FIELD_MAX];
	const struct act *act = act_at(path, name);
	struct ask ask = { gateway, name, NULL, reply };

	if (!act || !access_suffices(request, act->role, reply))
		return;
	ask.body = field_object(request, reply);
	if (!ask.body)
		return;
	memcpy(fields, act->fields, sizeof(act->fields));
	if (fields_known(ask.body, fields, reply))
		act->run(&ask);
	if (reply->status < 300)
		note(path, request, ask.body);
	json_decref(ask.body);
}
