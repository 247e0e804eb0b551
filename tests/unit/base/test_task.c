/* Work beside the control thread. */
#include "base/task.h"

#include <pthread.h>

#include <osmocom/core/select.h>

#include "tests/unit/oom.h"
#include "tests/unit/unit.h"

struct errand {
	pthread_t asked_by;
	unsigned worked, done, again;
	struct task *task;
};

static void work(void *data)
{
	struct errand *errand = data;

	ck_assert(!pthread_equal(pthread_self(), errand->asked_by));
	errand->worked++;
}

static void done(void *data)
{
	struct errand *errand = data;

	ck_assert(pthread_equal(pthread_self(), errand->asked_by));
	ck_assert_uint_eq(errand->worked, ++errand->done);
	errand->task = NULL;
	if (!errand->again)
		return;
	errand->again--;
	errand->task = task_start(work, done, errand);
}

static void start(struct errand *errand)
{
	errand->asked_by = pthread_self();
	errand->task = task_start(work, done, errand);
}

START_TEST(the_loop_hears_when_the_work_is_done)
{
	struct errand errand = { .again = 2 };

	start(&errand);
	ck_assert_ptr_nonnull(errand.task);
	while (errand.task)
		osmo_select_main(0);
	ck_assert_uint_eq(errand.done, 3);
}
END_TEST

START_TEST(who_ends_it_waits_for_the_work)
{
	struct errand errand = { .again = 0 };

	start(&errand);
	task_end(errand.task);
	ck_assert_uint_eq(errand.done, 1);
	osmo_select_main(1);
	ck_assert_uint_eq(errand.done, 1);
	task_end(NULL);
}
END_TEST

START_TEST(without_memory_nothing_is_begun)
{
	struct errand errand = { .asked_by = pthread_self() };

	OOM_EACH(over)
	{
		struct task *task = task_start(work, done, &errand);

		oom_off();
		over = task != NULL;
		if (!over)
			ck_assert_uint_eq(errand.worked, 0);
		task_end(task);
	}
}
END_TEST

UNIT_MAIN("task", the_loop_hears_when_the_work_is_done, who_ends_it_waits_for_the_work,
	  without_memory_nothing_is_begun)
