/* Connections and what is asked on them: requests as libmicrohttpd hands them over, made into values and answered.
 * Control thread. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include <microhttpd.h>
#include <osmocom/core/linuxlist.h>

#include "manage/http/api.h"

enum {
	CONNECTIONS_A_SECOND = 100, /* new ones */
	CONNECTIONS_SHARE = 4,      /* one source has at most a quarter of all */
	CONNECTIONS_SHARE_LEAST = 8,
};

/* What all of them share; its owner keeps it as long as the daemon. */
struct connections {
	struct api api;
	struct llist_head list;
	unsigned timeout_s, max;
	bool secure;
	uint64_t accept_us, said_us; /* buckets: new connections; refusals that are logged */
};

void connections_init(struct connections *connections);
/* Closes those that take too long for a request, or for its answer; about once a second. */
void connections_hurry(struct connections *connections);

/* Callbacks of libmicrohttpd, cls: struct connections. */

/* Whether a connection is taken: not too many at once, nor of one source, so that nobody keeps the others out. What
 * comes from 127.0.0.1 or ::1 always is: a proxy there speaks for many. */
enum MHD_Result connection_accept(void *cls, const struct sockaddr *from, socklen_t len);
enum MHD_Result connection_request(void *cls, struct MHD_Connection *mhd, const char *path,
				   const char *method, const char *version, const char *data,
				   size_t *len, void **exchange);
void connection_completed(void *cls, struct MHD_Connection *mhd, void **exchange,
			  enum MHD_RequestTerminationCode why);
void connection_changed(void *cls, struct MHD_Connection *mhd, void **socket,
			enum MHD_ConnectionNotificationCode what);
