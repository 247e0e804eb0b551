/* Look-ups: the answer's words, the question's, the cache, and calls whose route has one. */
#include "call/lookup_answer.h"

#include <arpa/inet.h>
#include <osmocom/core/select.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fetch.h"
#include "call/call_fraud.h"
#include "call/emergency.h"
#include "call/emergency_config.h"
#include "call/lookup_cache.h"
#include "call/lookup_url.h"
#include "call/lookups.h"
#include "call/route_test.h"
#include "tests/unit/call/rig.h"
#include "tests/unit/dns_server.h"

static struct lookup_answer parse(const char *text)
{
	struct lookup_answer out;

	lookup_answer_parse(text, strlen(text), &out);
	return out;
}

START_TEST(whole_answer_is_taken)
{
	struct lookup_answer out = parse("{\"number\": \"+4930123\", \"name\": \"Änne\", "
					 "\"to\": \"trunk pstn\", \"route\": \"r\", \"x\": []}");
	char text[LOOKUP_WHY_MAX];

	ck_assert_int_eq(out.result, LOOKUP_FOUND);
	ck_assert_str_eq(out.number.digits, "4930123");
	ck_assert_uint_eq(out.number.type, LEG_TON_INTERNATIONAL);
	ck_assert_str_eq(out.name, "Änne");
	ck_assert(out.has_to);
	ck_assert_int_eq(out.to.kind, TARGET_TRUNK);
	ck_assert_str_eq(out.to.name, "pstn");
	ck_assert_str_eq(out.route, "r");
	lookup_answer_text(&out, text, sizeof(text));
	ck_assert_str_eq(text, "number +4930123, name Änne, route r, to trunk pstn");
	ck_assert_uint_eq(parse("{\"number\": \"0301\"}").number.type, LEG_TON_UNKNOWN);
	ck_assert_int_eq(parse("{\"to\": \"registrar\"}").to.kind, TARGET_USER);
}
END_TEST

START_TEST(nothing_and_refusals_are_answers)
{
	struct lookup_answer out;

	ck_assert_int_eq(parse("{}").result, LOOKUP_NOTHING);
	ck_assert_int_eq(parse("{\"number\": \"\", \"name\": \"\"}").result, LOOKUP_NOTHING);
	ck_assert_int_eq(parse("{\"number\": null, \"cause\": null, \"z\": 1}").result,
			 LOOKUP_NOTHING);
	out = parse("{\"cause\": 21, \"number\": \"1\"}");
	ck_assert_int_eq(out.result, LOOKUP_REFUSED);
	ck_assert_uint_eq(out.cause, 21);
}
END_TEST

