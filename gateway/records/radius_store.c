/* Call records as RADIUS accounting (RFC 2866): Stop at a call's end, Interim-Update while it goes on. Each record is
 * sent at least once: Acct-Session-Id is the call's id, by which a server tells a repeat. Where it has come to is kept
 * in a file beside the journal. libradcli waits for its answers, bounded by TIMEOUT_S and RETRIES. */
#include "records/store.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <radcli/radcli.h>

#include "records/schema.h"

#define TIMEOUT_S "1"
#define RETRIES "2"

enum { REMEMBERED = 64, SERVER_MAX_LEN = 256, CISCO = 9, CISCO_CAUSE = 30 };

struct radius_store {
	struct store store;          /* first */
	char server[SERVER_MAX_LEN]; /* "192.0.2.7:1813:secret", as libradcli reads it */
	char place_file[STORE_AT_MAX + 8];
	rc_handle *handle; /* NULL: closed */
	/* Of a batch that was broken off: these have been answered, and are not sent again. */
	char sent[REMEMBERED][SPOOL_ID_MAX];
	size_t n_sent;
};

/* What is sent, as libradcli wants it described; a file of its own would be one more that can be missing. */
static const char dictionary[] = "ATTRIBUTE User-Name 1 string\n"
				 "ATTRIBUTE NAS-IP-Address 4 ipaddr\n"
				 "ATTRIBUTE NAS-Port 5 integer\n"
				 "ATTRIBUTE Called-Station-Id 30 string\n"
				 "ATTRIBUTE Calling-Station-Id 31 string\n"
				 "ATTRIBUTE NAS-Identifier 32 string\n"
				 "ATTRIBUTE Acct-Status-Type 40 integer\n"
				 "ATTRIBUTE Acct-Delay-Time 41 integer\n"
				 "ATTRIBUTE Acct-Session-Id 44 string\n"
				 "ATTRIBUTE Acct-Session-Time 46 integer\n"
				 "ATTRIBUTE Acct-Input-Packets 47 integer\n"
				 "ATTRIBUTE Acct-Output-Packets 48 integer\n"
				 "ATTRIBUTE Acct-Terminate-Cause 49 integer\n"
				 "ATTRIBUTE Event-Timestamp 55 date\n"
				 "ATTRIBUTE NAS-Port-Id 87 string\n"
				 "ATTRIBUTE NAS-IPv6-Address 95 ipv6addr\n"
				 "VENDOR Cisco 9\n"
				 "ATTRIBUTE h323-disconnect-cause 30 string Cisco\n";

static int fail(struct radius_store *s, const char *words)
{
	snprintf(s->store.error, sizeof(s->store.error), "%s", words);
	return -EIO;
}

/* The place: first id and offset on one line, in a file that is replaced as a whole. */

static int read_place(struct radius_store *s, struct spool_place *place)
{
	FILE *file = fopen(s->place_file, "re");
	struct spool_place read = { .offset = 0 };

	*place = (struct spool_place){ .offset = 0 };
	if (!file)
		return errno == ENOENT ? 0 : fail(s, strerror(errno));
	if (fscanf(file, "%63s %" SCNd64, read.first, &read.offset) == 2)
		*place = read;
	fclose(file);
	return 0;
}

static int write_place(struct radius_store *s, const struct spool_place *place)
{
	char name[STORE_AT_MAX + 16], text[SPOOL_ID_MAX + 32];
	size_t len = (size_t)snprintf(text, sizeof(text), "%s %" PRId64 "\n", place->first,
				      place->offset);
	bool written;
	int fd;

	snprintf(name, sizeof(name), "%s.new", s->place_file);
	fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	if (fd < 0)
		return fail(s, strerror(errno));
	written = write(fd, text, len) == (ssize_t)len && fsync(fd) == 0;
	close(fd);
	return written && rename(name, s->place_file) == 0 ? 0 : fail(s, strerror(errno));
}

/* The client */

static bool configure(rc_handle *handle, const char *server)
{
	static const char *const options[][2] = {
		{ "radius_timeout", TIMEOUT_S },
		{ "radius_retries", RETRIES },
	};

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (rc_add_config(handle, options[i][0], options[i][1], "records", 0))
			return false;
	return rc_add_config(handle, "acctserver", server, "records", 0) == 0 &&
	       rc_read_dictionary_from_buffer(handle, dictionary, sizeof(dictionary) - 1) == 0 &&
	       rc_apply_config(handle) == 0;
}

static void close_store(struct store *store)
{
	struct radius_store *s = (struct radius_store *)store;

	if (s->handle)
		rc_destroy(s->handle);
	s->handle = NULL;
}

static int open_store(struct store *store, struct spool_place *place)
{
	struct radius_store *s = (struct radius_store *)store;
	int rc = read_place(s, place);

	if (rc < 0)
		return rc;
	s->handle = rc_new();
	if (s->handle && !rc_config_init(s->handle)) /* which frees it then */
		s->handle = NULL;
	if (s->handle && configure(s->handle, s->server))
		return 0;
	close_store(store);
	return fail(s, "the client cannot be set up; is the server's address right?");
}

/* Records */

struct request {
	struct radius_store *s;
	VALUE_PAIR *pairs;
	bool failed; /* no memory */
};

static void add_number(struct request *request, int attribute, uint32_t value)
{
	if (!rc_avpair_add(request->s->handle, &request->pairs, attribute, &value, 0, 0))
		request->failed = true;
}

