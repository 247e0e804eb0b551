/* What the record of a call says, at its end and while it lasts. */
#include <time.h>
#include <unistd.h>

#include <jansson.h>
#include <osmocom/core/select.h>

#include "call/hub.h"
#include "call/transfer.h"
#include "records/journal.h"
#include "tests/unit/call/rig.h"
#include "tests/unit/unit.h"

static char dir[32];
static char path[64], slots_path[80];

static int records_to(const char *where, unsigned interim_s)
{
	const struct call_records to = {
		.path = where,
		.interim_s = interim_s,
		.rotate_octets = JOURNAL_ROTATE,
	};

	return call_hub_records(hub, &to);
}

static void start_records(void)
{
	start();
	strcpy(dir, "/tmp/records-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/calls.jsonl", dir);
	snprintf(slots_path, sizeof(slots_path), "%s.open", path);
	ck_assert_int_eq(records_to(path, 0), 0);
}

static void stop_records(void)
{
	ck_assert_int_eq(records_to("", 0), 0);
	stop();
	unlink(path);
	unlink(slots_path);
	rmdir(dir);
}

/* The n-th line of a file. */
static json_t *line_of(const char *name, unsigned n)
{
	char line[JOURNAL_LINE_MAX + 1] = "";
	FILE *file = fopen(name, "r");
	json_t *tree;

	ck_assert_ptr_nonnull(file);
	for (unsigned i = 0; i <= n; i++)
		ck_assert_ptr_nonnull(fgets(line, sizeof(line), file));
	fclose(file);
	tree = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
	ck_assert_msg(tree, "no JSON: %s", line);
	return tree;
}

#define TEXT(tree, key) json_string_value(json_object_get(tree, key))
#define NUMBER(tree, key) json_integer_value(json_object_get(tree, key))

/* RFC 3339, UTC, in milliseconds: of now. */
static void ck_assert_wall_since(const char *text, time_t begun)
{
	struct tm tm = { 0 };
	const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);

	ck_assert_msg(rest && strlen(text) == strlen("2026-11-20T19:40:25.123Z"), "%s", text);
	ck_assert(rest[0] == '.' && rest[4] == 'Z');
	ck_assert_int_ge(timegm(&tm), begun);
	ck_assert_int_le(timegm(&tm), clock_wall().tv_sec); /* time() may be a tick behind */
}

START_TEST(ended_call_says_all)
{
	const time_t begun = time(NULL);

	start_records();
	dial("700");
	clock_advance(20 * MS);
	mock_leg_say(&b, LEG_ALERTING, 0, false);
	clock_advance(130 * MS);
	mock_leg_say(&b, LEG_CONNECT, 0, false);
	clock_advance(5 * S);
	mock_leg_say(&a, LEG_RELEASE, CAUSE_NORMAL, false);
	json_t *record = line_of(path, 0);
	ck_assert_str_eq(TEXT(record, "end"), "released");
	ck_assert_str_eq(TEXT(record, "calling"), "100");
	ck_assert_str_eq(TEXT(record, "called"), "700");
	ck_assert_str_eq(TEXT(record, "called_out"), "0000");
	ck_assert_str_eq(TEXT(record, "route"), "one");
	ck_assert_str_eq(TEXT(record, "released_by"), "caller");
	ck_assert_int_eq(NUMBER(record, "cause"), CAUSE_NORMAL);
	ck_assert_str_eq(TEXT(record, "location"), "user");
	ck_assert_int_eq(NUMBER(record, "alert_after_ms"), 20);
	ck_assert_int_eq(NUMBER(record, "answer_after_ms"), 150);
	ck_assert_int_eq(NUMBER(record, "talk_ms"), 5000);
	ck_assert_int_eq(NUMBER(record, "total_ms"), 5150);
	const json_t *to = json_object_get(record, "to");
	ck_assert_str_eq(TEXT(to, "kind"), "trunk");
	ck_assert_str_eq(TEXT(to, "name"), "b");
	ck_assert_str_eq(TEXT(to, "channel"), "mock/1");
	ck_assert_int_eq(NUMBER(record, "v"), 1);
	ck_assert_str_eq(TEXT(record, "calling_out"), "100");
	ck_assert_str_eq(TEXT(record, "answer_method"), "signalled");
	ck_assert_int_eq(NUMBER(record, "setup_us"), 1 * S);
	ck_assert(json_is_null(json_object_get(to, "cause_in")));
	ck_assert_int_eq(NUMBER(to, "cause_out"), CAUSE_NORMAL);
	ck_assert_int_eq(NUMBER(json_object_get(record, "from"), "cause_in"), CAUSE_NORMAL);
	ck_assert_str_eq(TEXT(json_object_get(record, "from"), "name"), "phones");
	for (size_t i = 0; i < 4; i++) {
		static const char *const times[] = { "setup", "alert", "answer", "release" };

		ck_assert_wall_since(TEXT(record, times[i]), begun);
	}
	json_decref(record);
	stop_records();
}
END_TEST

