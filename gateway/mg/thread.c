/* The media thread. It sleeps until a tick's time and no longer than that; ticks missed by a late
 * wake-up are made up for at once, since the line counts samples, but not those of a long standstill.
 *
 * The tick is the line's: that of the first span which has a clock. While it does not come, or where no
 * span has one, it is the monotonic clock's. */
#include "mg/thread.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>

#include <osmocom/core/talloc.h>
#include <osmocom/core/timer.h>

#include "base/alarm.h"
#include "base/law.h"
#include "base/log.h"
#include "drivers/tdm.h"
#include "mg/media.h"
#include "mg/tick.h"

enum {
	TICK_US = TICK_MS * 1000,
	LATE_US = 5000,         /* a tick that begins later than this is counted */
	STANDSTILL_US = 200000, /* the machine stood still: go on from here */
	PRIORITY = 20,     /* of SCHED_FIFO: above everything ordinary, below the kernel's own */
	LOST_MS = 100,     /* without a tick of the line: it has no clock any more */
	TRIAL_TICKS = 100, /* of the monotonic clock, and as many of the line but */
	TRIAL_MISSED = 10, /* so many: it has its clock again */
	PULL = 64,         /* part of a tick's lateness by which the line's time follows */
	CHECK_MS = 200,    /* between control's looks at where the tick comes from */
};

#define CLOCK_OBJECT "media"

struct media_thread {
	struct media *media;
	atomic_bool stop;
	atomic_int fallen; /* index of the span whose clock does not come, plus one; 0: none */
	pthread_t id;
	struct osmo_timer_list check;
	int told; /* control: fallen as it was last told */
	/* The media thread's. */
	const struct tdm_span *clock;
	unsigned trial, came; /* ticks of the monotonic clock, of the line, in a trial */
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

/* NULL: no span has a clock. Spans come and go within tick_all alone, so it is there until then. */
static struct tdm_span *find_clock(const struct media *media)
{
	for (unsigned i = 0; i < media->n_spans; i++)
		if (media->spans[i] && media->spans[i]->driver->wait_tick)
			return media->spans[i];
	return NULL;
}

static void set_fallen(struct media_thread *thread, int fallen)
{
	thread->trial = thread->came = 0;
	atomic_store_explicit(&thread->fallen, fallen, memory_order_relaxed);
}

/* While the line is not trusted: it is again when it has come with the monotonic clock for a second. */
static void try_clock(struct media_thread *thread, struct tdm_span *clock)
{
	while (thread->came < 2 * TRIAL_TICKS && clock->driver->wait_tick(clock, 0))
		thread->came++;
	if (++thread->trial < TRIAL_TICKS)
		return;
	if (thread->came + TRIAL_MISSED >= TRIAL_TICKS &&
	    thread->came <= TRIAL_TICKS + TRIAL_MISSED)
		set_fallen(thread, 0);
	thread->trial = thread->came = 0;
}

/* Blocks until the tick that is due at due_us by the clock that was followed so far. */
static void wait_tick(struct media_thread *thread, uint64_t due_us)
{
	struct tdm_span *clock = find_clock(thread->media);

	if (clock != thread->clock)
		set_fallen(thread, 0);
	thread->clock = clock;
	if (clock && !atomic_load_explicit(&thread->fallen, memory_order_relaxed)) {
		if (clock->driver->wait_tick(clock, LOST_MS))
			return;
		set_fallen(thread, (int)clock->index + 1);
	}
	sleep_until(due_us);
	if (clock)
		try_clock(thread, clock);
}

/* When the next tick is due on the line's clock, read in the time of the monotonic one: the two run apart by
 * some parts in a million, so it is pulled after the ticks as they come. */
static uint64_t next_due(uint64_t due_us, uint64_t now_us)
{
	int64_t late_us = (int64_t)(now_us - due_us);

	return due_us + TICK_US + (uint64_t)(late_us / PULL);
}

static bool follows_line(const struct media_thread *thread)
{
	return thread->clock && !atomic_load_explicit(&thread->fallen, memory_order_relaxed);
}

/* After a standstill the line's ticks that were missed are not made up for. */
static void skip_ticks(const struct media_thread *thread)
{
	struct tdm_span *clock = find_clock(thread->media);

	for (unsigned i = 0; follows_line(thread) && i < 2 * STANDSTILL_US / TICK_US; i++)
		if (!clock || !clock->driver->wait_tick(clock, 0))
			break;
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
		if (now_us > due_us + STANDSTILL_US) {
			skip_ticks(thread);
			due_us = now_us;
		}
		tick_all(media, due_us, now_us, read_us(CLOCK_REALTIME));
		tick_busy(media, read_us(CLOCK_MONOTONIC) - now_us);
		due_us = follows_line(thread) ? next_due(due_us, now_us) : due_us + TICK_US;
		wait_tick(thread, due_us);
	}
	return NULL;
}

/* Control: tells of the clock what the media thread must not. */
static void check(void *data)
{
	struct media_thread *thread = data;
	int fallen = atomic_load_explicit(&thread->fallen, memory_order_relaxed);
	const struct tdm_span *span = fallen ? tdm_by_index((unsigned)fallen - 1) : NULL;
	char text[ALARM_TEXT_MAX];

	osmo_timer_schedule(&thread->check, 0, CHECK_MS * 1000);
	if (fallen == thread->told)
		return;
	thread->told = fallen;
	if (!fallen) {
		alarm_clear(ALARM_CLOCK_FALLBACK, CLOCK_OBJECT);
		LOGP(DMG, LOGL_NOTICE, "the tick is the line's again, or needs none\n");
		return;
	}
	snprintf(text, sizeof(text), "no tick comes from span %s; the machine's own clock is used",
		 span ? span->name : "?");
	alarm_raise(ALARM_CLOCK_FALLBACK, CLOCK_OBJECT, "", text);
	LOGP(DMG, LOGL_NOTICE, "%s\n", text);
}

/* Signals are the control thread's: blocked here from the first instruction on. */
static int start(struct media_thread *thread)
{
	sigset_t blocked, before;
	int rc;

	sigfillset(&blocked);
	pthread_sigmask(SIG_SETMASK, &blocked, &before);
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
	osmo_timer_setup(&thread->check, check, thread);
	osmo_timer_schedule(&thread->check, 0, CHECK_MS * 1000);
	return thread;
}

void media_thread_free(struct media_thread *thread)
{
	osmo_timer_del(&thread->check);
	atomic_store_explicit(&thread->stop, true, memory_order_relaxed);
	pthread_join(thread->id, NULL);
	if (thread->told)
		alarm_clear(ALARM_CLOCK_FALLBACK, CLOCK_OBJECT);
	talloc_free(thread);
}
