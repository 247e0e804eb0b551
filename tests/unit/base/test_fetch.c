/* The HTTP client: what servers answer, or do not, and that nothing of it stops the loop. */
#include "base/fetch.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <osmocom/core/select.h>

#include "base/clock.h"
#include "base/unresolved.h"
#include "tests/unit/ports.h"
#include "tests/unit/unit.h"

enum { ASKED_MAX = 4096, LOOPS_MAX = 12000 };

/* One connection: reads a request, says its answer; NULL: never says a word. */
struct server {
	pthread_t thread;
	int fd;
	uint16_t port;
	const char *answer;
	char asked[ASKED_MAX];
};

static bool is_whole(const char *text)
{
	const char *length = strcasestr(text, "content-length: "), *end = strstr(text, "\r\n\r\n");

	return end && (!length || strlen(end + 4) >= strtoul(length + 16, NULL, 10));
}

static void *serve(void *data)
{
	struct server *server = data;
	int fd = accept(server->fd, NULL, NULL);
	size_t len = 0;

	while (fd >= 0 && len < ASKED_MAX - 1 && !(server->answer && is_whole(server->asked))) {
		ssize_t got = read(fd, server->asked + len, ASKED_MAX - 1 - len);

		if (got <= 0)
			break;
		len += (size_t)got;
	}
	if (server->answer)
		ck_assert_int_gt(write(fd, server->answer, strlen(server->answer)), 0);
	close(fd);
	return NULL;
}