static void add_text(struct request *request, int attribute, const char *value, int vendor)
{
	const int len = value ? (int)strlen(value) : 0;

	if (len && !rc_avpair_add(request->s->handle, &request->pairs, attribute, value,
				  len < AUTH_STRING_LEN ? len : AUTH_STRING_LEN, vendor))
		request->failed = true;
}

static const char *value_of(const struct schema_row *row, const char *name)
{
	for (size_t i = 0; i < schema_columns(); i++)
		if (strcmp(schema_column(i)->name, name) == 0)
			return schema_value(row, i);
	return NULL;
}

static bool is(const struct schema_row *row, const char *name, const char *what)
{
	const char *value = value_of(row, name);

	return value && strcmp(value, what) == 0;
}

/* When what it tells of was, as far as it is known: of a call that a kill cut only its beginning is. 0: not at all. */
static uint32_t event_time(const struct schema_row *row)
{
	const char *setup = value_of(row, "setup"), *total_ms = value_of(row, "total_ms");
	struct tm tm = { 0 };

	if (!setup || !strptime(setup, "%Y-%m-%dT%H:%M:%S", &tm))
		return 0;
	return (uint32_t)(timegm(&tm) + (total_ms ? atoll(total_ms) / 1000 : 0));
}

/* RFC 2866 5.10 */
static uint32_t terminate_cause(const struct schema_row *row)
{
	if (is(row, "ended", "interrupted"))
		return PW_NAS_REBOOT;
	return is(row, "released_by", "gateway") ? PW_NAS_REQUEST : PW_USER_REQUEST;
}

static void add_session(struct request *request, const struct schema_row *row)
{
	const char *id = value_of(row, "id"), *talk = value_of(row, "talk_ms");
	char call[SPOOL_ID_MAX];

	snprintf(call, sizeof(call), "%.*s", (int)strcspn(id, "."), id); /* of interim ones too */
	add_text(request, PW_ACCT_SESSION_ID, call, 0);
	add_number(request, PW_ACCT_SESSION_TIME, talk ? (uint32_t)(atoll(talk) / 1000) : 0);
}

static void add_end(struct request *request, const struct schema_row *row)
{
	const bool interim = is(row, "ended", "interim");
	const char *cause = value_of(row, "cause");
	char text[64];
	uint32_t when = event_time(row);

	add_number(request, PW_ACCT_STATUS_TYPE, interim ? PW_STATUS_ALIVE : PW_STATUS_STOP);
	if (when)
		add_number(request, PW_EVENT_TIMESTAMP, when);
	if (interim)
		return;
	add_number(request, PW_ACCT_TERMINATE_CAUSE, terminate_cause(row));
	if (cause) {
		snprintf(text, sizeof(text), "h323-disconnect-cause=%X", (unsigned)atoi(cause));
		add_text(request, CISCO_CAUSE, text, CISCO);
	}
}

static int send_row(struct radius_store *s, const struct schema_row *row)
{
	struct request request = { .s = s };
	const char *channel = value_of(row, "to_channel"), *calling = value_of(row, "calling");
	char host[64] = "";
	int rc;

	gethostname(host, sizeof(host) - 1);
	add_end(&request, row);
	add_session(&request, row);
	add_text(&request, PW_USER_NAME, calling && *calling ? calling : "unknown", 0);
	add_text(&request, PW_CALLING_STATION_ID, calling, 0);
	add_text(&request, PW_CALLED_STATION_ID, value_of(row, "called"), 0);
	add_text(&request, PW_NAS_IDENTIFIER, host, 0);
	add_text(&request, PW_NAS_PORT_ID_STRING,
		 channel && *channel ? channel : value_of(row, "from_channel"), 0);
	rc = request.failed ? ERROR_RC : rc_acct_proxy(s->handle, request.pairs);
	rc_avpair_free(request.pairs);
	if (rc == OK_RC)
		return 0;
	return fail(s, rc == TIMEOUT_RC ? "the server does not answer"
					: "the server refuses, or cannot be asked");
}

static bool was_sent(const struct radius_store *s, const char *id)
{
	for (size_t i = 0; i < s->n_sent; i++)
		if (strcmp(s->sent[i], id) == 0)
			return true;
	return false;
}

static int put(struct store *store, struct schema_row *const *rows, size_t n,
	       const struct spool_place *after)
{
	struct radius_store *s = (struct radius_store *)store;
	int rc = 0;

	for (size_t i = 0; i < n; i++) {
		const char *id = schema_value(rows[i], 0);

		if (was_sent(s, id))
			continue;
		if (atomic_load(&store->hurry))
			return fail(s, "the program ends");
		rc = send_row(s, rows[i]);
		if (rc < 0)
			return rc;
		if (s->n_sent < REMEMBERED)
			snprintf(s->sent[s->n_sent++], SPOOL_ID_MAX, "%s", id);
	}
	rc = write_place(s, after);
	if (rc == 0)
		s->n_sent = 0;
	return rc;
}

static const struct store_ops ops = {
	.name = "radius",
	.open = open_store,
	.put = put,
	.close = close_store,
};

struct store *radius_store_new(const struct radius_server *server, const char *place_file)
{
	struct radius_store *s = calloc(1, sizeof(*s));
	bool v6 = strchr(server->address, ':');

	if (!s)
		return NULL;
	s->store.ops = &ops;
	snprintf(s->server, sizeof(s->server), "%s%s%s:%u:%s", v6 ? "[" : "", server->address,
		 v6 ? "]" : "", server->port, server->secret);
	snprintf(s->place_file, sizeof(s->place_file), "%s", place_file);
	return &s->store;
}