START_TEST(what_does_not_fit_is_no_answer)
{
	static const char *const rows[][2] = {
		{ "", "it answers what is no JSON object" },
		{ "[]", "it answers what is no JSON object" },
		{ "{\"a\": 1", "it answers what is no JSON object" },
		{ "{\"cause\": 1, \"cause\": 2}", "it answers what is no JSON object" },
		{ "{\"number\": 5}", "it answers what is no number" },
		{ "{\"number\": \"+\"}", "it answers what is no number" },
		{ "{\"number\": \"12 3\"}", "it answers what is no number" },
		{ "{\"number\": \"123456789012345678901234567890123\"}",
		  "it answers what is no number" },
		{ "{\"name\": \"a\\u000ab\"}", "it answers what is no name" },
		{ "{\"name\": "
		  "\"0123456789012345678901234567890123456789012345678901234567890123\"}",
		  "it answers what is no name" },
		{ "{\"route\": 1}", "it answers what is no route" },
		{ "{\"to\": \"trunk\"}", "it answers what is no to" },
		{ "{\"to\": \"trunk \"}", "it answers what is no to" },
		{ "{\"to\": \"moon x\"}", "it answers what is no to" },
		{ "{\"to\": \"peer 01234567890123456789012345678901\"}",
		  "it answers what is no to" },
		{ "{\"cause\": 0}", "it answers what is no cause" },
		{ "{\"cause\": 128}", "it answers what is no cause" },
		{ "{\"cause\": \"21\"}", "it answers what is no cause" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lookup_answer out = parse(rows[i][0]);

		ck_assert_int_eq(out.result, LOOKUP_FAILED);
		ck_assert_str_eq(out.why, rows[i][1]);
		ck_assert_str_eq(out.number.digits, "");
	}
}
END_TEST

START_TEST(question_is_a_url)
{
	struct leg_setup setup = { .called = { .digits = "12#*" }, .calling = { .digits = "30" } };
	struct route_question question = { .from_kind = TARGET_PEER,
					   .from_name = "a b&c",
					   .setup = &setup };
	char out[LOOKUP_TEXT_MAX];

	ck_assert_int_eq(lookup_url("http://h/p", &question, out, sizeof(out)), 0);
	ck_assert_str_eq(out, "http://h/p?called=12%23%2A&calling=30&from=peer%20a%20b%26c");
	setup.calling.presentation = LEG_PRES_RESTRICTED;
	strcpy(setup.redirecting.from.number.digits, "77");
	ck_assert_int_eq(lookup_url("http://h/?k=1", &question, out, sizeof(out)), 0);
	ck_assert_str_eq(out, "http://h/?k=1&called=12%23%2A&calling=30&from=peer%20a%20b%26c"
			      "&presentation=restricted&redirecting=77");
	ck_assert_int_eq(lookup_url("http://h/?k=1", &question, out, strlen(out) + 1), 0);
	ck_assert_int_eq(lookup_url("http://h/?k=1", &question, out, strlen(out)), -ENOSPC);
}
END_TEST

START_TEST(cache_keeps_so_many_for_so_long)
{
	struct lookup_answer one = { .cause = 1 }, two = { .cause = 2 }, got;
	struct lookup_cache *cache = lookup_cache_new(NULL, 2);

	clock_use_virtual(1 * S);
	lookup_cache_put(cache, "a", &one, 10);
	lookup_cache_put(cache, "b", &one, 20);
	lookup_cache_put(cache, "none", &one, 0);
	ck_assert_uint_eq(lookup_cache_count(cache), 2);
	ck_assert(lookup_cache_get(cache, "a", &got));
	lookup_cache_put(cache, "c", &two, 10); /* b was used longest ago */
	ck_assert(!lookup_cache_get(cache, "b", &got));
	ck_assert(lookup_cache_get(cache, "a", &got) && got.cause == 1);
	lookup_cache_put(cache, "a", &two, 10);
	ck_assert(lookup_cache_get(cache, "a", &got) && got.cause == 2);
	clock_advance(10 * S);
	ck_assert(!lookup_cache_get(cache, "a", &got));
	ck_assert_uint_eq(lookup_cache_count(cache), 1);
	talloc_free(cache);
	cache = lookup_cache_new(NULL, 0);
	lookup_cache_put(cache, "a", &one, 10);
	ck_assert_uint_eq(lookup_cache_count(cache), 0);
	talloc_free(cache);
}
END_TEST

START_TEST(large_cache_finds_each_answer)
{
	enum { MANY = 20000 };
	struct lookup_cache *cache = lookup_cache_new(NULL, MANY);
	struct lookup_answer got;
	char key[32];

	clock_use_virtual(1 * S);
	for (unsigned i = 0; i <= MANY; i++) { /* one too many: 0 gives way */
		const struct lookup_answer answer = { .cause = (uint8_t)(i % 127 + 1) };

		snprintf(key, sizeof(key), "http://h/?called=%u", i);
		lookup_cache_put(cache, key, &answer, 10);
	}
	ck_assert_uint_eq(lookup_cache_count(cache), MANY);
	for (unsigned i = 0; i <= MANY; i++) {
		snprintf(key, sizeof(key), "http://h/?called=%u", i);
		ck_assert_int_eq(lookup_cache_get(cache, key, &got), i > 0);
		ck_assert(!i || got.cause == i % 127 + 1);
	}
	talloc_free(cache);
}
END_TEST

/* Calls. Nobody listens at port 9, or whoever does says nothing of ours in time. */

static struct lookup_config dead = { .name = "l",
				     .url = "http://127.0.0.1:9/",
				     .timeout_ms = 9000 };
static struct route_config asking[] = {
	{ .name = "asks",
	  .from_any = true,
	  .called = "6",
	  .lookup = "l",
	  .targets = { { TARGET_TRUNK, "b" }, { TARGET_PEER, "c" } },
	  .n_targets = 2 },
	{ .name = "other",
	  .from_any = true,
	  .called = "7",
	  .prepend = "9",
	  .targets = { { TARGET_PEER, "c" } },
	  .n_targets = 1 },
};

static void apply(uint8_t fail_cause)
{
	struct routes_config with = {
		.routes = asking, .n_routes = 2, .lookups = &dead, .n_lookups = 1
	};

	dead.fail_cause = fail_cause;
	ck_assert_int_eq(call_hub_apply(hub, &with), 0);
	if (!active())
		idle_blocks = talloc_total_blocks(hub);
}

static bool asks(void)
{
	return active() && strcmp(state(), "asking") == 0;
}

static void end(void)
{
	stop();
	fetch_stop();
}

/* The look-up's end, as the loop brings it. */
static void wait_answer(void)
{
	for (unsigned i = 0; i < 1000 && asks(); i++) {
		osmo_select_main(1);
		clock_advance(10 * MS);
	}
}

START_TEST(call_without_an_answer_goes_on)
{
	start();
	apply(0);
	dial("612");
	ck_assert(asks());
	ck_assert_uint_eq(mock_leg_count(&a, LEG_PROCEEDING), 1);
	ck_assert_ptr_null(b.leg);
	wait_answer();
	ck_assert_str_eq(b.told[0].setup.called.digits, "612");
	mock_leg_say(&a, LEG_RELEASE_COMPLETE, CAUSE_NORMAL, false);
	end();
}
END_TEST

static void note_failures(void *data, const struct lookup_status *status)
{
	*(uint64_t *)data += status->failed;
}

/* RFC 6116 3.2: digits alone have a name in DNS. */
START_TEST(number_without_a_name_in_dns_is_nothing_and_no_failure)
{
	static const struct lookup_config dns = { .name = "l",
						  .suffix = "e164.test",
						  .server = "127.0.0.1",
						  .port = 9,
						  .timeout_ms = 9000,
						  .fail_cause = CAUSE_TEMPORARY_FAILURE };
	const struct leg_setup setup = { .called = { .digits = "*21#" } };
	const struct route_question question = { .setup = &setup };
	struct lookups *lookups = lookups_new(NULL);
	struct lookup_answer now = { .result = LOOKUP_FAILED, .cause = 1 };
	char text[LOOKUP_TEXT_MAX];
	uint64_t failed = 0;

	ck_assert_int_eq(lookups_apply(lookups, &dns, 1), 0);
	ck_assert_ptr_null(lookups_ask(lookups, "l", &question, &now, NULL, NULL));
	ck_assert_int_eq(now.result, LOOKUP_NOTHING);
	ck_assert_uint_eq(now.cause, 0);
	lookups_each(lookups, note_failures, &failed);
	ck_assert_uint_eq(failed, 0);
	ck_assert(!lookups_peek(lookups, "l", &question, text, &now));
	ck_assert_str_eq(text, "");
	lookups_free(lookups);
}
END_TEST

static void note_status(void *data, const struct lookup_status *status)
{
	*(struct lookup_status *)data = *status;
}

static struct lookup_status status_of(const struct lookups *lookups)
{
	struct lookup_status status = { 0 };

	lookups_each(lookups, note_status, &status);
	return status;
}

/* One who waits; told, he cancels what another asks, and takes the look-ups away. */
struct waiter {
	struct lookup_ask *ask;
	struct waiter *other;
	struct lookups *lookups;
	struct lookup_answer got;
	unsigned told;
};

static void on_waiter(void *data, const struct lookup_answer *answer)
{
	struct waiter *waiter = data;

	waiter->told++;
	waiter->got = *answer;
	waiter->ask = NULL;
	if (waiter->lookups)
		ck_assert_int_eq(lookups_apply(waiter->lookups, NULL, 0), 0);
	if (!waiter->other)
		return;
	lookups_cancel(waiter->other->ask);
	waiter->other->ask = NULL;
}

static struct lookup_config in_dns(const struct dns_server *server)
{
	struct lookup_config how = { .name = "l",
				     .suffix = "e164.test",
				     .server = "127.0.0.1",
				     .port = server->port,
				     .domains = { { "a.example", "one" } },
				     .n_domains = 1,
				     .timeout_ms = 9000,
				     .cache = 10,
				     .cache_s = 60 };

	return how;
}

static void ask_for(struct lookups *lookups, const char *digits, struct waiter *waiter)
{
	struct leg_setup setup = { 0 };
	const struct route_question question = { .setup = &setup };

	snprintf(setup.called.digits, sizeof(setup.called.digits), "%s", digits);
	waiter->ask = lookups_ask(lookups, "l", &question, &waiter->got, on_waiter, waiter);
	waiter->told += !waiter->ask;
}

static void turn_until_told(struct dns_server *server, const struct waiter *waiter)
{
	for (unsigned i = 0; i < DNS_ROUNDS && !waiter->told; i++)
		dns_server_turn(server);
	ck_assert_uint_eq(waiter->told, 1);
	ck_assert_int_eq(waiter->got.result, LOOKUP_FOUND);
}

START_TEST(answer_of_dns_is_kept_as_long_as_both_allow)
{
	static const struct {
		uint32_t ttl;
		unsigned cache_s, kept_s;
	} rows[] = { { 30, 60, 30 }, { 60, 30, 30 }, { 0, 60, 0 } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lookups *lookups = lookups_new(NULL);
		struct waiter first = { 0 }, second = { 0 }, third = { 0 };
		struct dns_server server;
		struct lookup_config how;

		clock_use_virtual(1 * S);
		dns_server_open(&server, 1, 0, rows[i].ttl);
		how = in_dns(&server);
		how.cache_s = rows[i].cache_s;
		ck_assert_int_eq(lookups_apply(lookups, &how, 1), 0);
		ask_for(lookups, "491", &first);
		turn_until_told(&server, &first);
		ck_assert_str_eq(first.got.to_number.digits, "7");
		clock_advance(rows[i].kept_s ? rows[i].kept_s * (uint64_t)S - 1 : 0);
		ask_for(lookups, "491", &second);
		ck_assert_uint_eq(second.told, rows[i].kept_s > 0);
		if (!rows[i].kept_s)
			turn_until_told(&server, &second);
		clock_advance(1);
		ask_for(lookups, "491", &third);
		ck_assert_uint_eq(third.told, 0);
		turn_until_told(&server, &third);
		lookups_free(lookups);
		dns_server_close(&server);
	}
}
END_TEST

START_TEST(who_asks_the_same_at_one_time_asks_once)
{
	struct lookups *lookups = lookups_new(NULL);
	struct waiter all[6] = { 0 };
	struct dns_server server;
	struct lookup_config how;

	clock_use_virtual(1 * S);
	dns_server_open(&server, 1, 0, 60);
	how = in_dns(&server);
	ck_assert_int_eq(lookups_apply(lookups, &how, 1), 0);
	for (unsigned i = 0; i < 5; i++)
		ask_for(lookups, "491", &all[i]);
	ask_for(lookups, "492", &all[5]);
	ck_assert_uint_eq(status_of(lookups).asked, 2);
	ck_assert_uint_eq(status_of(lookups).joined, 4);
	ck_assert_uint_eq(status_of(lookups).waiting, 6);
	lookups_cancel(all[0].ask); /* who began it */
	all[1].other = &all[3];
	turn_until_told(&server, &all[1]);
	turn_until_told(&server, &all[2]);
	turn_until_told(&server, &all[4]);
	turn_until_told(&server, &all[5]);
	ck_assert_uint_eq(all[0].told + all[3].told, 0);
	ck_assert_uint_eq(server.asked, 2);
	ck_assert_uint_eq(status_of(lookups).found, 2);
	ck_assert_uint_eq(status_of(lookups).waiting, 0);
	lookups_free(lookups);
	dns_server_close(&server);
}
END_TEST

START_TEST(last_who_leaves_takes_the_question_along)
{
	struct lookups *lookups = lookups_new(NULL);
	struct waiter first = { 0 }, second = { 0 }, third = { 0 };
	struct dns_server server;
	struct lookup_config how;

	clock_use_virtual(1 * S);
	dns_server_open(&server, 1, 0, 60);
	how = in_dns(&server);
	ck_assert_int_eq(lookups_apply(lookups, &how, 1), 0);
	ask_for(lookups, "491", &first);
	ask_for(lookups, "491", &second);
	lookups_cancel(first.ask);
	lookups_cancel(second.ask);
	ck_assert_uint_eq(status_of(lookups).waiting, 0);
	ask_for(lookups, "491", &third); /* a question of its own */
	ck_assert_uint_eq(status_of(lookups).asked, 2);
	ask_for(lookups, "491", &first);
	first.other = &second;
	second.ask = NULL;
	lookups_free(lookups); /* told from inside */
	ck_assert_uint_eq(first.told + third.told, 2);
	ck_assert_int_eq(first.got.result, LOOKUP_FAILED);
	dns_server_close(&server);
}
END_TEST

/* Who is told that the server is late ends the client that is telling. */
START_TEST(who_hears_of_a_late_answer_may_take_the_look_up_away)
{
	struct lookups *lookups = lookups_new(NULL);
	struct waiter waiter = { .lookups = lookups };
	struct dns_server server;
	struct lookup_config how;

	clock_use_virtual(1 * S);
	dns_server_open(&server, 1, 0, 60);
	server.silent = true;
	how = in_dns(&server);
	ck_assert_int_eq(lookups_apply(lookups, &how, 1), 0);
	ask_for(lookups, "491", &waiter);
	clock_advance(how.timeout_ms * (uint64_t)MS);
	for (unsigned i = 0; i < DNS_ROUNDS && !waiter.told; i++)
		dns_server_turn(&server);
	ck_assert_uint_eq(waiter.told, 1);
	ck_assert_int_eq(waiter.got.result, LOOKUP_FAILED);
	lookups_free(lookups);
	dns_server_close(&server);
}
END_TEST

START_TEST(call_without_an_answer_is_refused_where_it_must_have_one)
{
	start();
	apply(CAUSE_TEMPORARY_FAILURE);
	dial("612");
	wait_answer();
	ck_assert_ptr_null(b.leg);
	ck_assert_uint_eq(mock_leg_told(&a, LEG_RELEASE)->cause, CAUSE_TEMPORARY_FAILURE);
	end();
}
END_TEST

/* A server, in a process of its own, that answers every question with that. */
static pid_t serve(const char *answer)
{
	const struct sockaddr_in at = { .sin_family = AF_INET,
					.sin_port = htons(ports_free(1)),
					.sin_addr = { htonl(INADDR_LOOPBACK) } };
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	char text[512];

	ck_assert_int_eq(bind(listener, (const struct sockaddr *)&at, sizeof(at)), 0);
	ck_assert_int_eq(listen(listener, 4), 0);
	snprintf(dead.url, sizeof(dead.url), "http://127.0.0.1:%u/", ntohs(at.sin_port));
	int n = snprintf(text, sizeof(text),
			 "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s",
			 strlen(answer), answer);
	pid_t pid = fork();

	while (!pid) {
		char asked[1024];
		int fd = accept(listener, NULL, NULL);

		if (fd < 0 || read(fd, asked, sizeof(asked)) <= 0 || write(fd, text, (size_t)n) < n)
			_exit(1);
		close(fd);
	}
	close(listener);
	return pid;
}

/* Numbers that begin with 9. */
static bool may_call(void *data, const char *called)
{
	(void)data;
	return *called != '9';
}

/* What the call to 612 came to: the number that b is told, or the cause. */
static const char *led_by(const char *answer)
{
	static const struct emergency_config help = {
		.numbers = { { .dialled = "112" } },
		.n_numbers = 1,
		.ways = { { TARGET_PEER, "c" } },
		.n_ways = 1,
		.quiet = true,
	};
	static struct fraud_rule_config rule = { .name = "premium",
						 .from_any = true,
						 .days = FRAUD_ALL_DAYS,
						 .called = "8",
						 .calls_per_hour = 1,
						 .cause = 57 };
	const struct fraud_config fraud = { .rules = &rule, .n_rules = 1 };
	struct target caller = { .kind = TARGET_PEER, .name = "phones", .may_call = may_call };
	static char out[64];
	pid_t server = serve(answer);

	start();
	target_register(hub, &caller);
	call_hub_emergency(hub, &help, NULL, 0);
	ck_assert_int_eq(call_hub_fraud(hub, &fraud), 0);
	apply(0);
	for (unsigned i = 0; i < 2; i++) { /* the second time what is known is asked */
		dial("612");
		for (unsigned turn = 0; turn < 20000 && asks(); turn++) {
			osmo_select_main(1);
			clock_advance(100);
			usleep(1000);
		}
		ck_assert(!asks());
		if (b.leg)
			snprintf(out, sizeof(out), "b %s", b.told[0].setup.called.digits);
		else if (c.leg)
			snprintf(out, sizeof(out), "c %s", c.told[0].setup.called.digits);
		else
			snprintf(out, sizeof(out), "%u", mock_leg_told(&a, LEG_RELEASE)->cause);
		if (a.leg)
			mock_leg_say(&a, LEG_RELEASE_COMPLETE, CAUSE_NORMAL, false);
	}
	target_unregister(&caller);
	kill(server, SIGKILL);
	waitpid(server, NULL, 0);
	end();
	return out;
}

START_TEST(no_answer_leads_to_what_the_caller_may_not_call)
{
	ck_assert_str_eq(led_by("{\"number\": \"711\"}"), "b 711");
	ck_assert_str_eq(led_by("{\"number\": \"911\"}"), "21");
	ck_assert_str_eq(led_by("{\"number\": \"811\"}"), "57"); /* the second such call */
	ck_assert_str_eq(led_by("{\"number\": \"112\"}"), "c 112");
}
END_TEST

START_TEST(caller_may_hang_up_while_it_is_asked)
{
	start();
	apply(0);
	dial("612");
	mock_leg_say(&a, LEG_RELEASE_COMPLETE, CAUSE_NORMAL, false);
	ck_assert_uint_eq(active(), 0);
	for (unsigned i = 0; i < 10; i++)
		osmo_select_main(1);
	ck_assert_ptr_null(b.leg);
	end();
}
END_TEST

/* Its line is not idle yet: an answer that came now would be told to a call that is over. */
START_TEST(call_that_is_being_cleared_waits_for_no_answer)
{
	start();
	const size_t plain_blocks = idle_blocks;
	apply(0);
	a.lingers = true;
	dial("612");
	mock_leg_say(&a, LEG_DISCONNECT, CAUSE_NORMAL, false);
	ck_assert_str_eq(state(), "clearing");
	ck_assert_int_eq(call_hub_apply(hub, &config), 0);
	mock_leg_say(&a, LEG_RELEASE_COMPLETE, 0, false);
	idle_blocks = plain_blocks;
	end();
}
END_TEST

START_TEST(look_up_that_is_taken_away_lets_its_calls_go_on)
{
	start();
	const size_t plain_blocks = idle_blocks;
	apply(0);
	dial("612");
	apply(0); /* the same: it waits on */
	ck_assert(asks());
	ck_assert_int_eq(call_hub_apply(hub, &config), 0);
	ck_assert_ptr_nonnull(b.leg);
	idle_blocks = plain_blocks;
	mock_leg_say(&a, LEG_RELEASE_COMPLETE, CAUSE_NORMAL, false);
	end();
}
END_TEST

START_TEST(hub_that_ends_asks_no_more)
{
	start();
	apply(0);
	dial("612");
	call_hub_free(hub);
	mock_leg_close(&a);
	mock_mg_free(mg);
	fetch_stop();
}
END_TEST

UNIT_MAIN("lookup", no_answer_leads_to_what_the_caller_may_not_call, whole_answer_is_taken,
	  nothing_and_refusals_are_answers, what_does_not_fit_is_no_answer, question_is_a_url,
	  cache_keeps_so_many_for_so_long, large_cache_finds_each_answer,
	  number_without_a_name_in_dns_is_nothing_and_no_failure,
	  answer_of_dns_is_kept_as_long_as_both_allow, who_asks_the_same_at_one_time_asks_once,
	  last_who_leaves_takes_the_question_along,
	  who_hears_of_a_late_answer_may_take_the_look_up_away, call_without_an_answer_goes_on,
	  call_without_an_answer_is_refused_where_it_must_have_one,
	  caller_may_hang_up_while_it_is_asked, call_that_is_being_cleared_waits_for_no_answer,
	  look_up_that_is_taken_away_lets_its_calls_go_on, hub_that_ends_asks_no_more)
