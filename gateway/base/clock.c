/* The program's clock. gettimeofday() is defined here, in the executable, where the dynamic linker finds
 * it before libc's: libosmocore and libpri then run on a clock that never steps.
 * The two atomics are for whoever asks for the time on another thread. */
#include "base/clock.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/time.h>

#include <osmocom/core/timer.h>

enum { US_PER_S = 1000000, US_PER_MS = 1000 };

static atomic_bool is_virtual;
static _Atomic uint64_t virtual_us;

uint64_t clock_now_us(void)
{
	struct timespec now;

	if (atomic_load(&is_virtual))
		return atomic_load(&virtual_us);
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * US_PER_S + (uint64_t)now.tv_nsec / 1000;
}

struct timespec clock_wall(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now;
}

/* What timers see. libosmocore waits whole milliseconds, rounded down, and would then turn idly until its timer falls
 * due: so their time moves by whole milliseconds too. */
static uint64_t timers_now_us(void)
{
	uint64_t now_us = clock_now_us();

	return atomic_load(&is_virtual) ? now_us : now_us - now_us % US_PER_MS;
}

int gettimeofday(struct timeval *restrict tv, void *restrict tz)
{
	uint64_t now_us = timers_now_us();

	tv->tv_sec = (time_t)(now_us / US_PER_S);
	tv->tv_usec = (suseconds_t)(now_us % US_PER_S);
	if (tz)
		*(struct timezone *)tz = (struct timezone){ 0 };
	return 0;
}

void clock_use_virtual(uint64_t start_us)
{
	atomic_store(&virtual_us, start_us);
	atomic_store(&is_virtual, true);
}

/* When the next timer falls due, or end_us if none does before that. */
static uint64_t next_due_us(uint64_t end_us)
{
	osmo_timers_prepare();
	const struct timeval *nearest = osmo_timers_nearest();
	if (!nearest)
		return end_us;
	uint64_t due_us =
		clock_now_us() + (uint64_t)nearest->tv_sec * US_PER_S + (uint64_t)nearest->tv_usec;
	return due_us < end_us ? due_us : end_us;
}

void clock_advance(uint64_t us)
{
	const uint64_t end_us = clock_now_us() + us;
	bool ran;

	/* A timer that is armed by another on the way is seen by the next turn. */
	do {
		atomic_store(&virtual_us, next_due_us(end_us));
		ran = osmo_timers_update();
	} while (ran || clock_now_us() < end_us);
}
