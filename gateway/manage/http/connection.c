/* Connections. Everything that came from outside is bounded here: octets of a body, parts of a query, and the time
 * that a request and its answer may take, so that who sends or reads an octet now and then holds nothing. */
#include "manage/http/connection.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <osmocom/core/talloc.h>
#include <osmocom/core/utils.h>

#include "base/bucket.h"
#include "base/clock.h"
#include "base/log.h"
#include "manage/http/access.h"
#include "manage/http/api.h"
#include "manage/http/events.h"
#include "manage/http/request.h"
#include "manage/manage.h"

struct connection {
	struct llist_head entry;
	int fd;
	uint8_t source[HTTP_SOURCE_OCTETS];
	uint64_t
		since_us; /* when it began to wait for what it waits for; 0: it may take its time */
};

struct exchange {
	struct http_request request;
	struct http_reply reply;
	bool too_large;
	char *body;
	size_t room; /* octets */
};

void connections_init(struct connections *connections)
{
	INIT_LLIST_HEAD(&connections->list);
}

void connections_hurry(struct connections *connections)
{
	const uint64_t now = clock_now_us(), most = connections->timeout_s * UINT64_C(1000000);
	struct connection *connection;

	llist_for_each_entry (connection, &connections->list, entry)
		if (connection->since_us && now - connection->since_us > most)
			shutdown(connection->fd, SHUT_RDWR); /* libmicrohttpd closes it */
}

/* Of an IPv6 address the network: who has one has 2^64 addresses in it. */
static void source_of(const struct sockaddr *from, uint8_t source[static HTTP_SOURCE_OCTETS])
{
	memset(source, 0, HTTP_SOURCE_OCTETS);
	if (from->sa_family == AF_INET6) {
		memcpy(source, &((const struct sockaddr_in6 *)(const void *)from)->sin6_addr, 8);
		return;
	}
	memset(source + 10, 0xff, 2);
	memcpy(source + 12, &((const struct sockaddr_in *)(const void *)from)->sin_addr, 4);
}

static bool is_here(const struct sockaddr *from)
{
	if (from->sa_family == AF_INET6)
		return IN6_IS_ADDR_LOOPBACK(
			&((const struct sockaddr_in6 *)(const void *)from)->sin6_addr);
	return ((const struct sockaddr_in *)(const void *)from)->sin_addr.s_addr ==
	       htonl(INADDR_LOOPBACK);
}

static unsigned count_of(const struct connections *connections, const struct sockaddr *from)
{
	const struct connection *connection;
	uint8_t source[HTTP_SOURCE_OCTETS];
	unsigned n = 0;

	source_of(from, source);
	llist_for_each_entry (connection, &connections->list, entry)
		n += memcmp(connection->source, source, sizeof(source)) == 0;
	return n;
}

enum MHD_Result connection_accept(void *cls, const struct sockaddr *from, socklen_t len)
{
	static const struct rate accepted = { .per_s = CONNECTIONS_A_SECOND },
				 said = { .per_s = 1 };
	struct connections *connections = cls;
	const unsigned share =
		OSMO_MAX(connections->max / CONNECTIONS_SHARE, CONNECTIONS_SHARE_LEAST);
	const uint64_t now = clock_now_us();
	const char *why;

	(void)len;
	if (is_here(from))
		return MHD_YES;
	if (count_of(connections, from) >= share)
		why = "one source has too many";
	else if (!bucket_take(&connections->accept_us, &accepted, now))
		why = "too many come at once";
	else
		return MHD_YES;
	if (bucket_take(&connections->said_us, &said, now))
		LOGP(DMANAGE, LOGL_NOTICE, "HTTP: connections are refused: %s\n", why);
	return MHD_NO;
}

