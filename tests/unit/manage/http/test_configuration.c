/* Editing over the API: versions, what runs when, what is kept of it, beside somebody at the CLI. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "manage/config/commit.h"
#include "manage/http/configuration.h"
#include "manage/http/draft.h"
#include "manage/http/request.h"
#include "tests/unit/manage/session.h"

#define BODY(text) "{\"text\": \"" text "\"}"

static struct {
	struct gateway gateway;
	bool refuse;
} fake;
static char first[512]; /* the running configuration's lines that stay, with \n as two characters */
static struct http_reply reply;
static char etag[HTTP_ETAG_MAX];

static int on_apply(struct gateway *gateway, const struct config *to, struct config_report *report)
{
	(void)gateway, (void)to;
	if (fake.refuse)
		config_fault(report, 0, "the card is on fire");
	return fake.refuse ? -1 : 0;
}

static void start(void)
{
	const unsigned port = ports_free(1);
	char text[256];

	session_init();
	clock_use_virtual(1000000);
	memset(&fake, 0, sizeof(fake));
	fake.gateway.owner = talloc_new(NULL);
	fake.gateway.config_file = "/nowhere/test.cfg";
	fake.gateway.apply = on_apply;
	snprintf(text, sizeof(text),
		 "cli\n listen 127.0.0.1 %u\nsip\nregistrar\n realm r\nuser a\n password "
		 "s3cret\n",
		 port);
	snprintf(first, sizeof(first),
		 "cli\\n listen 127.0.0.1 %u\\nsip\\nregistrar\\n realm r\\nuser a\\n "
		 "password *\\n",
		 port);
	fake.gateway.running = session_config(fake.gateway.owner, text);
	ck_assert_int_eq(manage_start(&fake.gateway), 0);
}

static void stop(void)
{
	reply_fini(&reply);
	draft_stop();
	manage_stop();
	talloc_free(fake.gateway.owner);
}

/* Of an admin who knows the version; its status. */
static unsigned ask(const char *method, const char *path, const char *body)
{
	const struct http_request request = {
		.method = method,
		.body = body,
		.body_len = strlen(body),
		.if_match = etag,
		.who = "anna",
		.role = HTTP_ADMIN,
	};

	reply_fini(&reply);
	memset(&reply, 0, sizeof(reply));
	ck_assert(configuration_known(path));
	configuration_answer(&fake.gateway, path, &request, &reply);
	return reply.status;
}

static void learn(void)
{
	ck_assert_uint_eq(ask("GET", "configuration", ""), 200);
	strcpy(etag, reply.etag);
}

/* The whole configuration with more lines behind it. */
static unsigned put(const char *more)
{
	char body[1024];

	snprintf(body, sizeof(body), BODY("%s%s"), first, more);
	return ask("PUT", "configuration/candidate", body);
}

static bool said(const char *text)
{
	return strstr(reply.body, text);
}

/* The answer has left. */
static void leave(void)
{
	ck_assert_ptr_nonnull(reply.after);
	reply.after();
	clock_advance(1000);
}

static bool running_has(const char *line)
{
	return config_has(fake.gateway.running, "line", line);
}

START_TEST(a_commit_runs_once_its_answer_has_left)
{
	start();
	learn();
	ck_assert_uint_eq(put("line m\\n quiet\\n"), 200);
	ck_assert(said("+line m\\n+ quiet") && said("password *") && !said("s3cret"));
	learn();
	ck_assert_uint_eq(ask("POST", "configuration/commit", "{\"comment\": \"why\"}"), 202);
	ck_assert(said("\"running\""));
	clock_advance(1000);
	ck_assert(!running_has("m"));
	ck_assert_uint_eq(put(""), 409); /* meanwhile */
	ck_assert_uint_eq(ask("GET", "configuration", ""), 200);
	reply.after = draft_start;
	leave();
	ck_assert(running_has("m"));
	ck_assert(strstr(config_text(fake.gateway.owner, fake.gateway.running), "password s3cret"));
	learn();
	ck_assert(said("\"done\"") && said("\"candidate\": null"));
	ck_assert_uint_eq(ask("POST", "configuration/commit", ""), 409);
	stop();
}
END_TEST

START_TEST(what_cannot_be_applied_stays_a_candidate)
{
	start();
	learn();
	put("line m\\n quiet\\n");
	learn();
	fake.refuse = true;
	ask("POST", "configuration/commit", "");
	leave();
	learn();
	ck_assert(said("\"failed\"") && said("the card is on fire") && said("http anna"));
	ck_assert(!running_has("m"));
	stop();
}
END_TEST

