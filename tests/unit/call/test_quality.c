/* Counters of ended calls: what ASR, NER, ACD and post-dial delay are made of. */
#include "call/quality.h"
#include "tests/unit/call/rig.h"

struct wanted {
	enum target_kind kind;
	const char *name;
	const struct quality_counts *found;
};

static bool look(void *data, enum target_kind kind, const char *name,
		 const struct quality_counts *counts)
{
	struct wanted *wanted = data;

	if (kind == wanted->kind && strcmp(name, wanted->name) == 0)
		wanted->found = counts;
	return true;
}

static const struct quality_counts *counts_of(enum target_kind kind, const char *name)
{
	struct wanted wanted = { .kind = kind, .name = name };

	quality_each(hub, look, &wanted);
	return wanted.found;
}

START_TEST(an_answered_call_counts_at_both_ends)
{
	const struct quality_counts *at;

	start();
	dial("700");
	clock_advance(2 * S);
	mock_leg_say(&b, LEG_ALERTING, 0, false);
	clock_advance(3 * S);
	mock_leg_say(&b, LEG_CONNECT, 0, false);
	clock_advance(60 * S);
	mock_leg_say(&a, LEG_RELEASE, CAUSE_NORMAL, false);
	mock_leg_close(&a);
	at = counts_of(TARGET_TRUNK, "b");
	ck_assert_uint_eq(at->way[QUALITY_OUT].seizures, 1);
	ck_assert_uint_eq(at->way[QUALITY_OUT].answers, 1);
	ck_assert_uint_eq(at->way[QUALITY_OUT].effective, 1);
	ck_assert_uint_eq(at->way[QUALITY_OUT].talk_ms, 60000);
	ck_assert_uint_eq(at->way[QUALITY_IN].seizures, 0);
	ck_assert_uint_eq(at->delays, 1);
	ck_assert_uint_eq(at->delay_ms, 2000);
	ck_assert_uint_eq(at->causes[CAUSE_NORMAL], 1);
	at = counts_of(TARGET_PEER, "phones");
	ck_assert_uint_eq(at->way[QUALITY_IN].answers, 1);
	ck_assert_uint_eq(at->way[QUALITY_IN].talk_ms, 60000);
	ck_assert_uint_eq(at->delays, 0);
	stop();
}
END_TEST

/* E.425: NER counts what the called party did as good; the way that failed first is charged too. */
START_TEST(failures_count_where_they_happened)
{
	static const struct {
		unsigned cause;
		bool effective;
	} cases[] = {
		{ CAUSE_USER_BUSY, true },
		{ CAUSE_NO_ANSWER, true },
		{ CAUSE_NO_CIRCUIT, false },
		{ CAUSE_REJECTED, true },
		{ CAUSE_DESTINATION_OUT_OF_ORDER, false },
	};

	start();
	uint64_t effective = 0;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		dial("700");
		mock_leg_say(&b, LEG_RELEASE, cases[i].cause, false);
		mock_leg_close(&a);
		const struct quality_counts *at = counts_of(TARGET_TRUNK, "b");
		effective += cases[i].effective;
		ck_assert_uint_eq(at->way[QUALITY_OUT].seizures, i + 1);
		ck_assert_msg(at->way[QUALITY_OUT].effective == effective, "cause %u",
			      cases[i].cause);
		ck_assert_uint_eq(at->way[QUALITY_OUT].answers, 0);
		ck_assert_uint_eq(at->causes[cases[i].cause], 1);
	}
	dial("600"); /* to b, and then to c */
	mock_leg_say(&b, LEG_RELEASE, CAUSE_NO_CIRCUIT, false);
	mock_leg_say(&c, LEG_CONNECT, 0, false);
	mock_leg_say(&a, LEG_RELEASE, CAUSE_NORMAL, false);
	mock_leg_close(&a);
	ck_assert_uint_eq(counts_of(TARGET_TRUNK, "b")->causes[CAUSE_NO_CIRCUIT], 2);
	ck_assert_uint_eq(counts_of(TARGET_PEER, "c")->way[QUALITY_OUT].answers, 1);
	ck_assert_uint_eq(counts_of(TARGET_TRUNK, "b")->way[QUALITY_OUT].answers, 0);
	stop();
}
END_TEST

START_TEST(who_gives_up_while_it_rings_had_no_answer)
{
	start();
	dial("700");
	mock_leg_say(&b, LEG_ALERTING, 0, false);
	mock_leg_say(&a, LEG_RELEASE, CAUSE_NORMAL, false);
	mock_leg_close(&a);
	ck_assert_uint_eq(counts_of(TARGET_TRUNK, "b")->way[QUALITY_OUT].effective, 1);
	dial("700");
	mock_leg_say(&a, LEG_RELEASE, CAUSE_NORMAL, false);
	mock_leg_close(&a);
	ck_assert_uint_eq(counts_of(TARGET_TRUNK, "b")->way[QUALITY_OUT].effective, 1);
	stop();
}
END_TEST

UNIT_MAIN("quality", an_answered_call_counts_at_both_ends, failures_count_where_they_happened,
	  who_gives_up_while_it_rings_had_no_answer)