void connection_changed(void *cls, struct MHD_Connection *mhd, void **socket,
			enum MHD_ConnectionNotificationCode what)
{
	struct connections *connections = cls;
	struct connection *connection = *socket;

	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		connection = talloc_zero(connections->api.gateway->owner, struct connection);
		if (!connection)
			return; /* its requests are refused */
		connection->fd =
			MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
		source_of(MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS)
				  ->client_addr,
			  connection->source);
		connection->since_us = clock_now_us();
		llist_add_tail(&connection->entry, &connections->list);
		*socket = connection;
	} else if (connection) {
		llist_del(&connection->entry);
		talloc_free(connection);
		*socket = NULL;
	}
}

static struct connection *connection_of(struct MHD_Connection *mhd)
{
	return MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

static enum MHD_Result add_pair(void *cls, enum MHD_ValueKind kind, const char *key,
				const char *value)
{
	struct http_request *request = cls;

	(void)kind;
	if (request->n_query == HTTP_QUERY_MAX) {
		request->query_too_long = true;
		return MHD_NO;
	}
	request->query[request->n_query].key = key;
	request->query[request->n_query++].value = value ? value : "";
	return MHD_YES;
}

static const char *field(struct MHD_Connection *mhd, const char *name)
{
	return MHD_lookup_connection_value(mhd, MHD_HEADER_KIND, name);
}

static struct exchange *exchange_new(const struct connections *connections,
				     struct MHD_Connection *mhd, const char *method,
				     const char *path)
{
	struct exchange *exchange = talloc_zero(connections->api.gateway->owner, struct exchange);
	struct http_request *request = &exchange->request;

	if (!exchange)
		return NULL;
	request->method = method;
	request->path = path;
	request->host = field(mhd, "Host");
	request->origin = field(mhd, "Origin");
	request->authorization = field(mhd, "Authorization");
	request->cookie = field(mhd, "Cookie");
	request->content_type = field(mhd, "Content-Type");
	request->marker = field(mhd, "X-Crosspoint");
	request->if_match = field(mhd, "If-Match");
	request->secure = connections->secure;
	memcpy(request->source, connection_of(mhd)->source, sizeof(request->source));
	MHD_get_connection_values(mhd, MHD_GET_ARGUMENT_KIND, add_pair, request);
	return exchange;
}

static void add_fields(struct MHD_Response *response, const struct http_reply *reply)
{
	static const char *const always[][2] = {
		{ "X-Content-Type-Options", "nosniff" },
		{ "X-Frame-Options", "DENY" },
		{ "Referrer-Policy", "no-referrer" },
		{ "Cache-Control", "no-store" },
		{ "Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'; base-uri "
					     "'none'; form-action 'self'" },
	};
	char seconds[16];

	for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++)
		MHD_add_response_header(response, always[i][0], always[i][1]);
	MHD_add_response_header(response, "Content-Type",
				reply->events ? "text/event-stream" : reply->content_type);
	if (*reply->cookie)
		MHD_add_response_header(response, "Set-Cookie", reply->cookie);
	if (*reply->etag)
		MHD_add_response_header(response, "ETag", reply->etag);
	if (reply->allow)
		MHD_add_response_header(response, "Allow", reply->allow);
	if (reply->status == 401)
		MHD_add_response_header(response, "WWW-Authenticate", "Bearer");
	if (reply->retry_after_s) {
		snprintf(seconds, sizeof(seconds), "%u", reply->retry_after_s);
		MHD_add_response_header(response, "Retry-After", seconds);
	}
}

/* MHD_NO closes the connection, as there is no memory to say anything. */
static enum MHD_Result send_reply(struct MHD_Connection *mhd, struct http_reply *reply)
{
	struct MHD_Response *response =
		reply->body ? MHD_create_response_from_buffer(reply->len, reply->body,
							      MHD_RESPMEM_MUST_FREE)
			    : NULL;
	enum MHD_Result result;