START_TEST(every_change_is_another_version)
{
	char seen[8][HTTP_ETAG_MAX];
	unsigned n = 0;

	start();
	learn();
	strcpy(seen[n++], etag);
	ck_assert_uint_eq(put("line m\\n quiet\\n"), 200);
	ck_assert_uint_eq(put("line n\\n quiet\\n"), 412); /* on the one before */
	strcpy(seen[n++], reply.etag);
	learn();
	ask("POST", "configuration/commit", "{\"minutes\": 2}");
	leave();
	learn();
	strcpy(seen[n++], etag);
	ck_assert(said("\"unconfirmed_s\": 119") || said("\"unconfirmed_s\": 120"));
	clock_advance(121 * 1000000ull);
	ck_assert(!running_has("m"));
	learn();
	ck_assert(said("\"unconfirmed_s\": null"));
	strcpy(seen[n++], etag);
	ck_assert_uint_eq(ask("POST", "configuration/rollback", "{\"back\": 1}"), 200);
	ck_assert(said("+line m"));
	strcpy(seen[n++], reply.etag);
	for (unsigned i = 0; i < n; i++)
		for (unsigned j = 0; j < i; j++)
			ck_assert_str_ne(seen[i], seen[j]);
	ck_assert_uint_eq(ask("POST", "configuration/rollback", "{\"back\": 9}"), 412);
	learn();
	ck_assert_uint_eq(ask("POST", "configuration/rollback", "{\"back\": 9}"), 409);
	stop();
}
END_TEST

START_TEST(it_goes_back_when_told)
{
	start();
	learn();
	ck_assert_uint_eq(ask("POST", "configuration/return", ""), 409);
	put("line m\\n quiet\\n");
	learn();
	ask("POST", "configuration/commit", "{\"minutes\": 2}");
	leave();
	ck_assert(running_has("m"));
	ck_assert_uint_eq(ask("POST", "configuration/write", ""), 409);
	learn();
	ck_assert_uint_eq(ask("POST", "configuration/return", ""), 202);
	leave();
	ck_assert(!running_has("m") && !commit_is_unconfirmed());
	stop();
}
END_TEST

START_TEST(faults_have_lines)
{
	start();
	learn();
	ck_assert_uint_eq(put("line m\\n colour red\\nuser b\\n password *\\n"), 422);
	ck_assert(said("\"line\": 9") && said("colour") && said("\"line\": 11"));
	ck_assert_uint_eq(ask("POST", "configuration/check", BODY("line m\\n")), 422);
	ck_assert_uint_eq(ask("GET", "configuration/candidate", ""), 404);
	for (const char *const *body = (const char *const[]){ "{}", "[]", "{\"text\": 1}", NULL };
	     *body; body++)
		ck_assert_uint_eq(ask("POST", "configuration/check", *body), 400);
	stop();
}
END_TEST

/* Both candidates are read by the same commands. */
START_TEST(the_cli_edits_on_meanwhile)
{
	struct session_end person;

	start();
	person = session_open();
	CHECK_SAYS(&person, "configure terminal", "(config)# ");
	learn();
	ck_assert_uint_eq(put("line m\\n quiet\\n"), 200);
	CHECK_SAYS(&person, "line cli", "(config-line)# ");
	CHECK_SAYS(&person, "quiet", "(config-line)# ");
	CHECK_SAYS(&person, "show diff", "+line cli\r\n+ quiet\r\n");
	learn();
	ask("POST", "configuration/commit", "");
	leave();
	CHECK_SAYS(&person, "commit", "another configuration runs since");
	CHECK_SAYS(&person, "show diff", "-line m\r\n");
	session_close(&person);
	stop();
}
END_TEST

/* While the answer leaves: the version that it was asked on is none any more. */
START_TEST(a_commit_of_the_cli_in_between_is_not_undone)
{
	struct session_end person;

	start();
	person = session_open();
	learn();
	ck_assert_uint_eq(put("line m\\n quiet\\n"), 200);
	learn();
	ck_assert_uint_eq(ask("POST", "configuration/commit", ""), 202);
	CHECK_SAYS(&person, "configure terminal", "(config)# ");
	CHECK_SAYS(&person, "line cli", "(config-line)# ");
	CHECK_SAYS(&person, "quiet", "(config-line)# ");
	CHECK_SAYS(&person, "commit", "(config");
	ck_assert(running_has("cli"));
	leave();
	ck_assert(running_has("cli") && !running_has("m"));
	learn();
	ck_assert(said("\"failed\"") && said("another configuration runs since"));
	ck_assert(said("http anna")); /* the candidate stays */
	session_close(&person);
	stop();
}
END_TEST

UNIT_MAIN("HTTP configuration", a_commit_runs_once_its_answer_has_left,
	  what_cannot_be_applied_stays_a_candidate, every_change_is_another_version,
	  it_goes_back_when_told, faults_have_lines, the_cli_edits_on_meanwhile,
	  a_commit_of_the_cli_in_between_is_not_undone)
