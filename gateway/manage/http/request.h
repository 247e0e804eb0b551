/* One HTTP request and its answer as plain values, so that what decides knows no socket. Control thread. The texts of
 * a request are the connection's and last until it is answered; a reply owns its body. RFC 9110. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "manage/http/http_config.h"

enum {
	HTTP_QUERY_MAX = 12,
	HTTP_BODY_MAX = 16384,   /* octets of a request */
	HTTP_TEXT_MAX = 5 << 20, /* of one with a whole configuration */
	HTTP_ETAG_MAX = 48,
	HTTP_COOKIE_MAX = 160,
	HTTP_FIELD_MAX = 64,
	HTTP_SOURCE_OCTETS = 16,
};

struct http_pair {
	const char *key, *value; /* decoded; value "" when there is none */
};

struct http_request {
	const char *method, *path; /* path: decoded, without the query */
	/* Header fields, NULL when absent. */
	const char *host, *origin, *authorization, *cookie, *content_type;
	const char *if_match;
	const char *marker; /* X-Crosspoint: a page of another site cannot send it */
	struct http_pair query[HTTP_QUERY_MAX];
	size_t n_query;
	bool query_too_long;
	bool secure; /* over TLS */
	/* Who is at the other end: an IPv4 address mapped into IPv6, or the network (/64) of an IPv6 one. */
	uint8_t source[HTTP_SOURCE_OCTETS];
	const char *body;
	size_t body_len;
	/* Who asks, as access.h found. */
	const char *who; /* a user's or token's name, "anonymous" */
	enum http_role role;
	uint64_t session; /* 0: none, but by a token or as anybody */
};

struct http_reply {
	unsigned status;
	const char *content_type;
	char *body; /* malloc'd; NULL: none */
	size_t len;
	char cookie[HTTP_COOKIE_MAX]; /* "": none is set */
	const char *allow;            /* methods, with 405 */
	unsigned retry_after_s;       /* 0: not said */
	char etag[HTTP_ETAG_MAX];     /* with its quotes; "": none */
	/* Called once it has left; it may not touch the server, but begin what does. NULL: nothing */
	void (*after)(void);
	unsigned events; /* kinds of changes.h: it goes on with them; 0: it has a body */
};

/* Takes the tree; NULL is an answer without memory, 503. */
void reply_json(struct http_reply *reply, unsigned status, json_t *tree);
/* What is wrong; field: where (NULL: not one field); expected: what would be right there. */
void reply_error(struct http_reply *reply, unsigned status, const char *field, const char *expected,
		 const char *format, ...) __attribute__((format(printf, 5, 6)));
/* Takes the malloc'd text; NULL: no memory, 503. */
void reply_text(struct http_reply *reply, const char *content_type, char *text, size_t len);
void reply_fini(struct http_reply *reply);
