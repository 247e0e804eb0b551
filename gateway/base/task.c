#include "base/task.h"

#include <pthread.h>

#include <osmocom/core/talloc.h>

#include "base/wake.h"

struct task {
	pthread_t thread;
	struct wake *wake; /* the work is done */
	void (*work)(void *data);
	void (*done)(void *data);
	void *data;
};

static void *run(void *data)
{
	struct task *task = data;

	task->work(task->data);
	wake_kick(task->wake);
	return NULL;
}

void task_end(struct task *task)
{
	void (*done)(void *data);
	void *data;

	if (!task)
		return;
	pthread_join(task->thread, NULL);
	done = task->done;
	data = task->data;
	wake_free(task->wake);
	talloc_free(task);
	done(data);
}

static void on_wake(void *data)
{
	task_end(data);
}

struct task *task_start(void (*work)(void *data), void (*done)(void *data), void *data)
{
	struct task *task = talloc_zero(NULL, struct task);

	if (!task)
		return NULL;
	task->work = work;
	task->done = done;
	task->data = data;
	task->wake = wake_new(task, on_wake, task);
	if (!task->wake)
		goto out;
	if (pthread_create(&task->thread, NULL, run, task))
		goto out_wake;
	return task;
out_wake:
	wake_free(task->wake);
out:
	talloc_free(task);
	return NULL;
}