START_TEST(failed_call_says_why)
{
	start_records();
	dial("555555555");
	mock_leg_say(&b, LEG_RELEASE, CAUSE_USER_BUSY, false);
	dial("3");
	json_t *record = line_of(path, 1);
	ck_assert_int_eq(NUMBER(record, "cause"), CAUSE_UNALLOCATED);
	ck_assert_str_eq(TEXT(record, "released_by"), "gateway");
	ck_assert_ptr_nonnull(strstr(TEXT(record, "why"), "no route"));
	ck_assert(json_is_null(json_object_get(record, "to")));
	ck_assert(json_is_null(json_object_get(record, "answer")));
	ck_assert(json_is_null(json_object_get(record, "talk_ms")));
	json_decref(record);
	stop_records();
}
END_TEST

START_TEST(call_in_progress_is_kept_as_it_is_so_far)
{
	start_records();
	bring_to("active");
	json_t *record = line_of(slots_path, 0);
	ck_assert_str_eq(TEXT(record, "end"), "open");
	ck_assert_ptr_nonnull(TEXT(record, "answer"));
	ck_assert(json_is_null(json_object_get(record, "release")));
	ck_assert(json_is_null(json_object_get(record, "cause")));
	json_decref(record);
	mock_leg_say(&a, LEG_RELEASE, CAUSE_NORMAL, false);
	record = line_of(path, 0);
	json_decref(record);
	stop_records();
}
END_TEST

START_TEST(records_begun_in_mid_call_have_the_call)
{
	start_records();
	ck_assert_int_eq(records_to("", 0), 0);
	ck_assert(!call_records_status(hub, &(struct journal_status){ 0 }));
	bring_to("alerting");
	ck_assert_int_eq(records_to(path, 0), 0);
	json_t *record = line_of(slots_path, 0);
	ck_assert_str_eq(TEXT(record, "end"), "open");
	ck_assert_ptr_nonnull(TEXT(record, "alert"));
	json_decref(record);
	ck_assert_int_ne(records_to("/nowhere/x", 0), 0); /* and nothing changes */
	mock_leg_say(&a, LEG_RELEASE, CAUSE_NORMAL, false);
	record = line_of(path, 0);
	ck_assert_str_eq(TEXT(record, "end"), "released");
	json_decref(record);
	stop_records();
}
END_TEST

START_TEST(octets_of_a_stranger_stay_json)
{
	static const char called[] = "a\"b\\c\001\377\303\251";

	start_records();
	dial(called);
	json_t *record = line_of(path, 0);
	ck_assert_str_eq(TEXT(record, "called"), "a\"b\\c????");
	json_decref(record);
	stop_records();
}
END_TEST

START_TEST(targets_tried_are_told)
{
	start_records();
	dial("600");
	clock_advance(30 * MS);
	mock_leg_say(&b, LEG_RELEASE, CAUSE_NO_CIRCUIT, false);
	mock_leg_say(&c, LEG_RELEASE, CAUSE_USER_BUSY, false);
	json_t *record = line_of(path, 0);
	const json_t *tried = json_array_get(json_object_get(record, "tried"), 0);
	const json_t *to = json_object_get(record, "to");
	ck_assert_uint_eq(json_array_size(json_object_get(record, "tried")), 1);
	ck_assert_str_eq(TEXT(tried, "name"), "b");
	ck_assert_int_eq(NUMBER(tried, "cause_in"), CAUSE_NO_CIRCUIT);
	ck_assert_int_eq(NUMBER(tried, "setup_after_ms"), 0);
	ck_assert_str_eq(TEXT(to, "name"), "c");
	ck_assert_int_eq(NUMBER(to, "cause_in"), CAUSE_USER_BUSY);
	ck_assert_int_eq(NUMBER(to, "setup_after_ms"), 30);
	ck_assert_int_eq(NUMBER(json_object_get(record, "from"), "cause_out"), CAUSE_USER_BUSY);
	json_decref(record);
	stop_records();
}
END_TEST

