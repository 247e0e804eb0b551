/* Time. The program defines gettimeofday() itself, on CLOCK_MONOTONIC, so that the timers of
 * libosmocore and libpri never follow a step of the wall clock; Sofia-SIP's are hooked to the same.
 * Wall time is read only to be shown, in logs and records. Tests drive a clock of their own. */
#pragma once

#include <stdint.h>
#include <time.h>

/* Microseconds since an arbitrary start, never stepping back. Control thread. */
uint64_t clock_now_us(void);

/* The wall clock, for logs and records alone. */
struct timespec clock_wall(void);

/* From now on the clock stands still at start_us and moves by clock_advance alone (tests). */
void clock_use_virtual(uint64_t start_us);

/* Moves the virtual clock on by us, running every libosmocore timer that falls due on the way, in order. */
void clock_advance(uint64_t us);