	if (!response)
		return MHD_NO;
	reply->body = NULL; /* the response's now */
	add_fields(response, reply);
	if (reply->status == 413)
		MHD_add_response_header(response, "Connection", "close");
	result = MHD_queue_response(mhd, reply->status, response);
	MHD_destroy_response(response);
	return result;
}

/* The stream of events has no end, so its time has none. */
static enum MHD_Result send_events(struct connections *connections, struct MHD_Connection *mhd,
				   const struct exchange *exchange)
{
	struct MHD_Response *response = events_listen(connections->api.events, mhd,
						      &exchange->request, exchange->reply.events);
	enum MHD_Result result;

	if (!response)
		return MHD_NO;
	connection_of(mhd)->since_us = 0;
	add_fields(response, &exchange->reply);
	result = MHD_queue_response(mhd, MHD_HTTP_OK, response);
	MHD_destroy_response(response);
	return result;
}

static void refuse_body(struct exchange *exchange)
{
	reply_error(&exchange->reply, 413, NULL, NULL,
		    "the body is too large; up to %d octets are right, %d of a configuration from "
		    "an admin",
		    HTTP_BODY_MAX, HTTP_TEXT_MAX);
}

/* For a body of so many octets, if it is said how many: room for as many as are right there. */
static bool make_room(const struct connections *connections, struct exchange *exchange,
		      unsigned long long len)
{
	exchange->room = len > HTTP_BODY_MAX && len <= HTTP_TEXT_MAX &&
					 api_takes_text(&connections->api, &exchange->request)
				 ? (size_t)len
				 : HTTP_BODY_MAX;
	exchange->body = talloc_size(exchange, exchange->room);
	exchange->request.body = exchange->body;
	return exchange->body;
}

/* What is too large is refused before it is sent, if it says so. */
static enum MHD_Result begin(struct connections *connections, struct MHD_Connection *mhd,
			     const char *method, const char *path, void **out)
{
	struct exchange *exchange =
		connection_of(mhd) ? exchange_new(connections, mhd, method, path) : NULL;
	const char *length = field(mhd, "Content-Length");
	const unsigned long long len = length ? strtoull(length, NULL, 10) : 0;

	if (!exchange)
		return MHD_NO;
	*out = exchange;
	if (!make_room(connections, exchange, len))
		return MHD_NO;
	if (len <= exchange->room)
		return MHD_YES;
	refuse_body(exchange);
	return send_reply(mhd, &exchange->reply);
}

static void take_body(struct exchange *exchange, const char *data, size_t len)
{
	size_t *have = &exchange->request.body_len;

	exchange->too_large |= len > exchange->room - *have;
	if (exchange->too_large)
		return;
	memcpy(exchange->body + *have, data, len);
	*have += len;
}

enum MHD_Result connection_request(void *cls, struct MHD_Connection *mhd, const char *path,
				   const char *method, const char *version, const char *data,
				   size_t *len, void **out)
{
	struct connections *connections = cls;
	struct exchange *exchange = *out;

	(void)version;
	if (!exchange)
		return begin(connections, mhd, method, path, out);
	if (*len) {
		take_body(exchange, data, *len);
		*len = 0;
		return MHD_YES;
	}
	connection_of(mhd)->since_us = clock_now_us();
	if (exchange->too_large)
		refuse_body(exchange);
	else
		api_answer(&connections->api, &exchange->request, &exchange->reply);
	if (exchange->reply.events)
		return send_events(connections, mhd, exchange);
	return send_reply(mhd, &exchange->reply);
}

void connection_completed(void *cls, struct MHD_Connection *mhd, void **out,
			  enum MHD_RequestTerminationCode why)
{
	struct exchange *exchange = *out;
	struct connection *connection = connection_of(mhd);

	(void)cls, (void)why;
	if (connection)
		connection->since_us = clock_now_us();
	if (!exchange)
		return;
	if (exchange->reply.after)
		exchange->reply.after();
	reply_fini(&exchange->reply);
	talloc_free(exchange);
	*out = NULL;
}
