/* Live events to whoever listens, as server-sent events (WHATWG HTML 9.2): first everything as it is, then what
 * changes. Who does not keep up is let go of, and begins anew when he comes again. Control thread. */
#pragma once

#include <stdbool.h>

#include <osmocom/core/linuxlist.h>
#include <osmocom/core/timer.h>

#include "manage/http/changes.h"

struct access;
struct gateway;
struct http_reply;
struct http_request;
struct MHD_Connection;
struct MHD_Response;

enum {
	EVENTS_LISTENERS_MAX = 32,
	EVENTS_UNREAD_MAX = 4 << 20, /* octets */
	EVENTS_LOOK_MS = 500,
	EVENTS_BEAT_S = 15, /* a comment at least that often, so that who is gone is noticed */
};

/* In its owner's memory, zeroed at first. */
struct events {
	struct gateway *gateway;
	const struct access *access;
	void (*on_woken)(void); /* there is something to send: libmicrohttpd is to run soon */
	struct llist_head listeners;
	unsigned n;
	struct changes changes;
	struct osmo_timer_list timer;
	unsigned looks;
};

void events_init(struct events *events, struct gateway *gateway, const struct access *access,
		 void (*on_woken)(void));
/* Ends every stream; before the daemon is stopped, and when who may listen has changed. */
void events_end(struct events *events);

/* What the query asks for, in *kinds; false: the reply says what is wrong. */
bool events_asked(const struct events *events, const struct http_request *request, unsigned *kinds,
		  struct http_reply *reply);
/* An answer that goes on, as long as the session of the request; NULL: no memory. */
struct MHD_Response *events_listen(struct events *events, struct MHD_Connection *mhd,
				   const struct http_request *request, unsigned kinds);
