/* libcurl's multi interface: it says which descriptors and which time it waits for, and is told when they come. It is
 * never called from inside its own callbacks. Names are resolved in threads of its own, which are left to themselves when
 * a fetch ends before them (CURLOPT_QUICK_EXIT): else their end would be waited for. unresolved.c bounds how many. */
#include "base/fetch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include <osmocom/core/linuxlist.h>
#include <osmocom/core/select.h>
#include <osmocom/core/talloc.h>
#include <osmocom/core/timer.h>
#include <osmocom/core/utils.h>

#include "base/log.h"
#include "base/unresolved.h"

enum { KEPT_CONNECTIONS = 16, BODY_STEP = 1024 };

struct fetch {
	struct llist_head entry;
	CURL *easy;
	struct curl_slist *headers;
	void (*done)(void *data, const struct fetch_answer *answer);
	void *data;
	char *body; /* of the answer */
	size_t len, size, max;
	bool too_long;
	char *host;
	enum {
		NAME_UNUSED,
		NAME_ASKED,
		NAME_REFUSED
	} name; /* of the host; asked: may be resolved */
	char error[CURL_ERROR_SIZE];
};

static struct {
	CURLM *multi; /* NULL: not begun, or stopped */
	struct osmo_timer_list timer;
} loop;

static LLIST_HEAD(fetches);

/* Descriptors and time */

static void run(curl_socket_t fd, int events);

static int on_ready(struct osmo_fd *ofd, unsigned what)
{
	run(ofd->fd, (what & OSMO_FD_READ ? CURL_CSELECT_IN : 0) |
			     (what & OSMO_FD_WRITE ? CURL_CSELECT_OUT : 0));
	return 0;
}

static void on_time(void *data)
{
	(void)data;
	run(CURL_SOCKET_TIMEOUT, 0);
}

static void unwatch(curl_socket_t fd, struct osmo_fd *ofd)
{
	if (!ofd)
		return;
	osmo_fd_unregister(ofd);
	curl_multi_assign(loop.multi, fd, NULL);
	talloc_free(ofd);
}

/* CURLMOPT_SOCKETFUNCTION */
static int on_socket(CURL *easy, curl_socket_t fd, int what, void *data, void *socket_data)
{
	struct osmo_fd *ofd = socket_data;
	unsigned when = (what & CURL_POLL_IN ? OSMO_FD_READ : 0) |
			(what & CURL_POLL_OUT ? OSMO_FD_WRITE : 0);

	(void)easy, (void)data;
	if (what == CURL_POLL_REMOVE) {
		unwatch(fd, ofd);
		return 0;
	}
	if (ofd) {
		osmo_fd_update_when(ofd, 0, when);
		return 0;
	}
	ofd = talloc_zero(NULL, struct osmo_fd);
	if (!ofd)
		return -1;
	osmo_fd_setup(ofd, fd, when, on_ready, NULL, 0);
	if (osmo_fd_register(ofd) < 0) {
		talloc_free(ofd);
		return -1;
	}
	curl_multi_assign(loop.multi, fd, ofd);
	return 0;
}

/* CURLMOPT_TIMERFUNCTION */
static int on_timeout(CURLM *multi, long ms, void *data)
{
	(void)multi, (void)data;
	if (ms < 0)
		osmo_timer_del(&loop.timer);
	else
		osmo_timer_schedule(&loop.timer, (int)(ms / 1000), (int)(ms % 1000) * 1000);
	return 0;
}

/* The end of a fetch */

static void fetch_free(struct fetch *fetch)
{
	llist_del(&fetch->entry);
	curl_multi_remove_handle(loop.multi, fetch->easy);
	curl_easy_cleanup(fetch->easy);
	curl_slist_free_all(fetch->headers);
	talloc_free(fetch);
}

