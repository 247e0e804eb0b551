/* Lack of memory in an ISDN call: the call may fail, the trunk and everything after it may not. */
#include "tests/unit/unit.h"

#include "tests/mock/mock_leg.c"
#include "tests/unit/oom.h"
#include "tests/unit/pstn/isdn/world.c"

/* Messages that libpri could not queue are made up for by its timers: T303, T305, T308 twice. */
enum { ALL_TIMERS_MS = 50000 };

static void clear_what_is_left(void)
{
	if (w.a.leg.leg)
		mock_leg_say(&w.a.leg, LEG_RELEASE, 16, false);
	if (w.b.leg.leg)
		mock_leg_say(&w.b.leg, LEG_RELEASE, 16, false);
	run_ms(ALL_TIMERS_MS);
	mock_leg_close(&w.a.leg);
	mock_leg_close(&w.b.leg);
}

/* Memory is short from a calls until b has been offered the call, or not. */
START_TEST(call_set_up_without_memory)
{
	world_open();
	OOM_EACH(done)
	{
		mock_leg_open(&w.a.leg, w.hub, TARGET_PEER, "a");
		if (w.a.leg.leg)
			mock_leg_setup(&w.a.leg, "4711", "200");
		run_ms(100);
		oom_off();
		run_ms(500);
		done = w.b.leg.leg && !was_told(&w.a, LEG_RELEASE);
		clear_what_is_left();
		ck_assert_uint_eq(busy_channels(), 0);
	}
	a_calls("200");
	says(&w.b, LEG_CONNECT, 0, false);
	ck_assert(was_told(&w.a, LEG_CONNECT));
	says(&w.a, LEG_RELEASE, 16, false);
	world_close();
}
END_TEST

START_TEST(trunk_without_memory)
{
	world_prepare();
	OOM_EACH(done)
	{
		done = world_apply(2) == 0;
		oom_off();
		run_ms(100);
		if (!done)
			world_apply(0);
	}
	world_start();
	world_close();
}
END_TEST

UNIT_MAIN("isdn_oom", call_set_up_without_memory, trunk_without_memory)
