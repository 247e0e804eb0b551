/* Who gets in over HTTP, and what other sites' pages may not do. */
#include <string.h>

#include <crypt.h>
#include <openssl/sha.h>

#include "base/clock.h"
#include "base/log.h"
#include "manage/http/access.h"
#include "manage/http/request.h"
#include "tests/unit/unit.h"

enum { SECOND = 1000000 };

static struct http_config config;
static struct access access_;
static struct http_reply reply;

static void begin(void)
{
	clock_use_virtual(1000 * (uint64_t)SECOND);
	log_setup(NULL);
	memset(&config, 0, sizeof(config));
	memset(&access_, 0, sizeof(access_));
	access_.config = &config;
	config.n_hosts = 1;
	strcpy(config.hosts[0], "gw.example.com");
	config.n_users = 1;
	strcpy(config.users[0].name, "anna");
	strcpy(config.users[0].hash, crypt("s3cret", "$6$rounds=1000$saltsalt$"));
	config.users[0].role = HTTP_OPERATOR;
	config.n_tokens = 1;
	strcpy(config.tokens[0].name, "prometheus");
	SHA256((const uint8_t *)"tok", 3, config.tokens[0].sha256);
	config.tokens[0].role = HTTP_VIEWER;
}

static void clear_reply(void)
{
	reply_fini(&reply);
	memset(&reply, 0, sizeof(reply));
}

#define CHECK_STATUS(expected)                                                                     \
	do {                                                                                       \
		ck_assert_msg(reply.status == (expected), "%u: %s", reply.status, reply.body);     \
		clear_reply();                                                                     \
	} while (0)

START_TEST(names_of_others_are_refused)
{
	static const struct {
		const char *host;
		unsigned status; /* 0: ours */
	} cases[] = {
		{ "127.0.0.1:8080", 0 },
		{ "127.0.0.1", 0 },
		{ "[::1]:8080", 0 },
		{ "[::1]", 0 },
		{ "localhost:8080", 0 },
		{ "LOCALHOST", 0 },
		{ "gw.example.com", 0 },
		{ "GW.example.com:1", 0 },
		{ "evil.example.com", 421 },
		{ "127.0.0.1.evil.com", 421 },
		{ "", 400 },
		{ ":80", 400 },
		{ "[", 400 },
		{ NULL, 400 },
	};

	begin();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct http_request request = { .host = cases[i].host };

		ck_assert_msg(access_host(&access_, &request, &reply) == !cases[i].status, "%s",
			      cases[i].host);
		CHECK_STATUS(cases[i].status);
	}
}
END_TEST

START_TEST(a_token_has_its_role)
{
	struct http_request request = { .authorization = "Bearer tok" };

	begin();
	ck_assert(access_enter(&access_, &request, HTTP_VIEWER, false, &reply));
	ck_assert_str_eq(request.who, "prometheus");
	ck_assert_int_eq(request.role, HTTP_VIEWER);
	ck_assert(!access_enter(&access_, &request, HTTP_OPERATOR, false, &reply));
	CHECK_STATUS(403);
	config.anonymous = HTTP_ADMIN; /* a wrong token is not passed over */
	request.authorization = "Bearer tokk";
	ck_assert(!access_enter(&access_, &request, HTTP_VIEWER, false, &reply));
	CHECK_STATUS(401);
	request.authorization = "Basic dG9rOg==";
	ck_assert(!access_enter(&access_, &request, HTTP_VIEWER, false, &reply));
	CHECK_STATUS(401);
}
END_TEST

START_TEST(anonymous_is_nobody_by_default)
{
	struct http_request request = { 0 };

	begin();
	ck_assert(!access_enter(&access_, &request, HTTP_VIEWER, false, &reply));
	CHECK_STATUS(401);
	config.anonymous = HTTP_VIEWER;
	ck_assert(access_enter(&access_, &request, HTTP_VIEWER, false, &reply));
	ck_assert_str_eq(request.who, "anonymous");
}
END_TEST

START_TEST(pages_of_other_sites_change_nothing)
{
	static const struct {
		const char *marker, *authorization, *origin, *type;
		size_t len;
		unsigned status; /* 0: it gets in */
	} cases[] = {
		{ NULL, NULL, NULL, "application/json", 2, 403 },
		{ "1", NULL, NULL, "application/json", 2, 0 },
		{ "1", NULL, NULL, "application/json; charset=utf-8", 2, 0 },
		{ "1", NULL, NULL, "text/plain", 2, 415 },
		{ "1", NULL, NULL, "application/jsonx", 2, 415 },
		{ "1", NULL, NULL, NULL, 2, 415 },
		{ "1", NULL, NULL, NULL, 0, 0 },
		{ "1", NULL, "http://gw.example.com:8080", NULL, 0, 0 },
		{ "1", NULL, "http://evil.example.com", NULL, 0, 403 },
		{ "1", NULL, "null", NULL, 0, 403 },
		{ NULL, "Bearer tok", NULL, NULL, 0, 0 },
	};

	begin();
	config.anonymous = HTTP_ADMIN;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct http_request request = {
			.host = "gw.example.com:8080",
			.marker = cases[i].marker,
			.authorization = cases[i].authorization,
			.origin = cases[i].origin,
			.content_type = cases[i].type,
			.body_len = cases[i].len,
		};

		ck_assert_msg(access_enter(&access_, &request, HTTP_VIEWER, true, &reply) ==
				      !cases[i].status,
			      "%zu: %s", i, reply.body);
		CHECK_STATUS(cases[i].status);
	}
}
END_TEST

static uint8_t source;

static void sign_in(const char *body)
{
	const struct http_request request = {
		.source = { source },
		.marker = "1",
		.content_type = "application/json",
		.body = body,
		.body_len = strlen(body),
	};

	access_sign_in(&access_, &request, &reply);
}