/* One that ends before its host's name is resolved. */
static void note_unresolved(const struct fetch *fetch)
{
	curl_off_t us = 0;

	curl_easy_getinfo(fetch->easy, CURLINFO_NAMELOOKUP_TIME_T, &us);
	if (fetch->name == NAME_ASKED && !us)
		unresolved_leave(fetch->host);
}

static void say_error(const struct fetch *fetch, CURLcode code, char *out)
{
	if (fetch->too_long)
		snprintf(out, FETCH_ERROR_MAX, "the answer is longer than %zu octets", fetch->max);
	else if (code == CURLE_OPERATION_TIMEDOUT)
		snprintf(out, FETCH_ERROR_MAX, "no answer in time");
	else if (fetch->name == NAME_REFUSED)
		snprintf(out, FETCH_ERROR_MAX, "the name servers say nothing of its host");
	else
		osmo_strlcpy(out, *fetch->error ? fetch->error : curl_easy_strerror(code),
			     FETCH_ERROR_MAX);
}

static void finish(struct fetch *fetch, CURLcode code)
{
	struct fetch_answer answer = {
		.timed_out = code == CURLE_OPERATION_TIMEDOUT,
		.body = fetch->body ? fetch->body : "",
		.len = fetch->len,
	};
	long status = 0;

	if (answer.timed_out)
		note_unresolved(fetch);
	if (code == CURLE_OK)
		curl_easy_getinfo(fetch->easy, CURLINFO_RESPONSE_CODE, &status);
	else
		say_error(fetch, code, answer.error);
	answer.status = (unsigned)status;
	fetch->done(fetch->data, &answer);
	fetch_free(fetch);
}

/* done may start other fetches and cancel them, but for its own. */
static void finish_all(void)
{
	CURLMsg *message;
	int left;

	while (loop.multi && (message = curl_multi_info_read(loop.multi, &left))) {
		const CURLcode code = message->data.result;
		struct fetch *fetch = NULL;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&fetch);
		finish(fetch, code);
	}
}

static void run(curl_socket_t fd, int events)
{
	int running;

	curl_multi_socket_action(loop.multi, fd, events, &running);
	finish_all();
}

/* The beginning */

/* CURLOPT_WRITEFUNCTION */
static size_t on_body(char *octets, size_t one, size_t n, void *data)
{
	struct fetch *fetch = data;

	(void)one; /* 1, says libcurl */
	if (n > fetch->max - fetch->len) {
		fetch->too_long = true;
		return 0;
	}
	if (fetch->len + n + 1 > fetch->size) {
		size_t size = fetch->len + n + BODY_STEP;
		char *body = talloc_realloc_size(fetch, fetch->body, size);

		if (!body)
			return 0;
		fetch->body = body;
		fetch->size = size;
	}
	memcpy(fetch->body + fetch->len, octets, n);
	fetch->len += n;
	fetch->body[fetch->len] = '\0';
	return n;
}

/* CURLOPT_RESOLVER_START_FUNCTION */
static int on_resolve(void *resolver, void *reserved, void *data)
{
	struct fetch *fetch = data;

	(void)resolver, (void)reserved;
	fetch->name = unresolved_may_ask(fetch->host) ? NAME_ASKED : NAME_REFUSED;
	return fetch->name == NAME_REFUSED;
}

static bool set_host(struct fetch *fetch, const char *text)
{
	CURLU *url = curl_url();
	char *host = NULL;

	if (url && curl_url_set(url, CURLUPART_URL, text, 0) == CURLUE_OK &&
	    curl_url_get(url, CURLUPART_HOST, &host, 0) == CURLUE_OK)
		fetch->host = talloc_strdup(fetch, host);
	curl_free(host);
	curl_url_cleanup(url);
	return fetch->host;
}

