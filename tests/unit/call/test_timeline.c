/* Time lines by themselves, and what the hub puts on them. */
#include "call/history_config.h"
#include "call/timeline.h"
#include "tests/unit/call/rig.h"
#include "tests/unit/unit.h"

static char text[65536];

static bool add(void *data, const struct timeline_entry *entry)
{
	static const char *const ways[] = { "=", ">", "<" };
	size_t len = strlen(text);

	++*(unsigned *)data;
	snprintf(text + len, sizeof(text) - len, "%s%s%s%s\n", entry->party,
		 *entry->party ? " " : "", ways[entry->way], entry->text);
	return true;
}

/* All entries of a call, a line each. */
static const char *line_of(struct timelines *all, uint32_t call, unsigned *n, unsigned *left_out)
{
	unsigned count = 0;

	text[0] = '\0';
	ck_assert(timeline_each(all, call, add, &count, left_out));
	if (n)
		*n = count;
	return text;
}

static void message(struct timelines *all, uint64_t key, const char *what)
{
	const struct message m = {
		.kind = MESSAGE_SIP,
		.octets = (const uint8_t *)what,
		.len = strlen(what),
		.whole = strlen(what),
	};

	timeline_message(all, key, &m, what);
}

static void end(struct timeline *timeline)
{
	const struct call_status last = { .state = "ended" };

	timeline_end(timeline, &last);
}

START_TEST(message_before_its_call_is_not_lost)
{
	struct timelines *all = timelines_new(10, 1 << 20);
	uint64_t key = timeline_key(all, "sip", "a"), other = timeline_key(all, "sip", "b");
	struct timeline *timeline;

	ck_assert_uint_ne(key, other);
	ck_assert_uint_ne(key, timeline_key(all, "isdn", "a"));
	message(all, key, "INVITE");
	message(all, other, "stranger");
	message(all, key, "100");
	ck_assert(!timeline_knows(all, key));
	timeline = timeline_begin(all, 1);
	timeline_note(timeline, TIMELINE_GATEWAY, TIMELINE_CALL, TIMELINE_WITHIN, "step %d", 1);
	timeline_party(timeline, 0, TARGET_PEER, "phones");
	timeline_bind(timeline, 0, key);
	timeline_bind(timeline, 0, key);
	message(all, key, "ACK");
	ck_assert(timeline_knows(all, key));
	ck_assert_str_eq(line_of(all, 1, NULL, NULL),
			 "=step 1\npeer phones >INVITE\npeer phones >100\npeer phones >ACK\n");
	end(timeline);
	message(all, key, "200 to BYE"); /* after its end */
	ck_assert_ptr_nonnull(strstr(line_of(all, 1, NULL, NULL), "200 to BYE"));
	timelines_free(all);
}
END_TEST

START_TEST(key_goes_with_its_leg)
{
	struct timelines *all = timelines_new(10, 1 << 20);
	uint64_t key = timeline_key(all, "sip", "a");
	struct timeline *one = timeline_begin(all, 1), *two = timeline_begin(all, 2);

	timeline_bind(one, 0, key);
	message(all, key, "first");
	timeline_bind(two, 1, key);
	message(all, key, "second");
	ck_assert_str_eq(line_of(all, 1, NULL, NULL), ">first\n");
	ck_assert_str_eq(line_of(all, 2, NULL, NULL), ">second\n");
	end(one);
	timelines_keep(all, 0, 0);
	message(all, key, "third"); /* the key is not the first one's any more */
	ck_assert_str_eq(line_of(all, 2, NULL, NULL), ">second\n>third\n");
	timelines_free(all);
}
END_TEST

START_TEST(full_line_keeps_beginning_and_end)
{
	struct timelines *all = timelines_new(10, 0);
	struct timeline *timeline = timeline_begin(all, 1);
	struct timelines_totals totals;
	unsigned n, left_out;

	for (unsigned i = 0; i < 5000; i++)
		timeline_note(timeline, 0, TIMELINE_CALL, TIMELINE_WITHIN, "entry %u", i);
	line_of(all, 1, &n, &left_out);
	ck_assert_uint_eq(n + left_out, 5000);
	ck_assert_uint_gt(n, 150);
	ck_assert_ptr_nonnull(strstr(text, "=entry 0\n"));
	ck_assert_ptr_nonnull(strstr(text, "=entry 90\n"));
	ck_assert_ptr_null(strstr(text, "=entry 2500\n"));
	ck_assert_ptr_nonnull(strstr(text, "=entry 4950\n"));
	ck_assert_ptr_nonnull(strstr(text, "=entry 4999\n"));
	timelines_totals(all, &totals);
	ck_assert_uint_le(totals.octets, TIMELINE_SIZE_MAX);
	timelines_free(all);
}
END_TEST

