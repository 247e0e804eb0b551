/* What the record of a call says, at its end and while it lasts. */
#include <unistd.h>

#include <jansson.h>

#include "call/journal.h"
#include "tests/unit/call/rig.h"
#include "tests/unit/unit.h"

static char dir[] = "/tmp/records-XXXXXX";
static char path[64], slots_path[80];

static void start_records(void)
{
	start();
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/calls.jsonl", dir);
	snprintf(slots_path, sizeof(slots_path), "%s.open", path);
	ck_assert_int_eq(call_hub_records(hub, path), 0);
}

static void stop_records(void)
{
	ck_assert_int_eq(call_hub_records(hub, ""), 0);
	stop();
	unlink(path);
	unlink(slots_path);
	rmdir(dir);
}

/* The n-th line of a file. */
static json_t *line_of(const char *name, unsigned n)
{
	char line[4096] = "";
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

START_TEST(ended_call_says_all)
{
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
	ck_assert_str_eq(TEXT(json_object_get(record, "from"), "name"), "phones");
	for (size_t i = 0; i < 4; i++) {
		static const char *const times[] = { "setup", "alert", "answer", "release" };
		const char *time = TEXT(record, times[i]);

		ck_assert_uint_eq(strlen(time), strlen("2026-11-20T19:40:25.123Z"));
		ck_assert_int_eq(time[10], 'T');
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
	ck_assert_int_eq(call_hub_records(hub, ""), 0);
	ck_assert(!call_records_status(hub, &(struct journal_status){ 0 }));
	bring_to("alerting");
	ck_assert_int_eq(call_hub_records(hub, path), 0);
	json_t *record = line_of(slots_path, 0);
	ck_assert_str_eq(TEXT(record, "end"), "open");
	ck_assert_ptr_nonnull(TEXT(record, "alert"));
	json_decref(record);
	ck_assert_int_ne(call_hub_records(hub, "/nowhere/x"), 0); /* and nothing changes */
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

/* Everything as long as it can be, and twice as long for its escapes. */
START_TEST(longest_record_fits)
{
	char called[LEG_DIGITS_MAX + 1], via[TARGET_NAME_MAX];

	start_records();
	memset(called, '"', sizeof(called) - 1);
	called[sizeof(called) - 1] = '\0';
	memset(via, '\\', sizeof(via) - 1);
	via[sizeof(via) - 1] = '\0';
	mock_leg_open(&a, hub, TARGET_PEER, via);
	memset(a.leg->channel, '"', sizeof(a.leg->channel) - 1);
	mock_leg_setup(&a, called, called);
	json_t *record = line_of(path, 0);
	ck_assert_str_eq(TEXT(record, "called"), called);
	json_decref(record);
	stop_records();
}
END_TEST

UNIT_MAIN("call_journal", ended_call_says_all, failed_call_says_why,
	  call_in_progress_is_kept_as_it_is_so_far, records_begun_in_mid_call_have_the_call,
	  octets_of_a_stranger_stay_json, longest_record_fits)
