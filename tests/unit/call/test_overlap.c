/* Numbers that come in pieces (Q.931 5.1.3, 5.2.4): when a call is routed, and who is told which digits. */
#include "tests/unit/call/rig.h"
#include "tests/unit/oom.h"
#include "tests/unit/unit.h"

enum { TEXT_MAX = 512 };

#define TO_B .targets = { { TARGET_TRUNK, "b" } }, .n_targets = 1
#define TO_C .targets = { { TARGET_PEER, "c" } }, .n_targets = 1
#define ANY(digits) .from_any = true, .called = digits

static struct route_config overlap_routes[] = {
	{ .name = "both",
	  ANY("6"),
	  .targets = { { TARGET_TRUNK, "b" }, { TARGET_PEER, "c" } },
	  .n_targets = 2 },
	{ .name = "rewritten", ANY("7"), .strip = 3, .prepend = "00", TO_B },
	{ .name = "whole", ANY("500"), .called_exact = true, TO_B },
	{ .name = "short", ANY("800"), .called_exact = true, TO_B },
	{ .name = "long", ANY("8001"), TO_C },
	{ .name = "nine", ANY("9"), TO_B },
	{ .name = "ninety", ANY("90"), .called_exact = true, TO_C },
	{ .name = "missing",
	  ANY("4"),
	  .targets = { { TARGET_TRUNK, "x" }, { TARGET_TRUNK, "b" } },
	  .n_targets = 2 },
};

static const struct routes_config overlap_config = {
	.routes = overlap_routes,
	.n_routes = sizeof(overlap_routes) / sizeof(overlap_routes[0]),
};

static void start_overlap(bool overlap)
{
	start();
	ck_assert_int_eq(call_hub_apply(hub, &overlap_config), 0);
	idle_blocks = talloc_total_blocks(hub);
	to_b.target.overlap = overlap;
}

/* What a leg was told: "SETUP:6+ INFO:00+ INFO:. RELEASE:16"; + when more may come, . when that is all. */
static const char *told(const struct mock_leg *leg)
{
	static char texts[3][TEXT_MAX];
	char *out = texts[leg == &a ? 0 : leg == &b ? 1 : 2];
	size_t n = 0;

	*out = '\0';
	for (unsigned i = 0; i < leg->n_told; i++) {
		const struct leg_msg *msg = &leg->told[i];
		const char *gap = i ? " " : "";

		if (msg->verb == LEG_SETUP)
			n += snprintf(out + n, TEXT_MAX - n, "%sSETUP:%s%s", gap,
				      msg->setup.called.digits, msg->setup.incomplete ? "+" : ".");
		else if (msg->verb == LEG_INFORMATION)
			n += snprintf(out + n, TEXT_MAX - n, "%sINFO:%s%s", gap, msg->digits,
				      msg->complete ? "." : "+");
		else if (msg->verb == LEG_RELEASE)
			n += snprintf(out + n, TEXT_MAX - n, "%sRELEASE:%u", gap, msg->cause);
		else
			n += snprintf(out + n, TEXT_MAX - n, "%s%s", gap, leg_verb_name(msg->verb));
	}
	return out;
}

/* One step: "s6" A's SETUP with 6, more may come; "S6": it is all; "i00" more digits; "c0" the last ones; "x"
 * A hangs up. B says "k" SETUP ACKNOWLEDGE, "p" PROCEEDING, "d" dial tone, "r" ALERTING, "a" CONNECT, "R34"
 * RELEASE with that cause. */
static void act(const char *step)
{
	switch (*step) {
	case 's':
		mock_leg_open(&a, hub, TARGET_PEER, "phones");
		mock_leg_dial(&a, step + 1);
		break;
	case 'S':
		dial(step + 1);
		break;
	case 'i':
	case 'c':
		mock_leg_key(&a, step + 1, *step == 'c');
		break;
	case 'x':
		mock_leg_say(&a, LEG_RELEASE, CAUSE_NORMAL, false);
		break;
	case 'k':
		mock_leg_say(&b, LEG_SETUP_ACK, 0, true);
		break;
	case 'p':
		mock_leg_say(&b, LEG_PROCEEDING, 0, false);
		break;
	case 'd':
		mock_leg_say(&b, LEG_PROGRESS, 0, true);
		break;
	case 'r':
		mock_leg_say(&b, LEG_ALERTING, 0, false);
		break;
	case 'a':
		mock_leg_say(&b, LEG_CONNECT, 0, false);
		break;
	case 'R':
		mock_leg_say(&b, LEG_RELEASE, (uint8_t)atoi(step + 1), false);
		break;
	default:
		ck_abort_msg("no such step: %s", step);
	}
}