static bool begin_loop(void)
{
	static bool global;

	if (loop.multi)
		return true;
	if (!global && curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return false;
	global = true;
	loop.multi = curl_multi_init();
	if (!loop.multi)
		return false;
	osmo_timer_setup(&loop.timer, on_time, NULL);
	curl_multi_setopt(loop.multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl_multi_setopt(loop.multi, CURLMOPT_TIMERFUNCTION, on_timeout);
	curl_multi_setopt(loop.multi, CURLMOPT_MAXCONNECTS, (long)KEPT_CONNECTIONS);
	curl_multi_setopt(loop.multi, CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
	return true;
}

static bool add_header(struct fetch *fetch, const char *header)
{
	struct curl_slist *longer = curl_slist_append(fetch->headers, header);

	if (longer)
		fetch->headers = longer;
	return longer;
}

static bool set_headers(struct fetch *fetch, const struct fetch_request *request)
{
	bool ok = add_header(fetch, "Expect:") && add_header(fetch, "Accept: application/json");

	if (request->body)
		ok = ok && add_header(fetch, "Content-Type: application/json");
	for (size_t i = 0; i < FETCH_HEADERS_MAX && request->headers[i]; i++)
		ok = ok && add_header(fetch, request->headers[i]);
	return ok;
}

static bool set_options(struct fetch *fetch, const struct fetch_request *request)
{
	CURL *easy = fetch->easy;

	curl_easy_setopt(easy, CURLOPT_PRIVATE, fetch);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, fetch->error);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, fetch);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, fetch->headers);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
	curl_easy_setopt(easy, CURLOPT_RESOLVER_START_FUNCTION, on_resolve);
	curl_easy_setopt(easy, CURLOPT_RESOLVER_START_DATA, fetch);
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)request->timeout_ms);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)request->timeout_ms);
	if (request->body) {
		curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)request->len);
		if (curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, request->body) != CURLE_OK)
			return false;
	}
	return curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_PROXY, "") == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_USERAGENT, "crosspoint") == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_URL, request->url) == CURLE_OK;
}

struct fetch *fetch_start(const struct fetch_request *request,
			  void (*done)(void *data, const struct fetch_answer *), void *data)
{
	struct fetch *fetch = begin_loop() ? talloc_zero(NULL, struct fetch) : NULL;

	if (!fetch)
		return NULL;
	fetch->done = done;
	fetch->data = data;
	fetch->max = request->max_octets;
	fetch->easy = curl_easy_init();
	if (fetch->easy && set_host(fetch, request->url) && set_headers(fetch, request) &&
	    set_options(fetch, request) &&
	    curl_multi_add_handle(loop.multi, fetch->easy) == CURLM_OK) {
		llist_add_tail(&fetch->entry, &fetches);
		return fetch;
	}
	curl_easy_cleanup(fetch->easy);
	curl_slist_free_all(fetch->headers);
	talloc_free(fetch);
	return NULL;
}

void fetch_cancel(struct fetch *fetch)
{
	if (!fetch)
		return;
	note_unresolved(fetch);
	fetch_free(fetch);
}

bool fetch_is_url(const char *text)
{
	CURLU *url = curl_url();
	char *part = NULL;
	bool good = url && curl_url_set(url, CURLUPART_URL, text, 0) == CURLUE_OK &&
		    curl_url_get(url, CURLUPART_SCHEME, &part, 0) == CURLUE_OK &&
		    (strcmp(part, "http") == 0 || strcmp(part, "https") == 0);

	curl_free(part);
	part = NULL;
	if (good && (curl_url_get(url, CURLUPART_USER, &part, 0) == CURLUE_OK ||
		     curl_url_get(url, CURLUPART_PASSWORD, &part, 0) == CURLUE_OK))
		good = false;
	curl_free(part);
	curl_url_cleanup(url);
	return good;
}

void fetch_stop(void)
{
	if (!loop.multi)
		return;
	OSMO_ASSERT(llist_empty(&fetches));
	curl_multi_cleanup(loop.multi); /* lets go of its descriptors through on_socket */
	loop.multi = NULL;
	osmo_timer_del(&loop.timer);
	unresolved_stop();
}
