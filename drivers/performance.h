/* The error performance of every open span (g826.h), and the alarm when it is poor. Control thread. */
#pragma once

#include "drivers/g826.h"

/* In a quarter of an hour, from so many on the alarm is raised; a whole one that stays below clears it. The usual
 * ones of T1.231 for a line; slips: a clock that is off by as little as 0.6 ppm (G.822: 5 a day are normal). */
enum { PERFORMANCE_ES = 65, PERFORMANCE_SES = 10, PERFORMANCE_CSS = 4 };

/* Once a second: every open span's errors since the last time. */
void performance_tick(void);
/* NULL: no such span was open at the last tick. */
const struct g826 *performance_of(const char *span);
void performance_stop(void); /* all is forgotten */