static void play(const char *steps)
{
	char copy[TEXT_MAX];

	snprintf(copy, sizeof(copy), "%s", steps);
	for (char *step = strtok(copy, " "); step; step = strtok(NULL, " "))
		act(step);
}

struct row {
	const char *steps, *a, *b, *c;
};

#define ACK "SETUP ACKNOWLEDGE"
#define ACK_PROC ACK " PROCEEDING"

static void check(const struct row *rows, size_t n, bool overlap)
{
	for (size_t i = 0; i < n; i++) {
		start_overlap(overlap);
		play(rows[i].steps);
		ck_assert_msg(!strcmp(told(&a), rows[i].a), "%s: A: %s", rows[i].steps, told(&a));
		ck_assert_msg(!strcmp(told(&b), rows[i].b), "%s: B: %s", rows[i].steps, told(&b));
		ck_assert_msg(!strcmp(told(&c), rows[i].c), "%s: C: %s", rows[i].steps, told(&c));
		if (a.leg)
			mock_leg_say(&a, LEG_RELEASE, CAUSE_NORMAL, false);
		stop();
	}
}

#define CHECK(overlap, ...)                                                                        \
	do {                                                                                       \
		static const struct row rows[] = { __VA_ARGS__ };                                  \
		check(rows, sizeof(rows) / sizeof(rows[0]), overlap);                              \
	} while (0)

START_TEST(a_call_is_routed_once_no_digit_can_change_its_way)
{
	CHECK(true, { "s", ACK, "", "" }, { "s6", ACK, "SETUP:6+", "" },
	      { "s i6", ACK, "SETUP:6+", "" }, { "s i6 i1", ACK, "SETUP:6+", "" },
	      { "s50", ACK, "", "" }, { "s80 i0", ACK, "", "" }, { "s9", ACK, "", "" },
	      { "s90", ACK, "", "" }, { "s91", ACK, "SETUP:91+", "" },
	      { "s90 i1", ACK, "SETUP:901+", "" }, { "s4", ACK, "SETUP:4+", "" });
}
END_TEST

START_TEST(a_number_that_cannot_grow_is_whole)
{
	CHECK(true, { "s500", "PROCEEDING", "SETUP:500.", "" },
	      { "s5 i0 i0", ACK_PROC, "SETUP:500.", "" });
}
END_TEST

START_TEST(the_end_of_the_number_decides_between_routes)
{
	CHECK(true, { "s80 i0 c", ACK_PROC, "SETUP:800.", "" },
	      { "s800 c15", ACK_PROC, "", "SETUP:80015." }, { "s90 c", ACK_PROC, "", "SETUP:90." },
	      { "s9 c", ACK_PROC, "SETUP:9.", "" });
}
END_TEST

START_TEST(a_number_that_leads_nowhere_is_refused_at_once)
{
	CHECK(true, { "s1", "RELEASE:1", "", "" }, { "s i1", ACK " RELEASE:1", "", "" },
	      { "s80 i02", ACK " RELEASE:1", "", "" }, { "s80 c", ACK " RELEASE:28", "", "" },
	      { "s c", ACK " RELEASE:28", "", "" }, { "S80", "RELEASE:28", "", "" },
	      { "s80 i1x", ACK " RELEASE:28", "", "" }, { "s6x", "RELEASE:28", "", "" });
}
END_TEST

START_TEST(digits_go_on_once_the_called_leg_wants_them)
{
	CHECK(true, { "s6 i00 k", ACK, "SETUP:6+ INFO:00+", "" },
	      { "s6 k i00 i1 c", ACK_PROC, "SETUP:6+ INFO:00+ INFO:1+ INFO:.", "" },
	      { "s6 k c12", ACK_PROC, "SETUP:6+ INFO:12.", "" },
	      { "s6 c123 k", ACK_PROC, "SETUP:6+ INFO:123.", "" },
	      { "s6 k d i1", ACK " PROGRESS", "SETUP:6+ INFO:1+", "" },
	      { "s6 k k i1", ACK, "SETUP:6+ INFO:1+", "" },
	      { "S6 k", "PROCEEDING", "SETUP:6. INFO:.", "" });
}
END_TEST

