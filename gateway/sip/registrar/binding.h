/* Where a user can be reached: bindings of its address of record to contacts (RFC 3261 10.3), as REGISTER requests
 * make them. Knows no transaction and no file. Control thread; a set owns its bindings. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include <osmocom/core/linuxlist.h>

#include "sip/agent/nta.h"

enum {
	BINDING_URI_MAX = 256,
	BINDING_PATH_MAX = 512,
	BINDING_TEXT_MAX = 128,
	BINDINGS_MAX = 20, /* of a user */
	BINDING_Q_MAX = 1000,
};

/* Where a REGISTER came from. */
struct binding_flow {
	struct sockaddr_storage address;
	char transport[8]; /* "udp", "tcp", "tls" */
};

struct binding {
	struct llist_head entry; /* of bindings.list */
	char uri[BINDING_URI_MAX];
	char path[BINDING_PATH_MAX];     /* RFC 3327, as a Route header has it; "": none */
	char instance[BINDING_TEXT_MAX]; /* RFC 5626, with its quotes; "": none */
	uint32_t reg_id;                 /* with it; else 0 */
	char call_id[BINDING_TEXT_MAX];
	uint32_t cseq;
	uint16_t q; /* thousandths */
	uint64_t until_us;
	struct binding_flow flow;
};

struct bindings {
	struct llist_head list; /* the best first: by q, then the latest */
	unsigned n;
};

struct binding_limits {
	unsigned expires_min_s, expires_max_s, expires_s, contacts;
};

void bindings_init(struct bindings *set);
/* Whether anything was there. */
bool bindings_clear(struct bindings *set);
/* Does what the REGISTER asks for, all or nothing. 0, or the status that it deserves: 400, 423, 500 (an older request,
 * or no memory). *changed: something is different now. */
int bindings_update(void *talloc_ctx, struct bindings *set, const sip_t *sip,
		    const struct binding_flow *flow, const struct binding_limits *limits,
		    bool *changed);
/* A copy into the set; false without memory. */
bool bindings_add(void *talloc_ctx, struct bindings *set, const struct binding *binding);
/* Those whose time is over go; how many. */
unsigned bindings_expire(struct bindings *set);
/* Seconds that a binding has left. */
unsigned binding_left_s(const struct binding *binding);
/* "<sip:a@b>;expires=60, ..." as a 200 says it, talloc'd; NULL without memory. */
char *bindings_text(void *talloc_ctx, const struct bindings *set);
