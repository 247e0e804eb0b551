/* What nobody below looks at by itself: once a second, the line errors of every span; every few seconds, whether
 * the media thread comes late. */
#include <stdio.h>

#include <osmocom/core/timer.h>

#include "base/alarm.h"
#include "drivers/performance.h"
#include "manage/manage.h"
#include "mg/mg.h"

enum {
	PERIOD_S = 5,      /* the media thread is judged by its last so many seconds */
	LATE_ONE_OF = 100, /* so many of its ticks, and callers hear it */
	CALM_PERIODS = 12, /* without that, and it is well again */
};

static struct {
	const struct mg *mg;
	struct osmo_timer_list second;
	unsigned seconds;
	unsigned calm; /* periods since it came late too often */
	uint64_t ticks, late;
} watch;

static void judge_media(const struct mg *mg)
{
	struct mg_totals totals;
	char text[ALARM_TEXT_MAX];

	mg_totals(mg, &totals);
	uint64_t ticks = totals.ticks - watch.ticks, late = totals.late_ticks - watch.late;

	watch.ticks = totals.ticks;
	watch.late = totals.late_ticks;
	if (watch.seconds == PERIOD_S)
		return; /* what was late while all was starting is no news */
	if (late && late * LATE_ONE_OF >= ticks) {
		watch.calm = 0;
		snprintf(text, sizeof(text), "%u of %u ticks in %u s", (unsigned)late,
			 (unsigned)ticks, (unsigned)PERIOD_S);
		alarm_raise(ALARM_MEDIA_LATE, "", "", text);
	} else if (++watch.calm == CALM_PERIODS) {
		alarm_clear(ALARM_MEDIA_LATE, "");
	}
}

static void on_second(void *data)
{
	(void)data;
	osmo_timer_schedule(&watch.second, 1, 0);
	performance_tick();
	if (++watch.seconds % PERIOD_S == 0)
		judge_media(watch.mg);
}

void watch_start(const struct gateway *gateway)
{
	watch.mg = gateway->mg;
	watch.seconds = 0;
	osmo_timer_setup(&watch.second, on_second, NULL);
	osmo_timer_schedule(&watch.second, 1, 0);
}

void watch_stop(void)
{
	osmo_timer_del(&watch.second);
	performance_stop();
}