START_TEST(the_called_leg_ends_the_number)
{
	CHECK(true, { "s6 k p", ACK_PROC, "SETUP:6+", "" },
	      { "s6 p r", ACK_PROC " ALERTING", "SETUP:6+", "" },
	      { "s6 k r a", ACK " ALERTING CONNECT", "SETUP:6+", "" },
	      { "s6 i1 a", ACK " CONNECT", "SETUP:6+", "" },
	      { "s6 k c p r", ACK_PROC " ALERTING", "SETUP:6+ INFO:.", "" },
	      { "s6 k r i1 a i2", ACK " ALERTING CONNECT", "SETUP:6+ INFO:1+ INFO:2+", "" },
	      /* keys from then on, of no number */
	      { "s6 k p i12", ACK_PROC, "SETUP:6+ INFO:12+", "" });
}
END_TEST

START_TEST(targets_that_take_no_part_numbers_wait_for_the_end)
{
	CHECK(false, { "s6 i00 i1", ACK, "", "" }, { "s6 i00 i1 c", ACK_PROC, "SETUP:6001.", "" },
	      { "s6 i00 c1", ACK_PROC, "SETUP:6001.", "" },
	      { "s6 c1 p r a", ACK_PROC " ALERTING CONNECT", "SETUP:61.", "" },
	      { "s7123 c", ACK_PROC, "SETUP:003.", "" }, { "s4 c", ACK_PROC, "SETUP:4.", "" },
	      { "s500", "PROCEEDING", "SETUP:500.", "" });
}
END_TEST

START_TEST(digits_taken_away_and_put_in_front)
{
	CHECK(true, { "s7 k i1 i2 i3 i4", ACK, "SETUP:00+ INFO:3+ INFO:4+", "" },
	      { "s7 i123 k c", ACK_PROC, "SETUP:00+ INFO:3+ INFO:.", "" },
	      { "s71234 k i5", ACK, "SETUP:0034+ INFO:5+", "" });
}
END_TEST

START_TEST(the_next_target_has_all_digits)
{
	CHECK(true, { "s6 i1 k i2 R34", ACK, "SETUP:6+ INFO:1+ INFO:2+ RELEASE:34", "" },
	      { "s6 i1 k i2 R34 i3 c4", ACK_PROC, "SETUP:6+ INFO:1+ INFO:2+ RELEASE:34",
		"SETUP:61234." },
	      { "s6 R34 c", ACK_PROC, "SETUP:6+ RELEASE:34", "SETUP:6." },
	      { "s6 k c1 R34", ACK_PROC, "SETUP:6+ INFO:1. RELEASE:34", "SETUP:61." },
	      { "s6 k i1 R17", ACK " RELEASE:17", "SETUP:6+ INFO:1+ RELEASE:17", "" },
	      { "s6 R34 x", ACK " RELEASE:16", "SETUP:6+ RELEASE:34", "" });
}
END_TEST

/* 32 digits are a number, 33 are none; nor are they with what is put in front. */
START_TEST(a_number_that_grows_too_long_is_refused)
{
#define D30 "123456789012345678901234567890"
	CHECK(true, { "s6 i" D30 " i1 k", ACK, "SETUP:6+ INFO:" D30 "1+", "" },
	      { "s6 i" D30 " i12", ACK " RELEASE:28", "SETUP:6+ RELEASE:28", "" },
	      { "s6 k i" D30 " i12", ACK " RELEASE:28", "SETUP:6+ INFO:" D30 "+ RELEASE:28", "" });
}
END_TEST

