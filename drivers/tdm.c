/* The table of open spans and the list of drivers. What a span does is its driver's business. */
#include "drivers/tdm.h"

#include <stdio.h>
#include <string.h>

#include <osmocom/core/utils.h>

#include "base/alarm.h"
#include "base/log.h"
#include "drivers/span_config.h"

static const struct tdm_driver *const drivers[] = { &virtual_driver, &sbus_driver, &dahdi_driver };
static struct tdm_span *spans[TDM_MAX_SPANS];

static const struct tdm_driver *driver_by_name(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(drivers); i++) {
		if (!strcmp(drivers[i]->name, name))
			return drivers[i];
	}
	return NULL;
}

static unsigned free_index(void)
{
	unsigned index = 0;
	while (index < TDM_MAX_SPANS && spans[index])
		index++;
	return index;
}

struct tdm_span *tdm_open(void *talloc_ctx, const struct span_config *config)
{
	const struct tdm_driver *driver = driver_by_name(config->driver);
	unsigned index = free_index();

	if (!driver) {
		LOGP(DTDM, LOGL_ERROR, "%s: no driver is called \"%s\"\n", config->name,
		     config->driver);
		return NULL;
	}
	if (tdm_find(config->name) || index == TDM_MAX_SPANS) {
		LOGP(DTDM, LOGL_ERROR, "%s: %s\n", config->name,
		     index == TDM_MAX_SPANS ? "too many spans are open" : "is open already");
		return NULL;
	}
	struct tdm_span *span = driver->open(talloc_ctx, config);
	if (!span)
		return NULL;
	span->driver = driver;
	osmo_strlcpy(span->name, config->name, sizeof(span->name));
	span->law = config->law;
	span->type = config->type;
	span->timeslots = span_timeslots(config->type);
	span->crc = config->type == SPAN_T1 ? config->dahdi.framing != DAHDI_FRAMING_D4
					    : config->dahdi.crc4;
	span->index = index;
	spans[index] = span;
	return span;
}

void tdm_close(struct tdm_span *span)
{
	if (!span)
		return;
	spans[span->index] = NULL;
	alarm_forget(ALARM_OF_SPAN, span->name);
	span->driver->close(span);
}

struct tdm_span *tdm_find(const char *name)
{
	for (unsigned i = 0; i < TDM_MAX_SPANS; i++) {
		if (spans[i] && !strcmp(spans[i]->name, name))
			return spans[i];
	}
	return NULL;
}

struct tdm_span *tdm_by_index(unsigned index)
{
	return index < TDM_MAX_SPANS ? spans[index] : NULL;
}

unsigned tdm_count(void)
{
	unsigned count = TDM_MAX_SPANS;
	while (count && !spans[count - 1])
		count--;
	return count;
}

void tdm_listen(struct tdm_span *span, const struct tdm_listener *listener, void *data)
{
	span->listener = listener;
	span->listener_data = data;
	if (listener && listener->on_alarm)
		listener->on_alarm(data, span->alarms);
}

const char *tdm_alarm_names(unsigned alarms)
{
	static const char *const names[] = { "red", "yellow", "blue", "absent", "loopback" };
	static char texts[1 << ARRAY_SIZE(names)][40]; /* each is written once and then stays */
	char *text = texts[alarms % ARRAY_SIZE(texts)];
	size_t len = 0;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (alarms >> i & 1)
			len += snprintf(text + len, sizeof(texts[0]) - len, "%s%s", len ? " " : "",
					names[i]);
	return text;
}

static void raise_and_clear(const struct tdm_span *span, unsigned alarms)
{
	/* by bit of enum tdm_alarm */
	static const enum alarm_kind kinds[] = { ALARM_SPAN_RED, ALARM_SPAN_YELLOW, ALARM_SPAN_BLUE,
						 ALARM_SPAN_ABSENT, ALARM_SPAN_LOOPBACK };

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (alarms >> i & 1)
			alarm_raise(kinds[i], span->name, "", "");
		else
			alarm_clear(kinds[i], span->name);
	}
}

void tdm_report_alarms(struct tdm_span *span, unsigned alarms)
{
	if (alarms == span->alarms)
		return;
	raise_and_clear(span, alarms);
	span->alarms = alarms;
	LOGP(DTDM, LOGL_NOTICE, "%s: %s%s\n", span->name, alarms ? "alarm " : "no alarm",
	     tdm_alarm_names(alarms));
	if (span->listener && span->listener->on_alarm)
		span->listener->on_alarm(span->listener_data, alarms);
}

void tdm_count_one(uint64_t *counter)
{
	/* The media thread is the only one that writes: no read-modify-write is needed. */
	__atomic_store_n(counter, *counter + 1, __ATOMIC_RELAXED);
}

void tdm_counters_read(const struct tdm_span *span, struct tdm_counters *out)
{
	const struct tdm_counters *from = &span->counters;

	out->ticks = __atomic_load_n(&from->ticks, __ATOMIC_RELAXED);
	out->hdlc_rx_frames = __atomic_load_n(&from->hdlc_rx_frames, __ATOMIC_RELAXED);
	out->hdlc_tx_frames = __atomic_load_n(&from->hdlc_tx_frames, __ATOMIC_RELAXED);
	out->hdlc_rx_errors = __atomic_load_n(&from->hdlc_rx_errors, __ATOMIC_RELAXED);
	out->hdlc_dropped = __atomic_load_n(&from->hdlc_dropped, __ATOMIC_RELAXED);
	out->slips = __atomic_load_n(&from->slips, __ATOMIC_RELAXED);
}

const char *tdm_channel_name(const struct tdm_span *span, unsigned timeslot, char *out, size_t size)
{
	snprintf(out, size, "%s/%u", span->name, timeslot);
	return out;
}
