/* The wake of the control thread. */
#include "base/wake.h"

#include <pthread.h>

#include <osmocom/core/select.h>

#include "tests/unit/oom.h"
#include "tests/unit/unit.h"

struct sleeper {
	struct wake *wake;
	unsigned woken;
	bool kick_again, free_it;
};

static void on_wake(void *data)
{
	struct sleeper *sleeper = data;
	sleeper->woken++;
	if (sleeper->kick_again)
		wake_kick(sleeper->wake);
	if (sleeper->free_it)
		wake_free(sleeper->wake);
	sleeper->kick_again = false;
}

START_TEST(many_kicks_before_the_loop_looks_are_one_wake)
{
	struct sleeper sleeper = { 0 };
	sleeper.wake = wake_new(NULL, on_wake, &sleeper);
	osmo_select_main(1);
	ck_assert_uint_eq(sleeper.woken, 0);
	for (int i = 0; i < 100; i++)
		wake_kick(sleeper.wake);
	osmo_select_main(1);
	osmo_select_main(1);
	ck_assert_uint_eq(sleeper.woken, 1);
	wake_free(sleeper.wake);
}
END_TEST

START_TEST(kick_during_the_work_is_not_lost)
{
	struct sleeper sleeper = { .kick_again = true };
	sleeper.wake = wake_new(NULL, on_wake, &sleeper);
	wake_kick(sleeper.wake);
	osmo_select_main(1);
	osmo_select_main(1);
	ck_assert_uint_eq(sleeper.woken, 2);
	wake_free(sleeper.wake);
}
END_TEST

START_TEST(owner_may_free_the_wake_inside_it)
{
	struct sleeper sleeper = { .free_it = true };
	sleeper.wake = wake_new(NULL, on_wake, &sleeper);
	wake_kick(sleeper.wake);
	osmo_select_main(1);
	osmo_select_main(1);
	ck_assert_uint_eq(sleeper.woken, 1);
}
END_TEST

static void *kicker(void *data)
{
	wake_kick(data);
	return NULL;
}

START_TEST(kick_from_another_thread_ends_the_loops_wait)
{
	struct sleeper sleeper = { 0 };
	pthread_t thread;
	sleeper.wake = wake_new(NULL, on_wake, &sleeper);
	ck_assert_int_eq(pthread_create(&thread, NULL, kicker, sleeper.wake), 0);
	osmo_select_main(0); /* blocks until the kick */
	ck_assert_uint_eq(sleeper.woken, 1);
	pthread_join(thread, NULL);
	wake_free(sleeper.wake);
}
END_TEST

START_TEST(no_memory_is_no_wake)
{
	struct sleeper sleeper = { 0 };
	OOM_EACH(done)
	{
		struct wake *wake = wake_new(NULL, on_wake, &sleeper);
		oom_off();
		done = wake != NULL;
		wake_free(wake);
	}
}
END_TEST

UNIT_MAIN("wake", many_kicks_before_the_loop_looks_are_one_wake, kick_during_the_work_is_not_lost,
	  owner_may_free_the_wake_inside_it, kick_from_another_thread_ends_the_loops_wait,
	  no_memory_is_no_wake)
