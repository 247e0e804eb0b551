/* What a service manager is told. */
#include "manage/service.h"

#include <stdint.h>

#include <osmocom/core/timer.h>
#include <systemd/sd-daemon.h>

static struct osmo_timer_list watchdog;
static uint64_t half_us; /* of the time after which silence means that we hang */

static void on_watchdog(void *data)
{
	(void)data;
	sd_notify(0, "WATCHDOG=1");
	osmo_timer_schedule(&watchdog, (int)(half_us / 1000000), (int)(half_us % 1000000));
}

void service_ready(void)
{
	uint64_t whole_us = 0;

	sd_notify(0, "READY=1\nSTATUS=in service");
	if (sd_watchdog_enabled(0, &whole_us) <= 0)
		return;
	half_us = whole_us / 2;
	osmo_timer_setup(&watchdog, on_watchdog, NULL);
	on_watchdog(NULL);
}

void service_status(const char *text)
{
	sd_notifyf(0, "STATUS=%s", text);
}

void service_stopping(void)
{
	sd_notify(0, "STOPPING=1\nSTATUS=calls are being cleared");
}

void service_stop(void)
{
	osmo_timer_del(&watchdog);
}
