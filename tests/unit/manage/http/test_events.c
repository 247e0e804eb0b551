/* A listener that reads, one that does not, and what may be listened to. libmicrohttpd is not there: who is suspended,
 * resumed and cut off is noted. */
#include <microhttpd.h>
#include <stdint.h>

static unsigned suspended, resumed, cut;
static union MHD_ConnectionInfo about = { .connect_fd = -1 };

#define MHD_suspend_connection(mhd) (suspended++)
#define MHD_resume_connection(mhd) (resumed++)
#define MHD_get_connection_info(mhd, what) (&about)
#define shutdown(fd, how) (cut++, (void)(fd))
#include "manage/http/events.c"
#undef shutdown

#include "base/clock.h"
#include "tests/unit/unit.h"

static struct events events;
static struct access access_;
static struct listener *listener;
static unsigned woken;

static void on_woken(void)
{
	woken++;
}

static void begin(void)
{
	suspended = resumed = cut = woken = 0;
	log_setup(NULL);
	memset(&events, 0, sizeof(events));
	events_init(&events, NULL, &access_, on_woken);
	listener = talloc_zero(NULL, struct listener);
	listener->events = &events;
	listener->kinds = 1u << CHANGE_CALL;
	llist_add_tail(&listener->entry, &events.listeners);
	events.n = 2; /* another keeps the timer */
}

static void end_test(void)
{
	on_over(listener);
	ck_assert_uint_eq(events.n, 1);
	ck_assert(llist_empty(&events.listeners));
}

START_TEST(what_is_read_is_what_was_told)
{
	char got[64];

	begin();
	ck_assert_int_eq(on_read(listener, 0, got, sizeof(got)), 0);
	ck_assert_uint_eq(suspended, 1);
	json_t *row = json_pack("{s:i}", "id", 7);
	on_change(&events, CHANGE_CALL, "call", row);
	ck_assert_uint_eq(resumed, 1);
	ck_assert_uint_eq(woken, 1);
	on_change(&events, CHANGE_ALARM, "alarm", row); /* not asked for */
	ck_assert_int_eq(on_read(listener, 0, got, 10), 10);
	ck_assert_int_eq(on_read(listener, 10, got + 10, sizeof(got) - 10), 18);
	ck_assert_int_eq(memcmp(got, "event: call\ndata: {\"id\":7}\n\n", 28), 0);
	json_decref(row);
	end_test();
}
END_TEST

/* How many octets count on from first, at most n. An assertion for each of millions would take a minute
 * of a busy machine. */
static ssize_t in_order(const char *octets, ssize_t n, uint8_t first)
{
	ssize_t i = 0;

	while (i < n && (uint8_t)octets[i] == (uint8_t)(first + i))
		i++;
	return i;
}

START_TEST(octets_keep_their_order_whatever_is_read_when)
{
	uint8_t put = 0, want = 0;
	char buf[977], got[1301];

	begin();
	for (unsigned round = 0; round < 5000; round++) {
		for (size_t i = 0; i < sizeof(buf); i++)
			buf[i] = (char)put++;
		push(listener, buf, 1 + round * 7 % sizeof(buf));
		put = (uint8_t)(put - (sizeof(buf) - (1 + round * 7 % sizeof(buf))));
		ssize_t n = on_read(listener, 0, got, 1 + round * 13 % sizeof(got));
		ck_assert_int_ge(n, 0);
		ck_assert_int_eq(in_order(got, n, want), n);
		want = (uint8_t)(want + n);
	}
	ck_assert_uint_eq(cut, 0);
	ck_assert_uint_le(listener->size, EVENTS_UNREAD_MAX);
	end_test();
}
END_TEST

START_TEST(who_does_not_read_is_let_go_of)
{
	static char block[1 << 16];
	char got[8];
	unsigned n = 0;

	begin();
	while (!listener->ended && n++ < 1000)
		push(listener, block, sizeof(block));
	ck_assert_uint_eq(n, EVENTS_UNREAD_MAX / sizeof(block) + 1);
	ck_assert_uint_eq(cut, 1);
	ck_assert_uint_le(listener->size, EVENTS_UNREAD_MAX);
	push(listener, block, 1); /* no more */
	ck_assert_uint_eq(cut, 1);
	ck_assert_int_eq(on_read(listener, 0, got, sizeof(got)), MHD_CONTENT_READER_END_OF_STREAM);
	end_test();
}
END_TEST

START_TEST(ended_streams_wake_to_their_end)
{
	char got[8];

	begin();
	ck_assert_int_eq(on_read(listener, 0, got, sizeof(got)), 0);
	events_end(&events);
	ck_assert_uint_eq(resumed, 1);
	ck_assert_int_eq(on_read(listener, 0, got, sizeof(got)), MHD_CONTENT_READER_END_OF_STREAM);
	end_test();
}
END_TEST

START_TEST(a_stream_ends_with_its_session)
{
	static struct http_config config;

	begin();
	access_.config = &config;
	config.n_users = 1;
	access_.sessions[3].number = listener->session = 7;
	clock_use_virtual(1000);
	end_with_sessions(&events);
	ck_assert(!listener->ended);
	access_.sessions[3].number = 8; /* another's */
	end_with_sessions(&events);
	ck_assert(listener->ended);
	end_test();
}
END_TEST

START_TEST(kinds_are_asked_for_by_name)
{
	static const struct {
		const char *key, *value;
		unsigned kinds; /* 0: wrong */
	} cases[] = {
		{ NULL, NULL, CHANGE_ALL },
		{ "kinds", "call", 1u << CHANGE_CALL },
		{ "kinds", "alarm,call", 1u << CHANGE_CALL | 1u << CHANGE_ALARM },
		{ "kinds", "", 0 },
		{ "kinds", "call,", 1u << CHANGE_CALL },
		{ "kinds", ",call", 0 },
		{ "kinds", "calls", 0 },
		{ "kind", "call", 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct http_request request = { .n_query = cases[i].key ? 1 : 0 };
		struct http_reply reply = { 0 };
		unsigned kinds;

		request.query[0] = (struct http_pair){ cases[i].key, cases[i].value };
		ck_assert_msg(events_asked(&events, &request, &kinds, &reply) == !!cases[i].kinds,
			      "%s=%s", cases[i].key, cases[i].value);
		if (cases[i].kinds)
			ck_assert_uint_eq(kinds, cases[i].kinds);
		else
			ck_assert_ptr_nonnull(strstr(
				reply.body, "span,trunk,trunk-group,channel,call,peer,alarm"));
		reply_fini(&reply);
	}
	struct events full = { .n = EVENTS_LISTENERS_MAX };
	struct http_request request = { 0 };
	struct http_reply reply = { 0 };
	unsigned kinds;
	ck_assert(!events_asked(&full, &request, &kinds, &reply));
	ck_assert_uint_eq(reply.status, 503);
	reply_fini(&reply);
}
END_TEST

UNIT_MAIN("events", what_is_read_is_what_was_told, octets_keep_their_order_whatever_is_read_when,
	  who_does_not_read_is_let_go_of, ended_streams_wake_to_their_end,
	  a_stream_ends_with_its_session, kinds_are_asked_for_by_name)
