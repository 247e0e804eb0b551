/* Metrics of the gateway as a whole: alarms, the media thread, the auditor, what SIP refused, the process. */
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <osmocom/core/utils.h>

#include "base/alarm.h"
#include "base/clock.h"
#include "manage/cli/cli.h"
#include "manage/http/metric.h"
#include "manage/http/metrics.h"
#include "manage/manage.h"
#include "mg/mg.h"
#include "pstn/trunk.h"
#include "sip/sip.h"
#include "sip/sip_guard.h"

static bool put_alarm(void *data, const struct alarm_status *alarm)
{
	metric_sample(data, "alarm", 1,
		      LABELS("alarm", alarm->info->name, "severity",
			     alarm_severity_name(alarm->info->severity), "class",
			     alarm_class_name(alarm->info->of), "object", alarm->object));
	return true;
}

static void put_alarms(FILE *file)
{
	metric_family(file, "alarm", "gauge", "1 for each alarm that stands.");
	alarms_each(true, put_alarm, file);
	metric_family(file, "alarms", "gauge",
		      "Alarms that stand and that no other explains, by severity.");
	for (enum alarm_severity severity = ALARM_WARNING; severity <= ALARM_CRITICAL; severity++) {
		unsigned more = severity < ALARM_CRITICAL ? alarms_count(severity + 1) : 0;

		metric_sample(file, "alarms", alarms_count(severity) - more,
			      LABELS("severity", alarm_severity_name(severity)));
	}
}

#define OF_MEDIA(name, type, help, member, key, value)                                             \
	METRIC_OF(name, type, help, mg_totals, member, key, value)

static const struct metric media_metrics[] = {
	OF_MEDIA("media_contexts", "gauge", "Contexts (H.248).", contexts, NULL, NULL),
	OF_MEDIA("media_terminations", "gauge", "Terminations (H.248).", terminations, NULL, NULL),
	OF_MEDIA("media_ports", "gauge", "Pairs of RTP ports.", ports_used, "state", "used"),
	OF_MEDIA("media_ports", "gauge", "Pairs of RTP ports.", ports_total, "state", "all"),
	OF_MEDIA("media_ticks_total", "counter", "Ticks of the media thread.", ticks, NULL, NULL),
	OF_MEDIA("media_late_ticks_total", "counter", "Ticks that began over 5 ms late.",
		 late_ticks, NULL, NULL),
	OF_MEDIA("media_digits_dropped_total", "counter",
		 "Digits that found no room on the way to control.", digits_dropped, NULL, NULL),
};

static void put_media(FILE *file, struct gateway *gateway)
{
	struct mg_totals totals;

	mg_totals(gateway->mg, &totals);
	metric_record(file, media_metrics, ARRAY_SIZE(media_metrics), &totals);
	metric_family(file, "media_tick_work_seconds", "gauge",
		      "What a tick's work took in the last second.");
	metric_sample(file, "media_tick_work_seconds", totals.busy_us_mean * 1e-6,
		      LABELS("of", "mean"));
	metric_sample(file, "media_tick_work_seconds", totals.busy_us_max * 1e-6,
		      LABELS("of", "max"));
}

#define OF_AUDIT(name, help, member, key, value)                                                   \
	METRIC_OF(name, "counter", help, audit_status, member, key, value)
#define REPAIRS "What the auditor repaired, by what it found."

static const struct metric audit_metrics[] = {
	OF_AUDIT("audits_total", "Audits of all channels.", audits, NULL, NULL),
	OF_AUDIT("audit_repairs_total", REPAIRS, legs, "found", "channel_in_use_for_no_call"),
	OF_AUDIT("audit_repairs_total", REPAIRS, calls, "found", "call_on_idle_channel"),
	OF_AUDIT("audit_repairs_total", REPAIRS, terminations, "found", "termination_left_over"),
	OF_AUDIT("audit_repairs_total", REPAIRS, open, "found", "channel_open_for_nobody"),
	OF_AUDIT("audit_repairs_total", REPAIRS, inside, "found", "signalling"),
};

static void put_audit(FILE *file, struct gateway *gateway)
{
	struct audit_status status;

	trunks_audit_status(gateway->trunks, &status);
	metric_record(file, audit_metrics, ARRAY_SIZE(audit_metrics), &status);
}

#define OF_SIP(name, type, help, member) METRIC_OF(name, type, help, sip_totals, member, NULL, NULL)

static const struct metric sip_metrics[] = {
	OF_SIP("sip_sessions", "gauge", "SIP sessions.", sessions),
	OF_SIP("sip_transactions", "gauge", "SIP transactions.", transactions),
	OF_SIP("sip_requests_total", "counter", "SIP requests that came.", rx_requests),
	OF_SIP("sip_bad_messages_total", "counter", "SIP messages that could not be read.", rx_bad),
	OF_SIP("sip_from_strangers_total", "counter", "SIP requests from no peer.", unknown_source),
};

static void put_counters(FILE *file, const char *name, const char *help,
			 const struct guard_counter *counters)
{
	metric_family(file, name, "counter", help);
	for (; counters->name; counters++)
		metric_sample(file, name, (double)counters->value,
			      LABELS("reason", counters->name));
}

static void put_sip(FILE *file, struct gateway *gateway)
{
	struct guard_counter useless[GUARD_COUNTERS];
	struct guard_status guard;
	struct sip_totals totals;

	sip_totals(gateway->sip, &totals);
	metric_record(file, sip_metrics, ARRAY_SIZE(sip_metrics), &totals);
	sip_guard_status(gateway->sip, &guard);
	metric_family(file, "sip_bans", "gauge", "SIP sources that are not heard.");
	metric_sample(file, "sip_bans", guard.bans, NULL);
	metric_family(file, "sip_overloaded", "gauge", "1 while new SIP calls are refused.");
	metric_sample(file, "sip_overloaded", guard.overloaded, NULL);
	put_counters(file, "sip_refused_total", "What limits, bans and rules refused.",
		     guard.refused);
	sip_counters(gateway->sip, useless);
	put_counters(file, "sip_useless_total", "What came over SIP and was no use.", useless);
}

static double seconds_of(const struct timeval *time)
{
	return (double)time->tv_sec + (double)time->tv_usec * 1e-6;
}

static double resident_octets(void)
{
	FILE *file = fopen("/proc/self/statm", "re");
	unsigned long all, resident = 0;

	if (!file)
		return 0;
	if (fscanf(file, "%lu %lu", &all, &resident) != 2)
		resident = 0;
	fclose(file);
	return (double)resident * (double)sysconf(_SC_PAGESIZE);
}

static void put_process(FILE *file)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	metric_family(file, "info", "gauge", "What runs.");
	metric_sample(file, "info", 1, LABELS("version", cli_version()));
	metric_family(file, "start_time_seconds", "gauge", "When it began, since 1970.");
	metric_sample(file, "start_time_seconds", (double)clock_wall().tv_sec - cli_uptime_s(),
		      NULL);
	metric_family(file, "cpu_seconds_total", "counter", "Time of processors, all threads.");
	metric_sample(file, "cpu_seconds_total",
		      seconds_of(&usage.ru_utime) + seconds_of(&usage.ru_stime), NULL);
	metric_family(file, "resident_memory_bytes", "gauge", "Memory in use.");
	metric_sample(file, "resident_memory_bytes", resident_octets(), NULL);
}

void metrics_system(FILE *file, struct gateway *gateway)
{
	put_process(file);
	put_alarms(file);
	put_media(file, gateway);
	put_audit(file, gateway);
	put_sip(file, gateway);
}