static const struct mg_stats heard = {
	.rx_packets = 950,
	.tx_packets = 1000,
	.rx_lost = 40,
	.rx_late = 10,
	.rx_jitter_us = 1500,
	.jb_delay_ms = 40,
	.round_trip_us = 30000,
	.concealed_ticks = 7,
};

static void check_media(const json_t *record)
{
	const json_t *media = json_object_get(json_object_get(record, "from"), "media");

	ck_assert_str_eq(TEXT(media, "codec"), "PCMA");
	ck_assert_int_eq(NUMBER(media, "ptime_ms"), 20);
	ck_assert_int_eq(NUMBER(media, "packets_in"), 950);
	ck_assert_int_eq(NUMBER(media, "packets_out"), 1000);
	ck_assert_int_eq(NUMBER(media, "lost"), 40);
	ck_assert_int_eq(NUMBER(media, "late"), 10);
	ck_assert_int_eq(NUMBER(media, "jitter_us"), 1500);
	ck_assert_int_eq(NUMBER(media, "round_trip_us"), 30000);
	ck_assert_int_eq(NUMBER(media, "concealed_ms"), 70);
	ck_assert_double_eq_tol(json_real_value(json_object_get(media, "mos")), 3.92, 0.011);
	ck_assert(json_is_null(json_object_get(json_object_get(record, "to"), "media")));
}

static void turns(void)
{
	for (unsigned i = 0; i < 3; i++) {
		osmo_select_main(1);
		mock_mg_run(mg);
	}
}

/* How c takes the call that a is to be put through by. */
static const struct transfer_row {
	uint8_t verb, cause; /* of c; LEG_SETUP: a hangs up meanwhile */
	bool operator;
	const char *by, *outcome;
} transfer_rows[] = {
	{ LEG_CONNECT, 0, false, "called", "done" },
	{ LEG_CONNECT, 0, true, "operator", "done" },
	{ LEG_RELEASE, CAUSE_USER_BUSY, false, "called", "failed" },
	{ LEG_RELEASE, CAUSE_USER_BUSY, true, "operator", "failed" },
	{ LEG_SETUP, 0, true, "operator", "abandoned" },
};

static void transfer_as(const struct transfer_row *row)
{
	static const struct leg_setup to_600 = { .called = { .digits = "600" } };

	bring_to("active");
	if (row->operator)
		ck_assert_int_eq(call_put_through(hub, call_id(a.leg->call), true, "600"), 0);
	else
		ck_assert_int_eq(call_transfer(b.leg, &to_600), 0);
	turns();
	if (row->verb != LEG_SETUP)
		mock_leg_say(&c, row->verb, row->cause, false);
	mock_leg_say(&a, LEG_RELEASE, CAUSE_NORMAL, false);
	turns();
}

START_TEST(transfer_is_on_record)
{
	for (size_t i = 0; i < ARRAY_SIZE(transfer_rows); i++) {
		const struct transfer_row *row = &transfer_rows[i];
		unsigned first = 0;

		start_records();
		transfer_as(row);
		json_t *record = line_of(path, first);
		if (json_is_null(json_object_get(record, "transfer"))) { /* of the new call */
			json_decref(record);
			record = line_of(path, ++first);
		}
		const json_t *transfer = json_object_get(record, "transfer");
		ck_assert_str_eq(TEXT(transfer, "by"), row->by);
		ck_assert_str_eq(TEXT(transfer, "to"), "600");
		ck_assert_str_eq(TEXT(transfer, "way"), "gateway");
		ck_assert_str_eq(TEXT(transfer, "outcome"), row->outcome);
		ck_assert_int_eq(NUMBER(transfer, "cause"), row->cause);
		ck_assert(json_is_null(json_object_get(transfer, "call")));
		json_decref(record);
		stop_records();
	}
}
END_TEST

START_TEST(media_is_as_the_leg_says_at_its_end)
{
	const struct leg_msg gone = {
		.verb = LEG_RELEASE_COMPLETE,
		.media = { .known = true, .codec = CODEC_PCMA, .ptime_ms = 20, .stats = heard },
	};

	start_records();
	bring_to("active");
	a.lingers = true;
	mock_leg_say(&b, LEG_RELEASE, CAUSE_NORMAL, false);
	mock_leg_says(&a, &gone);
	json_t *record = line_of(path, 0);
	check_media(record);
	json_decref(record);
	stop_records();
}
END_TEST

