/* Connections and what is asked on them: requests as libmicrohttpd hands them over, made into values and answered.
 * Control thread. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <microhttpd.h>
#include <osmocom/core/linuxlist.h>

#include "manage/http/api.h"

/* What all of them share; its owner keeps it as long as the daemon. */
struct connections {
	struct api api;
	struct llist_head list;
	unsigned timeout_s;
	bool secure;
};

void connections_init(struct connections *connections);
/* Closes those that take too long for a request, or for its answer; about once a second. */
void connections_hurry(struct connections *connections);

/* Callbacks of libmicrohttpd, cls: struct connections. */
enum MHD_Result connection_request(void *cls, struct MHD_Connection *mhd, const char *path,
				   const char *method, const char *version, const char *data,
				   size_t *len, void **exchange);
void connection_completed(void *cls, struct MHD_Connection *mhd, void **exchange,
			  enum MHD_RequestTerminationCode why);
void connection_changed(void *cls, struct MHD_Connection *mhd, void **socket,
			enum MHD_ConnectionNotificationCode what);