START_TEST(entry_is_bounded_and_fit_for_a_terminal)
{
	struct timelines *all = timelines_new(10, 0);
	struct timeline *timeline = timeline_begin(all, 1);
	char longest[1000];

	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	timeline_note(timeline, 0, TIMELINE_CALL, TIMELINE_WITHIN, "%s", longest);
	ck_assert_uint_eq(strlen(line_of(all, 1, NULL, NULL)), TIMELINE_TEXT_MAX - 1 + 2);
	message(all, 5, "a\033[2Jb\r\n\177");
	timeline_bind(timeline, 0, 5);
	ck_assert_ptr_nonnull(strstr(line_of(all, 1, NULL, NULL), ">a?[2Jb???\n"));
	timelines_free(all);
}
END_TEST

START_TEST(oldest_ended_call_makes_room)
{
	struct timelines *all = timelines_new(2, 0);
	struct timelines_totals totals;
	struct timeline *up = timeline_begin(all, 100);
	unsigned n = 0;

	for (uint32_t call = 1; call <= 5; call++) {
		struct timeline *timeline = timeline_begin(all, call);

		timeline_bind(timeline, 0, call);
		timeline_note(timeline, 0, TIMELINE_CALL, TIMELINE_WITHIN, "x");
		ck_assert_ptr_null(timeline_last(all, call));
		end(timeline);
		ck_assert_ptr_nonnull(timeline_last(all, call));
	}
	ck_assert(!timeline_each(all, 3, add, &n, NULL));
	ck_assert(!timeline_knows(all, 3));
	ck_assert(timeline_knows(all, 4));
	timelines_totals(all, &totals);
	ck_assert_uint_eq(totals.ended, 2);
	timelines_keep(all, 1, 0);
	ck_assert_ptr_null(timeline_last(all, 4));
	ck_assert_ptr_nonnull(timeline_last(all, 5));
	timeline_begin(all, 5); /* a number comes again */
	ck_assert_ptr_null(timeline_last(all, 5));
	end(up);
	timelines_totals(all, &totals);
	ck_assert_uint_eq(totals.ended, 1);
	ck_assert_uint_eq(totals.octets, 0);
	timelines_free(all);
}
END_TEST

/* So many calls, each with one message of so many octets; the numbers go on from first. */
static void have_calls(struct timelines *all, uint32_t first, unsigned n, bool lead, size_t octets)
{
	static char what[MESSAGE_LEN_MAX];

	memset(what, 'x', octets);
	what[octets] = '\0';
	for (uint32_t call = first; call < first + n; call++) {
		struct timeline *timeline = timeline_begin(all, call);

		message(all, call, what);
		timeline_bind(timeline, 0, call);
		if (lead)
			timeline_party(timeline, 1, TARGET_TRUNK, "pstn");
		message(all, call, what);
		end(timeline);
	}
}

static bool count_kept(void *data, const struct timeline_entry *entry)
{
	void *const *both = data;
	struct message kept;

	if (timelines_message(both[0], entry->message, &kept))
		++*(unsigned *)both[1];
	return true;
}

static unsigned kept_of(struct timelines *all, uint32_t call)
{
	unsigned n = 0;

	ck_assert(timeline_each(all, call, count_kept, (void *[]){ all, &n }, NULL));
	return n;
}

/* Of 8 calls 2 may have led to nobody once room is short. */
START_TEST(flood_of_refused_calls_forgets_its_own)
{
	struct timelines *all = timelines_new(8, 1 << 20);
	struct timelines_totals totals;

	have_calls(all, 1, 8, true, 1000);
	have_calls(all, 100, 500, false, 8000);
	timelines_totals(all, &totals);
	ck_assert_uint_eq(totals.ended, 8);
	ck_assert_ptr_null(timeline_last(all, 2));
	for (uint32_t call = 3; call <= 8; call++)
		ck_assert_uint_eq(kept_of(all, call), 2);
	ck_assert_ptr_null(timeline_last(all, 597));
	ck_assert_uint_eq(kept_of(all, 598), 2);
	ck_assert_uint_eq(kept_of(all, 599), 2);
	have_calls(all, 1000, 5, true, 1000); /* and those have their share meanwhile */
	ck_assert_uint_eq(kept_of(all, 599), 2);
	timelines_free(all);
}
END_TEST

START_TEST(all_room_is_for_whom_there_is)
{
	struct timelines *all = timelines_new(8, 1 << 20);
	struct timelines_totals totals;

	have_calls(all, 1, 8, false, 100);
	timelines_totals(all, &totals);
	ck_assert_uint_eq(totals.ended, 8);
	ck_assert_uint_eq(kept_of(all, 1), 2);
	timelines_free(all);
}
END_TEST

static bool nothing_is_kept(void *data, const struct timeline_entry *entry)
{
	ck_assert_uint_eq(entry->message, 0);
	++*(unsigned *)data;
	return true;
}

/* Those that wait for their call do not get the octets of others that came after another size was set. */
START_TEST(another_size_forgets_the_octets_of_strays)
{
	enum { OLD = 20 };
	struct timelines *all = timelines_new(10, 1 << 20);
	uint64_t key = timeline_key(all, "sip", "a"), other = timeline_key(all, "sip", "b");
	struct timeline *timeline;
	unsigned n = 0;

	for (unsigned i = 0; i < OLD; i++)
		message(all, key, "old");
	timelines_keep(all, 10, 2 << 20);
	for (unsigned i = 0; i < OLD; i++)
		message(all, other, "new");
	timeline = timeline_begin(all, 1);
	timeline_bind(timeline, 0, key);
	ck_assert(timeline_each(all, 1, nothing_is_kept, &n, NULL));
	ck_assert_uint_eq(n, OLD);
	timelines_free(all);
}
END_TEST