START_TEST(long_call_has_interim_records)
{
	const struct mg_term rtp = { .kind = MG_RTP,
				     .rtp = { .codec = CODEC_PCMA, .ptime_ms = 20 } };

	start_records();
	bring_to("active");
	a.term = (uint32_t)mg_add(mg, call_context(a.leg->call), &rtp, NULL, NULL);
	mock_mg_find(mg, call_context(a.leg->call), MG_RTP)->stats = heard;
	ck_assert_int_eq(records_to(path, 60), 0); /* in mid-call */
	clock_advance(125 * S);
	ck_assert_int_eq(records_to(path, 0), 0);
	clock_advance(125 * S);
	mg_subtract(mg, a.term);
	mock_mg_run(mg);
	mock_leg_say(&a, LEG_RELEASE, CAUSE_NORMAL, false);
	json_t *first = line_of(path, 0), *second = line_of(path, 1), *last = line_of(path, 2);
	check_media(second);
	ck_assert_str_eq(TEXT(first, "end"), "interim");
	ck_assert_int_eq(NUMBER(first, "talk_ms"), 60000);
	ck_assert_int_eq(NUMBER(second, "talk_ms"), 120000);
	ck_assert_ptr_nonnull(TEXT(second, "at"));
	ck_assert_str_eq(TEXT(last, "end"), "released");
	const char *id = TEXT(last, "id");
	ck_assert_int_eq(strncmp(TEXT(second, "id"), id, strlen(id)), 0);
	ck_assert_str_eq(TEXT(second, "id") + strlen(id), ".2");
	json_decref(first);
	json_decref(second);
	json_decref(last);
	stop_records();
}
END_TEST

START_TEST(call_without_answer_has_no_interim_record)
{
	start_records();
	ck_assert_int_eq(records_to(path, 60), 0);
	bring_to("alerting");
	clock_advance(65 * S);
	mock_leg_say(&a, LEG_RELEASE, CAUSE_NORMAL, false);
	json_t *record = line_of(path, 0);
	ck_assert_str_eq(TEXT(record, "end"), "released");
	json_decref(record);
	stop_records();
}
END_TEST

static void fill(char *text, size_t size)
{
	memset(text, '"', size - 1);
	text[size - 1] = '\0';
}

/* Everything as long as it can be, and twice as long for its escapes. */
START_TEST(longest_record_fits)
{
	struct leg_msg gone = {
		.verb = LEG_RELEASE_COMPLETE,
		.media = { .known = true, .codec = CODEC_CLEARMODE, .ptime_ms = 200 },
	};

	start_records();
	bring_to("active");
	struct call *call = a.leg->call;
	for (unsigned i = 0; i < CALL_SLOTS; i++) {
		struct call_slot *slot = &call->slots[i];

		fill(slot->via, sizeof(slot->via));
		fill(slot->channel, sizeof(slot->channel));
		fill(slot->group, sizeof(slot->group));
		fill(slot->keep.calling, sizeof(slot->keep.calling));
		slot->keep.setup_us = UINT64_MAX / 2;
		slot->keep.cause_in = slot->keep.cause_out = 127;
		slot->kind = TARGET_TRUNK;
	}
	fill(call->setup.calling.digits, sizeof(call->setup.calling.digits));
	fill(call->setup.called.digits, sizeof(call->setup.called.digits));
	fill(call->called_out, sizeof(call->called_out));
	fill(call->route.name, sizeof(call->route.name));
	fill(call->why, sizeof(call->why));
	fill(a.leg->channel, sizeof(a.leg->channel));
	fill(b.leg->channel, sizeof(b.leg->channel));
	call->setup.precedence = LEG_CALL_BACK;
	call->continues = call->continued_by = UINT32_MAX;
	memset(&gone.media.stats, 0x7f, sizeof(gone.media.stats));
	gone.media.stats.concealed_ticks = UINT32_MAX;
	a.lingers = b.lingers = true;
	mock_leg_say(&a, LEG_RELEASE, 127, false);
	mock_leg_says(&a, &gone);
	mock_leg_says(&b, &gone);
	json_t *record = line_of(path, 0);
	ck_assert_uint_eq(strlen(TEXT(record, "why")), CALL_WHY_MAX - 1);
	ck_assert_uint_eq(json_array_size(json_object_get(record, "tried")), ROUTE_TARGETS - 1);
	json_decref(record);
	stop_records();
}
END_TEST

UNIT_MAIN("call_journal", ended_call_says_all, failed_call_says_why,
	  call_in_progress_is_kept_as_it_is_so_far, records_begun_in_mid_call_have_the_call,
	  octets_of_a_stranger_stay_json, targets_tried_are_told, transfer_is_on_record,
	  media_is_as_the_leg_says_at_its_end, long_call_has_interim_records,
	  call_without_answer_has_no_interim_record, longest_record_fits)