#define ANNA "{\"user\": \"anna\", \"password\": \"s3cret\"}"

/* The cookie as the browser sends it back. */
static const char *signed_in(void)
{
	static char cookie[HTTP_COOKIE_MAX];

	sign_in(ANNA);
	ck_assert_ptr_nonnull(strstr(reply.cookie, "; HttpOnly; SameSite=Strict;"));
	snprintf(cookie, sizeof(cookie), "a=b; %.*s", (int)strcspn(reply.cookie, ";"),
		 reply.cookie);
	CHECK_STATUS(200);
	return cookie;
}

START_TEST(a_session_stands_for_its_user)
{
	struct http_request request = { .marker = "1" };

	begin();
	request.cookie = signed_in();
	ck_assert(access_enter(&access_, &request, HTTP_OPERATOR, true, &reply));
	ck_assert_str_eq(request.who, "anna");
	clock_advance((ACCESS_IDLE_S - 1) * (uint64_t)SECOND);
	ck_assert(access_enter(&access_, &request, HTTP_OPERATOR, false, &reply));
	ck_assert(request.session && access_lasts(&access_, request.session));
	clock_advance((ACCESS_IDLE_S + 1) * (uint64_t)SECOND);
	ck_assert(!access_lasts(&access_, request.session));
	ck_assert(!access_enter(&access_, &request, HTTP_VIEWER, false, &reply));
	CHECK_STATUS(401);
}
END_TEST

START_TEST(a_session_ends_with_sign_out_or_a_new_password)
{
	struct http_request request = { .marker = "1" };

	begin();
	request.cookie = signed_in();
	config.users[0].role = HTTP_VIEWER;
	ck_assert(!access_enter(&access_, &request, HTTP_VIEWER, false, &reply));
	CHECK_STATUS(401);
	request.cookie = signed_in();
	ck_assert(access_enter(&access_, &request, HTTP_VIEWER, false, &reply));
	access_sign_out(&access_, &request, &reply);
	CHECK_STATUS(200);
	ck_assert(!access_lasts(&access_, request.session));
	ck_assert(access_lasts(&access_, 0)); /* by a token */
	access_look(&access_, &request, &reply);
	CHECK_STATUS(401);
}
END_TEST

START_TEST(the_oldest_session_gives_way)
{
	struct http_request first = { 0 }, last = { 0 };
	char cookie[HTTP_COOKIE_MAX];

	begin();
	strcpy(cookie, signed_in());
	first.cookie = cookie;
	for (int i = 0; i < ACCESS_SESSIONS_MAX; i++) {
		clock_advance(SECOND);
		last.cookie = signed_in();
	}
	ck_assert(access_enter(&access_, &last, HTTP_VIEWER, false, &reply));
	ck_assert(!access_enter(&access_, &first, HTTP_VIEWER, false, &reply));
	CHECK_STATUS(401);
}
END_TEST

START_TEST(passwords_are_tried_slowly)
{
	begin();
	for (int i = 0; i < ACCESS_TRIES; i++) {
		sign_in(i % 2 ? "{\"user\": \"anna\", \"password\": \"x\"}"
			      : "{\"user\": \"nobody\", \"password\": \"s3cret\"}");
		ck_assert_str_eq(reply.cookie, "");
		CHECK_STATUS(401);
	}
	sign_in(ANNA);
	ck_assert_uint_eq(reply.retry_after_s, 1);
	CHECK_STATUS(429);
	clock_advance(SECOND);
	sign_in(ANNA);
	CHECK_STATUS(200);
}
END_TEST

START_TEST(who_tries_passwords_locks_nobody_else_out)
{
	begin();
	for (int i = 0; i < 3 * ACCESS_ALL_TRIES; i++) {
		sign_in("{\"user\": \"anna\", \"password\": \"x\"}");
		CHECK_STATUS(i < ACCESS_TRIES ? 401 : 429);
	}
	source = 1;
	sign_in(ANNA);
	CHECK_STATUS(200);
	source = 0;
}
END_TEST

START_TEST(all_sources_together_try_slowly)
{
	begin();
	for (int i = 0; i <= ACCESS_ALL_TRIES; i++) {
		source = (uint8_t)i;
		sign_in(ANNA);
		CHECK_STATUS(i < ACCESS_ALL_TRIES ? 200 : 429);
	}
	source = 0;
}
END_TEST

START_TEST(what_is_wrong_with_a_sign_in_is_said)
{
	static const struct {
		const char *body, *said;
	} cases[] = {
		{ "[]", "no object" },
		{ "{", "no JSON" },
		{ "{}", "user is missing" },
		{ "{\"user\": 1}", "user is wrong" },
		{ "{\"user\": \"\\u0001\"}", "user is wrong" },
		{ "{\"user\": \"a\", \"user\": \"b\"}", "no JSON" },
		{ "{\"user\": \"anna\"}", "password is missing" },
		{ "{\"user\": \"anna\", \"password\": \"s3cret\", \"x\": 1}", "no field of this" },
	};

	begin();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		sign_in(cases[i].body);
		ck_assert_msg(strstr(reply.body, cases[i].said), "%s", reply.body);
		CHECK_STATUS(400);
	}
}
END_TEST

UNIT_MAIN("HTTP access", names_of_others_are_refused, a_token_has_its_role,
	  anonymous_is_nobody_by_default, pages_of_other_sites_change_nothing,
	  a_session_stands_for_its_user, a_session_ends_with_sign_out_or_a_new_password,
	  the_oldest_session_gives_way, passwords_are_tried_slowly,
	  who_tries_passwords_locks_nobody_else_out, all_sources_together_try_slowly,
	  what_is_wrong_with_a_sign_in_is_said)
