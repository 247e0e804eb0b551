/* Server-sent events. A listener that has read everything is suspended until there is more. */
#include "manage/http/events.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <microhttpd.h>
#include <osmocom/core/talloc.h>

#include "base/log.h"
#include "manage/http/access.h"
#include "manage/http/request.h"
#include "manage/manage.h"

enum { BLOCK = 16384, LIST_MAX = 64 };

struct listener {
	struct llist_head entry;
	struct events *events;
	struct MHD_Connection *mhd;
	unsigned kinds;
	uint64_t session; /* that it ends with; 0: none */
	bool suspended, ended;
	char *unread; /* malloc'd */
	size_t at, len, size;
};

void events_init(struct events *events, struct gateway *gateway, const struct access *access,
		 void (*on_woken)(void))
{
	events->access = access;
	events->on_woken = on_woken;
	events->gateway = gateway;
	INIT_LLIST_HEAD(&events->listeners);
}

static void wake(struct listener *listener)
{
	if (!listener->suspended)
		return;
	listener->suspended = false;
	MHD_resume_connection(listener->mhd);
	listener->events->on_woken();
}

static void end(struct listener *listener)
{
	listener->ended = true;
	wake(listener);
}

static void drop(struct listener *listener)
{
	int fd = MHD_get_connection_info(listener->mhd, MHD_CONNECTION_INFO_CONNECTION_FD)
			 ->connect_fd;

	LOGP(DMANAGE, LOGL_NOTICE, "HTTP: events ended: %d MiB of them were left unread\n",
	     EVENTS_UNREAD_MAX >> 20);
	shutdown(fd, SHUT_RDWR);
	end(listener);
}

static bool make_room(struct listener *listener, size_t more)
{
	size_t size = listener->size ? listener->size : BLOCK;
	char *unread;

	if (listener->at)
		memmove(listener->unread, listener->unread + listener->at,
			listener->len - listener->at);
	listener->len -= listener->at;
	listener->at = 0;
	while (size < listener->len + more)
		size *= 2;
	if (size == listener->size)
		return true;
	unread = realloc(listener->unread, size);
	if (!unread)
		return false;
	listener->unread = unread;
	listener->size = size;
	return true;
}

static void push(struct listener *listener, const char *text, size_t len)
{
	if (listener->ended)
		return;
	if (listener->len - listener->at + len > EVENTS_UNREAD_MAX) {
		drop(listener);
		return;
	}
	if (listener->len + len > listener->size && !make_room(listener, len)) {
		drop(listener);
		return;
	}
	memcpy(listener->unread + listener->len, text, len);
	listener->len += len;
	wake(listener);
}

/* An event as text, malloc'd; NULL: no memory. */
static char *event_text(const char *name, const json_t *data, size_t *len)
{
	char *json = json_dumps(data, JSON_COMPACT | JSON_ENSURE_ASCII), *text;
	int n = -1;

	if (json)
		n = asprintf(&text, "event: %s\ndata: %s\n\n", name, json);
	free(json);
	if (n < 0)
		return NULL;
	*len = (size_t)n;
	return text;
}

static void on_change(void *data, enum change_kind kind, const char *name, const json_t *row)
{
	struct events *events = data;
	struct listener *listener;
	size_t len;
	char *text = event_text(name, row, &len);

	llist_for_each_entry (listener, &events->listeners, entry) {
		if (text && listener->kinds & 1u << kind)
			push(listener, text, len);
		else if (!text)
			end(listener); /* it would not know what it missed */
	}
	free(text);
}

static void look(struct events *events)
{
	changes_look(&events->changes, events->gateway, on_change, events);
}

/* Who has signed out, or has done nothing for too long, hears no more. */
static void end_with_sessions(struct events *events)
{
	struct listener *listener;

	llist_for_each_entry (listener, &events->listeners, entry)
		if (!listener->ended && !access_lasts(events->access, listener->session))
			end(listener);
}

static void on_timer(void *data)
{
	static const char beat[] = ": beat\n\n";
	struct events *events = data;
	struct listener *listener;

	osmo_timer_schedule(&events->timer, 0, EVENTS_LOOK_MS * 1000);
	end_with_sessions(events);
	look(events);
	if (++events->looks % (EVENTS_BEAT_S * 1000 / EVENTS_LOOK_MS))
		return;
	llist_for_each_entry (listener, &events->listeners, entry)
		push(listener, beat, sizeof(beat) - 1);
}