START_TEST(states_of_overlap_are_seen_and_cleared)
{
	static const struct {
		const char *steps, *state;
	} rows[] = { { "s80", "collecting" },
		     { "s6", "routing" },
		     { "s6 k", "overlap" },
		     { "s6 k d", "overlap" },
		     { "s6 R34", "collecting" } };

	for (unsigned i = 0; i < 3 * sizeof(rows) / sizeof(rows[0]); i++) {
		start_overlap(true);
		play(rows[i / 3].steps);
		ck_assert_str_eq(state(), rows[i / 3].state);
		mock_leg_say(&a, LEG_CHARGE, 0, false); /* of no use yet */
		if (i % 3 == 0)
			ck_assert(call_clear(hub, 1));
		else
			mock_leg_say(&a, i % 3 == 1 ? LEG_DISCONNECT : LEG_RELEASE_COMPLETE,
				     CAUSE_NORMAL, false);
		stop();
	}
}
END_TEST

START_TEST(rewritten_number_has_no_type_and_route_rules_come_last)
{
	struct leg_msg msg = { .verb = LEG_SETUP, .setup = { .incomplete = true } };

	start_overlap(true);
	strcpy(msg.setup.called.digits, "7");
	msg.setup.called.type = LEG_TON_NATIONAL;
	mock_leg_open(&a, hub, TARGET_PEER, "phones");
	call_hears(hub, a.leg, &msg);
	ck_assert_uint_eq(mock_leg_told(&b, LEG_SETUP)->setup.called.type, LEG_TON_UNKNOWN);
	mock_leg_say(&a, LEG_RELEASE, CAUSE_NORMAL, false);
	overlap_routes[1].called_type = LEG_TON_SUBSCRIBER + 1;
	ck_assert_int_eq(call_hub_apply(hub, &overlap_config), 0);
	overlap_routes[1].called_type = 0;
	mock_leg_open(&a, hub, TARGET_PEER, "phones");
	call_hears(hub, a.leg, &msg);
	ck_assert_uint_eq(mock_leg_told(&b, LEG_SETUP)->setup.called.type, LEG_TON_SUBSCRIBER);
	mock_leg_say(&a, LEG_RELEASE, CAUSE_NORMAL, false);
	stop();
}
END_TEST

/* No number is a digit short. */
START_TEST(digits_without_memory_clear_the_call)
{
	start_overlap(true);
	OOM_EACH(done)
	{
		oom_off();
		play("s6 k");
		oom_allow(oom_n);
		mock_leg_key(&a, "12", true);
		oom_off();
		done = mock_leg_told(&b, LEG_INFORMATION) != NULL;
		if (done)
			mock_leg_say(&a, LEG_RELEASE, CAUSE_NORMAL, false);
		else
			ck_assert_uint_eq(mock_leg_told(&a, LEG_RELEASE)->cause,
					  CAUSE_RESOURCE_UNAVAILABLE);
		ck_assert_uint_eq(talloc_total_blocks(hub), idle_blocks);
	}
	stop();
}
END_TEST

START_TEST(digits_that_are_too_many_at_once_clear_the_call)
{
	start_overlap(true);
	for (unsigned i = 0; i < MOCK_REPLIES; i++) /* what it is taught it says at each PROGRESS */
		mock_leg_teach(&a, LEG_PROGRESS, LEG_INFORMATION, 0, false);
	for (unsigned i = 0; i < MOCK_REPLIES; i++)
		mock_leg_teach(&b, LEG_SETUP, LEG_PROGRESS, (uint8_t)(i + 1), true);
	play("s6");
	ck_assert_ptr_nonnull(mock_log_find("says too much"));
	ck_assert_uint_eq(mock_leg_told(&a, LEG_RELEASE)->cause, CAUSE_RESOURCE_UNAVAILABLE);
	stop();
}
END_TEST

UNIT_MAIN("overlap", a_call_is_routed_once_no_digit_can_change_its_way,
	  a_number_that_cannot_grow_is_whole, the_end_of_the_number_decides_between_routes,
	  a_number_that_leads_nowhere_is_refused_at_once,
	  digits_go_on_once_the_called_leg_wants_them, the_called_leg_ends_the_number,
	  targets_that_take_no_part_numbers_wait_for_the_end, digits_taken_away_and_put_in_front,
	  the_next_target_has_all_digits, a_number_that_grows_too_long_is_refused,
	  states_of_overlap_are_seen_and_cleared,
	  rewritten_number_has_no_type_and_route_rules_come_last,
	  digits_without_memory_clear_the_call, digits_that_are_too_many_at_once_clear_the_call)