static void server_open(struct server *server, const char *answer)
{
	*server = (struct server){ .answer = answer,
				   .fd = socket(AF_INET, SOCK_STREAM, 0),
				   .port = ports_free(1) };
	const struct sockaddr_in at = { .sin_family = AF_INET,
					.sin_port = htons(server->port),
					.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	ck_assert_int_eq(bind(server->fd, (const struct sockaddr *)&at, sizeof(at)), 0);
	ck_assert_int_eq(listen(server->fd, 1), 0);
	ck_assert_int_eq(pthread_create(&server->thread, NULL, serve, server), 0);
}

static void server_close(struct server *server)
{
	pthread_join(server->thread, NULL);
	close(server->fd);
}

/* What done was told, copied. */
struct got {
	unsigned times, status;
	bool timed_out;
	char error[FETCH_ERROR_MAX], body[256];
	size_t len;
};

static void on_done(void *data, const struct fetch_answer *answer)
{
	struct got *got = data;

	got->times++;
	got->status = answer->status;
	got->timed_out = answer->timed_out;
	snprintf(got->error, sizeof(got->error), "%s", answer->error);
	snprintf(got->body, sizeof(got->body), "%s", answer->body);
	got->len = answer->len;
}

/* The loop is never held up for long: it is asked for one round at a time. */
static void loop_until(const struct got *got, unsigned times)
{
	for (unsigned i = 0; i < LOOPS_MAX && got->times < times; i++) {
		osmo_select_main(1);
		usleep(5000);
	}
	ck_assert_uint_eq(got->times, times);
}

static void ask(struct server *server, struct got *got, const char *body, size_t max_octets,
		unsigned timeout_ms)
{
	char url[64];
	const struct fetch_request request = {
		.url = url,
		.body = body,
		.len = body ? strlen(body) : 0,
		.headers = { "X-Test: yes" },
		.timeout_ms = timeout_ms,
		.max_octets = max_octets,
	};

	snprintf(url, sizeof(url), "http://127.0.0.1:%u/a?b=c", server->port);
	*got = (struct got){ 0 };
	ck_assert_ptr_nonnull(fetch_start(&request, on_done, got));
	ck_assert_uint_eq(got->times, 0);
	loop_until(got, 1);
}

START_TEST(answer_is_told_with_its_body)
{
	struct server server;
	struct got got;

	server_open(&server, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
	ask(&server, &got, NULL, 100, 60000);
	server_close(&server);
	ck_assert_uint_eq(got.status, 200);
	ck_assert_str_eq(got.body, "{}");
	ck_assert_uint_eq(got.len, 2);
	ck_assert_ptr_eq(strstr(server.asked, "GET /a?b=c HTTP/1.1\r\n"), server.asked);
	ck_assert_ptr_nonnull(strstr(server.asked, "\r\nX-Test: yes\r\n"));
	fetch_stop();
}
END_TEST

START_TEST(body_is_posted)
{
	struct server server;
	struct got got;

	server_open(&server, "HTTP/1.1 204 No Content\r\n\r\n");
	ask(&server, &got, "{\"a\":1}", 100, 60000);
	server_close(&server);
	ck_assert_uint_eq(got.status, 204);
	ck_assert_str_eq(got.body, "");
	ck_assert_ptr_eq(strstr(server.asked, "POST /a"), server.asked);
	ck_assert_ptr_nonnull(strstr(server.asked, "\r\nContent-Type: application/json\r\n"));
	ck_assert_ptr_nonnull(strstr(server.asked, "\r\n\r\n{\"a\":1}"));
	fetch_stop();
}
END_TEST

START_TEST(redirect_is_an_answer_like_others)
{
	struct server server;
	struct got got;

	server_open(&server, "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n"
			     "Content-Length: 0\r\n\r\n");
	ask(&server, &got, NULL, 100, 60000);
	server_close(&server);
	ck_assert_uint_eq(got.status, 302);
	fetch_stop();
}
END_TEST

START_TEST(too_long_an_answer_is_an_error)
{
	struct server server;
	struct got got;

	server_open(&server, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n12345");
	ask(&server, &got, NULL, 4, 60000);
	server_close(&server);
	ck_assert_uint_eq(got.status, 0);
	ck_assert_str_eq(got.error, "the answer is longer than 4 octets");
	server_open(&server, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n12345");
	ask(&server, &got, NULL, 5, 60000);
	server_close(&server);
	ck_assert_uint_eq(got.status, 200);
	fetch_stop();
}
END_TEST

START_TEST(garbage_is_an_error)
{
	struct server server;
	struct got got;

	server_open(&server, "\x16\x03nonsense\r\n\r\n");
	ask(&server, &got, NULL, 100, 60000);
	server_close(&server);
	ck_assert_uint_eq(got.status, 0);
	ck_assert(!got.timed_out);
	ck_assert_str_ne(got.error, "");
	fetch_stop();
}
END_TEST

START_TEST(silent_server_is_given_up)
{
	struct server server;
	struct got got;

	server_open(&server, NULL);
	ask(&server, &got, NULL, 100, 100);
	server_close(&server);
	ck_assert_uint_eq(got.status, 0);
	ck_assert(got.timed_out);
	ck_assert_str_eq(got.error, "no answer in time");
	fetch_stop();
}
END_TEST

START_TEST(closed_port_is_an_error)
{
	struct server server;
	struct got got;

	server_open(&server, NULL);
	shutdown(server.fd, SHUT_RDWR);
	server_close(&server);
	ask(&server, &got, NULL, 100, 60000);
	ck_assert_uint_eq(got.status, 0);
	ck_assert(!got.timed_out);
	ck_assert_str_ne(got.error, "");
	fetch_stop();
}
END_TEST

START_TEST(cancelled_fetch_tells_nothing)
{
	struct server server;
	struct got got = { 0 };
	char url[64];
	const struct fetch_request request = { .url = url, .timeout_ms = 60000, .max_octets = 9 };
	struct fetch *fetch;

	server_open(&server, NULL);
	snprintf(url, sizeof(url), "http://127.0.0.1:%u/", server.port);
	fetch = fetch_start(&request, on_done, &got);
	while (!*server.asked) {
		osmo_select_main(1);
		usleep(5000);
	}
	fetch_cancel(fetch);
	server_close(&server);
	for (unsigned i = 0; i < 10; i++)
		osmo_select_main(1);
	ck_assert_uint_eq(got.times, 0);
	fetch_cancel(NULL);
	fetch_stop();
	fetch_stop();
}
END_TEST

/* libcurl's resolver gets this one: there are dead name servers, as long as dead_servers is locked, and after that no
 * such host. */
static pthread_mutex_t dead_servers = PTHREAD_MUTEX_INITIALIZER;
static atomic_uint resolvers_begun, resolvers_ended;

int getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
		struct addrinfo **out)
{
	(void)host, (void)service, (void)hints, (void)out;
	atomic_fetch_add(&resolvers_begun, 1);
	pthread_mutex_lock(&dead_servers);
	pthread_mutex_unlock(&dead_servers);
	atomic_fetch_add(&resolvers_ended, 1);
	return EAI_NONAME;
}

static struct fetch *ask_name(const char *url, unsigned timeout_ms, struct got *got)
{
	const struct fetch_request request = { .url = url,
					       .timeout_ms = timeout_ms,
					       .max_octets = 9 };
	struct fetch *fetch = fetch_start(&request, on_done, got);

	ck_assert_ptr_nonnull(fetch);
	return fetch;
}

static void resolvers_begin(unsigned n)
{
	for (unsigned i = 0; i < LOOPS_MAX && atomic_load(&resolvers_begun) < n; i++) {
		osmo_select_main(1);
		usleep(5000);
	}
	ck_assert_uint_eq(atomic_load(&resolvers_begun), n);
}

/* A fetch whose host's name has been asked for, and that is not waited for. */
static void leave_one(void)
{
	const unsigned before = atomic_load(&resolvers_begun);
	struct got got = { 0 };
	struct fetch *fetch = ask_name("http://dead.example/", 60000, &got);

	resolvers_begin(before + 1);
	fetch_cancel(fetch);
}

/* Then done is told an error that is not the end of its time. */
static void ask_in_vain(const char *url, const char *error)
{
	struct got got = { 0 };

	ask_name(url, 60000, &got);
	loop_until(&got, 1);
	ck_assert(!got.timed_out);
	ck_assert_msg(strstr(got.error, error) != NULL, "%s", got.error);
}

START_TEST(dead_name_servers_leave_few_resolvers)
{
	struct got got = { 0 };

	pthread_mutex_lock(&dead_servers);
	ask_name("http://dead.example/", 50, &got);
	loop_until(&got, 1);
	ck_assert(got.timed_out);
	resolvers_begin(1); /* its thread may be later than its end */
	for (unsigned i = 1; i < UNRESOLVED_MAX; i++)
		leave_one();
	ask_in_vain("http://DEAD.example:8080/", "the name servers say nothing of its host");
	ck_assert_uint_eq(atomic_load(&resolvers_begun), UNRESOLVED_MAX);
	pthread_mutex_unlock(&dead_servers);
	ask_in_vain("http://other.example/", "other.example"); /* is asked for as ever */
	ck_assert_uint_eq(atomic_load(&resolvers_begun), UNRESOLVED_MAX + 1);
	clock_use_virtual(clock_now_us() + (UNRESOLVED_S + 1) * 1000000ULL);
	ck_assert(unresolved_may_ask("dead.example"));
	while (atomic_load(&resolvers_ended) < atomic_load(&resolvers_begun))
		usleep(5000);
	fetch_stop();
}
END_TEST

START_TEST(names_that_are_not_there_are_asked_for_again)
{
	for (unsigned i = 0; i < UNRESOLVED_MAX + 2; i++)
		ask_in_vain("http://none.example/", "none.example");
	ck_assert_uint_eq(atomic_load(&resolvers_begun), UNRESOLVED_MAX + 2);
	fetch_stop();
}
END_TEST

START_TEST(urls_are_http_and_hold_no_password)
{
	static const char *const good[] = { "http://a", "https://a.example:8080/b?c=d",
					    "http://[::1]:80/" };
	static const char *const bad[] = {
		"",
		"a",
		"ftp://a/",
		"file:///etc/passwd",
		"http://",
		"http://u@a/",
		"http://u:p@a/",
		"http://a:99999/",
		"http://a b/",
	};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		ck_assert_msg(fetch_is_url(good[i]), "%s", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(!fetch_is_url(bad[i]), "%s", bad[i]);
}
END_TEST

UNIT_MAIN("fetch", answer_is_told_with_its_body, body_is_posted, redirect_is_an_answer_like_others,
	  too_long_an_answer_is_an_error, garbage_is_an_error, silent_server_is_given_up,
	  closed_port_is_an_error, cancelled_fetch_tells_nothing,
	  dead_name_servers_leave_few_resolvers, names_that_are_not_there_are_asked_for_again,
	  urls_are_http_and_hold_no_password)
