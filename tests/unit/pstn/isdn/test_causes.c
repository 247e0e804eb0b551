/* Causes that a trunk takes for others, both ways, and those that are its own, which it leaves alone. */
#include "tests/unit/unit.h"

#include "tests/mock/mock_leg.c"
#include "tests/unit/pstn/isdn/world.c"

/* a calls b, who refuses with that cause; what a hears. */
static unsigned refused(unsigned cause)
{
	unsigned heard;

	a_calls("20");
	says(&w.b, LEG_RELEASE, (uint8_t)cause, false);
	run_ms(500);
	heard = told_cause(&w.a, LEG_RELEASE);
	mock_leg_close(&w.a.leg);
	mock_leg_close(&w.b.leg);
	return heard;
}

START_TEST(each_way_has_its_own)
{
	world_prepare();
	w.trunk[0].causes.from_line[17] = 34; /* user */
	w.trunk[1].causes.to_line[21] = 17;   /* net */
	w.trunk[1].causes.from_line[20] = 38; /* the other way: not asked */
	world_start();
	ck_assert_uint_eq(refused(1), 1);
	ck_assert_uint_eq(refused(17), 34);
	ck_assert_uint_eq(refused(21), 34); /* by both */
	ck_assert_uint_eq(refused(20), 20);
	world_close();
}
END_TEST

/* 6, 7, 26 and 81 are between neighbours, even if somebody asks for one. */
START_TEST(what_may_not_be_sent_is_not)
{
	world_prepare();
	w.trunk[1].causes.to_line[21] = 26;
	world_start();
	ck_assert_uint_eq(refused(21), 31);
	world_close();
}
END_TEST

START_TEST(a_change_holds_for_the_next_call)
{
	world_prepare();
	world_start();
	ck_assert_uint_eq(refused(17), 17);
	w.trunk[0].causes.from_line[17] = 19;
	ck_assert_int_eq(world_apply(2), 0);
	ck_assert_uint_eq(refused(17), 19);
	world_close();
}
END_TEST

/* The trunk is taken away in a call: 41, ours. */
START_TEST(our_own_causes_are_not_the_lines)
{
	world_prepare();
	w.trunk[0].causes.from_line[41] = 16;
	world_start();
	a_calls("20");
	says(&w.b, LEG_CONNECT, 0, false);
	ck_assert(was_told(&w.a, LEG_CONNECT));
	ck_assert_int_eq(world_apply(0), 0);
	run_ms(100);
	ck_assert_uint_eq(told_cause(&w.a, LEG_RELEASE), 41);
	world_close();
}
END_TEST

UNIT_MAIN("causes", each_way_has_its_own, what_may_not_be_sent_is_not,
	  a_change_holds_for_the_next_call, our_own_causes_are_not_the_lines)
