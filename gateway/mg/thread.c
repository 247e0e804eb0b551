/* The media thread. It sleeps until a tick's time and no longer than that; ticks missed by a late
 * wake-up are made up for at once, since the line counts samples, but not those of a long standstill. */
#include "mg/thread.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <time.h>

#include <osmocom/core/talloc.h>

#include "base/law.h"
#include "base/log.h"
#include "mg/media.h"
#include "mg/tick.h"

enum {
	TICK_US = TICK_MS * 1000,
	LATE_US = 5000,         /* a tick that begins later than this is counted */
	STANDSTILL_US = 200000, /* the machine stood still: go on from here */
	PRIORITY = 20, /* of SCHED_FIFO: above everything ordinary, below the kernel's own */
};

struct media_thread {
	struct media *media;
	atomic_bool stop;
	pthread_t id;
};

static uint64_t read_us(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void sleep_until(uint64_t us)
{
	struct timespec at = { .tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000 };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) == EINTR)
		;
}

static void *run(void *data)
{
	struct media_thread *thread = data;
	struct media *media = thread->media;
	uint64_t due_us = read_us(CLOCK_MONOTONIC);

	while (!atomic_load_explicit(&thread->stop, memory_order_relaxed)) {
		uint64_t now_us = read_us(CLOCK_MONOTONIC);
		if (now_us > due_us + LATE_US)
			atomic_fetch_add_explicit(&media->load.late_ticks, 1, memory_order_relaxed);
		if (now_us > due_us + STANDSTILL_US)
			due_us = now_us;
		tick_all(media, due_us, now_us, read_us(CLOCK_REALTIME));
		tick_busy(media, read_us(CLOCK_MONOTONIC) - now_us);
		due_us += TICK_US;
		sleep_until(due_us);
	}
	return NULL;
}

/* Signals are the control thread's: blocked here from the first instruction on. */
static int start(struct media_thread *thread)
{
	sigset_t all, before;
	int rc;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(&thread->id, NULL, run, thread);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return rc;
}

struct media_thread *media_thread_new(void *talloc_ctx, struct media *media)
{
	const struct sched_param fifo = { .sched_priority = PRIORITY };
	struct media_thread *thread = talloc_zero(talloc_ctx, struct media_thread);
	int rc;

	if (!thread) {
		errno = ENOMEM;
		return NULL;
	}
	thread->media = media;
	rc = start(thread);
	if (rc) {
		talloc_free(thread);
		errno = rc;
		return NULL;
	}
	pthread_setname_np(thread->id, "media");
	if (pthread_setschedparam(thread->id, SCHED_FIFO, &fifo))
		LOGP(DMG, LOGL_INFO, "the media thread runs without real-time priority\n");
	return thread;
}

void media_thread_free(struct media_thread *thread)
{
	atomic_store_explicit(&thread->stop, true, memory_order_relaxed);
	pthread_join(thread->id, NULL);
	talloc_free(thread);
}