/* Callbacks of libmicrohttpd: more of the answer; it is over. */

static ssize_t on_read(void *data, uint64_t at, char *buf, size_t max)
{
	struct listener *listener = data;
	size_t len = listener->len - listener->at;

	(void)at;
	if (listener->ended)
		return MHD_CONTENT_READER_END_OF_STREAM;
	if (!len) {
		listener->at = listener->len = 0;
		listener->suspended = true;
		MHD_suspend_connection(listener->mhd);
		return 0;
	}
	len = len < max ? len : max;
	memcpy(buf, listener->unread + listener->at, len);
	listener->at += len;
	return (ssize_t)len;
}

static void on_over(void *data)
{
	struct listener *listener = data;
	struct events *events = listener->events;

	llist_del(&listener->entry);
	if (--events->n == 0) {
		osmo_timer_del(&events->timer);
		changes_fini(&events->changes);
	}
	free(listener->unread);
	talloc_free(listener);
}

static void list_kinds(char out[static LIST_MAX])
{
	*out = '\0';
	for (enum change_kind kind = 0; kind < CHANGE_KINDS; kind++)
		snprintf(out + strlen(out), LIST_MAX - strlen(out), "%s%s", kind ? "," : "",
			 change_name(kind));
}

/* "call,alarm"; 0: some word is none of them. */
static unsigned kinds_of(const char *list)
{
	unsigned kinds = 0;

	while (*list) {
		size_t len = strcspn(list, ",");
		unsigned found = 0;

		for (enum change_kind kind = 0; kind < CHANGE_KINDS; kind++)
			if (strlen(change_name(kind)) == len &&
			    strncmp(change_name(kind), list, len) == 0)
				found = 1u << kind;
		if (!found)
			return 0;
		kinds |= found;
		list += len + (list[len] == ',');
	}
	return kinds;
}

bool events_asked(const struct events *events, const struct http_request *request, unsigned *kinds,
		  struct http_reply *reply)
{
	char all[LIST_MAX];

	*kinds = CHANGE_ALL;
	if (request->n_query)
		*kinds = request->n_query == 1 && strcmp(request->query[0].key, "kinds") == 0
				 ? kinds_of(request->query[0].value)
				 : 0;
	list_kinds(all);
	if (!*kinds) {
		reply_error(reply, 400, "kinds", all,
			    "the query is not kinds=... of what there is");
		return false;
	}
	if (events->n < EVENTS_LISTENERS_MAX)
		return true;
	reply->retry_after_s = EVENTS_BEAT_S;
	reply_error(reply, 503, NULL, NULL, "%u listen already", events->n);
	return false;
}

static bool push_snapshot(struct listener *listener)
{
	static const char begin[] = "retry: 2000\n\n";
	json_t *all = changes_snapshot(listener->events->gateway, listener->kinds);
	size_t len;
	char *text = event_text("snapshot", all, &len);

	json_decref(all);
	if (!text)
		return false;
	push(listener, begin, sizeof(begin) - 1);
	push(listener, text, len);
	free(text);
	return true;
}

struct MHD_Response *events_listen(struct events *events, struct MHD_Connection *mhd,
				   const struct http_request *request, unsigned kinds)
{
	struct listener *listener = talloc_zero(events->gateway->owner, struct listener);
	struct MHD_Response *response =
		listener ? MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK, on_read,
							     listener, on_over)
			 : NULL;

	if (!response) {
		talloc_free(listener);
		return NULL;
	}
	listener->events = events;
	listener->mhd = mhd;
	listener->kinds = kinds;
	listener->session = request->session;
	look(events); /* so that what the others are told and the snapshot are of one moment */
	llist_add_tail(&listener->entry, &events->listeners);
	if (events->n++ == 0) {
		osmo_timer_setup(&events->timer, on_timer, events);
		osmo_timer_schedule(&events->timer, 0, EVENTS_LOOK_MS * 1000);
	}
	if (push_snapshot(listener))
		return response;
	MHD_destroy_response(response);
	return NULL;
}

void events_end(struct events *events)
{
	struct listener *listener;

	llist_for_each_entry (listener, &events->listeners, entry)
		end(listener);
}