/* The hub's own steps */

/* Its key is another call's when the INVITE was one of a call that is there. */
START_TEST(refusal_has_a_line_of_its_own)
{
	struct call_refusal refusal = { .kind = TARGET_PEER,
					.via = "phones",
					.calling = "1\r00",
					.called = "600",
					.why = "403 Forbidden",
					.cause = CAUSE_REJECTED };
	const struct call_status *last;
	uint32_t id;

	start();
	refusal.key = timeline_key(call_timelines(hub), "sip", "r");
	message(call_timelines(hub), refusal.key, "INVITE");
	id = call_note_refusal(hub, &refusal);
	ck_assert_uint_ne(id, 0);
	message(call_timelines(hub), refusal.key, "403");
	ck_assert_str_eq(line_of(call_timelines(hub), id, NULL, NULL),
			 "peer phones >INVITE\n=refused before it was a call, 403 Forbidden\n"
			 "peer phones >403\n");
	last = timeline_last(call_timelines(hub), id);
	ck_assert_str_eq(last->calling, "1?00");
	ck_assert_uint_eq(last->cause, CAUSE_REJECTED);
	ck_assert_int_eq(last->ended_by, CALL_ENDED_BY_GATEWAY);
	ck_assert_uint_eq(call_note_refusal(hub, &refusal), 0);
	stop();
}
END_TEST

START_TEST(hub_tells_way_and_end)
{
	struct call_status last;
	uint32_t id;

	start();
	to_b.cause = CAUSE_NO_CIRCUIT;
	dial("600");
	id = call_id(a.leg->call);
	mock_leg_say(&c, LEG_ALERTING, 0, false);
	mock_leg_say(&c, LEG_RELEASE, CAUSE_USER_BUSY, false);
	ck_assert_str_eq(line_of(call_timelines(hub), id, NULL, NULL),
			 "=route both for number 600\n"
			 "=trunk b: mock refuses\n"
			 "=to peer c, number 600\n"
			 "=alerting\n"
			 "=ends by the called party, cause 17 user busy (user)\n"
			 "=clearing\n");
	ck_assert(call_get_recent(hub, id, &last));
	ck_assert_str_eq(last.state, "ended");
	ck_assert_uint_eq(last.cause, CAUSE_USER_BUSY);
	ck_assert_int_eq(last.ended_by, CALL_ENDED_BY_CALLED);
	ck_assert_str_eq(last.leg[1].via, "c");
	ck_assert_str_eq(last.route, "both");
	ck_assert_str_eq(last.why, "trunk b: mock refuses");
	ck_assert(!call_get(hub, id, &last));
	stop();
}
END_TEST

START_TEST(line_says_what_stands_for_its_messages)
{
	uint32_t id;

	start();
	dial("400");
	id = call_id(a.leg->call);
	mock_mg_run(mg);
	mock_leg_say(&a, LEG_RELEASE, CAUSE_NORMAL, false);
	mock_mg_run(mg);
	line_of(call_timelines(hub), id, NULL, NULL);
	ck_assert_ptr_nonnull(strstr(text, "line echo <SETUP\n"));
	ck_assert_ptr_nonnull(strstr(text, "line echo >CONNECT\n"));
	ck_assert_ptr_nonnull(strstr(text, "line echo <RELEASE cause 16 normal call clearing\n"));
	clock_advance(1 * S);
	stop();
}
END_TEST

START_TEST(leg_names_its_messages)
{
	struct timelines *all;
	uint64_t key;
	uint32_t id;

	start();
	all = call_timelines(hub);
	key = timeline_key(all, "sip", "a");
	dial("700");
	id = call_id(a.leg->call);
	call_names_messages(b.leg, key);
	message(all, key, "180");
	call_notes_media(a.leg, "port %d", 7);
	line_of(all, id, NULL, NULL);
	ck_assert_ptr_nonnull(strstr(text, "trunk b >180\n"));
	ck_assert_ptr_nonnull(strstr(text, "peer phones =port 7\n"));
	mock_leg_say(&a, LEG_RELEASE, CAUSE_NORMAL, false);
	stop();
}
END_TEST

UNIT_MAIN("timeline", message_before_its_call_is_not_lost, key_goes_with_its_leg,
	  full_line_keeps_beginning_and_end, entry_is_bounded_and_fit_for_a_terminal,
	  oldest_ended_call_makes_room, flood_of_refused_calls_forgets_its_own,
	  all_room_is_for_whom_there_is, refusal_has_a_line_of_its_own,
	  another_size_forgets_the_octets_of_strays, hub_tells_way_and_end,
	  line_says_what_stands_for_its_messages, leg_names_its_messages)
